"""Vendors' plans at Stripe Billing: what is offered, the hosted pages, changes with proration, and reading it all back.

The vendor pays with its own connected account (`customer_account`), so it is one party at Stripe. Everything here is network:
not inside a transaction. Raises ProviderUnavailable, ProviderRefused.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import stripe
import structlog
from django.conf import settings
from django.db.models import Q

from billing.commissions.vat import vat_on_commission
from billing.payments.provider import ProviderRefused
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.models import ConnectedAccount
from billing.stripe.onboarding import open_account
from billing.subscriptions.actions import (
    CreditFacts,
    InvoiceFacts,
    SubscriptionFacts,
    take_invoice,
    take_subscription,
)
from billing.subscriptions.models import (
    START,
    KeptAtProvider,
    Plan,
    PlanPrice,
    SubscriptionInvoice,
    VendorSubscription,
)
from billing.subscriptions.queries import live_subscription, offered_plans, second_subscriptions
from billing.subscriptions.standing import ENDED
from kit import clock
from kit.errors import Conflict
from tenants.vendors.models import Vendor

log = structlog.get_logger(__name__)
PORTAL = "portal"
WITH_INVOICE: Any = ["latest_invoice.payments"]


class NoSubscription(Conflict):
    """There is nothing to change."""

    code = "no_subscription"


@dataclass(frozen=True, slots=True)
class PreviewLine:
    description: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a switch would cost now; below zero is a credit for later invoices. Amounts in minor units of `currency`.

    `at` is the moment the proration was counted from: sent back with the switch, it gives the same amounts. `credit_minor` is
    what Stripe keeps for the vendor from earlier invoices: it pays first.
    """

    lines: list[PreviewLine]
    net_minor: int
    tax_minor: int
    total_minor: int
    due_minor: int
    currency: str
    at: int
    credit_minor: int = 0

    @property
    def used_minor(self) -> int:
        """What of the credit this takes."""
        return min(self.credit_minor, max(self.total_minor, 0))

    @property
    def credit_left_minor(self) -> int:
        """The credit afterwards, with what the switch gives."""
        return max(self.credit_minor - self.total_minor, 0)


# --- What is offered ----------------------------------------------------------------------------------------


def sync_plans() -> int:
    """Make Stripe's products and prices those of our plans, found by id and lookup key; gives how many calls changed
    something. Done twice, it changes nothing.
    """
    return sum(_sync_product(plan) for plan in Plan.objects.exclude(code=START).order_by("position")) + sum(
        _sync_price(price) for price in PlanPrice.objects.select_related("plan").order_by("created_at", "id")
    )


def _sync_product(plan: Plan) -> int:
    if plan.provider_product_id and plan.provider_name == plan.name:
        return 0
    products = stripe_client().v1.products
    wanted = f"souk-plan-{plan.code}"
    with named_errors("telling of a plan"):
        if plan.provider_product_id:
            products.update(plan.provider_product_id, {"name": plan.name})
        else:
            try:
                products.create({"id": wanted, "name": plan.name}, options={"idempotency_key": f"plan:{plan.id}"})
            except stripe.InvalidRequestError as error:
                if error.code != "resource_already_exists":
                    raise
                products.update(wanted, {"name": plan.name})
    Plan.objects.filter(id=plan.id).update(provider_product_id=wanted, provider_name=plan.name)
    return 1


def _sync_price(price: PlanPrice) -> int:
    prices = stripe_client().v1.prices
    if not price.provider_price_id:
        plan = Plan.objects.get(id=price.plan_id)
        with named_errors("telling of a price"):
            found = prices.list({"lookup_keys": [price.lookup_key]}).data
            made: Any = found[0] if found else _create_price(price, plan)
        if (from_stripe(made.unit_amount, made.currency), made.currency.upper()) != (
            price.amount_minor,
            price.currency,
        ):
            raise ProviderRefused(f"Stripe has another amount for {price.lookup_key} than we.")
        PlanPrice.objects.filter(id=price.id).update(provider_price_id=made.id)
        return 1
    if price.retired_at and not price.provider_retired_at:
        with named_errors("retiring a price"):
            prices.update(price.provider_price_id, {"active": False})
        PlanPrice.objects.filter(id=price.id).update(provider_retired_at=clock.now())
        return 1
    return 0


def _create_price(price: PlanPrice, plan: Plan) -> Any:
    params: Any = {
        "product": plan.provider_product_id,
        "currency": price.currency.lower(),
        "unit_amount": to_stripe(price.amount_minor, price.currency),
        "recurring": {"interval": price.interval},
        "lookup_key": price.lookup_key,
        "tax_behavior": "exclusive",
        "metadata": {"plan": plan.code},
    }
    return stripe_client().v1.prices.create(params, options={"idempotency_key": f"price:{price.id}"})


def offered(price: PlanPrice) -> PlanPrice:
    """The price with its id at Stripe, told to Stripe now if the sweep has not been there yet."""
    if not price.provider_price_id:
        sync_plans()
        price.refresh_from_db()
    return price


def tax_rates_of(vendor: Vendor) -> list[str]:
    """The tax rates of a vendor's subscription: VAT by the same rule as on commission; none when the rule says zero."""
    treatment = vat_on_commission(
        platform_country=settings.PLATFORM_COUNTRY,
        vendor_country=vendor.country,
        vendor_vat_id=vendor.vat_id,
        on=clock.today(),
    )
    percent = treatment.rate.scaleb(2).normalize()
    return [_tax_rate(settings.PLATFORM_COUNTRY, percent)] if percent else []


def _tax_rate(country: str, percent: Decimal) -> str:
    key = f"tax:{country}:{percent:f}"
    kept = KeptAtProvider.objects.filter(key=key).first()
    if kept:
        return kept.provider_id
    params: Any = {"display_name": "VAT", "inclusive": False, "percentage": float(percent), "country": country}
    with named_errors("telling of a tax rate"):
        made = stripe_client().v1.tax_rates.create(params, options={"idempotency_key": key})
    KeptAtProvider.objects.get_or_create(key=key, defaults={"provider_id": made.id})
    return made.id


# --- Hosted pages -------------------------------------------------------------------------------------------


def open_portal(vendor: Vendor, *, return_url: str) -> str:
    """Where a vendor changes its card, its plan and sees its invoices at Stripe. Raises NoSubscription."""
    if not VendorSubscription.objects.filter(vendor_id=vendor.id).exists():
        raise NoSubscription("You have no plan that is paid yet.")
    params: Any = {
        "customer_account": account_of(vendor).account_id,
        "configuration": _portal_configuration(),
        "return_url": return_url,
    }
    with named_errors("opening the billing page"):
        return str(stripe_client().v1.billing_portal.sessions.create(params).url)


def _portal_configuration() -> str:
    """The portal as we want it: made once, and brought up to the plans when they change."""
    products = [
        {
            "product": plan.provider_product_id,
            "prices": [price.provider_price_id for price in plan.current_prices if price.provider_price_id],  # type: ignore[attr-defined]
        }
        for plan in offered_plans()
        if plan.provider_product_id
    ]
    features: dict[str, Any] = {
        "invoice_history": {"enabled": True},
        "payment_method_update": {"enabled": True},
        "subscription_cancel": {"enabled": True, "mode": "at_period_end"},
        "subscription_update": {
            "enabled": True,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [product for product in products if product["prices"]],
        },
    }
    digest = hashlib.sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()
    kept = KeptAtProvider.objects.filter(key=PORTAL).first()
    service = stripe_client().v1.billing_portal.configurations
    params: Any = {"features": features}
    if kept is None:
        with named_errors("preparing the billing page"):
            made = service.create(params, options={"idempotency_key": f"portal:{digest[:32]}"})
        KeptAtProvider.objects.get_or_create(key=PORTAL, defaults={"provider_id": made.id, "digest": digest})
        return made.id
    if kept.digest != digest:
        with named_errors("preparing the billing page"):
            service.update(kept.provider_id, params)
        KeptAtProvider.objects.filter(id=kept.id).update(digest=digest)
    return kept.provider_id


def account_of(vendor: Vendor) -> ConnectedAccount:
    """The vendor's account at Stripe, opened now for one that has not gone there yet."""
    account = ConnectedAccount.objects.get_or_create(vendor_id=vendor.id, defaults={"country": vendor.country})[0]
    return account if account.account_id else open_account(vendor, account)


# --- Changes ------------------------------------------------------------------------------------------------


def preview_switch(vendor: Vendor, price: PlanPrice) -> Preview:
    """What switching to another price costs now. Raises NoSubscription."""
    subscription = _live(vendor)
    price = offered(price)
    at = int(clock.now().timestamp())
    params: Any = {
        "subscription": subscription.provider_subscription_id,
        "subscription_details": {
            "items": [{"id": subscription.provider_item_id, "price": price.provider_price_id}],
            "proration_behavior": "always_invoice",
            "proration_date": at,
        },
    }
    with named_errors("working out what the switch costs"):
        found: Any = stripe_client().v1.invoices.create_preview(params)
    net, tax = _net_and_tax(found, found.currency)
    return Preview(
        lines=[
            PreviewLine(line.description or "", from_stripe(line.amount, found.currency)) for line in found.lines.data
        ],
        net_minor=net,
        tax_minor=tax,
        total_minor=net + tax,
        due_minor=from_stripe(found.amount_due, found.currency),
        currency=found.currency.upper(),
        at=at,
        credit_minor=max(-from_stripe(found.starting_balance, found.currency), 0),
    )


def switch(vendor: Vendor, price: PlanPrice, *, at: int) -> VendorSubscription:
    """Switch to another price now. The difference is charged (or credited) at once, counted from `at` as the preview was; if
    the card is refused nothing changes. Raises NoSubscription.
    """
    subscription = _live(vendor)
    price = offered(price)
    now = int(clock.now().timestamp())
    params: Any = {
        "items": [{"id": subscription.provider_item_id, "price": price.provider_price_id}],
        "proration_behavior": "always_invoice",
        "payment_behavior": "error_if_incomplete",
        "default_tax_rates": tax_rates_of(vendor) or "",
        # A preview that lay open for long is counted anew.
        "proration_date": at if now - 3600 <= at <= now else now,
    }
    _update(subscription, params, "switching the plan")
    return _refreshed(subscription)


def cancel_at_end(vendor: Vendor) -> VendorSubscription:
    """Let the plan end with the period that is paid. Raises NoSubscription."""
    subscription = _live(vendor)
    _update(subscription, {"cancel_at_period_end": True}, "ending the plan")
    return _refreshed(subscription)


def keep(vendor: Vendor) -> VendorSubscription:
    """Take back that the plan ends; or take up one that is paused. Raises NoSubscription."""
    subscription = _live(vendor)
    if subscription.status == "paused":
        with named_errors("taking the plan up again"):
            stripe_client().v1.subscriptions.resume(subscription.provider_subscription_id)
    else:
        _update(subscription, {"cancel_at_period_end": False}, "keeping the plan")
    return _refreshed(subscription)


def _update(subscription: VendorSubscription, params: Any, what: str) -> None:
    with named_errors(what):
        stripe_client().v1.subscriptions.update(subscription.provider_subscription_id, params)


def _live(vendor: Vendor) -> VendorSubscription:
    found = live_subscription(vendor.id)
    if found is None:
        raise NoSubscription("You have no plan that is paid. Choose one first.")
    return found


def _refreshed(subscription: VendorSubscription) -> VendorSubscription:
    found = sync_subscription(subscription.provider_subscription_id)
    assert found is not None
    return found


# --- Reading it back ----------------------------------------------------------------------------------------


def sync_subscription(subscription_id: str) -> VendorSubscription | None:
    """Fetch a subscription with its latest invoice and take both; None when no vendor of ours has it."""
    fetched_at = clock.now()
    with named_errors("reading a subscription"):
        found: Any = stripe_client().v1.subscriptions.retrieve(subscription_id, {"expand": WITH_INVOICE})
    # Our own table says whose account it is, never the metadata.
    account = ConnectedAccount.objects.filter(account_id=found.customer_account or "-").first()
    if account is None:
        return None
    latest = found.latest_invoice
    taken = take_subscription(
        vendor_id=account.vendor_id,
        facts=_subscription_facts(found),
        fetched_at=fetched_at,
        invoices=[_invoice_facts(latest, _notes_of(latest))] if latest else [],
    )
    for other in second_subscriptions(account.vendor_id):
        _end_second(other)
    return taken


def _end_second(subscription: VendorSubscription) -> None:
    """End what was bought a second time, on two pages at once: what was paid for it becomes credit for later invoices."""
    log.warning("second_subscription", vendor=str(subscription.vendor_id), id=subscription.provider_subscription_id)
    try:
        with named_errors("ending a second plan"):
            stripe_client().v1.subscriptions.cancel(
                subscription.provider_subscription_id, {"invoice_now": True, "prorate": True}
            )
    except ProviderRefused:
        # Whoever fetched at the same moment has ended it; fetching again tells.
        if _refreshed(subscription).status not in ENDED:
            raise
        return
    _refreshed(subscription)


def sync_invoice(invoice_id: str) -> SubscriptionInvoice | None:
    """Fetch an invoice and take it; None for one that is not for a plan of ours."""
    fetched_at = clock.now()
    with named_errors("reading an invoice"):
        found: Any = stripe_client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
    subscription_id = _subscription_id(found)
    if not subscription_id:
        return None
    subscription = VendorSubscription.objects.filter(provider_subscription_id=subscription_id).first()
    if subscription is None:
        subscription = sync_subscription(subscription_id)
    if subscription is None:
        return None
    return take_invoice(subscription=subscription, facts=_invoice_facts(found, _notes_of(found)), fetched_at=fetched_at)


def sync_credit_note(note_id: str) -> SubscriptionInvoice | None:
    """Fetch the invoice that a credit note is for, and take it with all its notes."""
    with named_errors("reading a credit note"):
        note: Any = stripe_client().v1.credit_notes.retrieve(note_id)
    return sync_invoice(note.invoice)


def sync_invoice_of_intent(intent_id: str) -> SubscriptionInvoice | None:
    """The invoice that a payment intent paid, fetched and taken; None when it paid none."""
    params: Any = {"payment": {"type": "payment_intent", "payment_intent": intent_id}}
    with named_errors("finding an invoice"):
        found: Any = stripe_client().v1.invoice_payments.list(params).data
    return sync_invoice(found[0].invoice) if found else None


def refresh_stale(limit: int = 50) -> int:
    """Fetch again what should have changed and nobody told of, or was not looked at for a day: the net under webhooks."""
    now = clock.now()
    going = VendorSubscription.objects.filter(ended_at=None, fetched_at__lt=now - timedelta(hours=6))
    stale = going.filter(Q(period_end__lt=now) | Q(fetched_at__lt=now - timedelta(days=1))).order_by("fetched_at")
    ids = list(stale.values_list("provider_subscription_id", flat=True)[:limit])
    return sum(sync_subscription(id) is not None for id in ids)


def _subscription_facts(found: Any) -> SubscriptionFacts:
    item = found["items"].data[0]
    return SubscriptionFacts(
        id=found.id,
        item_id=item.id,
        price_id=item.price.id,
        status=found.status,
        period_start=_instant(item.current_period_start),
        period_end=_instant(item.current_period_end),
        trial_end=_moment(found.trial_end),
        cancels_at=_moment(found.cancel_at),
        ended_at=_moment(found.ended_at),
        begun_at=_instant(found.created),
    )


def _invoice_facts(found: Any, credits: list[CreditFacts]) -> InvoiceFacts:
    net, tax = _net_and_tax(found, found.currency)
    when = found.status_transitions
    lines = found.lines.data if not found.lines.has_more else list(_all_lines(found.id))
    return InvoiceFacts(
        id=found.id,
        subscription_id=_subscription_id(found),
        number=found.number or "",
        status=found.status,
        reason=found.billing_reason or "",
        net_minor=net,
        tax_minor=tax,
        due_minor=from_stripe(found.amount_due, found.currency),
        paid_minor=from_stripe(found.amount_paid, found.currency),
        currency=found.currency.upper(),
        lines=[
            {
                "description": line.description or "",
                "net_minor": from_stripe(line.amount, found.currency),
                "start": line.period.start,
                "end": line.period.end,
                "proration": _is_proration(line),
            }
            for line in lines
        ],
        charge_id=_charge_of(found),
        hosted_url=found.hosted_invoice_url or "",
        pdf_url=found.invoice_pdf or "",
        attempts=found.attempt_count,
        next_attempt_at=_moment(found.next_payment_attempt),
        created_at=_instant(found.created),
        finalized_at=_moment(when.finalized_at),
        paid_at=_moment(when.paid_at),
        voided_at=_moment(when.voided_at),
        given_up_at=_moment(when.marked_uncollectible_at),
        credits=credits,
    )


def _net_and_tax(found: Any, currency: str) -> tuple[int, int]:
    """Of an invoice or a credit note, in our minor units."""
    tax = sum(one.amount for one in found.total_taxes or [])
    return from_stripe(found.total - tax, currency), from_stripe(tax, currency)


def _all_lines(invoice_id: str) -> Any:
    with named_errors("reading an invoice's lines"):
        yield from stripe_client().v1.invoices.line_items.list(invoice_id, {"limit": 100}).auto_paging_iter()


def _notes_of(found: Any) -> list[CreditFacts]:
    """An invoice's credit notes; asked for only when it says that it has some."""
    if not (found.pre_payment_credit_notes_amount or found.post_payment_credit_notes_amount):
        return []
    with named_errors("reading credit notes"):
        notes = stripe_client().v1.credit_notes.list({"invoice": found.id, "limit": 100})
        return [
            CreditFacts(note.id, *_net_and_tax(note, note.currency), created_at=_instant(note.created))
            for note in notes.auto_paging_iter()
            if note.status == "issued"
        ]


def _subscription_id(found: Any) -> str:
    details = found.parent.subscription_details if found.parent else None
    subscription = details.subscription if details else ""
    return subscription if isinstance(subscription, str) else str(subscription.id)


def _charge_of(found: Any) -> str:
    """The charge that paid an invoice: of its payment that succeeded. Known from the last time, or fetched once."""
    known = SubscriptionInvoice.objects.filter(provider_invoice_id=found.id).exclude(provider_charge_id="").first()
    if known:
        return known.provider_charge_id
    for payment in found.payments.data if getattr(found, "payments", None) else []:
        if payment.status == "paid" and payment.payment.payment_intent:
            with named_errors("reading an invoice's payment"):
                intent = stripe_client().v1.payment_intents.retrieve(str(payment.payment.payment_intent))
            return str(intent.latest_charge or "")
    return ""


def _is_proration(line: Any) -> bool:
    details = line.parent and (line.parent.subscription_item_details or line.parent.invoice_item_details)
    return bool(details and details.proration)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _moment(seconds: int | None) -> datetime | None:
    return _instant(seconds) if seconds else None
