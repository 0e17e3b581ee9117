"""What a shipping profile must be before it is written: pages and API are checked here, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from kit.errors import InvalidInput
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.catalog.drafts import MAX_PRICE_MINOR, MAX_WEIGHT_GRAMS, text_problem
from tenants.shop.shipping.limits import MAX_DAYS, MAX_PIECES, MAX_RATES, MAX_SHIPPING_MINOR, MAX_ZONES
from tenants.shop.shipping.models import ShippingProfile, ShippingRate, ShippingZone


@dataclass(frozen=True, slots=True)
class RateDraft:
    """A rate as it shall be; see `models.ShippingRate` for its bands. `id` names the one to change."""

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
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ZoneDraft:
    """Countries that cost the same; none: all that no other zone of the profile names."""

    name: str
    countries: Sequence[str] = ()
    rates: Sequence[RateDraft] = ()
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProfileDraft:
    """A profile as it shall be, with all its zones and their rates in their order."""

    name: str
    handling_days: int = 2
    zones: Sequence[ZoneDraft] = field(default_factory=tuple)


class InvalidShipping(InvalidInput):
    """`errors` maps each field at fault ("name", "zones.0.rates.1.price_minor") to what is wrong with it."""

    code = "invalid_shipping"

    def __init__(self, errors: Mapping[str, str]):
        self.errors = dict(errors)
        first = next(iter(self.errors))
        super().__init__(" ".join(dict.fromkeys(self.errors.values())), field=first)


def draft_of(profile: ShippingProfile) -> ProfileDraft:
    """The profile as it is, to be changed in a part. Two statements, none when its zones and rates came with it."""
    return ProfileDraft(
        name=profile.name,
        handling_days=profile.handling_days,
        zones=[
            ZoneDraft(zone.name, list(zone.countries), [rate_draft(rate) for rate in zone.rates.all()], zone.id)
            for zone in _zones(profile)
        ],
    )


def rate_draft(rate: ShippingRate) -> RateDraft:
    return RateDraft(**{name: getattr(rate, name) for name in RateDraft.__dataclass_fields__})


def cleaned(draft: ProfileDraft) -> ProfileDraft:
    """With texts trimmed and country codes in capitals, each once."""
    return replace(
        draft,
        name=" ".join(draft.name.split()),
        zones=[
            replace(
                zone,
                name=" ".join(zone.name.split()),
                countries=sorted({code.strip().upper() for code in zone.countries}),
                rates=[
                    replace(rate, name=" ".join(rate.name.split()), carrier=" ".join(rate.carrier.split()))
                    for rate in zone.rates
                ],
            )
            for zone in draft.zones
        ],
    )


def problems(draft: ProfileDraft) -> dict[str, str]:
    """What is wrong with a draft, by field; empty when nothing is."""
    found: dict[str, str] = {}
    if trouble := _name_problem(draft.name, "profile"):
        found["name"] = trouble
    if not 0 <= draft.handling_days <= MAX_DAYS:
        found["handling_days"] = f"Give a number of days from 0 to {MAX_DAYS}."
    if len(draft.zones) > MAX_ZONES:
        found["zones"] = f"A profile has at most {MAX_ZONES} zones."
        return found
    taken: dict[str, str] = {}
    for number, zone in enumerate(draft.zones):
        at = f"zones.{number}"
        if trouble := _name_problem(zone.name, "zone"):
            found[f"{at}.name"] = trouble
        if trouble := _countries_problem(zone, taken):
            found[f"{at}.countries"] = trouble
        taken |= dict.fromkeys(zone.countries or ("",), zone.name)
        if len(zone.rates) > MAX_RATES:
            found[f"{at}.rates"] = f"A zone has at most {MAX_RATES} rates."
            continue
        for position, rate in enumerate(zone.rates):
            found |= {f"{at}.rates.{position}.{name}": words for name, words in rate_problems(rate).items()}
    return found


def rate_problems(rate: RateDraft) -> dict[str, str]:
    """What is wrong with one rate, by field."""
    found: dict[str, str] = {}
    if trouble := _name_problem(rate.name, "rate"):
        found["name"] = trouble
    if trouble := text_problem(rate.carrier, 60):
        found["carrier"] = trouble
    if not 0 <= rate.price_minor <= MAX_SHIPPING_MINOR:
        found["price_minor"] = "Shipping costs from 0.00 to 1000.00."
    if rate.free_from_minor is not None and not 0 < rate.free_from_minor <= MAX_PRICE_MINOR:
        found["free_from_minor"] = "Free shipping starts from an amount above zero."
    found |= _band(rate, "over_grams", "up_to_grams", MAX_WEIGHT_GRAMS, "A weight is", least=0, apart=1)
    found |= _band(rate, "from_goods_minor", "below_goods_minor", MAX_PRICE_MINOR, "An amount is", least=0, apart=1)
    found |= _band(rate, "from_pieces", "to_pieces", MAX_PIECES, "A number of pieces is", least=1, apart=0)
    for name in ("transit_min_days", "transit_max_days"):
        if not 0 <= getattr(rate, name) <= MAX_DAYS:
            found[name] = f"Give a number of days from 0 to {MAX_DAYS}."
    if "transit_max_days" not in found and rate.transit_max_days < rate.transit_min_days:
        found["transit_max_days"] = "The most days on the way are no fewer than the least."
    return found


def _band(rate: RateDraft, low: str, high: str, most: int, words: str, *, least: int, apart: int) -> dict[str, str]:
    """What is wrong with a band: it must hold something."""
    found = {
        name: f"{words} a number from {least} to {most:,}."
        for name in (low, high)
        if (value := getattr(rate, name)) is not None and not least <= value <= most
    }
    start, end = getattr(rate, low), getattr(rate, high)
    if not found and end is not None and end < (start if start is not None else 0) + apart:
        found[high] = "This ends before it begins: nothing would go by it."
    return found


def _countries_problem(zone: ZoneDraft, taken: Mapping[str, str]) -> str:
    unknown = [code for code in zone.countries if code not in COUNTRY_NAMES]
    if unknown:
        return f"We do not sell to {', '.join(unknown)[:60]}."
    twice = [code for code in zone.countries or ("",) if code in taken]
    if not twice:
        return ""
    if twice == [""]:
        return f"“{taken['']}” is for all other countries already; name the ones of this zone."
    names = ", ".join(COUNTRY_NAMES[code] for code in twice[:5])
    return f"{names}: in the zone “{taken[twice[0]]}” already. A country is in one zone of a profile."


def _name_problem(name: str, what: str) -> str:
    return text_problem(name, 80) if name else f"Give the {what} a name."


def _zones(profile: ShippingProfile) -> list[ShippingZone]:
    known: Any = getattr(profile, "_prefetched_objects_cache", {})
    return list(profile.zones.all() if "zones" in known else profile.zones.prefetch_related("rates"))
