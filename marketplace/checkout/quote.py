"""What a purchase costs, part by part: pure functions over plain data, the same for the cart page, the API and placing.

Prices include the destination's VAT: the price stays and the tax share varies with the country; where no VAT is charged,
it is taken off (`taxonomy.treatment` has the rules). Whoever owes the VAT is said of each line: the vendor's is part of its
earnings, the platform's is not paid to it. Commission is taken by the rules in force, with the VAT on it.

A discount that the vendor bears makes the price lower: the VAT is of what is left, and commission is taken of it. One that
the platform bears is paid to the vendor all the same, by somebody else than the customer: VAT and commission are as without
it (see `docs/decisions/who-funds-a-discount-pays-it.md`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.commissions.engine import CommissionInput, CommissionTerms, commission_for
from billing.commissions.vat import Treatment
from kit.errors import InvalidInput
from kit.money import CurrencyMismatch, Money, split_largest_remainder
from marketplace.checkout.shipping import Shipment, shipment
from marketplace.checkout.taxing import Taxing, shipped_without_tax, without_tax
from marketplace.promotions.discounts import NONE, Discounts, Goods, Split, Terms, discounts_on
from taxonomy.models import TaxCategory
from taxonomy.tax import FoundRate, tax_included
from taxonomy.treatment import PLATFORM
from taxonomy.treatment import Treatment as Taxed
from tenants.shop.shipping.terms import Item, ShippingTerms


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """So many of one offer. `key` is the caller's, unique in the quote; the unit price is in minor units, VAT included."""

    key: UUID
    vendor_id: UUID
    unit_price_minor: int
    quantity: int
    currency: str
    tax_category: str
    category_path: str
    tags: frozenset[str] = frozenset()
    weight_grams: int = 0
    shipping_profile_id: UUID | None = None
    ships_on: date | None = None
    product_id: UUID | None = None
    article: UUID | None = None

    @property
    def list_minor(self) -> int:
        """What it costs before any discount."""
        return self.unit_price_minor * self.quantity


@dataclass(frozen=True, slots=True)
class LineQuote:
    """`total = list - discount` is what the customer pays; tax and commission are of that and of what the platform adds.

    `commission_facts` are what the rules were asked about, so that a simulation can ask others the same.
    """

    key: UUID
    unit_price_minor: int
    list_minor: int
    discount: Split
    total_minor: int
    tax_rate: Decimal
    tax_rate_key: str
    tax_reason: str
    tax_minor: int
    commission_minor: int
    commission_tax_minor: int
    commission_rule_id: UUID
    commission_rule_version: int
    commission_reason: str
    commission_facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VendorQuote:
    """One vendor's part. `total = goods + shipping` is what the customer pays; `subsidy` is what the platform adds to it, and
    `tax` is contained in both together.
    """

    vendor_id: UUID
    lines: list[LineQuote]
    goods_minor: int
    goods_discount: Split
    shipping_minor: int
    shipping_discount: Split
    shipping_tax_rate: Decimal
    shipping_tax_minor: int
    tax_minor: int
    total_minor: int
    commission_minor: int
    commission_tax_minor: int
    commission_vat: Treatment
    taxed: Taxed
    shipment: Shipment
    quoted_on: date

    @property
    def platform_tax_minor(self) -> int:
        """The VAT that the platform owes of it, and does not pay to the vendor."""
        return self.tax_minor if self.taxed.liable == PLATFORM else 0

    @property
    def ships(self) -> bool:
        """Whether it is settled how it gets to the customer."""
        return self.shipment.chosen is not None

    @property
    def discount(self) -> Split:
        """All that is taken off this part."""
        return self.goods_discount + self.shipping_discount

    @property
    def subsidy_minor(self) -> int:
        return self.discount.platform

    @property
    def free_shipping_missing_minor(self) -> int:
        """So much more from this vendor, and shipping is free; 0: it is, or will not be."""
        return self.shipment.chosen.missing_minor if self.shipment.chosen else 0

    @property
    def days(self) -> tuple[int, int]:
        """In how many days it arrives, the first and the last."""
        chosen = self.shipment.chosen
        return ((chosen.first_on - self.quoted_on).days, (chosen.last_on - self.quoted_on).days) if chosen else (0, 0)


@dataclass(frozen=True, slots=True)
class Quote:
    """All of it, vendors in the order their first lines came."""

    currency: str
    country: str
    vendors: list[VendorQuote]
    goods_minor: int
    shipping_minor: int
    tax_minor: int
    total_minor: int
    discounts: Discounts = field(default_factory=Discounts)

    @property
    def discount_minor(self) -> int:
        """All that is taken off."""
        return sum(vendor.discount.whole for vendor in self.vendors)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def blocked_vendors(self) -> list[UUID]:
        """Vendors of which nothing says how their parcel gets to the country."""
        return [vendor.vendor_id for vendor in self.vendors if not vendor.ships]


def quote(
    lines: Sequence[QuoteLine],
    *,
    shipping: Mapping[UUID, ShippingTerms],
    country: str,
    on: date,
    commissions: CommissionTerms,
    currency: str = "EUR",
    chosen: Mapping[UUID, str] | None = None,
    now: datetime | None = None,
    promotions: Sequence[Terms] = (),
    taxing: Taxing | None = None,
) -> Quote:
    """The quote of `lines` shipped to `country` on a day, less what `promotions` take off, taxed as `taxing` has it.

    `chosen` are the keys of shipping methods by vendor, the cheapest where none is; dates count from `now`, or the beginning
    of the day. `commissions` knows every vendor of the lines. Raises UnknownCountry, CurrencyMismatch for a line in another
    currency, NoRule, RuleBroken or RuleCurrency when commission cannot be told.
    """
    if any(line.currency != currency for line in lines):
        raise CurrencyMismatch(f"everything in one purchase is in {currency}")
    by_vendor: dict[UUID, list[QuoteLine]] = {}
    for line in lines:
        if line.quantity < 1 or line.unit_price_minor < 0:
            raise InvalidInput("A quantity is at least one and a price never below zero.")
        by_vendor.setdefault(line.vendor_id, []).append(line)
    parcels = {
        vendor_id: shipment(
            shipping[vendor_id],
            [_item(line) for line in own],
            country=country,
            now=now or datetime.combine(on, time(), UTC),
            key=(chosen or {}).get(vendor_id, ""),
        )
        for vendor_id, own in by_vendor.items()
    }
    taxing, treatments = taxing or Taxing(), {}
    for vendor_id, own in by_vendor.items():
        # What is fetched is handed over where it is fetched, and taxed there.
        chosen_one = parcels[vendor_id].chosen
        place = chosen_one.place if chosen_one else None
        taxed_in = place.country if place else country
        within = [taxing.within(vendor_id, line.tax_category, destination=taxed_in, on=on) for line in own]
        value = sum(without_tax(line.list_minor, rate) for line, rate in zip(own, within, strict=True))
        taxed = taxing.treatment(vendor_id, destination=taxed_in, value_minor=value, currency=currency)
        treatments[vendor_id] = taxed, taxed_in
        if taxed.taken_off:
            by_vendor[vendor_id] = [
                replace(line, unit_price_minor=without_tax(line.unit_price_minor, rate))
                for line, rate in zip(own, within, strict=True)
            ]
            parcels[vendor_id] = shipped_without_tax(parcels[vendor_id], within)
    charged = {line.key: line for own in by_vendor.values() for line in own}
    costs = {vendor_id: parcel.free_minor for vendor_id, parcel in parcels.items()}
    discounts = discounts_on([_goods(charged[line.key]) for line in lines], shipping=costs, promotions=promotions)
    vendors = [
        _vendor_quote(
            vendor_id,
            own,
            parcels[vendor_id],
            discounts,
            country,
            on,
            commissions,
            currency,
            taxing,
            *treatments[vendor_id],
        )
        for vendor_id, own in by_vendor.items()
    ]
    return Quote(
        currency=currency,
        country=country,
        vendors=vendors,
        goods_minor=sum(vendor.goods_minor for vendor in vendors),
        shipping_minor=sum(vendor.shipping_minor for vendor in vendors),
        tax_minor=sum(vendor.tax_minor for vendor in vendors),
        total_minor=sum(vendor.total_minor for vendor in vendors),
        discounts=discounts,
    )


def _vendor_quote(
    vendor_id: UUID,
    lines: Sequence[QuoteLine],
    parcel: Shipment,
    discounts: Discounts,
    country: str,
    on: date,
    terms_of_commission: CommissionTerms,
    currency: str,
    taxing: Taxing,
    taxed: Taxed,
    taxed_in: str,
) -> VendorQuote:
    found = [
        taxing.rate(taxed_in, line.tax_category, on) if taxed.is_charged else FoundRate(Decimal(0), "")
        for line in lines
    ]
    rates = [each.rate for each in found]
    off = [discounts.lines[line.key] for line in lines]
    # What the vendor sells for: the price less what it takes off itself.
    sold = [line.list_minor - each.vendor for line, each in zip(lines, off, strict=True)]
    taxes = [tax_included(amount, rate) for amount, rate in zip(sold, rates, strict=True)]
    goods_off, shipping_off = sum(off, NONE), discounts.shipping[vendor_id]
    goods, cost = sum(sold) - goods_off.platform, parcel.cost_minor
    # Shipping is ancillary to the goods; of several rates in one parcel the highest is the safe one to owe.
    shipping_rate = max(rates)
    shipping_sold = cost - shipping_off.vendor
    shipping_tax = tax_included(shipping_sold, shipping_rate)
    vendor = terms_of_commission.vendors[vendor_id]
    asked = [
        CommissionInput(
            key=line.key,
            vendor_id=vendor_id,
            category_path=line.category_path,
            goods_minor=amount,
            goods_tax_minor=tax,
            shipping_minor=share,
            shipping_tax_minor=tax_share,
            unit_price_minor=line.unit_price_minor,
            quantity=line.quantity,
            currency=currency,
            country=country,
            on=on,
            plan=vendor.plan,
            tags=line.tags,
            volume_minor=vendor.volumes.get(currency, 0),
            vat_rate=vendor.vat.rate,
        )
        for line, amount, tax, (share, tax_share) in zip(
            lines, sold, taxes, _shipping_shares(lines, shipping_sold, shipping_tax), strict=True
        )
    ]
    commissions = commission_for(asked, terms_of_commission.rules)
    return VendorQuote(
        vendor_id=vendor_id,
        lines=[
            LineQuote(
                line.key,
                line.unit_price_minor,
                line.list_minor,
                each,
                line.list_minor - each.whole,
                rate.rate,
                rate.key,
                _why(taxed, rate),
                tax,
                commission.amount_minor,
                commission.tax_minor,
                commission.rule_id,
                commission.rule_version,
                commission.reason,
                _facts(given),
            )
            for line, each, rate, tax, given, commission in zip(
                lines, off, found, taxes, asked, commissions, strict=True
            )
        ],
        goods_minor=goods,
        goods_discount=goods_off,
        shipping_minor=cost - shipping_off.whole,
        shipping_discount=shipping_off,
        shipping_tax_rate=shipping_rate,
        shipping_tax_minor=shipping_tax,
        tax_minor=sum(taxes) + shipping_tax,
        total_minor=goods + cost - shipping_off.whole,
        commission_minor=sum(commission.amount_minor for commission in commissions),
        commission_tax_minor=sum(commission.tax_minor for commission in commissions),
        commission_vat=vendor.vat,
        taxed=taxed,
        shipment=parcel,
        quoted_on=on,
    )


def _why(taxed: Taxed, found: FoundRate) -> str:
    """Why a line is taxed as it is, in words fit for an invoice."""
    if taxed.is_charged and found.key.endswith(f":{TaxCategory.EXEMPT}"):
        return f"Exempt goods: {taxed.reason}"
    return taxed.reason


def _goods(line: QuoteLine) -> Goods:
    return Goods(
        key=line.key,
        article=line.article or line.key,
        vendor_id=line.vendor_id,
        product_id=line.product_id or line.key,
        category_path=line.category_path,
        unit_price_minor=line.unit_price_minor,
        quantity=line.quantity,
    )


def _item(line: QuoteLine) -> Item:
    # By what the goods cost before discounts: no coupon makes shipping dearer.
    return Item(line.list_minor, line.quantity, line.weight_grams, line.shipping_profile_id, line.ships_on)


def _shipping_shares(lines: Sequence[QuoteLine], cost: int, tax: int) -> Sequence[tuple[int, int]]:
    """Each line's share of shipping and of the VAT in it, by what the lines cost; the same in whatever order they come."""
    order = sorted(range(len(lines)), key=lambda place: str(lines[place].key))
    prices = [lines[place].list_minor for place in order]
    weights = prices if any(prices) else [1] * len(order)
    costs, taxes = (split_largest_remainder(amount, weights) for amount in (cost, tax))
    shares = dict(zip(order, zip(costs, taxes, strict=True), strict=True))
    return [(share, min(tax_share, share)) for share, tax_share in (shares[place] for place in range(len(lines)))]


def _facts(line: CommissionInput) -> dict[str, Any]:
    """What a simulation cannot find any more once time has passed; the rest stands on the line and its order."""
    return {
        "category": line.category_path,
        "tags": sorted(line.tags),
        "plan": line.plan,
        "volume_minor": line.volume_minor,
        "shipping_minor": line.shipping_minor,
        "shipping_tax_minor": line.shipping_tax_minor,
        "vat_rate": str(line.vat_rate),
    }
