"""Telling somebody at a terminal how far a long piece of work is."""

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from typing import Any, TextIO, TypeVar

Item = TypeVar("Item")


class Progress:
    """Lines of finished steps with the seconds each took; on a terminal, a count of the step at hand."""

    def __init__(self, out: Any = None):
        self.out: TextIO = out or sys.stdout
        self._began = time.monotonic()
        self._step = ""
        self._step_began = self._began

    def step(self, words: str) -> None:
        """Begin a step; the one before is finished."""
        self.finish()
        self._step, self._step_began = words, time.monotonic()
        if self.out.isatty():
            self.out.write(f"  {words} ...")
            self.out.flush()

    def note(self, words: str) -> None:
        """What the step at hand has come to, in place."""
        if self.out.isatty():
            self.out.write(f"\r\x1b[K  {self._step} ... {words}")
            self.out.flush()

    def say(self, words: str) -> None:
        """Something that happened during the step at hand, on a line of its own."""
        start = "\r\x1b[K" if self.out.isatty() else ""
        self.out.write(f"{start}    {words}\n")
        self.out.flush()

    def finish(self, words: str = "") -> None:
        if not self._step:
            return
        took = time.monotonic() - self._step_began
        start = "\r\x1b[K" if self.out.isatty() else ""
        self.out.write(f"{start}  {self._step}{': ' + words if words else ''} ({took:.1f} s)\n")
        self.out.flush()
        self._step = ""

    def over(self, items: Iterable[Item]) -> Iterator[Item]:
        """Go through `items`, showing the count."""
        whole = f" of {len(items)}" if isinstance(items, Sized) else ""
        for number, item in enumerate(items, start=1):
            yield item
            self.note(f"{number}{whole}")

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began
