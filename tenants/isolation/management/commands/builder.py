"""`manage.py builder`: keeps prepared shops waiting and vendors' login roles in order, and drops shops whose time is over."""

import signal
import threading
import time
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from tenants.isolation import mending, retiring
from tenants.isolation.actions import ShopsBehind, fill_spares
from tenants.isolation.drift import check

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Keep prepared shops waiting for new vendors, and mend login roles. Runs until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--spares", type=int, default=10)
        parser.add_argument("--every", type=float, default=2.0, help="seconds between looks")
        parser.add_argument(
            "--check-every", type=float, default=3600.0, help="seconds between looks for drift; 0: never"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        made, checked_at = 0, time.monotonic()
        while not stopping.wait(0 if made else options["every"]):
            close_old_connections()
            try:
                mending.listen()
                mending.mend_roles()
                retiring.drop_due()
                made = fill_spares(options["spares"])
                if made:
                    log.info("spares_made", count=made)
                if options["check_every"] and time.monotonic() - checked_at > options["check_every"]:
                    checked_at = time.monotonic()
                    if found := check():
                        log.error("drift_found", count=len(found), first=found[0])
            except (OperationalError, psycopg.OperationalError, ShopsBehind) as error:
                # A database is restarting, or a release is under way: the next look finds out.
                made = 0
                log.warning("builder_waits", cause=type(error).__name__)
