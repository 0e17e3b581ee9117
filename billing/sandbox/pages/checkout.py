"""The checkout page: what is bought, a card form, plain words when the bank says no, and 3-D Secure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import escape
from typing import Any

from starlette.responses import HTMLResponse, RedirectResponse, Response

from ..cards import BY_NUMBER, CARDS, DEBIT_BY_NUMBER
from ..delivery import Dispatcher
from ..errors import ApiError
from ..money import sessions, setups
from ..money.currencies import show
from ..store import Record
from ..world import World
from .layout import document, notice, text_field

# Stripe holds the redirect until the webhook has been taken, for ten seconds at most.
WAIT_SECONDS = 5
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\Z")
SHOWN_CARDS = [
    ("4242 4242 4242 4242", "is paid"),
    ("4000 0000 0000 9995", "insufficient funds"),
    ("4000 0000 0000 0002", "declined"),
    ("4000 0027 6000 3184", "asks you to confirm with your bank"),
    ("4000 0000 0000 0077", "is paid, money available at once"),
    ("4000 0000 0000 0259", "is paid, then disputed"),
]


def view(world: World, dispatcher: Dispatcher, id: str, method: str, form: dict[str, str]) -> Response:
    """GET shows the page of a session.

    POST (email, card, expiry, cvc, name) pays it and leads on to the success address.
    """
    with world.transaction():
        session = find_session(world, id)
        if session is None or session.body["status"] != "open":
            return closed(session)
        if method != "POST":
            return page(session, {"email": known_email(session)}, {}, last_problem(world, session))
        values, errors = read_form(world, session, form)
        if errors:
            return page(session, form, errors, "", status=422)
        try:
            sessions.pay(
                world,
                session,
                values["card"],
                email=values["email"],
                name=values["name"],
                exp_month=values["month"],
                exp_year=values["year"],
            )
        except ApiError as error:
            if not error.keep:
                raise
            return page(session, {**form, "cvc": ""}, {}, explain(values["card"].decline, error), status=402)
    return lead_on(world, dispatcher, session)


def authenticate(world: World, dispatcher: Dispatcher, id: str, method: str, form: dict[str, str]) -> Response:
    """The bank's page of a session: POST action=complete or action=fail."""
    with world.transaction():
        session = find_session(world, id)
        if session is None or session.body["status"] != "open":
            return closed(session)
        intent = sessions.intent_of(world, session)
        if intent is None or intent.body["status"] != "requires_action":
            return RedirectResponse(f"/c/pay/{id}", 303)
        if method != "POST":
            total = show(intent.body["amount"], intent.body["currency"])
            return bank_page(f"/c/pay/{id}/authenticate", f"pays {total}")
        try:
            sessions.authenticate(world, session, succeeded=form.get("action") == "complete")
        except ApiError as error:
            if not error.keep:
                raise
            return RedirectResponse(f"/c/pay/{id}", 303)
    return lead_on(world, dispatcher, session)


def lead_on(world: World, dispatcher: Dispatcher, session: Record) -> Response:
    """After an accepted card: to the bank's page if it asks for one, else to the shop, its webhook delivered first."""
    event = session.hidden["completed_event"]
    if not event:
        return RedirectResponse(f"/c/pay/{session.id}/authenticate", 303)
    world.store.wait_for(lambda: dispatcher.delivered(event), WAIT_SECONDS)
    return RedirectResponse(sessions.destination(session), 303)


def intent_authentication(world: World, secret: str, method: str, form: dict[str, str]) -> Response:
    """3-D Secure of a payment or setup intent that was confirmed through the API; leads back to its return_url."""
    with world.transaction():
        intent = world.store.find(secret.partition("_secret_")[0])
        known = intent is not None and intent.kind in ("payment_intent", "setup_intent")
        if intent is None or not known or intent.body["client_secret"] != secret:
            return notice("Not found", "There is no such payment.", status=404)
        back, is_payment = intent.hidden.get("return_url"), intent.kind == "payment_intent"
        if intent.body["status"] == "requires_action":
            if method != "POST":
                what = (
                    f"pays {show(intent.body['amount'], intent.body['currency'])}" if is_payment else "saves this card"
                )
                return bank_page(f"/c/3ds/{secret}", what)
            finish = sessions.finish_authentication if is_payment else setups.finish_authentication
            try:
                finish(world, intent, succeeded=form.get("action") == "complete")
            except ApiError as error:
                if not error.keep:
                    raise
        outcome = "succeeded" if intent.body["status"] in ("succeeded", "requires_capture") else "failed"
    if not back:
        return notice("Thank you", "You can close this page now.")
    glue = "&" if "?" in back else "?"
    query = f"{intent.kind}={intent.id}&{intent.kind}_client_secret={secret}&redirect_status={outcome}"
    return RedirectResponse(f"{back}{glue}{query}", 303)


def find_session(world: World, id: str) -> Record | None:
    record = world.store.find(id)
    return record if record and record.kind == "checkout.session" else None


def closed(session: Record | None) -> Response:
    if session is None:
        return notice("Not found", "There is no such payment page. Go back to the shop and start again.", status=404)
    if session.body["status"] == "complete":
        return notice(
            "Already paid",
            "This purchase is paid. Nothing more is due, and it cannot be paid twice.",
            link=sessions.destination(session),
            label="Go to your order",
        )
    return notice(
        "This page has expired",
        "Nothing was charged. Go back to the shop to start again.",
        link=session.body["cancel_url"],
        label="Back to the shop",
        status=410,
    )


def last_problem(world: World, session: Record) -> str:
    """What went wrong at the bank's page, when the person comes back from it."""
    intent = sessions.intent_of(world, session)
    error = intent.body["last_payment_error"] if intent else None
    return f"{error['message']} Nothing was charged." if error else ""


def explain(why: Any, error: ApiError) -> str:
    return f"{error.message} {why.advice if why else ''} Nothing was charged.".replace("  ", " ")


def read_form(world: World, session: Record, form: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values of a filled-in form, and what is wrong with it by field."""
    errors: dict[str, str] = {}
    email = (known_email(session) or form.get("email", "")).strip()
    if not EMAIL.match(email):
        errors["email"] = "Enter an e-mail address, such as ada@example.com."
    read = read_bank if form.get("method") in ("sepa_debit", "us_bank_account") else read_card
    values, wrong = read(world, form)
    return {"email": email, "name": form.get("name", "").strip()[:200] or None, **values}, errors | wrong


def read_card(world: World, form: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The card of a filled-in form, its month and year; and what is wrong by field."""
    errors: dict[str, str] = {}
    digits = re.sub(r"[\s-]", "", form.get("card", ""))
    card = BY_NUMBER.get(digits)
    if not card:
        errors["card"] = (
            "This sandbox takes test cards only, such as 4242 4242 4242 4242."
            if digits.isascii() and digits.isdigit() and len(digits) > 11
            else "Enter the number on the front of the card."
        )
    month, year = read_expiry(form.get("expiry", ""))
    today = datetime.fromtimestamp(world.now, UTC)
    if not month:
        errors["expiry"] = "Enter month and year, such as 12 / 34."
    elif (year, month) < (today.year, today.month):
        errors["expiry"] = "This card has expired. Check the date, or use another card."
    cvc = form.get("cvc", "").strip()
    if not (cvc.isascii() and cvc.isdigit() and len(cvc) in (3, 4)):
        errors["cvc"] = "Enter the 3 or 4 digits of the security code."
    return {"card": card, "month": month, "year": year}, errors


def read_bank(world: World, form: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The bank account of a filled-in form, in the place of a card."""
    iban = "".join(form.get("iban", "").split()).upper()
    number = iban or "/".join("".join(form.get(name, "").split()) for name in ("routing", "account"))
    debit = DEBIT_BY_NUMBER.get(number)
    errors = {}
    if not debit or debit.type != form["method"]:
        sepa = form["method"] == "sepa_debit"
        field, example = ("iban", "AT321904300235473204") if sepa else ("account", "000123456789")
        errors[field] = f"This sandbox takes test accounts only, such as {example}."
    return {"card": debit, "month": 12, "year": 2034}, errors


def read_expiry(text: str) -> tuple[int, int]:
    """``12 / 34``, ``12/2034`` or ``1234`` as (month, year); (0, 0) if it is none of them."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*[/ -]?\s*(\d{2}|\d{4})\s*", text, re.ASCII)
    if not match or not 1 <= int(match[1]) <= 12:
        return 0, 0
    year = int(match[2])
    return int(match[1]), year if year > 99 else 2000 + year


def page(
    session: Record, form: dict[str, str], errors: dict[str, str], alert: str, *, status: int = 200
) -> HTMLResponse:
    body = session.body
    subscribes = body["mode"] == "subscription"
    total = show(body["amount_total"], body["currency"])
    taxes = body["total_details"]["amount_tax"]
    tax = f"<li><span>VAT</span><span>{escape(show(taxes, body['currency']))}</span></li>" if taxes else ""
    what, sum_words = ("subscription", "Due today") if subscribes else ("purchase", "Total")
    verb = "Subscribe" if subscribes else f"Pay {total}"
    lines = "".join(
        f"<li><span>{escape(item['description'])}{escape(times(item['quantity']))}</span>"
        f"<span>{escape(show(item['amount_subtotal'], item['currency']))}</span></li>"
        for item in session.hidden["line_items"]
    )
    warning = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    fixed = {"readonly": "readonly"} if known_email(session) else {}
    fields = "".join(
        (
            text_field(
                "email",
                "E-mail",
                form.get("email", known_email(session)),
                error=errors.get("email", ""),
                kind="email",
                autocomplete="email",
                required="required",
                **fixed,
            ),
            card_fields(form, errors),
            text_field("name", "Name on card (optional)", form.get("name", ""), autocomplete="cc-name"),
        )
    )
    back = (
        f'<p><a href="{escape(body["cancel_url"])}">Cancel and go back to the shop</a></p>'
        if body["cancel_url"]
        else ""
    )
    rows = "".join(
        f"<tr><td><code>{number}</code></td><td>{escape(effect)}</td></tr>" for number, effect in SHOWN_CARDS
    )
    return document(
        f"Pay {total}",
        f"""<div class="columns">
<section aria-labelledby="summary"><h1 id="summary" class="quiet">Your {what}</h1><p class="total">{escape(total)}</p>
<ul class="lines">{lines}{tax}<li><span>{sum_words}</span><span>{escape(total)}</span></li></ul>{back}</section>
<section class="card" aria-labelledby="pay"><h2 id="pay">Pay by card</h2>{warning}
<form method="post" action="/c/pay/{escape(session.id)}" novalidate>{fields}
<button type="submit">{escape(verb)}</button></form>
{bank_form(session, form, errors, total)}
<details><summary>Test cards</summary><table>
<thead><tr><th scope="col">Card</th><th scope="col">What happens</th></tr></thead>
<tbody>{rows}</tbody></table>
<p>Any future date, any security code. {len(CARDS)} cards are known.</p></details></section>
</div>""",
        status=status,
    )


def known_email(session: Record) -> str:
    """The address that the page does not ask for: given with the session, or the customer's that subscribes."""
    kept = session.hidden["email"] if session.body["mode"] == "subscription" else None
    return session.body["customer_email"] or kept or ""


def card_fields(form: dict[str, str], errors: dict[str, str]) -> str:
    return "".join(
        (
            text_field(
                "card",
                "Card number",
                form.get("card", ""),
                error=errors.get("card", ""),
                inputmode="numeric",
                autocomplete="cc-number",
                placeholder="4242 4242 4242 4242",
                required="required",
            ),
            '<div class="pair">',
            text_field(
                "expiry",
                "Expiry",
                form.get("expiry", ""),
                error=errors.get("expiry", ""),
                inputmode="numeric",
                autocomplete="cc-exp",
                placeholder="MM / YY",
                required="required",
            ),
            text_field(
                "cvc",
                "Security code",
                form.get("cvc", ""),
                error=errors.get("cvc", ""),
                inputmode="numeric",
                autocomplete="cc-csc",
                placeholder="CVC",
                required="required",
            ),
            "</div>",
        )
    )


def bank_form(session: Record, form: dict[str, str], errors: dict[str, str], total: str) -> str:
    """The other way to pay, folded away: a debit, where the currency has one."""
    body = session.body
    kind = next((name for name in body["payment_method_types"] if name != "card"), None)
    if kind is None:
        return ""
    chosen = form.get("method") == kind
    fields = []
    if not body["customer_email"]:
        error = errors.get("email", "") if chosen else ""
        address = form.get("email", "")
        fields.append(
            text_field("email", "Where to send the mandate", address, error=error, kind="email", id="mandate")
        )
    known = ("iban", "IBAN", "AT321904300235473204"), ("routing", "Routing number", "110000000")
    known_account = ("account", "Account number", "000123456789")
    for name, label, example in known[:1] if kind == "sepa_debit" else (known[1], known_account):
        error = errors.get(name, "")
        fields.append(
            text_field(name, label, form.get(name, ""), error=error, placeholder=example, required="required")
        )
    title = "SEPA Direct Debit" if kind == "sepa_debit" else "US bank account"
    return f"""<details{" open" if chosen else ""}><summary>Pay by {title}</summary>
<form method="post" action="/c/pay/{escape(session.id)}" novalidate><input type="hidden" name="method" value="{kind}">
{"".join(fields)}<button type="submit" class="plain">Debit {escape(total)}</button></form>
<p>The bank answers after three minutes. AT32 1904 3002 3547 3204 pays, AT86 1904 3002 3547 3202 does not;
000123456789 pays, 000111111116 and 000222222227 do not.</p></details>"""


def bank_page(action: str, what: str) -> HTMLResponse:
    return document(
        "Confirm with your bank",
        f"""<section class="card narrow"><h1>Confirm with your bank</h1>
<p>Your bank wants to know that it is you who {escape(what)}. This is the sandbox's stand-in for 3-D Secure.</p>
<form method="post" action="{escape(action)}" class="actions">
<button name="action" value="complete">Complete authentication</button>
<button name="action" value="fail" class="danger">Fail authentication</button></form></section>""",
    )


def times(quantity: int) -> str:
    return f" × {quantity}" if quantity > 1 else ""
