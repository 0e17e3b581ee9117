"""How the shop at hand ships."""

from uuid import UUID
from zoneinfo import available_timezones

from taxonomy.tax import COUNTRY_NAMES
from tenants.shop.inventory.models import Warehouse
from tenants.shop.shipping.limits import MAX_DAYS, MAX_PLACES, MAX_PROFILES, MAX_RATES, MAX_SHIPPING_MINOR, MAX_ZONES
from tenants.shop.shipping.models import PickupPoint, ProductProfile, ShippingProfile, ShippingRate
from tenants.shop.shipping.terms import Departures, Place, Profile, Rate, ShippingTerms, Zone


def profiles() -> list[ShippingProfile]:
    """The shop's profiles with their zones and rates, the default first. Three statements."""
    return list(ShippingProfile.objects.prefetch_related("zones__rates").order_by("-is_default", "name", "id"))


def default_profile() -> ShippingProfile | None:
    return ShippingProfile.objects.filter(is_default=True).first()


def has_said_how() -> bool:
    """Whether the shop ever said how it ships: by one rate at least."""
    return ShippingRate.objects.exists()


def profile_of(product_id: UUID) -> UUID | None:
    """The profile a product goes by; None for the default."""
    found = ProductProfile.objects.filter(product_id=product_id).values_list("profile_id", flat=True)
    return found.first()


def pickup_points() -> list[tuple[Warehouse, PickupPoint | None]]:
    """Every warehouse in use, in the shop's order, with what is said of fetching parcels there. One statement."""
    places = Warehouse.objects.open().select_related("pickup_point")
    return [(place, getattr(place, "pickup_point", None)) for place in places]


def shipping_terms() -> ShippingTerms:
    """All that the shop says of its shipping, as plain data. Four statements.

    A vendor's role may write its rows by SQL of its own: what no form would have taken is left out, so that nobody's cart
    stands still for it. A place in a country that we do not sell in is no place to hand things over, either.
    """
    places = pickup_points()
    return ShippingTerms(
        profiles=tuple(_profile(profile) for profile in profiles()[:MAX_PROFILES]),
        places=tuple(
            _place(warehouse, point)
            for warehouse, point in places[:MAX_PLACES]
            if point is not None and warehouse.country in COUNTRY_NAMES
        ),
        departures=tuple(
            dict.fromkeys(
                Departures(each.working_days, each.cut_off, each.time_zone)
                for each, _ in places[:MAX_PLACES]
                if set("1234567").intersection(each.working_days) and each.time_zone in available_timezones()
            )
        ),
    )


def _profile(profile: ShippingProfile) -> Profile:
    return Profile(
        profile.id,
        profile.name,
        min(profile.handling_days, MAX_DAYS),
        tuple(
            Zone(
                zone.id, zone.name, tuple(zone.countries), tuple(rate_of(rate) for rate in zone.rates.all()[:MAX_RATES])
            )
            for zone in profile.zones.all()[:MAX_ZONES]
        ),
    )


def rate_of(rate: ShippingRate) -> Rate:
    known = {name: getattr(rate, name) for name in Rate.__dataclass_fields__}
    known |= {name: min(known[name], MAX_DAYS) for name in ("transit_min_days", "transit_max_days")}
    return Rate(**{**known, "price_minor": min(rate.price_minor, MAX_SHIPPING_MINOR)})


def _place(warehouse: Warehouse, point: PickupPoint) -> Place:
    return Place(
        warehouse.id,
        warehouse.name,
        warehouse.street,
        warehouse.postal_code,
        warehouse.city,
        warehouse.country,
        point.hours,
        point.price_minor,
    )
