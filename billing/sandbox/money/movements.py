"""Balance transactions: every cent that moves is one row here, and every balance is their sum."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..ids import new_id
from ..world import World, job
from .currencies import convert, rate_between
from .settings import schedule_payout

REPORTING = {
    "charge": "charge",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "transfer": "transfer",
    "transfer_refund": "transfer_reversal",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "payout_minimum_balance_hold": "payout_minimum_balance_hold",
    "payout_minimum_balance_release": "payout_minimum_balance_release",
    "topup": "topup",
}
# What waits for available money (refunds) is tried again by these when money becomes available.
WAITING: list[Callable[[World, str, str], None]] = []


def move(
    world: World,
    account: str,
    *,
    type: str,
    amount: int,
    currency: str,
    source: str | None,
    fee: int = 0,
    available_on: int | None = None,
    description: str | None = None,
    category: str | None = None,
    payout: str | None = None,
) -> str:
    """Write one balance transaction and change the balance by ``amount - fee`` minor units; returns its id.

    It is pending until ``available_on`` (sandbox time; default now). A currency in which the account does not settle
    is changed into the one in which it does, at the sandbox's fixed rates.
    """
    settled = settles_in(world, account, currency)
    rate = None if settled == currency else float(rate_between(currency, settled))
    amount, fee, currency = convert(amount, currency, settled), convert(fee, currency, settled), settled
    available_on = max(available_on or 0, world.now)
    status = "pending" if available_on > world.now else "available"
    id = new_id("txn")
    world.store.sql(
        "INSERT INTO movements (id, account, created, currency, amount, fee, net, type, category, available_on, "
        "status, source, payout, description, exchange_rate)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        account,
        world.now,
        currency,
        amount,
        fee,
        amount - fee,
        type,
        category or REPORTING[type],
        available_on,
        status,
        source,
        payout,
        description,
        rate,
    )
    pending, available = (amount - fee, 0) if status == "pending" else (0, amount - fee)
    world.store.sql(
        "INSERT INTO balances VALUES (?, ?, ?, ?) ON CONFLICT (account, currency) DO UPDATE SET"
        " pending = pending + excluded.pending, available = available + excluded.available",
        account,
        currency,
        pending,
        available,
    )
    if status == "pending":
        world.schedule("funds_available", f"{account}:{currency}", available_on)
    elif payout is None and amount > fee:
        schedule_payout(world, account, currency)
    return id


def settles_in(world: World, account: str, currency: str) -> str:
    """The currency in which an account holds what comes in ``currency``.

    Every currency by itself, unless ``settlement_currencies`` is set: then the platform holds those, and what comes in
    another becomes its own; vendors hold the currency of their account.
    """
    settled = world.store.get_meta("settlement_currencies")
    if settled is None:
        return currency
    if account == world.platform:
        return currency if currency in settled else world.settings.currency
    owner = world.store.find(account)
    return owner.body["defaults"]["currency"] if owner else currency


def held(world: World, account: str, currency: str) -> tuple[int, int]:
    """What an account holds in a currency: (pending, available), in minor units."""
    row = world.store.one(
        "SELECT pending, available FROM balances WHERE account = ? AND currency = ?", account, currency
    )
    return (row["pending"], row["available"]) if row else (0, 0)


def find_movement(world: World, id: str) -> dict[str, Any] | None:
    """The balance transaction as the API shows it, with its owner under ``"account"`` removed.

    None if there is none.
    """
    row = world.store.one("SELECT * FROM movements WHERE id = ?", id)
    return movement_body(row) if row else None


def movement_body(row: Any) -> dict[str, Any]:
    fees = (
        [
            {
                "amount": row["fee"],
                "application": None,
                "currency": row["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if row["fee"]
        else []
    )
    return {
        "id": row["id"],
        "object": "balance_transaction",
        "amount": row["amount"],
        "available_on": row["available_on"],
        "balance_type": "payments",
        "created": row["created"],
        "currency": row["currency"],
        "description": row["description"],
        "exchange_rate": row["exchange_rate"],
        "fee": row["fee"],
        "fee_details": fees,
        "net": row["net"],
        "reporting_category": row["category"],
        "source": row["source"],
        "status": row["status"],
        "type": row["type"],
    }


def balance_body(world: World, account: str) -> dict[str, Any]:
    """The ``balance`` object of an account: one entry for each currency, never an empty list."""
    rows = list(world.store.sql("SELECT * FROM balances WHERE account = ? ORDER BY currency", account))
    sums = {row["currency"]: (row["pending"], row["available"]) for row in rows} or {world.settings.currency: (0, 0)}

    def entries(index: int) -> list[dict[str, Any]]:
        return [
            {"amount": both[index], "currency": currency, "source_types": {"card": both[index]}}
            for currency, both in sums.items()
        ]

    body: dict[str, Any] = {"object": "balance", "available": entries(1), "livemode": False, "pending": entries(0)}
    if account == world.platform:
        body["connect_reserved"] = [{"amount": 0, "currency": currency} for currency in sums]
    else:
        body["instant_available"] = entries(1)
    return body


@job("funds_available")
def release(world: World, subject: str) -> None:
    """Turn pending money whose time has come into available money, and try what waited for it."""
    account, currency = subject.split(":")
    rows = world.store.sql(
        "UPDATE movements SET status = 'available' WHERE account = ? AND currency = ? AND status = 'pending'"
        " AND available_on <= ? RETURNING net",
        account,
        currency,
        world.now,
    ).fetchall()
    if not rows:
        return
    freed = sum(row["net"] for row in rows)
    world.store.sql(
        "UPDATE balances SET pending = pending - ?, available = available + ? WHERE account = ? AND currency = ?",
        freed,
        freed,
        account,
        currency,
    )
    for retry in WAITING:
        retry(world, account, currency)
    world.emit(account, "balance.available", balance_body(world, account))
    schedule_payout(world, account, currency)
