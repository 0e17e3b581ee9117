"""Money as integers of minor units.

The exponents are ISO 4217's but for MGA: an ariary has five iraimbilanja, which ISO writes as two decimals and nobody
counts any more, so that it is kept in whole ariary. What Stripe counts otherwise (ISK and UGX travel with two decimals
that must be zero) is left to `billing.stripe.amounts`, which owns the provider's quirks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THREE_DECIMAL = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were combined."""


def exponent(currency: str) -> int:
    """How many decimals the currency's minor unit has: 0, 2 or 3."""
    code = currency.upper()
    if code in ZERO_DECIMAL:
        return 0
    return 3 if code in THREE_DECIMAL else 2


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency: `amount_minor` in the currency's minor unit, `currency` an upper-case ISO 4217 code."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount_minor, int) or isinstance(self.amount_minor, bool):
            raise TypeError(f"amount_minor must be an int, not {type(self.amount_minor).__name__}")
        if len(self.currency) != 3 or not self.currency.isalpha() or not self.currency.isupper():
            raise ValueError(f"not an ISO 4217 code: {self.currency!r}")

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount_minor - other.amount_minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, factor: int) -> "Money":
        if not isinstance(factor, int) or isinstance(factor, bool):
            raise TypeError("money is multiplied by whole numbers; use `share` for a rate")
        return Money(self.amount_minor * factor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor < other.amount_minor

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount_minor <= other.amount_minor

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def share(self, rate: Decimal) -> "Money":
        """`rate` of this amount, rounded half up (away from zero) to the minor unit."""
        exact = (Decimal(self.amount_minor) * rate).quantize(Decimal(1), rounding=ROUND_HALF_UP)
        return Money(int(exact), self.currency)

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact: 8420 EUR minor gives Decimal('84.20')."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    def __str__(self) -> str:
        return f"{self.major:,f} {self.currency}"


def total(amounts: Iterable[Money], currency: str) -> Money:
    """The sum, zero of `currency` when there are none."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def in_percent(rate: Decimal) -> str:
    """A rate as people write it: Decimal("0.125") is "12.5"."""
    return f"{rate.scaleb(2).normalize():f}"


def bps_in_percent(rate_bps: int) -> str:
    """A rate in hundredths of a percent as people write it: 1250 is "12.5"."""
    return in_percent(Decimal(rate_bps).scaleb(-4))


def bps_of_percent(percent: Decimal) -> int:
    """What a form says in percent, in hundredths of it: Decimal("12.5") is 1250."""
    return int(percent.scaleb(2))


def parse_major(text: str, currency: str) -> Money:
    """An amount as people write it ("84.20", "1 299,00") to Money.

    One comma or point followed by the currency's decimals separates them; spaces and apostrophes may group thousands.
    Raises ValueError when it is not an amount or has more decimals than the currency.
    """
    cleaned = text.strip().replace("\u00a0", "").replace(" ", "").replace("'", "")
    if cleaned.count(",") + cleaned.count(".") > 1:
        raise ValueError(f"“{text}” has more than one decimal separator; write it like 1299.00")
    cleaned = cleaned.replace(",", ".")
    whole, _, decimals = cleaned.partition(".")
    digits = whole.removeprefix("-") + decimals
    if not digits.isascii() or not digits.isdigit() or len(digits) > 15:
        raise ValueError(f"“{text}” is not an amount; write it like 1299.00")
    places = exponent(currency)
    if len(decimals) > places:
        raise ValueError(f"“{text}” has more than {places} decimals")
    return Money(int(f"{whole or '0'}{decimals.ljust(places, '0')}"), currency)


def split_largest_remainder(amount_minor: int, weights: Sequence[int]) -> list[int]:
    """`amount_minor` in parts proportional to `weights`, always summing to it exactly.

    Every part is first rounded toward zero; what is left goes, a unit each, to the largest remainders, and among equal
    remainders to the earlier part. Weights are non-negative and not all zero (unless the amount is zero too).
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    whole = sum(weights)
    if whole == 0:
        if amount_minor:
            raise ValueError("an amount cannot be split over weights that sum to zero")
        return [0] * len(weights)
    sign = -1 if amount_minor < 0 else 1
    size = abs(amount_minor)
    parts = [size * weight // whole for weight in weights]
    left = size - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [sign * part for part in parts]
