"""`manage.py bench [SUITE]` (`make bench SUITE=pages`): measures, and prints JSON."""

import json
import os
import platform as machine
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from embedded.processes import PortTaken
from marketplace.demo import bench_checkout, bench_fleet, bench_money, bench_neighbors, bench_walls, setup
from marketplace.demo.bench import SUITES, Bench
from marketplace.demo.progress import Progress

ALL_SUITES = {
    **SUITES,
    "ledger": bench_money.ledger,
    "reconciliation": bench_money.reconciliation,
    "exports": bench_money.exports,
    "fleet": bench_fleet.fleet,
    "walls": bench_walls.walls,
    "neighbors": bench_neighbors.neighbors,
    "checkout": bench_checkout.checkout,
}


class Command(BaseCommand):
    help = (
        "Measure a suite and print figure, calibration and target as JSON; progress goes to stderr. It works in a world of "
        "its own (var/bench) that is filled once and kept."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("suite", nargs="?", default="pages", choices=sorted(ALL_SUITES))
        given = os.environ.get("SOUK_REAL_CATALOGUE")
        parser.add_argument(
            "--catalogue",
            type=Path,
            default=Path(given) if given else None,
            help="a catalogue file (csv, csv.xz) or its folder, else SOUK_REAL_CATALOGUE; without, a made-up one as big",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        progress = Progress(sys.stderr)
        catalogue = options["catalogue"]
        if catalogue is not None and catalogue.is_dir():
            catalogue = catalogue / "products.csv.xz"
        bench = Bench(progress, catalogue)
        try:
            found = ALL_SUITES[options["suite"]](bench)
        except (PortTaken, TimeoutError, RuntimeError, ValueError, OSError) as error:
            raise CommandError(str(error)) from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted. The same command goes on from here.") from None
        finally:
            progress.finish()
            setup.stop_servers(bench.world)
        found = {
            "suite": options["suite"],
            "machine": {"processors": os.cpu_count(), "load": os.getloadavg()[0], "python": machine.python_version()},
            "took_seconds": round(progress.seconds, 1),
            **found,
        }
        self.stdout.write(json.dumps(found, indent=2))
