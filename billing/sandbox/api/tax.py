"""Tax calculations, the transactions recorded from them, registrations and settings."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, missing, refused, unsupported
from ..ids import new_id
from ..listing import envelope, page
from ..money.currencies import SUPPORTED
from ..money.taxes import tax_on
from ..objects import get
from ..store import Record
from ..world import World
from .registry import Call, endpoint

CALCULATION_LASTS_SECONDS = 90 * 86400
GENERAL_GOODS = "txcd_99999999"


# -- calculations ---------------------------------------------------------
@endpoint("POST", "/v1/tax/calculations")
def calculate(call: Call) -> dict[str, Any]:
    """What tax a sale bears. Without an active registration: none, and no error, as at Stripe."""
    params, world = call.params, call.world
    for name in ("customer", "ship_from_details"):
        if params.get(name):
            raise unsupported(f"the parameter {name} of tax calculations")
    currency = params["currency"].lower()
    if currency not in SUPPORTED:
        raise invalid(f"Invalid currency: {currency}.", param="currency")
    customer = params.get("customer_details") or {}
    country = (customer.get("address") or {}).get("country")
    if not country:
        where = "customer_details[address][country]"
        raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    override = customer.get("taxability_override", "none")
    lines = [_line(world, line, n, country.upper(), override) for n, line in enumerate(params["line_items"])]
    shipping = _shipping(world, params.get("shipping_cost"), country.upper(), override)
    parts = [*lines, *([shipping] if shipping else [])]
    exclusive = sum(part["amount_tax"] for part in parts if part["tax_behavior"] == "exclusive")
    made = world.create(
        "tax.calculation",
        "taxcalc",
        call.account,
        {
            "amount_total": sum(part["amount"] for part in parts) + exclusive,
            "currency": currency,
            "customer": None,
            "customer_details": {
                "address": {**dict.fromkeys(("city", "line1", "line2", "postal_code", "state")), **customer["address"]},
                "address_source": customer.get("address_source", "shipping"),
                "ip_address": customer.get("ip_address"),
                "tax_ids": customer.get("tax_ids") or [],
                "taxability_override": override,
            },
            "expires_at": world.now + CALCULATION_LASTS_SECONDS,
            "livemode": False,
            "ship_from_details": None,
            "shipping_cost": shipping,
            "tax_amount_exclusive": exclusive,
            "tax_amount_inclusive": sum(part["amount_tax"] for part in parts if part["tax_behavior"] == "inclusive"),
            "tax_breakdown": [_summary(part) for part in parts],
            "tax_date": params.get("tax_date") or world.now,
        },
        {"lines": [{name: value for name, value in line.items() if name != "tax_breakdown"} for line in lines]},
    )
    return _shown(made)


@endpoint("GET", "/v1/tax/calculations/{calculation}")
def retrieve_calculation(call: Call) -> dict[str, Any]:
    return _shown(_calculation(call, call.id))


@endpoint("GET", "/v1/tax/calculations/{calculation}/line_items")
def calculation_lines(call: Call) -> dict[str, Any]:
    lines = _calculation(call, call.id).hidden["lines"]
    limit = call.params.get("limit", 10)
    return envelope(lines[:limit], len(lines) > limit, call.path)


def _calculation(call: Call, id: str, *, param: str = "calculation", status: int = 404) -> Record:
    record = get(call.world, call.account, "tax.calculation", id, param=param, status=status)
    if record.body["expires_at"] <= call.world.now:
        raise missing("tax calculation", id, param=param, status=status)
    return record


def _shown(record: Record) -> dict[str, Any]:
    """A calculation says no ``created``; its lines are left out until they are asked for."""
    return {name: value for name, value in record.body.items() if name != "created"}


def _line(world: World, asked: dict[str, Any], number: int, country: str, override: str) -> dict[str, Any]:
    behavior = asked.get("tax_behavior", "exclusive")
    found = tax_on(world, asked["amount"], country, inclusive=behavior == "inclusive", override=override)
    return {
        "id": new_id("tax_li"),
        "object": "tax.calculation_line_item",
        "amount": asked["amount"],
        "amount_tax": found["amount"],
        "livemode": False,
        "metadata": asked.get("metadata") or {},
        "performance_location": None,
        "product": asked.get("product"),
        "quantity": asked.get("quantity", 1),
        "reference": asked.get("reference", f"L{number + 1}"),
        "tax_behavior": behavior,
        "tax_code": asked.get("tax_code", GENERAL_GOODS),
        "tax_breakdown": [{**found, "country": country}],
    }


def _shipping(world: World, asked: dict[str, Any] | None, country: str, override: str) -> dict[str, Any] | None:
    if not asked:
        return None
    if asked.get("shipping_rate"):
        raise unsupported("shipping_cost[shipping_rate]")
    behavior, amount = asked.get("tax_behavior", "exclusive"), asked.get("amount", 0)
    found = tax_on(world, amount, country, inclusive=behavior == "inclusive", override=override)
    rate = {"display_name": "VAT", "percentage_decimal": found["percentage"], "tax_type": "vat"}
    return {
        "amount": amount,
        "amount_tax": found["amount"],
        "tax_behavior": behavior,
        "tax_code": asked.get("tax_code", "txcd_92010001"),
        "tax_breakdown": [
            {
                "amount": found["amount"],
                "jurisdiction": {"country": country, "display_name": country, "level": "country", "state": None},
                "sourcing": "destination",
                "tax_rate_details": rate if found["amount"] else None,
                "taxability_reason": found["reason"],
                "taxable_amount": found["taxable_amount"],
            }
        ],
    }


def _summary(part: dict[str, Any]) -> dict[str, Any]:
    first = part["tax_breakdown"][0]
    percentage = first.get("percentage") or (first.get("tax_rate_details") or {}).get("percentage_decimal") or "0"
    country = first.get("country") or first["jurisdiction"]["country"]
    return {
        "amount": first["amount"],
        "inclusive": part["tax_behavior"] == "inclusive",
        "tax_rate_details": {
            "country": country,
            "flat_amount": None,
            "percentage_decimal": percentage,
            "rate_type": "percentage",
            "state": None,
            "tax_type": "vat" if first["amount"] else None,
        },
        "taxability_reason": first.get("reason") or first["taxability_reason"],
        "taxable_amount": first["taxable_amount"],
    }


# -- transactions ---------------------------------------------------------
@endpoint("POST", "/v1/tax/transactions/create_from_calculation")
def record(call: Call) -> dict[str, Any]:
    """Write a calculation down as a sale, once for each ``reference``."""
    calculation = _calculation(call, call.params["calculation"], status=400)
    _check_reference(call, call.params["reference"])
    lines = [_recorded(line, "transaction") for line in calculation.hidden["lines"]]
    shipping = calculation.body["shipping_cost"]
    return _record(call, calculation.body, lines, shipping, type="transaction", reversal=None)


@endpoint("POST", "/v1/tax/transactions/create_reversal")
def reverse(call: Call) -> dict[str, Any]:
    """Take a recorded sale back: ``full``, or ``partial`` by lines (``flat_amount`` is not supported)."""
    original = get(
        call.world, call.account, "tax.transaction", call.params["original_transaction"], param="original_transaction"
    )
    if original.body["type"] == "reversal":
        raise refused("You cannot reverse a reversal.", param="original_transaction")
    _check_reference(call, call.params["reference"])
    if call.params["mode"] == "full":
        lines = [
            _reversed(line, line["amount"], line["amount_tax"], line["reference"]) for line in original.hidden["lines"]
        ]
        shipping = _negated(original.body["shipping_cost"])
    else:
        if "flat_amount" in call.params or "shipping_cost" in call.params:
            raise unsupported("partial reversals by flat_amount or shipping_cost")
        known = {line["id"]: line for line in original.hidden["lines"]}
        lines, shipping = [], None
        for asked in call.need("line_items"):
            line = known.get(asked["original_line_item"])
            if line is None:
                raise missing("tax line item", asked["original_line_item"], param="line_items", status=400)
            if asked["amount"] > 0 or asked["amount_tax"] > 0:
                raise invalid("Reversals have negative amounts.", param="line_items")
            lines.append(_reversed(line, -asked["amount"], -asked["amount_tax"], asked["reference"]))
    reversal = {"original_transaction": original.id}
    return _record(call, original.body, lines, shipping, type="reversal", reversal=reversal)


@endpoint("GET", "/v1/tax/transactions/{transaction}")
def retrieve_transaction(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "tax.transaction", call.id).body


@endpoint("GET", "/v1/tax/transactions/{transaction}/line_items")
def transaction_lines(call: Call) -> dict[str, Any]:
    lines = get(call.world, call.account, "tax.transaction", call.id).hidden["lines"]
    limit = call.params.get("limit", 10)
    return envelope(lines[:limit], len(lines) > limit, call.path)


def _check_reference(call: Call, reference: str) -> None:
    if any(
        t.body["reference"] == reference and t.account == call.account for t in call.world.store.all("tax.transaction")
    ):
        raise refused(f"A tax transaction with the reference {reference} exists already.", param="reference")


def _record(
    call: Call,
    source: dict[str, Any],
    lines: list[dict[str, Any]],
    shipping: dict[str, Any] | None,
    *,
    type: str,
    reversal: dict[str, str] | None,
) -> dict[str, Any]:
    kept = {
        name: source[name] for name in ("currency", "customer", "customer_details", "ship_from_details", "tax_date")
    }
    return call.world.create(
        "tax.transaction",
        "tax",
        call.account,
        {
            **kept,
            "livemode": False,
            "metadata": call.params.get("metadata") or {},
            "posted_at": call.params.get("posted_at") or call.world.now,
            "reference": call.params["reference"],
            "reversal": reversal,
            "shipping_cost": {k: v for k, v in shipping.items() if k != "tax_breakdown"} if shipping else None,
            "type": type,
        },
        {"lines": lines},
    ).body


def _recorded(line: dict[str, Any], type: str) -> dict[str, Any]:
    kept = {name: value for name, value in line.items() if name != "performance_location"}
    return {**kept, "object": "tax.transaction_line_item", "reversal": None, "type": type}


def _reversed(line: dict[str, Any], amount: int, tax: int, reference: str) -> dict[str, Any]:
    return {
        **line,
        "id": new_id("tax_li"),
        "amount": -amount,
        "amount_tax": -tax,
        "reference": reference,
        "reversal": {"original_line_item": line["id"]},
        "type": "reversal",
    }


def _negated(shipping: dict[str, Any] | None) -> dict[str, Any] | None:
    return shipping and {**shipping, "amount": -shipping["amount"], "amount_tax": -shipping["amount_tax"]}


# -- registrations and settings -------------------------------------------
@endpoint("POST", "/v1/tax/registrations")
def register(call: Call) -> dict[str, Any]:
    params, world = call.params, call.world
    country = params["country"].upper()
    options = params["country_options"].get(country.lower())
    if not options:
        where = f"country_options[{country.lower()}]"
        raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    start = world.now if params["active_from"] == "now" else params["active_from"]
    made = world.create(
        "tax.registration",
        "taxreg",
        call.account,
        {
            "active_from": start,
            "country": country,
            "country_options": {country.lower(): options},
            "expires_at": params.get("expires_at"),
            "livemode": False,
            "status": "active",
        },
    )
    return _registration(world, made)


@endpoint("GET", "/v1/tax/registrations")
def list_registrations(call: Call) -> dict[str, Any]:
    status = call.params.get("status", "all")
    listed = page(
        call.world,
        call.account,
        "tax.registration",
        call.params,
        call.path,
        show=lambda r: _registration(call.world, r),
    )
    listed["data"] = [r for r in listed["data"] if status in ("all", r["status"])]
    return listed


@endpoint("GET", "/v1/tax/registrations/{id}")
def retrieve_registration(call: Call) -> dict[str, Any]:
    return _registration(call.world, get(call.world, call.account, "tax.registration", call.id))


@endpoint("POST", "/v1/tax/registrations/{id}")
def update_registration(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "tax.registration", call.id)
    for name in ("active_from", "expires_at"):
        if name in call.params:
            asked = call.params[name]
            record.body[name] = call.world.now if asked == "now" else asked or None
    call.world.store.save(record)
    return _registration(call.world, record)


def _registration(world: World, record: Record) -> dict[str, Any]:
    body = record.body
    over = body["expires_at"] is not None and body["expires_at"] <= world.now
    status = "expired" if over else "active" if body["active_from"] <= world.now else "scheduled"
    return {**body, "status": status}


@endpoint("GET", "/v1/tax/settings")
def retrieve_settings(call: Call) -> dict[str, Any]:
    return _settings(call)


@endpoint("POST", "/v1/tax/settings")
def update_settings(call: Call) -> dict[str, Any]:
    body = _settings(call)
    body["defaults"] |= call.params.get("defaults") or {}
    if call.params.get("head_office"):
        address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
        body["head_office"] = {"address": {**address, **call.params["head_office"]["address"]}}
    call.world.store.set_meta(
        f"tax_settings:{call.account}", {"defaults": body["defaults"], "head_office": body["head_office"]}
    )
    body = _settings(call)
    call.world.emit(call.account, "tax.settings.updated", body)
    return body


def _settings(call: Call) -> dict[str, Any]:
    """They are ``pending`` until they say where the head office is and how products are taxed."""
    empty = {"defaults": {"provider": "stripe", "tax_behavior": None, "tax_code": None}, "head_office": None}
    kept = call.world.store.get_meta(f"tax_settings:{call.account}", empty)
    wanted = {"head_office": kept["head_office"], "defaults.tax_code": kept["defaults"]["tax_code"]}
    absent = [name for name, value in wanted.items() if not value]
    details = {"pending": {"missing_fields": absent}} if absent else {"active": {}}
    return {
        "object": "tax.settings",
        **kept,
        "livemode": False,
        "status": "pending" if absent else "active",
        "status_details": details,
    }
