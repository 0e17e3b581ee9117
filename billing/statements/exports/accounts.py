"""Our accounts in the accountants' chart."""

from dataclasses import dataclass

from django.db import transaction

from billing.ledger.models import AccountCode
from billing.statements.models import AccountMapping
from kit import clock
from kit.errors import InvalidInput

# Suggested numbers of DATEV's chart SKR 04; none of them carries automatic tax. A controller changes them.
SUGGESTED = {
    "1010": ("1461", "Stripe, pending"),
    "1020": ("1462", "Stripe, available"),
    "1030": ("1460", "Payouts in transit"),
    "1100": ("1800", "Bank"),
    "1300": ("1301", "Owed by vendors"),
    "1310": ("1302", "Disputed funds"),
    "1320": ("1303", "Subscriptions owed by vendors"),
    "2000": ("3501", "Owed to vendors"),
    "2100": ("3502", "Refunds owed to buyers"),
    "2120": ("3272", "Gift cards, not used yet"),
    "2130": ("3273", "Store credit of customers"),
    "2200": ("3820", "VAT payable"),
    "2210": ("3821", "VAT payable as deemed supplier"),
    "2300": ("3900", "Deferred subscription revenue"),
    "2400": ("3503", "Kept for disputes"),
    "2900": ("3790", "Suspense"),
    "4000": ("4560", "Commission"),
    "4010": ("4561", "Subscriptions"),
    "4020": ("4562", "Fees recharged"),
    "4030": ("4563", "Gift cards never used"),
    "5000": ("6855", "Payment processing"),
    "5010": ("6856", "Dispute fees"),
    "5020": ("6857", "Account and payout fees"),
    "5030": ("6930", "Bad debt"),
    "5040": ("6880", "Exchange and rounding"),
    "5050": ("6858", "Credits to vendors"),
    "5060": ("6859", "Discounts borne"),
    "5070": ("6854", "Goodwill to customers"),
}


@dataclass(frozen=True, slots=True)
class External:
    """An account of ours as the accountants call it; `chosen` when somebody said so."""

    code: str
    number: str
    name: str
    chosen: bool

    @property
    def ours(self) -> str:
        return AccountCode(self.code).label.removesuffix("/v")


def mapping() -> dict[str, External]:
    """Every account code of ours, in order. One query."""
    chosen = {row.code: row for row in AccountMapping.objects.all()}
    return {code.value: _external(code, chosen.get(code.value)) for code in AccountCode}


def _external(code: AccountCode, row: AccountMapping | None) -> External:
    number, name = SUGGESTED.get(code.value, (code.value, code.label.removesuffix("/v")))
    if row is None:
        return External(code.value, number, name, chosen=False)
    return External(code.value, row.number, row.name or name, chosen=True)


@transaction.atomic
def map_account(*, code: str, number: str, name: str = "") -> AccountMapping:
    """Say what an account of ours is called there. Raises InvalidInput unless it is 4 to 8 digits and nobody else's."""
    number = number.strip()
    if not (number.isascii() and number.isdigit() and 4 <= len(number) <= 8):
        raise InvalidInput("An account number has 4 to 8 digits.", field=code)
    taken = next((each for each in mapping().values() if each.number == number and each.code != code), None)
    if taken:
        raise InvalidInput(f"{number} stands for {taken.code} {taken.ours} already.", field=code)
    row, _ = AccountMapping.objects.update_or_create(
        code=code, defaults={"number": number, "name": name.strip()[:60], "changed_at": clock.now()}
    )
    return row
