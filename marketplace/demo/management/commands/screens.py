"""`manage.py screens` (`make screens`): pictures of the main pages, and what is wrong with them."""

import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from embedded.processes import Fleet, PortTaken
from marketplace.demo import setup
from marketplace.demo.opening import EVERYBODY, open_market
from marketplace.demo.progress import Progress

DEBIAN = Path("/usr/bin/chromium")


class Command(BaseCommand):
    help = (
        "Write screenshots of the main pages to var/screens, at two widths in both themes, over the demo's market: the one "
        "that is running, else one that is opened for the time being. Ends non-zero when a page scrolls sideways or axe "
        "finds a violation."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pages", nargs="*", help="only these, by the names of their files")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from marketplace.demo import screens
        except ImportError as missing:
            raise CommandError(f"{missing.name} is not installed; `make setup` installs it.") from None
        chromium = str(DEBIAN) if DEBIAN.exists() else shutil.which("chromium")
        if not chromium:
            raise CommandError("There is no Chromium. On Debian: apt-get install chromium")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        progress = Progress(sys.stdout)
        fleet = Fleet(settings.WORLD, setup.ports())
        try:
            try:
                with setup.alone_in(settings.WORLD):
                    fleet.check_ports(EVERYBODY)
                    open_market(fleet, progress)
                    found = self._take(screens, options["pages"], chromium, progress)
            except setup.WorldInUse:
                found = self._take(screens, options["pages"], chromium, progress)
        except (PortTaken, TimeoutError, RuntimeError, LookupError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted.") from None
        finally:
            if fleet.running:
                fleet.stop()
                setup.stop_servers(settings.WORLD)
        for line in found.wrong:
            self.stderr.write(line)
        if found.wrong:
            raise CommandError(f"{len(found.wrong)} things are wrong.")
        self.stdout.write(self.style.SUCCESS("Nothing scrolls sideways, and axe has nothing to say."))

    def _take(self, screens: Any, names: list[str], chromium: str, progress: Progress) -> Any:
        wanted = screens.screens()
        known = {each.name for each in wanted}
        if unknown := sorted(set(names) - known):
            raise LookupError(f"There is no page {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
        chosen = [each for each in wanted if not names or each.name in names]
        return screens.take(chosen, chromium, settings.WORLD.var / "screens", progress)
