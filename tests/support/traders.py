"""Two vendors that have traded: each with all that an address of the vendor API can name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from tests.support.months import statement_of


@dataclass(frozen=True)
class Trade:
    """One vendor, and an id of its own for each name in the addresses of the vendor API."""

    vendor: Any
    ids: dict[str, Any]


@pytest.fixture
def trade(paid: Callable[..., Any]) -> tuple[Trade, Trade]:
    """(Lindqvist, Moreau): both with a parcel packed, earnings transferred and paid out."""
    order, lamp, soap = paid()
    # Before the dispute, which keeps everybody from refunding anything of the payment.
    asked = {part.vendor_id: ask_for_a_refund(part) for part in order.vendor_orders.all()}
    return tuple(_traded(order, shelf, asked[shelf.vendor.id]) for shelf in (lamp, soap))  # type: ignore[return-value]


def _traded(order: Any, shelf: Any, asked: Any) -> Trade:
    from billing.payouts.models import Payout, PayoutTransfer, PayoutWish, Transfer
    from kit import clock
    from marketplace.fulfillment.actions import pack
    from marketplace.invoices.actions import issue_invoice
    from marketplace.invoices.filing import file_invoice
    from tenants.isolation.doors import in_shop
    from tenants.shop.catalog.models import Picture, ProductImport
    from tenants.shop.inventory.counts import start_count
    from tenants.shop.inventory.models import Reservation, StockFeed, Warehouse
    from tenants.shop.inventory.purchasing import add_supplier, draft_order
    from tenants.shop.shipping.actions import set_flat_shipping

    vendor = shelf.vendor
    part = order.vendor_orders.get(vendor_id=vendor.id)
    transfer = Transfer.objects.get(vendor_id=vendor.id)
    transfer.state, transfer.done_at = "done", clock.now()
    transfer.save()
    payout = Payout.objects.create(
        vendor_id=vendor.id,
        provider_payout_id=f"po_{vendor.slug}",
        amount_minor=transfer.amount_minor,
        currency="EUR",
        state="paid",
        arrives_on=date(2026, 3, 12),
        created_at=clock.now(),
    )
    PayoutTransfer.objects.create(
        payout=payout, transfer=transfer, vendor_id=vendor.id, amount_minor=transfer.amount_minor
    )
    with in_shop(vendor):
        parcel = pack(vendor_order_id=part.id, by=None)
        picture = Picture.objects.create(
            product=shelf.variant.product, path=f"pictures/{vendor.id}/0123", width=60, height=40
        )
        warehouse = Warehouse.objects.get()
        supplier = add_supplier(name=f"Maker of {vendor.slug}", email=f"maker@{vendor.slug}.example", lead_days=3)
        purchase = draft_order(supplier, by=None)
        feed = StockFeed.objects.create(filename="stock.csv", sent_by=vendor.id)
        count = start_count(warehouse, by=vendor.id)
        reservation = Reservation.objects.get()
        zone = set_flat_shipping(flat_minor=490).zones.get()
        rate = zone.rates.get()
        sent = ProductImport.objects.create(filename="shelf.csv", path=f"imports/{vendor.id}/x.csv", state="done")
    disputed = dispute_of(part)
    return Trade(
        vendor,
        {
            "product_id": shelf.variant.product_id,
            "variant_id": shelf.variant.id,
            "picture_id": picture.id,
            "import_id": sent.id,
            "warehouse_id": warehouse.id,
            "count_id": count.id,
            "feed_id": feed.id,
            "supplier_id": supplier.id,
            "purchase_id": purchase.id,
            "reservation_id": reservation.id,
            "profile_id": zone.profile_id,
            "zone_id": zone.id,
            "rate_id": rate.id,
            "order_id": part.id,
            "parcel_id": parcel.id,
            "payout_id": payout.id,
            "wish_id": PayoutWish.objects.create(vendor_id=vendor.id, currency="EUR").id,
            "invoice_id": plan_invoice_of(vendor).id,
            "document_id": statement_of(vendor).id,
            "sales_invoice_id": file_invoice(issue_invoice(vendor_order_id=part.id)[0]).id,
            "dispute_id": disputed.id,
            "file_id": disputed.files.get(vendor_id=vendor.id).id,
            "debt_id": owe_a_fee(part).id,
            "request_id": asked.id,
            **goods_back_of(part),
            **said_of(part),
            **talked_of(part),
            "promotion_id": promotion_of(vendor).id,
            "room_id": room_of(vendor).id,
            "code": send_a_paper(vendor),
            "domain_id": domain_of(vendor).id,
            **team_of(vendor),
        },
    )


def goods_back_of(part: Any, state: str = "asked", turn: int = 1) -> dict[str, UUID]:
    """A return in this state, with a photo, and, for the first, a claim about it: of a part there is one at a time."""
    from marketplace.returns.models import Claim, ClaimMessage, Photo, Return, ReturnLine

    of = {"order_id": part.order_id, "vendor_order": part, "vendor_id": part.vendor_id}
    returned = Return.objects.create(
        number=f"{part.number}-R{turn}",
        state=state,
        shipping_paid_by="customer",
        send_to={**SENT_BACK_TO, "name": part.vendor_name},
        **of,
    )
    line = part.lines.get()
    ReturnLine.objects.create(
        returned=returned, order_line=line, vendor_id=part.vendor_id, quantity=1, reason="changed_mind"
    )
    photo = Photo.objects.create(vendor_id=part.vendor_id, returned=returned, hash="0", small=b"RIFF", content=b"RIFF")
    found = {"return_id": returned.id, "photo_id": photo.id}
    if turn > 1:
        return found
    claim = Claim.objects.create(
        number=f"{part.number}-C1", kind="other", opened_kind="customer", returned=returned, **of
    )
    ClaimMessage.objects.create(claim=claim, vendor_id=part.vendor_id, author_kind="customer", text="Help")
    return {**found, "claim_id": claim.id}


def room_of(vendor: Any) -> Any:
    """A waiting room of its own, where people gather in a month."""
    from datetime import timedelta

    from kit import clock
    from marketplace.catalog.models import Offer
    from marketplace.waiting.actions import Keeper, make_room

    day = clock.now() + timedelta(days=30)
    return make_room(
        vendor_id=vendor.id,
        product_id=Offer.objects.filter(vendor_id=vendor.id).values_list("product_id", flat=True)[0],
        per_minute=60,
        stay_minutes=10,
        gathers_at=day,
        opens_at=day + timedelta(hours=1),
        ends_at=day + timedelta(hours=2),
        by=Keeper(vendor.id, vendor.id),
    )


def promotion_of(vendor: Any) -> Any:
    """A coupon of its own."""
    from marketplace.promotions.actions import Given, Maker, create_promotion

    code = f"{vendor.slug}10".upper()
    return create_promotion(
        given=Given(name="Spring", kind="percentage", rate_bps=1000, code=code), by=Maker(vendor.id, vendor.id)
    )


def said_of(part: Any) -> dict[str, UUID]:
    """A review of what it sold, with a photo."""
    from marketplace.reviews.models import Review, ReviewPhoto

    line = part.lines.get()
    review = Review.objects.create(
        subject="product",
        vendor_order=part,
        order_line=line,
        vendor_id=part.vendor_id,
        listing_id=line.listing_id,
        rating=4,
        words=f"From {part.vendor_name}",
    )
    photo = ReviewPhoto.objects.create(
        review=review, vendor_id=part.vendor_id, hash="0", content=b"RIFF", width=1, height=1
    )
    return {"review_id": review.id, "review_photo_id": photo.id, "about": line.id}


def talked_of(part: Any) -> dict[str, UUID]:
    """What its customer wrote about it, with a picture."""
    from marketplace.messages.models import Message, MessagePhoto, Thread

    thread = Thread.objects.create(vendor_order=part, vendor_id=part.vendor_id, last_kind="customer")
    message = Message.objects.create(
        thread=thread, vendor_id=part.vendor_id, author_kind="customer", text=f"To {part.vendor_name}"
    )
    photo = MessagePhoto.objects.create(message=message, vendor_id=part.vendor_id, hash="0", content=b"RIFF")
    return {"vendor_order_id": part.id, "thread_id": thread.id, "message_photo_id": photo.id}


SENT_BACK_TO = {"street": "Kajen 1", "postal_code": "411", "city": "Göteborg", "country": "SE"}


def send_a_paper(vendor: Any) -> str:
    """The code of a step that vendors of its country alone are asked for, sent and sent back."""
    from io import BytesIO

    from tenants.isolation.doors import in_shop
    from tenants.onboarding.actions import send_document
    from tenants.onboarding.keeping import add_document_step, publish_terms
    from tenants.onboarding.models import Step, Terms
    from tenants.vendors.models import Vendor

    vendor.country = {"lindqvist": "SE", "moreau": "FR"}[vendor.slug]
    Vendor.objects.filter(id=vendor.id).update(country=vendor.country)
    code = add_document_step(
        title=f"Paper of {vendor.country}", explanation="", countries=[vendor.country], by=vendor.id
    ).code
    Step.objects.filter(code=code).update(is_on=True)
    if not Terms.objects.exists():
        publish_terms(text="We sell, you deliver.", by=vendor.id)
    with in_shop(vendor):
        send_document(vendor=vendor, code=code, file=BytesIO(b"%PDF-1.7"), name="paper.pdf", by=vendor.id)
    return code


def team_of(vendor: Any) -> dict[str, UUID]:
    """Somebody who looks on, and somebody who is invited to."""
    from kit import clock
    from kit.ids import uuid7
    from tenants.vendors.models import Invitation, Member

    viewer = Member.objects.create(
        vendor=vendor, user_id=uuid7(), name="Vik", email=f"vik@{vendor.slug}.example", role="viewer"
    )
    invited = Invitation.objects.create(
        vendor=vendor,
        email=f"new@{vendor.slug}.example",
        role="viewer",
        invited_by=viewer.user_id,
        expires_at=clock.now() + timedelta(days=7),
    )
    return {"member_id": viewer.id, "invitation_id": invited.id}


def domain_of(vendor: Any) -> Any:
    """A domain of its own that it has asked for."""
    from tenants.vendors.models import CustomDomain

    host = f"shop.{vendor.slug}.example"
    return CustomDomain.objects.create(vendor=vendor, host=host, token=f"token-of-{vendor.slug}", added_by=vendor.id)


def plan_invoice_of(vendor: Any) -> Any:
    """A paid invoice for the plan Growth, of a subscription that goes on, as if fetched just now."""
    from billing.subscriptions.models import PlanPrice, SubscriptionInvoice, VendorSubscription
    from kit import clock

    now = clock.now()
    subscription = VendorSubscription.objects.create(
        vendor_id=vendor.id,
        provider_subscription_id=f"sub_{vendor.slug}",
        price=PlanPrice.objects.get(plan__code="growth", interval="month", retired_at=None),
        status="active",
        period_start=now,
        period_end=now + timedelta(days=30),
        begun_at=now,
        fetched_at=now,
    )
    line = {"description": "1 x Growth", "net_minor": 2900, "start": 1772323200, "end": 1775001600, "proration": False}
    return SubscriptionInvoice.objects.create(
        vendor_id=vendor.id,
        subscription=subscription,
        provider_invoice_id=f"in_{vendor.slug}",
        number=f"{vendor.slug.upper()}-0001",
        status="paid",
        net_minor=2900,
        tax_minor=551,
        total_minor=3451,
        due_minor=3451,
        paid_minor=3451,
        currency="EUR",
        lines=[line],
        hosted_url="https://invoice.example/in",
        created_at=now,
        finalized_at=now,
        paid_at=now,
        fetched_at=now,
    )


def dispute_of(part: Any) -> Any:
    """A customer's bank asks about one vendor's part of an order; the vendor has said something, and given a document."""
    from billing.disputes.models import Dispute, DisputeAnswer, DisputeFile, DisputeSlice
    from billing.payments.models import PaymentShare
    from kit import clock

    share = PaymentShare.objects.get(reference_id=part.id)
    dispute = Dispute.objects.create(
        provider_dispute_id=f"du_{part.number}",
        payment_id=share.payment_id,
        reference_number=part.number,
        state="needs_response",
        reason="product_not_received",
        amount_minor=share.gross_minor,
        currency=share.currency,
        borne_by="vendor",
        fee_borne_by="vendor",
        opened_at=clock.now(),
    )
    DisputeSlice.objects.create(
        dispute=dispute,
        version=1,
        share_id=share.id,
        vendor_id=share.vendor_id,
        reference_id=part.id,
        amount_minor=share.gross_minor,
        net_minor=share.net_minor,
        currency=share.currency,
    )
    DisputeAnswer.objects.create(
        dispute=dispute, vendor_id=share.vendor_id, texts={"shipping_tracking_number": "JD0001"}
    )
    DisputeFile.objects.create(
        dispute=dispute,
        vendor_id=share.vendor_id,
        kind="receipt",
        name="receipt.pdf",
        content_type="application/pdf",
        size_bytes=1000,
        path=f"disputes/{share.vendor_id}/{dispute.id}/receipt.pdf",
    )
    return dispute


def owe_a_fee(part: Any) -> Any:
    """A vendor owes 20.00, 5.00 of them written off."""
    from billing.payouts.debts import charge_fee, write_off
    from kit.ids import uuid7

    with transaction.atomic():
        debt = charge_fee(
            vendor_id=part.vendor_id,
            amount_minor=2000,
            currency=part.currency,
            key=f"fee:{part.id}",
            reason="The provider's fee for a dispute that was lost",
            reference_id=part.id,
            number=part.number,
        )
        write_off(debt_id=debt.id, amount_minor=500, reason="As agreed", by=uuid7())
    return debt


def ask_for_a_refund(part: Any, asked_kind: str = "member") -> Any:
    """A request that waits for somebody else's decision, of a cent off this vendor order."""
    from kit.ids import uuid7
    from marketplace.returns.models import RefundRequest
    from marketplace.returns.preview import Ask
    from marketplace.returns.queries import preview_of

    asked = [Ask(part.id, goodwill_minor=1)]
    shown = preview_of(part.order_id, asked, kind="refund")
    return RefundRequest.objects.create(
        order_id=part.order_id,
        vendor_id=part.vendor_id,
        number=part.number,
        kind="refund",
        reason="A scratch",
        asked=[each.as_data() for each in asked],
        preview=shown.as_data(),
        digest=shown.digest,
        amount_minor=shown.amount_minor,
        currency=part.currency,
        state="waiting",
        asked_kind=asked_kind,
        asked_by=uuid7(),
    )
