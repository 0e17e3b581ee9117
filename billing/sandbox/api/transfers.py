"""Transfers to vendors and their reversals."""

from __future__ import annotations

from typing import Any

from ..errors import unsupported
from ..listing import page
from ..money.transfers import create_transfer, render_transfer, reverse_transfer
from ..objects import get
from .registry import Call, change, endpoint, merge_metadata


@endpoint("POST", "/v1/transfers")
def create(call: Call) -> dict[str, Any]:
    params = call.params
    transfer = create_transfer(
        call.world,
        call.account,
        amount=call.need("amount"),
        currency=params["currency"].lower(),
        destination=params["destination"],
        source_transaction=params.get("source_transaction") or None,
        transfer_group=params.get("transfer_group") or None,
        description=params.get("description") or None,
        metadata=params.get("metadata") or {},
    )
    return render_transfer(call.world, transfer)


@endpoint("GET", "/v1/transfers")
def list_transfers(call: Call) -> dict[str, Any]:
    return page(
        call.world,
        call.account,
        "transfer",
        call.params,
        call.path,
        by=("destination", "transfer_group"),
        show=lambda record: render_transfer(call.world, record),
    )


@endpoint("GET", "/v1/transfers/{transfer}")
def retrieve(call: Call) -> dict[str, Any]:
    return render_transfer(call.world, get(call.world, call.account, "transfer", call.id))


@endpoint("POST", "/v1/transfers/{transfer}")
def update(call: Call) -> dict[str, Any]:
    transfer = get(call.world, call.account, "transfer", call.id)
    change(transfer, call.params, "description")
    call.world.store.save(transfer)
    body = render_transfer(call.world, transfer)
    call.world.emit(call.account, "transfer.updated", body)
    return body


@endpoint("POST", "/v1/transfers/{id}/reversals")
def reverse(call: Call) -> dict[str, Any]:
    if call.params.get("refund_application_fee"):
        raise unsupported("refund_application_fee")
    transfer = get(call.world, call.account, "transfer", call.id)
    short = call.world.store.get_meta("reversal_when_short", "negative")
    return reverse_transfer(
        call.world,
        transfer,
        call.params.get("amount"),
        metadata=merge_metadata({}, call.params.get("metadata")),
        refuse_when_short=short == "refuse",
    ).body


@endpoint("GET", "/v1/transfers/{id}/reversals")
def list_reversals(call: Call) -> dict[str, Any]:
    get(call.world, call.account, "transfer", call.id)
    return page(
        call.world, call.account, "transfer_reversal", {**call.params, "transfer": call.id}, call.path, by=("transfer",)
    )


@endpoint("GET", "/v1/transfers/{transfer}/reversals/{id}")
def retrieve_reversal(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "transfer_reversal", call.ids[1]).body
