"""The endpoints of subscriptions and invoices."""

from __future__ import annotations

from typing import Any

from ..api.registry import Call, change, endpoint, merge_metadata
from ..errors import ApiError, invalid, refused, unsupported
from ..ids import new_id
from ..listing import envelope, page
from ..money.currencies import SUPPORTED
from ..objects import get
from ..store import Record
from . import changes, invoices, parts, subscriptions
from .catalog import only, price_of, tax_rates_of
from .parts import fresh
from .payers import card_from, payer_of

SECONDS_A_DAY = 86400
PLAIN = ("metadata", "default_tax_rates", "default_payment_method", "trial_settings", "payment_settings", "description")
SILENT = ("off_session", "collection_method", "automatic_tax", "billing_mode")


def _allowed(call: Call, what: str, *names: str) -> None:
    only(call, what, *names, *PLAIN, *SILENT)
    if (call.params.get("automatic_tax") or {}).get("enabled"):
        raise unsupported("automatic_tax[enabled]=true")
    if call.params.get("collection_method", "charge_automatically") != "charge_automatically":
        raise unsupported("collection_method=send_invoice")
    if call.params.get("payment_behavior") == "pending_if_incomplete":
        raise unsupported("payment_behavior=pending_if_incomplete")


@endpoint("POST", "/v1/subscriptions")
def create(call: Call) -> dict[str, Any]:
    _allowed(
        call,
        "subscriptions",
        *("customer", "customer_account", "items", "trial_period_days", "trial_end", "payment_behavior"),
        *("cancel_at_period_end", "proration_behavior"),
    )
    params, world = call.params, call.world
    customer = payer_of(world, call.account, params)
    items = [
        (price_of(world, call.account, item.get("price", ""), f"items[{index}][price]"), item.get("quantity", 1))
        for index, item in enumerate(call.need("items"))
    ]
    days = params.get("trial_period_days")
    asked = params.get("default_payment_method")
    made = subscriptions.begin(
        world,
        customer,
        items,
        trial_end=world.now + days * SECONDS_A_DAY if days else trial_end(call),
        method=card_from(world, customer, asked) if asked else None,
        metadata=params.get("metadata") or {},
        tax_rates=params.get("default_tax_rates") or [],
        missing_payment_method=((params.get("trial_settings") or {}).get("end_behavior") or {}).get(
            "missing_payment_method", "create_invoice"
        ),
        payment_behavior=params.get("payment_behavior", "allow_incomplete"),
    )
    if params.get("cancel_at_period_end"):
        _set_cancel(call, made, True)
    return made.body


def trial_end(call: Call) -> int | None:
    value = call.params.get("trial_end")
    return call.world.now if value == "now" else int(value) if value else None


@endpoint("GET", "/v1/subscriptions")
def list_subscriptions(call: Call) -> dict[str, Any]:
    only(
        call,
        "the list of subscriptions",
        *("limit", "starting_after", "ending_before", "created", "customer", "customer_account", "status"),
    )
    status = call.params.pop("status", None)
    found = page(call.world, call.account, "subscription", call.params, call.path, by=("customer", "customer_account"))
    if status != "all":  # Stripe leaves out what is canceled unless it is asked for
        ended = parts.ENDED
        found["data"] = [s for s in found["data"] if (s["status"] == status if status else s["status"] not in ended)]
    return found


@endpoint("GET", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "subscription", call.id).body


@endpoint("POST", "/v1/subscriptions/{subscription_exposed_id}")
def update(call: Call) -> dict[str, Any]:
    _allowed(
        call,
        "subscriptions",
        *("items", "proration_behavior", "proration_date", "payment_behavior", "cancel_at_period_end"),
        *("cancellation_details", "trial_end", "pause_collection"),
    )
    params, world = call.params, call.world
    subscription = get(world, call.account, "subscription", call.id)
    if subscription.body["status"] in parts.ENDED and set(params) - {"metadata", "cancellation_details"}:
        raise refused("A canceled subscription can only update its cancellation_details and metadata.")
    if params.get("items"):
        changes.change_items(
            world,
            subscription,
            params["items"],
            behavior=params.get("proration_behavior", "create_prorations"),
            at=params.get("proration_date"),
            payment_behavior=params.get("payment_behavior", "allow_incomplete"),
        )
    change: dict[str, Any] = {}
    if "metadata" in params:
        change["metadata"] = merge_metadata(subscription.body["metadata"], params["metadata"])
    if "default_tax_rates" in params:
        change["default_tax_rates"] = tax_rates_of(world, call.account, params["default_tax_rates"] or [])
    if params.get("default_payment_method"):
        customer = invoices.customer_of(world, subscription)
        change["default_payment_method"] = card_from(world, customer, params["default_payment_method"]).id
    for name in ("trial_settings", "description", "pause_collection"):
        if name in params:
            change[name] = params[name] or None
    if "cancellation_details" in params:
        change["cancellation_details"] = {
            **subscription.body["cancellation_details"],
            **params["cancellation_details"],
        }
    changes.update(world, subscription, change)
    if "cancel_at_period_end" in params:
        _set_cancel(call, subscription, params["cancel_at_period_end"])
    if "trial_end" in params:
        changes.move_trial_end(world, subscription, trial_end(call) or world.now)
    return fresh(world, subscription).body


def _set_cancel(call: Call, subscription: Record, cancels: bool) -> None:
    changes.set_cancel_at_period_end(call.world, subscription, cancels)


@endpoint("DELETE", "/v1/subscriptions/{subscription_exposed_id}")
def cancel(call: Call) -> dict[str, Any]:
    only(call, "ending subscriptions", "invoice_now", "prorate", "cancellation_details")
    subscription = get(call.world, call.account, "subscription", call.id)
    subscription.body["cancellation_details"] |= call.params.get("cancellation_details") or {}
    subscriptions.end(
        call.world,
        subscription,
        reason="cancellation_requested",
        invoice_now=bool(call.params.get("invoice_now")),
        prorate=bool(call.params.get("prorate")),
    )
    return fresh(call.world, subscription).body


@endpoint("POST", "/v1/subscriptions/{subscription}/resume")
def resume(call: Call) -> dict[str, Any]:
    only(call, "resuming subscriptions", "billing_cycle_anchor", "proration_behavior")
    subscription = get(call.world, call.account, "subscription", call.id)
    subscriptions.resume(call.world, subscription)
    return fresh(call.world, subscription).body


@endpoint("POST", "/v1/subscriptions/{subscription}/pause")
def pause(call: Call) -> dict[str, Any]:
    only(call, "pausing subscriptions", "type")
    subscription = get(call.world, call.account, "subscription", call.id)
    if subscription.body["status"] not in ("active", "trialing", "past_due"):
        raise refused("This subscription cannot be paused.", code="resource_invalid_state")
    subscriptions.pause(call.world, subscription, "pause_requested")
    return subscription.body


@endpoint("GET", "/v1/subscription_items")
def list_items(call: Call) -> dict[str, Any]:
    only(call, "the list of subscription items", "subscription", "limit")
    subscription = get(
        call.world, call.account, "subscription", call.need("subscription"), param="subscription", status=400
    )
    return envelope(subscription.body["items"]["data"], False, call.path)


@endpoint("POST", "/v1/subscription_items/{item}")
def update_item(call: Call) -> dict[str, Any]:
    only(
        call,
        "subscription items",
        *("price", "quantity", "proration_behavior", "proration_date", "payment_behavior"),
    )
    for subscription in call.world.store.all("subscription"):
        if call.id in [item["id"] for item in subscription.body["items"]["data"]]:
            break
    else:
        raise ApiError(404, f"No such subscription_item: '{call.id}'", code="resource_missing", param="item")
    asked: dict[str, Any] = {name: call.params[name] for name in ("price", "quantity") if name in call.params}
    changes.change_items(
        call.world,
        subscription,
        [{"id": call.id, **asked}],
        behavior=call.params.get("proration_behavior", "create_prorations"),
        at=call.params.get("proration_date"),
        payment_behavior=call.params.get("payment_behavior", "allow_incomplete"),
    )
    changes.update(call.world, subscription, {})
    return next(item for item in subscription.body["items"]["data"] if item["id"] == call.id)


# -- invoices ------------------------------------------------------------
@endpoint("GET", "/v1/invoices")
def list_invoices(call: Call) -> dict[str, Any]:
    names = ("limit", "starting_after", "ending_before", "created")
    by = ("customer", "customer_account", "status", "subscription")
    only(call, "the list of invoices", *names, *by)
    return page(call.world, call.account, "invoice", call.params, call.path, by=by)


@endpoint("POST", "/v1/invoices")
def create_invoice(call: Call) -> dict[str, Any]:
    """A one-off invoice of what waits to be billed to a customer."""
    only(call, "invoices", "customer", "customer_account", "auto_advance", "metadata", "pending_invoice_items_behavior")
    world, now = call.world, call.world.now
    customer = payer_of(world, call.account, call.params)
    waiting = [i for i in world.store.where("invoiceitem", "customer", customer.id) if i.body["invoice"] is None]
    taken = waiting if call.params.get("pending_invoice_items_behavior") == "include" else []
    invoice = invoices.draft(
        world,
        customer,
        [item.hidden["line"] for item in taken],
        reason="manual",
        currency=taken[0].body["currency"] if taken else world.settings.currency,
        start=now,
        end=now,
    )
    for item in taken:
        item.body["invoice"] = invoice.id
        world.store.save(item)
    invoice.body["metadata"] = call.params.get("metadata") or {}
    invoice.body["auto_advance"] = bool(call.params.get("auto_advance"))
    world.store.save(invoice)
    if invoice.body["auto_advance"]:
        invoices.finalize_later(world, invoice)
    return invoice.body


@endpoint("GET", "/v1/invoices/{invoice}")
def retrieve_invoice(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "invoice", call.id).body


@endpoint("POST", "/v1/invoices/{invoice}")
def update_invoice(call: Call) -> dict[str, Any]:
    only(call, "invoices", "metadata", "description", "auto_advance")
    invoice = get(call.world, call.account, "invoice", call.id)
    change(invoice, call.params, "description", "auto_advance")
    call.world.store.save(invoice)
    call.world.emit(call.account, "invoice.updated", invoice.body)
    return invoice.body


@endpoint("GET", "/v1/invoices/{invoice}/lines")
def list_lines(call: Call) -> dict[str, Any]:
    lines = get(call.world, call.account, "invoice", call.id).body["lines"]["data"]
    limit = call.params.get("limit", 10)
    ids = [line["id"] for line in lines]
    start = ids.index(call.params["starting_after"]) + 1 if call.params.get("starting_after") in ids else 0
    return envelope(lines[start : start + limit], len(lines) > start + limit, call.path)


@endpoint("POST", "/v1/invoices/{invoice}/finalize")
def finalize_invoice(call: Call) -> dict[str, Any]:
    only(call, "finalizing invoices", "auto_advance")
    invoice = get(call.world, call.account, "invoice", call.id)
    invoices.finalize(call.world, invoice)
    return invoice.body


@endpoint("POST", "/v1/invoices/{invoice}/pay")
def pay_invoice(call: Call) -> dict[str, Any]:
    only(call, "paying invoices", "payment_method", "off_session", "paid_out_of_band")
    world = call.world
    invoice = get(world, call.account, "invoice", call.id)
    if invoice.body["status"] == "draft":
        invoices.finalize(world, invoice)
    invoices.check_payable(invoice)
    if call.params.get("paid_out_of_band"):
        invoices.settle(world, invoice, out_of_band=True)
        return invoice.body
    asked = call.params.get("payment_method")
    method = card_from(world, invoices.customer_of(world, invoice), asked, "payment_method") if asked else None
    pay_now(call.world, invoice, method)
    return invoice.body


def pay_now(world: Any, invoice: Record, method: Record | None) -> None:
    """Pay an open invoice with the payer present. Raises ApiError 402 when the card is refused; the attempt is kept."""
    if invoice.body["status"] == "uncollectible":
        invoice.body["status"] = "open"
    invoices.attempt(world, invoice, method, on_session=True)
    if invoice.body["status"] == "open":
        error = parts.not_paid(world, invoice)
        error.keep = True
        raise error


@endpoint("POST", "/v1/invoices/{invoice}/void")
def void_invoice(call: Call) -> dict[str, Any]:
    invoice = get(call.world, call.account, "invoice", call.id)
    invoices.void(call.world, invoice)
    return invoice.body


@endpoint("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def give_up_invoice(call: Call) -> dict[str, Any]:
    invoice = get(call.world, call.account, "invoice", call.id)
    invoices.mark_uncollectible(call.world, invoice)
    return invoice.body


@endpoint("POST", "/v1/invoices/create_preview")
def preview(call: Call) -> dict[str, Any]:
    """The invoice that a change would make now (always_invoice), or else the next one of the subscription."""
    only(call, "previews", "customer", "customer_account", "subscription", "subscription_details")
    world, asked = call.world, call.params.get("subscription_details") or {}
    for name in asked:
        if name not in ("items", "proration_behavior", "proration_date", "default_tax_rates", "trial_end"):
            raise unsupported(f"subscription_details[{name}] of previews")
    subscription = get(world, call.account, "subscription", call.need("subscription"), param="subscription", status=400)
    behavior = asked.get("proration_behavior", "create_prorations")
    at = asked.get("proration_date") or world.now
    plan = changes.planned(world, subscription, asked.get("items") or [], behavior, at)
    lines = plan["lines"]
    _, stop = parts.period(subscription)
    start = at
    if behavior != "always_invoice" and not plan["restarts"]:
        subscription.body["items"]["data"] = plan["items"]
        lines = lines + parts.period_lines(world, subscription)
        start = stop
    return invoices.body_of(
        world,
        invoices.customer_of(world, subscription),
        lines,
        id=new_id("upcoming_in"),
        reason="upcoming",
        currency=subscription.body["currency"],
        start=start,
        end=stop,
        subscription=subscription,
    )


@endpoint("GET", "/v1/invoice_payments")
def list_payments(call: Call) -> dict[str, Any]:
    only(call, "the list of invoice payments", "invoice", "payment", "limit", "starting_after", "ending_before")
    asked = call.params.pop("payment", None) or {}
    if asked:
        call.params["intent"] = asked.get("payment_intent")
    return page(call.world, call.account, "invoice_payment", call.params, call.path, by=("invoice", "intent"))


@endpoint("GET", "/v1/invoice_payments/{invoice_payment}")
def retrieve_payment(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "invoice_payment", call.id).body


@endpoint("POST", "/v1/invoiceitems")
def create_item(call: Call) -> dict[str, Any]:
    only(
        call,
        "invoice items",
        *("customer", "customer_account", "amount", "currency", "description", "subscription", "tax_rates", "metadata"),
    )
    params, world = call.params, call.world
    customer = payer_of(world, call.account, params)
    subscription = (
        get(world, call.account, "subscription", params["subscription"], param="subscription", status=400)
        if params.get("subscription")
        else None
    )
    currency = (params.get("currency") or "").lower()
    if currency not in SUPPORTED:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    one = invoices.line(
        amount=call.need("amount"),
        currency=currency,
        description=params.get("description") or "",
        start=world.now,
        end=world.now,
        rates=tax_rates_of(world, call.account, params.get("tax_rates") or []),
        subscription=subscription.id if subscription else None,
        invoice_item=new_id("ii"),
    )
    one["metadata"] = params.get("metadata") or {}
    return parts.add_item(world, customer, subscription, one).body


@endpoint("GET", "/v1/invoiceitems")
def list_invoice_items(call: Call) -> dict[str, Any]:
    by = ("customer", "customer_account", "invoice")
    only(call, "the list of invoice items", "limit", "starting_after", "ending_before", "created", *by)
    return page(call.world, call.account, "invoiceitem", call.params, call.path, by=by)


@endpoint("POST", "/v1/credit_notes")
def create_credit_note(call: Call) -> dict[str, Any]:
    """Give back a part of an invoice: of an open one less is due; of a paid one the customer has a credit."""
    only(call, "credit notes", "invoice", "amount", "credit_amount", "memo", "metadata", "reason")
    world, params = call.world, call.params
    invoice = get(world, call.account, "invoice", params["invoice"], param="invoice", status=400)
    amount = call.need("amount")
    paid = invoice.body["status"] == "paid"
    done = sum(note.body["total"] for note in world.store.where("credit_note", "invoice", invoice.id))
    most = invoice.body["total"] - done if paid else invoice.body["amount_remaining"]
    if invoice.body["status"] not in ("open", "paid") or not 0 < amount <= most:
        raise refused(f"The credit note must be above zero and at most {most}.", param="amount")
    if paid and params.get("credit_amount", 0) != amount:
        raise unsupported("credit notes of paid invoices with anything but credit_amount = amount")
    tax = _tax_within(invoice.body, amount)
    customer = invoices.customer_of(world, invoice)
    if paid:
        customer.body["balance"] -= amount
        world.store.save(customer)
        invoice.body["post_payment_credit_notes_amount"] += amount
    else:
        invoice.body["pre_payment_credit_notes_amount"] += amount
        invoice.body["amount_due"] -= amount
        invoice.body["amount_remaining"] -= amount
        payment = invoices.payment_of(world, invoice)
        intent = world.store.find(payment.hidden["intent"]) if payment else None
        if payment and intent:
            intent.body["amount"] = payment.body["amount_requested"] = invoice.body["amount_due"]
            world.store.save(intent)
            world.store.save(payment)
    world.store.save(invoice)
    number = done_before = len(world.store.where("credit_note", "invoice", invoice.id)) + 1
    id = new_id("cn")
    rate = (invoice.body["total_taxes"] or [None])[0]
    note = world.create(
        "credit_note",
        "cn",
        call.account,
        {
            "amount": amount,
            "amount_shipping": 0,
            "currency": invoice.body["currency"],
            "customer": customer.id,
            "customer_account": customer.body["customer_account"],
            "customer_balance_transaction": None,
            "discount_amount": 0,
            "discount_amounts": [],
            "effective_at": world.now,
            "invoice": invoice.id,
            "lines": envelope([], False, f"/v1/credit_notes/{id}/lines"),
            "livemode": False,
            "memo": params.get("memo"),
            "metadata": params.get("metadata") or {},
            "number": f"{invoice.body['number']}-CN-{number:02}",
            "out_of_band_amount": None,
            "pdf": f"{invoice.body['hosted_invoice_url']}/credit/{done_before}",
            "post_payment_amount": amount if paid else 0,
            "pre_payment_amount": 0 if paid else amount,
            "pretax_credit_amounts": [],
            "reason": params.get("reason"),
            "refunds": [],
            "shipping_cost": None,
            "status": "issued",
            "subtotal": amount - tax,
            "subtotal_excluding_tax": amount - tax,
            "total": amount,
            "total_excluding_tax": amount - tax,
            "total_taxes": [{**rate, "amount": tax, "taxable_amount": amount - tax}] if rate and tax else [],
            "type": "post_payment" if paid else "pre_payment",
            "voided_at": None,
        },
        id=id,
    )
    world.emit(call.account, "credit_note.created", note.body)
    if not paid and not invoice.body["amount_due"]:
        invoices.settle(world, invoice, out_of_band=True)
    return note.body


def _tax_within(invoice: dict[str, Any], amount: int) -> int:
    """The tax in a part of an invoice's total, in proportion."""
    tax = invoice["total"] - invoice["subtotal"]
    return (2 * amount * tax + invoice["total"]) // (2 * invoice["total"]) if invoice["total"] else 0


@endpoint("GET", "/v1/credit_notes")
def list_credit_notes(call: Call) -> dict[str, Any]:
    by = ("customer", "customer_account", "invoice")
    only(call, "the list of credit notes", "limit", "starting_after", "ending_before", "created", *by)
    return page(call.world, call.account, "credit_note", call.params, call.path, by=by)


@endpoint("GET", "/v1/credit_notes/{id}")
def retrieve_credit_note(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "credit_note", call.id).body
