"""Placing an order: what every shop has, what it costs, and whether it is what the customer saw."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from billing.commissions.queries import commission_terms
from billing.payments import actions as payments
from billing.payments.actions import AlreadyPaid
from billing.prepaid import actions as prepaid
from kit import clock
from kit.faults import point
from kit.ids import uuid7
from kit.money import Money
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import contents
from marketplace.checkout.actions.checks import (
    CannotShip,
    CartChanged,
    CartEmpty,
    MethodGone,
    PricesChanged,
    TotalChanged,
    check_address,
    check_company,
    check_email,
    check_payable,
)
from marketplace.checkout.actions.writing import write_order
from marketplace.checkout.discounts import buyer_of, check_kept, offered_to
from marketplace.checkout.means import means_of
from marketplace.checkout.queries import cannot_ship, quote_line
from marketplace.checkout.quote import quote
from marketplace.checkout.taxing import taxing_of
from marketplace.orders.actions import ORDERED_ANEW, lock_order, note_canceled
from marketplace.orders.models import Order, StockHold, VendorOrder
from marketplace.promotions import actions as promotions
from marketplace.waiting.actions import check_admitted
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product, ProductState, Variant
from tenants.shop.inventory.actions import SoldOut, StockRequest, reserve
from tenants.shop.inventory.unsound import UNSOUND
from tenants.shop.shipping.terms import PICKUP
from tenants.vendors.models import Vendor
from tenants.vendors.vacation import check_at_home, hold_present

log = structlog.get_logger(__name__)
CART_LOCKED = point("placing.cart_locked")
SHOP_RESERVED = point("placing.shop_reserved")
ALL_RESERVED = point("placing.all_reserved")
ORDER_WRITTEN = point("placing.order_written")
PLACED = point("placing.placed")


@transaction.atomic
def place_order(
    *,
    cart: Cart,
    version: int,
    email: str,
    ship_to: Mapping[str, str],
    user: User | None = None,
    total_seen_minor: int | None = None,
    charged_seen_minor: int | None = None,
    methods: Mapping[UUID, str] | None = None,
    company: str = "",
    vat_id: str = "",
) -> Order:
    """Reserve the stock of every vendor, use the promotions, and write the order with price, tax and commission frozen.

    The same cart version with the same address gives the same order, however often and from however many tabs it is
    placed. Anything else replaces what was ordered from this cart and not paid: that order is canceled, its stock goes to
    this one, its session at the provider is closed, and what is paid there all the same goes back in full.
    `total_seen_minor` is what the customer agreed to pay, where a page showed it, and `charged_seen_minor` what of it gift
    cards and store credit do not pay; `methods` are the keys of the shipping
    methods they saw chosen, by vendor, before those that the cart keeps. Raises TooLittle, TooMuch, CartChanged, CartEmpty,
    NotAdmitted, VendorAway, PricesChanged, CouponGone, TotalChanged, SoldOut, CannotShip, MethodGone, InvalidInput, and
    NoRule, RuleBroken or RuleCurrency where nobody can say what commission a line pays.
    """
    email = check_email(email)
    address = check_address(ship_to, fetched=_is_all_fetched(cart, methods or {}))
    company, vat_id = check_company(company, vat_id)
    cart = Cart.objects.select_for_update().get(id=cart.id)
    CART_LOCKED()
    ordered = _ordered_before(cart, version)
    placed = next((order for order in ordered if order.cart_version == version), None)
    if (
        placed is not None
        and placed.canceled_at is None
        and _says_the_same(placed, email, address, user, methods or {})
        and (placed.company, placed.vat_id) == (company, vat_id)
    ):
        return placed
    if cart.version != version:
        raise CartChanged("Your cart has changed since this page was opened. Look at it once more, then order.")
    replaced = _give_up_unpaid(order.id for order in ordered if order.stock_hold == StockHold.HELD)
    if placed is not None and placed.canceled_at is None and placed.id not in {order.id for order in replaced}:
        return placed  # it has been paid
    if placed is not None:
        cart.version += 1
        cart.save(update_fields=["version"])
    cart.country, cart.company, cart.vat_id = address["country"], company, vat_id
    found = contents(cart)
    if not found.lines:
        raise CartEmpty("Your cart is empty.")
    check_admitted(
        products={(line.offer.vendor_id, line.offer.product_id) for line in found.lines},
        cart_id=cart.id,
        user_id=user.pk if user is not None else None,
    )
    before = VendorOrder.objects.filter(order__in=replaced).values_list("vendor_id", flat=True)
    vendors = hold_present({line.offer.vendor_id for line in found.lines} | set(before))
    # The vendors' own word, which the catalogue may not have heard yet.
    for vendor_id in dict.fromkeys(line.offer.vendor_id for line in found.lines):
        check_at_home(vendors[vendor_id], clock.now())
    chosen = {**cart.methods, **(methods or {})}
    if set(methods or {}) - {line.offer.vendor_id for line in found.lines}:
        raise MethodGone({}, "Nothing of the shop whose delivery was chosen is in your cart.")
    order_id, line_ids = uuid7(), {line.id: uuid7() for line in found.lines}

    # In each shop: its own price and stock, under lock. Schema by schema, so that two orders never wait for each other.
    new_prices: dict[UUID, int] = {}
    left: dict[UUID, int] = {}
    titles = {line.offer_id: line.offer.listing.title for line in found.lines}
    skus: dict[UUID, str] = {}
    ahead: dict[UUID, date] = {}  # lines of which some have yet to come in, and when they are shipped
    for vendor in sorted(vendors.values(), key=lambda vendor: vendor.schema_name or ""):
        lines = [line for line in found.lines if line.offer.vendor_id == vendor.id]
        if lines and not vendor.is_reachable:
            left |= dict.fromkeys((line.offer_id for line in lines), 0)
            continue
        with in_shop(vendor):
            shop = _shop_prices(vendor, lines)
            for line in lines:
                sku, price = shop.get(line.offer_id, ("", None))
                skus[line.offer_id] = sku
                if price is None:
                    left[line.offer_id] = 0
                elif price != line.offer.price_minor:
                    new_prices[line.id] = price
            if left or new_prices:
                continue  # it will be refused: only find out what else has changed
            try:
                promised = reserve(
                    [StockRequest(line.offer_id, order_id, line_ids[line.id], line.quantity) for line in lines],
                    instead_of=[order.id for order in replaced],
                    country=address["country"],
                    first=_fetched_at(chosen.get(vendor.id, "")),
                    is_new=True,
                )
                ahead |= {part.order_line_id: part.ships_on for part in promised if part.ships_on}
            except SoldOut as sold_out:
                left |= sold_out.available
            except UNSOUND as spoiled:
                log.exception("stock_unsound", vendor=vendor.slug)
                raise SoldOut(left | dict.fromkeys((line.offer_id for line in lines), 0), titles) from spoiled
        SHOP_RESERVED()
    if left:
        raise SoldOut(left, titles)
    if new_prices:
        raise PricesChanged(new_prices, _prices_in_words(found.lines, new_prices))
    ALL_RESERVED()

    # What the orders that this one replaces had used may be used again, and nobody else uses it meanwhile.
    promotions.give_back([order.id for order in replaced])
    buyer = buyer_of(user, email)
    usable = offered_to(found, buyer=buyer, lock=True)
    costs = quote(
        [quote_line(line, key=line_ids[line.id]) for line in found.lines],
        shipping={vendor_id: card.terms for vendor_id, card in found.vendors.items()},
        country=address["country"],
        on=clock.today(),
        commissions=commission_terms({line.offer.vendor_id for line in found.lines}, on=clock.today(), known=vendors),
        currency=settings.CURRENCY,
        chosen=chosen,
        now=clock.now(),
        promotions=usable.terms,
        taxing=taxing_of(found),
    )
    if stale := {part.vendor_id: vendors[part.vendor_id].slug for part in costs.vendors if part.shipment.is_stale}:
        names = ", ".join(vendors[vendor_id].name for vendor_id in stale)
        raise MethodGone(
            stale, f"{names} does not offer the delivery you chose any more. Nothing has been ordered yet."
        )
    if blocked := [part for part in costs.vendors if not part.ships]:
        raise CannotShip(
            " ".join(cannot_ship(part, vendors[part.vendor_id].name, costs.country) for part in blocked)
            + " Remove its items or choose another country.",
            field="country",
        )
    check_kept(costs, usable)
    if total_seen_minor is not None and costs.total_minor != total_seen_minor:
        raise TotalChanged(
            f"Prices have changed while you were looking: all together it now costs {costs.total}. "
            "Nothing has been ordered yet."
        )
    prepaid.release([order.id for order in replaced])
    means = means_of(cart, costs, user=user, lock=True)
    charged = Money(means.charged_minor, costs.currency)
    if charged_seen_minor is not None and means.charged_minor != charged_seen_minor:
        raise TotalChanged(
            f"Less is left to pay with than was shown: {charged} are to be paid beside it. Nothing has been ordered yet."
            if means.charged_minor > charged_seen_minor
            else f"Less is to be paid than was shown: {charged}. Nothing has been ordered yet; look at it once more."
        )
    if charged:
        check_payable(charged)
    for order in replaced:
        note_canceled(order, reason=ORDERED_ANEW, by=order.user_id)
    promotions.use(applied=costs.discounts.applied, order_id=order_id, buyer=buyer, at=clock.now())
    order = write_order(order_id, line_ids, cart, email, address, user, costs, means, found.lines, vendors, skus, ahead)
    ORDER_WRITTEN()
    transaction.on_commit(PLACED)
    return order


def _says_the_same(
    placed: Order, email: str, address: Mapping[str, str], user: User | None, methods: Mapping[UUID, str]
) -> bool:
    person = user.id if user else None
    if placed.email != email or placed.ship_to != dict(address) or placed.user_id != person:
        return False
    frozen = dict(placed.vendor_orders.values_list("vendor_id", "shipping_key")) if methods else {}
    return all(frozen.get(vendor_id) == key for vendor_id, key in methods.items())


def _is_all_fetched(cart: Cart, methods: Mapping[UUID, str]) -> bool:
    """Whether nothing is sent. Asks what is in the cart only where anything is picked up at all."""
    kept = {**cart.methods, **methods}
    fetched = {vendor_id for vendor_id, key in kept.items() if key.startswith(PICKUP)}
    return bool(fetched) and fetched.issuperset(cart.lines.values_list("offer__vendor_id", flat=True))


def _fetched_at(key: str) -> UUID | None:
    """The warehouse where a parcel is fetched, by the key of its method."""
    try:
        return UUID(key.removeprefix(PICKUP)) if key.startswith(PICKUP) else None
    except ValueError:
        return None  # no such method: it is refused with the quote


def _ordered_before(cart: Cart, version: int) -> list[Order]:
    """What was ordered from this version of the cart, and what waits for payment from any of it."""
    asked = Q(cart_version=version) | Q(stock_hold=StockHold.HELD)
    return list(Order.objects.filter(asked, cart_id=cart.id).order_by("id"))


def _give_up_unpaid(waiting: Iterable[UUID]) -> list[Order]:
    """These orders that wait for payment, locked, with nobody able to pay them any more.

    One that was just paid, or whose payment is under way for days, stays as it is.
    """
    given_up = []
    for order_id in waiting:
        order = lock_order(order_id)
        if order.stock_hold != StockHold.HELD:
            continue
        try:
            payments.cancel_payment(reference_id=order.id)
        except AlreadyPaid:
            continue
        given_up.append(order)
    return given_up


_SHOP_PRICES = f"""
SELECT variant.id, variant.sku, variant.price_minor, product.state, product.paused_at, variant.currency
  FROM {Variant._meta.db_table} variant JOIN {Product._meta.db_table} product ON product.id = variant.product_id
 WHERE variant.id = ANY(%s)
"""


def _shop_prices(vendor: Vendor, lines: list[CartLine]) -> dict[UUID, tuple[str, int | None]]:
    """SKU and price of the variants, as the shop itself has them now; no price for what is not for sale."""
    if not vendor.may_sell:
        return {}
    # Written out: of all that the ORM would do here, only making the statement would take time.
    with connection.cursor() as cursor:
        cursor.execute(_SHOP_PRICES, [[line.offer_id for line in lines]])
        rows = cursor.fetchall()
    return {
        variant_id: (
            sku,
            price if state == ProductState.PUBLISHED and not paused and currency == settings.CURRENCY else None,
        )
        for variant_id, sku, price, state, paused, currency in rows
    }


def _prices_in_words(lines: list[CartLine], prices: Mapping[UUID, int]) -> str:
    parts = [
        f"“{line.offer.listing.title}” now costs {Money(prices[line.id], line.offer.currency)}"
        for line in lines
        if line.id in prices
    ]
    return f"{'; '.join(parts)}. Nothing has been ordered yet; look at your cart once more."
