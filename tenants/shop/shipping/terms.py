"""What shipping costs and when it arrives: pure functions over plain data, for cart, placing and the vendor's preview alike.

`ShippingTerms` are all that a shop says of it. They are projected to the public side as JSON (`as_json`, `from_json`), so
that quoting a cart enters no shop.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tenants.shop.inventory.allocation import next_departure

PICKUP = "pickup."
KINDS = [("delivery", "Delivery"), ("pickup", "Pick-up")]


@dataclass(frozen=True, slots=True)
class Departures:
    """When parcels leave a warehouse. `working_days` are digits from 1, Monday, to 7, Sunday."""

    working_days: str = "12345"
    cut_off: time = time(12)
    time_zone: str = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Rate:
    """A way to a zone and its price; see `models.ShippingRate` for how its bands are counted."""

    id: UUID
    name: str
    price_minor: int
    carrier: str = ""
    free_from_minor: int | None = None
    over_grams: int | None = None
    up_to_grams: int | None = None
    from_goods_minor: int | None = None
    below_goods_minor: int | None = None
    from_pieces: int | None = None
    to_pieces: int | None = None
    transit_min_days: int = 1
    transit_max_days: int = 3

    def takes(self, load: "Load") -> bool:
        """Whether such a parcel may go this way."""
        return (
            (self.over_grams is None or load.grams > self.over_grams)
            and (self.up_to_grams is None or load.grams <= self.up_to_grams)
            and (self.from_goods_minor is None or load.goods_minor >= self.from_goods_minor)
            and (self.below_goods_minor is None or load.goods_minor < self.below_goods_minor)
            and (self.from_pieces is None or load.pieces >= self.from_pieces)
            and (self.to_pieces is None or load.pieces <= self.to_pieces)
        )

    def cost_minor(self, load: "Load") -> int:
        is_free = self.free_from_minor is not None and load.goods_minor >= self.free_from_minor
        return 0 if is_free else self.price_minor

    def missing_minor(self, load: "Load") -> int:
        """So much more of goods, and this way is free; 0 when it is, or never will be."""
        if self.free_from_minor is None or not self.price_minor:
            return 0
        return max(self.free_from_minor - load.goods_minor, 0)


@dataclass(frozen=True, slots=True)
class Zone:
    """Countries that cost the same; none named: all the others."""

    id: UUID
    name: str
    countries: tuple[str, ...]
    rates: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    id: UUID
    name: str
    handling_days: int
    zones: tuple[Zone, ...]

    def zone_for(self, country: str) -> Zone | None:
        """The zone that names the country, else the one for all the others."""
        named = next((zone for zone in self.zones if country in zone.countries), None)
        return named or next((zone for zone in self.zones if not zone.countries), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parcel can be fetched, for how much and when. `id` is its warehouse's."""

    id: UUID
    name: str
    street: str
    postal_code: str
    city: str
    country: str
    hours: str
    price_minor: int = 0

    def words(self) -> dict[str, str]:
        """What an order keeps of it."""
        return {name: getattr(self, name) for name in ("name", "street", "postal_code", "city", "country", "hours")}


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """How a vendor ships. The first profile is the default; without any the vendor ships nothing."""

    profiles: tuple[Profile, ...] = ()
    places: tuple[Place, ...] = ()
    departures: tuple[Departures, ...] = ()

    @property
    def countries(self) -> list[str]:
        """Where the default profile goes; empty: everywhere."""
        zones = [zone for profile in self.profiles[:1] for zone in profile.zones if zone.rates]
        if any(not zone.countries for zone in zones):
            return []
        return sorted({country for zone in zones for country in zone.countries})

    @property
    def cheapest(self) -> Rate | None:
        """The cheapest rate of the default profile, whatever its zone: what a page says before it knows where to."""
        rates = [rate for profile in self.profiles[:1] for zone in profile.zones for rate in zone.rates]
        return min(rates, key=lambda rate: (rate.price_minor, rate.transit_max_days, rate.id), default=None)

    @property
    def handling_days(self) -> int:
        return self.profiles[0].handling_days if self.profiles else 2


@dataclass(frozen=True, slots=True)
class Item:
    """So many of one variant. `profile_id` None: the default; `ships_on` when some of it have yet to come in."""

    goods_minor: int
    quantity: int
    unit_grams: int = 0
    profile_id: UUID | None = None
    ships_on: date | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What a rate looks at."""

    grams: int
    goods_minor: int
    pieces: int

    @classmethod
    def of(cls, items: Iterable[Item]) -> "Load":
        here = list(items)
        return cls(
            sum(item.unit_grams * item.quantity for item in here),
            sum(item.goods_minor for item in here),
            sum(item.quantity for item in here),
        )


@dataclass(frozen=True, slots=True)
class Method:
    """One way for a vendor's parcel: what the customer chooses by `key`, which stays the same while the vendor offers it.

    It arrives from `first_on` to `last_on`; at a `place` it is ready from `first_on`.
    """

    key: str
    name: str
    carrier: str
    price_minor: int
    missing_minor: int
    first_on: date
    last_on: date
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """The methods for a parcel: deliveries, the cheapest first, then places. `refusal` says why nothing is delivered:
    "country" when nothing goes there, "load" when nothing takes so much, so heavy or so dear a parcel there.
    """

    methods: tuple[Method, ...]
    load: Load
    refusal: str = ""

    @property
    def preselected(self) -> Method | None:
        """The cheapest delivery. Fetching it is nothing that we choose for anybody."""
        return next((method for method in self.methods if method.place is None), None)

    def by_key(self, key: str) -> Method | None:
        return next((method for method in self.methods if method.key == key), None)


def methods_for(terms: ShippingTerms, items: Sequence[Item], *, country: str, now: datetime) -> Offered:
    """What a vendor offers for these items to a country, ordered now.

    Items of several profiles go together: as cheap as each can go, and as fast as each can go.
    """
    by_id = {profile.id: profile for profile in terms.profiles}
    parts: dict[UUID, list[Item]] = {}
    for item in items:
        profile = by_id.get(item.profile_id) if item.profile_id else None
        if profile or terms.profiles:
            parts.setdefault((profile or terms.profiles[0]).id, []).append(item)
    load = Load.of(items)
    groups: list[list[_Leg]] = []
    refusal = "" if parts else "country"
    for profile_id, own in sorted(parts.items()):
        profile, part = by_id[profile_id], Load.of(own)
        ready = _ready_on(terms, profile.handling_days, own, now)
        zone = profile.zone_for(country)
        legs = [_leg(rate, part, ready) for rate in (zone.rates if zone else ()) if rate.takes(part)]
        if not legs:
            # Nothing at all goes there: that is said before a weight that one could change.
            refusal = "country" if refusal == "country" or zone is None or not zone.rates else "load"
        groups.append(legs)
    methods = [] if refusal else _together(groups)
    handling = max((by_id[profile_id].handling_days for profile_id in parts), default=terms.handling_days)
    ready = _ready_on(terms, handling, items, now)
    places = [
        Method(f"{PICKUP}{place.id}", f"Pick up in {place.city}", "", place.price_minor, 0, ready, ready, place)
        for place in sorted(terms.places, key=lambda place: (place.price_minor, place.name, place.id))
    ]
    return Offered((*methods, *places), load, refusal)


def leave_by(terms: ShippingTerms, *, now: datetime) -> datetime:
    """Until when what is paid now must leave by the default profile: the end of that working day."""
    zone = ZoneInfo((terms.departures or (Departures(),))[0].time_zone)
    return datetime.combine(_ready_on(terms, terms.handling_days, (), now), time(23, 59), zone)


def as_json(terms: ShippingTerms) -> dict[str, Any]:
    """The terms as they are projected."""
    return _plain(asdict(terms))  # type: ignore[no-any-return]


def from_json(given: Mapping[str, Any]) -> ShippingTerms:
    """What `as_json` gave; nothing gives terms that ship nothing."""
    return ShippingTerms(
        profiles=tuple(
            Profile(
                UUID(profile["id"]),
                profile["name"],
                profile["handling_days"],
                tuple(
                    Zone(
                        UUID(zone["id"]),
                        zone["name"],
                        tuple(zone["countries"]),
                        tuple(Rate(**{**rate, "id": UUID(rate["id"])}) for rate in zone["rates"]),
                    )
                    for zone in profile["zones"]
                ),
            )
            for profile in given.get("profiles", ())
        ),
        places=tuple(Place(**{**place, "id": UUID(place["id"])}) for place in given.get("places", ())),
        departures=tuple(
            Departures(**{**each, "cut_off": time.fromisoformat(each["cut_off"])})
            for each in given.get("departures", ())
        ),
    )


# --- Their parts --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Leg:
    """A rate for the items of one profile, with what it costs and when it arrives."""

    rate: Rate
    price_minor: int
    missing_minor: int
    first_on: date
    last_on: date

    @property
    def cheap(self) -> tuple[int, date, str, UUID]:
        return self.price_minor, self.last_on, self.rate.name, self.rate.id

    @property
    def fast(self) -> tuple[date, date, int, UUID]:
        return self.last_on, self.first_on, self.price_minor, self.rate.id


def _leg(rate: Rate, load: Load, ready: date) -> _Leg:
    first, last = (_after(ready, days, "12345") for days in (rate.transit_min_days, rate.transit_max_days))
    return _Leg(rate, rate.cost_minor(load), rate.missing_minor(load), first, last)


def _together(groups: Sequence[Sequence[_Leg]]) -> list[Method]:
    if len(groups) == 1:
        chosen = [[leg] for leg in sorted(groups[0], key=lambda leg: leg.cheap)]
    else:
        chosen = [[min(legs, key=lambda leg: leg.cheap) for legs in groups]]
        chosen.append([min(legs, key=lambda leg: leg.fast) for legs in groups])
    methods: dict[str, Method] = {}
    for legs in chosen:
        method = Method(
            key=".".join(sorted(str(leg.rate.id) for leg in legs)),
            name=" + ".join(dict.fromkeys(leg.rate.name for leg in legs))[:80],
            carrier=", ".join(dict.fromkeys(leg.rate.carrier for leg in legs if leg.rate.carrier))[:60],
            price_minor=sum(leg.price_minor for leg in legs),
            missing_minor=legs[0].missing_minor if len(legs) == 1 else 0,
            first_on=max(leg.first_on for leg in legs),
            last_on=max(leg.last_on for leg in legs),
        )
        methods.setdefault(method.key, method)
    return list(methods.values())


def _ready_on(terms: ShippingTerms, handling_days: int, items: Iterable[Item], now: datetime) -> date:
    """When it leaves, whichever warehouse packs it: that is settled only when it is ordered."""
    later = max((item.ships_on for item in items if item.ships_on), default=None)
    days = []
    for each in terms.departures or (Departures(),):
        leaves = _after(next_departure(each, now).date(), handling_days, each.working_days)
        days.append(_after(max(leaves, later or leaves), 0, each.working_days))
    return max(days)


def _after(day: date, count: int, working_days: str) -> date:
    """So many working days after a day, which itself is moved to one first."""
    while True:
        if str(day.isoweekday()) in working_days:
            if not count:
                return day
            count -= 1
        day += timedelta(days=1)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value
