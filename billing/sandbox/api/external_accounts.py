"""A connected account's bank accounts, where its payouts go: one for each currency by default."""

from __future__ import annotations

from typing import Any

from ..accounts import FAILING_IBAN_END
from ..errors import invalid, missing, refused, unsupported
from ..ids import new_id
from ..listing import page
from ..money.payouts import add_bank_account, bank_account, resume_payouts
from ..objects import get
from ..store import Record
from .accounts import connected
from .registry import Call, change, endpoint

# Account numbers whose payouts come back. Source: https://docs.stripe.com/connect/testing#account-numbers
FAILING_NUMBERS = ("000111111116", "000111111113", "000222222227")


@endpoint("POST", "/v1/accounts/{account}/external_accounts")
def create(call: Call) -> dict[str, Any]:
    """Add a bank account by its number; the first one, and one with ``default_for_currency``, is where payouts go."""
    owner = connected(call.world, call.id)
    asked = call.params["external_account"]
    if not isinstance(asked, dict) or asked.get("object") != "bank_account":
        raise unsupported("external accounts other than external_account[object]=bank_account")
    for name in ("account_number", "country", "currency"):
        if not asked.get(name):
            where = f"external_account[{name}]"
            raise invalid(f"Missing required param: {where}.", param=where, code="parameter_missing")
    number = "".join(str(asked["account_number"]).split())
    fails = number in FAILING_NUMBERS or number.endswith(FAILING_IBAN_END)
    details = {"country": asked["country"], "currency": asked["currency"].lower(), "last4": number[-4:], "fails": fails}
    usual = bank_account(call.world, owner.id)
    if usual is None or call.params.get("default_for_currency"):
        if usual:
            _keep_aside(call, usual)
        made = add_bank_account(call.world, owner.id, **details)
        resume_payouts(call.world, owner.id)
    else:
        made = _aside(call, usual, details)
    if call.params.get("metadata"):
        change(made, call.params)
        call.world.store.save(made)
    call.world.emit(owner.id, "account.external_account.created", made.body)
    return made.body


@endpoint("GET", "/v1/accounts/{account}/external_accounts")
def list_accounts(call: Call) -> dict[str, Any]:
    owner = connected(call.world, call.id)
    return page(call.world, owner.id, "bank_account", call.params, call.path)


@endpoint("GET", "/v1/accounts/{account}/external_accounts/{id}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, connected(call.world, call.id).id, "bank_account", call.ids[1]).body


@endpoint("POST", "/v1/accounts/{account}/external_accounts/{id}")
def update(call: Call) -> dict[str, Any]:
    owner = connected(call.world, call.id)
    for name in call.params:
        if name not in ("metadata", "account_holder_name", "account_holder_type"):
            raise unsupported(f"the parameter {name} when updating external accounts")
    record = get(call.world, owner.id, "bank_account", call.ids[1])
    change(record, call.params, "account_holder_name", "account_holder_type")
    call.world.store.save(record)
    call.world.emit(owner.id, "account.external_account.updated", record.body)
    return record.body


@endpoint("DELETE", "/v1/accounts/{account}/external_accounts/{id}")
def delete(call: Call) -> dict[str, Any]:
    owner = connected(call.world, call.id)
    record = call.world.store.find(call.ids[1])
    if record is None or record.kind != "bank_account" or record.account != owner.id:
        raise missing("external_account", call.ids[1])
    if record.body["default_for_currency"]:
        raise refused(
            "You cannot delete the default external account for your default currency. Please make another external "
            "account the default using the `default_for_currency` param, and then delete this one."
        )
    call.world.store.remove(record.id)
    call.world.emit(owner.id, "account.external_account.deleted", record.body)
    return {**record.body, "deleted": True}


def _keep_aside(call: Call, usual: Record) -> Record:
    """The account that payouts went to until now stays, under an id of its own."""
    return _aside(call, usual, {"last4": usual.body["last4"], "currency": usual.body["currency"], "fails": False})


def _aside(call: Call, usual: Record, details: dict[str, Any]) -> Record:
    id = new_id("ba")
    shown = {name: value for name, value in details.items() if name != "fails"}
    body = {**usual.body, **shown, "id": id, "default_for_currency": False, "fingerprint": id[-16:], "metadata": {}}
    hidden = {"fails": details["fails"]}
    return call.world.store.add(Record(id, "bank_account", usual.account, call.world.now, body, hidden))
