"""Saying how a shop ships. Every change is announced, so that the public side hears of it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from audit.actions import record
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7
from outbox.actions import announce
from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.catalog.actions import products_changed
from tenants.shop.catalog.models import Product
from tenants.shop.inventory.actions import lock_warehouse
from tenants.shop.inventory.models import Warehouse
from tenants.shop.shipping.drafts import (
    InvalidShipping,
    ProfileDraft,
    RateDraft,
    ZoneDraft,
    cleaned,
    draft_of,
    problems,
)
from tenants.shop.shipping.limits import MAX_PROFILES, MAX_SHIPPING_MINOR
from tenants.shop.shipping.models import PickupPoint, ProductProfile, ShippingProfile, ShippingRate, ShippingZone


class StaleProfile(Conflict):
    """Somebody else changed the profile meanwhile."""

    code = "stale_profile"


class DefaultProfile(Conflict):
    """The default profile stays: what is not said to go by another goes by it."""

    code = "default_profile"


class NoSuchPart(Conflict):
    """A zone or rate that was to be changed is gone."""

    code = "shipping_part_gone"


@transaction.atomic
def add_profile(*, draft: ProfileDraft, by: UUID | None) -> ShippingProfile:
    """One more way of shipping; the shop's first is its default. Raises InvalidShipping and InvalidInput."""
    _lock_all()
    count = ShippingProfile.objects.count()
    if count >= MAX_PROFILES:
        raise InvalidInput(f"A shop has at most {MAX_PROFILES} shipping profiles.", field="name")
    profile = ShippingProfile(is_default=not count, version=0)
    return _write(profile, draft, by, "shipping_profile_added")


@transaction.atomic
def save_profile(
    profile: ShippingProfile, *, draft: ProfileDraft, version: int | None = None, by: UUID | None
) -> ShippingProfile:
    """Make the profile as drafted. Zones and rates that the draft names by id keep it; those it does not name are removed.

    `version` is the one the person was looking at. Raises StaleProfile when it has risen since, InvalidShipping.
    """
    found = _lock(profile.id)
    if version is not None and version != found.version:
        raise StaleProfile("Somebody changed this profile while you were editing it. Reload it to see how.")
    return _write(found, draft, by, "shipping_profile_changed")


@transaction.atomic
def remove_profile(profile: ShippingProfile, *, by: UUID | None) -> None:
    """Its products go by the default from now on. Raises DefaultProfile."""
    found = _lock(profile.id)
    if found.is_default:
        raise DefaultProfile("This is how everything else is shipped: change it, it cannot be removed.")
    moved = list(found.assignments.values_list("product_id", flat=True))
    name = found.name
    found.delete()
    _tell("shipping_profile_removed", f"shipping_profile:{profile.id}", by, name=name)
    products_changed(moved)


def rename_profile(profile: ShippingProfile, *, name: str, handling_days: int, by: UUID | None) -> ShippingProfile:
    """Another name, and how long it takes until a parcel leaves; zones and rates stay. Raises InvalidShipping."""
    return _edit(profile, lambda draft: replace(draft, name=name, handling_days=handling_days), by)


# --- A zone or a rate by itself, as the portal's pages have them ------------------------------------------------


def put_zone(profile: ShippingProfile, *, zone: ZoneDraft, by: UUID | None) -> ShippingProfile:
    """A new zone, or with its `id` another name and other countries; its rates stay. Raises InvalidShipping, NoSuchPart."""

    def change(draft: ProfileDraft) -> ProfileDraft:
        if zone.id is None:
            return replace(draft, zones=[*draft.zones, zone])
        return _replaced(draft, zone.id, lambda known: replace(zone, rates=known.rates))

    return _edit(profile, change, by)


def remove_zone(profile: ShippingProfile, *, zone_id: UUID, by: UUID | None) -> ShippingProfile:
    """Nothing goes there any more by this profile. Doing it twice is doing it once."""
    return _edit(profile, lambda draft: replace(draft, zones=[zone for zone in draft.zones if zone.id != zone_id]), by)


def put_rate(profile: ShippingProfile, *, zone_id: UUID, rate: RateDraft, by: UUID | None) -> ShippingProfile:
    """A new rate of a zone, or with its `id` a changed one. Raises InvalidShipping, NoSuchPart."""

    def put(zone: ZoneDraft) -> ZoneDraft:
        if rate.id is None:
            return replace(zone, rates=[*zone.rates, rate])
        if all(known.id != rate.id for known in zone.rates):
            raise NoSuchPart("This rate was removed meanwhile.")
        return replace(zone, rates=[rate if known.id == rate.id else known for known in zone.rates])

    return _edit(profile, lambda draft: _replaced(draft, zone_id, put), by)


def remove_rate(profile: ShippingProfile, *, rate_id: UUID, by: UUID | None) -> ShippingProfile:
    """Parcels do not go this way any more. Doing it twice is doing it once."""

    def without(draft: ProfileDraft) -> ProfileDraft:
        zones = [replace(zone, rates=[rate for rate in zone.rates if rate.id != rate_id]) for zone in draft.zones]
        return replace(draft, zones=zones)

    return _edit(profile, without, by)


@transaction.atomic
def set_flat_shipping(
    *,
    flat_minor: int,
    free_from_minor: int | None = None,
    handling_days: int = 2,
    transit_days: int = 3,
    countries: Sequence[str] = (),
    name: str = "Standard",
    by: UUID | None = None,
) -> ShippingProfile:
    """Ship everything for one price: the default profile with one zone and one rate, whatever stood there before.

    Amounts in minor units; no countries: everywhere we sell. Raises InvalidShipping.
    """
    _lock_all()
    known = ShippingProfile.objects.filter(is_default=True).first()
    zone = known.zones.first() if known else None
    rate = zone.rates.first() if zone else None
    flat = RateDraft(
        name=name,
        price_minor=flat_minor,
        free_from_minor=free_from_minor,
        transit_min_days=min(1, transit_days),
        transit_max_days=transit_days,
        id=rate.id if rate else None,
    )
    where = ZoneDraft("Where we ship to" if countries else "Everywhere", countries, [flat], zone.id if zone else None)
    draft = ProfileDraft(name=known.name if known else "Standard", handling_days=handling_days, zones=[where])
    profile = known or ShippingProfile(is_default=True, version=0)
    return _write(profile, draft, by, "shipping_profile_changed")


# --- Fetching, and what goes another way --------------------------------------------------------------------


@transaction.atomic
def offer_pickup(warehouse: Warehouse, *, hours: str, price_minor: int = 0, by: UUID | None) -> PickupPoint:
    """Customers may fetch their parcels at a warehouse. Raises InvalidInput, WarehouseRetired."""
    place = lock_warehouse(warehouse)
    words = " ".join(hours.split())
    if not words or len(words) > 300 or "\0" in words:
        raise InvalidInput("Say when somebody is there, in up to 300 characters.", field="hours")
    if not 0 <= price_minor <= MAX_SHIPPING_MINOR:
        raise InvalidInput("Fetching costs from 0.00 to 1000.00.", field="price_minor")
    if not (place.street and place.city):
        raise InvalidInput("Say first where this warehouse is: customers must find it.", field="hours")
    if place.country not in COUNTRY_NAMES:
        raise InvalidInput("We do not sell in the country of this warehouse yet.", field="hours")
    point, _ = PickupPoint.objects.update_or_create(
        warehouse=place, defaults={"hours": words, "price_minor": price_minor}
    )
    _tell("pickup_offered", f"warehouse:{place.id}", by, name=place.name)
    return point


@transaction.atomic
def end_pickup(warehouse: Warehouse, *, by: UUID | None) -> None:
    """Nothing is fetched there any more; what was ordered so is still fetched. Doing it twice is doing it once."""
    if PickupPoint.objects.filter(warehouse=warehouse).delete()[0]:
        _tell("pickup_ended", f"warehouse:{warehouse.id}", by, name=warehouse.name)


@transaction.atomic
def ship_by_profile(product_ids: Collection[UUID], *, profile: ShippingProfile | None) -> None:
    """These products go by a profile; None or the default: like everything else. Ids of no product are refused."""
    known = set(Product.objects.filter(id__in=product_ids).values_list("id", flat=True))
    if known != set(product_ids):
        raise InvalidInput("One of these products does not exist.", field="products")
    ProductProfile.objects.filter(product_id__in=known).delete()
    if profile is not None and not _lock(profile.id).is_default:
        ProductProfile.objects.bulk_create(ProductProfile(product_id=each, profile=profile) for each in known)
    products_changed(known)


# --- Their parts --------------------------------------------------------------------------------------------


@transaction.atomic
def _edit(profile: ShippingProfile, change: Callable[[ProfileDraft], ProfileDraft], by: UUID | None) -> ShippingProfile:
    found = _lock(profile.id)
    return _write(found, change(draft_of(found)), by, "shipping_profile_changed")


def _replaced(draft: ProfileDraft, zone_id: UUID, change: Callable[[ZoneDraft], ZoneDraft]) -> ProfileDraft:
    if all(zone.id != zone_id for zone in draft.zones):
        raise NoSuchPart("This zone was removed meanwhile.")
    return replace(draft, zones=[change(zone) if zone.id == zone_id else zone for zone in draft.zones])


def _lock_all() -> None:
    list(ShippingProfile.objects.select_for_update().order_by("id").values_list("id"))


def _lock(profile_id: UUID) -> ShippingProfile:
    found = ShippingProfile.objects.select_for_update().filter(id=profile_id).first()
    if found is None:
        raise NoSuchPart("This shipping profile was removed meanwhile.")
    return found


def _write(profile: ShippingProfile, draft: ProfileDraft, by: UUID | None, what: str) -> ShippingProfile:
    draft = cleaned(draft)
    found = problems(draft)
    same_name = ShippingProfile.objects.exclude(id=profile.id).filter(name__iexact=draft.name)
    if not found and same_name.exists():
        found["name"] = "Another profile has this name."
    zones = {zone.id: zone for zone in ShippingZone.objects.filter(profile=profile)}
    rates = {rate.id: rate for rate in ShippingRate.objects.filter(zone__profile=profile)}
    found = found or _strangers(draft, zones, rates)
    if found:
        raise InvalidShipping(found)
    profile.name, profile.handling_days = draft.name, draft.handling_days
    profile.version += 1
    profile.save()
    new_zones: list[ShippingZone] = []
    new_rates: list[ShippingRate] = []
    for position, wanted in enumerate(draft.zones):
        zone = zones.pop(wanted.id, None) if wanted.id else None
        zone = zone or ShippingZone(id=uuid7(), profile=profile)
        zone.name, zone.countries, zone.position = wanted.name, list(wanted.countries), position
        new_zones.append(zone)
        for place, one in enumerate(wanted.rates):
            rate = rates.pop(one.id, None) if one.id else None
            rate = rate or ShippingRate(id=uuid7())
            for name in RateDraft.__dataclass_fields__:
                if name != "id":
                    setattr(rate, name, getattr(one, name))
            rate.zone, rate.position = zone, place
            new_rates.append(rate)
    ShippingRate.objects.filter(id__in=rates).delete()
    # Zones may trade their countries, or one that goes leave them to another: none is "all the others" twice in between.
    ShippingZone.objects.filter(profile=profile, countries=[]).update(countries=["--"])
    _upsert(ShippingZone, new_zones)
    _upsert(ShippingRate, new_rates)
    ShippingZone.objects.filter(id__in=zones).delete()
    _tell(what, f"shipping_profile:{profile.id}", by, name=profile.name)
    return profile


def _strangers(draft: ProfileDraft, zones: Collection[UUID], rates: Collection[UUID]) -> dict[str, str]:
    """Ids of zones and rates that are none of this profile's, or are named twice."""
    found: dict[str, str] = {}
    seen: set[UUID] = set()
    for number, zone in enumerate(draft.zones):
        if zone.id and (zone.id not in zones or zone.id in seen):
            found[f"zones.{number}.id"] = "This is no zone of this profile."
        seen |= {zone.id} if zone.id else set()
        for position, rate in enumerate(zone.rates):
            if rate.id and (rate.id not in rates or rate.id in seen):
                found[f"zones.{number}.rates.{position}.id"] = "This is no rate of this profile."
            seen |= {rate.id} if rate.id else set()
    return found


def _upsert(model: type[ShippingZone] | type[ShippingRate], rows: Sequence[ShippingZone | ShippingRate]) -> None:
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=names)  # type: ignore[arg-type]


def _tell(what: str, subject: str, by: UUID | None, **data: str) -> None:
    vendor = require_vendor()
    record(
        action=f"shop.{what}",
        subject=subject,
        actor_kind="member" if by else "system",
        actor_id=by,
        vendor_id=vendor.id,
        data=data,
    )
    announce("shop.profile_changed", vendor_id=vendor.id, payload={"vendor": str(vendor.id)})
