"""How an amount is paid by several means: a pure function, the same for the page, the API and placing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Source:
    """Something to pay with: `free_minor` of it can be used. `label` is what its customer calls it."""

    prepaid_id: UUID
    kind: str
    label: str
    free_minor: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one source pays."""

    source: Source
    amount_minor: int

    @property
    def taken_minor(self) -> int:
        """The same below zero, as a bill has it."""
        return -self.amount_minor


@dataclass(frozen=True, slots=True)
class Means:
    """total = the parts + what the provider charges."""

    total_minor: int
    parts: tuple[Part, ...] = ()

    @property
    def prepaid_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)

    @property
    def charged_minor(self) -> int:
        return self.total_minor - self.prepaid_minor


def spread(total_minor: int, sources: Sequence[Source], *, least_minor: int = 0, step: int = 1) -> Means:
    """Pay `total_minor` with the sources in their order, the rest charged.

    A provider takes no less than `least_minor`, and multiples of `step` only: where what is left to charge would be less, or
    between two of them, so much more is charged and stays on the last source. Nothing to charge at all is always possible.
    """
    if total_minor < 0 or any(source.free_minor < 0 for source in sources):
        raise ValueError("nobody pays less than nothing")
    covered = min(total_minor, sum(source.free_minor for source in sources))
    charged = total_minor - covered
    if charged:
        charged = min(max(charged, least_minor), total_minor)
        charged = min(charged + -charged % step, total_minor)
    left, parts = total_minor - charged, []
    for source in sources:
        amount = min(left, source.free_minor)
        left -= amount
        if amount:
            parts.append(Part(source, amount))
    return Means(total_minor, tuple(parts))
