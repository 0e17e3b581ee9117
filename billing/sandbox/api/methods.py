"""Payment methods: cards and bank accounts, on their own or a customer's."""

from __future__ import annotations

from typing import Any

from ..accounts import KIND as ACCOUNT
from ..cards import BY_NUMBER, BY_TOKEN, DEBIT_BY_NUMBER, Method
from ..errors import ApiError, invalid, missing, refused, unsupported
from ..listing import page
from ..money.charges import add_payment_method, method_of
from ..objects import get
from ..store import Record
from .registry import Call, change, endpoint

OWNERS = ("customer", "customer_account")


@endpoint("POST", "/v1/payment_methods")
def create(call: Call) -> dict[str, Any]:
    call.need("type")
    return _made_of(call, call.params).body


@endpoint("GET", "/v1/payment_methods")
def list_methods(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "payment_method", call.params, call.path, by=(*OWNERS, "type"))


@endpoint("GET", "/v1/payment_methods/{payment_method}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "payment_method", call.id).body


@endpoint("POST", "/v1/payment_methods/{payment_method}")
def update(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "payment_method", call.id)
    for name in call.params:
        if name not in ("allow_redisplay", "billing_details", "card", "metadata"):
            raise unsupported(f"the parameter {name} when updating payment methods")
    change(record, call.params, "allow_redisplay")
    record.body["billing_details"] |= call.params.get("billing_details") or {}
    expiry = {k: v for k, v in (call.params.get("card") or {}).items() if k in ("exp_month", "exp_year")}
    if expiry and record.body["type"] == "card":
        record.body["card"] |= expiry
    call.world.store.save(record)
    call.world.emit(call.account, "payment_method.updated", record.body)
    return record.body


@endpoint("POST", "/v1/payment_methods/{payment_method}/attach")
def attach(call: Call) -> dict[str, Any]:
    """Give a payment method to a customer, or to an account that is one; a test token makes a new one."""
    if sum(bool(call.params.get(owner)) for owner in OWNERS) != 1:
        raise invalid("Give one of: customer, customer_account.", param="customer", code="parameter_missing")
    check_owner(call)
    card = BY_TOKEN.get(call.id)
    record = (
        add_payment_method(call.world, call.account, card)
        if card
        else get(call.world, call.account, "payment_method", call.id)
    )
    owner = next(name for name in OWNERS if call.params.get(name))
    taken = next((record.body[name] for name in OWNERS if record.body[name]), None)
    if taken not in (None, call.params[owner]):
        raise refused("The payment method you provided has already been attached to a customer.")
    attach_method(call, record, owner, call.params[owner])
    return record.body


def attach_method(call: Call, record: Record, owner: str, id: str) -> None:
    """Keep a payment method for a customer; raises ApiError 402 for a card that its bank refuses."""
    method = method_of(record)
    if method.decline:
        why = method.decline
        extra: dict[str, Any] = {"decline_code": why.decline_code} if why.decline_code else {}
        raise ApiError(402, why.message, code=why.code, type="card_error", saved=True, **extra)
    record.body[owner] = id
    call.world.store.save(record)
    call.world.emit(call.account, "payment_method.attached", record.body)


@endpoint("POST", "/v1/payment_methods/{payment_method}/detach")
def detach(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "payment_method", call.id)
    before = {name: record.body[name] for name in OWNERS if record.body[name]}
    if not before:
        raise refused("The payment method you provided is not attached to a customer so detachment is impossible.")
    record.body |= dict.fromkeys(OWNERS)
    call.world.store.save(record)
    call.world.emit(call.account, "payment_method.detached", record.body, before)
    return record.body


@endpoint("GET", "/v1/customers/{customer}/payment_methods")
def list_of_customer(call: Call) -> dict[str, Any]:
    get(call.world, call.account, "customer", call.id)
    params = {**call.params, "customer": call.id}
    return page(call.world, call.account, "payment_method", params, call.path, by=("customer", "type"))


@endpoint("GET", "/v1/customers/{customer}/payment_methods/{payment_method}")
def retrieve_of_customer(call: Call) -> dict[str, Any]:
    record = get(call.world, call.account, "payment_method", call.ids[1])
    if record.body["customer"] != call.id:
        raise missing("payment_method", record.id, param="payment_method")
    return record.body


def named_method(call: Call) -> Record | None:
    """The payment method that a call names by id, by test token or by its data; None if it names none."""
    asked, data = call.params.get("payment_method"), call.params.get("payment_method_data")
    if data:
        return _made_of(call, data)
    if not asked:
        return None
    method = BY_TOKEN.get(asked)
    if method:
        return add_payment_method(call.world, call.account, method)
    if asked.startswith(("pm_card_", "pm_usBankAccount_", "pm_sepaDebit_")):
        raise missing("PaymentMethod", asked, param="payment_method", status=400)
    return get(call.world, call.account, "payment_method", asked, param="payment_method", status=400)


def check_owner(call: Call) -> None:
    """Raises ApiError unless the ``customer`` or ``customer_account`` that a call names is there."""
    if all(call.params.get(owner) for owner in OWNERS):
        raise invalid(
            "You may only specify one of these parameters: customer, customer_account.", code="parameters_exclusive"
        )
    if call.params.get("customer"):
        get(call.world, call.account, "customer", call.params["customer"], param="customer", status=400)
    if call.params.get("customer_account"):
        account = call.world.store.find(call.params["customer_account"])
        if account is None or account.kind != ACCOUNT or "customer" not in account.body["applied_configurations"]:
            raise missing("customer_account", call.params["customer_account"], param="customer_account", status=400)


def _made_of(call: Call, data: dict[str, Any]) -> Record:
    """A new payment method from its data: ``type`` and the card, the IBAN or the account."""
    kind = data.get("type", "card")
    if kind not in ("card", "sepa_debit", "us_bank_account"):
        raise unsupported(f"payment methods of type {kind}")
    details = data.get(kind) or {}
    method = _method(kind, details)
    expiry = {name: details[name] for name in ("exp_month", "exp_year") if name in details}
    billing = data.get("billing_details") or {}
    metadata = data.get("metadata") or {}
    return add_payment_method(call.world, call.account, method, billing=billing, metadata=metadata, **expiry)


def _method(kind: str, details: dict[str, Any]) -> Method:
    method: Method | None
    if kind == "card":
        token = details.get("token")
        method = BY_TOKEN.get(token) if token else BY_NUMBER.get("".join(str(details.get("number", "")).split()))
        if method is None:
            raise invalid("Your card number is incorrect: the sandbox takes test cards only.", param="card[number]")
        return method
    iban = "".join(details.get("iban", "").split())
    number = iban or f"{details.get('routing_number', '')}/{details.get('account_number', '')}"
    method = DEBIT_BY_NUMBER.get(number)
    if method is None or method.type != kind:
        raise invalid(
            "The sandbox takes test bank accounts only.", param=f"{kind}[{'iban' if iban else 'account_number'}]"
        )
    return method
