"""Making, changing and stopping promotions; and using them, which `checkout` does when an order is placed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput, NotAllowed
from kit.ids import uuid7
from marketplace.promotions.codes import check_code
from marketplace.promotions.discounts import Applied
from marketplace.promotions.models import ALL_BPS, Kind, MadeBy, Promotion, PromotionAgreement, PromotionUse
from marketplace.promotions.queries import Buyer, email_digest
from taxonomy.models import Category

LONGEST_NAME = 80
MOST = 10**12


class CodeTaken(Conflict):
    """Another promotion that has not ended has this code."""

    code = "promotion_code_taken"


class PromotionEnded(Conflict):
    code = "promotion_ended"


class NotProposed(Conflict):
    """Nothing of this promotion is asked of the vendor."""

    code = "promotion_not_proposed"


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody says of a promotion, as plain data; amounts in minor units of the marketplace's currency."""

    name: str
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    code: str = ""
    rate_bps: int | None = None
    amount_minor: int | None = None
    buy_quantity: int | None = None
    get_quantity: int | None = None
    category_paths: Sequence[str] = ()
    product_ids: Sequence[UUID] = ()
    minimum_minor: int = 0
    is_first_order_only: bool = False
    uses_limit: int | None = None
    customer_limit: int | None = None
    budget_minor: int | None = None
    priority: int = 0
    is_exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes or changes it: a member of the vendor `vendor_id`, or (None) one of the platform's staff."""

    user_id: UUID
    vendor_id: UUID | None = None

    @property
    def made_by(self) -> MadeBy:
        return MadeBy.VENDOR if self.vendor_id is not None else MadeBy.PLATFORM


@transaction.atomic
def create_promotion(
    *, given: Given, by: Maker, for_vendor: UUID | None = None, platform_share_bps: int = ALL_BPS
) -> Promotion:
    """A new promotion. A vendor's is on its own goods and borne by it; the platform's is on everybody's, or on those of
    `for_vendor`, of whom it may then ask to bear what `platform_share_bps` leaves: that counts once the vendor agreed.

    Raises CodeTaken, InvalidInput naming the field.
    """
    terms = _checked(given)
    if by.made_by == MadeBy.VENDOR:
        for_vendor, platform_share_bps = by.vendor_id, 0
    elif not 0 <= platform_share_bps <= ALL_BPS:
        raise InvalidInput("The marketplace bears from 0 to 100 percent.", field="platform_share")
    elif platform_share_bps < ALL_BPS and for_vendor is None:
        raise InvalidInput(
            "Say which vendor bears the rest: one for all vendors' goods is borne by us.", field="vendor"
        )
    if given.product_ids and for_vendor is None:
        raise InvalidInput("Products are a vendor's: say which vendor's goods it is on.", field="vendor")
    promotion = Promotion(
        made_by=by.made_by,
        vendor_id=for_vendor,
        platform_share_bps=platform_share_bps,
        currency=settings.CURRENCY,
        created_by=by.user_id,
        **terms,
    )
    _save(promotion)
    _note(promotion, by, "created")
    return promotion


@transaction.atomic
def change_promotion(*, promotion_id: UUID, given: Given, by: Maker) -> Promotion:
    """Say something else of a promotion; orders that used it stay as they are. Of a shared one the vendor is asked anew.

    Raises PromotionEnded, CodeTaken, InvalidInput, and NotAllowed for somebody else's.
    """
    promotion = _own(promotion_id, by)
    terms = _checked(given, before=promotion)
    changed = sorted(name for name, value in terms.items() if getattr(promotion, name) != value)
    if not changed:
        return promotion
    if given.product_ids and promotion.vendor_id is None:
        raise InvalidInput("Products are a vendor's, and this is on everybody's goods.", field="product_ids")
    for name in changed:
        setattr(promotion, name, terms[name])
    _save(promotion, only=changed)
    if promotion.is_shared:
        PromotionAgreement.objects.filter(promotion=promotion).delete()
    _note(promotion, by, "changed", fields=changed)
    return promotion


@transaction.atomic
def pause_promotion(*, promotion_id: UUID, by: Maker) -> Promotion:
    """From now on nobody uses it, until it is resumed; paused already, it stays so. Raises PromotionEnded, NotAllowed."""
    promotion = _own(promotion_id, by)
    if promotion.paused_at is None:
        promotion.paused_at = clock.now()
        promotion.save(update_fields=["paused_at"])
        _note(promotion, by, "paused")
    return promotion


@transaction.atomic
def resume_promotion(*, promotion_id: UUID, by: Maker) -> Promotion:
    """It may be used again. Raises PromotionEnded, NotAllowed."""
    promotion = _own(promotion_id, by)
    if promotion.paused_at is not None:
        promotion.paused_at = None
        promotion.save(update_fields=["paused_at"])
        _note(promotion, by, "resumed")
    return promotion


@transaction.atomic
def end_promotion(*, promotion_id: UUID, by: Maker) -> Promotion:
    """It is over for good, and its code is free for another. Raises PromotionEnded, NotAllowed."""
    promotion = _own(promotion_id, by)
    promotion.ended_at = clock.now()
    promotion.save(update_fields=["ended_at"])
    _note(promotion, by, "ended")
    return promotion


@transaction.atomic
def agree(*, promotion_id: UUID, by: Maker) -> PromotionAgreement:
    """The vendor bears its part of one of the platform's promotions. Twice, it is one word. Raises NotProposed."""
    promotion = Promotion.objects.filter(id=promotion_id, ended_at__isnull=True).first()
    if by.vendor_id is None or promotion is None or not promotion.is_shared or promotion.vendor_id != by.vendor_id:
        raise NotProposed("The marketplace does not ask this of you, or no longer.")
    known = PromotionAgreement.objects.filter(promotion=promotion).first()
    if known is not None:
        return known
    agreement = PromotionAgreement.objects.create(
        promotion=promotion, vendor_id=by.vendor_id, agreed_by=by.user_id, agreed_at=clock.now()
    )
    _note(promotion, by, "agreed", platform_share_bps=promotion.platform_share_bps)
    return agreement


def use(*, applied: Iterable[Applied], order_id: UUID, buyer: Buyer, at: datetime) -> None:
    """Count what an order used of each promotion, once. Inside the transaction that asked `offered` under the lock."""
    PromotionUse.objects.bulk_create(
        [
            PromotionUse(
                id=uuid7(),
                promotion_id=one.terms.id,
                vendor_id=one.terms.vendor_id,
                order_id=order_id,
                user_id=buyer.user_id,
                email_digest=email_digest(buyer.email),
                vendor_minor=one.whole.vendor,
                platform_minor=one.whole.platform,
                currency=settings.CURRENCY,
                used_at=at,
            )
            for one in applied
        ]
    )


def give_back(order_ids: Iterable[UUID]) -> int:
    """These orders will not be paid: what they used may be used again. Gives how many uses came back; twice, none."""
    uses = PromotionUse.objects.filter(order_id__in=list(order_ids), returned_at__isnull=True)
    return uses.update(returned_at=clock.now())


# --- Their parts ----------------------------------------------------------------------------------------------------------


def _own(promotion_id: UUID, by: Maker) -> Promotion:
    promotion = Promotion.objects.select_for_update().get(id=promotion_id)
    if promotion.made_by != by.made_by or (by.vendor_id is not None and promotion.vendor_id != by.vendor_id):
        raise NotAllowed("Whoever made a promotion changes it.")
    if promotion.ended_at is not None:
        raise PromotionEnded("This promotion has ended. Make a new one in its place.")
    return promotion


def _save(promotion: Promotion, *, only: Sequence[str] = ()) -> None:
    try:
        with transaction.atomic():
            # By name where it is known: a vendor's role may write no other column.
            promotion.save(**({"update_fields": only} if only else {"force_insert": True}))
    except IntegrityError as refused:
        if "promotion_code_once" in str(refused):
            raise CodeTaken(f"There is a promotion with the code {promotion.code} already.", field="code") from None
        raise


def _checked(given: Given, before: Promotion | None = None) -> dict[str, Any]:
    """The columns of what was said, nothing kept that its kind does not ask for. Raises InvalidInput naming the field."""
    name = " ".join(given.name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"Give it a name of up to {LONGEST_NAME} characters: customers read it.", field="name")
    if given.kind not in Kind.values:
        raise InvalidInput("Choose what it takes off.", field="kind")
    starts_at = given.starts_at or (before.starts_at if before else clock.now())
    if given.ends_at is not None and given.ends_at <= starts_at:
        raise InvalidInput("It must end after it starts.", field="ends_at")
    rate, amount = given.rate_bps, given.amount_minor
    buy, get = given.buy_quantity, given.get_quantity
    if given.kind in (Kind.PERCENTAGE, Kind.BUY_GET) and not 1 <= (rate or 0) <= ALL_BPS:
        raise InvalidInput("Take off more than 0 and at most 100 percent.", field="rate")
    if given.kind == Kind.FIXED and not 1 <= (amount or 0) <= MOST:
        raise InvalidInput("Say how much it takes off.", field="amount")
    if given.kind == Kind.BUY_GET:
        for field, value in (("buy_quantity", buy), ("get_quantity", get)):
            if not 1 <= (value or 0) <= 99:
                raise InvalidInput("A number from 1 to 99.", field=field)
    for field, limit in (("uses_limit", given.uses_limit), ("customer_limit", given.customer_limit)):
        if limit is not None and not 1 <= limit <= 30_000:
            raise InvalidInput("At least 1; leave it empty for no limit.", field=field)
    if given.budget_minor is not None and not 1 <= given.budget_minor <= MOST:
        raise InvalidInput("More than nothing; leave it empty for no limit.", field="budget")
    if not 0 <= given.minimum_minor <= MOST:
        raise InvalidInput("Nothing or more.", field="minimum")
    if not -100 <= given.priority <= 100:
        raise InvalidInput("From -100 to 100; the higher is taken off first.", field="priority")
    paths = sorted({path for path in given.category_paths if path})
    if len(paths) != Category.objects.filter(path__in=paths).count():
        raise InvalidInput("Choose categories of the marketplace.", field="category_paths")
    if len(given.product_ids) > 200:
        raise InvalidInput("At most 200 products; name a category for more.", field="product_ids")
    return {
        "name": name,
        "code": check_code(given.code) if given.code.strip() else "",
        "kind": Kind(given.kind),
        "rate_bps": rate if given.kind in (Kind.PERCENTAGE, Kind.BUY_GET) else None,
        "amount_minor": amount if given.kind == Kind.FIXED else None,
        "buy_quantity": buy if given.kind == Kind.BUY_GET else None,
        "get_quantity": get if given.kind == Kind.BUY_GET else None,
        "category_paths": paths,
        "product_ids": sorted({str(id) for id in given.product_ids}),
        "minimum_minor": given.minimum_minor,
        "is_first_order_only": given.is_first_order_only,
        "starts_at": starts_at,
        "ends_at": given.ends_at,
        "uses_limit": given.uses_limit,
        # Of a first order there is one.
        "customer_limit": 1 if given.is_first_order_only else given.customer_limit,
        "budget_minor": given.budget_minor,
        "priority": given.priority,
        "is_exclusive": given.is_exclusive,
    }


def given_of(promotion: Promotion) -> Given:
    """What was said of a promotion, to be changed in part."""
    said: Mapping[str, Any] = {each.name: getattr(promotion, each.name) for each in fields(Given)}
    return Given(**{**said, "product_ids": [UUID(id) for id in promotion.product_ids]})


def _note(promotion: Promotion, by: Maker, what: str, **data: Any) -> None:
    is_member = by.vendor_id is not None
    record(
        action=f"shop.promotion_{what}" if is_member else f"promotion.{what}",
        subject=f"promotion:{promotion.id}",
        actor_kind="member" if is_member else "staff",
        actor_id=by.user_id,
        vendor_id=promotion.vendor_id,
        data={"name": promotion.name, "code": promotion.code, **data},
    )
