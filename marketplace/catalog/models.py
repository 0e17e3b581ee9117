"""The unified catalogue: listings, which belong to no vendor, and the vendors' offers on them.

A projection: the worker re-reads a shop and writes these rows (`projection`); nobody edits them. Pages and quotes
read only this; placing an order reads the shop itself, so a late projection never mis-sells.
"""

from datetime import date

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from taxonomy.models import Category
from tenants.shop.shipping.terms import ShippingTerms, from_json
from tenants.vendors.models import is_within
from tenants.vendors.vacation import away_words


def average(stars: int, count: int) -> float | None:
    """Stars on average, to a tenth, halves up; None where there are none."""
    return (stars * 20 + count) // (2 * count) / 10 if count else None


class VendorCard(models.Model):
    """What the marketplace shows of a vendor and how it ships: projected from the vendor and its shop."""

    vendor_id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    city = models.CharField(max_length=100, blank=True)
    tagline = models.CharField(max_length=150, blank=True)
    story = models.TextField(blank=True)
    logo = models.CharField(max_length=200, blank=True)
    palette = models.JSONField(default=list)
    is_selling = models.BooleanField(default=False)
    away_from = models.DateTimeField(null=True, blank=True)
    away_until = models.DateTimeField(null=True, blank=True)
    away_message = models.CharField(max_length=300, blank=True, default="", db_default="")
    was_away = models.BooleanField(
        default=False, db_default=False, help_text="when the buy boxes with its offers were made"
    )
    listing_count = models.PositiveIntegerField(default=0)
    # What decides about the VAT on what it sells.
    vat_id = models.CharField(max_length=20, blank=True, default="", db_default="")
    is_small_business = models.BooleanField(default=False, db_default=False)
    shipping = models.JSONField(default=dict, db_default={}, help_text="its terms; see tenants.shop.shipping.terms")
    # Of these terms, what a page says before it knows what goes where: the cheapest rate, and all countries.
    shipping_flat_minor = models.BigIntegerField(default=0)
    shipping_free_from_minor = models.BigIntegerField(null=True, blank=True)
    handling_days = models.PositiveSmallIntegerField(default=2)
    transit_days = models.PositiveSmallIntegerField(default=3)
    ships_to = models.JSONField(default=list, help_text="ISO codes; empty: everywhere we sell")
    currency = models.CharField(max_length=3, default="EUR")
    joined_at = models.DateTimeField(default=clock.now)
    # Of the reviews that are seen; kept by whoever writes or hides one (`reviews.actions`), never by the projection.
    rating_count = models.PositiveIntegerField(default=0, db_default=0)
    rating_sum = models.PositiveIntegerField(default=0, db_default=0, help_text="of stars")
    projected_at = models.DateTimeField(default=clock.now)

    access = Access(store="select update(rating_count, rating_sum)", vendor="select", vendor_rows="all")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="vendor_card_slug")]
        indexes = [models.Index(fields=["away_from"], name="vendor_card_away", condition=Q(away_from__isnull=False))]

    def __str__(self) -> str:
        return self.name

    @property
    def rating(self) -> float | None:
        """Its stars on average; none without a review."""
        return average(self.rating_sum, self.rating_count)

    @property
    def terms(self) -> ShippingTerms:
        """How it ships."""
        return from_json(self.shipping)

    def away_words(self) -> str:
        """What customers read while the vendor is on vacation, by the clock whenever this was projected; else empty."""
        return away_words(self.away_until) if is_within(self.away_from, self.away_until, clock.now()) else ""


class Listing(models.Model):
    """One page of the unified catalogue, and the one row a listing page needs: the buy box is copied into it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.CharField(max_length=140)
    title = models.CharField(max_length=250)
    description = models.TextField(blank=True)
    brand = models.CharField(max_length=100, blank=True)
    category = models.ForeignKey(Category, null=True, on_delete=models.PROTECT, related_name="listings")
    category_path = models.CharField(max_length=250, blank=True)
    attributes = models.JSONField(default=dict)
    pictures = models.JSONField(default=list, help_text="[{path, alt, width, height}]")
    # The offer in the buy box, copied: the cheapest in stock, else the cheapest.
    price_minor = models.BigIntegerField(default=0)
    compare_at_minor = models.BigIntegerField(null=True, blank=True)
    price_max_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="EUR")
    best_vendor_slug = models.CharField(max_length=40, blank=True)
    best_vendor_name = models.CharField(max_length=100, blank=True)
    best_handling_days = models.PositiveSmallIntegerField(default=2)
    offer_count = models.PositiveIntegerField(default=0)
    vendor_count = models.PositiveIntegerField(default=0)
    in_stock = models.BooleanField(default=False)
    is_visible = models.BooleanField(default=False)
    sold_recently = models.PositiveIntegerField(
        default=0, help_text="units promised to paid orders in the last 30 days"
    )
    # Of the reviews that are seen; kept by whoever writes or hides one (`reviews.actions`), never by the projection.
    rating_count = models.PositiveIntegerField(default=0, db_default=0)
    rating_sum = models.PositiveIntegerField(default=0, db_default=0, help_text="of stars")
    first_published_at = models.DateTimeField(default=clock.now)
    projected_at = models.DateTimeField(default=clock.now)
    search = SearchVectorField(null=True)
    # Which product's words and pictures are shown: the first that was published under it.
    content_product_id = models.UUIDField()
    # A vendor chooses its rows' ids itself, so a product is named by its vendor too.
    content_vendor_id = models.UUIDField()
    # Who would sell it, were it not on vacation; known once `queries.say_who_is_away` has looked, and not stored.
    away: "VendorCard | None" = None

    access = Access(store="select update(rating_count, rating_sum)", vendor="select", vendor_rows="all")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["slug"], name="listing_slug_unique")]
        indexes = [
            GinIndex(fields=["search"], name="listing_search"),
            GinIndex(OpClass(Upper("title"), name="gin_trgm_ops"), name="listing_title_trigram"),
            models.Index(fields=["-first_published_at", "-id"], name="listing_newest", condition=Q(is_visible=True)),
            models.Index(
                fields=["-sold_recently", "-first_published_at", "-id"],
                name="listing_trending",
                condition=Q(is_visible=True),
            ),
            models.Index(fields=["price_minor", "id"], name="listing_price", condition=Q(is_visible=True)),
            models.Index(
                fields=["category", "-first_published_at", "-id"],
                name="listing_category_newest",
                condition=Q(is_visible=True),
            ),
            models.Index(
                fields=["category", "price_minor", "id"], name="listing_category_price", condition=Q(is_visible=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def rating(self) -> float | None:
        """Its stars on average; none without a review."""
        return average(self.rating_sum, self.rating_count)


class ListingVariant(models.Model):
    """One combination of a listing's options. A GTIN, where there is one, ties the offers of several vendors
    together.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="variants")
    gtin = models.CharField(max_length=14, blank=True)
    options = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=0)

    access = Access(store="select", vendor="select", vendor_rows="all")

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["gtin"], name="listing_variant_gtin", condition=~Q(gtin=""))]


class Offer(models.Model):
    """One vendor's price and availability for a listing's variant. Its id is the id of the shop's own variant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="offers")
    listing_variant = models.ForeignKey(ListingVariant, on_delete=models.CASCADE, related_name="offers")
    vendor_id = models.UUIDField()
    product_id = models.UUIDField()
    sku = models.CharField(max_length=60)
    condition = models.CharField(max_length=12, default="new")
    tags = models.JSONField(default=list, help_text="of its product, for the rules of commission")
    price_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    available = models.PositiveIntegerField(default=0, help_text="never more than is worth telling; see projection")
    on_shelf = models.PositiveIntegerField(default=0, db_default=0, help_text="of `available`: what has come in")
    ships_on = models.DateField(null=True, blank=True, help_text="when the rest is shipped, if it sells ahead")
    weight_grams = models.PositiveIntegerField(default=0, db_default=0)
    shipping_profile_id = models.UUIDField(null=True, blank=True, help_text="in its shop; none: the default")
    sold_recently = models.PositiveIntegerField(default=0)
    is_visible = models.BooleanField(default=True)
    projected_at = models.DateTimeField(default=clock.now)

    access = Access(store="select", vendor="select", vendor_rows="all")

    class Meta:
        indexes = [
            models.Index(fields=["listing", "price_minor"], name="offer_listing"),
            models.Index(fields=["vendor_id", "product_id"], name="offer_product"),
            models.Index(fields=["vendor_id", "listing"], name="offer_vendor_listing"),
        ]

    def ships_later(self, quantity: int = 1) -> date | None:
        """From when so many are shipped, if some of them have yet to come in."""
        return self.ships_on if quantity > self.on_shelf else None
