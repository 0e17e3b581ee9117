"""`manage.py builder`: keeps prepared shops waiting, and vendors' login roles in order."""

import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from tenants.isolation import mending
from tenants.isolation.actions import ShopsBehind, fill_spares

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Keep prepared shops waiting for new vendors, and mend login roles. Runs until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--spares", type=int, default=10)
        parser.add_argument("--every", type=float, default=2.0, help="seconds between looks")

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        made = 0
        while not stopping.wait(0 if made else options["every"]):
            close_old_connections()
            try:
                mending.listen()
                mending.mend_roles()
                made = fill_spares(options["spares"])
                if made:
                    log.info("spares_made", count=made)
            except (OperationalError, ShopsBehind) as error:
                # The database is restarting, or a release is under way: the next look finds out.
                made = 0
                log.warning("builder_waits", cause=type(error).__name__)
