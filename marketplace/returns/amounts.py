"""What is left of a line, or of a vendor order's shipping, and what a part of it contains: pure functions over integers.

Every amount is taken from what is left, in the proportion of what is left, so that parts never come to more than the whole
and giving back the rest gives back exactly the rest, the last cent of tax and commission included.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from kit.money import split_largest_remainder


@dataclass(frozen=True, slots=True)
class Left:
    """What was not given back yet of an order line, or of shipping (`line_id` is None), in minor units.

    `tax` and `commission` are contained in `gross`; `units` are those whose money was not given back by number.
    """

    line_id: UUID | None
    units: int
    gross: int
    tax: int
    commission: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a `Left`: `commission` of it goes back with it, `kept` would have and is kept by policy."""

    line_id: UUID | None
    units: int
    gross: int
    tax: int
    commission: int
    kept: int = 0

    @property
    def net(self) -> int:
        """What the vendor gives of it."""
        return self.gross - self.commission


def take(left: Left, gross: int, *, units: int = 0, keeps_commission: bool = False) -> Taken:
    """`gross` of what is left, with its share of the tax and the commission in it. `gross` is within what is left."""
    tax = _within(gross, left.gross, left.tax)
    commission = _within(gross, left.gross, left.commission)
    if keeps_commission:
        return Taken(left.line_id, units, gross, tax, 0, commission)
    return Taken(left.line_id, units, gross, tax, commission)


def price_of(left: Left, units: int) -> int:
    """What so many of the units left cost: amounts given back earlier were off all of them alike."""
    return split_largest_remainder(left.gross, [units, left.units - units])[0] if left.units else 0


def spread(lefts: Sequence[Left], gross: int) -> list[int]:
    """An amount off all of it, over its parts in the proportion of what is left of each."""
    return _split(gross, [left.gross for left in lefts])


def without(left: Left, taken: Taken) -> Left:
    """What is left afterwards. Commission that was kept is none that could be given back later."""
    return replace(
        left,
        units=left.units - taken.units,
        gross=left.gross - taken.gross,
        tax=left.tax - taken.tax,
        commission=left.commission - taken.commission - taken.kept,
    )


def without_all(lefts: Sequence[Left], gross: int, commission: int) -> list[Left]:
    """What is left after a refund that named no items: off all of it alike, with the commission that it gave back.

    What a bank took may be more than is left, where another took of the same, and hold commission that was kept before.
    """
    commission_left = max(sum(left.commission for left in lefts) - commission, 0)
    commissions = _split(commission_left, [left.commission for left in lefts])
    found = []
    taken = spread(lefts, min(gross, sum(left.gross for left in lefts)))
    for left, part, share in zip(lefts, taken, commissions, strict=True):
        rest = without(left, take(left, part))
        found.append(replace(rest, units=rest.units if rest.gross else 0, commission=min(share, rest.gross)))
    return found


def _split(amount: int, weights: Sequence[int]) -> list[int]:
    return split_largest_remainder(amount, weights) if amount else [0] * len(weights)


def _within(gross: int, gross_left: int, contained: int) -> int:
    """How much of `contained` is in so much of the gross."""
    return split_largest_remainder(gross, [contained, gross_left - contained])[0] if gross else 0
