"""Stripe Billing in the sandbox, by the real SDK: every answer and every event is held against the contract (--strict)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.billing.sandbox.harness import SUCCESS_URL, Receiver, Sandbox, onboarded

DAY = 86400


class Billing:
    """A catalogue of two plans and a vendor that pays with its connected account."""

    def __init__(self, client: stripe.StripeClient, sandbox: Sandbox):
        self.client, self.sandbox = client, sandbox
        self.account = onboarded(client, sandbox)
        sandbox.control("billing/config", {})
        self.rate = client.v1.tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False}).id
        self.small, self.large = self._plan("Growth", 4900), self._plan("Scale", 14900)
        self.yearly = self.price("prod_growth" + self.account[-6:], 49000, "year")

    def _plan(self, name: str, amount: int) -> str:
        product = f"prod_{name.lower()}{self.account[-6:]}"
        self.client.v1.products.create({"id": product, "name": name})
        return self.price(product, amount, "month")

    def price(self, product: str, amount: int, interval: Any) -> str:
        made = self.client.v1.prices.create(
            {
                "product": product,
                "currency": "eur",
                "unit_amount": amount,
                "recurring": {"interval": interval},
                "lookup_key": f"{product}-{interval}",
            }
        )
        return made.id

    def subscribe(self, price: str = "", **more: Any) -> Any:
        params: Any = {
            "customer_account": self.account,
            "items": [{"price": price or self.small}],
            "default_payment_method": "pm_card_visa",
            "default_tax_rates": [self.rate],
            **more,
        }
        return self.client.v1.subscriptions.create({k: v for k, v in params.items() if v is not None})

    def get(self, id: str) -> Any:
        return self.client.v1.subscriptions.retrieve(id, {"expand": ["latest_invoice.payments"]})

    def now(self) -> int:
        return int(self.sandbox.control("clock", method="GET")["now"])

    def until(self, timestamp: int) -> None:
        self.sandbox.advance(seconds=max(0, timestamp - self.now()))


@pytest.fixture
def billing(client: stripe.StripeClient, sandbox: Sandbox, receiver: Receiver) -> Billing:
    client.v1.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["*"], "api_version": stripe.api_version}
    )
    return Billing(client, sandbox)


def test_first_period_is_paid_with_tax_and_renewal_comes_a_month_later(
    billing: Billing, receiver: Receiver, sandbox: Sandbox
) -> None:
    made = billing.subscribe()
    item = made["items"].data[0]
    assert (made.status, made.customer_account, item.price.id) == ("active", billing.account, billing.small)
    start, end = (datetime.fromtimestamp(t, UTC) for t in (item.current_period_start, item.current_period_end))
    assert end.month == start.month % 12 + 1
    invoice = billing.get(made.id).latest_invoice
    assert (invoice.subtotal, invoice.total, invoice.amount_paid, invoice.status) == (4900, 5880, 5880, "paid")
    assert invoice.parent.subscription_details.subscription == made.id
    intent = billing.client.v1.payment_intents.retrieve(
        invoice.payments.data[0].payment.payment_intent, {"expand": ["latest_charge.balance_transaction"]}
    )
    assert intent.latest_charge.balance_transaction.net == 5880 - 88 - 25

    billing.until(item.current_period_end)
    renewed = billing.get(made.id)
    assert renewed.latest_invoice.status == "draft"
    assert renewed["items"].data[0].current_period_start == item.current_period_end
    sandbox.advance(hours=1)
    assert billing.get(made.id).latest_invoice.amount_paid == 5880
    assert {"customer.subscription.created", "invoice.paid", "invoice_payment.paid"} <= set(receiver.types())


def test_switching_in_the_middle_charges_to_the_second_what_the_preview_said(billing: Billing) -> None:
    made = billing.subscribe()
    item = made["items"].data[0]
    start, end = item.current_period_start, item.current_period_end
    at = start + (end - start) // 3
    billing.until(at)
    change: Any = {
        "items": [{"id": item.id, "price": billing.large}],
        "proration_date": at,
        "proration_behavior": "always_invoice",
    }
    preview = billing.client.v1.invoices.create_preview({"subscription": made.id, "subscription_details": change})
    exact = [-round(4900 * (end - at) / (end - start)), round(14900 * (end - at) / (end - start))]
    assert [line.amount for line in preview.lines.data] == exact
    assert [line.parent.subscription_item_details.proration for line in preview.lines.data] == [True, True]
    billing.client.v1.subscriptions.update(made.id, {**change, "payment_behavior": "error_if_incomplete"})
    after = billing.get(made.id)
    assert (after.latest_invoice.total, after.latest_invoice.amount_paid) == (preview.total, preview.total)
    assert after["items"].data[0].current_period_end == end

    # Back down: the difference stays as credit, and the next period uses it.
    down: Any = {**change, "items": [{"id": item.id, "price": billing.small}]}
    billing.client.v1.subscriptions.update(made.id, down)
    credit = billing.get(made.id).latest_invoice
    assert (credit.total, credit.amount_due, credit.status) == (-preview.total, 0, "paid")
    billing.until(end)
    billing.sandbox.advance(hours=1)
    last = billing.get(made.id).latest_invoice
    assert last.total == 5880
    assert (last.amount_due, last.ending_balance) == (max(0, 5880 - preview.total), min(0, 5880 - preview.total))


def test_another_interval_begins_a_new_period_now(billing: Billing) -> None:
    made = billing.subscribe()
    item = made["items"].data[0]
    at = item.current_period_start + 10 * DAY
    billing.until(at)
    now = billing.now()
    billing.client.v1.subscriptions.update(made.id, {"items": [{"id": item.id, "price": billing.yearly}]})
    after = billing.get(made.id)
    changed = after["items"].data[0]
    assert changed.current_period_start >= now
    assert changed.current_period_end - changed.current_period_start in (365 * DAY, 366 * DAY)
    assert after.latest_invoice.lines.data[-1].amount == 49000
    assert after.latest_invoice.lines.data[0].amount < 0


@pytest.mark.parametrize("final", ["canceled", "unpaid", "past_due"])
def test_retries_fail_until_the_end_that_is_set(billing: Billing, sandbox: Sandbox, final: str) -> None:
    sandbox.control("billing/config", {"retry_days": [2, 3], "final": final})
    made = billing.subscribe()
    billing.client.v1.subscriptions.update(made.id, {"default_payment_method": "pm_card_chargeCustomerFail"})
    billing.until(made["items"].data[0].current_period_end)
    assert billing.get(made.id).status == "active"
    sandbox.advance(hours=1)
    failed = billing.get(made.id)
    assert (failed.status, failed.latest_invoice.attempt_count) == ("past_due", 1)
    sandbox.advance(days=2)
    assert billing.get(made.id).latest_invoice.attempt_count == 2
    sandbox.advance(days=3)
    ended = billing.get(made.id)
    assert (ended.status, ended.latest_invoice.attempt_count) == (final, 3)
    assert ended.latest_invoice.next_payment_attempt is None
    if final != "canceled":
        with pytest.raises(stripe.CardError):
            billing.client.v1.invoices.pay(ended.latest_invoice.id)
        billing.client.v1.invoices.pay(ended.latest_invoice.id, {"payment_method": "pm_card_visa"})
        assert billing.get(made.id).status == "active"


def test_a_first_payment_that_never_comes_expires_after_23_hours(billing: Billing, sandbox: Sandbox) -> None:
    made = billing.subscribe(default_payment_method="pm_card_chargeCustomerFail")
    assert made.status == "incomplete"
    sandbox.advance(hours=22)
    assert billing.get(made.id).status == "incomplete"
    sandbox.advance(hours=1)
    over = billing.get(made.id)
    assert (over.status, over.latest_invoice.status) == ("incomplete_expired", "void")
    with pytest.raises(stripe.CardError):
        billing.subscribe(default_payment_method="pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete")


def test_a_trial_warns_and_is_paused_without_a_card_and_resumed_with_one(
    billing: Billing, sandbox: Sandbox, receiver: Receiver
) -> None:
    made = billing.subscribe(
        default_payment_method=None,
        trial_period_days=14,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    assert (made.status, billing.get(made.id).latest_invoice.total) == ("trialing", 0)
    sandbox.advance(days=11)
    assert "customer.subscription.trial_will_end" in receiver.types()
    sandbox.advance(days=3)
    paused = billing.get(made.id)
    assert paused.status == "paused"
    assert paused.status_details.paused.subscription.type == "trial_end_without_payment_method"
    billing.client.v1.subscriptions.update(made.id, {"default_payment_method": "pm_card_visa"})
    billing.client.v1.subscriptions.resume(made.id)
    assert (billing.get(made.id).status, billing.get(made.id).latest_invoice.amount_paid) == ("active", 5880)


def test_canceling_ends_with_the_period_or_at_once(billing: Billing, receiver: Receiver) -> None:
    made = billing.subscribe()
    billing.client.v1.subscriptions.update(made.id, {"cancel_at_period_end": True})
    billing.until(made["items"].data[0].current_period_end)
    assert billing.get(made.id).status == "canceled"
    other = billing.subscribe()
    assert billing.client.v1.subscriptions.cancel(other.id).status == "canceled"
    billing.sandbox.control("webhooks/drain")
    assert receiver.types().count("customer.subscription.deleted") == 2
    with pytest.raises(stripe.InvalidRequestError):
        billing.client.v1.subscriptions.cancel(other.id)


def test_invoices_are_voided_given_up_and_credited(billing: Billing) -> None:
    made = billing.subscribe(default_payment_method="pm_card_chargeCustomerFail")
    first = made.latest_invoice
    client = billing.client.v1
    note = client.credit_notes.create({"invoice": first, "amount": 1200})
    assert (note.total, note.subtotal, note.pre_payment_amount) == (1200, 1000, 1200)
    assert client.invoices.retrieve(first).amount_due == 4680
    assert client.invoices.mark_uncollectible(first).status == "uncollectible"
    assert client.invoices.void_invoice(first).status == "void"
    paid = billing.subscribe()
    credited = client.credit_notes.create({"invoice": paid.latest_invoice, "amount": 5880, "credit_amount": 5880})
    assert credited.post_payment_amount == 5880
    item: Any = {"customer_account": billing.account, "amount": 2500, "currency": "eur", "tax_rates": [billing.rate]}
    client.invoice_items.create(item)
    one_off = client.invoices.create({"customer_account": billing.account, "pending_invoice_items_behavior": "include"})
    final = client.invoices.finalize_invoice(one_off.id)
    assert (final.total, final.starting_balance, final.amount_due, final.status) == (3000, -5880, 0, "paid")


def test_checkout_page_subscribes_with_customer_account_also_by_3d_secure_and_on_trial(
    billing: Billing, sandbox: Sandbox
) -> None:
    def open_session(**more: Any) -> Any:
        params: Any = {
            "mode": "subscription",
            "ui_mode": "hosted_page",
            "customer_account": billing.account,
            "line_items": [{"price": billing.small, "quantity": 1}],
            "success_url": SUCCESS_URL,
            "cancel_url": "http://localhost:8000/plan",
            "subscription_data": {"default_tax_rates": [billing.rate], "metadata": {"vendor": "v"}, **more},
        }
        return billing.client.v1.checkout.sessions.create(params)

    session = open_session()
    assert session.amount_total == 5880
    declined = sandbox.http.post(
        f"/c/pay/{session.id}", data={"card": "4000000000000002", "expiry": "12/34", "cvc": "123"}
    )
    assert declined.status_code == 402
    page = sandbox.http.get(f"/c/pay/{session.id}").text
    assert "Growth (monthly)" in page
    assert "VAT" in page
    sandbox.control(f"sessions/{session.id}/pay", {"card": "4000002760003184", "authenticate": True})
    paid = billing.client.v1.checkout.sessions.retrieve(session.id, {"expand": ["subscription.latest_invoice"]})
    assert (paid.payment_status, paid.payment_intent, paid.subscription.status) == ("paid", None, "active")
    assert paid.subscription.latest_invoice.amount_paid == 5880
    trial = open_session(trial_period_days=14)
    sandbox.control(f"sessions/{trial.id}/pay", {"card": "4242424242424242"})
    begun = billing.client.v1.checkout.sessions.retrieve(trial.id, {"expand": ["subscription"]})
    assert (begun.payment_status, begun.subscription.status) == ("no_payment_required", "trialing")
    sandbox.advance(days=14, hours=0)
    sandbox.advance(hours=1)
    assert billing.get(begun.subscription.id).latest_invoice.amount_paid == 5880


def test_portal_changes_card_and_plan_and_ends_what_it_may(billing: Billing, sandbox: Sandbox) -> None:
    made = billing.subscribe()
    configuration = billing.client.v1.billing_portal.configurations.create(
        {
            "features": {
                "invoice_history": {"enabled": True},
                "payment_method_update": {"enabled": True},
                "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
                "subscription_update": {
                    "enabled": True,
                    "default_allowed_updates": ["price"],
                    "proration_behavior": "always_invoice",
                    "products": [
                        {"product": "prod_scale" + billing.account[-6:], "prices": [billing.large]},
                    ],
                },
            }
        }
    )
    session = billing.client.v1.billing_portal.sessions.create(
        {
            "customer_account": billing.account,
            "configuration": configuration.id,
            "return_url": "http://localhost:8000/plan",
        }
    )
    page = sandbox.http.get(session.url).text
    assert "Switch to Scale (monthly)" in page
    assert "SOUK-" in page

    def post(**form: str) -> int:
        return sandbox.http.post(session.url, data=form).status_code

    assert post(action="switch", subscription=made.id, price=billing.yearly) == 400
    assert post(action="card", card="4000000000000341", expiry="12/34", cvc="123") == 303
    assert post(action="switch", subscription=made.id, price=billing.large) == 402
    assert billing.get(made.id)["items"].data[0].price.id == billing.small
    assert post(action="card", card="4242424242424242", expiry="12/34", cvc="123") == 303
    assert post(action="switch", subscription=made.id, price=billing.large) == 303
    assert billing.get(made.id)["items"].data[0].price.id == billing.large
    assert post(action="cancel", subscription=made.id) == 303
    assert billing.get(made.id).cancel_at_period_end is True
    assert post(action="renew", subscription=made.id) == 303
    assert billing.get(made.id).cancel_at_period_end is False


def test_an_open_invoice_is_paid_on_its_page(billing: Billing, sandbox: Sandbox) -> None:
    made = billing.subscribe(default_payment_method="pm_card_chargeCustomerFail")
    invoice = billing.client.v1.invoices.retrieve(made.latest_invoice)
    card = {"expiry": "12/34", "cvc": "123"}
    refused = sandbox.http.post(invoice.hosted_invoice_url, data={"card": "4000000000009995", **card})
    assert refused.status_code == 402
    assert "insufficient funds" in refused.text
    assert sandbox.http.post(invoice.hosted_invoice_url, data={"card": "4242424242424242", **card}).status_code == 303
    assert billing.get(made.id).status == "active"
    assert sandbox.http.get(invoice.invoice_pdf).status_code == 200
    assert sandbox.state()["drift"] == []


def test_test_clock_moves_time_for_all(billing: Billing) -> None:
    made = billing.subscribe()
    end = made["items"].data[0].current_period_end
    clock = billing.client.v1.test_helpers.test_clocks.create({"frozen_time": billing.now() + 60})
    moved = billing.client.v1.test_helpers.test_clocks.advance(clock.id, {"frozen_time": end + 3600})
    assert (moved.status, billing.get(made.id).latest_invoice.status) == ("ready", "paid")
