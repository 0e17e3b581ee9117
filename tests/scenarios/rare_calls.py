"""`python tests/scenarios/rare_calls.py`: in the world of a finished journey, what an ordinary day does not bring.

Webhook secrets that were lost, a customer who gives up, answers that never arrived, news that nobody delivered. Each is
brought about, and dealt with by the product's own means; at the end the books are matched.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "SOUK_PROCESS": "journey", "SOUK_DOORBELL": "0"}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from billing.disputes.models import Dispute  # noqa: E402
from billing.payments.actions import end_session, request_refund  # noqa: E402
from billing.payments.models import Payment, PaymentShare, Refund, RefundState  # noqa: E402
from billing.payouts.models import Reversal, Transfer, TransferState  # noqa: E402
from billing.payouts.wishes import ask_own  # noqa: E402
from billing.stripe import (  # noqa: E402
    disputes,
    expiry,
    floor,
    heal,
    inbox,
    refunds,
    reversals,
    sync,
    transfers,
    webhooks,
    wishes,
)
from billing.stripe import subscriptions as plans  # noqa: E402
from billing.stripe.models import BalanceTransaction, ConnectedAccount, WebhookEvent  # noqa: E402
from billing.subscriptions import plans as keeping  # noqa: E402
from billing.subscriptions.models import PlanPrice, SubscriptionInvoice, VendorSubscription  # noqa: E402
from embedded.processes import sandbox_of  # noqa: E402
from kit.ids import uuid7  # noqa: E402
from kit.links import absolute_url  # noqa: E402
from marketplace.catalog.models import Offer  # noqa: E402
from marketplace.demo import acts  # noqa: E402
from marketplace.demo.cast import CUSTOMERS  # noqa: E402
from marketplace.demo.journey import match  # noqa: E402
from marketplace.demo.money_table import money_table  # noqa: E402
from marketplace.demo.sandbox import Sandbox  # noqa: E402
from marketplace.demo.sweeps import settle  # noqa: E402
from marketplace.orders.models import Fulfillment, Order, StockHold  # noqa: E402
from tenants.isolation.doors import acting_as  # noqa: E402
from tenants.vendors.models import Vendor  # noqa: E402


def order(token: str) -> Order:
    """Somebody orders two different things that are in stock."""
    with acting_as("store"):
        found = Offer.objects.filter(is_visible=True, available__gte=3).order_by("sku")
        items = [(offer_id, 1) for offer_id in found.values_list("id", flat=True)[:2]]
    return acts.place(acts.Purchase(token, CUSTOMERS[0], items))


def the_secrets_of_the_webhooks_were_lost() -> None:
    for file in settings.WORLD.secrets.glob("stripe-webhook-*"):
        file.unlink()
    with acting_as("platform"):
        assert set(webhooks.register_endpoints()) == {"platform", "connect", "accounts"}
        assert webhooks.register_endpoints() == {}


def an_older_release_registered_the_endpoints() -> None:
    with acting_as("platform"), patch.object(webhooks, "ACCOUNT_EVENTS", ["v2.core.account.updated"]):
        for file in settings.WORLD.secrets.glob("stripe-webhook-accounts"):
            file.unlink()
        assert set(webhooks.register_endpoints()) == {"accounts"}
    with acting_as("platform"):
        assert webhooks.register_endpoints() == {}


def a_vendor_changes_its_mind_about_its_plan(sandbox: Sandbox) -> None:
    """Switched with a preview, ended and kept, looked at on the billing page; the office renames and reprices meanwhile."""
    by = uuid7()
    with acting_as("platform"):
        subscription = VendorSubscription.objects.select_related("price__plan").get()
        vendor = Vendor.objects.get(id=subscription.vendor_id)
        growth = PlanPrice.objects.select_related("plan").get(plan__code="growth", interval="month", retired_at=None)
        settings.PLATFORM_COUNTRY = vendor.country  # so that there is VAT to be told of
        plans.switch(vendor, growth, at=plans.preview_switch(vendor, growth).at)
        plans.cancel_at_end(vendor)
        assert plans.keep(vendor).price == growth
        here = absolute_url("market", "/")
        plans.open_portal(vendor, return_url=here)
        keeping.set_price(plan=growth.plan, by=by, interval="month", amount_minor=3100)
        plan = growth.plan
        terms = {name: getattr(plan, name) for name in (*keeping.LIMITS, *keeping.FEATURES)}
        keeping.change_plan(plan=plan, by=by, name="Growing", **terms)
        assert plans.sync_plans() == 3
        plans.open_portal(vendor, return_url=here)
        invoice = SubscriptionInvoice.objects.filter(total_minor__gt=0).latest("created_at")
        assert len(list(plans._all_lines(invoice.provider_invoice_id))) == len(invoice.lines)
        assert sync.confirm_charge(invoice.provider_charge_id) == ""


def the_operator_acts_at_the_provider(sandbox: Sandbox) -> None:
    """A credit note, a second subscription, and a trial without a card, made by hand on the provider's own pages."""

    def by_hand(path: str, **params: object) -> str:
        answer = sandbox._http.post(path, data=params)
        assert answer.is_success, answer.text
        return str(answer.json()["id"])

    with acting_as("platform"):
        first = VendorSubscription.objects.select_related("price").get()
        invoice = SubscriptionInvoice.objects.filter(total_minor__gt=0).latest("created_at")
        plans.sync_credit_note(
            by_hand("/v1/credit_notes", invoice=invoice.provider_invoice_id, amount=100, credit_amount=100)
        )
        invoice.refresh_from_db()
        assert invoice.credited_minor == 100
        account = ConnectedAccount.objects.get(vendor_id=first.vendor_id)
        other = ConnectedAccount.objects.exclude(vendor_id=first.vendor_id).exclude(account_id="").earliest("vendor_id")
        offered = PlanPrice.objects.get(plan_id=first.price.plan_id, interval="month", retired_at=None)
        price = offered.provider_price_id
        second = by_hand(
            "/v1/subscriptions",
            **{
                "customer_account": account.account_id,
                "items[0][price]": price,
                "default_payment_method": "pm_card_visa",
            },
        )
        plans.sync_subscription(second)
        assert VendorSubscription.objects.get(provider_subscription_id=second).status == "canceled"
        trial = by_hand(
            "/v1/subscriptions",
            **{
                "customer_account": other.account_id,
                "items[0][price]": price,
                "trial_period_days": 1,
                "trial_settings[end_behavior][missing_payment_method]": "pause",
            },
        )
        acts.let_time_pass(timedelta(days=1, hours=2), sandbox)
        paused = plans.sync_subscription(trial)
        assert paused
        assert paused.status == "paused"
        by_hand(f"/v1/subscriptions/{trial}", default_payment_method="pm_card_visa")
        assert plans.keep(Vendor.objects.get(id=other.vendor_id)).status == "active"


def an_order_is_looked_up_at_the_provider() -> None:
    with acting_as("platform"):
        paid = Payment.objects.filter(state="paid").earliest("created_at")
        assert heal.heal_order(order_id=paid.reference_id, by=uuid7()).charges == 1


def a_customer_gives_up() -> None:
    abandoned = order("rare-given-up")
    acts.open_payment_page(abandoned)
    with acting_as("platform"):
        end_session(reference_id=abandoned.id)
        assert expiry.expire_sessions() == 1
        abandoned.refresh_from_db()
    assert abandoned.stock_hold == StockHold.RELEASED


def the_answers_to_transfers_are_lost(sandbox: Sandbox) -> None:
    bought = order("rare-bought")
    acts.come_back(acts.pay(bought, sandbox))
    with acting_as("platform"):
        parts = list(bought.vendor_orders.values_list("id", "vendor_id"))
        vendors = Vendor.objects.in_bulk([vendor_id for _, vendor_id in parts])
    for part_id, vendor_id in parts:
        acts.accept_and_ship(vendors[vendor_id], part_id, until=Fulfillment.DELIVERED)
    settle()
    acts.let_time_pass(timedelta(days=settings.HOLD_DAYS, hours=1), sandbox)
    # The SDK asks three times under one key before it gives up; the transfer is made all the same.
    sandbox._control("fail", {"path": "/v1/transfers", "method": "POST", "mode": "drop", "times": 3})
    with acting_as("platform"):
        transfers.send_transfers()
        assert Transfer.objects.filter(state=TransferState.SENT).count() == 1
        acts.let_time_pass(timedelta(minutes=1), sandbox)
        transfers.send_transfers()
        assert not Transfer.objects.exclude(state__in=(TransferState.DONE, TransferState.CANCELED)).exists()


def a_refund_waits_for_longer_than_a_key_lasts(sandbox: Sandbox) -> None:
    with acting_as("platform"):
        share = PaymentShare.objects.filter(payment__state="paid", refunded_minor=0).latest("gross_minor")
        refund = request_refund(share=share, amount_minor=100, key="rare:late", reason="A scratch")
        acts.let_time_pass(timedelta(hours=21), sandbox)
        refunds.send_refunds()
        refund.refresh_from_db()
        assert refund.state == RefundState.SUCCEEDED
        refunds.settle_refund(refund.provider_refund_id)
        assert Refund.objects.filter(share=share).count() == 1


def banks_dispute_payments(sandbox: Sandbox) -> None:
    """One is answered with a document; in the other we give in, and take back what its vendors had, our answer lost."""
    with acting_as("platform"):
        sent = Transfer.objects.filter(state=TransferState.DONE).values("payment_id")
        paid = Payment.objects.filter(id__in=sent, refunded_minor=0).order_by("-created_at")
        answered, lost = list(paid[:2])
    opened = [sandbox.dispute(payment.provider_charge_id, "product_not_received") for payment in (answered, lost)]
    with acting_as("platform"):
        assert len(disputes.sync_disputes_of(answered.provider_charge_id)) == 1
        assert disputes.sync_dispute(opened[1]) is not None
        receipt = disputes.Document(uuid7(), "receipt", "receipt.pdf", b"%PDF-1.7 paid")
        disputes.submit_answer(
            dispute_id=Dispute.objects.get(payment=answered).id,
            texts={"uncategorized_text": "winning_evidence"},
            documents=[receipt],
            by=uuid7(),
        )
        disputes.accept_dispute(dispute_id=Dispute.objects.get(payment=lost).id, by=uuid7())
        reversals.send_reversals()
        taken = BalanceTransaction.objects.filter(account_id="", type="transfer_refund").latest("created_at")
        reversals.settle_reversal_of(taken.transaction_id)
        assert Reversal.objects.filter(transfer__payment_id=lost.id).exists()


def our_own_money_is_paid_out(sandbox: Sandbox) -> None:
    """Once with an answer; once it is lost, and the payout found again. Before both the provider hears what must stay."""
    with acting_as("platform"):
        floor.keep_floor()
        ask_own(wish_id=uuid7(), amount_minor=100)
        assert wishes.apply_wishes() == 1
        wish = ask_own(wish_id=uuid7(), amount_minor=100)
        sandbox._control("fail", {"path": "/v1/payouts", "method": "POST", "mode": "drop", "times": 3})
        wishes.apply_wishes()
        acts.let_time_pass(timedelta(minutes=2), sandbox)
        wishes.apply_wishes()
        wish.refresh_from_db()
        assert (wish.state, wish.error) == ("done", "")


def old_news_comes_again() -> None:
    with acting_as("platform"):
        paid = Payment.objects.filter(state="paid").earliest("created_at")
        done = Transfer.objects.filter(state=TransferState.DONE).earliest("created_at")
        sync.confirm_intent(paid.provider_intent_id)
        sync.confirm_charge(paid.provider_charge_id)
        transfers.settle_transfer(done.provider_transfer_id)
        seen = WebhookEvent.objects.count()
        inbox.process_inbox()
        assert WebhookEvent.objects.count() == seen


def main() -> int:
    with sandbox_of(settings.WORLD) as address:
        settings.STRIPE_API_BASE = address
        sandbox = Sandbox()
        the_secrets_of_the_webhooks_were_lost()
        an_older_release_registered_the_endpoints()
        a_customer_gives_up()
        the_answers_to_transfers_are_lost(sandbox)
        a_refund_waits_for_longer_than_a_key_lasts(sandbox)
        a_vendor_changes_its_mind_about_its_plan(sandbox)
        the_operator_acts_at_the_provider(sandbox)
        an_order_is_looked_up_at_the_provider()
        banks_dispute_payments(sandbox)
        our_own_money_is_paid_out(sandbox)
        old_news_comes_again()
        acts.let_time_pass(timedelta(days=10), sandbox)
        settle()
        found = match()
    with acting_as("platform"):
        table = money_table()
    print(
        f"{found.entries_checked} entries, {found.exceptions_count} exceptions, {table.unexplained_minor} unexplained"
    )
    # The journey's table knows no disputes and no payouts of our own; the match knows all.
    return 0 if found.matches else 1


if __name__ == "__main__":
    sys.exit(main())
