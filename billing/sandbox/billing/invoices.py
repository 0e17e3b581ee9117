"""Invoices: drafted, finalized, paid by the card on file with retries, voided or given up.

A renewal's invoice is a draft for one hour, as at Stripe. What a customer has in credit is used when an invoice is finalized.
Source: https://docs.stripe.com/invoicing/overview
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import ApiError, refused
from ..expand import LEFT_OUT
from ..ids import new_id, token
from ..listing import envelope
from ..money import payments
from ..money.currencies import MINIMUM_OTHERWISE
from ..store import Record
from ..world import World, job
from .amounts import tax_on

DRAFT_SECONDS = 3600
DAY = 86400
RETRY_DAYS = (3, 5, 7)
# What a subscription becomes when the last retry has failed; its keeper registers what happens then.
FINAL = "canceled"
AFTER: dict[str, Callable[[World, Record], None]] = {}
LEFT_OUT.add(("invoice", "payments"))


def settings_of(world: World) -> dict[str, Any]:
    """How failed payments are retried: ``retry_days`` after each failure, and the ``final`` status of a subscription."""
    return {"retry_days": list(RETRY_DAYS), "final": FINAL, **world.store.get_meta("billing", {})}


def line(
    *,
    amount: int,
    currency: str,
    description: str,
    start: int,
    end: int,
    rates: list[dict[str, Any]],
    price: dict[str, Any] | None = None,
    quantity: int = 1,
    subscription: str | None = None,
    item: str | None = None,
    invoice_item: str | None = None,
    proration: bool = False,
) -> dict[str, Any]:
    """One ``line_item``, its tax worked out."""
    details: dict[str, Any] = {"proration": proration, "proration_details": {"credited_items": None}}
    if item:
        parent: dict[str, Any] = {
            "type": "subscription_item_details",
            "invoice_item_details": None,
            "subscription_item_details": {
                **details,
                "invoice_item": invoice_item,
                "subscription": subscription,
                "subscription_item": item,
            },
        }
    else:
        parent = {
            "type": "invoice_item_details",
            "invoice_item_details": {**details, "invoice_item": invoice_item, "subscription": subscription},
            "subscription_item_details": None,
        }
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "description": description,
        "discount_amounts": [],
        "discountable": not proration,
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": {},
        "parent": parent,
        "period": {"start": start, "end": end},
        "pretax_credit_amounts": [],
        "pricing": price
        and {
            "type": "price_details",
            "price_details": {"price": price["id"], "product": price["product"]},
            "unit_amount_decimal": str(price["unit_amount"]),
        },
        "quantity": quantity,
        "subscription": subscription,
        "subtotal": amount,
        "taxes": taxes(amount, rates),
    }


def taxes(amount: int, rates: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "amount": tax_on(amount, rate["percentage"]),
            "tax_behavior": "exclusive",
            "tax_rate_details": {"tax_rate": rate["id"]},
            "taxability_reason": "not_available",
            "taxable_amount": amount,
            "type": "tax_rate_details",
        }
        for rate in rates
    ]


def body_of(
    world: World,
    customer: Record,
    lines: list[dict[str, Any]],
    *,
    id: str,
    reason: str,
    currency: str,
    start: int,
    end: int,
    subscription: Record | None = None,
) -> dict[str, Any]:
    """An invoice as a draft; nothing is stored."""
    by_rate: dict[str, dict[str, Any]] = {}
    for tax in (tax for one in lines for tax in one["taxes"]):
        known = by_rate.setdefault(tax["tax_rate_details"]["tax_rate"], {**tax, "amount": 0, "taxable_amount": 0})
        known["amount"] += tax["amount"]
        known["taxable_amount"] += tax["taxable_amount"]
    subtotal = sum(one["amount"] for one in lines)
    total = subtotal + sum(tax["amount"] for tax in by_rate.values())
    balance = customer.body["balance"]
    due, after = settled(total, balance)
    return {
        "id": id,
        "object": "invoice",
        "account_country": world.settings.country,
        "account_name": "Souk",
        "account_tax_ids": None,
        "amount_due": due,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_remaining": due,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "automatically_finalizes_at": None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer.id,
        "customer_account": customer.body["customer_account"],
        "customer_address": None,
        "customer_email": customer.body["email"],
        "customer_name": customer.body["name"],
        "customer_phone": None,
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": after if reason == "upcoming" else None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": envelope(lines, False, f"/v1/invoices/{id}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": subscription
        and {
            "type": "subscription_details",
            "quote_details": None,
            "subscription_details": {"metadata": subscription.body["metadata"], "subscription": subscription.id},
        },
        "payment_settings": {"default_mandate": None, "payment_method_options": None, "payment_method_types": None},
        "period_end": end,
        "period_start": start,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": balance,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": subtotal,
        "total_pretax_credit_amounts": [],
        "total_taxes": list(by_rate.values()),
        "webhooks_delivered_at": None,
    }


def settled(total: int, balance: int) -> tuple[int, int]:
    """What is to be paid of an invoice, and the customer's balance afterwards; a balance below zero is its credit.

    What is too small to be charged waits on the balance.
    """
    owed = total + balance
    return (owed, 0) if owed >= MINIMUM_OTHERWISE else (0, owed)


def draft(
    world: World,
    customer: Record,
    lines: list[dict[str, Any]],
    *,
    reason: str,
    currency: str,
    start: int,
    end: int,
    subscription: Record | None = None,
) -> Record:
    """Store a new draft and announce it; the subscription, if there is one, names it its latest."""
    id = new_id("in")
    body = body_of(
        world,
        customer,
        lines,
        id=id,
        reason=reason,
        currency=currency,
        start=start,
        end=end,
        subscription=subscription,
    )
    for one in lines:
        one["invoice"] = id
    hidden = {"subscription": subscription.id if subscription else None, "secret": token(40)}
    invoice = world.store.add(Record(id, "invoice", customer.account, world.now, body, hidden))
    if subscription:
        subscription.body["latest_invoice"] = id
        world.store.save(subscription)
    world.emit(customer.account, "invoice.created", invoice.body)
    return invoice


def finalize_later(world: World, invoice: Record) -> None:
    invoice.body["automatically_finalizes_at"] = world.now + DRAFT_SECONDS
    world.store.save(invoice)
    world.schedule("invoice_finalizes", invoice.id, world.now + DRAFT_SECONDS)


@job("invoice_finalizes")
def finalize_when_due(world: World, id: str) -> None:
    invoice = world.store.find(id)
    if invoice is None or invoice.body["status"] != "draft" or not invoice.body["auto_advance"]:
        return
    finalize(world, invoice)
    attempt(world, invoice)


def finalize(world: World, invoice: Record) -> None:
    """Make a draft final: numbered, the customer's credit used. One with nothing due is paid at once."""
    if invoice.body["status"] != "draft":
        raise refused(
            f"This invoice is already finalized, you can't re-finalize a non-draft invoice: {invoice.id}",
            code="invoice_not_editable",
        )
    customer = customer_of(world, invoice)
    balance = customer.body["balance"]
    due, after = settled(invoice.body["total"], balance)
    if after != balance:
        customer.body["balance"] = after
        world.store.save(customer)
    number = world.store.get_meta("invoice_number", 0) + 1
    world.store.set_meta("invoice_number", number)
    url = f"{world.settings.public_url}/i/{invoice.hidden['secret']}"
    invoice.hidden["open"] = invoice.hidden["secret"]
    invoice.body |= {
        "status": "open",
        "number": f"SOUK-{number:04}",
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": balance,
        "ending_balance": after,
        "automatically_finalizes_at": None,
        "effective_at": world.now,
        "hosted_invoice_url": url,
        "invoice_pdf": f"{url}/pdf",
    }
    invoice.body["status_transitions"]["finalized_at"] = world.now
    world.store.save(invoice)
    if due:
        intent = payments.create_intent(
            world,
            invoice.account,
            amount=due,
            currency=invoice.body["currency"],
            customer=invoice.body["customer"],
            customer_account=invoice.body["customer_account"],
            description=f"Invoice {invoice.body['number']}",
        )
        _add_payment(world, invoice, intent, due)
    world.emit(invoice.account, "invoice.finalized", invoice.body)
    if not due:
        settle(world, invoice)


def adopt_payment(world: World, invoice: Record, intent: Record) -> None:
    """Finalize a draft that was paid before it was written: by the card entered on the checkout page."""
    customer = customer_of(world, invoice)
    due, _ = settled(invoice.body["total"], customer.body["balance"])
    if due != intent.body["amount_received"]:
        raise ApiError(500, f"{invoice.id} is about {due}, not {intent.body['amount_received']}.", type="api_error")
    finalize(world, invoice)
    payment = payment_of(world, invoice)
    assert payment
    given_up = world.store.find(payment.hidden["intent"])
    assert given_up
    payments.cancel(world, given_up, None)
    payment.hidden["intent"] = intent.id
    payment.body["payment"]["payment_intent"] = intent.id
    world.store.save(payment)
    invoice.body |= {"attempted": True, "attempt_count": 1}
    settle(world, invoice)


def attempt(world: World, invoice: Record, method: Record | None = None, *, on_session: bool = False) -> None:
    """Try to collect an open invoice with a card (the one on file). A refusal is noted and tried again in some days.

    Raises nothing: who wants to know looks at the invoice's status.
    """
    if invoice.body["status"] != "open":
        return
    invoice.body |= {"attempted": True, "attempt_count": invoice.body["attempt_count"] + 1}
    world.store.save(invoice)
    payment = payment_of(world, invoice)
    assert payment
    intent = world.store.find(payment.hidden["intent"])
    assert intent
    method = method or card_on_file(world, invoice)
    if method is None:
        fail(world, invoice)
        return
    try:
        payments.confirm(
            world, intent, method, off_session=not on_session, return_url=invoice.body["hosted_invoice_url"]
        )
    except ApiError as error:
        if not error.keep:
            raise
        fail(world, invoice, needs_action=error.code == "authentication_required")
        return
    if intent.body["status"] == "requires_action":
        fail(world, invoice, needs_action=True)
        return
    settle(world, invoice)


def fail(world: World, invoice: Record, *, needs_action: bool = False) -> None:
    """Note that an attempt failed; the subscription hears of it, and is given up after the last retry."""
    waits = settings_of(world)["retry_days"]
    made = invoice.body["attempt_count"]
    again = made <= len(waits) and invoice.body["billing_reason"] != "subscription_create"
    invoice.body["next_payment_attempt"] = world.now + waits[made - 1] * DAY if again else None
    world.store.save(invoice)
    if needs_action:
        world.emit(invoice.account, "invoice.payment_action_required", invoice.body)
    world.emit(invoice.account, "invoice.payment_failed", invoice.body)
    if again:
        world.schedule("invoice_retries", invoice.id, invoice.body["next_payment_attempt"])
    AFTER["failed" if again or invoice.body["billing_reason"] == "subscription_create" else "given_up"](world, invoice)


@job("invoice_retries")
def retry_when_due(world: World, id: str) -> None:
    invoice = world.store.find(id)
    if invoice and invoice.body["status"] == "open" and invoice.body["next_payment_attempt"] == world.now:
        attempt(world, invoice)


def settle(world: World, invoice: Record, *, out_of_band: bool = False) -> None:
    """The invoice is paid (or nothing is due): announced, and its subscription put right."""
    body = invoice.body
    body |= {
        "status": "paid",
        "amount_paid": body["amount_due"],
        "amount_remaining": 0,
        "next_payment_attempt": None,
        "attempted": True,
        "auto_advance": False,
    }
    body["status_transitions"]["paid_at"] = world.now
    world.store.save(invoice)
    payment = payment_of(world, invoice)
    if payment and not out_of_band:
        payment.body |= {"status": "paid", "amount_paid": body["amount_due"]}
        payment.body["status_transitions"]["paid_at"] = world.now
        world.store.save(payment)
        world.emit(invoice.account, "invoice_payment.paid", payment.body)
    world.emit(invoice.account, "invoice.paid", body)
    world.emit(invoice.account, "invoice.payment_succeeded", body)
    AFTER["paid"](world, invoice)


def void(world: World, invoice: Record) -> None:
    """Take an open invoice back: nothing is owed for it. A credit that it used is given back."""
    _need(invoice, "open", "uncollectible")
    customer = customer_of(world, invoice)
    used = invoice.body["starting_balance"] - invoice.body["ending_balance"]
    if used:
        customer.body["balance"] += used
        world.store.save(customer)
    _close(world, invoice, "void", "voided_at")
    world.emit(invoice.account, "invoice.voided", invoice.body)


def mark_uncollectible(world: World, invoice: Record) -> None:
    """Give an open invoice up as bad debt. It can still be paid."""
    _need(invoice, "open")
    _close(world, invoice, "uncollectible", "marked_uncollectible_at")
    world.emit(invoice.account, "invoice.marked_uncollectible", invoice.body)


def _close(world: World, invoice: Record, status: str, when: str) -> None:
    invoice.body |= {"status": status, "next_payment_attempt": None, "auto_advance": False}
    invoice.body["status_transitions"][when] = world.now
    payment = payment_of(world, invoice)
    intent = world.store.find(payment.hidden["intent"]) if payment else None
    if status == "void" and payment and intent and intent.body["status"] not in ("succeeded", "canceled"):
        payments.cancel(world, intent, "void_invoice")
        payment.body["status"] = "canceled"
        payment.body["status_transitions"]["canceled_at"] = world.now
        world.store.save(payment)
    world.store.save(invoice)


def _need(invoice: Record, *statuses: str) -> None:
    if invoice.body["status"] not in statuses:
        raise refused(
            f"You can only do this with an invoice that is {' or '.join(statuses)}; this one is {invoice.body['status']}.",
            code="invoice_not_editable",
        )


def check_payable(invoice: Record) -> None:
    if invoice.body["status"] == "paid":
        raise refused("Invoice is already paid", code="invoice_already_paid")
    _need(invoice, "open", "uncollectible")


def customer_of(world: World, record: Record) -> Record:
    customer = world.store.find(record.body["customer"])
    assert customer
    return customer


def card_on_file(world: World, record: Record) -> Record | None:
    """The card of an invoice's or a subscription's payer: the subscription's own before the customer's."""
    subscription = world.store.find(record.hidden.get("subscription") or "") if record.kind == "invoice" else record
    own = subscription.body["default_payment_method"] if subscription else None
    kept = customer_of(world, record).body["invoice_settings"]["default_payment_method"]
    return world.store.find(own or kept or "")


def payment_of(world: World, invoice: Record) -> Record | None:
    found = world.store.where("invoice_payment", "invoice", invoice.id)
    return found[-1] if found else None


def payments_of(world: World, invoice_id: str) -> dict[str, Any]:
    """The list that an invoice shows of its payments when it is asked to."""
    found = [payment.body for payment in reversed(world.store.where("invoice_payment", "invoice", invoice_id))]
    return envelope(found, False, f"/v1/invoice_payments?invoice={invoice_id}")


def _add_payment(world: World, invoice: Record, intent: Record, amount: int) -> Record:
    return world.create(
        "invoice_payment",
        "inpay",
        invoice.account,
        {
            "amount_paid": None,
            "amount_requested": amount,
            "currency": invoice.body["currency"],
            "invoice": invoice.id,
            "is_default": True,
            "livemode": False,
            "payment": {"type": "payment_intent", "payment_intent": intent.id},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        },
        {"intent": intent.id},
    )
