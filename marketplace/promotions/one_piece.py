"""What promotions that apply by themselves take off one piece of an offer: for prices on pages, before there is a cart."""

from collections.abc import Sequence

from marketplace.catalog.models import Offer
from marketplace.promotions.discounts import Goods, Split, Terms, discounts_on


def taken_off_one(offer: Offer, promotions: Sequence[Terms]) -> Split:
    """What is taken off one piece, by who bears it. The offer's listing is at hand. No query."""
    one = Goods(
        offer.id,
        offer.id,
        offer.vendor_id,
        offer.product_id,
        offer.listing.category_path,
        unit_price_minor=offer.price_minor,
        quantity=1,
    )
    return discounts_on([one], shipping={}, promotions=promotions).lines[offer.id]
