"""What a vendor does to its products. Runs inside the shop; each change is announced for the unified catalogue."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from psycopg.errors import UniqueViolation

from kit import clock
from kit.context import require_vendor
from kit.errors import Conflict, InvalidInput
from kit.ids import short_code, uuid7
from outbox.actions import announce
from taxonomy import queries as taxonomy
from tenants.shop.catalog.drafts import (
    InvalidProduct,
    ProductDraft,
    VariantDraft,
    clean_tags,
    problems,
    variant_problems,
)
from tenants.shop.catalog.models import Product, ProductState, Variant
from tenants.shop.catalog.plan import check_may_add, check_may_sell_one_more, keep_within_plan
from tenants.shop.inventory.actions import set_stock
from tenants.shop.shipping.queries import has_said_how

PRODUCTS_PER_FACT = 500


class StaleProduct(Conflict):
    """Somebody else changed the product meanwhile."""

    code = "stale_product"


class VariantInUse(Conflict):
    """A variant that was ordered cannot be removed."""

    code = "variant_in_use"


class ShippingUnknown(Conflict):
    """The shop has not said how it ships, so that nobody can be told what a delivery costs."""

    code = "shipping_unknown"


@contextmanager
def _told_apart() -> Iterator[None]:
    """A transaction in which no two variants come to have one SKU. We look before we write, yet somebody else may write in
    between, and two variants of one product may trade theirs: then the database says so. Raises InvalidProduct.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        words = "A SKU or id is taken by another product or variant. Variants that trade SKUs do so in two steps."
        raise InvalidProduct({"variants": words}) from error


@_told_apart()
def create_product(*, draft: ProductDraft, publish: bool = False, actor_id: UUID | None = None) -> Product:
    """A new product with its variants and their stock. Raises InvalidProduct, BeyondPlan; ShippingUnknown when it is to be
    published.
    """
    check_may_add()
    _check(draft)
    if publish:
        check_may_publish()
    product = Product(id=uuid7(), slug=slug_of(draft.title))
    _take(product, draft)
    if publish:
        product.state, product.published_at = ProductState.PUBLISHED, product.created_at
    product.save(force_insert=True)
    variants = [Variant(id=uuid7(), product=product) for _ in draft.variants]
    for position, (variant, wanted) in enumerate(zip(variants, draft.variants, strict=True)):
        _take_variant(variant, wanted, position)
    Variant.objects.bulk_create(variants)
    _take_stock(variants, draft.variants, actor_id)
    products_changed([product.id])
    return product


@_told_apart()
def update_product(
    *, product: Product, draft: ProductDraft, version: int | None = None, actor_id: UUID | None = None
) -> Product:
    """Make the product as drafted; variants not in the draft are removed.

    `version` is the one the person was looking at. Raises StaleProduct when it has risen since, InvalidProduct, and
    VariantInUse for a variant that was ordered and is missing from the draft.
    """
    product = Product.objects.select_for_update().get(id=product.id)
    if version is not None and version != product.version:
        raise StaleProduct("Somebody changed this product while you were editing it. Reload the page to see how.")
    _check(draft, product)
    have = list(product.variants.all())
    by_id, by_sku = {variant.id: variant for variant in have}, {variant.sku: variant for variant in have}
    kept: list[Variant] = []
    for position, wanted in enumerate(draft.variants):
        found = by_id.get(wanted.id) if wanted.id else by_sku.get(wanted.sku) if wanted.sku else None
        if wanted.id and found is None:
            raise InvalidProduct({f"variants.{position}.id": "This variant belongs to another product."})
        variant = found or Variant(id=uuid7(), product=product)
        if variant in kept:
            raise InvalidProduct({f"variants.{position}.sku": "Another variant has the same SKU."})
        kept.append(variant)
    _remove(product, [variant for variant in have if variant not in kept])
    for position, (variant, wanted) in enumerate(zip(kept, draft.variants, strict=True)):
        _take_variant(variant, wanted, position)
    _write_variants(kept)
    _take(product, draft)
    _touch(product)
    _take_stock(kept, draft.variants, actor_id)
    products_changed([product.id])
    return product


@transaction.atomic
def set_price(*, variant: Variant, price_minor: int, compare_at_minor: int | None = None) -> Variant:
    """Change a price. Raises InvalidProduct."""
    product = Product.objects.select_for_update().get(id=variant.product_id)
    draft = VariantDraft(price_minor=price_minor, compare_at_minor=compare_at_minor, currency=settings.CURRENCY)
    if found := variant_problems(draft):
        raise InvalidProduct(found)
    variant.price_minor, variant.compare_at_minor = price_minor, compare_at_minor
    variant.save(update_fields=["price_minor", "compare_at_minor"])
    _touch(product)
    products_changed([product.id])
    return variant


def publish_product(*, product: Product) -> Product:
    """Offer it on the marketplace; within a second it can be found there. Publishing it again changes nothing.

    Raises InvalidInput for one without a variant, ShippingUnknown, BeyondPlan.
    """
    return _move(product, ProductState.PUBLISHED)


def unpublish_product(*, product: Product) -> Product:
    """Take it off the marketplace, to be worked on."""
    return _move(product, ProductState.DRAFT)


def archive_product(*, product: Product) -> Product:
    """Put it away: off the marketplace and out of the vendor's usual lists. Orders keep it."""
    return _move(product, ProductState.ARCHIVED)


@transaction.atomic
def follow_plan() -> int:
    """The plan has changed: pause or resume products so that as many are on sale as it allows; gives how many changed."""
    changed = keep_within_plan()
    if changed:
        products_changed(product.id for product in changed)
    return len(changed)


def check_may_publish() -> None:
    """Raises ShippingUnknown until the shop has said how it ships: left unsaid, it would be free and to everywhere."""
    if not has_said_how():
        raise ShippingUnknown("Say how you ship first. Until then products are kept as drafts.", field="publish")


def products_changed(product_ids: Iterable[UUID]) -> None:
    """Announce that the unified catalogue must look at these products again."""
    vendor = require_vendor()
    ids = sorted(set(product_ids))
    for start in range(0, len(ids), PRODUCTS_PER_FACT):
        part = [str(product) for product in ids[start : start + PRODUCTS_PER_FACT]]
        announce("shop.products_changed", vendor_id=vendor.id, payload={"products": part})


def slug_of(title: str) -> str:
    """The title as part of an address; "item" when nothing of it can stand there."""
    return slugify(title)[:120].strip("-") or "item"


# --- Their parts --------------------------------------------------------------------------------------------


@transaction.atomic
def _move(product: Product, state: ProductState) -> Product:
    # What it was by then is looked at again under its lock; the plan's place is taken before any product's.
    was = Product.objects.values_list("state", flat=True).get(id=product.id)
    if was != state:
        if was == ProductState.ARCHIVED:
            check_may_add()
        if state == ProductState.PUBLISHED:
            check_may_sell_one_more()
    product = Product.objects.select_for_update().get(id=product.id)
    if product.state == state:
        return product
    if state == ProductState.PUBLISHED and not product.variants.exists():
        raise InvalidInput("Add a variant with a price first.", field="variants")
    if state == ProductState.PUBLISHED:
        check_may_publish()
    product.state = state
    if state == ProductState.PUBLISHED and product.published_at is None:
        product.published_at = clock.now()
    product.paused_at = None
    _touch(product)
    changed = keep_within_plan() if state != ProductState.PUBLISHED else []
    products_changed([product.id, *(other.id for other in changed)])
    return product


def _check(draft: ProductDraft, product: Product | None = None) -> None:
    """Raise InvalidProduct for all that is wrong with the draft in this shop."""
    found = problems(draft, taxonomy.tree())
    products, variants = Product.objects.all(), Variant.objects.all()
    if product:
        products, variants = products.exclude(id=product.id), variants.exclude(product_id=product.id)
    skus = [variant.sku for variant in draft.variants if variant.sku]
    taken = set(variants.filter(sku__in=skus).values_list("sku", flat=True))
    for position, variant in enumerate(draft.variants):
        if variant.sku in taken:
            found.setdefault(f"variants.{position}.sku", f"The SKU “{variant.sku}” is taken by another product.")
    if draft.external_id and products.filter(external_id=draft.external_id).exists():
        found.setdefault("external_id", "Another product has this id.")
    if found:
        raise InvalidProduct(found)


def _take(product: Product, draft: ProductDraft) -> None:
    product.title = draft.title.strip()
    product.description = draft.description.strip()
    product.brand = draft.brand.strip()
    product.category_id = draft.category_id
    product.condition = draft.condition
    product.attributes = dict(draft.attributes)
    product.tags = clean_tags(draft.tags)
    product.external_id = draft.external_id


def _take_variant(variant: Variant, draft: VariantDraft, position: int) -> None:
    variant.sku = draft.sku or variant.sku or short_code()
    variant.gtin = draft.gtin
    variant.options = dict(draft.options)
    variant.price_minor, variant.compare_at_minor = draft.price_minor, draft.compare_at_minor
    variant.currency = draft.currency
    variant.weight_grams = draft.weight_grams
    variant.position = position


def _write_variants(variants: Sequence[Variant]) -> None:
    changing = ["sku", "gtin", "options", "price_minor", "compare_at_minor", "currency", "weight_grams", "position"]
    Variant.objects.bulk_create(variants, update_conflicts=True, unique_fields=["id"], update_fields=changing)


def _remove(product: Product, variants: Sequence[Variant]) -> None:
    if not variants:
        return
    gone = Variant.objects.filter(id__in=[variant.id for variant in variants])
    ordered = gone.filter(reservations__isnull=False).first()
    if ordered:
        raise VariantInUse(
            f"“{ordered.sku}” was ordered, so it cannot be removed. Set its stock to zero instead.", field="variants"
        )
    gone.delete()


def _take_stock(variants: Sequence[Variant], drafts: Sequence[VariantDraft], actor_id: UUID | None) -> None:
    wanted = {
        variant.id: draft.stock for variant, draft in zip(variants, drafts, strict=True) if draft.stock is not None
    }
    refused = set_stock(wanted, "edited with the product", actor_id=actor_id, announced=False).refused
    if refused:
        raise InvalidProduct(
            {
                f"variants.{position}.stock": f"{refused[variant.id]} units are promised to orders."
                for position, variant in enumerate(variants)
                if variant.id in refused
            }
        )


def _touch(product: Product) -> None:
    product.version += 1
    product.updated_at = clock.now()
    product.save()
