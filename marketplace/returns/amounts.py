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

    `gross` is what the customer paid, `subsidy` what the platform added to it where it bears a discount; `tax` and
    `commission` are contained in both together. `units` are those whose money was not given back by number.
    """

    line_id: UUID | None
    units: int
    gross: int
    tax: int
    commission: int
    subsidy: int = 0

    @property
    def whole(self) -> int:
        """What the vendor sold it for."""
        return self.gross + self.subsidy


@dataclass(frozen=True, slots=True)
class Taken:
    """A part of a `Left`: `commission` of it goes back with it, `kept` would have and is kept by policy. The `subsidy` goes
    back to the platform.
    """

    line_id: UUID | None
    units: int
    gross: int
    tax: int
    commission: int
    kept: int = 0
    subsidy: int = 0

    @property
    def net(self) -> int:
        """What the vendor gives of it."""
        return self.gross + self.subsidy - self.commission


def take(left: Left, gross: int, *, units: int = 0, keeps_commission: bool = False) -> Taken:
    """`gross` of what is left, with its share of the subsidy beside it and of the tax and the commission in both.

    `gross` is within what is left. Of what cost the customer nothing the subsidy goes by units.
    """
    part, rest = (gross, left.gross - gross) if left.gross else (units, left.units - units)
    subsidy = split_largest_remainder(left.subsidy, [part, rest])[0] if part else 0
    tax = _within(gross + subsidy, left.whole, left.tax)
    commission = _within(gross + subsidy, left.whole, left.commission)
    given, kept = (0, commission) if keeps_commission else (commission, 0)
    return Taken(left.line_id, units, gross, tax, given, kept, subsidy)


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
        subsidy=left.subsidy - taken.subsidy,
        tax=left.tax - taken.tax,
        commission=left.commission - taken.commission - taken.kept,
    )


def without_all(lefts: Sequence[Left], gross: int, commission: int, subsidy: int = 0) -> list[Left]:
    """What is left after a refund that named no items: off all of it alike, with the commission that it gave back, and what
    came back to the platform of its part of the discounts.

    What a bank took may be more than is left, where another took of the same, and hold commission that was kept before.
    """
    commission_left = max(sum(left.commission for left in lefts) - commission, 0)
    commissions = _split(commission_left, [left.commission for left in lefts])
    subsidies = _split(max(sum(left.subsidy for left in lefts) - subsidy, 0), [left.subsidy for left in lefts])
    found = []
    taken = spread(lefts, min(gross, sum(left.gross for left in lefts)))
    for left, part, share, added in zip(lefts, taken, commissions, subsidies, strict=True):
        rest = replace(without(left, take(left, part)), subsidy=added)
        found.append(
            replace(
                rest,
                units=rest.units if rest.whole else 0,
                tax=min(rest.tax, rest.whole),
                commission=min(share, rest.whole),
            )
        )
    return found


def _split(amount: int, weights: Sequence[int]) -> list[int]:
    return split_largest_remainder(amount, weights) if amount else [0] * len(weights)


def _within(gross: int, gross_left: int, contained: int) -> int:
    """How much of `contained` is in so much of the gross."""
    return split_largest_remainder(gross, [contained, gross_left - contained])[0] if gross else 0
