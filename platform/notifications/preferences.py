"""What somebody does not want to be mailed: kept by address, for guests have no account."""

from collections.abc import Iterable

from django.db import transaction

from kit import clock
from notifications.models import MailRefusal
from notifications.topics import check_optional, optional_topics


def refused_topics(email: str) -> frozenset[str]:
    """What this address has switched off. One statement."""
    return frozenset(MailRefusal.objects.filter(email=email.lower()).values_list("topic", flat=True))


def is_refused(email: str, topic: str) -> bool:
    return MailRefusal.objects.filter(email=email.lower(), topic=topic).exists()


@transaction.atomic
def refuse(*, email: str, topic: str) -> None:
    """No more of it to this address. Twice is once. Raises InvalidInput for what cannot be switched off."""
    row = MailRefusal(email=email.lower(), topic=check_optional(topic), refused_at=clock.now())
    MailRefusal.objects.bulk_create([row], ignore_conflicts=True)


@transaction.atomic
def follow_address(*, old: str, new: str) -> None:
    """Somebody is mailed elsewhere from now on: what they have switched off stays off."""
    for topic in refused_topics(old) & optional_topics().keys():
        refuse(email=new, topic=topic)


@transaction.atomic
def choose_topics(*, email: str, wanted: Iterable[str]) -> None:
    """Mail this address about these of the optional topics and about no other. Raises InvalidInput for what is none."""
    chosen = {check_optional(topic) for topic in wanted}
    MailRefusal.objects.filter(email=email.lower(), topic__in=chosen).delete()
    for topic in optional_topics():
        if topic not in chosen:
            refuse(email=email, topic=topic)
