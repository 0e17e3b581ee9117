"""Money in currencies that have no decimals, or three: exact to the unit from the cart to the vendor and back."""

from typing import Any

import pytest
import stripe
from django.db.models import Sum

from billing.ledger.models import Posting
from billing.payments import actions
from billing.payments.models import Payment
from billing.payments.provider import SessionLine
from billing.payouts import actions as payouts
from billing.stripe import tasks
from billing.stripe.amounts import NotWhole, from_stripe, paid_out_at_most, to_stripe
from billing.stripe.client import stripe_client
from billing.stripe.sync import sync_balance
from kit import clock
from kit.ids import uuid7
from kit.money import Money, exponent, split_largest_remainder
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE


def bought(sandbox: Any, vendors: Any, currency: str, shares: list[tuple[int, int]]) -> Payment:
    """A paid purchase: for each vendor its part and the commission in it, in minor units of `currency`."""
    payment = actions.create_payment(
        reference_id=uuid7(),
        reference_number="S-2001",
        customer_email="ines@example.com",
        amount=Money(sum(part for part, _ in shares), currency),
        shares=[
            actions.ShareInput(vendor.id, uuid7(), part, commission)
            for vendor, (part, commission) in zip(vendors, shares, strict=True)
        ],
    )
    actions.start(
        payment_id=payment.id,
        lines=[SessionLine("Goods", payment.amount_minor)],
        success_url="http://localhost:8000/thanks",
        cancel_url="http://localhost:8000/cart",
    )
    sandbox.pay(payment.attempts.get().provider_session_id, CARD_AVAILABLE_AT_ONCE)
    sandbox.drain()
    payment.refresh_from_db()
    return payment


def platform_holds(sandbox: Any, currency: str) -> int:
    state = sandbox.control("state", method="GET")
    assert state["drift"] == []
    found = state["balances"][state["platform"]].get(currency.lower(), {"pending": 0, "available": 0})
    return found["pending"] + found["available"]


def books_of(currency: str) -> dict[str, int]:
    rows = Posting.objects.filter(currency=currency).values_list("account__code").annotate(total=Sum("amount_minor"))
    return {code: amount for code, amount in rows if amount}


@pytest.mark.parametrize(
    ("currency", "shares", "fee", "refunded", "refunded_net"),
    [
        # 1.5 % and 40 yen of 12,001; the cart is 10,000 split over weights that do not divide it, and 2,001.
        ("JPY", [(6667, 667), (5334, 800)], 220, 3333, 3000),
        # A Kuwaiti dinar has 1000 fils, of which Stripe takes tens.
        ("KWD", [(41670, 4160), (8330, 1250)], 830, 20830, 18750),
        # Krónur and Ugandan shillings have no decimals, and travel with two that are 00; Stripe's fee is whole as well.
        ("ISK", [(6667, 667), (5334, 800)], 217, 3333, 3000),
        ("UGX", [(66670, 6670), (53340, 8000)], 2800, 33330, 29996),
        # An ariary has fifths, which nobody counts: it is whole here, as it is at Stripe.
        ("MGA", [(6667, 667), (5334, 800)], 1380, 3333, 3000),
    ],
)
def test_a_purchase_is_exact_in_every_currency(
    sandbox, two_vendors, account_of, settings, currency, shares, fee, refunded, refunded_net
):
    settings.HOLD_DAYS = 0
    for vendor in two_vendors:
        account_of(vendor)
    payment = bought(sandbox, two_vendors, currency, shares)
    whole, commission = sum(part for part, _ in shares), sum(taken for _, taken in shares)
    assert books_of(currency) == {
        "1020": whole - fee,
        "5000": fee,
        "2000": -(whole - commission),
        "4000": -commission,
    }
    for share in payment.shares.all():
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    share = payment.shares.get(vendor_id=two_vendors[0].id)
    refund = actions.request_refund(share=share, amount_minor=refunded, key="returned:1", reason="Broken")
    assert refund.net_minor == refunded_net
    assert (tasks.send_refunds(), tasks.send_transfers()) == (1, 2)
    sandbox.drain()
    sync_balance()
    sent = stripe_client().v1.transfers.list().data
    net = [part - taken for part, taken in shares]
    units = 100 if currency in ("ISK", "UGX") else 1
    assert sorted(t.amount for t in sent) == sorted([(net[0] - refunded_net) * units, net[1] * units])
    assert {t.currency for t in sent} == {currency.lower()}
    ours = books_of(currency)
    held = whole - fee - refunded - (sum(net) - refunded_net)
    assert (ours["1020"], platform_holds(sandbox, currency)) == (held, held * units)
    assert "2000" not in ours  # every unit has found its owner
    assert -ours["4000"] == commission - (refunded - refunded_net)
    assert sum(ours.values()) == 0


def test_a_cart_that_does_not_divide_evenly_goes_out_whole(sandbox, two_vendors, account_of, settings):
    settings.HOLD_DAYS = 0
    for vendor in two_vendors:
        account_of(vendor)
    parts = split_largest_remainder(10000, [1, 2])
    assert parts == [3333, 6667]
    payment = bought(sandbox, two_vendors, "EUR", [(3333, 333), (6667, 667)])
    for share in payment.shares.all():
        payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
    share = payment.shares.get(vendor_id=two_vendors[1].id)
    nets = []
    for turn, amount in enumerate((2222, 2222, 2223)):  # all of it, in three refunds that round by themselves
        nets.append(actions.request_refund(share=share, amount_minor=amount, key=f"part:{turn}", reason="x").net_minor)
    assert sum(nets) == 6000
    assert tasks.send_refunds() == 3
    tasks.send_transfers()
    sandbox.drain()
    sync_balance()
    assert [t.amount for t in stripe_client().v1.transfers.list().data] == [3000]
    ours = books_of("EUR")
    assert ours == {"1020": platform_holds(sandbox, "EUR"), "5000": 175, "4000": -333}
    assert ours["1020"] == 10000 - 175 - 6667 - 3000


def test_stripe_refuses_an_amount_between_two_coins(sandbox, two_vendors, account_of):
    account = account_of(two_vendors[0])
    with pytest.raises(stripe.InvalidRequestError, match="evenly divisible by 10"):
        stripe_client().v1.transfers.create(
            {"amount": 1001, "currency": "kwd", "destination": account.account_id}, {"idempotency_key": "tr:x:1"}
        )


@pytest.mark.parametrize(
    ("currency", "decimals", "ours", "theirs"),
    [
        ("EUR", 2, 1234, 1234),
        ("JPY", 0, 1234, 1234),
        ("MGA", 0, 1234, 1234),
        ("KWD", 3, 12340, 12340),
        ("HUF", 2, 123456, 123456),
        ("ISK", 0, 1234, 123400),
        ("UGX", 0, -1234, -123400),
    ],
)
def test_an_amount_goes_out_and_comes_back_the_same(currency, decimals, ours, theirs):
    assert exponent(currency) == decimals
    assert to_stripe(ours, currency) == theirs
    assert from_stripe(theirs, currency.lower()) == ours


def test_what_is_no_whole_unit_is_refused_and_never_rounded():
    for amount in (1, 99, 123401, -1):
        with pytest.raises(NotWhole):
            from_stripe(amount, "isk")


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_forints_and_taiwan_dollars_are_paid_out_whole(sandbox, currency):
    settings = {"schedule": {"interval": "manual"}}
    stripe_client().v1.balance_settings.update({"payments": {"payouts": settings}})
    assert (paid_out_at_most(123456, currency), paid_out_at_most(123456, "EUR")) == (123400, 123456)
    with pytest.raises(stripe.InvalidRequestError, match="evenly divisible by 100"):
        stripe_client().v1.payouts.create({"amount": 123456, "currency": currency.lower()})
