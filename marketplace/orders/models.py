"""What customers ordered. An Order is placed and paid once; a VendorOrder is one vendor's part of it, the unit of
fulfillment, commission and payout. Neither stores a payment status: that is derived (see `orders.status`).
"""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from kit import clock
from kit.access import APPEND, Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal, without_phone

if TYPE_CHECKING:
    from marketplace.orders.queries import ShownOrder


class StockHold(models.TextChoices):
    HELD = "held", "Stock held, awaiting payment"
    ALLOCATED = "allocated", "Stock allocated"
    RELEASED = "released", "Stock released"


class TaxLiable(models.TextChoices):
    """Who owes the VAT of a line to the state."""

    VENDOR = "vendor", "The vendor"
    PLATFORM = "platform", "The platform, as deemed supplier"


class Order(models.Model):
    """One purchase over any number of vendors. Amounts include VAT; `total = goods + shipping` is what is paid, after
    `discount` was taken off both.

    `stock_hold` with `hold_until` is the public index of open holds: the worker finds expired ones without entering shops.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="orders"
    )
    email = models.EmailField(max_length=254)
    access_token_hash = models.CharField(max_length=64, blank=True, help_text="lets a guest see this order")
    cart_id = models.UUIDField(help_text="the cart it came from; with the version, an order is placed once")
    cart_version = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    discount_minor = models.BigIntegerField(default=0, db_default=0, help_text="taken off goods and shipping")
    tax_minor = models.BigIntegerField(
        help_text="contained in goods and shipping, and in what the platform adds where it bears a discount"
    )
    total_minor = models.BigIntegerField()
    ship_to = models.JSONField(help_text="name, line1, line2, postal_code, city, country, phone")
    company = models.CharField(
        max_length=150,
        blank=True,
        default="",
        db_default="",
        help_text="for which it was bought; empty: for a consumer",
    )
    vat_id = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="of the company")
    vat_id_checked = models.JSONField(
        default=dict, db_default={}, blank=True, help_text="how: {by: form or register, valid, name, at}"
    )
    stock_hold = models.CharField(max_length=10, choices=StockHold, default=StockHold.HELD)
    hold_until = models.DateTimeField()
    placed_at = models.DateTimeField(default=clock.now)
    canceled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    # All of its page, while it is in the hands of whoever has just written it.
    as_placed: "ShownOrder | None" = None

    access = Access(store="select insert update")
    personal = Personal(
        "Orders",
        order="id",
        blank={"email": PSEUDONYM, "access_token_hash": "", "ship_to": without_phone},
        keep={
            "ship_to": "the invoice names who bought and where, as long as the law says; then the country alone",
            "company": "likewise",
            "vat_id": "likewise",
            "vat_id_checked": "likewise",
        },
        hidden=("access_token_hash",),
        more=("number", "placed_at", "total_minor", "tax_minor", "discount_minor", "currency", "cancel_reason"),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="order_number_unique"),
            models.UniqueConstraint(fields=["cart_id", "cart_version"], name="order_once_per_cart_version"),
            models.CheckConstraint(
                condition=Q(total_minor=F("goods_minor") + F("shipping_minor")), name="order_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(goods_minor__gte=0, shipping_minor__gte=0, discount_minor__gte=0),
                name="order_not_below_zero",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-placed_at", "-id"], name="order_customer"),
            models.Index(fields=["-placed_at", "-id"], name="order_newest"),
            models.Index(Upper("email"), F("placed_at").desc(), name="order_email"),
            models.Index(fields=["hold_until"], name="order_open_holds", condition=Q(stock_hold="held")),
        ]

    def __str__(self) -> str:
        return self.number


class Fulfillment(models.TextChoices):
    """A vendor order's own state: the only one it stores."""

    WAITING = "waiting", "Waiting for payment"
    NEW = "new", "New"
    ACCEPTED = "accepted", "Accepted"
    PACKED = "packed", "Packed"
    SHIPPED = "shipped", "Shipped"
    DELIVERED = "delivered", "Delivered"
    CANCELED = "canceled", "Canceled"


class VendorOrder(models.Model):
    """One vendor's part of an order, with the name and address its vendor may see (empty until it is paid).

    Goods and shipping are what the customer pays. Of what was taken off them the vendor bears one part, and the platform the
    other, which it pays the vendor beside. `promotions` says by name what it was: [{name, code, vendor_minor,
    platform_minor}].
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="vendor_orders")
    vendor_id = models.UUIDField()
    vendor_slug = models.CharField(max_length=40)
    vendor_name = models.CharField(max_length=100)
    number = models.CharField(max_length=24)
    currency = models.CharField(max_length=3)
    goods_minor = models.BigIntegerField()
    shipping_minor = models.BigIntegerField()
    goods_discount_vendor_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="taken off the goods, borne by the vendor"
    )
    goods_discount_platform_minor = models.BigIntegerField(default=0, db_default=0, help_text="and by the platform")
    shipping_discount_vendor_minor = models.BigIntegerField(default=0, db_default=0)
    shipping_discount_platform_minor = models.BigIntegerField(default=0, db_default=0)
    promotions = models.JSONField(default=list, db_default=[], blank=True)
    tax_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField(help_text="all that is withheld, with the VAT on it")
    commission_tax_minor = models.BigIntegerField(default=0, help_text="the VAT within the commission")
    commission_tax_rate = models.DecimalField(max_digits=6, decimal_places=4, default=0)
    commission_tax_reason = models.CharField(max_length=200, blank=True, help_text="why this rate, in words")
    ship_to = models.JSONField(default=dict)
    shipping_name = models.CharField(max_length=80, default="Standard")
    shipping_carrier = models.CharField(max_length=60, blank=True, default="", db_default="")
    shipping_key = models.CharField(
        max_length=400, blank=True, default="", db_default="", help_text="of the method that was chosen"
    )
    pickup_at = models.JSONField(
        default=dict, db_default={}, help_text="name, street, postal_code, city, country, hours; empty: it is sent"
    )
    promised_from = models.DateField(null=True, blank=True, help_text="when it arrives, or is ready at its place")
    promised_to = models.DateField(null=True, blank=True)
    shipping_tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    shipping_tax_minor = models.BigIntegerField()
    shipping_tax_liable = models.CharField(
        max_length=8, choices=TaxLiable, default=TaxLiable.VENDOR, db_default=TaxLiable.VENDOR
    )
    platform_tax_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="of the VAT, what the platform owes: not paid to the vendor"
    )
    fulfillment = models.CharField(max_length=10, choices=Fulfillment, default=Fulfillment.WAITING)
    placed_at = models.DateTimeField(default=clock.now)
    paid_at = models.DateTimeField(null=True, blank=True)
    ship_by = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    canceled_at = models.DateTimeField(null=True, blank=True)

    access = Access(
        store="select insert update",
        vendor="select update(fulfillment, accepted_at, packed_at, shipped_at, delivered_at)",
    )
    personal = Personal(
        "Orders, by shop",
        order="order_id",
        blank={"ship_to": without_phone},
        keep={"ship_to": "as of the order: the shop's invoice names it"},
        more=(
            "number",
            "vendor_name",
            "shipping_name",
            "pickup_at",
            "promotions",
            "total_minor",
            "delivered_at",
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "vendor_id"], name="vendor_order_once"),
            models.UniqueConstraint(fields=["number"], name="vendor_order_number_unique"),
            models.CheckConstraint(
                condition=Q(total_minor=F("goods_minor") + F("shipping_minor")), name="vendor_order_total_is_sum"
            ),
            models.CheckConstraint(
                condition=Q(
                    goods_minor__gte=0,
                    shipping_minor__gte=0,
                    goods_discount_vendor_minor__gte=0,
                    goods_discount_platform_minor__gte=0,
                    shipping_discount_vendor_minor__gte=0,
                    shipping_discount_platform_minor__gte=0,
                ),
                name="vendor_order_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(
                    commission_minor__gte=0,
                    commission_minor__lte=F("total_minor")
                    + F("goods_discount_platform_minor")
                    + F("shipping_discount_platform_minor"),
                ),
                name="vendor_order_commission_within_total",
            ),
            models.CheckConstraint(
                condition=Q(commission_tax_minor__gte=0, commission_tax_minor__lte=F("commission_minor")),
                name="vendor_order_tax_within_commission",
            ),
            models.CheckConstraint(
                condition=Q(platform_tax_minor__gte=0, platform_tax_minor__lte=F("tax_minor")),
                name="vendor_order_platform_tax_within_tax",
            ),
        ]
        indexes = [
            models.Index(fields=["vendor_id", "-placed_at", "-id"], name="vendor_order_newest"),
            models.Index(fields=["vendor_id", "fulfillment", "-placed_at"], name="vendor_order_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_fetched(self) -> bool:
        """Whether the customer picks it up; then nothing is sent."""
        return bool(self.pickup_at)

    @property
    def subsidy_minor(self) -> int:
        """What the platform pays its vendor beside what the customer pays: its part of the discounts."""
        return self.goods_discount_platform_minor + self.shipping_discount_platform_minor

    @property
    def earnings_minor(self) -> int:
        """What its vendor earns of it: all it was sold for, less the commission and the VAT that the platform owes."""
        return self.total_minor + self.subsidy_minor - self.commission_minor - self.platform_tax_minor

    @property
    def shipping_discount_minor(self) -> int:
        return self.shipping_discount_vendor_minor + self.shipping_discount_platform_minor

    @property
    def discount_minor(self) -> int:
        """All that was taken off this part."""
        return self.goods_discount_vendor_minor + self.goods_discount_platform_minor + self.shipping_discount_minor


class OrderLine(models.Model):
    """What was bought, with price, discounts, tax and commission frozen when the order was placed. Never recomputed.

    `total = unit price x quantity - discounts` is what the customer pays for it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_order = models.ForeignKey(VendorOrder, on_delete=models.PROTECT, related_name="lines")
    vendor_id = models.UUIDField()
    listing_id = models.UUIDField()
    listing_slug = models.CharField(max_length=140)
    product_id = models.UUIDField()
    variant_id = models.UUIDField(help_text="in the vendor's shop; also the offer's id")
    sku = models.CharField(max_length=60)
    title = models.CharField(max_length=250)
    options = models.JSONField(default=dict)
    picture = models.CharField(max_length=200, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price_minor = models.BigIntegerField()
    discount_vendor_minor = models.BigIntegerField(default=0, db_default=0, help_text="taken off, borne by the vendor")
    discount_platform_minor = models.BigIntegerField(
        default=0, db_default=0, help_text="and by the platform, which pays it the vendor"
    )
    total_minor = models.BigIntegerField()
    tax_category = models.CharField(max_length=20)
    tax_rate = models.DecimalField(max_digits=6, decimal_places=4)
    tax_minor = models.BigIntegerField(help_text="contained in the total, and in what the platform adds")
    tax_rule = models.CharField(
        max_length=20, blank=True, default="", db_default="", help_text="of `taxonomy.treatment`, by its name"
    )
    tax_liable = models.CharField(
        max_length=8, choices=TaxLiable, default=TaxLiable.VENDOR, db_default=TaxLiable.VENDOR
    )
    tax_rate_key = models.CharField(
        max_length=40, blank=True, default="", db_default="", help_text="which rate: country, category, since when"
    )
    tax_reason = models.CharField(
        max_length=300, blank=True, default="", db_default="", help_text="why, in words fit for an invoice"
    )
    commission_minor = models.BigIntegerField(help_text="all that is withheld, with the VAT on it")
    commission_tax_minor = models.BigIntegerField(default=0, help_text="the VAT within the commission")
    commission_rule_id = models.UUIDField(null=True, blank=True, help_text="the version of the rule that took it")
    commission_rule_version = models.PositiveIntegerField(default=1)
    commission_reason = models.CharField(max_length=250, blank=True)
    commission_facts = models.JSONField(
        default=dict, help_text="what the rules were asked about: category, tags, plan, volume, share of shipping, VAT"
    )
    position = models.PositiveSmallIntegerField(default=0)
    ships_on = models.DateField(null=True, blank=True, help_text="when some of it were ordered before they came in")
    canceled_quantity = models.PositiveIntegerField(default=0, help_text="of the quantity; will not be sent")

    access = Access(store="select insert update(canceled_quantity)", vendor="select")
    personal = Personal(
        "Articles you ordered",
        order="vendor_order__order_id",
        keep={"title": "what was bought, for the books", "options": "likewise"},
        more=("quantity", "unit_price_minor", "total_minor"),
    )

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    total_minor=F("unit_price_minor") * F("quantity")
                    - F("discount_vendor_minor")
                    - F("discount_platform_minor")
                ),
                name="order_line_total_is_product",
            ),
            models.CheckConstraint(
                condition=Q(total_minor__gte=0, discount_vendor_minor__gte=0, discount_platform_minor__gte=0),
                name="order_line_not_below_zero",
            ),
            models.CheckConstraint(
                condition=Q(canceled_quantity__lte=F("quantity")), name="order_line_canceled_within_quantity"
            ),
            models.CheckConstraint(
                condition=Q(tax_minor__gte=0, tax_minor__lte=F("total_minor") + F("discount_platform_minor")),
                name="order_line_tax_within_total",
            ),
            models.CheckConstraint(
                condition=Q(
                    commission_minor__gte=0, commission_minor__lte=F("total_minor") + F("discount_platform_minor")
                ),
                name="order_line_commission_within_total",
            ),
            models.CheckConstraint(
                condition=Q(commission_tax_minor__gte=0, commission_tax_minor__lte=F("commission_minor")),
                name="order_line_tax_within_commission",
            ),
        ]

    @property
    def discount_minor(self) -> int:
        """All that was taken off it."""
        return self.discount_vendor_minor + self.discount_platform_minor

    @property
    def list_minor(self) -> int:
        """What it cost before that."""
        return self.unit_price_minor * self.quantity

    @property
    def sold_minor(self) -> int:
        """What the vendor sold it for: what the customer pays and what the platform adds."""
        return self.total_minor + self.discount_platform_minor

    @property
    def promised_quantity(self) -> int:
        """How many were ordered and not canceled."""
        return self.quantity - self.canceled_quantity


class OrderEvent(models.Model):
    """What happened to an order or a vendor order: dated, attributed, append-only.

    `data` has what changed, so that the events of an order rebuild it (`returns.replay`): units by line, parcels, amounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order_id = models.UUIDField()
    vendor_order = models.ForeignKey(
        VendorOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    vendor_id = models.UUIDField(null=True, blank=True)
    name = models.CharField(
        max_length=40,
        help_text="placed, paid, accepted, packed, shipped, delivered, (partly_)canceled, refunded, return_… and claim_…",
    )
    actor_kind = models.CharField(max_length=12, help_text="customer, member, staff or system")
    actor_id = models.UUIDField(null=True, blank=True)
    note = models.CharField(max_length=250, blank=True)
    data = models.JSONField(default=dict, db_default={})
    at = models.DateTimeField(default=clock.now)

    # A vendor tells of its own vendor orders, and only what vendors do.
    access = Access(
        store=APPEND,
        vendor=APPEND,
        platform=APPEND,
        vendor_check="name IN ('accepted', 'packed', 'shipped', 'tracking_corrected', 'delivered', 'return_accepted',"
        " 'return_declined', 'return_received', 'return_inspected', 'return_exchanged', 'return_closed', 'claim_said')"
        " AND actor_kind IN ('member', 'system')"
        " AND order_id = (SELECT v.order_id FROM public.orders_vendororder v WHERE v.id = vendor_order_id)",
    )
    personal = Personal(
        "What happened to your orders",
        order="order_id",
        keep={"note": "kinds and titles, no words of the customer", "data": "units, parcels and amounts"},
        more=("name", "at"),
    )

    class Meta:
        indexes = [models.Index(fields=["order_id", "at"], name="order_event_order")]
