"""What vendors and finance want of payouts: rows that the worker carries to the provider.

The portal has no key of the provider and no right to write here: it announces `shop.payout_schedule_wanted` and
`shop.payout_wanted`, and the listeners below keep the wish, seconds later.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from billing.payouts.models import PayoutInterval, PayoutMethod, PayoutSchedule, PayoutWish, WishState
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money
from kit.pagination import Page, keyset_page
from outbox.actions import announce
from outbox.doorbell import ring
from outbox.models import Fact

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
LARGEST_MINIMUM = 1_000_000


class BadSchedule(InvalidInput):
    code = "payout_schedule_invalid"


class BadPayout(InvalidInput):
    code = "payout_invalid"


class PayoutsHeld(Conflict):
    """The vendor owes more than it may: its balance stays where it is."""

    code = "payouts_held"


class PayoutUnderway(Conflict):
    """One payout by hand at a time: the one before has not been answered yet."""

    code = "payout_underway"


# --- In the portal ------------------------------------------------------------------------------------------


@transaction.atomic
def want_schedule(
    *, vendor_id: UUID, interval: str, weekday: str = "", month_day: int | None = None, minimum_minor: int = 0
) -> None:
    """A vendor wants to be paid out so from now on. Raises BadSchedule."""
    payload = _schedule(interval, weekday, month_day, minimum_minor)
    announce("shop.payout_schedule_wanted", vendor_id=vendor_id, payload=payload)


@transaction.atomic
def want_payout(
    *, vendor_id: UUID, wish_id: UUID, amount_minor: int | None, method: str = PayoutMethod.STANDARD
) -> None:
    """A vendor wants its balance, or `amount_minor` of it, now. `wish_id` comes from the form: sent twice, it is one.

    Raises BadPayout, PayoutsHeld, PayoutUnderway.
    """
    _check_payout(amount_minor, method)
    schedule = schedule_of(vendor_id)
    if schedule is not None and schedule.is_held:
        raise PayoutsHeld(f"Payouts are held: {schedule.held_reason}.")
    underway = PayoutWish.objects.filter(vendor_id=vendor_id, state=WishState.ASKED).first()
    if underway is not None and underway.id != wish_id:
        raise PayoutUnderway("A payout that you asked for is being made. Wait for it before you ask for the next.")
    announce(
        "shop.payout_wanted",
        vendor_id=vendor_id,
        payload={"wish": str(wish_id), "amount_minor": amount_minor, "method": str(method)},
    )


def schedule_of(vendor_id: UUID) -> PayoutSchedule | None:
    """How a vendor wants to be paid out; None when it never said, and the provider's own rule holds: every day."""
    return PayoutSchedule.objects.filter(vendor_id=vendor_id).first()


def held_payouts(vendor_ids: Sequence[UUID]) -> dict[UUID, PayoutSchedule]:
    """Of these vendors, those whose payouts are held. One query."""
    return {
        row.vendor_id: row for row in PayoutSchedule.objects.filter(vendor_id__in=vendor_ids, held_at__isnull=False)
    }


def wishes_of(vendor_id: UUID | None, *, size: int = 10) -> list[PayoutWish]:
    """The latest payouts by hand of a vendor, or of our own money, newest first."""
    return list(PayoutWish.objects.filter(vendor_id=vendor_id).order_by("-id")[:size])


def wishes_page(vendor_id: UUID | None, *, cursor: str | None = None, size: int = 25) -> Page[PayoutWish]:
    """All of them, a page at a time, newest first. One query."""
    return keyset_page(PayoutWish.objects.filter(vendor_id=vendor_id), order=["-id"], cursor=cursor, size=size)


def wish_of(wish_id: UUID, *, vendor_id: UUID | None) -> PayoutWish | None:
    """A payout that this vendor, or without one we ourselves, asked for."""
    return PayoutWish.objects.filter(id=wish_id, vendor_id=vendor_id).first()


def in_words(schedule: PayoutSchedule | None) -> str:
    """ "Every Monday, at least 50.00 EUR"."""
    if schedule is None:
        return "Every day"
    words = {
        PayoutInterval.DAILY: "Every day",
        PayoutInterval.WEEKLY: f"Every {schedule.weekday.capitalize()}",
        PayoutInterval.MONTHLY: f"On day {schedule.month_day} of the month",
        PayoutInterval.MANUAL: "Only when you ask",
    }[PayoutInterval(schedule.interval)]
    kept = (
        f"; {Money(schedule.minimum_minor, schedule.currency)} stay in your balance" if schedule.minimum_minor else ""
    )
    return words + kept


# --- In the worker ------------------------------------------------------------------------------------------


@transaction.atomic
def on_schedule_wanted(fact: Fact) -> None:
    """`shop.payout_schedule_wanted`, after: keep it, as a new version. An older fact that comes late changes nothing."""
    assert fact.vendor_id is not None
    given = {name: fact.payload.get(name) for name in ("interval", "weekday", "month_day", "minimum_minor")}
    wanted = _schedule(**given)  # type: ignore[arg-type]
    row = PayoutSchedule.objects.select_for_update().filter(vendor_id=fact.vendor_id).first()
    if row is None:
        row = PayoutSchedule(vendor_id=fact.vendor_id, currency=settings.CURRENCY, version=0)
    elif row.asked_at >= fact.recorded_at:
        return
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    row.asked_at, row.state, row.error, row.next_try_at = fact.recorded_at, WishState.ASKED, "", None
    row.save()
    transaction.on_commit(lambda: ring("stripe.apply_payout_wishes"))


@transaction.atomic
def on_payout_wanted(fact: Fact) -> None:
    """`shop.payout_wanted`, after: keep it once, unless another is under way."""
    assert fact.vendor_id is not None
    amount_minor, method = fact.payload.get("amount_minor"), str(fact.payload.get("method"))
    _check_payout(amount_minor, method)
    ask_payout(wish_id=UUID(fact.payload["wish"]), vendor_id=fact.vendor_id, amount_minor=amount_minor, method=method)


@transaction.atomic
def ask_payout(
    *, wish_id: UUID, vendor_id: UUID | None, amount_minor: int | None, method: str = PayoutMethod.STANDARD
) -> PayoutWish | None:
    """Keep a wish for a payout, once; None when another is under way. Without a vendor: of our own free money."""
    wish = PayoutWish(
        id=wish_id, vendor_id=vendor_id, amount_minor=amount_minor, currency=settings.CURRENCY, method=method
    )
    PayoutWish.objects.bulk_create([wish], ignore_conflicts=True)
    transaction.on_commit(lambda: ring("stripe.apply_payout_wishes"))
    return PayoutWish.objects.filter(id=wish_id).first()


@transaction.atomic
def ask_own(*, wish_id: UUID, amount_minor: int | None) -> PayoutWish:
    """Finance wants our own free money, or `amount_minor` of it, paid out. Raises BadPayout, PayoutUnderway."""
    _check_payout(amount_minor, PayoutMethod.STANDARD)
    wish = ask_payout(wish_id=wish_id, vendor_id=None, amount_minor=amount_minor)
    if wish is None:
        raise PayoutUnderway("A payout of ours is being made. Wait for it before you ask for the next.")
    return wish


@transaction.atomic
def ask_again(*, vendor_id: UUID) -> PayoutSchedule | None:
    """Have a schedule that the provider refused tried again: the vendor's account has changed."""
    row = PayoutSchedule.objects.select_for_update().filter(vendor_id=vendor_id).first()
    if row is not None and row.state == WishState.REFUSED:
        row.state, row.version, row.next_try_at, row.asked_at = WishState.ASKED, row.version + 1, None, clock.now()
        row.save()
    return row


def _schedule(interval: Any, weekday: Any, month_day: Any, minimum_minor: Any) -> dict[str, Any]:
    if interval not in PayoutInterval.values:
        raise BadSchedule("Choose how often.", field="interval")
    weekly, monthly = interval == PayoutInterval.WEEKLY, interval == PayoutInterval.MONTHLY
    if weekly and weekday not in WEEKDAYS:
        raise BadSchedule("Choose a day from Monday to Friday: banks rest on the others.", field="weekday")
    if monthly and (not isinstance(month_day, int) or not 1 <= month_day <= 31):
        raise BadSchedule("Choose a day from 1 to 31.", field="month_day")
    if not isinstance(minimum_minor, int) or not 0 <= minimum_minor <= LARGEST_MINIMUM:
        most = Money(LARGEST_MINIMUM, settings.CURRENCY)
        raise BadSchedule(f"What stays lies between nothing and {most}.", field="minimum_minor")
    return {
        "interval": interval,
        "weekday": weekday if weekly else "",
        "month_day": month_day if monthly else None,
        "minimum_minor": minimum_minor,
    }


def _check_payout(amount_minor: Any, method: str) -> None:
    if method not in PayoutMethod.values:
        raise BadPayout("Choose standard or instant.", field="method")
    if amount_minor is not None and (not isinstance(amount_minor, int) or amount_minor <= 0):
        raise BadPayout("An amount above nothing, or none for all that is there.", field="amount_minor")
