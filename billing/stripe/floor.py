"""What our own payouts must leave at the provider: all that we owe. The worker keeps it there."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Sum

from billing.ledger.models import AccountCode, Posting
from billing.ledger.queries import balance
from billing.stripe.amounts import from_stripe, to_stripe
from billing.stripe.client import named_errors, stripe_client
from billing.stripe.models import SyncCursor
from kit import clock

# What is not ours though we hold it: vendors' earnings, customers' refunds, gift cards and credit, and what they paid for
# orders that are not paid in full, taxes, what is disputed or unclear. Some of it lies in our bank, where a sweep ends and
# nobody keeps a floor: so that what is owed is always there, all of it is kept at the provider.
OWED = (
    AccountCode.VENDOR_PAYABLE,
    AccountCode.REFUNDS_OWED,
    AccountCode.BUYERS_DEPOSITS,
    AccountCode.GIFT_CARDS,
    AccountCode.STORE_CREDIT,
    AccountCode.SALES_TAX,
    AccountCode.TAX_PAYABLE,
    AccountCode.DISPUTE_HOLD,
    AccountCode.SUSPENSE,
)


def owed_minor(currency: str) -> int:
    """All that we owe in a currency: a vendor that owes us does not make less what we owe to another. One query."""
    rows = Posting.objects.filter(account__code__in=OWED, account__currency=currency).order_by()
    sums = rows.values_list("account_id").annotate(held=Sum("amount_minor"))
    return sum(-held for _, held in sums if held < 0)


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """Of our balance at the provider, by the books, what is others' and what is our own."""

    currency: str
    available_minor: int
    owed_minor: int

    @property
    def free_minor(self) -> int:
        return max(self.available_minor - self.owed_minor, 0)


def own_money(currency: str) -> OwnMoney:
    """What the books say may be paid out of our own; whoever sends it asks the provider as well. Two queries."""
    return OwnMoney(currency, balance(AccountCode.STRIPE_AVAILABLE, currency=currency), owed_minor(currency))


def free_minor(currency: str) -> int:
    """What finance may have paid out now: available at the provider, and owed to nobody. Network; raises StripeError."""
    balance = stripe_client().v1.balance.retrieve()
    available = sum(each.amount for each in balance.available if each.currency == currency.lower())
    return max(from_stripe(available, currency) - owed_minor(currency), 0)


def keep_floor() -> bool:
    """Have the provider's own sweep of our balance leave what we owe; gives whether it had to be told anew. Network: not in a
    transaction.

    Raises ProviderUnavailable, ProviderRefused.
    """
    currency = settings.CURRENCY
    floor = owed_minor(currency)
    cursor, _ = SyncCursor.objects.get_or_create(name=f"floor {currency}", account_id="")
    told = cursor.position != str(floor)
    if told:
        with named_errors("setting what our payouts leave"):
            stripe_client().v1.balance_settings.update(
                {
                    "payments": {
                        "payouts": {"minimum_balance_by_currency": {currency.lower(): to_stripe(floor, currency)}}
                    }
                }
            )
        SyncCursor.objects.filter(id=cursor.id).update(position=str(floor), read_at=clock.now())
    return told
