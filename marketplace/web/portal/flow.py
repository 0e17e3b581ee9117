""" "Where is my money", as the component `money_flow` shows it."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from billing.payments.queries import given_back
from billing.payouts.queries import VendorMoney, vendor_money
from kit.money import Money
from marketplace.orders.queries import sold


def money_flow(vendor_id: UUID) -> list[dict[str, Any]]:
    """Paid, held, on its way, in the bank: what customers paid, less what the first step names, is the sum of the others."""
    currency = settings.CURRENCY
    money = vendor_money(vendor_id, currency)
    gross, commission = sold(vendor_id, currency)
    refunded, refunded_net = given_back(vendor_id, currency)
    kept = commission - (refunded - refunded_net)
    return [
        _step(
            "Paid by customers",
            gross,
            _between(gross, refunded, kept, money),
            "credit-card",
            reverse("portal:ledger"),
        ),
        _step("Held", money.held.amount_minor, _held(money), "lock", f"{reverse('portal:transfers')}?state=held"),
        _step(
            "On its way",
            money.on_its_way.amount_minor,
            _on_its_way(money),
            "send",
            reverse("portal:transfers"),
        ),
        _step(
            "In the bank", money.in_the_bank.amount_minor, "payouts that arrived", "landmark", reverse("portal:payouts")
        ),
    ]


def _between(gross: int, refunded: int, commission: int, money: VendorMoney) -> str:
    """What lies between what customers paid and where the money is now, so that the row adds up."""
    there = money.held + money.on_its_way + money.in_the_bank
    # Credits and debits by hand, disputes, debts: their own pages say what each was.
    other = there.amount_minor - (gross - refunded - commission)
    parts = ((-refunded, "refunds"), (-commission, "commission"), (other, "credits, debts and disputes"))
    return ", ".join(
        f"{'less' if amount < 0 else 'plus'} {Money(abs(amount), settings.CURRENCY)} {words}"
        for amount, words in parts
        if amount
    )


def _held(money: Any) -> str:
    if not money.held_count:
        return "nothing waits"
    if money.next_release_at:
        return f"next released on {money.next_release_at:%-d %B}"
    return f"until {settings.HOLD_DAYS} days after delivery"


def _on_its_way(money: Any) -> str:
    if money.on_its_way.amount_minor < 0:
        return "taken back after it was paid out; your next earnings make up for it"
    return f"arrives on {money.arrives_on:%-d %B}" if money.arrives_on else "to your bank with the next payout"


def _step(label: str, amount_minor: int, note: str, icon: str, url: str) -> dict[str, Any]:
    return {
        "label": label,
        "amount_minor": amount_minor,
        "currency": settings.CURRENCY,
        "note": note,
        "icon": icon,
        "url": url,
    }
