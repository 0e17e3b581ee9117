"""Commission against what the payment provider takes: which articles on sale earn the platform less than they cost it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Q, QuerySet

from billing.commissions.engine import CommissionInput, NoRule, Rule, RuleBroken, RuleCurrency, commission_for
from billing.commissions.queries import commission_terms
from kit import clock
from marketplace.catalog.models import Offer, VendorCard
from marketplace.checkout.simulation import provider_fee
from taxonomy.models import TaxCategory
from taxonomy.tax import COUNTRY_NAMES, rate_for, tax_included

LOOKED_AT = 1000
SHOWN = 20


@dataclass(frozen=True, slots=True)
class OfferBelowFee:
    """An article whose commission, bought alone in its vendor's country, is less than the provider's estimated fee."""

    offer: Offer
    vendor_name: str
    commission_minor: int
    fee_minor: int


def offers_below_fee(rule: Rule, rules: Sequence[Rule]) -> list[OfferBelowFee]:
    """Up to twenty articles that fall to `rule` when `rules` are asked, the cheapest first. At most four queries.

    The thousand cheapest that the rule's own conditions allow are looked at: what is dearer is seldom below the fee, and the
    prices for which it is are told by `prices_below_fee`.
    """
    if rule.problem:
        return []
    offers = list(_covered(rule)[:LOOKED_AT])
    cards = VendorCard.objects.in_bulk({offer.vendor_id for offer in offers})
    terms = commission_terms(cards, on=clock.today(), rules=rules)
    fee, ordered = provider_fee(), sorted(rules, key=lambda each: each.order)
    found: list[OfferBelowFee] = []
    for offer in offers:
        card = cards.get(offer.vendor_id)
        if card is None:
            continue
        country = min(rule.conditions.country, default=card.country)
        rate = rate_for(country, TaxCategory.STANDARD, clock.today()) if country in COUNTRY_NAMES else None
        vendor = terms.vendors[offer.vendor_id]
        line = CommissionInput(
            key=offer.id,
            vendor_id=offer.vendor_id,
            category_path=offer.listing.category_path,
            goods_minor=offer.price_minor,
            goods_tax_minor=tax_included(offer.price_minor, rate) if rate else 0,
            unit_price_minor=offer.price_minor,
            quantity=1,
            currency=offer.currency,
            country=country,
            on=clock.today(),
            plan=vendor.plan,
            tags=frozenset(offer.tags),
            volume_minor=vendor.volumes.get(offer.currency, 0),
        )
        try:
            (taken,) = commission_for([line], ordered)
        except (NoRule, RuleBroken, RuleCurrency):
            continue  # it cannot be sold, so it costs nothing either; the page of the rules says so
        expected = fee.of(offer.price_minor, offer.currency)
        if taken.rule_id == rule.id and taken.net_minor < expected:
            found.append(OfferBelowFee(offer, card.name, taken.net_minor, expected))
            if len(found) == SHOWN:
                break
    return found


def _covered(rule: Rule) -> QuerySet[Offer]:
    asked = rule.conditions
    rows = Offer.objects.filter(is_visible=True, currency=settings.CURRENCY).select_related("listing")
    rows = rows.defer("listing__description", "listing__attributes", "listing__search", "listing__pictures")
    if asked.vendor:
        rows = rows.filter(vendor_id__in=asked.vendor)
    if asked.category:
        paths = [
            Q(listing__category_path=path) | Q(listing__category_path__startswith=f"{path}/") for path in asked.category
        ]
        rows = rows.filter(reduce(or_, paths))
    if asked.price:
        bands = [
            Q(price_minor__gte=band.from_minor)
            & (Q() if band.below_minor is None else Q(price_minor__lt=band.below_minor))
            for band in asked.price
            if band.currency == settings.CURRENCY
        ]
        rows = rows.filter(reduce(or_, bands)) if bands else rows.none()
    return rows.order_by("price_minor", "id")
