"""Which promotions may be used now, and what became of them."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max, Q, QuerySet, Sum

from kit.money import Money, bps_in_percent
from kit.pagination import Page, keyset_page
from marketplace.promotions.discounts import Terms
from marketplace.promotions.models import ALL_BPS, Kind, MadeBy, Promotion, PromotionUse

AUTOMATIC_SECONDS = 30


class Hindrance(StrEnum):
    """Why a promotion may not be used at all, whatever is bought."""

    NOT_YET = "not_yet"
    EXPIRED = "expired"
    PAUSED = "paused"
    USED_UP = "used_up"
    ALREADY_USED = "already_used"
    NOT_FIRST_ORDER = "not_first_order"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: the account where there is one, the address where it is known. `has_ordered` looks whether anything was paid
    before, and is asked only when a promotion is for first orders.
    """

    user_id: UUID | None
    email: str
    has_ordered: Callable[[], bool]


@dataclass(slots=True)
class Offered:
    """The promotions for a purchase: those that may be used, and of the codes asked for those that may not, and why."""

    terms: list[Terms] = field(default_factory=list)
    hindered: list[tuple[Promotion, Hindrance]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def email_digest(email: str) -> str:
    """What stands for an address among the uses: the same for the same address, whatever its letters' case."""
    return hashlib.sha256(email.strip().casefold().encode()).hexdigest()


def offered(
    *, vendors: Collection[UUID], codes: Sequence[str], buyer: Buyer | None, at: datetime, lock: bool = False
) -> Offered:
    """What may be used on goods of these vendors, with these codes.

    Two queries, and one for the uses where some are limited. `lock`: nobody else uses a limited one until the end of this
    transaction, so that what is counted here holds when it is used. `buyer` is None where nobody is known yet.
    """
    known = _found(vendors, codes)
    limited = [promotion.id for promotion in known if promotion.is_limited]
    if lock and limited:
        _take_turns(limited)
        # Whoever went before may have changed what it says, or used it up.
        known = _found(vendors, codes)
        limited = [promotion.id for promotion in known if promotion.is_limited]
    uses = _uses(limited, buyer) if limited else {}
    found = Offered(unknown=[code for code in codes if code not in {promotion.code for promotion in known}])
    for promotion in known:
        used = uses.get(promotion.id, _Used())
        hindrance = _hindrance(promotion, used, buyer, at)
        if hindrance is None:
            found.terms.append(terms_of(promotion, spent_minor=used.spent_minor))
        elif promotion.code:
            found.hindered.append((promotion, hindrance))
    return found


def is_anything_automatic() -> bool:
    """Whether any promotion that has not ended applies by itself. One query, kept for half a minute, for lists."""
    key = "promotions:automatic"
    known: bool | None = cache.get(key)
    if known is None:
        known = Promotion.objects.filter(code="", ended_at__isnull=True).exists()
        cache.set(key, known, AUTOMATIC_SECONDS)
    return known


def terms_of(promotion: Promotion, *, spent_minor: int = 0) -> Terms:
    budget = promotion.budget_minor
    return Terms(
        id=promotion.id,
        name=promotion.name,
        kind=promotion.kind,
        code=promotion.code,
        vendor_id=promotion.vendor_id,
        rate_bps=promotion.rate_bps or 0,
        amount_minor=promotion.amount_minor or 0,
        buy_quantity=promotion.buy_quantity or 0,
        get_quantity=promotion.get_quantity or 0,
        category_paths=frozenset(promotion.category_paths),
        product_ids=frozenset(UUID(id) for id in promotion.product_ids),
        minimum_minor=promotion.minimum_minor,
        priority=promotion.priority,
        is_exclusive=promotion.is_exclusive,
        is_first_order_only=promotion.is_first_order_only,
        platform_share_bps=promotion.platform_share_bps,
        left_minor=None if budget is None else max(budget - spent_minor, 0),
    )


def _found(vendors: Collection[UUID], codes: Sequence[str]) -> list[Promotion]:
    """Those with these codes, whoever's they are, and those that apply by themselves; a shared one once it is agreed."""
    here = Q(vendor_id__isnull=True) | Q(vendor_id__in=list(vendors))
    rows = Promotion.objects.filter((here & Q(code="")) | Q(code__in=list(codes)) if codes else here & Q(code=""))
    agreed = Q(made_by=MadeBy.VENDOR) | Q(platform_share_bps=ALL_BPS) | Q(agreement__isnull=False)
    return list(rows.filter(agreed, ended_at__isnull=True, currency=settings.CURRENCY).order_by("id"))


def _take_turns(promotions: Iterable[UUID]) -> None:
    """In the order of their ids, so that two orders never wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('promotion ' || id, 0))"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS asked(id, place) ORDER BY place",
            [sorted(str(id) for id in promotions)],
        )


@dataclass(frozen=True, slots=True)
class _Used:
    orders: int = 0
    spent_minor: int = 0
    by_buyer: int = 0


def _uses(promotions: Collection[UUID], buyer: Buyer | None) -> dict[UUID, _Used]:
    mine = Q(pk__in=[])
    if buyer is not None and buyer.user_id is not None:
        mine |= Q(user_id=buyer.user_id)
    if buyer is not None and buyer.email:
        mine |= Q(email_digest=email_digest(buyer.email))
    rows = PromotionUse.objects.filter(promotion__in=promotions, returned_at__isnull=True).order_by()
    counted = rows.values_list("promotion_id").annotate(
        orders=Count("id"), vendors=Sum("vendor_minor"), platform=Sum("platform_minor"), own=Count("id", filter=mine)
    )
    return {id: _Used(orders, vendors + platform, own) for id, orders, vendors, platform, own in counted}


def _hindrance(promotion: Promotion, used: _Used, buyer: Buyer | None, at: datetime) -> Hindrance | None:
    if promotion.paused_at is not None:
        return Hindrance.PAUSED
    if at < promotion.starts_at:
        return Hindrance.NOT_YET
    if promotion.ends_at is not None and at >= promotion.ends_at:
        return Hindrance.EXPIRED
    if promotion.uses_limit is not None and used.orders >= promotion.uses_limit:
        return Hindrance.USED_UP
    if promotion.budget_minor is not None and used.spent_minor >= promotion.budget_minor:
        return Hindrance.USED_UP
    if promotion.customer_limit is not None and used.by_buyer >= promotion.customer_limit:
        return Hindrance.ALREADY_USED
    if promotion.is_first_order_only and buyer is not None and buyer.has_ordered():
        return Hindrance.NOT_FIRST_ORDER
    return None


# --- For those who make them ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a promotion was used, and what it has given, by who bears it; orders canceled unpaid do not count."""

    orders: int = 0
    vendor_minor: int = 0
    platform_minor: int = 0
    last_at: datetime | None = None

    @property
    def whole_minor(self) -> int:
        return self.vendor_minor + self.platform_minor


def tallies(promotions: Iterable[Promotion]) -> dict[UUID, Tally]:
    """Of each of these. One query."""
    ids = [promotion.id for promotion in promotions]
    rows = (
        PromotionUse.objects.filter(promotion__in=ids, returned_at__isnull=True).order_by().values_list("promotion_id")
    )
    counted = rows.annotate(Count("id"), Sum("vendor_minor"), Sum("platform_minor"), Max("used_at"))
    return dict.fromkeys(ids, Tally()) | {id: Tally(*sums) for id, *sums in counted}


def promotions_page(
    *, vendor_id: UUID | None = None, live: bool | None = None, cursor: str | None = None, size: int = 50
) -> Page[Promotion]:
    """Newest first: those on one vendor's goods alone, or all. `live` leaves out those that ended, or the others."""
    rows: QuerySet[Any] = Promotion.objects.select_related("agreement")
    if vendor_id is not None:
        rows = rows.filter(vendor_id=vendor_id)
    if live is not None:
        rows = rows.filter(ended_at__isnull=live)
    return keyset_page(rows, order=["-id"], cursor=cursor, size=size)


def state_of(promotion: Promotion, tally: Tally, at: datetime) -> str:
    """One word for where it stands: running, scheduled, paused, used_up, expired, ended, or proposed to a vendor."""
    if promotion.ended_at is not None:
        return "ended"
    if promotion.ends_at is not None and at >= promotion.ends_at:
        return "expired"
    if promotion.is_shared and not hasattr(promotion, "agreement"):
        return "proposed"
    if promotion.paused_at is not None:
        return "paused"
    is_used_up = promotion.uses_limit is not None and tally.orders >= promotion.uses_limit
    if is_used_up or (promotion.budget_minor is not None and tally.whole_minor >= promotion.budget_minor):
        return "used_up"
    return "scheduled" if at < promotion.starts_at else "running"


def what_of(promotion: Promotion) -> str:
    """What it takes off, in words: "10 % off", "Buy 2, get 1 free"."""
    if promotion.kind == Kind.PERCENTAGE:
        return f"{bps_in_percent(promotion.rate_bps or 0)} % off"
    if promotion.kind == Kind.FIXED:
        return f"{Money(promotion.amount_minor or 0, promotion.currency)} off"
    if promotion.kind == Kind.FREE_SHIPPING:
        return "Free shipping"
    off = "free" if promotion.rate_bps == ALL_BPS else f"{bps_in_percent(promotion.rate_bps or 0)} % off"
    return f"Buy {promotion.buy_quantity}, get {promotion.get_quantity} {off}"
