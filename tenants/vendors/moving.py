"""Moving a vendor's shop to another cluster, and back."""

from collections.abc import Callable
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from tenants.isolation.clusters import check_known
from tenants.isolation.models import MAIN
from tenants.isolation.moving import CannotMove, Moved, move_wall
from tenants.isolation.queries import wall_of
from tenants.vendors.actions import set_in_service
from tenants.vendors.models import Vendor


def move_shop(*, vendor: Vendor, cluster: str, note: Callable[[int, int], None] = lambda done, total: None) -> Moved:
    """Take the shop out of service and carry it to `cluster`; back on `main` it is in service again. Runs as the builder.

    Away from `main` nobody can buy in it or work in it, so none of its orders may be open. Raises CannotMove, saying what is.
    """
    wall = wall_of(vendor.id)
    if wall is None:
        raise CannotMove(f"{vendor.name} has no shop.")
    check_known(cluster)

    def check() -> None:
        if wall.cluster == MAIN and (found := _obstacles(vendor)):
            raise CannotMove(f"{vendor.name} cannot be moved yet: {'; '.join(found)}.")

    was_in_service = vendor.out_of_service_at is None
    # Told before anything is copied: no order begins any more, and those that have begun are waited for.
    set_in_service(vendor_id=vendor.id, in_service=False)
    try:
        return move_wall(
            wall=wall, cluster=cluster, keep=timedelta(days=settings.CLOSED_SHOP_DAYS), check=check, note=note
        )
    except Exception:
        # Whatever failed, the shop is still where it was: customers get it back, and the error goes on to whoever moved it.
        set_in_service(vendor_id=vendor.id, in_service=was_in_service)
        raise


def _obstacles(vendor: Vendor) -> list[str]:
    paths = cast("list[str]", import_string(settings.EVENT_TABLE + ".OBSTACLES_TO_MOVING"))
    return [obstacle for path in paths for obstacle in import_string(path)(vendor.id)]
