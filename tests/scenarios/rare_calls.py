"""`python tests/scenarios/rare_calls.py`: in the world of a finished journey, what an ordinary day does not bring.

Webhook secrets that were lost, a customer who gives up, answers that never arrived, news that nobody delivered. Each is
brought about, and dealt with by the product's own means; at the end the books are matched.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "SOUK_PROCESS": "journey", "SOUK_DOORBELL": "0"}

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402

from billing.payments.actions import end_session, request_refund  # noqa: E402
from billing.payments.models import Payment, PaymentShare, Refund, RefundState  # noqa: E402
from billing.payouts.models import Transfer, TransferState  # noqa: E402
from billing.stripe import expiry, inbox, refunds, sync, transfers, webhooks  # noqa: E402
from billing.stripe.models import WebhookEvent  # noqa: E402
from embedded.processes import sandbox_of  # noqa: E402
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
        a_customer_gives_up()
        the_answers_to_transfers_are_lost(sandbox)
        a_refund_waits_for_longer_than_a_key_lasts(sandbox)
        old_news_comes_again()
        acts.let_time_pass(timedelta(days=10), sandbox)
        settle()
        found = match()
    with acting_as("platform"):
        table = money_table()
    print(
        f"{found.entries_checked} entries, {found.exceptions_count} exceptions, {table.unexplained_minor} unexplained"
    )
    return 0 if found.matches and table.is_explained else 1


if __name__ == "__main__":
    sys.exit(main())
