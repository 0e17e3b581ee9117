"""A market with something in every list of the APIs, and in every state that an operation needs."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from tests.api.conftest import MARKET, OFFICE, portal_of
from tests.support.months import file_of, statement_of
from tests.support.office import MarketDay, pay, place
from tests.support.told import GUESTS_CART
from tests.support.traders import (
    ask_for_a_refund,
    goods_back_of,
    owe_a_fee,
    plan_invoice_of,
    promotion_of,
    room_of,
    said_of,
    talked_of,
    team_of,
)


@dataclass
class Callers:
    """Somebody signed in for each audience: Ada, who has bought; Lindqvist's owner, who has sold; an administrator."""

    hosts: dict[str, str]
    tokens: dict[str, str]
    # What no list of the APIs tells, by its name in an address.
    unlisted: dict[str, list[str]]


@pytest.fixture
def closed_month(db: None) -> Any:
    """A month long past, closed while the books were empty."""
    from billing.ledger import periods
    from billing.ledger.periods import Month
    from kit.ids import uuid7

    return periods.close(month=Month(date(2020, 2, 1)), by=uuid7())


@pytest.fixture
def callers(
    sandbox: Any,
    closed_month: Any,
    market_day: MarketDay,
    address: dict[str, str],
    member_token: Any,
    staff_token: Any,
    sign_in: Any,
    settings: Any,
) -> Callers:
    """The sandbox comes first: it says where the marketplace is, and so who issues the tokens."""
    settings.BANK_TRANSFER_IBAN = "DE89370400440532013000"
    _settle_ada(market_day, address)
    _fill_the_shop(market_day, address)
    _dispute(market_day, address)
    _ask_for_payouts(market_day)
    simulation = _busy_the_office(market_day)
    reopening = _keep_the_books(market_day, closed_month)
    _pay_by_bank(market_day, address)
    steps = _ask_for_more(market_day)
    _live_on(market_day)
    said = _hear_from_customers(market_day)
    # Afterwards, for a payment by bank would have paid it.
    owe_a_fee(market_day.paid.vendor_orders.get(vendor_id=market_day.lindqvist.id))
    # As long as an attack may take on a slow machine; what the documents say of a token's life stays as it is.
    usual, settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN, 3600
    office = staff_token()
    tokens = {
        "storefront": sign_in(market_day.ada.email),
        "vendor": member_token(market_day.lindqvist),
        "platform": office,
        "finance": office,
    }
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = usual
    return Callers(
        hosts={
            "storefront": MARKET,
            "vendor": portal_of(market_day.lindqvist),
            "platform": OFFICE,
            "finance": OFFICE,
        },
        tokens=tokens,
        unlisted={
            "reopening_id": [str(reopening.id)],
            "simulation_id": [str(simulation.id)],
            "code": [*steps, "SPRING"],
            **said,
            **_beside_the_cart(market_day),
        },
    )


def _beside_the_cart(market_day: MarketDay) -> dict[str, list[str]]:
    """Ada has put something aside, and shared a copy of her cart."""
    from marketplace.carts.actions import ensure_cart
    from marketplace.carts.models import SavedLine
    from marketplace.carts.sharing import share_cart

    cart = ensure_cart(user=market_day.ada, token="")
    line = cart.lines.get()
    saved = SavedLine.objects.create(cart=cart, offer_id=line.offer_id, quantity=1, price_seen_minor=100)
    return {"saved_id": [str(saved.id)], "token": [share_cart(cart=cart)[1]]}


def _settle_ada(market_day: MarketDay, address: dict[str, str]) -> None:
    """She can sign in, keeps an address, and has something in her cart."""
    from allauth.account.models import EmailAddress

    from accounts.models import Address
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token

    ada = market_day.ada
    ada.set_password("a long good one")
    ada.save()
    EmailAddress.objects.create(user=ada, email=ada.email, verified=True, primary=True)
    Address.objects.create(user=ada, **address)
    cart = ensure_cart(user=ada, token=new_token(), country="NL")
    guests = ensure_cart(user=None, token=GUESTS_CART, country="NL")
    for each in (cart, guests):
        add_to_cart(cart=each, offer_id=_shelf(market_day.moreau).offer.id, quantity=2)


def _ask_for_more(market_day: MarketDay) -> list[str]:
    """Vendors are asked for terms, a paper and a profile, none of which closes a door; Lindqvist's profile came back."""
    from tenants.onboarding.actions import decide
    from tenants.onboarding.keeping import add_document_step, publish_terms
    from tenants.onboarding.models import Step
    from tenants.vendors.models import Vendor

    by = market_day.ada.id
    publish_terms(text="We sell, you deliver.", by=by)
    paper = add_document_step(title="Trade register", explanation="", countries=[], by=by).code
    Step.objects.filter(code__in=["terms", "profile", paper]).update(is_on=True, for_selling=False, for_payout=False)
    Vendor.objects.filter(id=market_day.lindqvist.id).update(tagline="Stoneware", story="From Gotland.")
    decide(vendor=market_day.lindqvist, code="profile", decision="reject", reason="Not yours.", by=by)
    return [paper, "profile"]


def _fill_the_shop(market_day: MarketDay, address: dict[str, str]) -> None:
    """Lindqvist has an order that is new, one accepted, one packed and one shipped; pictures, an import, and a team."""
    from marketplace.fulfillment.actions import accept, pack, ship
    from tenants.isolation.doors import in_shop
    from tenants.shop.catalog.models import Picture, Product, ProductImport
    from tenants.shop.inventory.models import Warehouse
    from tenants.shop.shipping.actions import add_profile, set_flat_shipping
    from tenants.shop.shipping.drafts import ProfileDraft

    vendor, orders = market_day.lindqvist, []
    team_of(vendor)
    for number in range(3):
        orders.append(place(market_day.ada, address, _shelf(vendor)))
        pay(orders[-1], f"ch_more_{number}")
    accepted, packed, shipped = [order.vendor_orders.get() for order in orders]
    ask_for_a_refund(accepted)
    with in_shop(vendor):
        set_flat_shipping(flat_minor=490)
        add_profile(draft=ProfileDraft("Bulky"), by=None)
        Warehouse.objects.update(street="Strandgatan 1", postal_code="621 56", city="Visby", country="SE")
        for part in (accepted, packed, shipped):
            accept(vendor_order_id=part.id, by=None)
        pack(vendor_order_id=packed.id, by=None)
        ship(parcel_id=pack(vendor_order_id=shipped.id, by=None).id, carrier="PostNord", tracking_number="SE1", by=None)
        for name in ("front", "back"):
            Picture.objects.create(
                product=Product.objects.get(), path=f"pictures/{vendor.id}/{name}", width=60, height=40
            )
        ProductImport.objects.create(filename="shelf.csv", path=f"imports/{vendor.id}/x.csv", state="done")


def _hear_from_customers(market_day: MarketDay) -> dict[str, list[str]]:
    """Of Lindqvist's part of the paid order: returns in every state that waits for somebody, a claim and a review. Three
    promotions: Lindqvist's, the platform's, and one of which Lindqvist is asked to bear a half.
    """
    from marketplace.promotions.actions import Given, Maker, create_promotion

    vendor = market_day.lindqvist
    part = market_day.paid.vendor_orders.get(vendor_id=vendor.id)
    states = ("asked", "accepted", "sent", "received", "inspected")
    back = [goods_back_of(part, state, turn) for turn, state in enumerate(states, start=1)]
    said_of(part)
    talked_of(part)
    promotion_of(vendor)
    room_id = str(room_of(vendor).id)
    for name, of in (("Spring", {}), ("Together", {"for_vendor": vendor.id, "platform_share_bps": 5000})):
        given = Given(name=name, kind="percentage", rate_bps=500, code=name.upper())
        create_promotion(given=given, by=Maker(market_day.ada.id, None), **of)
    returns = [str(each["return_id"]) for each in back]
    return {"return_id": returns, "claim_id": [str(back[0]["claim_id"])], "room_id": [room_id]}


def _live_on(market_day: MarketDay) -> None:
    """Lindqvist plans a vacation, has asked for a domain, and has a second warehouse; of two others, one is
    suspended and one closes.
    """
    from kit import clock
    from kit.context import acting_for
    from tenants.isolation.doors import in_shop
    from tenants.shop.inventory.models import Warehouse
    from tenants.vendors.domains import add_domain
    from tenants.vendors.models import Vendor, VendorState
    from tenants.vendors.vacation import set_vacation

    vendor, now = market_day.lindqvist, clock.now()
    later = clock.today() + timedelta(days=200)
    set_vacation(vendor=vendor, by=market_day.ada.id, starts_on=later, back_on=later + timedelta(days=7))
    with acting_for(vendor.current):
        add_domain(vendor=vendor, host="lindqvist-stoneware.com", by=market_day.ada.id)
    with in_shop(vendor):
        Warehouse.objects.create(name="Harbor", country="SE", position=1)
    for slug, state in (("halvorsen", VendorState.SUSPENDED), ("iversen", VendorState.CLOSING)):
        Vendor.objects.create(
            slug=slug,
            name=slug.title(),
            legal_name=slug.title(),
            country="DK",
            email=f"{slug}@vendors.example",
            state=state,
            approved_at=now,
            activated_at=now,
        )


def _busy_the_office(market_day: MarketDay) -> Any:
    """Somebody applies, somebody is invited, somebody works here; a shop was exported.

    A transfer and a refund were refused, a refund is due and one came back; there
    is a rule, and a finding.

    Gives the simulation of a draft of the rules.
    """
    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from accounts.actions import add_staff_member
    from accounts.models import StaffRole, User
    from billing.commissions import drafts
    from billing.commissions.actions import add_rule
    from billing.payments.actions import refund_answered, request_refund
    from billing.payments.models import PaymentShare, RefundState
    from billing.payouts.models import Transfer
    from billing.reconciliation.actions import reconcile
    from kit import clock
    from kit.context import acting_for
    from marketplace.checkout.simulation import run_simulations
    from marketplace.orders.models import VendorOrder
    from marketplace.returns.policy import set_policy
    from taxonomy.actions import add_category
    from tenants.isolation.models import ShopExport
    from tenants.onboarding.inviting import invite_vendor
    from tenants.vendors.models import Member, Vendor

    applicant = Vendor.objects.create(
        slug="sorensen", name="Sørensen", legal_name="Sørensen ApS", country="DK", email="hej@sorensen.example"
    )
    Member.objects.create(vendor=applicant, user_id=market_day.ada.id, name="Ida Sørensen", email=applicant.email)
    invite_vendor(email="hallo@bauer.example", country="DE", currency="EUR", by=market_day.ada.id)
    with acting_for(market_day.moreau.current):
        path = storages["private"].save(f"exports/{market_day.moreau.id}/shop.zip", ContentFile(b"PK"))
    ShopExport.objects.create(vendor_id=market_day.moreau.id, state="done", file_path=path, file_bytes=2)
    add_staff_member(user=User.objects.create_user("sam@souk.example", name="Sam Osei"), role=StaffRole.SUPPORT)
    Transfer.objects.filter(vendor_id=market_day.moreau.id).update(state="failed", error="The account was closed.")
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        request_refund(share=share, amount_minor=100, reason="Late", key="late:1")
        refused = request_refund(share=share, amount_minor=100, reason="Broken", key="broken:1")
    refund_answered(refund_id=refused.id, state=RefundState.FAILED, error="The account was closed.", moved=False)
    with transaction.atomic():
        returned = request_refund(share=share, amount_minor=100, reason="Chipped", key="chipped:1")
    refund_answered(
        refund_id=returned.id, state=RefundState.FAILED, error="The card was closed.", provider_refund_id="re_1"
    )
    ask_for_a_refund(VendorOrder.objects.get(id=share.reference_id), "staff")
    home = add_category(name="Home", tax_category="standard")
    add_rule(name="Home", conditions={"category": [home.path]}, rate_bps=1200)
    draft = drafts.start_draft(name="Spring")
    simulation = drafts.simulate(draft_id=draft.id, first_on=clock.today(), last_on=clock.today())
    run_simulations()
    set_policy(
        commission="given_back",
        kept_after_days=None,
        customer_cancels="until_packed",
        limits={"staff:administrator": None, "member:owner": None},
        reason="As agreed",
        by=market_day.ada.id,
    )
    reconcile(fetch_balances=list)
    return simulation


def _dispute(market_day: MarketDay, address: dict[str, str]) -> None:
    """A customer's bank asks about an order of Lindqvist's, which has said something and given a document."""
    from billing.disputes.actions import Said, take_dispute
    from billing.disputes.evidence import add_file, save_answer
    from billing.payments.actions import lock_payment
    from billing.payments.models import Payment
    from kit import clock
    from kit.context import acting_for

    order, now = place(market_day.ada, address, _shelf(market_day.lindqvist)), clock.now()
    pay(order, "ch_disputed")
    said = Said(
        provider_dispute_id="du_1",
        state="needs_response",
        reason="product_not_received",
        amount_minor=order.total_minor,
        withdrawn_minor=0,
        reinstated_minor=0,
        fee_minor=0,
        currency="EUR",
        is_refundable=False,
        evidence_due_at=now + timedelta(days=9),
        was_submitted=False,
        opened_at=now,
    )
    with transaction.atomic():
        dispute = take_dispute(payment=lock_payment(Payment.objects.get(reference_id=order.id).id), said=said)
    part = dispute.slices.get()
    with acting_for(market_day.lindqvist.current):
        save_answer(part=part, texts={"shipping_tracking_number": "JD0001"}, hand_in=False, now=now)
        add_file(part=part, kind="receipt", file=BytesIO(b"%PDF-1.7"), name="receipt.pdf")


def _ask_for_payouts(market_day: MarketDay) -> None:
    """Lindqvist has a plan, and was paid out once when it asked; we had our own money paid out."""
    from billing.payouts.models import PayoutWish, WishState
    from billing.payouts.wishes import ask_own, ask_payout
    from kit.ids import uuid7

    vendor = market_day.lindqvist
    plan_invoice_of(vendor)
    ask_payout(wish_id=uuid7(), vendor_id=vendor.id, amount_minor=100)
    ask_own(wish_id=uuid7(), amount_minor=100)
    PayoutWish.objects.update(state=WishState.DONE)


def _keep_the_books(market_day: MarketDay, closed_month: Any) -> Any:
    """A statement with its file, an export, a job's run, a rule, a hold, and credits, one large, one refused.

    Gives the request to open a month again.
    """
    from billing.payouts.adjustments import credit_vendor
    from billing.payouts.hold_rules import add_hold_rule
    from billing.payouts.holds import MANUAL, place_hold
    from billing.payouts.models import Adjustment, Transfer
    from billing.statements.closing import ask_to_reopen
    from billing.statements.exports.run import ask_for_export, run_exports
    from kit import clock
    from observability.jobs import Run, write

    ada, moreau = market_day.ada.id, market_day.moreau
    write(Run("stripe.sync", 0.5, 3))
    file_of(statement_of(market_day.lindqvist))
    first = clock.today().replace(day=1)
    ask_for_export(format="ledger", starts_on=first, ends_on=first + timedelta(days=40), currency="EUR", by=ada)
    run_exports()
    add_hold_rule(kind="delivered_plus_days", scope="vendor", days=3, only_vendor=moreau.id)
    held = Transfer.objects.filter(vendor_id=market_day.lindqvist.id, state="held")[0]
    place_hold(transfer=held, rule=MANUAL, reason="The parcel is lost")
    credit_vendor(vendor=moreau, amount_minor=700, reason="A lost parcel", by=ada)
    Adjustment.objects.update(state="failed", error="The account was closed.")
    credit_vendor(vendor=moreau, amount_minor=70000, reason="Many lost parcels", by=ada)
    return ask_to_reopen(period=closed_month, reason="A fee was missing", by=ada)


def _pay_by_bank(market_day: MarketDay, address: dict[str, str]) -> None:
    """Three orders of Lindqvist's are paid by bank, one of them too much, and a fourth is to be; to Lindqvist one payment
    was sent, one waits to be, and one is due."""
    from billing.bank_transfer.actions import record_incoming
    from billing.bank_transfer.provider import NAME
    from billing.bank_transfer.settlement import make_file, mark_sent, set_bank_account
    from billing.payouts.holds import open_hold, release_hold
    from billing.payouts.models import HoldKind, Transfer
    from kit import clock
    from kit.money import Money
    from marketplace.checkout.actions import start_payment

    ada = market_day.ada
    set_bank_account(vendor_id=market_day.lindqvist.id, holder="Lindqvist", iban="NL91ABNA0417164300", by=ada.id)
    for number in range(4):
        order = place(ada, address, _shelf(market_day.lindqvist))
        start_payment(order=order, success_url="http://x/ok", cancel_url="http://x/orders/1/", by=NAME)
        if number == 3:
            break
        record_incoming(
            order_number=order.number,
            amount=Money(order.total_minor + (700 if number == 0 else 0), "EUR"),
            received_on=clock.today(),
            bank_reference=f"B-{number}",
            payer="A. Vermeer",
            by=ada.id,
        )
        transfer = Transfer.objects.get(reference_number=order.number)
        delivery = open_hold(transfer, HoldKind.DELIVERED)
        assert delivery is not None
        release_hold(hold=delivery, reason="Delivered")
        Transfer.objects.filter(id=transfer.id).update(state="due")
        if number < 2:
            file = make_file(by=ada.id)
        if number == 0:
            mark_sent(file_id=file.id, by=ada.id)


def _shelf(vendor: Any) -> Any:
    """What `place` wants: something of the vendor's that can be bought."""
    from marketplace.catalog.models import Offer

    return SimpleNamespace(offer=Offer.objects.get(vendor_id=vendor.id))
