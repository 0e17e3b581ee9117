"""What a commission rule covers: conditions of seven kinds, read strictly. Kinds are joined by "and", values by "or".

Stored as a mapping from kind to a list of values, in minor units and ISO dates:

    {"category": ["home"], "country": ["DE", "AT"], "price": [{"currency": "EUR", "from_minor": 0, "below_minor": 5000}]}

What cannot be read is refused whole. Leaving out a condition that is not understood would widen the rule, and a rule
that covers more than was meant takes money from people it was not meant for.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from kit.errors import InvalidInput
from kit.money import Money


class UnreadableRule(InvalidInput):
    """What a rule says cannot be understood. `field` names the part."""

    code = "commission_rule_unreadable"


class Line(Protocol):
    """What conditions are asked about: a line that is sold."""

    @property
    def vendor_id(self) -> UUID: ...
    @property
    def plan(self) -> str: ...
    @property
    def category_path(self) -> str: ...
    @property
    def tags(self) -> frozenset[str]: ...
    @property
    def unit_price_minor(self) -> int: ...
    @property
    def currency(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def on(self) -> date: ...


@dataclass(frozen=True, slots=True)
class PriceBand:
    """Unit prices from `from_minor` on, below `below_minor` (None: without end), as the customer pays, in one currency."""

    currency: str
    from_minor: int = 0
    below_minor: int | None = None

    def has(self, price_minor: int, currency: str) -> bool:
        below = self.below_minor is None or price_minor < self.below_minor
        return currency == self.currency and self.from_minor <= price_minor and below

    def covers(self, other: "PriceBand") -> bool:
        ends_later = self.below_minor is None or (
            other.below_minor is not None and other.below_minor <= self.below_minor
        )
        return self.currency == other.currency and self.from_minor <= other.from_minor and ends_later

    def __str__(self) -> str:
        start = str(Money(self.from_minor, self.currency))
        if self.below_minor is None:
            return f"from {start}"
        end = str(Money(self.below_minor, self.currency))
        return f"from {start} to below {end}" if self.from_minor else f"below {end}"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Days from `first` to `last`, both included; None has no end on that side."""

    first: date | None = None
    last: date | None = None

    def has(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def covers(self, other: "DateRange") -> bool:
        begins = self.first is None or (other.first is not None and self.first <= other.first)
        return begins and (self.last is None or (other.last is not None and other.last <= self.last))

    def __str__(self) -> str:
        if self.first is None:
            return f"until {self.last}"
        return f"from {self.first}" if self.last is None else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Empty kinds ask nothing; all others must hold, each by one of its values."""

    vendor: frozenset[UUID] = frozenset()
    plan: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    tag: frozenset[str] = frozenset()
    price: tuple[PriceBand, ...] = ()
    country: frozenset[str] = frozenset()
    dates: tuple[DateRange, ...] = ()

    def match(self, line: Line) -> bool:
        return self.missed_by(line) is None

    def missed_by(self, line: Line) -> str | None:
        """The first kind that the line does not meet, None when it meets all."""
        if self.vendor and line.vendor_id not in self.vendor:
            return "vendor"
        if self.plan and line.plan not in self.plan:
            return "plan"
        if self.category and not any(within(line.category_path, path) for path in self.category):
            return "category"
        if self.tag and not (self.tag & line.tags):
            return "tag"
        if self.price and not any(band.has(line.unit_price_minor, line.currency) for band in self.price):
            return "price"
        if self.country and line.country not in self.country:
            return "country"
        if self.dates and not any(days.has(line.on) for days in self.dates):
            return "dates"
        return None

    def cover(self, other: "Conditions") -> bool:
        """Whether every line that meets `other` meets these, as far as single values tell.

        True is proof. False may be unproven: two bands of ours that together span one of theirs are not joined.
        """
        sets = all(not mine or (theirs and theirs <= mine) for mine, theirs in self._sets(other))
        return (
            sets
            and self._spans(self.category, other.category, lambda mine, theirs: within(theirs, mine))
            and self._spans(self.price, other.price, PriceBand.covers)
            and self._spans(self.dates, other.dates, DateRange.covers)
        )

    def _sets(self, other: "Conditions") -> list[tuple[frozenset[Any], frozenset[Any]]]:
        return [(getattr(self, kind), getattr(other, kind)) for kind in ("vendor", "plan", "tag", "country")]

    @staticmethod
    def _spans(mine: Iterable[Any], theirs: Iterable[Any], covers: Callable[[Any, Any], bool]) -> bool:
        if not mine:
            return True
        return bool(theirs) and all(any(covers(wide, narrow) for wide in mine) for narrow in theirs)

    @property
    def is_everything(self) -> bool:
        return not any(getattr(self, kind) for kind in KINDS)

    def data(self) -> dict[str, list[Any]]:
        """As stored: values in one order, kinds that ask nothing left out."""
        return {kind: _written(getattr(self, kind)) for kind in KINDS if getattr(self, kind)}


KINDS = tuple(field.name for field in fields(Conditions))


def within(path: str, subtree: str) -> bool:
    """Whether a category lies in a subtree: "home" has "home/kitchen" in it, and not "homeware"."""
    return path == subtree or path.startswith(f"{subtree}/")


def read_conditions(stored: object) -> Conditions:
    """The stored conditions. Raises UnreadableRule for an unknown kind, a kind without values, or any value amiss."""
    if not isinstance(stored, Mapping):
        raise UnreadableRule("The conditions are not a list of kinds and values.", field="conditions")
    found: dict[str, Any] = {}
    for kind, values in stored.items():
        if kind not in _READERS:
            raise UnreadableRule(f"“{kind}” is no kind of condition; there are {', '.join(KINDS)}.", field="conditions")
        if not isinstance(values, list) or not values:
            raise UnreadableRule(f"The condition “{kind}” names no value.", field=kind)
        collect: Callable[[Iterable[Any]], Any] = tuple if kind in ("price", "dates") else frozenset
        found[kind] = collect([_READERS[kind](value) for value in values])
    return Conditions(**found)


def read_amount(value: object, field: str) -> int:
    """A whole number of minor units, not negative. Raises UnreadableRule."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_MINOR:
        raise UnreadableRule(f"“{value}” is not an amount in minor units.", field=field)
    return value


def read_currency(value: object, field: str) -> str:
    """An ISO 4217 code. Raises UnreadableRule."""
    if not isinstance(value, str) or len(value) != 3 or not value.isascii() or not value.isupper():
        raise UnreadableRule(f"“{value}” is not a currency code.", field=field)
    return value


MOST_MINOR = 10**13


def _vendor(value: object) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) else _refuse(value, "vendor", "a vendor's id")
    except ValueError:
        return _refuse(value, "vendor", "a vendor's id")


def _category(value: object) -> str:
    if not isinstance(value, str) or not value or value != value.strip("/ "):
        return _refuse(value, "category", "a category's path, e.g. home/kitchen")
    return value


def _word(kind: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not value or value != value.strip().lower():
            return _refuse(value, kind, f"a {kind}; they are in small letters")
        return value

    return read


def _country(value: object) -> str:
    if not isinstance(value, str) or len(value) != 2 or not value.isascii() or not value.isupper():
        return _refuse(value, "country", "a country's code of two letters")
    return value


def _price(value: object) -> PriceBand:
    given = _fields(value, "price", {"currency", "from_minor", "below_minor"})
    currency = read_currency(given.get("currency"), "price")
    start = read_amount(given.get("from_minor", 0), "price")
    end = given.get("below_minor")
    below = None if end is None else read_amount(end, "price")
    if below is not None and below <= start:
        raise UnreadableRule("A price band ends above where it begins.", field="price")
    return PriceBand(currency, start, below)


def _dates(value: object) -> DateRange:
    given = _fields(value, "dates", {"first", "last"})
    first, last = (_day(given.get(name)) for name in ("first", "last"))
    if first is None and last is None:
        raise UnreadableRule("A range of dates begins or ends on some day.", field="dates")
    if first is not None and last is not None and last < first:
        raise UnreadableRule("A range of dates ends after it begins.", field="dates")
    return DateRange(first, last)


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value) if isinstance(value, str) else _refuse(value, "dates", "a date")
    except ValueError:
        return _refuse(value, "dates", "a date like 2026-12-31")


def _fields(value: object, kind: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or set(value) - known:
        return _refuse(value, kind, f"made of {', '.join(sorted(known))}")
    return value


def _refuse(value: object, kind: str, wanted: str) -> Any:
    raise UnreadableRule(f"“{value}” is not {wanted}.", field=kind)


_READERS: dict[str, Callable[[object], Any]] = {
    "vendor": _vendor,
    "plan": _word("plan"),
    "category": _category,
    "tag": _word("tag"),
    "price": _price,
    "country": _country,
    "dates": _dates,
}


def _written(values: Iterable[Any]) -> list[Any]:
    def one(value: Any) -> Any:
        if isinstance(value, PriceBand):
            return {"currency": value.currency, "from_minor": value.from_minor, "below_minor": value.below_minor}
        if isinstance(value, DateRange):
            return {name: day.isoformat() if (day := getattr(value, name)) else None for name in ("first", "last")}
        return str(value)

    return sorted((one(value) for value in values), key=str)
