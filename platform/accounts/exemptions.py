"""Customers who are free of VAT, each by a document that staff have seen, for as long as it is valid."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import TaxExemption, User
from kit import clock
from kit.errors import Conflict, InvalidInput


class ExemptionOver(Conflict):
    """It has ended already."""

    code = "exemption_over"


def grant_exemption(
    *, user: User, country: str, document: str, valid_from: date, valid_until: date, by: UUID
) -> TaxExemption:
    """Free a customer of VAT on what goes to a country, from a day to a day, both within. Raises InvalidInput."""
    document = " ".join(document.split())
    if not 0 < len(document) <= 200:
        raise InvalidInput("Name the document that proves it: who issued it, its number and day.", field="document")
    if len(country) != 2 or not country.isupper():
        raise InvalidInput("Choose the country for which it holds.", field="country")
    if valid_until < valid_from:
        raise InvalidInput("It cannot end before it begins.", field="valid_until")
    if valid_until < clock.today():
        raise InvalidInput("It is over already.", field="valid_until")
    return TaxExemption.objects.create(
        user=user, country=country, document=document, valid_from=valid_from, valid_until=valid_until, made_by=by
    )


@transaction.atomic
def end_exemption(*, exemption_id: UUID, by: UUID) -> TaxExemption:
    """From now on the customer pays VAT. What was ordered before stays as it is. Raises ExemptionOver."""
    found = TaxExemption.objects.select_for_update().get(id=exemption_id)
    if found.ended_at is not None:
        raise ExemptionOver("This exemption has ended already.")
    found.ended_at, found.ended_by = clock.now(), by
    found.save(update_fields=["ended_at", "ended_by"])
    return found


def exemption_of(user_id: UUID, *, country: str) -> str:
    """The document by which a customer is exempt there today; empty for none. One query."""
    return in_force(user_id).filter(country=country).values_list("document", flat=True).first() or ""


def in_force(user_id: UUID) -> QuerySet[TaxExemption]:
    today = clock.today()
    return TaxExemption.objects.filter(
        Q(valid_from__lte=today, valid_until__gte=today), user_id=user_id, ended_at=None
    ).order_by("id")
