"""Terms of shipping as plain data, for tests that need no shop."""

from dataclasses import replace
from uuid import UUID, uuid5

from tenants.shop.shipping.terms import Place, Profile, Rate, ShippingTerms, Zone

SPACE = UUID("9a4a7b9e-55a1-4c5e-9d52-2e9a6a4f7a01")


def flat(
    price_minor: int = 490,
    free_from_minor: int | None = None,
    countries: tuple[str, ...] = (),
    *,
    handling_days: int = 2,
    transit_days: int = 3,
    name: str = "Standard",
) -> ShippingTerms:
    """One price for everything. The ids come of the name."""
    rate = Rate(
        uuid5(SPACE, f"rate:{name}"),
        name,
        price_minor,
        free_from_minor=free_from_minor,
        transit_min_days=min(1, transit_days),
        transit_max_days=transit_days,
    )
    zone = Zone(uuid5(SPACE, f"zone:{name}"), "Where we ship to", countries, (rate,))
    return ShippingTerms((Profile(uuid5(SPACE, f"profile:{name}"), "Standard", handling_days, (zone,)),))


EXPRESS = str(uuid5(SPACE, "express"))
POST = str(uuid5(SPACE, "rate:Standard"))
HAMBURG = Place(uuid5(SPACE, "Hamburg"), "Workshop", "Sand 1", "20095", "Hamburg", "DE", "Fri 10 to 18", 100)


def offering(*, express: bool = True) -> ShippingTerms:
    """Post for 4.90 up to 2 kg, express for 12.00, and a workshop in Hamburg."""
    (usual,) = flat(490).profiles
    (zone,) = usual.zones
    post = replace(zone.rates[0], name="Post", carrier="DHL", up_to_grams=2000)
    fast = Rate(uuid5(SPACE, "express"), "Express", 1200, transit_max_days=1)
    rates = (post, fast) if express else (post,)
    return ShippingTerms((replace(usual, zones=(replace(zone, rates=rates),)),), (HAMBURG,))


def say_how(flat_minor: int = 490) -> None:
    """The shop at hand has said that everything goes for one price; nobody is told."""
    from tenants.shop.shipping.models import ShippingProfile, ShippingRate, ShippingZone

    profile = ShippingProfile.objects.create(is_default=True)
    zone = ShippingZone.objects.create(profile=profile, name="Everywhere")
    ShippingRate.objects.create(zone=zone, name="Standard", price_minor=flat_minor)
