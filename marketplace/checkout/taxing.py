"""What a quote must know to tax: who sells, who buys, and the rates in force; and its prices where no VAT is charged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from accounts.exemptions import exemption_of
from marketplace.carts.queries import CartContents
from marketplace.checkout.shipping import Shipment
from taxonomy.models import TaxCategory
from taxonomy.rates import rate_table
from taxonomy.tax import FoundRate, Rates, rate_of, rates, tax_included
from taxonomy.treatment import CONSUMER, Buyer, Case, Seller, Treatment, here, treat
from taxonomy.vat_ids import country_of


@dataclass(frozen=True, slots=True)
class Taxing:
    """Of a vendor that is not among the `sellers` nothing is known: it owes the VAT of where its goods go."""

    sellers: Mapping[UUID, Seller] = field(default_factory=dict)
    buyer: Buyer = CONSUMER
    rates: Rates | None = None

    def rate(self, country: str, tax_category: str, on: date) -> FoundRate:
        """Raises UnknownCountry."""
        return rate_of(country, tax_category, on, self.rates)

    def treatment(self, vendor_id: UUID, *, destination: str, value_minor: int, currency: str) -> Treatment:
        """How one vendor's part is taxed; `value_minor` is what its goods cost without VAT."""
        seller = self.sellers.get(vendor_id)
        if seller is None:
            return here(destination)
        return treat(Case(seller, self.buyer, destination, value_minor, currency))

    def within(self, vendor_id: UUID, tax_category: str, *, destination: str, on: date) -> Decimal:
        """The rate of the VAT that a vendor's prices have in them: its own country's, or, where that is not known, the
        destination's. So a price without VAT is the same whoever buys without it.
        """
        seller, table = self.sellers.get(vendor_id), rates() if self.rates is None else self.rates
        home = seller.country if seller and (seller.country, str(TaxCategory.STANDARD)) in table else ""
        return self.rate(home or destination, tax_category, on).rate


def taxing_of(found: CartContents) -> Taxing:
    """Of a cart, for whom it is and where it goes. One query for a customer who is signed in, and one a minute for rates."""
    cart = found.cart
    exemption = exemption_of(cart.user_id, country=cart.country) if cart.user_id else ""
    return Taxing(
        sellers={
            vendor_id: Seller(card.country, card.is_small_business, card.vat_id)
            for vendor_id, card in found.vendors.items()
        },
        buyer=Buyer(cart.vat_id, country_of(cart.vat_id), exemption),
        rates=rate_table(),
    )


def without_tax(amount_minor: int, rate: Decimal) -> int:
    """A price less the VAT in it."""
    return amount_minor - tax_included(amount_minor, rate)


def shipped_without_tax(parcel: Shipment, rates: Sequence[Decimal]) -> Shipment:
    """All that is offered for a parcel, less the VAT in it: by the highest of the goods' rates, as it is taxed."""
    methods = tuple(
        replace(method, price_minor=without_tax(method.price_minor, max(rates))) for method in parcel.offered.methods
    )
    offered = replace(parcel.offered, methods=methods)
    chosen = offered.by_key(parcel.chosen.key) if parcel.chosen else None
    return replace(parcel, offered=offered, chosen=chosen)
