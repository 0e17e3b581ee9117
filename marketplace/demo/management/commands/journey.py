"""`manage.py journey` (`make journey`): the main job without a browser, in a world of its own."""

import json
import signal
from pathlib import Path
from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.reconciliation.models import ReconciliationException
from embedded.processes import Fleet, PortTaken
from kit.errors import SoukError
from kit.money import Money
from marketplace.demo import setup
from marketplace.demo.afresh import empty
from marketplace.demo.journey import GONE, Journey, match
from marketplace.demo.progress import Progress
from marketplace.demo.sandbox import Sandbox
from marketplace.demo.scripts import CATALOGUE_ORDERS, Script, cast_script, catalogue_script
from tenants.isolation.doors import acting_as

PROCESSES = ("web", "worker", "shopworker", "builder", "beat")


class Command(BaseCommand):
    help = (
        "Vendors apply, are approved and onboarded, import products; customers buy, vendors ship, time passes; commission "
        "is taken, transfers and payouts are made, everything is reconciled. Ends non-zero if a cent is unexplained. "
        "Interrupted, the same command goes on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--catalogue", type=Path, help="a catalogue file (csv, csv.xz): every brand becomes a vendor"
        )
        parser.add_argument(
            "--orders",
            type=int,
            default=CATALOGUE_ORDERS,
            help="how many orders its customers place (default: %(default)s)",
        )
        parser.add_argument("--afresh", action="store_true", help="forget an unfinished journey and begin anew")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        world, state = settings.WORLD, settings.WORLD.root / "journey.json"
        try:
            script = (
                catalogue_script(options["catalogue"], options["orders"]) if options["catalogue"] else cast_script()
            )
        except (OSError, ValueError) as error:
            raise CommandError(f"The catalogue cannot be read: {error}") from None
        progress = Progress(cast(TextIO, self.stdout._out))
        fleet = Fleet(world, setup.ports(), on_restart=self._restarting)
        try:
            if state.exists():
                self._before(script, state, options["afresh"], fleet, progress)
            setup.prepare(world, progress)
            fleet.start(["sandbox"])
            fleet.wait_until_serving(["sandbox"])
            fleet.start(PROCESSES)
            fleet.wait_until_serving(["web"])
            journey = Journey(script, Sandbox(), progress, state, at=lambda point: self.at(point, fleet))
            table, found = journey.run()
            self.stdout.write("\n" + "\n".join(table.lines()) + "\n")
            self._say_figures(journey.figures)
            if not found.matches or not table.is_explained:
                self._complain()
                raise CommandError("Not every cent is explained.")
            state.write_text(json.dumps({"script": script.name, "finished": True}))
            self.stdout.write(self.style.SUCCESS(f"Every cent is explained. It took {progress.seconds:.0f} s."))
        except GONE as gone:
            words = f"{type(gone).__name__}: {str(gone).strip()}"
            raise CommandError(
                f"A server went away and stayed away. {words}\nThe same command goes on from here."
            ) from None
        except (PortTaken, TimeoutError, RuntimeError, SoukError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on from here.") from None
        finally:
            fleet.stop()

    def at(self, point: str, fleet: Fleet) -> None:
        """What happens at a point of the journey besides the journey: here, nothing. Tests end processes at it."""

    def _say_figures(self, figures: dict[str, float]) -> None:
        """How long the shops took, and their products from the first row to the last offer visible; onboarding is apart."""
        if not {"shops_seconds", "visible_seconds"} <= figures.keys():
            return  # an interrupted run made them
        shops, visible = figures["shops_seconds"], figures["visible_seconds"]
        self.stdout.write(f"shops {shops:.1f} s + products visible {visible:.1f} s = {shops + visible:.1f} s\n")

    def _restarting(self, process: str, code: int) -> None:
        self.stderr.write(f"{process} ended ({code}); starting it again")

    def _before(self, script: Script, state: Path, afresh: bool, fleet: Fleet, progress: Progress) -> None:
        """An earlier journey left this world: go on with it, or, when it was finished, prove it once more and begin anew."""
        earlier = json.loads(state.read_text())
        if earlier.get("finished") and not afresh:
            setup.prepare(settings.WORLD, progress)
            fleet.start(["sandbox"])
            fleet.wait_until_serving(["sandbox"])
            progress.step("Match what the last journey left")
            found = match()
            progress.finish(f"{found.exceptions_count} exceptions")
            if not found.matches:
                self._complain()
                raise CommandError(
                    "The last journey's books no longer match; `manage.py journey --afresh` forgets them."
                )
            fleet.stop()
            fleet.restart_allowed()
        elif earlier["script"] != script.name and not afresh:
            raise CommandError(
                f"A journey over the {earlier['script']} is unfinished. Finish it with its own command, "
                "or forget it with --afresh."
            )
        elif not afresh:
            return
        progress.step("Begin anew")
        empty(settings.WORLD)

    def _complain(self) -> None:
        with acting_as("platform"):
            for each in ReconciliationException.objects.filter(state="open").order_by("last_seen_at", "key")[:50]:
                difference = Money(each.difference_minor, each.currency or settings.CURRENCY)
                self.stderr.write(
                    f"{each.check_name}: {each.explanation} (account {each.account or '-'}, difference {difference})"
                )
