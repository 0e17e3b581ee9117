"""What of a table is about a person: declared on the model beside `access`, read by `privacy`, which exports and
erases by it.

    class Order(models.Model):
        personal = Personal(
            "Orders", user="user_id", email="email", blank={"email": PSEUDONYM}, keep={"ship_to": "the invoice names it"}
        )

A field that looks personal and is neither declared here nor listed in `config.personal`, with the fields that are about
nobody, fails a test. Fields of members of vendors and of staff are told apart by `keep`, which says why they stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q

ERASED_DOMAIN = "erased.invalid"


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data it is: an account, none for a guest; the addresses shown to be theirs; and the ids of what they ordered."""

    user_id: UUID | None
    emails: frozenset[str] = frozenset()
    orders: tuple[UUID, ...] = ()


class Pseudonym:
    """Stands for an address that nobody has, the same for all of one person's rows and another for each person's."""


PSEUDONYM = Pseudonym()


@dataclass(frozen=True, slots=True)
class Personal:
    """`user`, `email` and `order` are lookups by which a person's rows are found; `only` narrows them further;
    by `also` (an order) rows of others that quote them, which are erased and not exported.

    `blank`: what each field is afterwards, or a function of what it was, or PSEUDONYM. `choice`: fields emptied only where
    the person wants their words gone as well. `delete`: the rows themselves go, "choice" likewise. `keep`: what stays, and
    why. `hidden`: never exported, for it opens something. `more`: exported beside, though it tells of nobody.
    """

    title: str
    user: str = ""
    email: str | tuple[str, ...] = ""
    order: str | tuple[str, ...] = ""
    also: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)
    blank: Mapping[str, Any] = field(default_factory=dict)
    choice: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    delete: bool | str = False

    @property
    def declared(self) -> frozenset[str]:
        return frozenset((*self.blank, *self.choice, *self.keep, *self.hidden, *self.more))

    @property
    def finds(self) -> bool:
        """Whether its rows can be a customer's at all."""
        return bool(self.user or self.email or self.order)

    def of(self, person: Person, *, erasing: bool = False) -> Q:
        """The condition for a person's rows; none of them when nothing says whose they are."""
        found = Q(pk__in=[])
        if self.user and person.user_id is not None:
            found |= Q(**{self.user: person.user_id})
        if person.orders:
            for lookup in _each(self.order):
                found |= Q(**{f"{lookup}__in": person.orders})
        for lookup in _each(self.email):
            for email in sorted(person.emails):
                found |= Q(**{f"{lookup}__iexact": email})
        if self.also and erasing and person.orders:
            found |= Q(**{f"{self.also}__in": person.orders})
        return found & Q(**self.only) if self.only else found


def _each(lookups: str | tuple[str, ...]) -> tuple[str, ...]:
    return (lookups,) if isinstance(lookups, str) and lookups else tuple(lookups)


def personal_of(model: type) -> Personal | None:
    found: Any = getattr(model, "personal", None)
    return found if isinstance(found, Personal) else None


def country_alone(address: dict[str, str]) -> dict[str, str]:
    """A postal address of which only the country is left, for what tax was due there."""
    return {"country": address["country"]} if address.get("country") else {}


def without_phone(address: dict[str, str]) -> dict[str, str]:
    return {**address, "phone": ""} if address.get("phone") else address
