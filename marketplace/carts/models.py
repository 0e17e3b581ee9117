"""What a customer means to buy. A guest's cart is known by a random token in a cookie, of which we keep the hash."""

from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import Personal
from marketplace.catalog.models import Listing, Offer, VendorCard

MAX_QUANTITY = 99
MAX_WISHES = 100
MAX_CODES = 5
MAX_GIFT_CARDS = 5


class Cart(models.Model):
    """One cart. `version` rises with every change; placing an order names the version it saw."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="cart"
    )
    token_hash = models.CharField(max_length=64, blank=True)
    country = models.CharField(max_length=2, default="DE", help_text="where it is going, for VAT")
    company = models.CharField(
        max_length=150, blank=True, default="", db_default="", help_text="for which it is bought; empty: for a consumer"
    )
    vat_id = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="of the company")
    shipping = models.JSONField(default=dict, db_default={}, help_text="keys of shipping methods, by vendor")
    codes = models.JSONField(default=list, db_default=[], blank=True, help_text="of coupons, as they were asked for")
    gift_cards = models.JSONField(
        default=list, db_default=[], blank=True, help_text="ids of gift cards to pay with; their codes are kept nowhere"
    )
    uses_credit = models.BooleanField(
        default=False, db_default=False, help_text="pay with store credit, as far as it goes"
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)
    reminder_wanted_at = models.DateTimeField(null=True, blank=True, help_text="when the customer asked for one mail")
    reminder_to = models.EmailField(
        max_length=254, blank=True, default="", db_default="", help_text="a guest's; a customer's is known"
    )
    reminded_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update delete")
    personal = Personal(
        "Cart, and what is put aside in it",
        user="user_id",
        email="reminder_to",
        delete=True,
        hidden=("token_hash",),
        more=(
            "company",
            "vat_id",
            "country",
            "shipping",
            "codes",
            "reminder_to",
            "reminder_wanted_at",
            "created_at",
            "changed_at",
        ),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="cart_token_unique", condition=~Q(token_hash=""))
        ]
        indexes = [
            models.Index(fields=["changed_at"], name="cart_changed"),
            models.Index(
                fields=["changed_at"],
                name="cart_reminders",
                condition=Q(reminder_wanted_at__isnull=False, reminded_at=None),
            ),
        ]

    @property
    def card_ids(self) -> list[UUID]:
        """The gift cards to pay with."""
        return [UUID(card) for card in self.gift_cards]

    @property
    def methods(self) -> dict[UUID, str]:
        """The key of the shipping method that was chosen, by vendor."""
        return {UUID(vendor): key for vendor, key in self.shipping.items()}


class CartLine(models.Model):
    """So many of one offer, with the price that was shown when it was put in.

    `away` is what customers read of its vendor while that is on vacation; known once the cart's contents were read.
    """

    away = ""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="cart_lines")
    quantity = models.PositiveIntegerField()
    price_seen_minor = models.BigIntegerField()
    added_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update delete")
    personal = Personal("In your cart", user="cart__user_id", delete=True, more=("offer", "quantity", "added_at"))

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer"], name="cart_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="cart_line_quantity"),
        ]


class SavedLine(models.Model):
    """So many of one offer that were put aside: not in the cart, and not forgotten."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="saved")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    price_seen_minor = models.BigIntegerField()
    saved_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update delete")
    personal = Personal("Put aside", user="cart__user_id", delete=True, more=("offer", "quantity", "saved_at"))

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cart", "offer"], name="saved_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=MAX_QUANTITY), name="saved_line_quantity"
            ),
        ]


class Wish(models.Model):
    """An article somebody wants to come back to. It hangs on their cart, as a guest's and as a customer's.

    `price_seen_minor` and `was_in_stock` are what the next change is held against, for whoever wants one mail about it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="wishes")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    price_seen_minor = models.BigIntegerField()
    was_in_stock = models.BooleanField(default=True)
    wished_at = models.DateTimeField(default=clock.now)
    news_wanted_at = models.DateTimeField(null=True, blank=True, help_text="when the customer asked for one mail")
    told_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select insert update delete")
    personal = Personal("Wishlist", user="cart__user_id", delete=True, more=("listing", "wished_at", "news_wanted_at"))

    class Meta:
        verbose_name_plural = "wishes"
        constraints = [models.UniqueConstraint(fields=["cart", "listing"], name="wish_once")]
        indexes = [
            models.Index(fields=["listing"], name="wish_news", condition=Q(news_wanted_at__isnull=False)),
        ]


class SharedCart(models.Model):
    """A copy of a cart for whoever has its link. It says what is in it and nothing of whose it is."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, null=True, on_delete=models.SET_NULL, related_name="shares")
    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    access = Access(store="select insert update(cart_id) delete")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="shared_cart_token_unique")]
        indexes = [models.Index(fields=["expires_at"], name="shared_cart_expiry")]


class SharedLine(models.Model):
    card: VendorCard | None = None  # of its vendor; known once the copy was read

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    shared = models.ForeignKey(SharedCart, on_delete=models.CASCADE, related_name="lines")
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    position = models.PositiveSmallIntegerField(default=0)

    access = Access(store="select insert delete")

    class Meta:
        ordering = ["position", "id"]


class CartKey(models.Model):
    """What a browser holds on one shop front: it puts that vendor's goods into the cart, and counts what is in it.

    It opens nothing else: not the cart's page, not whose it is, no order, and nothing on any other host. Whoever serves a
    custom domain can read the cookies of that name, so this must be all there is to be found in them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    cart = models.ForeignKey(Cart, on_delete=models.CASCADE, related_name="keys")
    host = models.CharField(max_length=253)
    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()

    access = Access(store="select insert update(cart_id) delete")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="cart_key_token_unique")]
