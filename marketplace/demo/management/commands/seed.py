"""`manage.py seed`: fill the demo world, or with `--scale` a good deal more of it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from embedded.processes import Fleet, PortTaken
from marketplace.demo import setup
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.seed import is_seeded, seed


class Command(BaseCommand):
    help = (
        "Fill this world with the demo's cast and a month of its orders. What is there already stays; interrupted, the "
        "same command goes on. `make demo` does this by itself; --scale adds over 1,000 products, 100 customers, 500 orders."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale", action="store_true", help="over 1,000 products, 100 customers and 500 orders more"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress, fleet = Progress(self.stdout._out), Fleet(settings.WORLD, setup.ports())
        try:
            if not is_seeded():
                with setup.alone_in(settings.WORLD):
                    self._seed(fleet, progress, options["scale"])
            else:
                # A demo that is running goes on meanwhile.
                self._seed(fleet, progress, options["scale"])
        except (PortTaken, TimeoutError, RuntimeError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on from here.") from None
        finally:
            fleet.stop()
        self.stdout.write(f"Seeded in {progress.seconds:.0f} s.")

    def _seed(self, fleet: Fleet, progress: Progress, scale: bool) -> None:
        setup.prepare(settings.WORLD, progress)
        if not Sandbox().is_up():
            fleet.start(["sandbox"])
            fleet.wait_until_serving(["sandbox"])
        seed(progress, scale=scale)
        progress.finish()
