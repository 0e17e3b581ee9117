"""What Stripe itself can be asked without a person at its pages, by the product's own code.

In a usual run these scenarios go to the sandbox. `make stripe`, with the key of a test account in STRIPE_SECRET_KEY, runs
them against Stripe (docs/sandbox.md, "Against Stripe itself"), and with SOUK_STRIPE_TEST_ACCOUNT, the id of a connected
account there that has finished onboarding, those that send a vendor its earnings as well.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe
from django.db import transaction

from billing.ledger.queries import trial_balance
from billing.payments import actions
from billing.payments.models import Payment
from billing.payments.provider import SessionLine, provider
from billing.payouts import actions as payouts
from billing.payouts.models import Reversal, Transfer
from billing.stripe import onboarding, tasks
from billing.stripe.amounts import to_stripe
from billing.stripe.balances import book, mirror, transaction_of
from billing.stripe.client import code_of, stripe_client
from billing.stripe.models import ConnectedAccount
from kit import clock
from kit.ids import uuid7
from kit.money import Money
from tests.support.environment import AT_STRIPE

pytestmark = pytest.mark.at_stripe
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def there(request: pytest.FixtureRequest, settings: Any, db: None) -> Any:
    """The sandbox; at Stripe nothing but the settings, which lead there."""
    settings.EVENT_TABLE = "tests.support.only_billing"
    settings.HOLD_DAYS = 0
    return None if AT_STRIPE else request.getfixturevalue("sandbox")


@pytest.fixture
def vendor(there: Any, make_vendor: Callable[..., Any]) -> Any:
    """One that can be paid: onboarded in the sandbox, or the account that was named."""
    made = make_vendor("lindqvist", country="DE")
    if there is not None:
        onboarding.start(made, return_url="http://localhost:8000/back", refresh_url="http://localhost:8000/again")
        there.onboard(ConnectedAccount.objects.get(vendor_id=made.id).account_id)
    elif account_id := os.environ.get("SOUK_STRIPE_TEST_ACCOUNT"):
        ConnectedAccount.objects.create(vendor_id=made.id, account_id=account_id, country="DE")
    else:
        # Only with Stripe's own key: people onboard on Stripe's pages, which no test can do. The sandbox skips nothing.
        pytest.skip("SOUK_STRIPE_TEST_ACCOUNT names no account that has finished onboarding")
    account = onboarding.refresh_account(made.id)
    assert account is not None
    assert account.can_receive
    return made


def ordered(vendor_id: Any, gross: int = 12000) -> Payment:
    return actions.create_payment(
        reference_id=uuid7(),
        reference_number=f"S-{uuid7().hex[-8:]}",
        customer_email="ines@example.com",
        amount=Money(gross, "EUR"),
        shares=[actions.ShareInput(vendor_id, uuid7(), gross, gross // 10)],
    )


def intend(amount: int, currency: str, card: str, **more: Any) -> Any:
    """Money by a test card's token, which stands in for a customer at the hosted page."""
    return stripe_client().v1.payment_intents.create(
        {
            "amount": amount,
            "currency": currency.lower(),
            "payment_method": card,
            "confirm": True,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "expand": ["latest_charge.balance_transaction"],
            **more,
        },
        options={"idempotency_key": f"scenario:{uuid7()}"},
    )


def paid(payment: Payment) -> Payment:
    """Captured as the return page would, with the provider's own figures in the books."""
    made = intend(
        payment.amount_minor, payment.currency, "pm_card_bypassPending", transfer_group=str(payment.reference_id)
    )
    charge = made.latest_charge
    movement = transaction_of(charge.balance_transaction)
    assert (movement.amount_minor, movement.currency) == (payment.amount_minor, payment.currency)
    attempt = actions.open_attempt(payment_id=payment.id)
    with transaction.atomic():
        locked = actions.lock_after_order(payment.id)
        actions.capture(
            payment=locked, attempt=attempt, charge_id=charge.id, intent_id=made.id, fee_minor=movement.fee_minor
        )
        book(mirror([movement]))
    payment.refresh_from_db()
    return payment


def balanced() -> bool:
    return sum(line.balance_minor for line in trial_balance()) == 0


def test_a_payment_page_is_opened_once_and_closed(there: Any, make_vendor: Callable[..., Any]) -> None:
    payment = ordered(make_vendor("lindqvist").id)
    asked = {
        "payment_id": payment.id,
        "lines": [SessionLine("Lamp", 12000)],
        "success_url": "https://souk.example/orders/1/",
        "cancel_url": "https://souk.example/cart/",
    }
    page = actions.start(**asked)
    assert actions.start(**asked) == page
    assert urlsplit(page).hostname == ("checkout.stripe.com" if AT_STRIPE else "127.0.0.1")
    session_id = payment.attempts.get().provider_session_id
    provider(payment.attempts.get().provider).expire_session(session_id)
    assert actions.settle(payment_id=payment.id) == "expired"


def test_money_comes_goes_to_the_vendor_and_is_taken_back(there: Any, vendor: Any) -> None:
    payment = paid(ordered(vendor.id))
    share = payment.shares.get()
    payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    assert tasks.send_transfers() == 1
    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.amount_minor) == ("done", 10800)
    assert balanced()
    refund = actions.request_refund(share=share, amount_minor=2000, key=f"scenario:{share.id}", reason="A scratch")
    assert (tasks.send_refunds(), tasks.send_reversals()) == (1, 1)
    refund.refresh_from_db()
    assert refund.state in ("succeeded", "pending")
    assert Reversal.objects.values_list("state", "amount_minor").get() == ("done", 1800)
    assert balanced()


def test_money_comes_and_a_part_goes_back(there: Any, make_vendor: Callable[..., Any]) -> None:
    payment = paid(ordered(make_vendor("lindqvist").id))
    refund = actions.request_refund(
        share=payment.shares.get(), amount_minor=5000, key=f"scenario:{payment.id}", reason="Half of it"
    )
    assert tasks.send_refunds() == 1
    refund.refresh_from_db()
    assert (refund.net_minor, refund.provider_refund_id[:3], refund.state in ("succeeded", "pending")) == (
        4500,
        "re_",
        True,
    )
    assert balanced()


@pytest.mark.parametrize(
    ("card", "decline"),
    [
        ("pm_card_visa_chargeDeclined", "generic_decline"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ],
)
def test_a_declined_card_says_why(there: Any, card: str, decline: str) -> None:
    with pytest.raises(stripe.CardError) as refused:
        intend(1234, "EUR", card)
    assert (code_of(refused.value), refused.value.error.decline_code) == ("card_declined", decline)


@pytest.mark.parametrize(
    ("currency", "amount"), [("ISK", 1234), ("UGX", 12340), ("MGA", 12340), ("KWD", 12340), ("HUF", 123456)]
)
def test_amounts_go_out_as_stripe_counts_them(there: Any, currency: str, amount: int) -> None:
    made = stripe_client().v1.payment_intents.create(
        {"amount": to_stripe(amount, currency), "currency": currency.lower()},
        options={"idempotency_key": f"scenario:{uuid7()}"},
    )
    assert made.amount == (amount * 100 if currency in ("ISK", "UGX") else amount)
    stripe_client().v1.payment_intents.cancel(made.id)


@pytest.mark.parametrize(("currency", "between"), [("ISK", 123450), ("KWD", 12341)])
def test_an_amount_between_two_coins_is_refused(there: Any, currency: str, between: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        stripe_client().v1.payment_intents.create({"amount": between, "currency": currency.lower()})


def test_a_key_is_good_for_one_request(there: Any) -> None:
    key = {"idempotency_key": f"scenario:{uuid7()}"}
    first = stripe_client().v1.payment_intents.create({"amount": 1234, "currency": "eur"}, options=key)
    again = stripe_client().v1.payment_intents.create({"amount": 1234, "currency": "eur"}, options=key)
    assert again.id == first.id
    with pytest.raises(stripe.IdempotencyError):
        stripe_client().v1.payment_intents.create({"amount": 1235, "currency": "eur"}, options=key)
    stripe_client().v1.payment_intents.cancel(first.id)


@pytest.mark.only_at_stripe
def test_calls_go_to_stripe_itself_and_no_sandbox_starts(request: pytest.FixtureRequest) -> None:
    client: Any = stripe_client()
    hosts = client._requestor._options.base_addresses
    assert {name: urlsplit(url).hostname for name, url in hosts.items()} == {
        "api": "api.stripe.com",
        "connect": "connect.stripe.com",
        "files": "files.stripe.com",
        "meter_events": "meter-events.stripe.com",
    }
    assert client._requestor.api_key == os.environ["STRIPE_SECRET_KEY"]
    with pytest.raises(RuntimeError, match="no sandbox is started"):
        request.getfixturevalue("sandbox_process")


@pytest.mark.parametrize(
    ("environment", "ends", "said"),
    [
        # Whatever key a developer has in the environment, a usual run does not know it.
        ({"STRIPE_SECRET_KEY": "sk_test_made_up"}, 5, "1 deselected"),
        ({"STRIPE_SECRET_KEY": "sk_test_made_up", "SOUK_TEST_AT_STRIPE": "1"}, 0, "1 passed"),
        ({"STRIPE_SECRET_KEY": "sk_live_made_up", "SOUK_TEST_AT_STRIPE": "1"}, 1, "the key of a test account only"),
    ],
)
def test_only_asked_for_and_with_a_test_key_do_tests_go_to_stripe(environment, ends, said) -> None:
    if AT_STRIPE:
        return
    kept = {name: value for name, value in os.environ.items() if name != "STRIPE_SECRET_KEY"}
    where = f"{Path(__file__).relative_to(ROOT)}::test_calls_go_to_stripe_itself_and_no_sandbox_starts"
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", where], cwd=ROOT, env=kept | environment, capture_output=True, text=True
    )
    assert (run.returncode, said in run.stdout + run.stderr) == (ends, True), run.stdout + run.stderr
