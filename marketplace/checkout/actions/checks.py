"""What a buyer gives and what is refused of an order: each said with a code, at its field where it has one."""

from collections.abc import Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from billing.payments.provider import AMOUNT_LIMITS
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.money import Money
from kit.postal_addresses import clean_address
from taxonomy.tax import rate_for
from taxonomy.vat_ids import clean_vat_id


class CartChanged(Conflict):
    """The cart is not what the customer saw: another tab changed it."""

    code = "cart_changed"


class CartEmpty(Conflict):
    code = "cart_empty"


class PricesChanged(Conflict):
    """A shop's price is not the one that was shown. `prices` holds the new ones by cart line."""

    code = "prices_changed"

    def __init__(self, prices: Mapping[UUID, int], words: str):
        super().__init__(words)
        self.prices = dict(prices)


class TotalChanged(Conflict):
    """The whole costs something else than the customer was shown."""

    code = "total_changed"


class TooLittle(Conflict):
    """The order comes to less than the provider takes in one payment."""

    code = "total_too_small"


class TooMuch(Conflict):
    """The order comes to more than the provider takes in one payment."""

    code = "total_too_large"


class CannotShip(InvalidInput):
    """A vendor does not ship to the country, or not such a parcel."""

    code = "cannot_ship"


class MethodGone(Conflict):
    """A shipping method that was chosen is not offered, or not any more. `vendors` are the slugs of whom, by id."""

    code = "shipping_method_gone"

    def __init__(self, vendors: Mapping[UUID, str], words: str):
        super().__init__(words, field="shipping")
        self.vendors = dict(vendors)


def check_address(ship_to: Mapping[str, str], *, fetched: bool = False) -> dict[str, str]:
    """The address as `clean_address` gives it, in a country we sell to. Raises InvalidInput naming the field.

    `fetched`: nothing is sent there, so that a name and a country are enough.
    """
    clean = clean_address(ship_to, sent=not fetched)
    rate_for(clean["country"], "standard", clock.today())
    return clean


def check_email(email: str) -> str:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise InvalidInput("Write the e-mail address like name@example.com.", field="email") from None
    return email.strip()


def check_company(company: str, vat_id: str) -> tuple[str, str]:
    """The company it is bought for and its VAT number, as they are written; both empty for a consumer.

    A number proves a company only with its name. Raises InvalidInput naming the field.
    """
    company = " ".join(company.split())
    if len(company) > 150 or not company.isprintable():
        raise InvalidInput("Write the company's name in 150 characters at most.", field="company")
    if not vat_id.strip():
        return company, ""
    if not company:
        raise InvalidInput("Write the name of the company whose VAT number this is.", field="company")
    return company, clean_vat_id(vat_id)


def check_payable(total: Money) -> None:
    least, most = (Money(limit, total.currency) for limit in AMOUNT_LIMITS[total.currency])
    if total.amount_minor < least.amount_minor:
        raise TooLittle(f"An order must come to {least} at least; this comes to {total}. Put something more in.")
    if total.amount_minor > most.amount_minor:
        raise TooMuch(f"One payment can be {most} at most; this comes to {total}. Order it in parts.")
