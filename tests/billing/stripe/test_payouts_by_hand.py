"""Vendors' wishes about payouts, our own payouts, and banks that send money back; over HTTP with the sandbox."""

import pytest

from billing.ledger.models import AccountCode
from billing.ledger.queries import total_of
from billing.payouts import actions as payouts
from billing.payouts import wishes
from billing.payouts.models import Payout, PayoutSchedule, PayoutTransfer, PayoutWish
from billing.payouts.queries import places_of
from billing.stripe import tasks
from billing.stripe.client import stripe_client
from billing.stripe.floor import owed_minor
from billing.stripe.models import ConnectedAccount
from kit import clock
from kit.ids import uuid7
from notifications.models import Mail
from outbox.tasks import deliver
from tests.billing.stripe.test_races import at_once
from tests.support.sandbox import CARD_AVAILABLE_AT_ONCE

pytestmark = pytest.mark.django_db(transaction=True)


def sell(purchase, *, transfer=True):
    purchase.start()
    purchase.pay(CARD_AVAILABLE_AT_ONCE)
    purchase.sandbox.drain()
    if transfer:
        for share in (purchase.lindqvist, purchase.moreau):
            payouts.delivered(reference_id=share.reference_id, delivered_at=clock.now())
        assert tasks.send_transfers() == 2


@pytest.fixture
def sold(purchase, settings):
    """Both vendors' earnings lie in their balances: 72.00 and 34.00."""
    settings.HOLD_DAYS = 0
    sell(purchase)
    return purchase


def account_of(share):
    return ConnectedAccount.objects.get(vendor_id=share.vendor_id).account_id


def settings_of(share):
    return stripe_client().v1.balance_settings.retrieve(options={"stripe_account": account_of(share)}).payments.payouts


def ask(share, amount_minor=None, method="standard", wish_id=None):
    wish_id = wish_id or uuid7()
    wishes.want_payout(vendor_id=share.vendor_id, wish_id=wish_id, amount_minor=amount_minor, method=method)
    deliver()
    return PayoutWish.objects.get(id=wish_id)


def test_a_schedule_is_asked_for_applied_and_followed(sold, explained):
    vendor_id = sold.lindqvist.vendor_id
    wishes.want_schedule(vendor_id=vendor_id, interval="weekly", weekday="friday", minimum_minor=1000)
    deliver()
    assert (PayoutSchedule.objects.get().state, settings_of(sold.lindqvist).schedule.interval) == ("asked", "daily")
    assert tasks.apply_payout_wishes() == 1
    row = PayoutSchedule.objects.get()
    assert (row.state, wishes.in_words(row)) == ("done", "Every Friday; 10.00 EUR stay in your balance")
    applied = settings_of(sold.lindqvist)
    assert applied.schedule.weekly_payout_days == ["friday"]
    assert applied.minimum_balance_by_currency.to_dict() == {"eur": 1000}
    assert settings_of(sold.moreau).schedule.interval == "daily"
    sold.sandbox.advance(days=9)
    sold.sandbox.drain()
    tasks.sync_payouts()
    paid = {payout.vendor_id: payout.amount_minor for payout in Payout.objects.all()}
    assert paid == {vendor_id: 6200, sold.moreau.vendor_id: 3400}
    explained()
    wishes.want_schedule(vendor_id=vendor_id, interval="manual")
    deliver()
    tasks.apply_payout_wishes()
    assert settings_of(sold.lindqvist).schedule.interval == "manual"
    with pytest.raises(wishes.BadSchedule):
        wishes.want_schedule(vendor_id=vendor_id, interval="weekly", weekday="sunday")


def test_a_payout_on_demand_is_made_once_whoever_asks_how_often(sold, explained):
    wish = ask(sold.lindqvist, 5000)
    ask(sold.lindqvist, 5000, wish_id=wish.id)
    with pytest.raises(wishes.PayoutUnderway):
        ask(sold.lindqvist, 1000)
    sold.sandbox.fail("/v1/payouts", "drop", times=3)
    assert tasks.apply_payout_wishes() == 0
    sold.sandbox.advance(seconds=61)
    results = at_once(*[tasks.apply_payout_wishes] * 3)
    assert sum(results) == 1, results
    wish.refresh_from_db()
    made = stripe_client().v1.payouts.list(options={"stripe_account": account_of(sold.lindqvist)})
    assert [(each.amount, each.id) for each in made.data] == [(5000, wish.provider_payout_id)]
    [link] = PayoutTransfer.objects.all()
    assert (link.vendor_id, link.amount_minor) == (sold.lindqvist.vendor_id, 5000)
    rest = ask(sold.lindqvist)
    tasks.apply_payout_wishes()
    rest.refresh_from_db()
    assert (rest.state, rest.amount_minor) == ("done", 2200)
    nothing = ask(sold.lindqvist)
    tasks.apply_payout_wishes()
    nothing.refresh_from_db()
    assert (nothing.state, nothing.error) == ("refused", "0.00 EUR can be paid out at the moment.")
    sold.sandbox.drain()
    explained()


def test_an_instant_payout_arrives_within_the_hour_where_the_bank_takes_it(sold):
    sold.sandbox.onboard(account_of(sold.moreau), iban="DE89370400440532013001")
    quick, slow = ask(sold.lindqvist, method="instant"), ask(sold.moreau, method="instant")
    tasks.apply_payout_wishes()
    for wish in (quick, slow):
        wish.refresh_from_db()
    assert (quick.state, quick.amount_minor) == ("done", 7200)
    assert (slow.state, slow.error) == (
        "refused",
        "This bank account does not take instant payouts. A standard one works.",
    )
    sold.sandbox.advance(hours=1)
    sold.sandbox.drain()
    assert Payout.objects.get(vendor_id=sold.lindqvist.vendor_id).state == "paid"


def test_what_a_bank_sends_back_is_told_and_goes_with_the_next_payout(sold, explained):
    sold.sandbox.advance(days=2)
    sold.sandbox.drain()
    tasks.sync_payouts()
    first = Payout.objects.get(vendor_id=sold.moreau.vendor_id)
    assert first.state == "paid"
    sold.sandbox.control(f"payouts/{first.provider_payout_id}/fail")
    sold.sandbox.drain()
    deliver()
    [mail] = Mail.objects.filter(template="payout_returned")
    assert mail.vendor_id == sold.moreau.vendor_id
    [place] = places_of([sold.transfer(sold.moreau)])
    assert (place.place, "returned" in place.explanation) == ("Needs attention", True)
    refused = ask(sold.moreau)
    tasks.apply_payout_wishes()
    refused.refresh_from_db()
    assert refused.error == "Payouts are stopped: the bank returned the last one. Check the bank account."
    sold.sandbox.onboard(account_of(sold.moreau))
    sold.sandbox.advance(days=2)
    sold.sandbox.drain()
    tasks.sync_payouts()
    second = Payout.objects.exclude(id=first.id).get(vendor_id=sold.moreau.vendor_id)
    assert (second.amount_minor, second.state) == (3400, "paid")
    assert [place.place for place in places_of([sold.transfer(sold.moreau)])] == ["In the bank"]
    explained()


def test_a_schedule_waits_for_the_vendors_details(purchase, make_vendor):
    newcomer = make_vendor("kaffee")
    wishes.want_schedule(vendor_id=newcomer.id, interval="manual")
    deliver()
    assert tasks.apply_payout_wishes() == 1
    assert PayoutSchedule.objects.get().error == "Your payout details are not complete yet."
    assert wishes.ask_again(vendor_id=newcomer.id).state == "asked"


# --- Our own ------------------------------------------------------------------------------------------------


def available():
    [eur] = stripe_client().v1.balance.retrieve().available
    return eur.amount


def test_our_own_sweep_leaves_what_we_owe_whenever_it_runs(purchase, settings, explained):
    """Paid out every night while sales, transfers and refunds go on: there is always enough for all that is owed."""
    settings.HOLD_DAYS = 3
    stripe_client().v1.balance_settings.update({"payments": {"payouts": {"schedule": {"interval": "daily"}}}})
    for number in range(3):
        made = purchase if number == 0 else purchase.another()
        sell(made, transfer=False)
        assert tasks.keep_floor() == 1
        left = stripe_client().v1.balance_settings.retrieve().payments.payouts.minimum_balance_by_currency
        assert left["eur"] == owed_minor("EUR")
        assert tasks.keep_floor() == 0
        if number != 1:
            payouts.delivered(reference_id=made.moreau.reference_id, delivered_at=clock.now())
        for _ in range(2):
            purchase.sandbox.advance(days=1)
            purchase.sandbox.drain()
            tasks.sync_balance()
            assert available() >= owed_minor("EUR")
            tasks.send_transfers()
            tasks.keep_floor()
    swept = sum(Payout.objects.filter(vendor_id=None).values_list("amount_minor", flat=True))
    assert swept == 3 * 1195
    assert available() == owed_minor("EUR") == -total_of(AccountCode.VENDOR_PAYABLE, currency="EUR")
    assert total_of(AccountCode.SUSPENSE, currency="EUR") == 0
    explained()


def test_finance_pays_out_what_is_free_and_no_cent_more(purchase, explained):
    sell(purchase, transfer=False)
    too_much = wishes.ask_payout(wish_id=uuid7(), vendor_id=None, amount_minor=1196)
    tasks.apply_payout_wishes()
    too_much.refresh_from_db()
    assert (too_much.state, too_much.error) == ("refused", "11.95 EUR can be paid out at the moment.")
    free = wishes.ask_payout(wish_id=uuid7(), vendor_id=None, amount_minor=None)
    tasks.apply_payout_wishes()
    free.refresh_from_db()
    assert (free.state, free.amount_minor, available()) == ("done", 1195, 10600)
    purchase.sandbox.advance(days=2)
    purchase.sandbox.drain()
    tasks.sync_balance()
    explained()
