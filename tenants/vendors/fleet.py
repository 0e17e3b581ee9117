"""All shops as staff and operators see them: each wall with whose it is, how large, and when anything last happened there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from audit.models import AuditEntry
from kit.pagination import Page, keyset_page
from tenants.isolation.models import MAIN, FleetCheck, Rollout, ShopExport, Wall, WallState
from tenants.vendors.models import Vendor


@dataclass(frozen=True, slots=True)
class Shop:
    """A wall; the vendor it is or was around, if any; when that vendor's last act was recorded."""

    wall: Wall
    vendor: Vendor | None
    active_at: datetime | None
    is_current: bool

    def as_json(self) -> dict[str, Any]:
        wall, vendor = self.wall, self.vendor
        return {
            "wall": wall.name,
            "state": wall.state,
            "vendor": vendor.slug if vendor else None,
            "vendor_state": vendor.state if vendor else None,
            "version": wall.version,
            "is_current": self.is_current,
            "cluster": wall.cluster,
            "size_bytes": wall.size_bytes,
            "measured_at": _iso(wall.measured_at),
            "active_at": _iso(self.active_at),
            "reason": wall.reason,
            "drop_after": _iso(wall.drop_after),
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def shops_page(
    *, version: str, state: str = "", search: str = "", cursor: str | None = None, size: int = 50
) -> Page[Shop]:
    """Shops, the newest first. `state` is a wall's, or "behind" or "elsewhere". Three queries. Raises InvalidInput on a bad
    cursor."""
    page = keyset_page(_narrowed(version, state, search), order=("-created_at", "-id"), cursor=cursor, size=size)
    return Page(_dressed(page.rows, version), page.next_cursor, page.previous_cursor)


def shops(*, version: str, state: str = "", search: str = "") -> list[Shop]:
    """All of them, for a terminal."""
    return _dressed(list(_narrowed(version, state, search).order_by("created_at", "id")), version)


def shop_called(name: str, *, version: str) -> Shop | None:
    """The shop behind the wall of that name."""
    return next(iter(_dressed(list(Wall.objects.filter(name=name)), version)), None)


def _narrowed(version: str, state: str, search: str) -> "QuerySet[Wall]":
    walls = Wall.objects.all()
    if state == "behind":
        walls = walls.exclude(version=version).exclude(state=WallState.RETIRED)
    elif state == "elsewhere":
        walls = walls.exclude(cluster=MAIN)
    elif state:
        walls = walls.filter(state=state)
    if words := search.strip():
        found = Vendor.objects.filter(Q(slug__istartswith=words) | Q(name__icontains=words)).values("id")
        walls = walls.filter(Q(name__startswith=words) | Q(vendor_id__in=found) | Q(last_vendor_id__in=found))
    return walls


def _dressed(walls: Sequence[Wall], version: str) -> list[Shop]:
    owners = {wall.id: wall.vendor_id or wall.last_vendor_id for wall in walls}
    vendors = Vendor.objects.in_bulk({owner for owner in owners.values() if owner})
    acts = _last_acts(vendors)
    found = []
    for wall in walls:
        owner = owners[wall.id]
        vendor = vendors.get(owner) if owner else None
        found.append(Shop(wall, vendor, acts.get(vendor.id) if vendor else None, wall.version == version))
    return found


def _last_acts(vendor_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    rows = AuditEntry.objects.filter(vendor_id__in=list(vendor_ids)).order_by().values_list("vendor_id")
    return {vendor_id: at for vendor_id, at in rows.annotate(last=Max("at")) if vendor_id}


@dataclass(frozen=True, slots=True)
class Fleet:
    """The whole of it in figures; `by_state` counts walls."""

    by_state: dict[str, int]
    behind: int
    elsewhere: int
    size_bytes: int

    @property
    def spares(self) -> int:
        return self.by_state.get(WallState.SPARE, 0)

    @property
    def quarantined(self) -> int:
        return self.by_state.get(WallState.QUARANTINED, 0)


def fleet(version: str) -> Fleet:
    """Counts of all walls, by one pass over that one table."""
    by_state: dict[str, int] = {}
    behind = elsewhere = size = 0
    rows = Wall.objects.order_by().values_list("state", "version", "cluster")
    for state, seen, cluster, count, held in rows.annotate(count=Count("id"), held=Sum("size_bytes")):
        by_state[state] = by_state.get(state, 0) + count
        behind += count if seen != version and state != WallState.RETIRED else 0
        elsewhere += count if cluster != MAIN else 0
        size += held or 0
    return Fleet(by_state, behind, elsewhere, size)


def rollouts(limit: int = 5) -> list[Rollout]:
    """The last runs of the shop migrations, newest first."""
    return list(Rollout.objects.order_by("-started_at")[:limit])


def last_check() -> FleetCheck | None:
    """What the last look for drift found; None before the first."""
    return FleetCheck.objects.order_by("-checked_at").first()


def exports_of(vendor_ids: Iterable[UUID]) -> dict[UUID, ShopExport]:
    """The newest export of each vendor. One query."""
    found: dict[UUID, ShopExport] = {}
    for export in ShopExport.objects.filter(vendor_id__in=list(vendor_ids)).order_by("id"):
        found[export.vendor_id] = export
    return found


def exports_page(*, cursor: str | None = None, size: int = 25) -> Page[ShopExport]:
    """Exports, newest first. Raises InvalidInput on a bad cursor."""
    return keyset_page(ShopExport.objects.all(), order=("-id",), cursor=cursor, size=size)
