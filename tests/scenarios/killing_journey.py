"""`python tests/scenarios/killing_journey.py PROCESS`: the journey, with PROCESS killed (-9) once at each of its points.

What was killed is written down in the world's folder, so that the run that goes on kills nothing twice.
"""

import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "SOUK_PROCESS": "journey"}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from embedded import status  # noqa: E402
from embedded.processes import Fleet  # noqa: E402
from marketplace.demo.management.commands.journey import Command as Journey  # noqa: E402

SERVERS = ("postgres", "valkey")


class KillingJourney(Journey):
    """The journey as it is, with somebody who kills."""

    victim = ""

    def at(self, point: str, fleet: Fleet) -> None:
        record = settings.WORLD.root / "killed"
        if point in (record.read_text().split() if record.exists() else []):
            return
        with record.open("a") as file:
            file.write(f"{point}\n")
        while not self._kill(fleet):
            time.sleep(0.05)  # it is just being started again
        self.stdout.write(f"    kill -9 {self.victim} at {point}")

    def _kill(self, fleet: Fleet) -> bool:
        pid = self._server() if self.victim in SERVERS else fleet.pid(self.victim)
        try:
            if self.victim == "web":
                os.killpg(pid, signal.SIGKILL)  # with the process of its own that serves
            else:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _server(self) -> int:
        """Its process; one that is just being started again is waited for."""
        while True:
            for server in status(settings.WORLD):
                if server.kind == self.victim and server.server:
                    return server.server
            time.sleep(0.05)


def main() -> None:
    KillingJourney.victim = sys.argv[1]
    KillingJourney().run_from_argv(["manage.py", "journey", *sys.argv[2:]])


if __name__ == "__main__":
    main()
