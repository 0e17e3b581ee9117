"""Each account's balance settings: when its money becomes available and when it is paid out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ..store import Record
from ..world import World

SETTLEMENT_DAYS = 2
DAY = 86400


def balance_settings(world: World, account: str) -> dict[str, Any]:
    """The ``balance_settings`` of an account: vendors are paid out daily, the platform by hand, unless changed."""
    found = world.store.find(f"balance_settings:{account}")
    if found:
        return found.body
    platform = account == world.platform
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": not platform,
            "payouts": {
                "minimum_balance_by_currency": None,
                "statement_descriptor": None,
                "status": "enabled",
                "schedule": {"interval": "manual"} if platform else {"interval": "daily"},
            },
            "settlement_timing": {"delay_days": SETTLEMENT_DAYS, "delay_days_override": None},
        },
    }


def save_balance_settings(world: World, account: str, body: dict[str, Any]) -> None:
    id = f"balance_settings:{account}"
    found = world.store.find(id)
    if found:
        found.body = body
        world.store.save(found)
    else:
        world.store.add(Record(id, "balance_settings", account, world.now, body))


def extra_delay_seconds(world: World, account: str) -> int:
    """How much longer than the platform's charge a vendor's incoming money is withheld by ``delay_days_override``."""
    override = balance_settings(world, account)["payments"]["settlement_timing"]["delay_days_override"]
    return max(0, (override or 0) - SETTLEMENT_DAYS) * DAY if override else 0


def next_payout_at(settings: dict[str, Any], now: int) -> int | None:
    """The first midnight (UTC) after ``now`` at which the schedule pays out; None for a manual schedule."""
    payouts = settings["payments"]["payouts"]
    schedule = payouts["schedule"]
    if schedule["interval"] == "manual" or payouts["status"] == "disabled":
        return None
    day = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(62):
        day += timedelta(days=1)
        if schedule["interval"] == "daily":
            break
        if schedule["interval"] == "weekly" and day.strftime("%A").lower() in schedule["weekly_payout_days"]:
            break
        last_of_month = (day + timedelta(days=1)).month != day.month
        if schedule["interval"] == "monthly" and any(
            day.day == due or (last_of_month and due > day.day) for due in schedule["monthly_payout_days"]
        ):
            break
    return int(day.timestamp())


def schedule_payout(world: World, account: str, currency: str) -> None:
    """Note the account's next automatic payout, if its schedule has one."""
    due = next_payout_at(balance_settings(world, account), world.now)
    if due is not None:
        world.schedule("payout_run", f"{account}:{currency}", due)
