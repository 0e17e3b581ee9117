"""`manage.py demo` (`make demo`): everything, on this machine, with nothing configured."""

import os
import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from embedded.processes import Fleet, PortTaken
from marketplace.demo import setup
from marketplace.demo.opening import EVERYBODY, open_market
from marketplace.demo.progress import Progress
from marketplace.demo.welcome import welcome

# Where one of these points, the processes of a demo would not go, for they are given its own world and nothing else.
ELSEWHERE = ("DATABASE_URL", "REDIS_URL", "STRIPE_SECRET_KEY", "STRIPE_API_BASE", "SMTP_HOST")


class Command(BaseCommand):
    help = "Set up the demo world, seed its cast, start all processes, print addresses and sign-ins. Ctrl-C ends all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, help="end by itself after this long")

    def handle(self, *args: Any, **options: Any) -> None:
        if elsewhere := [name for name in ELSEWHERE if os.environ.get(name)]:
            raise CommandError(
                f"The demo runs on servers of its own, and {', '.join(elsewhere)} names others. Unset it, then try again."
            )
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._interrupt(stopping))
        fleet = Fleet(
            settings.WORLD,
            setup.ports(),
            on_restart=lambda name, code: self.stderr.write(f"{name} ended ({code}); starting it again"),
        )
        try:
            with setup.alone_in(settings.WORLD):
                fleet.check_ports(EVERYBODY)
                self._run(fleet, stopping, options["seconds"])
        except (setup.WorldInUse, PortTaken, TimeoutError, RuntimeError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            pass

    def _run(self, fleet: Fleet, stopping: threading.Event, seconds: float | None) -> None:
        progress = Progress(self.stdout._out)
        try:
            open_market(fleet, progress)
            self.stdout.write(welcome(progress.seconds))
            stopping.wait(seconds)
        finally:
            self.stdout.write("\nEnding all processes ...")
            fleet.stop()
            setup.stop_servers(settings.WORLD)
            self.stdout.write("Ended. What you did is kept; `make demo` goes on from here.")

    @staticmethod
    def _interrupt(stopping: threading.Event) -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()
        raise KeyboardInterrupt
