"""The office host as staff meet it, served with the platform's own database role, and a market with some history."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.browser import Browser, served_by

OFFICE = "http://office.localhost:8002"
# What tests call whoever does the daily work of finance.
ALIASES = {"finance": "accountant"}


class Desk:
    """A member of staff at the office: `get("/vendors/")`, `post(...)`, without following redirects."""

    def __init__(self, settings: Any, staff: Any | None):
        self.browser = Browser(settings)
        self.staff = staff
        self.client = self.browser.client(OFFICE)
        if staff is not None:
            session = self.client.session
            session["person"] = {
                "id": str(staff.id),
                "version": staff.access_version,
                "host": "office.localhost:8002",
            }
            session.save()

    def get(self, path: str, *, follow: bool = False, **headers: str) -> Any:
        return self.browser.get(OFFICE + path, follow=follow, **headers)

    def post(self, path: str, data: dict[str, Any] | None = None, *, follow: bool = False) -> Any:
        return self.browser.post(OFFICE + path, data, follow=follow)

    def page(self, path: str) -> str:
        """The page's HTML; it must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def csv(self, path: str) -> list[list[str]]:
        """The rows of a download. It is streamed, so it is read with the office's rights too."""
        import csv
        import io

        answer = self.get(path)
        assert answer.status_code == 200
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        with served_by("office"):
            text = b"".join(answer.streaming_content).decode()
        return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def desk(db: None, settings: Any) -> Callable[[str | None], Desk]:
    """`desk("support")`: somebody with that role, signed in; "finance" is an accountant; `desk(None)`: nobody."""
    from accounts.actions import add_staff_member
    from accounts.models import StaffRole, User

    def at(role: str | None) -> Desk:
        if role is None:
            return Desk(settings, None)
        user = User.objects.filter(email=f"{role}@souk.example").first()
        if user is None:
            user = User.objects.create_user(f"{role}@souk.example", name=f"{role.title()} Osei")
            add_staff_member(user=user, role=StaffRole(ALIASES.get(role, role)))
        return Desk(settings, user.staff_member)

    return at


@dataclass
class MarketDay:
    """What happened: vendors and two orders of Ada's, one paid over two vendors, one still to pay."""

    lindqvist: Any
    moreau: Any
    ada: Any
    paid: Any
    unpaid: Any
    transfer: Any
    vendor_payout: Any
    run: Any = None


@pytest.fixture
def market_day(
    db: None,
    put_on_shelf: Callable[..., Any],
    everything_ten_percent: Any,
    address: dict[str, str],
    settings: Any,
) -> MarketDay:
    """Lindqvist sold a lamp for 121.00, Moreau soap for 12.10; paid, transferred to Lindqvist, on its way to the bank."""
    from accounts.models import User
    from billing.payouts.models import Payout, PayoutTransfer, Transfer
    from marketplace.orders.models import VendorOrder

    lamp = put_on_shelf("lindqvist", price_minor=12100)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=300)
    ada = User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    paid = place(ada, address, lamp, soap)
    pay(paid, "ch_1")
    unpaid = place(ada, address, soap)
    part = VendorOrder.objects.get(order=paid, vendor_id=lamp.vendor.id)
    transfer = Transfer.objects.get(reference_id=part.id)
    send(transfer, "tr_1")
    payout = Payout.objects.create(
        vendor_id=lamp.vendor.id,
        provider_payout_id="po_1",
        amount_minor=transfer.amount_minor,
        currency="EUR",
        state="in_transit",
        arrives_on=datetime(2026, 12, 1, tzinfo=UTC).date(),
        created_at=datetime(2026, 11, 28, tzinfo=UTC),
    )
    PayoutTransfer.objects.create(
        payout=payout, transfer=transfer, vendor_id=lamp.vendor.id, amount_minor=transfer.amount_minor
    )
    return MarketDay(lamp.vendor, soap.vendor, ada, paid, unpaid, transfer, payout)


def place(user: Any, address: dict[str, str], *shelves: Any) -> Any:
    """An order of one piece of each, unpaid."""
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
    from marketplace.checkout.actions import place_order

    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=1)
    return place_order(cart=cart, version=cart.version, email=user.email, ship_to=address, user=user)


def pay(order: Any, charge: str, *, fee_minor: int = 205) -> None:
    """The provider took the money: captured, entered in the books, earnings held."""
    from django.db import transaction

    from billing.ledger import entries
    from billing.payments.actions import capture, lock_after_order, open_attempt
    from billing.payments.models import Payment
    from billing.prepaid.books import prepaid_sale_of
    from billing.stripe.balances import book, sale_of
    from kit import clock

    payment = Payment.objects.get(reference_id=order.id)
    attempt = open_attempt(payment_id=payment.id)
    with transaction.atomic():
        payment = lock_after_order(payment.id)
        capture(payment=payment, attempt=attempt, charge_id=charge, intent_id=f"pi_{charge}", fee_minor=fee_minor)
        row = movement(f"txn_{charge}", "charge", payment.charged_minor, charge, fee=fee_minor)
        besides = prepaid_sale_of(payment, occurred_at=clock.now()) + [
            draft
            for share in sale_of(payment).shares
            for draft in entries.besides_sale(share, currency="EUR", occurred_at=clock.now())
        ]
        book([row.transaction_id], extra=besides)


def send(transfer: Any, provider_id: str) -> None:
    """The transfer was made at the provider and is in the books."""
    from billing.payments.models import PaymentShare
    from billing.payouts.models import TransferState
    from billing.stripe.balances import book
    from kit import clock

    transfer.state, transfer.provider_transfer_id = TransferState.DONE, provider_id
    transfer.done_at = clock.now()
    transfer.save()
    PaymentShare.objects.filter(id=transfer.share_id).update(transferred_minor=transfer.amount_minor)
    book([movement(f"txn_{provider_id}", "transfer", -transfer.amount_minor, provider_id).transaction_id])


def movement(transaction_id: str, kind: str, amount: int, source: str, *, fee: int = 0) -> Any:
    from billing.stripe.models import BalanceTransaction
    from kit import clock

    now = clock.now()
    return BalanceTransaction.objects.create(
        transaction_id=transaction_id,
        type=kind,
        reporting_category=kind,
        amount_minor=amount,
        fee_minor=fee,
        net_minor=amount - fee,
        currency="EUR",
        status="pending" if kind == "charge" else "available",
        source_id=source,
        created_at=now,
        available_at=now + (timedelta(days=7) if kind == "charge" else timedelta(0)),
    )
