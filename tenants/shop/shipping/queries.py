"""How the shop at hand ships."""

from uuid import UUID

from tenants.shop.inventory.models import Warehouse
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
    """All that the shop says of its shipping, as plain data. Four statements."""
    places = pickup_points()
    return ShippingTerms(
        profiles=tuple(_profile(profile) for profile in profiles()),
        places=tuple(_place(warehouse, point) for warehouse, point in places if point is not None),
        departures=tuple(
            dict.fromkeys(Departures(each.working_days, each.cut_off, each.time_zone) for each, _ in places)
        ),
    )


def _profile(profile: ShippingProfile) -> Profile:
    return Profile(
        profile.id,
        profile.name,
        profile.handling_days,
        tuple(
            Zone(zone.id, zone.name, tuple(zone.countries), tuple(rate_of(rate) for rate in zone.rates.all()))
            for zone in profile.zones.all()
        ),
    )


def rate_of(rate: ShippingRate) -> Rate:
    return Rate(**{name: getattr(rate, name) for name in Rate.__dataclass_fields__})


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
