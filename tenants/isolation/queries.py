"""Reading about walls, for the platform."""

from uuid import UUID

from tenants.isolation.models import MAIN, ShopScript, Wall, WallState


def wall_of(vendor_id: UUID) -> Wall | None:
    """The wall around a vendor's shop; None before it has one."""
    return Wall.objects.filter(vendor_id=vendor_id).first()


def kept_wall(vendor_id: UUID) -> Wall | None:
    """The wall that a vendor had last, while its schema is still kept."""
    kept = Wall.objects.filter(last_vendor_id=vendor_id, state=WallState.RETIRED, cluster=MAIN, name__startswith="v_")
    return kept.order_by("-retired_at").first()


def newest_version() -> str:
    """The fingerprint of the shop migrations that new shops are made with; empty before the first release."""
    return ShopScript.objects.order_by("-made_at").values_list("version", flat=True).first() or ""


def next_spare() -> Wall | None:
    """The prepared shop that the next vendor gets; None when none waits."""
    return Wall.objects.filter(state=WallState.SPARE).order_by("created_at").first()


def quarantined_walls() -> int:
    """How many shops are set aside."""
    return Wall.objects.filter(state=WallState.QUARANTINED).count()


def spare_walls() -> int:
    """How many prepared shops wait for a vendor."""
    return Wall.objects.filter(state=WallState.SPARE).count()
