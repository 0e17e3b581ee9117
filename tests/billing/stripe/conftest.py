"""A purchase across two vendors, as stripe.md's example has it: 120.00, of which 80.00 at 10 % and 40.00 at 15 %."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Sum

from billing.ledger.models import Posting
from billing.payments import actions
from billing.payments.models import Payment, PaymentAttempt, PaymentShare
from billing.payments.provider import SessionLine
from billing.payouts import actions as payouts
from billing.payouts.models import Transfer
from billing.reconciliation.actions import reconcile
from billing.stripe import onboarding, tasks
from billing.stripe.models import ConnectedAccount
from kit import clock
from kit.ids import uuid7
from kit.money import Money
from tests.support.sandbox import CARD, CARD_AVAILABLE_AT_ONCE, Sandbox, sandbox, sandbox_process

__all__ = ["sandbox", "sandbox_process"]


@pytest.fixture(autouse=True)
def only_billing(settings: Any) -> None:
    settings.EVENT_TABLE = "tests.support.only_billing"
    settings.ROOT_URLCONF = "api.webhooks.urls"
    settings.MIDDLEWARE = []


@dataclass
class Purchase:
    """A payment and the two vendors' shares of it."""

    sandbox: Sandbox
    payment: Payment
    lindqvist: PaymentShare
    moreau: PaymentShare

    def start(self) -> str:
        """Where the customer is sent to pay."""
        return actions.start(
            payment_id=self.payment.id,
            lines=[SessionLine("Lindqvist", 8000), SessionLine("Moreau", 4000)],
            success_url="http://localhost:8000/orders/thanks",
            cancel_url="http://localhost:8000/cart",
        )

    @property
    def attempt(self) -> PaymentAttempt:
        return PaymentAttempt.objects.filter(payment=self.payment).order_by("-number")[0]

    def pay(self, card: str = CARD) -> dict[str, Any]:
        return self.sandbox.pay(self.attempt.provider_session_id, card)

    def refresh(self) -> None:
        for row in (self.payment, self.lindqvist, self.moreau):
            row.refresh_from_db()

    def another(self) -> "Purchase":
        """The same again, as another order."""
        return _purchase(self.sandbox, self.lindqvist.vendor_id, self.moreau.vendor_id)

    def transfer(self, share: PaymentShare) -> Transfer:
        return Transfer.objects.get(share_id=share.id)


@pytest.fixture
def account_of(sandbox: Sandbox) -> Callable[..., ConnectedAccount]:
    """Take a vendor through onboarding."""

    def make(vendor: Any, **details: Any) -> ConnectedAccount:
        onboarding.start(vendor, return_url="http://localhost:8000/back", refresh_url="http://localhost:8000/again")
        account = ConnectedAccount.objects.get(vendor_id=vendor.id)
        sandbox.onboard(account.account_id, **details)
        refreshed = onboarding.refresh_account(vendor.id)
        assert refreshed is not None
        return refreshed

    return make


@pytest.fixture
def purchase(sandbox: Sandbox, two_vendors: tuple[Any, Any], account_of: Callable[..., Any]) -> Purchase:
    for vendor in two_vendors:
        account_of(vendor)
    return _purchase(sandbox, *[vendor.id for vendor in two_vendors])


def _purchase(sandbox: Sandbox, lindqvist_id: UUID, moreau_id: UUID) -> Purchase:
    payment = actions.create_payment(
        reference_id=uuid7(),
        reference_number="S-1001",
        customer_email="ines@example.com",
        amount=Money(12000, "EUR"),
        shares=[
            actions.ShareInput(lindqvist_id, uuid7(), 8000, 800),
            actions.ShareInput(moreau_id, uuid7(), 4000, 600),
        ],
    )
    lindqvist = payment.shares.get(vendor_id=lindqvist_id)
    moreau = payment.shares.get(vendor_id=moreau_id)
    sandbox.drain()
    return Purchase(sandbox, payment, lindqvist, moreau)


@pytest.fixture
def books() -> Callable[[], dict[str, int]]:
    """Balances by account code, in euro cents, debits positive; a vendor's as `2000/<slug>`; those of zero left out."""

    def read() -> dict[str, int]:
        from tenants.vendors.models import Vendor

        slugs: dict[UUID | None, str] = dict(Vendor.objects.values_list("id", "slug"))
        rows = Posting.objects.values_list("account__code", "vendor_id").annotate(total=Sum("amount_minor"))
        return {code + (f"/{slugs[vendor_id]}" if vendor_id else ""): total for code, vendor_id, total in rows if total}

    return read


@pytest.fixture
def agree(sandbox: Sandbox, books: Callable[[], dict[str, int]]) -> Callable[[], None]:
    """The books and Stripe name the same pending and available balance, to the cent."""

    def check() -> None:
        ours, theirs = books(), sandbox.balances()[""]
        assert (ours.get("1010", 0), ours.get("1020", 0)) == (theirs["pending"], theirs["available"])

    return check


@pytest.fixture
def explained(agree: Callable[[], None]) -> Callable[[], None]:
    """Books and Stripe agree, and the three-way match finds nothing that it cannot explain."""

    def check() -> None:
        agree()
        run = reconcile()
        assert [(row.key, row.explanation) for row in run.exceptions.all()] == []
        assert run.matches

    return check


@pytest.fixture
def released_at_once(settings):
    settings.HOLD_DAYS = 0


def send(purchase, *shares):
    for share in shares:
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    return tasks.send_transfers()


def buy(sandbox, vendor_id, gross, number):
    """A further purchase from one vendor, at ten percent, whose money is there at once."""
    payment = actions.create_payment(
        reference_id=uuid7(),
        reference_number=number,
        customer_email="ines@example.com",
        amount=Money(gross, "EUR"),
        shares=[actions.ShareInput(vendor_id, uuid7(), gross, gross // 10)],
    )
    actions.start(
        payment_id=payment.id,
        lines=[SessionLine("Goods", gross)],
        success_url="http://localhost:8000/thanks",
        cancel_url="http://localhost:8000/cart",
    )
    sandbox.pay(payment.attempts.get().provider_session_id, CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    return payment.shares.get()


@pytest.fixture
def transferred(purchase, released_at_once):
    """Both vendors have their earnings, 72.00 and 34.00, on their balances; and we have enough to pay refunds from."""
    buy(purchase.sandbox, purchase.moreau.vendor_id, 50000, "S-1000")
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    assert send(purchase, purchase.lindqvist, purchase.moreau) == 2
    purchase.sandbox.drain()
    purchase.refresh()
    return purchase


@pytest.fixture
def sell_again(transferred):
    """A further purchase of 80.00 from Lindqvist alone, ready to be transferred."""
    return lambda: buy(transferred.sandbox, transferred.lindqvist.vendor_id, 8000, "S-1002")
