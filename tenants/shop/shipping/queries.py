"""How the shop at hand ships."""

from tenants.shop.shipping.models import ShippingProfile


def shipping_profile() -> ShippingProfile:
    """The shop's way of shipping; the usual one, not saved yet, when it never said."""
    return ShippingProfile.objects.order_by("id").first() or ShippingProfile()


def has_said_how() -> bool:
    """Whether the shop ever said how it ships."""
    return ShippingProfile.objects.exists()
