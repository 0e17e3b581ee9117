"""What a product must be before it is written: forms, API and imports are all checked here, field by field."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from kit.errors import InvalidInput
from kit.sound import MOST_BYTES_INDEXED, MOST_DIGITS
from taxonomy.queries import Tree
from tenants.shop.catalog.gtin import is_gtin
from tenants.shop.catalog.models import Condition, Product

MAX_TITLE, MAX_BRAND, MAX_SKU, MAX_EXTERNAL_ID, MAX_DESCRIPTION = 250, 100, 60, 100, 20_000
MAX_VARIANTS, MAX_OPTIONS, MAX_ATTRIBUTES = 100, 4, 250
MAX_TAGS, MAX_TAG = 50, 40
MAX_OPTION_NAME, MAX_OPTION_VALUE, MAX_ATTRIBUTE_NAME, MAX_ATTRIBUTE_VALUE = 40, 60, 120, 10_000
# The largest amount Stripe takes in one charge: eight digits of minor units.
MAX_PRICE_MINOR = 99_999_999
MAX_STOCK = 1_000_000
MAX_WEIGHT_GRAMS = 2_000_000


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """A variant as it shall be. Amounts in minor units of `currency`, the destination's VAT included.

    `id` names the variant to change; without it the SKU does. `stock=None` leaves the stock as it is.
    """

    price_minor: int
    sku: str = ""
    compare_at_minor: int | None = None
    currency: str = "EUR"
    gtin: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    stock: int | None = None
    weight_grams: int = 0
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product as it shall be, with all its variants in their order."""

    title: str
    variants: Sequence[VariantDraft]
    description: str = ""
    brand: str = ""
    category_id: UUID | None = None
    condition: str = Condition.NEW.value
    attributes: Mapping[str, Any] = field(default_factory=dict)
    tags: Sequence[str] = ()
    external_id: str = ""


def draft_of(product: Product) -> ProductDraft:
    """The product as it is, to be changed in a part; its stock stays as it is."""
    return ProductDraft(
        title=product.title,
        description=product.description,
        brand=product.brand,
        category_id=product.category_id,
        condition=product.condition,
        attributes=product.attributes,
        tags=product.tags,
        external_id=product.external_id,
        variants=[
            VariantDraft(
                id=variant.id,
                sku=variant.sku,
                gtin=variant.gtin,
                options=variant.options,
                price_minor=variant.price_minor,
                compare_at_minor=variant.compare_at_minor,
                currency=variant.currency,
                weight_grams=variant.weight_grams,
            )
            for variant in product.variants.all()
        ],
    )


class InvalidProduct(InvalidInput):
    """`errors` maps each field at fault ("title", "variants.0.price_minor") to what is wrong with it."""

    code = "invalid_product"

    def __init__(self, errors: Mapping[str, str]):
        self.errors = dict(errors)
        first = next(iter(self.errors))
        super().__init__(" ".join(dict.fromkeys(self.errors.values())), field=first)


def problems(draft: ProductDraft, tree: Tree) -> dict[str, str]:
    """What is wrong with the draft by itself, by field; empty when nothing is. The shop is not asked."""
    found: dict[str, str] = {}
    if not draft.title.strip():
        found["title"] = "Give the product a title."
    for name, longest in (
        ("title", MAX_TITLE),
        ("brand", MAX_BRAND),
        ("external_id", MAX_EXTERNAL_ID),
        ("description", MAX_DESCRIPTION),
    ):
        if trouble := text_problem(getattr(draft, name), longest):
            found[name] = trouble
    if draft.category_id is not None and draft.category_id not in tree.by_id:
        found["category_id"] = "This category does not exist."
    if draft.condition not in Condition.values:
        found["condition"] = "The condition is new, refurbished or used."
    if trouble := attributes_problem(draft.attributes):
        found["attributes"] = trouble
    if trouble := tags_problem(draft.tags):
        found["tags"] = trouble
    if not 1 <= len(draft.variants) <= MAX_VARIANTS:
        found["variants"] = f"A product has 1 to {MAX_VARIANTS} variants; this one has {len(draft.variants)}."
        return found
    for position, variant in enumerate(draft.variants):
        for name, trouble in variant_problems(variant).items():
            found[f"variants.{position}.{name}"] = trouble
    found |= _differences(draft.variants)
    return found


def variant_problems(variant: VariantDraft) -> dict[str, str]:
    """What is wrong with one variant, by field."""
    found: dict[str, str] = {}
    if variant.price_minor <= 0:
        found["price_minor"] = "The price must be above zero."
    elif variant.price_minor > MAX_PRICE_MINOR:
        found["price_minor"] = "The price is more than can be charged at once."
    elif variant.compare_at_minor is not None and not variant.price_minor < variant.compare_at_minor <= MAX_PRICE_MINOR:
        found["compare_at_minor"] = "The price to compare with must be higher than the price."
    if variant.currency != settings.CURRENCY:
        found["currency"] = f"Prices here are in {settings.CURRENCY}."
    if variant.gtin and not is_gtin(variant.gtin):
        found["gtin"] = "This is not a GTIN: 8, 12, 13 or 14 digits, the last one checks the others."
    if trouble := text_problem(variant.sku, MAX_SKU):
        found["sku"] = trouble
    if variant.stock is not None and not 0 <= variant.stock <= MAX_STOCK:
        found["stock"] = f"Stock is a number from 0 to {MAX_STOCK:,}."
    if not 0 <= variant.weight_grams <= MAX_WEIGHT_GRAMS:
        found["weight_grams"] = f"The weight is 0 to {MAX_WEIGHT_GRAMS:,} grams."
    if len(variant.options) > MAX_OPTIONS:
        found["options"] = f"A variant has at most {MAX_OPTIONS} options."
    for name, value in variant.options.items():
        if not name.strip() or not isinstance(value, str) or not value.strip():
            found["options"] = "An option has a name and a value."
        elif trouble := text_problem(name, MAX_OPTION_NAME) or text_problem(value, MAX_OPTION_VALUE):
            found["options"] = trouble
    return found


def text_problem(text: str, longest: int) -> str:
    """What is wrong with a text: too long, or holding characters that cannot be stored."""
    if len(text) > longest:
        return f"Use at most {longest:,} characters; these are {len(text):,}."
    return "" if is_storable(text) else "This text holds characters that cannot be stored."


def is_storable(text: str) -> bool:
    """PostgreSQL takes neither NUL nor halves of surrogate pairs."""
    if text.isascii():
        return "\0" not in text
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def clean_tags(words: Iterable[str]) -> list[str]:
    """Tags as they are kept: in small letters, each once, in one order."""
    return sorted({" ".join(word.lower().split()) for word in words} - {""})


def tags_problem(tags: Sequence[str]) -> str:
    if len(tags) > MAX_TAGS:
        return f"A product has at most {MAX_TAGS} tags."
    for tag in tags:
        if "," in tag:
            return f"“{tag[:40]}”: a tag holds no comma."
        if trouble := text_problem(tag, MAX_TAG):
            return f"“{tag[:40]}”: {trouble}"
    return ""


# As the database has it, `kit.sound.IsFacts`.
DIGITS = re.compile(rf"[0-9]{{{MOST_DIGITS}}}")


def attributes_problem(attributes: Mapping[str, Any]) -> str:
    """Attributes are names with a text, a number, or yes/no."""
    if len(attributes) > MAX_ATTRIBUTES:
        return f"A product has at most {MAX_ATTRIBUTES} attributes."
    if len(json.dumps(dict(attributes), ensure_ascii=False, default=str).encode()) > MOST_BYTES_INDEXED * 9 // 10:
        return "All attributes together are too long: shorten some."
    for name, value in attributes.items():
        if not isinstance(value, str | int | float | bool):
            return f"“{name[:40]}” must be a text, a number, or yes or no."
        if isinstance(value, float) and value - value != 0:
            return f"“{name[:40]}” is not a number."
        if not name.strip():
            return "An attribute needs a name."
        if DIGITS.search(f"{name} {value}"):
            return f"“{name[:40]}”: at most {MOST_DIGITS - 1} digits in a row."
        trouble = text_problem(name, MAX_ATTRIBUTE_NAME)
        if isinstance(value, str):
            trouble = trouble or text_problem(value, MAX_ATTRIBUTE_VALUE)
        if trouble:
            return f"“{name[:40]}”: {trouble}"
    return ""


def _differences(variants: Sequence[VariantDraft]) -> dict[str, str]:
    """Variants of one product must be told apart: by options, SKU and GTIN."""
    found: dict[str, str] = {}
    names = set(variants[0].options)
    for label, values in (
        ("sku", [variant.sku for variant in variants]),
        ("gtin", [variant.gtin for variant in variants]),
        ("options", [tuple(sorted(variant.options.items())) for variant in variants]),
    ):
        seen: set[object] = set()
        for position, value in enumerate(values):
            if value in seen and (value or label == "options"):
                found[f"variants.{position}.{label}"] = (
                    f"Another variant has the same {label.upper() if label != 'options' else label}."
                )
            seen.add(value)
    for position, variant in enumerate(variants):
        if set(variant.options) != names:
            found.setdefault(f"variants.{position}.options", "Every variant needs the same options.")
    return found
