"""Vendors' plans over the real SDK and the sandbox: every state with the clock, and the same books in any order of news."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.reconciliation.actions import reconcile
from billing.stripe import plan_checkouts as checkouts
from billing.stripe import subscriptions as plans
from billing.stripe.models import ConnectedAccount
from billing.stripe.sync import sync_balance
from billing.subscriptions.models import InvoiceStatus, PlanCheckout, PlanPrice, SubscriptionInvoice, VendorSubscription
from billing.subscriptions.queries import banner_for, subscription_of
from billing.subscriptions.sweeps import dun, recognize_revenue
from kit import clock
from notifications.models import Mail
from tenants.vendors.entitlements import allowed_to, plan_codes
from tests.support.sandbox import CARD, Sandbox

CARD_FAILS_LATER = "4000 0000 0000 0341"
URL = "http://localhost:8000/sell/moreau/plan/"


class Subscriber:
    """A vendor in France that pays a platform in France: 20 % VAT on what it is billed."""

    def __init__(self, vendor: Any, sandbox: Sandbox):
        self.vendor, self.sandbox = vendor, sandbox

    def price(self, plan: str, interval: str = "month") -> PlanPrice:
        return PlanPrice.objects.get(plan__code=plan, interval=interval, retired_at=None)

    def subscribe(self, plan: str = "scale", interval: str = "month", card: str = CARD) -> VendorSubscription:
        checkouts.open_checkout(self.vendor, self.price(plan, interval), success_url=URL, cancel_url=URL)
        session = self.sandbox.http_json("GET", "/v1/checkout/sessions")["data"][0]
        self.sandbox.pay(session["id"], card)
        assert checkouts.take_checkout(session["id"], vendor_id=self.vendor.id)
        return self.subscription

    @property
    def subscription(self) -> VendorSubscription:
        found = subscription_of(self.vendor.id)
        assert found is not None
        return found

    def page(self, plan: str = "scale") -> str:
        return checkouts.open_checkout(self.vendor, self.price(plan), success_url=URL, cancel_url=URL)

    def sessions(self) -> list[tuple[str, str]]:
        """The pages at the provider, oldest first: id and status."""
        found = self.api("GET", "/v1/checkout/sessions")["data"]
        return [(one["id"], one["status"]) for one in reversed(found)]

    def use_card(self, token: str) -> None:
        self.api(
            "POST", f"/v1/subscriptions/{self.subscription.provider_subscription_id}", default_payment_method=token
        )

    def api(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        return self.sandbox.http_json(method, path, **params)

    def renew(self) -> None:
        """Let time pass to the end of the period, and the hour for which a new invoice is a draft."""
        self.sandbox.advance(seconds=int((self.subscription.period_end - clock.now()).total_seconds()) + 1)
        self.sandbox.advance(hours=1)
        self.sandbox.drain()

    def states(self) -> tuple[str, str]:
        """The subscription's status and the plan the vendor has."""
        return str(self.subscription.status), allowed_to(self.vendor.id).plan_code


@pytest.fixture
def subscriber(sandbox: Sandbox, make_vendor: Callable[..., Any], settings: Any) -> Subscriber:
    settings.PLATFORM_COUNTRY = "FR"
    sandbox.control("billing/config", {})
    return Subscriber(make_vendor("moreau", country="FR"), sandbox)


def test_telling_stripe_of_plans_twice_changes_nothing(subscriber: Subscriber) -> None:
    assert plans.sync_plans() == 6  # two products, four prices
    assert plans.sync_plans() == 0
    listed = subscriber.api("GET", "/v1/prices")["data"]
    assert sorted((one["lookup_key"], one["unit_amount"]) for one in listed) == [
        ("souk-growth-month-1", 2900),
        ("souk-growth-year-1", 29000),
        ("souk-scale-month-1", 9900),
        ("souk-scale-year-1", 99000),
    ]


def test_a_year_of_a_plan_is_billed_taxed_earned_and_explained(
    subscriber: Subscriber, books: Callable[[], dict[str, int]]
) -> None:
    first = subscriber.subscribe("scale", "year")
    invoice = SubscriptionInvoice.objects.get()
    assert (invoice.net_minor, invoice.tax_minor, invoice.status) == (99000, 19800, "paid")
    assert allowed_to(subscriber.vendor.id).products_limit is None
    sync_balance()
    fee = (118800 * 15 + 500) // 1000 + 25
    assert books() == {"1010": 118800 - fee, "5000": fee, "2300": -99000, "2200": -19800}
    assert subscriber.vendor.id in plan_codes([subscriber.vendor.id])

    for _ in range(13):
        subscriber.sandbox.advance(days=28)
        recognize_revenue()
    assert books()["4010"] + books().get("2300", 0) == -99000
    # Two months, for what is earned is booked when a month has ended: the first year's last hours with the month they lie in.
    subscriber.sandbox.advance(days=62)
    subscriber.sandbox.drain()
    sync_balance()
    recognize_revenue()
    assert recognize_revenue() == 0
    revenue = -books()["4010"]
    renewals = SubscriptionInvoice.objects.filter(finalized_at__isnull=False).count()
    assert renewals == 2
    assert 99000 <= revenue < 2 * 99000
    assert revenue - books()["2300"] == 2 * 99000
    run = reconcile()
    assert [(row.key, row.explanation) for row in run.exceptions.all()] == []
    assert run.totals["EUR"]["orders"]["paid for plans"] == 2 * 118800
    assert run.totals["EUR"]["orders"].get("charged", 0) == run.totals["EUR"]["provider"].get("charged", 0)
    assert first.id == subscriber.subscription.id


def test_switching_charges_what_the_preview_said_and_a_refused_card_changes_nothing(
    subscriber: Subscriber, explained: Callable[[], None]
) -> None:
    subscriber.subscribe("growth", card=CARD)
    assert subscriber.states() == ("trialing", "growth")
    subscriber.renew()
    assert subscriber.states() == ("active", "growth")
    subscriber.sandbox.advance(days=10)
    preview = plans.preview_switch(subscriber.vendor, subscriber.price("scale"))
    twenty = [round(abs(line.amount_minor) / 5) * (1 if line.amount_minor > 0 else -1) for line in preview.lines]
    assert preview.tax_minor == sum(twenty)
    assert preview.total_minor == preview.net_minor + preview.tax_minor == preview.due_minor
    subscriber.use_card("pm_card_chargeCustomerFail")
    with pytest.raises(ProviderRefused, match="declined"):
        plans.switch(subscriber.vendor, subscriber.price("scale"), at=preview.at)
    assert subscriber.states() == ("active", "growth")
    subscriber.use_card("pm_card_visa")
    plans.switch(subscriber.vendor, subscriber.price("scale"), at=preview.at)
    assert subscriber.states() == ("active", "scale")
    paid = SubscriptionInvoice.objects.get(reason="subscription_update")
    assert (paid.total_minor, paid.paid_minor) == (preview.total_minor, preview.total_minor)

    # Back again: the rest of the larger plan is credit, and the next month uses it.
    down = plans.preview_switch(subscriber.vendor, subscriber.price("growth"))
    assert (down.due_minor, down.total_minor < 0) == (0, True)
    plans.switch(subscriber.vendor, subscriber.price("growth"), at=down.at)
    assert subscriber.states() == ("active", "growth")
    # What a third switch would cost is paid from that credit first, and the preview says how much of it stays.
    credit = -down.total_minor
    up = plans.preview_switch(subscriber.vendor, subscriber.price("scale"))
    assert (preview.credit_minor, up.credit_minor) == (0, credit)
    assert (up.used_minor, up.due_minor) == (min(credit, up.total_minor), up.total_minor - up.used_minor)
    assert (up.credit_left_minor, up.used_minor > 0) == (credit - up.used_minor, True)
    subscriber.renew()
    last = SubscriptionInvoice.objects.order_by("-created_at")[0]
    assert last.total_minor == 3480
    assert last.due_minor == max(0, 3480 + down.total_minor)
    sync_balance()
    recognize_revenue()
    explained()


def test_past_due_keeps_the_plan_for_the_days_of_grace_with_a_mail_at_each_step(
    subscriber: Subscriber, explained: Callable[[], None]
) -> None:
    subscriber.sandbox.control("billing/config", {"retry_days": [30], "final": "past_due"})
    subscriber.subscribe()
    subscriber.use_card("pm_card_chargeCustomerFail")
    subscriber.renew()
    assert subscriber.states() == ("past_due", "scale")
    mails: list[str] = []
    for days in (0, 8, 5, 2):
        subscriber.sandbox.advance(days=days)
        dun()
        dun()
        mails = list(Mail.objects.order_by("created_at").values_list("template", flat=True))
    assert mails == ["plan_payment_failed", "plan_grace_half", "plan_grace_last_day", "plan_lapsed"]
    assert subscriber.states() == ("past_due", "start")
    banner = banner_for(subscriber.subscription, clock.now())
    assert banner is not None
    assert banner.kind == "bad"

    # Paid after all: the plan is back.
    invoice = SubscriptionInvoice.objects.get(status=InvoiceStatus.OPEN)
    subscriber.api("POST", f"/v1/invoices/{invoice.provider_invoice_id}/pay", payment_method="pm_card_visa")
    subscriber.sandbox.drain()
    assert subscriber.states() == ("active", "scale")
    assert subscriber.subscription.past_due_since is None
    sync_balance()
    explained()


@pytest.mark.parametrize("final", ["canceled", "unpaid"])
def test_when_stripe_gives_up_the_plan_ends(subscriber: Subscriber, final: str, explained: Callable[[], None]) -> None:
    subscriber.sandbox.control("billing/config", {"retry_days": [2], "final": final})
    subscriber.subscribe()
    subscriber.use_card("pm_card_chargeCustomerFail")
    subscriber.renew()
    assert subscriber.states() == ("past_due", "scale")
    subscriber.sandbox.advance(days=2)
    subscriber.sandbox.drain()
    assert subscriber.states() == (final, "start")
    invoice = SubscriptionInvoice.objects.get(status=InvoiceStatus.OPEN)
    subscriber.api("POST", f"/v1/invoices/{invoice.provider_invoice_id}/mark_uncollectible")
    subscriber.sandbox.drain()
    sync_balance()
    recognize_revenue()
    explained()
    subscriber.api("POST", f"/v1/invoices/{invoice.provider_invoice_id}/void")
    subscriber.sandbox.drain()
    explained()


def test_a_trial_without_a_card_is_paused_and_taken_up_again(subscriber: Subscriber) -> None:
    plans.sync_plans()
    account = plans.account_of(subscriber.vendor)
    subscriber.api(
        "POST",
        "/v1/subscriptions",
        **{
            "customer_account": account.account_id,
            "items[0][price]": subscriber.price("growth").provider_price_id,
            "trial_period_days": 14,
            "trial_settings[end_behavior][missing_payment_method]": "pause",
        },
    )
    subscriber.sandbox.drain()
    assert subscriber.states() == ("trialing", "growth")
    subscriber.sandbox.advance(days=12)
    dun()
    assert Mail.objects.get().template == "plan_trial_ends"
    subscriber.sandbox.advance(days=3)
    subscriber.sandbox.drain()
    assert subscriber.states() == ("paused", "start")
    subscriber.use_card("pm_card_visa")
    plans.keep(subscriber.vendor)
    assert subscriber.states() == ("active", "growth")


def test_what_was_never_paid_grants_nothing_and_expires(subscriber: Subscriber, explained: Callable[[], None]) -> None:
    plans.sync_plans()
    subscriber.api(
        "POST",
        "/v1/subscriptions",
        **{
            "customer_account": plans.account_of(subscriber.vendor).account_id,
            "items[0][price]": subscriber.price("scale").provider_price_id,
            "default_payment_method": "pm_card_chargeCustomerFail",
        },
    )
    subscriber.sandbox.drain()
    assert subscriber.states() == ("incomplete", "start")
    subscriber.sandbox.advance(hours=23)
    subscriber.sandbox.drain()
    assert subscriber.states() == ("incomplete_expired", "start")
    sync_balance()
    explained()


def test_canceling_lasts_to_the_end_of_the_period_and_can_be_taken_back(subscriber: Subscriber) -> None:
    subscriber.subscribe()
    plans.cancel_at_end(subscriber.vendor)
    assert subscriber.subscription.cancels_at == subscriber.subscription.period_end
    plans.keep(subscriber.vendor)
    assert subscriber.subscription.cancels_at is None
    plans.cancel_at_end(subscriber.vendor)
    assert subscriber.states() == ("active", "scale")
    subscriber.renew()
    assert subscriber.states() == ("canceled", "start")
    with pytest.raises(plans.NoSubscription):
        plans.cancel_at_end(subscriber.vendor)


def test_one_vendor_has_one_plan_and_one_trial(subscriber: Subscriber) -> None:
    subscriber.subscribe("growth")
    with pytest.raises(checkouts.AlreadySubscribed):
        checkouts.open_checkout(subscriber.vendor, subscriber.price("scale"), success_url=URL, cancel_url=URL)
    sub_id = subscriber.subscription.provider_subscription_id
    subscriber.api("DELETE", f"/v1/subscriptions/{sub_id}")
    subscriber.sandbox.drain()
    again = subscriber.subscribe("growth")
    assert again.trial_end is None
    assert again.status == "active"


def test_two_clicks_are_one_page_also_when_the_first_answer_is_lost(subscriber: Subscriber) -> None:
    subscriber.page()  # what the first page needs is there
    [(first, _)] = subscriber.sessions()
    subscriber.sandbox.advance(hours=2)
    subscriber.sandbox.fail("/v1/checkout/sessions", "drop", times=3)
    with pytest.raises(ProviderUnavailable):
        subscriber.page()
    url = subscriber.page()
    assert subscriber.page() == url
    assert [status for _, status in subscriber.sessions()] == ["expired", "open"]
    assert list(PlanCheckout.objects.order_by("number").values_list("number", "state")) == [(1, "closed"), (2, "open")]
    assert PlanCheckout.objects.get(number=1).provider_session_id == first


def test_another_plan_closes_the_page_that_is_open(subscriber: Subscriber) -> None:
    subscriber.page("growth")
    subscriber.page("scale")
    assert [status for _, status in subscriber.sessions()] == ["expired", "open"]
    # Paid on the first page in the moment before: that is the vendor's plan, and there is no second page.
    (_, (paid, _)) = subscriber.sessions()
    subscriber.sandbox.pay(paid)
    with pytest.raises(checkouts.AlreadySubscribed):
        subscriber.page("growth")
    assert subscriber.states() == ("active", "scale")
    assert not PlanCheckout.objects.exclude(state="closed").exists()


def test_a_page_that_was_paid_is_closed_by_the_webhook_alone(subscriber: Subscriber) -> None:
    subscriber.page()
    [(session, _)] = subscriber.sessions()
    subscriber.sandbox.pay(session)
    subscriber.sandbox.drain()
    assert subscriber.states() == ("active", "scale")
    assert PlanCheckout.objects.get().state == "closed"


def test_a_second_subscription_is_ended_and_what_it_cost_pays_the_next_invoice(
    subscriber: Subscriber, explained: Callable[[], None]
) -> None:
    subscriber.subscribe()
    first = subscriber.subscription
    account = plans.account_of(subscriber.vendor)
    subscriber.sandbox.advance(seconds=2)  # who was first is told by the second
    second = subscriber.api(
        "POST",
        "/v1/subscriptions",
        **{
            "customer_account": account.account_id,
            "items[0][price]": first.price.provider_price_id,
            "default_payment_method": "pm_card_visa",
        },
    )
    subscriber.sandbox.drain()
    assert subscriber.states() == ("active", "scale")
    assert subscriber.subscription.id == first.id
    assert VendorSubscription.objects.get(provider_subscription_id=second["id"]).status == "canceled"
    credit = SubscriptionInvoice.objects.get(total_minor__lt=0)
    assert credit.total_minor == -9900
    subscriber.renew()
    renewal = SubscriptionInvoice.objects.order_by("-created_at", "-id")[0]
    assert (renewal.total_minor, renewal.due_minor) == (11880, 1980)  # the second one was begun without VAT
    sync_balance()
    recognize_revenue()
    explained()


def test_any_order_of_news_twice_gives_the_same_state_and_books(
    subscriber: Subscriber, books: Callable[[], dict[str, int]], explained: Callable[[], None]
) -> None:
    subscriber.subscribe()
    subscriber.use_card("pm_card_chargeCustomerFail")
    subscriber.sandbox.advance(seconds=int((subscriber.subscription.period_end - clock.now()).total_seconds()) + 1)
    subscriber.sandbox.advance(hours=1)
    invoice = subscriber.api("GET", "/v1/invoices")["data"][0]
    note = subscriber.api("POST", "/v1/credit_notes", invoice=invoice["id"], amount=1200)
    subscriber.api("POST", f"/v1/invoices/{invoice['id']}/pay", payment_method="pm_card_visa")
    hooks = subscriber.sandbox.caught()
    shuffled = hooks * 2
    random.Random(7).shuffle(shuffled)
    subscriber.sandbox.deliver(shuffled)
    subscriber.sandbox.drain()
    sync_balance()
    assert subscriber.states() == ("active", "scale")
    row = SubscriptionInvoice.objects.get(provider_invoice_id=invoice["id"])
    assert (row.total_minor, row.credited_minor, row.paid_minor) == (11880, 1200, 10680)
    assert row.credits.get().provider_note_id == note["id"]
    assert books()["2300"] == -2 * 9900 + 1000
    assert books()["2200"] == -2 * 1980 + 200
    assert "1320/moreau" not in books()
    explained()


def test_an_answer_that_was_asked_for_earlier_changes_nothing(
    subscriber: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race of `created` and `updated`: both fetch, and the one that fetched first writes last."""
    subscription = subscriber.subscribe()
    old = plans.stripe_client().v1.subscriptions.retrieve(
        subscription.provider_subscription_id, {"expand": plans.WITH_INVOICE}
    )
    facts = plans._subscription_facts(old)
    asked = clock.now()
    subscriber.api("DELETE", f"/v1/subscriptions/{subscription.provider_subscription_id}")
    subscriber.sandbox.drain()
    assert subscriber.states() == ("canceled", "start")
    plans.take_subscription(vendor_id=subscriber.vendor.id, facts=facts, fetched_at=asked)
    assert subscriber.states() == ("canceled", "start")
    assert VendorSubscription.objects.count() == 1


def test_a_payment_that_no_webhook_told_of_finds_its_invoice(
    subscriber: Subscriber, books: Callable[[], dict[str, int]], explained: Callable[[], None]
) -> None:
    subscriber.subscribe()
    subscriber.sandbox.advance(seconds=int((subscriber.subscription.period_end - clock.now()).total_seconds()) + 1)
    subscriber.sandbox.advance(hours=1)
    subscriber.sandbox.caught()  # lost
    sync_balance()
    assert "2900" not in books()
    assert "1320/moreau" not in books()
    explained()
    assert plans.refresh_stale() == 1
    assert subscriber.subscription.period_end > clock.now()


def test_a_vendor_abroad_with_a_vat_number_is_billed_without_vat(
    sandbox: Sandbox, make_vendor: Callable[..., Any], settings: Any
) -> None:
    settings.PLATFORM_COUNTRY = "FR"
    swede = Subscriber(make_vendor("lindqvist", country="SE", vat_id="SE556677889901"), sandbox)
    swede.subscribe()
    assert SubscriptionInvoice.objects.get().tax_minor == 0
    assert ConnectedAccount.objects.get(vendor_id=swede.vendor.id).account_id
    assert plans.open_portal(swede.vendor, return_url=URL).startswith(sandbox.url)
