"""Placing an order over many walls, and taking its payment.

One lock order, always: cart, order, vendor orders by id, payment, stock by (schema, variant id), promotions by id, gift
cards and store credit by id, ledger accounts by id.
No network call inside a transaction.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Q

from accounts.models import User
from billing.commissions.queries import commission_terms
from billing.payments import actions as payments
from billing.payments.actions import AlreadyPaid
from billing.payments.models import Payment
from billing.payments.provider import AMOUNT_LIMITS, SessionLine
from billing.prepaid import actions as prepaid
from billing.prepaid.means import Means
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.faults import point
from kit.ids import short_code, uuid7
from kit.money import Money
from kit.postal_addresses import clean_address
from marketplace.carts.actions import merge_carts
from marketplace.carts.models import Cart, CartLine
from marketplace.carts.queries import contents, find_cart
from marketplace.checkout.discounts import buyer_of, check_kept, offered_to, promotions_on
from marketplace.checkout.means import means_of
from marketplace.checkout.queries import cannot_ship, quote_line
from marketplace.checkout.quote import LineQuote, Quote, VendorQuote, quote
from marketplace.checkout.taxing import taxing_of
from marketplace.orders.actions import ORDERED_ANEW, hand_over, lock_order, note_canceled
from marketplace.orders.links import access_token, token_hash
from marketplace.orders.models import Order, OrderEvent, OrderLine, StockHold, VendorOrder
from marketplace.orders.queries import as_placed
from marketplace.promotions import actions as promotions
from marketplace.waiting.actions import check_admitted, follow_cart
from outbox.actions import announce
from taxonomy.tax import rate_for
from taxonomy.vat_ids import clean_vat_id
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Product, ProductState, Variant
from tenants.shop.inventory.actions import SoldOut, StockRequest, reserve
from tenants.shop.inventory.unsound import UNSOUND
from tenants.shop.shipping.terms import PICKUP, Method
from tenants.vendors.models import Vendor
from tenants.vendors.vacation import check_at_home, hold_present

log = structlog.get_logger(__name__)
# In place of a session's name, where nothing was to be charged.
COVERED = "covered"
CART_LOCKED = point("placing.cart_locked")
SHOP_RESERVED = point("placing.shop_reserved")
ALL_RESERVED = point("placing.all_reserved")
ORDER_WRITTEN = point("placing.order_written")
PLACED = point("placing.placed")
SESSION_RECORDED = point("paying.session_recorded")


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
        _check_payable(charged)
    for order in replaced:
        note_canceled(order, reason=ORDERED_ANEW, by=order.user_id)
    promotions.use(applied=costs.discounts.applied, order_id=order_id, buyer=buyer, at=clock.now())
    order = _write(order_id, line_ids, cart, email, address, user, costs, means, found.lines, vendors, skus, ahead)
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


def _check_payable(total: Money) -> None:
    least, most = (Money(limit, total.currency) for limit in AMOUNT_LIMITS[total.currency])
    if total.amount_minor < least.amount_minor:
        raise TooLittle(f"An order must come to {least} at least; this comes to {total}. Put something more in.")
    if total.amount_minor > most.amount_minor:
        raise TooMuch(f"One payment can be {most} at most; this comes to {total}. Order it in parts.")


@transaction.atomic
def join_carts(*, token: str, user: User) -> Cart:
    """A guest has signed in: their cart joins the customer's own, and what was ordered from it and not paid yet is theirs.

    Gives the customer's cart; a token that opens nothing changes nothing.
    """
    guest = find_cart(user=None, token=token)
    if guest is not None:
        hand_over(cart_id=guest.id, user_id=user.pk)
    joined = merge_carts(token=token, user=user)
    if guest is not None:
        follow_cart(cart_id=guest.id, into_id=joined.id, user_id=user.pk)
    return joined


def start_payment(*, order: Order, success_url: str, cancel_url: str, by: str | None = None) -> str:
    """Where to send the customer to pay; the provider's page. Extends the hold on stock. Not inside a transaction.

    With nothing left to charge it is paid here and now, and they go where they would come back to.

    `by` names the provider that was chosen; None goes on with what is open. Raises AlreadyPaid, PaymentClosed,
    OtherWayOpen, ProviderUnavailable, ProviderRefused.
    """
    payment = Payment.objects.get(reference_id=order.id)
    if not payment.charged_minor:
        prepaid.pay_covered(payment_id=payment.id)
        return success_url.replace("{CHECKOUT_SESSION_ID}", COVERED)
    url = payments.start(
        payment_id=payment.id, lines=session_lines(order), success_url=success_url, cancel_url=cancel_url, by=by
    )
    SESSION_RECORDED()
    with transaction.atomic():
        attempt = payment.attempts.order_by("-number").first()
        if attempt is not None:
            # The worker looks a little later than the session ends, and even then asks the provider first.
            Order.objects.filter(id=order.id, stock_hold=StockHold.HELD).update(
                hold_until=attempt.expires_at + timedelta(minutes=2)
            )
    return url


def session_lines(order: Order) -> list[SessionLine]:
    """What the customer reads on the provider's page: a line per vendor and item, and shipping; or, where gift cards and
    store credit pay a part, what is left: a provider has no lines below zero.
    """
    payment = Payment.objects.get(reference_id=order.id)
    if payment.prepaid_minor:
        paid = Money(payment.prepaid_minor, payment.currency)
        words = f"Order {order.number}, less {paid} by gift card or store credit"
        return [SessionLine(words, payment.charged_minor)]
    lines: list[SessionLine] = []
    for vendor_order in order.vendor_orders.prefetch_related("lines").order_by("number"):
        for line in vendor_order.lines.all():
            count = f" × {line.quantity}" if line.quantity > 1 else ""
            # What costs nothing is no line at the provider.
            if line.total_minor:
                lines.append(SessionLine(f"{line.title}{count} ({vendor_order.vendor_name})"[:250], line.total_minor))
        if vendor_order.shipping_minor:
            what = "Pick-up" if vendor_order.pickup_at else "Shipping"
            lines.append(SessionLine(f"{what} ({vendor_order.vendor_name})", vendor_order.shipping_minor))
    return lines


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


def _write(
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
