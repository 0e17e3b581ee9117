"""Transfers from the platform to a vendor's account, and their reversals."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, missing, refused
from ..store import Record
from ..world import World
from .currencies import TRANSFER_REGION, check_digits, convert, show
from .movements import held, move, settles_in
from .settings import DAY, SETTLEMENT_DAYS, extra_delay_seconds


def create_transfer(
    world: World,
    account: str,
    *,
    amount: int,
    currency: str,
    destination: str,
    source_transaction: str | None,
    transfer_group: str | None,
    description: str | None,
    metadata: dict[str, str],
) -> Record:
    """Move ``amount`` minor units from the platform's balance to a connected account's.

    With ``source_transaction`` (a charge) the money may still be pending, and the sum of its transfers may reach the
    charge's gross amount; without, it must be available. Raises ApiError: resource_missing, insufficient capabilities,
    region, currency mismatch, source exceeded, balance_insufficient. Source: https://docs.stripe.com/connect/separate-charges-and-transfers
    """
    if amount <= 0:
        raise invalid(
            "This value must be greater than or equal to 1.", param="amount", code="parameter_invalid_integer"
        )
    check_digits(amount, currency)
    target = _destination(world, destination)
    source = _source(world, account, source_transaction) if source_transaction else None
    available_on = world.now
    if source:
        _check_source(world, source, amount, currency)
        transfer_group = _share_group(world, source, transfer_group)
        available_on = max(world.now, source.hidden.get("available_on", world.now + SETTLEMENT_DAYS * DAY))
    elif settles_in(world, account, currency) != currency or held(world, account, currency)[1] < amount:
        raise refused(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your "
            "available balance by "
            "creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance",
            code="balance_insufficient",
        )
    transfer = world.create(
        "transfer",
        "tr",
        account,
        {
            "amount": amount,
            "amount_reversed": 0,
            "balance_transaction": None,
            "currency": currency,
            "description": description,
            "destination": destination,
            "destination_payment": None,
            "livemode": False,
            "metadata": metadata,
            "reversed": False,
            "source_transaction": source_transaction,
            "source_type": "card",
            "transfer_group": transfer_group,
        },
        {"available_on": available_on},
    )
    transfer.body["balance_transaction"] = move(
        world,
        account,
        type="transfer",
        amount=-amount,
        currency=currency,
        source=transfer.id,
        available_on=available_on,
        description=description,
    )
    arrives_on = available_on + extra_delay_seconds(world, target.id)
    payment = world.create("charge", "py", target.id, _destination_payment(transfer), {"available_on": arrives_on})
    payment.body["balance_transaction"] = move(
        world, target.id, type="payment", amount=amount, currency=currency, source=payment.id, available_on=arrives_on
    )
    world.store.save(payment)
    transfer.body["destination_payment"] = payment.id
    world.store.save(transfer)
    world.emit(account, "transfer.created", render_transfer(world, transfer))
    return transfer


def _destination(world: World, id: str) -> Record:
    target = world.store.find(id)
    if target is None or target.kind != "v2.core.account" or target.body.get("closed"):
        raise missing("destination", id, param="destination", status=400)
    recipient = target.body["configuration"].get("recipient")
    status = recipient and recipient["capabilities"]["stripe_balance"]["stripe_transfers"]["status"]
    if status != "active":
        raise refused(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, "
            "crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            param="destination",
        )
    countries = {world.settings.country, target.body["identity"]["country"]}
    if len(countries) > 1 and not countries <= TRANSFER_REGION:
        raise refused(
            f"Funds can't be sent to accounts located in {target.body['identity']['country']} because it's "
            f"restricted outside of "
            "your platform's region. Learn more here: https://stripe.com/docs/connect/account-capabilities#transfers-cross-border",
            param="destination",
        )
    return target


def _source(world: World, account: str, id: str) -> Record:
    source = world.store.find(id)
    if source is None or source.kind != "charge" or source.account != account:
        raise missing("charge", id, param="source_transaction", status=400)
    # A debit that its bank has not answered may be a source; if it fails, the money is the platform's loss.
    if source.body["status"] not in ("succeeded", "pending") or not source.body["captured"]:
        raise refused(f"Cannot use {id} as the source of a transfer: it has not succeeded.", param="source_transaction")
    return source


def _check_source(world: World, source: Record, amount: int, currency: str) -> None:
    settled = settles_in(world, source.account, source.body["currency"])
    if settled != currency:
        raise refused(
            f"The currency of source_transaction's balance transaction ({settled}) must be the "
            f"same as the "
            f"transfer currency ({currency})",
            param="currency",
        )
    used = sum(
        t.body["amount"] - t.body["amount_reversed"]
        for t in world.store.where("transfer", "source_transaction", source.id)
    )
    gross = convert(source.body["amount_captured"], source.body["currency"], settled)
    if used + amount > gross:
        already = (
            f" (There is already a transfer using this source, amounting to {show(used, currency)}.)" if used else ""
        )
        raise refused(
            f"Transfers using this transaction as a source must not exceed the source amount of "
            f"{show(gross, currency)}.{already}",
            param="amount",
        )


def _share_group(world: World, source: Record, asked: str | None) -> str:
    """A transfer takes its charge's group.

    A charge without one gets the asked or an invented one, and so does its intent.
    """
    group = source.body["transfer_group"]
    if group and asked and asked != group:
        raise refused(
            f"The transfer_group of source_transaction ({group}) must be the same as the transfer_group of the "
            f"transfer ({asked}).",
            param="transfer_group",
        )
    if not group:
        group = asked or f"group_{source.body['payment_intent']}"
        source.body["transfer_group"] = group
        world.store.save(source)
    return group


def reverse_transfer(
    world: World, transfer: Record, amount: int | None, *, metadata: dict[str, str], refuse_when_short: bool
) -> Record:
    """Take back ``amount`` minor units of a transfer, or all that is left of it.

    Stripe's documents disagree on a vendor whose balance is short: ``refuse_when_short`` raises balance_insufficient,
    otherwise the vendor's balance becomes negative. Raises ApiError too if nothing, or less than the amount, is left.
    """
    body = transfer.body
    rest = body["amount"] - body["amount_reversed"]
    if rest == 0:
        raise refused(f"Transfer {transfer.id} is already fully reversed.")
    amount = rest if amount is None else amount
    if amount <= 0:
        raise invalid(
            "This value must be greater than or equal to 1.", param="amount", code="parameter_invalid_integer"
        )
    if amount > rest:
        raise refused(
            f"Transfer reversal amount ({show(amount, body['currency'])}) is greater than unreversed amount on "
            f"transfer "
            f"({show(rest, body['currency'])})",
            param="amount",
        )
    payment = world.store.find(body["destination_payment"])
    assert payment
    available_on = max(world.now, transfer.hidden["available_on"])
    arrived = payment.hidden["available_on"] <= world.now
    check_digits(amount, body["currency"])
    settled = settles_in(world, payment.account, body["currency"])
    pending, available = held(world, payment.account, settled)
    due = convert(amount, body["currency"], settled)
    if refuse_when_short and due > (available if arrived else pending + available):
        raise refused(
            "The connected account has insufficient funds to cover this transfer reversal.", code="balance_insufficient"
        )
    reversal = world.create(
        "transfer_reversal",
        "trr",
        transfer.account,
        {
            "amount": amount,
            "balance_transaction": None,
            "currency": body["currency"],
            "destination_payment_refund": None,
            "metadata": metadata,
            "source_refund": None,
            "transfer": transfer.id,
        },
    )
    reversal.body["balance_transaction"] = move(
        world,
        transfer.account,
        type="transfer_refund",
        amount=amount,
        currency=body["currency"],
        source=reversal.id,
        available_on=available_on,
    )
    refund = world.create(
        "refund",
        "pyr",
        payment.account,
        {
            "amount": amount,
            "balance_transaction": None,
            "charge": payment.id,
            "currency": body["currency"],
            "metadata": {},
            "payment_intent": None,
            "reason": None,
            "receipt_number": None,
            "source_transfer_reversal": reversal.id,
            "status": "succeeded",
            "transfer_reversal": None,
        },
    )
    refund.body["balance_transaction"] = move(
        world,
        payment.account,
        type="payment_refund",
        amount=-amount,
        currency=body["currency"],
        source=refund.id,
        available_on=max(world.now, payment.hidden["available_on"]),
    )
    world.store.save(refund)
    payment.body["amount_refunded"] += amount
    payment.body["refunded"] = payment.body["amount_refunded"] == payment.body["amount"]
    world.store.save(payment)
    reversal.body["destination_payment_refund"] = refund.id
    world.store.save(reversal)
    body["amount_reversed"] += amount
    body["reversed"] = body["amount_reversed"] == body["amount"]
    world.store.save(transfer)
    world.emit(transfer.account, "transfer.reversed", render_transfer(world, transfer))
    return reversal


def render_transfer(world: World, transfer: Record) -> dict[str, Any]:
    """A transfer with its ten newest reversals, as Stripe shows it."""
    reversals = [r.body for r in reversed(world.store.where("transfer_reversal", "transfer", transfer.id))]
    return {
        **transfer.body,
        "reversals": {
            "object": "list",
            "data": reversals[:10],
            "has_more": len(reversals) > 10,
            "url": f"/v1/transfers/{transfer.id}/reversals",
        },
    }


def _destination_payment(transfer: Record) -> dict[str, Any]:
    """The payment that a transfer makes on the vendor's account: a charge paid by a Stripe account."""
    body = transfer.body
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    nothing = dict.fromkeys(
        (
            "application",
            "application_fee",
            "application_fee_amount",
            "balance_transaction",
            "calculated_statement_descriptor",
            "customer",
            "description",
            "failure_balance_transaction",
            "failure_code",
            "failure_message",
            "on_behalf_of",
            "outcome",
            "payment_intent",
            "payment_method",
            "receipt_email",
            "receipt_number",
            "receipt_url",
            "review",
            "shipping",
            "source",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_data",
            "transfer_group",
        )
    )
    return {
        **nothing,
        "amount": body["amount"],
        "amount_captured": body["amount"],
        "amount_refunded": 0,
        "billing_details": {"address": address, "email": None, "name": None, "phone": None, "tax_id": None},
        "captured": True,
        "currency": body["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "paid": True,
        "payment_method_details": {"type": "stripe_account", "stripe_account": {}},
        "radar_options": {},
        "refunded": False,
        "source_transfer": transfer.id,
        "status": "succeeded",
    }
