"""What of somebody's gift cards and store credit keeps them from being erased."""

from collections.abc import Iterator

from django.db.models import Q

from billing.prepaid.models import GiftCard, Prepaid, PrepaidKind
from kit.money import Money
from kit.personal import Person


def prepaid_under_way(person: Person) -> Iterator[str]:
    """Each gift card that they bought, or that is for them, and has not gone out; and money that would be lost with the
    account.
    """
    theirs = Q(buyer_email__in=person.emails) | Q(recipient_email__in=person.emails)
    if person.user_id is not None:
        theirs |= Q(buyer_id=person.user_id)
    waiting = GiftCard.objects.filter(theirs, issued_at__isnull=False, mailed_at=None, voided_at=None)
    for number in waiting.order_by("number").values_list("number", flat=True):
        yield f"Gift card {number} has not been mailed yet"
    if person.user_id is None:
        return
    credit = Prepaid.objects.filter(user_id=person.user_id, kind=PrepaidKind.STORE_CREDIT, balance_minor__gt=0)
    for kept in credit.order_by("currency"):
        yield f"You have {Money(kept.balance_minor, kept.currency)} of store credit: use it, or have support take it back"
