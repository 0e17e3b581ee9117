"""Writing an order that was quoted and reserved: price, tax, commission and shipping frozen with each line."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from billing.payments import actions as payments
from billing.prepaid import actions as prepaid
from billing.prepaid.means import Means
from kit import clock
from kit.ids import short_code
from marketplace.carts.models import Cart, CartLine
from marketplace.checkout.discounts import promotions_on
from marketplace.checkout.quote import LineQuote, Quote, VendorQuote
from marketplace.orders.links import access_token, token_hash
from marketplace.orders.models import Order, OrderEvent, OrderLine, VendorOrder
from marketplace.orders.queries import as_placed
from outbox.actions import announce
from tenants.shop.shipping.terms import Method
from tenants.vendors.models import Vendor
from tenants.vendors.vacation import check_at_home


def write_order(
    order_id: UUID,
    line_ids: Mapping[UUID, UUID],
    cart: Cart,
    email: str,
    address: dict[str, str],
    user: User | None,
    costs: Quote,
    means: Means,
    lines: list[CartLine],
    vendors: Mapping[UUID, Vendor],
    skus: Mapping[UUID, str],
    ahead: Mapping[UUID, date],
) -> Order:
    now = clock.now()
    for part in costs.vendors:
        check_at_home(vendors[part.vendor_id], now)  # a planned vacation may have begun a moment ago
    number = f"S{short_code(8)}"
    order = Order.objects.create(
        id=order_id,
        number=number,
        user=user,
        email=email,
        access_token_hash=token_hash(access_token(order_id)),
        cart_id=cart.id,
        cart_version=cart.version,
        currency=costs.currency,
        goods_minor=costs.goods_minor,
        shipping_minor=costs.shipping_minor,
        discount_minor=costs.discount_minor,
        tax_minor=costs.tax_minor,
        total_minor=costs.total_minor,
        ship_to=address,
        company=cart.company,
        vat_id=cart.vat_id,
        vat_id_checked={"by": "form", "at": now.isoformat()} if cart.vat_id else {},
        hold_until=now + timedelta(minutes=settings.STOCK_HOLD_MINUTES),
        placed_at=now,
    )
    vendor_orders = {
        part.vendor_id: VendorOrder(
            order=order,
            vendor_id=part.vendor_id,
            vendor_slug=vendors[part.vendor_id].slug,
            vendor_name=vendors[part.vendor_id].name,
            number=f"{number}-{position}",
            currency=costs.currency,
            goods_minor=part.goods_minor,
            shipping_minor=part.shipping_minor,
            goods_discount_vendor_minor=part.goods_discount.vendor,
            goods_discount_platform_minor=part.goods_discount.platform,
            shipping_discount_vendor_minor=part.shipping_discount.vendor,
            shipping_discount_platform_minor=part.shipping_discount.platform,
            promotions=promotions_on(part, costs),
            tax_minor=part.tax_minor,
            total_minor=part.total_minor,
            commission_minor=part.commission_minor,
            commission_tax_minor=part.commission_tax_minor,
            commission_tax_rate=part.commission_vat.rate,
            commission_tax_reason=part.commission_vat.reason,
            shipping_tax_rate=part.shipping_tax_rate,
            shipping_tax_minor=part.shipping_tax_minor,
            shipping_tax_liable=part.taxed.liable,
            platform_tax_minor=part.platform_tax_minor,
            placed_at=now,
            **_frozen(part.shipment.chosen),
        )
        for position, part in enumerate(costs.vendors, start=1)
    }
    VendorOrder.objects.bulk_create(vendor_orders.values())
    parts = {part.vendor_id: part for part in costs.vendors}
    line_quotes = {line.key: line for part in costs.vendors for line in part.lines}
    order_lines = OrderLine.objects.bulk_create(
        [
            _order_line(
                line,
                position,
                vendor_orders[line.offer.vendor_id],
                parts[line.offer.vendor_id],
                line_quotes[line_ids[line.id]],
                skus,
                ahead,
            )
            for position, line in enumerate(lines)
        ]
    )
    event = OrderEvent.objects.create(
        order_id=order.id,
        name="placed",
        actor_kind="customer",
        actor_id=user.id if user else None,
        data={"lines": {str(line.id): [str(line.vendor_order_id), line.quantity] for line in order_lines}},
        at=now,
    )
    payment = payments.create_payment(
        reference_id=order.id,
        reference_number=order.number,
        customer_email=email,
        amount=costs.total,
        prepaid_minor=means.prepaid_minor,
        shares=[
            payments.ShareInput(
                vendor_id=part.vendor_id,
                reference_id=part.id,
                gross_minor=part.total_minor,
                subsidy_minor=part.subsidy_minor,
                commission_minor=part.commission_minor,
                commission_tax_minor=part.commission_tax_minor,
                sales_tax_minor=part.platform_tax_minor,
                category_paths=[
                    line.offer.listing.category_path for line in lines if line.offer.vendor_id == part.vendor_id
                ],
            )
            for part in vendor_orders.values()
        ],
    )
    prepaid.hold(payment=payment, means=means)
    announce("order.placed", payload={"order": str(order.id)})
    order.as_placed = as_placed(
        order, payment=payment, parts=list(vendor_orders.values()), lines=order_lines, events=[event]
    )
    return order


def _frozen(method: Method | None) -> dict[str, Any]:
    """What a vendor order keeps of how it goes."""
    assert method is not None  # an order is refused where none is
    return {
        "shipping_name": method.name,
        "shipping_carrier": method.carrier,
        "shipping_key": method.key,
        "pickup_at": method.place.words() if method.place else {},
        "promised_from": method.first_on,
        "promised_to": method.last_on,
    }


def _order_line(
    line: CartLine,
    position: int,
    vendor_order: VendorOrder,
    part: VendorQuote,
    costs: LineQuote,
    skus: Mapping[UUID, str],
    ahead: Mapping[UUID, date],
) -> OrderLine:
    listing, variant = line.offer.listing, line.offer.listing_variant
    return OrderLine(
        id=costs.key,
        vendor_order=vendor_order,
        vendor_id=line.offer.vendor_id,
        listing_id=listing.id,
        listing_slug=listing.slug,
        product_id=line.offer.product_id,
        variant_id=line.offer_id,
        sku=skus[line.offer_id],
        title=listing.title,
        options=variant.options,
        picture=listing.pictures[0]["path"] if listing.pictures else "",
        quantity=line.quantity,
        unit_price_minor=costs.unit_price_minor,
        discount_vendor_minor=costs.discount.vendor,
        discount_platform_minor=costs.discount.platform,
        total_minor=costs.total_minor,
        tax_category=listing.category.tax_category if listing.category else "standard",
        tax_rate=costs.tax_rate,
        tax_minor=costs.tax_minor,
        tax_rule=part.taxed.rule,
        tax_liable=part.taxed.liable,
        tax_rate_key=costs.tax_rate_key,
        tax_reason=costs.tax_reason,
        commission_minor=costs.commission_minor,
        commission_tax_minor=costs.commission_tax_minor,
        commission_rule_id=costs.commission_rule_id,
        commission_rule_version=costs.commission_rule_version,
        commission_reason=costs.commission_reason,
        commission_facts=costs.commission_facts,
        ships_on=ahead.get(costs.key),
        position=position,
    )
