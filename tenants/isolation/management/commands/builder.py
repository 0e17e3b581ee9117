"""`manage.py builder`: keeps prepared shops waiting and vendors' login roles in order, ends sessions of theirs that stay too
long, and drops shops whose time is over."""

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

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
        made, self.checked_at, self.check_every = 0, time.monotonic(), options["check_every"]
        while not stopping.wait(0 if made else options["every"]):
            # Each by itself: whatever holds up one of them, the others are done.
            self._do(mending.listen)
            self._do(mending.end_overlong_sessions)
            self._do(mending.mend_roles)
            self._do(retiring.drop_due)
            made = self._do(lambda: fill_spares(options["spares"]))
            if made:
                log.info("spares_made", count=made)
            self._do(self._check_when_due)

    def _do(self, duty: Callable[[], int | None]) -> int:
        close_old_connections()
        try:
            return duty() or 0
        except (DatabaseError, psycopg.Error, ShopsBehind) as error:
            # A database is restarting, a release is under way, or something is locked: the next look finds out.
            log.warning("builder_waits", duty=getattr(duty, "__name__", ""), cause=type(error).__name__)
            return 0

    def _check_when_due(self) -> None:
        if self.check_every and time.monotonic() - self.checked_at > self.check_every:
            self.checked_at = time.monotonic()
            if found := check():
                log.error("drift_found", count=len(found), first=found[0])
