"""`python tests/scenarios/killing_journey.py PROCESS[+PROCESS...]`: the journey, with each PROCESS killed (-9) once at each
of its points, one right after the other.

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

    victims: tuple[str, ...] = ()

    def at(self, point: str, fleet: Fleet) -> None:
        record = settings.WORLD.root / "killed"
        if point in (record.read_text().split() if record.exists() else []):
            return
        with record.open("a") as file:
            file.write(f"{point}\n")
        for victim in self.victims:
            while not self._kill(victim, fleet):
                time.sleep(0.05)  # it is just being started again
            self.stdout.write(f"    kill -9 {victim} at {point}")

    def _kill(self, victim: str, fleet: Fleet) -> bool:
        pid = self._server(victim) if victim in SERVERS else fleet.pid(victim)
        try:
            if victim == "web":
                os.killpg(pid, signal.SIGKILL)  # with the process of its own that serves
            else:
                os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    def _server(self, victim: str) -> int:
        """Its process; one that is just being started again is waited for."""
        while True:
            for server in status(settings.WORLD):
                if server.kind == victim and server.server:
                    return server.server
            time.sleep(0.05)


def main() -> None:
    KillingJourney.victims = tuple(sys.argv[1].split("+"))
    KillingJourney().run_from_argv(["manage.py", "journey", *sys.argv[2:]])


if __name__ == "__main__":
    main()
