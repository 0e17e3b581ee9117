"""How far a long piece of work has come, for somebody at a terminal."""

import sys
import time
from typing import Any, TextIO

QUIET_SECONDS = 2.0
REDRAWN_SECONDS = 0.1
LOGGED_SECONDS = 10.0
WIDTH = 30


class Bar:
    """`bar.at(done, total)`: nothing for two seconds, then a bar; where nobody looks (a log, a pipe) a line now and then."""

    def __init__(self, words: str, out: Any = None):
        self.words = words
        self.out: TextIO = out or sys.stderr
        self._began = self._told = time.monotonic()
        self._drawn = False

    def at(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._began < QUIET_SECONDS:
            return
        if not self.out.isatty():
            if now - self._told >= LOGGED_SECONDS:
                self._told = now
                self.out.write(f"{self.words}: {done} of {total}\n")
            return
        if done < total and now - self._told < REDRAWN_SECONDS:
            return
        self._told, self._drawn = now, True
        full = WIDTH * done // total if total else WIDTH
        left = (now - self._began) / done * (total - done) if done else 0.0
        rest = f", {left:.0f} s left" if done < total else ""
        self.out.write(f"\r\x1b[K{self.words} [{'#' * full}{'.' * (WIDTH - full)}] {done} of {total}{rest}")
        self.out.flush()

    def end(self) -> None:
        """Leave the line to whatever is written next."""
        if self._drawn:
            self.out.write("\r\x1b[K")
            self.out.flush()
            self._drawn = False
