"""A customer's own details: name and postal addresses. Only form is checked here; an order checks the country as well."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from accounts.actions import tell_changed
from accounts.models import Address, User
from kit.errors import Conflict, InvalidInput
from kit.postal_addresses import clean_address

MAX_ADDRESSES = 20


class TooManyAddresses(Conflict):
    code = "too_many_addresses"


@transaction.atomic
def change_name(*, user: User, name: str) -> User:
    """How we call the customer; vendors they work for hear of it. Raises InvalidInput."""
    name = " ".join(name.split())
    if not name or len(name) > 150 or not name.isprintable():
        raise InvalidInput("Enter your name, with at most 150 characters.", field="name")
    user.name = name
    user.save(update_fields=["name"])
    tell_changed(user_id=user.id)
    return user


@transaction.atomic
def save_address(
    *, user: User, values: Mapping[str, str], address: Address | None = None, company: str = "", vat_id: str = ""
) -> Address:
    """Keep a new address, or change one of the user's. The first one is the default. Raises InvalidInput, Conflict.

    `company` with its `vat_id`, which the caller has checked, are kept with a new one.
    """
    _lock(user)
    clean = clean_address(values)
    if address is None:
        clean |= {"company": company, "vat_id": vat_id}
    if address is None:
        same = user.addresses.filter(**clean).first()
        if same is not None:
            return same
        have = user.addresses.count()
        if have >= MAX_ADDRESSES:
            raise TooManyAddresses(f"We keep at most {MAX_ADDRESSES} addresses. Remove one first.")
        address = Address(user=user, is_default=have == 0)
    for name, value in clean.items():
        setattr(address, name, value)
    address.save()
    return address


@transaction.atomic
def remove_address(*, user: User, address_id: UUID) -> None:
    """Forget an address; the newest one left becomes the default. Removing twice is no error."""
    _lock(user)
    address = user.addresses.filter(id=address_id).first()
    if address is None:
        return
    address.delete()
    heir = user.addresses.order_by("-created_at").first() if address.is_default else None
    if heir is not None:
        heir.is_default = True
        heir.save(update_fields=["is_default"])


@transaction.atomic
def choose_default(*, user: User, address_id: UUID) -> None:
    """The address that checkout offers first. Raises Conflict when it is not there any more."""
    _lock(user)
    if not user.addresses.filter(id=address_id).exists():
        raise Conflict("This address is no longer there.")
    user.addresses.exclude(id=address_id).update(is_default=False)
    user.addresses.filter(id=address_id).update(is_default=True)


def _lock(user: User) -> None:
    """One change of a customer's addresses at a time."""
    User.objects.select_for_update(of=("self",)).get(id=user.id)
