"""Reading about walls, for the platform."""

from uuid import UUID

from tenants.isolation.models import ShopScript, Wall, WallState


def wall_of(vendor_id: UUID) -> Wall | None:
    """The wall around a vendor's shop; None before it has one."""
    return Wall.objects.filter(vendor_id=vendor_id).first()


def newest_version() -> str:
    """The fingerprint of the shop migrations that new shops are made with; empty before the first release."""
    return ShopScript.objects.order_by("-made_at").values_list("version", flat=True).first() or ""


def spare_walls() -> int:
    """How many prepared shops wait for a vendor."""
    return Wall.objects.filter(state=WallState.SPARE).count()
