"""The billing portal (card, plan, end of the subscription, invoices) and the page of an invoice."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.responses import RedirectResponse, Response

from ..api.registry import Call, change, endpoint
from ..errors import ApiError, invalid, missing, unsupported
from ..ids import token
from ..listing import page as listed
from ..money.charges import add_payment_method
from ..money.currencies import show
from ..objects import get
from ..pages.checkout import card_fields, read_card
from ..pages.layout import document, notice
from ..store import Record
from ..world import World
from . import changes, invoices, parts
from .api import pay_now
from .catalog import only
from .payers import attach, payer_of, set_default

CONFIGURATION, SESSION = "billing_portal.configuration", "billing_portal.session"
HOUR = 3600
FLOWS = ("payment_method_update", "subscription_cancel", "subscription_update")


# -- configurations and sessions -----------------------------------------
def features(asked: dict[str, Any]) -> dict[str, Any]:
    """The features of a configuration: what was not asked for is off."""
    products = ((asked.get("subscription_update") or {}).get("products")) or []
    return {
        "customer_update": {"allowed_updates": [], "enabled": False},
        "invoice_history": {"enabled": bool((asked.get("invoice_history") or {}).get("enabled"))},
        "payment_method_update": {
            "enabled": bool((asked.get("payment_method_update") or {}).get("enabled")),
            "payment_method_configuration": None,
        },
        "subscription_cancel": {
            "cancellation_reason": {"enabled": False, "options": ["other"]},
            "enabled": bool((asked.get("subscription_cancel") or {}).get("enabled")),
            "mode": (asked.get("subscription_cancel") or {}).get("mode", "at_period_end"),
            "proration_behavior": (asked.get("subscription_cancel") or {}).get("proration_behavior", "none"),
        },
        "subscription_pause": {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False},
        "subscription_update": {
            "billing_cycle_anchor": "unchanged",
            "default_allowed_updates": (asked.get("subscription_update") or {}).get("default_allowed_updates", []),
            "enabled": bool((asked.get("subscription_update") or {}).get("enabled")),
            "products": [
                {"adjustable_quantity": {"enabled": False, "maximum": None, "minimum": 0}, **product}
                for product in products
            ],
            "proration_behavior": (asked.get("subscription_update") or {}).get("proration_behavior", "none"),
            "schedule_at_period_end": {"conditions": []},
            "trial_update_behavior": "continue_trial",
        },
    }


@endpoint("POST", "/v1/billing_portal/configurations")
def create_configuration(call: Call) -> dict[str, Any]:
    only(call, "portal configurations", "features", "business_profile", "default_return_url", "metadata", "name")
    return add_configuration(call.world, call.account, call.params).body


def add_configuration(world: World, account: str, params: dict[str, Any], *, default: bool = False) -> Record:
    profile = params.get("business_profile") or {}
    return world.create(
        CONFIGURATION,
        "bpc",
        account,
        {
            "active": True,
            "application": None,
            "business_profile": {
                name: profile.get(name) for name in ("headline", "privacy_policy_url", "terms_of_service_url")
            },
            "default_return_url": params.get("default_return_url"),
            "features": features(params.get("features") or {}),
            "is_default": default,
            "livemode": False,
            "login_page": {"enabled": False, "url": None},
            "metadata": params.get("metadata") or {},
            "name": params.get("name"),
            "updated": world.now,
        },
    )


@endpoint("GET", "/v1/billing_portal/configurations")
def list_configurations(call: Call) -> dict[str, Any]:
    only(call, "the list of portal configurations", "limit", "starting_after", "ending_before", "created")
    return listed(call.world, call.account, CONFIGURATION, call.params, call.path)


@endpoint("GET", "/v1/billing_portal/configurations/{configuration}")
def retrieve_configuration(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, CONFIGURATION, call.id).body


@endpoint("POST", "/v1/billing_portal/configurations/{configuration}")
def update_configuration(call: Call) -> dict[str, Any]:
    only(call, "portal configurations", "features", "default_return_url", "metadata", "active", "name")
    found = get(call.world, call.account, CONFIGURATION, call.id)
    if "features" in call.params:
        found.body["features"] = features(call.params["features"])
    change(found, call.params, "default_return_url", "active", "name")
    found.body["updated"] = call.world.now
    return call.world.store.save(found).body


@endpoint("POST", "/v1/billing_portal/sessions")
def create_session(call: Call) -> dict[str, Any]:
    only(call, "portal sessions", "customer", "customer_account", "configuration", "return_url", "flow_data", "locale")
    world, params = call.world, call.params
    customer = payer_of(world, call.account, params)
    flow = (params.get("flow_data") or {}).get("type")
    if flow and flow not in FLOWS:
        raise unsupported(f"flow_data[type]={flow}")
    if params.get("configuration"):
        configuration = get(
            world, call.account, CONFIGURATION, params["configuration"], param="configuration", status=400
        )
    else:
        default = [c for c in world.store.all(CONFIGURATION) if c.body["is_default"]]
        if not default:
            raise invalid(
                "No configuration provided and your test mode default configuration has not been created.",
                param="configuration",
            )
        configuration = default[0]
    secret = token(40)
    session = world.create(
        SESSION,
        "bps",
        call.account,
        {
            "configuration": configuration.id,
            "customer": customer.id,
            "customer_account": customer.body["customer_account"],
            "flow": None,
            "livemode": False,
            "locale": params.get("locale"),
            "on_behalf_of": None,
            "return_url": params.get("return_url") or configuration.body["default_return_url"],
            "url": f"{world.settings.public_url}/p/{secret}",
        },
        {"flow": flow},
        id=f"bps_{secret}",
    )
    return session.body


# -- the portal's page ---------------------------------------------------
def view(world: World, secret: str, method: str, form: dict[str, str]) -> Response:
    """GET shows the customer's subscriptions, card and invoices; POST does ``action``, then leads here again."""
    with world.transaction():
        session = world.store.find(f"bps_{secret}")
        if session is None or session.kind != SESSION or session.created + HOUR < world.now:
            return notice("This page has expired", "Go back and open it again.", status=410)
        configuration = world.store.find(session.body["configuration"])
        assert configuration
        if method != "POST":
            return portal_page(world, session, configuration, {}, {}, "")
        values, errors = read_card(world, form) if form.get("action") == "card" else ({}, {})
        if errors:
            return portal_page(world, session, configuration, form, errors, "", status=422)
        try:
            act(world, session, configuration.body["features"], form, values)
        except ApiError as error:
            if error.status not in (400, 402):
                raise
            return portal_page(world, session, configuration, {}, {}, error.message, status=error.status)
    return RedirectResponse(f"/p/{secret}", 303)


def act(world: World, session: Record, allowed: dict[str, Any], form: dict[str, str], values: dict[str, Any]) -> None:
    """One act of the customer. Raises ApiError for what the configuration does not allow, 402 for a refused card."""
    action = form.get("action", "")
    needed = {"card": "payment_method_update", "switch": "subscription_update"}.get(action, "subscription_cancel")
    if not allowed[needed]["enabled"]:
        raise invalid("This cannot be done here.")
    customer = invoices.customer_of(world, session)
    if action == "card":
        new_card(world, customer, values)
        return
    subscription = world.store.find(form.get("subscription", ""))
    if subscription is None or subscription.body.get("customer") != customer.id:
        raise missing("subscription", form.get("subscription", ""), status=400)
    if action == "switch":
        item = subscription.body["items"]["data"][0]
        if form.get("price") not in choices(allowed):
            raise invalid("This plan cannot be chosen here.")
        behavior = allowed["subscription_update"]["proration_behavior"]
        world.store.sql("SAVEPOINT switch")
        try:
            changes.change_items(
                world,
                subscription,
                [{"id": item["id"], "price": form["price"]}],
                behavior=behavior,
                payment_behavior="error_if_incomplete",
            )
        except ApiError:
            world.store.sql("ROLLBACK TO switch")
            raise
        changes.update(world, subscription, {})
    elif action in ("cancel", "renew"):
        changes.set_cancel_at_period_end(world, subscription, action == "cancel")


def choices(allowed: dict[str, Any]) -> list[str]:
    return [price for product in allowed["subscription_update"]["products"] for price in product["prices"]]


def new_card(world: World, customer: Record, values: dict[str, Any]) -> None:
    """Keep another card: for the customer and for all that it subscribed to. Open invoices are tried with it at once."""
    card = values["card"]
    if card.decline:
        raise ApiError(402, card.decline.message, code=card.decline.code, type="card_error")
    method = add_payment_method(
        world, customer.account, card, exp_month=values["month"], exp_year=values["year"], email=customer.body["email"]
    )
    attach(world, customer, method)
    set_default(world, customer, method)
    for subscription in world.store.where("subscription", "customer", customer.id):
        if subscription.body["status"] not in parts.ENDED:
            changes.update(world, subscription, {"default_payment_method": method.id})
    for invoice in world.store.where("invoice", "customer", customer.id):
        if invoice.body["status"] == "open" and invoice.body["amount_remaining"]:
            invoices.attempt(world, invoice, method)


def portal_page(
    world: World,
    session: Record,
    configuration: Record,
    form: dict[str, str],
    errors: dict[str, str],
    alert: str,
    *,
    status: int = 200,
) -> Response:
    customer = invoices.customer_of(world, session)
    allowed = configuration.body["features"]
    here = f"/p/{session.id.removeprefix('bps_')}"
    warning = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    mine = [
        s for s in world.store.where("subscription", "customer", customer.id) if s.body["status"] not in parts.ENDED
    ]
    plans = "".join(_subscription_part(world, s, allowed, here) for s in mine) or "<p>You have no subscription.</p>"
    card = invoices.card_on_file(world, mine[-1]) if mine else None
    kept = f"{card.body['card']['brand'].title()} …{card.body['card']['last4']}" if card else "No card is on file."
    card_form = (
        f"<details{' open' if errors or session.hidden['flow'] == 'payment_method_update' else ''}>"
        f'<summary>Use another card</summary><form method="post" action="{here}" novalidate>'
        f"{card_fields(form, errors)}"
        '<button name="action" value="card">Keep this card</button></form></details>'
        if allowed["payment_method_update"]["enabled"]
        else ""
    )
    rows = "".join(
        f'<tr><td><a href="{escape(i.body["hosted_invoice_url"])}">{escape(i.body["number"])}</a></td>'
        f"<td>{day(i.created)}</td><td>{escape(i.body['status'])}</td>"
        f'<td class="amount">{escape(show(i.body["total"], i.body["currency"]))}</td></tr>'
        for i in reversed(world.store.where("invoice", "customer", customer.id))
        if i.body["number"]
    )
    history = (
        '<h2>Invoices</h2><table><thead><tr><th scope="col">Number</th><th scope="col">Date</th>'
        f'<th scope="col">Status</th><th scope="col" class="amount">Total</th></tr></thead><tbody>{rows}</tbody></table>'
        if allowed["invoice_history"]["enabled"] and rows
        else ""
    )
    back = session.body["return_url"]
    link = f'<p><a href="{escape(back)}">Back to Souk</a></p>' if back else ""
    return document(
        "Your billing",
        f"""<div class="columns"><section aria-labelledby="plan"><h1 id="plan">Your billing</h1>{warning}{plans}{link}
</section><section class="card" aria-labelledby="card"><h2 id="card-title">Card</h2><p>{escape(kept)}</p>{card_form}{history}
</section></div>""".replace('aria-labelledby="card"', 'aria-labelledby="card-title"'),
        status=status,
    )


def _subscription_part(world: World, subscription: Record, allowed: dict[str, Any], here: str) -> str:
    body = subscription.body
    item = body["items"]["data"][0]
    until = day(item["current_period_end"])
    ends = body["cancel_at_period_end"]
    words = f"Ends on {until}." if ends else f"Renews on {until}."
    hidden = f'<input type="hidden" name="subscription" value="{escape(subscription.id)}">'
    shown = [
        f"<h2>{escape(parts.name_of(world, item['price']))}</h2>",
        f"<p>{escape(show(item['price']['unit_amount'], item['price']['currency']))} before tax. "
        f"{escape(body['status'].replace('_', ' ').capitalize())}. {words}</p>",
    ]
    if allowed["subscription_update"]["enabled"]:
        for id in choices(allowed):
            price = world.store.find(id)
            if price and id != item["price"]["id"]:
                amount = show(price.body["unit_amount"], price.body["currency"])
                label = f"Switch to {parts.name_of(world, price.body)}, {amount}"
                shown.append(
                    f'<form method="post" action="{here}">{hidden}<input type="hidden" name="price" value="{escape(id)}">'
                    f'<button class="plain" name="action" value="switch">{escape(label)}</button></form>'
                )
    if allowed["subscription_cancel"]["enabled"]:
        action, label = ("renew", "Keep my subscription") if ends else ("cancel", "Cancel at the end of the period")
        shown.append(
            f'<form method="post" action="{here}">{hidden}'
            f'<button class="{"plain" if ends else "danger"}" name="action" value="{action}">{label}</button></form>'
        )
    return "".join(shown)


# -- the page of an invoice ----------------------------------------------
def invoice(world: World, secret: str, method: str, form: dict[str, str]) -> Response:
    """The invoice as its address shows it; POST (card, expiry, cvc) pays it."""
    with world.transaction():
        found = _invoice_of(world, secret)
        if found is None:
            return notice("Not found", "There is no such invoice.", status=404)
        if method != "POST":
            return invoice_page(found, secret, {}, {}, "")
        values, errors = read_card(world, form)
        if errors:
            return invoice_page(found, secret, form, errors, "", status=422)
        customer = invoices.customer_of(world, found)
        card = add_payment_method(
            world, found.account, values["card"], exp_month=values["month"], exp_year=values["year"]
        )
        try:
            invoices.check_payable(found)
            pay_now(world, found, attach(world, customer, card))
        except ApiError as error:
            return invoice_page(found, secret, {**form, "cvc": ""}, {}, error.message, status=error.status)
    return RedirectResponse(f"/i/{secret}", 303)


def paper(world: World, secret: str) -> Response:
    """What stands for the PDF: the same invoice, without the form."""
    with world.transaction():
        found = _invoice_of(world, secret)
    return document("Invoice", sheet(found)) if found else notice("Not found", "There is no such invoice.", status=404)


def _invoice_of(world: World, secret: str) -> Record | None:
    found = world.store.where("invoice", "open", secret)
    return found[0] if found else None


def sheet(found: Record) -> str:
    body = found.body
    currency = body["currency"]
    lines = "".join(
        f"<li><span>{escape(line['description'] or '')}</span><span>{escape(show(line['amount'], currency))}</span></li>"
        for line in body["lines"]["data"]
    )
    tax = body["total"] - body["subtotal"]
    total = escape(show(body["total"], currency))
    vat = f"<li><span>VAT</span><span>{escape(show(tax, currency))}</span></li>" if tax else ""
    return f"""<section class="card narrow"><h1>Invoice {escape(body["number"])}</h1>
<p>{escape(body["customer_name"] or "")} · {day(found.created)} · {escape(body["status"])}</p>
<ul class="lines">{lines}{vat}<li><span>Total</span><span>{total}</span></li></ul></section>"""


def invoice_page(
    found: Record, secret: str, form: dict[str, str], errors: dict[str, str], alert: str, *, status: int = 200
) -> Response:
    warning = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    due = show(found.body["amount_remaining"], found.body["currency"])
    pay = (
        f'<section class="card narrow"><h2>Pay {escape(due)}</h2>{warning}<form method="post" action="/i/{escape(secret)}"'
        f' novalidate>{card_fields(form, errors)}<button type="submit">Pay {escape(due)}</button></form></section>'
        if found.body["status"] in ("open", "uncollectible")
        else ""
    )
    return document(f"Invoice {found.body['number']}", sheet(found) + pay, status=status)


def day(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%-d %B %Y")
