"""What a check may find: one difference, with all that is needed to look it up."""

from dataclasses import dataclass
from uuid import UUID

from billing.ledger.models import AccountCode

# (account code, vendor, currency): how the checks speak of a ledger account, whether it was used or not.
AccountKey = tuple[str, UUID | None, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference. `key` stays the same while it stays; amounts are minor units of `currency`.

    `reference_id` is the order or vendor order it is about.
    """

    key: str
    check: str
    explanation: str
    expected_minor: int = 0
    found_minor: int = 0
    currency: str = ""
    account: str = ""
    entry_id: UUID | None = None
    vendor_id: UUID | None = None
    reference_id: UUID | None = None


def account_name(code: str) -> str:
    """The account in words: "2000 Vendor payable"."""
    return f"{code} {AccountCode(code).label.removesuffix('/v')}"
