"""A vendor that has traded asks to be closed, and is: as each thing that is open ends, with nothing of anybody's lost."""

import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import storages

from accounts.models import User
from billing.disputes.models import Dispute
from billing.ledger import periods
from billing.ledger.periods import month_of
from billing.payments.models import Payment
from billing.payouts.models import Payout
from billing.statements.actions import issue_for
from billing.stripe import onboarding, tasks
from billing.stripe.client import stripe_client
from billing.stripe.models import ConnectedAccount
from kit.context import acting_for
from marketplace.catalog.models import Offer
from marketplace.checkout.actions import start_payment
from marketplace.fulfillment.models import Parcel
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation import retiring
from tenants.isolation.models import ShopExport, Wall
from tenants.vendors.leaving import close_what_is_done
from tenants.vendors.tasks import export_shops
from tests.marketplace.web.portal.conftest import desk_of
from tests.support.browser import Browser
from tests.support.office import desk, place
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE, Sandbox

__all__ = ["desk", "desk_of"]
pytestmark = pytest.mark.django_db(transaction=True)
HERE = "http://localhost:8000/"


def take_payouts(vendor: Any, sandbox: Sandbox) -> None:
    onboarding.start(vendor, return_url=HERE, refresh_url=HERE)
    sandbox.onboard(ConnectedAccount.objects.get(vendor_id=vendor.id).account_id)
    assert onboarding.refresh_account(vendor.id)


def bought(ada: Any, address: dict[str, str], sandbox: Sandbox, *shelves: Any) -> Any:
    order = place(ada, address, *shelves)
    url = start_payment(order=order, success_url=HERE, cancel_url=HERE)
    session = re.search(r"cs_\w+", url)
    assert session
    sandbox.pay(session[0], CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    return order


def test_a_vendor_that_has_traded_is_closed_when_the_last_thing_has_ended(
    put_on_shelf: Callable[..., Any],
    everything_ten_percent: Any,
    address: dict[str, str],
    sandbox: Sandbox,
    desk_of: Callable[..., Any],
    desk: Callable[..., Any],
    settings: Any,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(
        "tenants.vendors.queries.HOST_SECONDS", 0
    )  # else it is remembered for some seconds who is where
    lamp, soap = put_on_shelf("lindqvist", price_minor=10000), put_on_shelf("moreau", price_minor=1000)
    vendor, ada = lamp.vendor, User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    for each in (lamp, soap):
        take_payouts(each.vendor, sandbox)
    order = bought(ada, address, sandbox, lamp, soap)
    part = order.vendor_orders.get(vendor_id=vendor.id)
    owner, office, browser = desk_of(vendor), desk("administrator"), Browser(settings)

    def news() -> None:
        """What the provider has to say reaches us, on the marketplace's host."""
        browser.client(HERE)
        sandbox.drain()
        tasks.sync_payouts()
        tasks.sync_balance()

    def open_now() -> list[str]:
        """What still keeps it from being closed, as the sweep finds it and as its own people and ours read it."""
        assert close_what_is_done() == 0
        vendor.refresh_from_db()
        assert vendor.state == "closing"
        words = [each["words"] for each in vendor.still_open]
        pages = owner.text("/shop/standing/"), office.page(f"/vendors/{vendor.id}/")
        assert all(each[1:] in page for each in words for page in pages), words  # pages begin them with a capital
        return words

    # An owner asks. It sells no more at once, and what was bought goes on.
    owner.post("/shop/closing/", {"reason": "We retire"})
    deliver()
    assert not Offer.objects.get(id=lamp.offer.id).is_visible
    assert Offer.objects.get(id=soap.offer.id).is_visible
    not_sent = "96.64 EUR of its earnings are not transferred yet"
    on_account = "its account 2000 Vendor payable is not at zero: 96.64 EUR"
    assert open_now() == ["1 paid order has not arrived", not_sent, on_account]

    # Its order is shipped and arrives; the days of the hold pass.
    owner.post(f"/orders/{part.id}/acceptance/")
    owner.post(f"/orders/{part.id}/parcels/")
    parcel = Parcel.objects.get()
    owner.post(f"/parcels/{parcel.id}/shipment/", {"carrier": "DHL", "tracking_number": "1", "tracking_url": ""})
    owner.post(f"/parcels/{parcel.id}/delivery/")
    deliver()
    assert open_now() == [not_sent, on_account]
    sandbox.advance(days=8)
    news()
    assert tasks.send_transfers() == 1
    news()
    # Long enough closing, its money on the way to its bank: and there the customer's bank asks.
    charge = Payment.objects.get(reference_id=order.id).provider_charge_id
    sandbox.control(f"charges/{charge}/dispute", {"reason": "product_not_received"})
    news()
    assert "1 dispute is not decided" in open_now()
    tasks.send_reversals()
    (dispute,) = stripe_client().v1.disputes.list({"charge": charge}).data
    sandbox.control(f"disputes/{dispute.id}/close", {"status": "won"})
    news()
    assert Dispute.objects.get().state == "won"
    tasks.send_transfers()
    news()
    while (
        any(Payout.objects.filter(vendor_id=vendor.id, state__in=["pending", "in_transit"])) or not Payout.objects.all()
    ):
        assert all("on the way to its bank" in each for each in open_now())
        sandbox.advance(days=1)
        news()

    # Nothing is open. It is exported first, and closed once that is done.
    wall = Wall.objects.get(vendor_id=vendor.id)
    assert open_now() == []
    assert export_shops() == 1
    assert close_what_is_done() == 1
    vendor.refresh_from_db()
    wall.refresh_from_db()
    assert (vendor.state, vendor.schema_name, wall.state, wall.last_vendor_id) == ("closed", None, "retired", vendor.id)
    deliver()
    assert Mail.objects.filter(vendor_id=vendor.id, template="vendor_closed").exists()

    # Its hosts are nobody's; its neighbor's, the customer's order and ours are as they
    # were.
    office = desk("administrator")
    assert owner.get("/").status_code == 404
    assert owner.get("/api/v1/vendor/me").status_code == 404
    assert browser.get("http://lindqvist.localhost:8000/").status_code == 404
    assert browser.get("http://moreau.localhost:8000/").status_code == 200
    browser.client(HERE).force_login(ada)
    page = browser.get(f"{HERE}orders/{order.number}/").content.decode()
    for words in ("Lindqvist", "Thing of Lindqvist", "DHL", "Delivered"):
        assert words in page
    assert "Lindqvist" in office.page(f"/orders/{order.id}/")
    assert "Closed" in office.page(f"/vendors/{vendor.id}/")

    # The month it sold in is closed afterwards: it still gets its statement and its invoice of our commission.
    sold_at, staff = order.placed_at, owner.member.user_id
    sandbox.advance(days=40)
    periods.close(month=month_of(sold_at), by=staff)
    issued = issue_for(vendor=vendor, month=month_of(sold_at))
    assert sorted(document.kind for document in issued) == ["commission_invoice", "statement"]

    # Its time is over, and the shop may go. The export is kept.
    export = ShopExport.objects.get(vendor_id=vendor.id)
    assert [due.name for due in retiring.due()] == [wall.name]
    with acting_for(vendor.current), storages["private"].open(export.file_path) as file, zipfile.ZipFile(file) as kept:
        (name,) = [each for each in kept.namelist() if each.endswith("shop_catalog_variant.csv")]
        assert b"lindqvist-1" in kept.read(name)
    office = desk("administrator")
    assert office.get(f"/fleet/exports/{export.id}/").status_code == 200
