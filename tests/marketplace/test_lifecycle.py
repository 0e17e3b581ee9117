"""The life of a vendor: the table of transitions, suspension and what it does to money, and an owner's closing."""

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from billing.payouts.models import Transfer
from billing.stripe.transfers import _hindrance
from kit import clock
from kit.errors import InvalidInput
from marketplace.orders.models import Fulfillment, VendorOrder
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation.doors import bind_vendor
from tenants.isolation.models import ExportState, ShopExport
from tenants.vendors.leaving import (
    CannotLeave,
    ask_to_close,
    begin_closing,
    close_what_is_done,
    reopen_vendor,
    take_closing_back,
)
from tenants.vendors.lifecycle import TRANSITIONS, WrongState, move
from tenants.vendors.models import Vendor, VendorEvent, VendorState
from tenants.vendors.suspending import lift_suspension, suspend_vendor
from tests.marketplace.web.portal.conftest import desk_of
from tests.support.office import desk, market_day

__all__ = ["desk", "desk_of", "market_day"]
pytestmark = pytest.mark.django_db


def life(vendor: Any) -> list[tuple[str, str, str, str]]:
    found = VendorEvent.objects.filter(vendor=vendor).order_by("at", "id")
    return list(found.values_list("name", "before", "after", "actor_kind"))


def test_the_table_is_the_law(make_vendor: Any) -> None:
    """Every transition from every state to every state: what the table says, and nothing else."""
    vendor, done = make_vendor("lindqvist"), 0
    for line, before, to in product(TRANSITIONS.values(), VendorState, VendorState):
        vendor.state = before
        right = to in line.leads and (before in line.begins or not line.begins)
        if not right:
            with pytest.raises(WrongState):
                move(vendor, line.name, to, reason="Why")
            assert vendor.state == before
            continue
        move(vendor, line.name, to, reason="Why")
        done += 1
    assert done == 7 + 1 + 1 + 1 + 2 + 2 + 3 + 1 + 4
    # Whoever is taken back, and may sell, sells: twice here.
    assert VendorEvent.objects.count() == done + 2
    # From every state but the last two there is a way out, and no state is unreachable.
    assert {state for line in TRANSITIONS.values() for state in line.leads} == set(VendorState)


def test_what_happened_is_never_changed_and_a_vendor_writes_only_its_own_words(make_vendor: Any) -> None:
    vendor = make_vendor("lindqvist")
    move(vendor, "suspended", VendorState.SUSPENDED, by=vendor.id, actor_kind="staff", reason="Fake goods")
    event = VendorEvent.objects.get()
    words = "insert into vendors_vendorevent values (gen_random_uuid(), %s, %s, %s, 'suspended', '{}', now(), %s, %s)"
    columns = "(id, name, before, actor_kind, after, data, at, actor_id, vendor_id)"
    words = words.replace("values", f"{columns[:-1]}, reason) values").replace("%s)", "%s, 'x')")
    with bind_vendor(vendor), connection.cursor() as cursor:
        for statement in ("UPDATE vendors_vendorevent SET reason = 'x'", "DELETE FROM vendors_vendorevent"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        for name, before, kind in (
            ("lifted", "suspended", "member"),
            ("closing_asked", "suspended", "staff"),
            ("closing_asked", "active", "member"),
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(words, [name, before, kind, vendor.id, vendor.id])
        cursor.execute(words, ["closing_asked", "suspended", "member", vendor.id, vendor.id])
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE vendors_vendor SET suspended_at = NULL")
    event.refresh_from_db()
    assert event.reason == "Fake goods"


@pytest.mark.parametrize("held", [True, False])
def test_a_suspension_ends_sales_and_holds_money_as_staff_chose(
    held: bool, market_day: Any, desk: Any, desk_of: Any
) -> None:
    moreau, moderator = market_day.moreau, desk("moderator")
    Vendor.objects.filter(id=moreau.id).update(payouts_cleared_at=clock.now(), selling_cleared_at=clock.now())
    assert (
        desk("support").post(f"/vendors/{moreau.id}/suspension/", {"reason": "x", "payouts": "held"}).status_code == 403
    )
    page = moderator.post(f"/vendors/{moreau.id}/suspension/", {"reason": "Fake goods"})
    assert page.status_code == 422  # the choice about the money is one that somebody makes
    given = {"reason": "Fake goods", "payouts": "held" if held else "go_on"}
    assert moderator.post(f"/vendors/{moreau.id}/suspension/", given).status_code == 302
    moreau.refresh_from_db()
    assert (moreau.state, moreau.may_sell, moreau.is_reachable) == ("suspended", False, True)
    event = VendorEvent.objects.get(vendor=moreau)
    assert (event.name, event.before, event.reason) == ("suspended", "active", "Fake goods")
    assert event.data == {"payouts": "held" if held else "go on"}

    transfer = Transfer.objects.get(vendor_id=moreau.id)
    why = _hindrance(transfer, None)
    assert (why == "Payouts are held while the shop is suspended: Fake goods") == held
    owner = desk_of(moreau)
    for path in ("/", "/money/", "/money/way/"):
        text = owner.text(path)
        assert ("Fake goods" in text, "is held until the suspension is lifted" in text) == (True, held), path
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=moreau.id)
    assert owner.post(f"/orders/{part.id}/acceptance/").status_code == 302
    part.refresh_from_db()
    assert part.fulfillment == Fulfillment.ACCEPTED

    assert moderator.post(f"/vendors/{moreau.id}/suspension/end/", {"reason": ""}).status_code == 422
    Transfer.objects.filter(id=transfer.id).update(next_try_at=clock.now() + timedelta(days=1))
    assert moderator.post(f"/vendors/{moreau.id}/suspension/end/", {"reason": "All genuine"}).status_code == 302
    deliver()
    moreau.refresh_from_db()
    transfer.refresh_from_db()
    assert (moreau.state, moreau.may_sell, moreau.payouts_held_at, moreau.suspended_at) == ("active", True, None, None)
    assert transfer.next_try_at is None
    assert [row[:3] for row in life(moreau)] == [
        ("suspended", "active", "suspended"),
        ("lifted", "suspended", "active"),
    ]
    mails = Mail.objects.filter(vendor_id=moreau.id, template__in=["vendor_suspended", "vendor_lifted"])
    told = {mail.template: mail.text for mail in mails}
    assert "All genuine" in told["vendor_lifted"]
    assert "Fake goods" in told["vendor_suspended"]
    assert ("we hold what you earn" in told["vendor_suspended"]) == held
    timeline = moderator.page(f"/vendors/{moreau.id}/")
    assert timeline.index("Suspension lifted") < timeline.index("Moderator Osei. Payouts")
    assert "All genuine" in owner.text("/shop/standing/")
    assert "Moderator Osei" not in owner.text("/shop/standing/")


def test_an_owner_closes_and_takes_it_back(make_vendor: Any, desk_of: Any) -> None:
    vendor = make_vendor("lindqvist")
    owner, manager = desk_of(vendor), desk_of(vendor, "manager")
    assert manager.post("/shop/closing/", {"reason": "Too old"}).status_code == 403
    assert owner.post("/shop/closing/", {"reason": ""}).status_code == 422
    owner.post("/shop/closing/", {"reason": "Too old"})
    vendor.refresh_from_db()
    # Sales end with the owner's word, before the platform has heard it.
    assert (vendor.state, vendor.may_sell) == ("active", False)
    deliver()
    vendor.refresh_from_db()
    assert (vendor.state, vendor.decision_reason) == ("closing", "Too old")
    owner.post("/shop/closing/return/")
    deliver()
    vendor.refresh_from_db()
    assert (vendor.state, vendor.may_sell) == ("active", True)
    assert life(vendor) == [
        ("closing_asked", "active", "active", "member"),
        ("closing", "active", "closing", "member"),
        ("closing_taken_back", "closing", "closing", "member"),
        ("reopened", "closing", "onboarding", "member"),
        ("activated", "onboarding", "active", "system"),
    ]


def test_closing_is_no_way_out_of_a_suspension_and_staffs_closing_is_staffs(make_vendor: Any) -> None:
    vendor = make_vendor("lindqvist")
    suspend_vendor(vendor=vendor, by=vendor.id, reason="Fake goods", hold_payouts=True)
    with bind_vendor(vendor):
        ask_to_close(vendor=vendor, by=vendor.id, reason="Then not")
    deliver()
    with bind_vendor(vendor):
        take_closing_back(vendor=vendor, by=vendor.id)
    deliver()
    vendor.refresh_from_db()
    assert (vendor.state, vendor.suspension_reason, vendor.payouts_held_at is None) == (
        "suspended",
        "Fake goods",
        False,
    )
    lift_suspension(vendor=vendor, by=vendor.id, reason="Genuine")
    begin_closing(vendor=Vendor.objects.get(), by=vendor.id, reason="No answer for a year")
    with bind_vendor(vendor), pytest.raises(CannotLeave, match="The marketplace closes"):
        take_closing_back(vendor=vendor, by=vendor.id)
    with pytest.raises(InvalidInput):
        suspend_vendor(vendor=reopen_vendor(vendor=vendor, by=None), by=vendor.id, reason=" ", hold_payouts=False)


def test_closed_by_itself_when_nothing_is_open_and_not_before(
    market_day: Any, desk_of: Any, desk: Any, move_clock: Any
) -> None:
    moreau = market_day.moreau
    owner = desk_of(moreau)
    owner.post("/shop/closing/", {"reason": "Enough"})
    deliver()
    page = owner.text("/shop/standing/")
    for words, place in (
        ("1 paid order has not arrived", "/orders/"),
        ("14.10 EUR of its earnings are not transferred yet", "/money/way/"),
    ):
        assert f'<a href="{place}">{words}</a>' in page
    assert "/orders/?vendor=moreau" in desk("administrator").page(f"/vendors/{moreau.id}/")
    move_clock(timedelta(days=8))
    assert close_what_is_done() == 0
    VendorOrder.objects.filter(vendor_id=moreau.id).update(fulfillment=Fulfillment.DELIVERED, canceled_at=clock.now())
    Transfer.objects.filter(vendor_id=moreau.id).update(state="done", provider_transfer_id="tr_9", done_at=clock.now())
    from billing.ledger.models import LedgerAccount

    LedgerAccount.objects.filter(vendor_id=moreau.id)
    moreau.refresh_from_db()
    left = [each["words"] for each in moreau.still_open]
    assert close_what_is_done() == 0
    moreau.refresh_from_db()
    assert [each["about"] for each in moreau.still_open] == ["money"]
    assert len(moreau.still_open) < len(left)


def test_closed_by_itself_once_it_was_exported(make_vendor: Any, move_clock: Any) -> None:
    vendor = make_vendor("lindqvist")
    begin_closing(vendor=vendor, by=vendor.id, reason="You asked us to.")
    move_clock(timedelta(days=6, hours=23))
    assert (close_what_is_done(), ShopExport.objects.count()) == (0, 0)
    move_clock(timedelta(hours=2))
    assert (close_what_is_done(), close_what_is_done()) == (0, 0)
    export = ShopExport.objects.get()
    assert export.asked_by is None
    ShopExport.objects.update(state=ExportState.DONE)
    assert close_what_is_done() == 1
    vendor.refresh_from_db()
    assert vendor.state == "closed"
    assert life(vendor)[-1] == ("closed", "closing", "closed", "system")
