"""`manage.py demo` (`make demo`): everything, on this machine, with nothing configured."""

import os
import signal
import threading
from typing import Any

from embedded.processes import Fleet, PortTaken, Ports
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from marketplace.demo import setup
from marketplace.demo.progress import Progress
from marketplace.demo.seed import seed
from marketplace.demo.welcome import welcome

EVERYTHING = ("web", "portal", "office", "worker", "shopworker", "builder", "beat")


class Command(BaseCommand):
    help = "Set up the demo world, seed its cast, start all processes, print addresses and sign-ins. Ctrl-C ends all."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, help="end by itself after this long")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(self.stdout._out)
        world = settings.WORLD
        ports = Ports(
            market=int(settings.PORTS["market"]),
            portal=int(settings.PORTS["portal"]),
            office=int(settings.PORTS["office"]),
            sandbox=int(settings.SANDBOX_PORT),
        )
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._interrupt(stopping))
        fleet = Fleet(world, ports, on_restart=lambda name, code: self.stderr.write(f"{name} ended ({code}); starting it again"))
        try:
            setup.prepare(world, progress)
            fleet.start(["sandbox"])
            fleet.wait_until_serving(["sandbox"])
            seed(progress)
            progress.step("Start the processes")
            fleet.start(EVERYTHING)
            fleet.wait_until_serving(["web", "portal", "office"])
            progress.finish()
            self.stdout.write(welcome(ready_seconds=progress.seconds))
            stopping.wait(options["seconds"])
        except PortTaken as taken:
            raise CommandError(str(taken)) from None
        except KeyboardInterrupt:
            pass
        finally:
            self.stdout.write("\nEnding all processes ...")
            fleet.stop()
            setup.stop_servers(world)
            self.stdout.write("Ended. What you did is kept; `make demo` goes on from here.")

    @staticmethod
    def _interrupt(stopping: threading.Event) -> None:
        if stopping.is_set():
            os._exit(130)
        stopping.set()
        raise KeyboardInterrupt
