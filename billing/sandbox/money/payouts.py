"""Payouts: a schedule makes them, the clock takes them to the bank, and a bank may return them, even `paid` ones."""

from __future__ import annotations

from typing import Any

from ..errors import invalid, refused
from ..store import Record
from ..world import World, job
from .currencies import check_digits, show, whole_payout
from .movements import held, move
from .settings import balance_settings, save_balance_settings, schedule_payout

HOUR = 3600
IN_TRANSIT_AFTER = HOUR
RECONCILED_AFTER = 2 * HOUR
ARRIVES_AFTER = 24 * HOUR
INSTANT_ARRIVES_AFTER = HOUR // 2


def bank_account(world: World, account: str) -> Record | None:
    """The account's bank account, once onboarding has given one; the platform's own is there from the start."""
    id = f"ba_{account.removeprefix('acct_')}"
    found = world.store.find(id)
    if found is None and account == world.platform:
        return add_bank_account(
            world, account, country=world.settings.country, currency=world.settings.currency, last4="3000", fails=False
        )
    return found


def add_bank_account(
    world: World, account: str, *, country: str, currency: str, last4: str, fails: bool, instant: bool = False
) -> Record:
    """Give an account its bank account, or replace the one it has.

    ``fails``: payouts to it are returned. ``instant``: it takes instant payouts.
    """
    id = f"ba_{account.removeprefix('acct_')}"
    body: dict[str, Any] = {
        "id": id,
        "object": "bank_account",
        "account": account,
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard", "instant"] if instant else ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": country,
        "currency": currency,
        "default_for_currency": True,
        "fingerprint": id[-16:],
        "last4": last4,
        "metadata": {},
        "routing_number": None,
        "status": "new",
    }
    found = world.store.find(id)
    if found:
        found.body, found.hidden = body, {"fails": fails}
        return world.store.save(found)
    return world.store.add(Record(id, "bank_account", account, world.now, body, {"fails": fails}))


def create_payout(
    world: World,
    account: str,
    *,
    amount: int,
    currency: str,
    automatic: bool,
    description: str | None = None,
    metadata: dict[str, str] | None = None,
    method: str = "standard",
    statement_descriptor: str | None = None,
) -> Record:
    """Pay out ``amount`` minor units of the account's available money.

    Raises ApiError ``balance_insufficient`` if less is available, ``payouts_not_allowed`` without a bank account.
    """
    bank = bank_account(world, account)
    if bank is None or balance_settings(world, account)["payments"]["payouts"]["status"] == "disabled":
        raise refused("Cannot create payouts: this account has payouts disabled.", code="payouts_not_allowed")
    arrives_after = ARRIVES_AFTER
    if method == "instant":
        if "instant" not in bank.body["available_payout_methods"]:
            raise refused(
                "The bank account does not take instant payouts.", code="instant_payouts_unsupported", param="method"
            )
        arrives_after = INSTANT_ARRIVES_AFTER
    check_digits(amount, currency)
    if amount != whole_payout(amount, currency):
        raise invalid(
            f"Invalid amount: payouts in {currency.upper()} must be evenly divisible by 100.",
            param="amount",
            code="parameter_invalid_integer",
        )
    available = held(world, account, currency)[1]
    if amount > available:
        raise refused(
            "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low: "
            f"{show(available, currency)} available.",
            code="balance_insufficient",
            param="amount",
        )
    record = world.create(
        "payout",
        "po",
        account,
        {
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": world.now + arrives_after,
            "automatic": automatic,
            "balance_transaction": None,
            "currency": currency,
            "description": description or ("STRIPE PAYOUT" if automatic else None),
            "destination": bank.id,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": metadata or {},
            "method": method,
            "original_payout": None,
            "payout_method": None,
            "reconciliation_status": "in_progress" if automatic else "not_applicable",
            "reversed_by": None,
            "source_type": "card",
            "statement_descriptor": statement_descriptor,
            "status": "pending",
            "trace_id": None,
            "type": "bank_account",
        },
    )
    record.body["balance_transaction"] = move(
        world,
        account,
        type="payout",
        amount=-amount,
        currency=currency,
        source=record.id,
        description=record.body["description"],
        payout=record.id if automatic else None,
    )
    world.store.save(record)
    in_transit_after = min(IN_TRANSIT_AFTER, arrives_after // 2)
    for kind, after in (("payout_in_transit", in_transit_after), ("payout_arrives", arrives_after)):
        world.schedule(kind, record.id, world.now + after)
    if automatic:
        world.schedule("payout_reconciled", record.id, world.now + RECONCILED_AFTER)
    world.emit(account, "payout.created", record.body)
    return record


@job("payout_run")
def run_schedule(world: World, subject: str) -> None:
    """Pay out all available money that is in no payout yet, less the minimum balance that the account keeps."""
    account, currency = subject.split(":")
    settings = balance_settings(world, account)["payments"]["payouts"]
    bank = bank_account(world, account)
    if settings["schedule"]["interval"] == "manual" or settings["status"] == "disabled" or bank is None:
        return
    floor = (settings["minimum_balance_by_currency"] or {}).get(currency, 0)
    free = held(world, account, currency)[1]
    floor = free - whole_payout(free - floor, currency)
    if free <= floor:
        return
    if floor:
        move(world, account, type="payout_minimum_balance_hold", amount=-floor, currency=currency, source=None)
    rows = world.store.sql(
        "UPDATE movements SET payout = '' WHERE account = ? AND currency = ? AND payout IS NULL"
        " AND status = 'available' RETURNING net",
        account,
        currency,
    ).fetchall()
    payout = create_payout(world, account, amount=sum(row["net"] for row in rows), currency=currency, automatic=True)
    world.store.sql("UPDATE movements SET payout = ? WHERE payout = ''", payout.id)
    if floor:
        move(world, account, type="payout_minimum_balance_release", amount=floor, currency=currency, source=None)


@job("payout_in_transit")
def take_to_bank(world: World, id: str) -> None:
    _change(world, id, {"status": "in_transit"}, "payout.updated", only_if=("pending",))


@job("payout_reconciled")
def reconcile(world: World, id: str) -> None:
    _change(
        world,
        id,
        {"reconciliation_status": "completed"},
        "payout.reconciliation_completed",
        only_if=("pending", "in_transit", "paid", "failed"),
    )


@job("payout_arrives")
def arrive(world: World, id: str) -> None:
    """The bank takes the money, or sends it back if it is an account whose payouts fail."""
    payout = world.store.find(id)
    if payout and payout.body["status"] in ("pending", "in_transit"):
        bank = world.store.find(payout.body["destination"])
        if bank and bank.hidden["fails"]:
            fail_payout(world, payout)
        else:
            _change(
                world,
                id,
                {"status": "paid", "trace_id": {"status": "supported", "value": f"SANDBOX{id[-8:].upper()}"}},
                "payout.paid",
                only_if=("pending", "in_transit"),
            )


def fail_payout(world: World, payout: Record, code: str = "account_closed") -> None:
    """Return a payout, before or after it was `paid`: the money comes back and the bank account is out of use."""
    before = {"status": payout.body["status"]}
    back = move(
        world,
        payout.account,
        type="payout_failure",
        amount=payout.body["amount"],
        currency=payout.body["currency"],
        source=payout.id,
        description="REFUND FOR FAILED PAYOUT",
    )
    payout.body |= {
        "status": "failed",
        "failure_code": code,
        "failure_balance_transaction": back,
        "failure_message": "The bank account has been closed.",
    }
    world.store.save(payout)
    settings = balance_settings(world, payout.account)
    settings["payments"]["payouts"]["status"] = "disabled"
    save_balance_settings(world, payout.account, settings)
    bank = bank_account(world, payout.account)
    if bank:
        bank.body["status"] = "errored"
        world.store.save(bank)
        world.emit(payout.account, "account.external_account.updated", bank.body)
    world.emit(payout.account, "payout.failed", payout.body, before)


def cancel_payout(world: World, payout: Record) -> None:
    """Cancel a pending payout; raises ApiError if it is on its way already."""
    if payout.body["status"] != "pending":
        raise refused("This payout can no longer be canceled: only pending payouts can be.")
    back = move(
        world,
        payout.account,
        type="payout_cancel",
        amount=payout.body["amount"],
        currency=payout.body["currency"],
        source=payout.id,
        description="REFUND FOR PAYOUT",
    )
    payout.body |= {"status": "canceled", "failure_balance_transaction": back}
    world.store.save(payout)
    world.emit(payout.account, "payout.canceled", payout.body, {"status": "pending"})


def resume_payouts(world: World, account: str) -> None:
    """A new bank account puts payouts back to work, and what has gathered is paid out at the next turn."""
    settings = balance_settings(world, account)
    settings["payments"]["payouts"]["status"] = "enabled"
    save_balance_settings(world, account, settings)
    for row in world.store.sql("SELECT currency FROM balances WHERE account = ? AND available > 0", account).fetchall():
        schedule_payout(world, account, row["currency"])


def _change(world: World, id: str, change: dict[str, Any], event: str, *, only_if: tuple[str, ...]) -> None:
    payout = world.store.find(id)
    if payout and payout.body["status"] in only_if:
        before = {key: payout.body[key] for key in change}
        payout.body |= change
        world.store.save(payout)
        world.emit(payout.account, event, payout.body, before)
