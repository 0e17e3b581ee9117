"""The product editor's form: one product, rows of attributes, a grid of variants; all of it in one post.

`Sheet` is what stands in the form as texts, made from a product or from what was posted; rows are added and removed there,
without any of it being checked. `Editor` puts forms around a sheet, and turns them into a `ProductDraft`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import QueryDict

from marketplace.web.portal.forms import MajorField, major
from taxonomy.queries import tree
from tenants.shop.catalog.drafts import (
    MAX_ATTRIBUTES,
    MAX_BRAND,
    MAX_DESCRIPTION,
    MAX_OPTIONS,
    MAX_TITLE,
    MAX_VARIANTS,
    InvalidProduct,
    ProductDraft,
    VariantDraft,
    clean_tags,
)
from tenants.shop.catalog.models import Condition, Product
from tenants.shop.inventory.queries import Units

PRODUCT_FIELDS = ("title", "description", "brand", "category", "condition", "tags", "version")
VARIANT_FIELDS = ("id", "sku", "gtin", "price", "compare_at", "stock", "stock_was", "weight_grams")
# The action's word for a field, and the grid's.
GRID_NAMES = {"price_minor": "price", "compare_at_minor": "compare_at", "currency": "price", "options": "option_0"}

Texts = dict[str, str]


class ProductForm(forms.Form):
    title = forms.CharField(max_length=MAX_TITLE, error_messages={"required": "Give the product a title."})
    description = forms.CharField(
        max_length=MAX_DESCRIPTION, required=False, widget=forms.Textarea(attrs={"rows": 7}), strip=False
    )
    brand = forms.CharField(max_length=MAX_BRAND, required=False)
    category = forms.ChoiceField(required=False)
    condition = forms.ChoiceField(choices=Condition.choices)
    tags = forms.CharField(
        max_length=1000,
        required=False,
        help_text="Words joined by commas, for you and the platform. Customers do not see them.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        nodes = [node for root in tree().roots for node in root.walk()]
        choices = [("", "No category yet"), *((str(node.id), "\u2003" * node.depth + node.name) for node in nodes)]
        self.fields["category"].choices = choices  # type: ignore[attr-defined]


class AttributeForm(forms.Form):
    name = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs={"placeholder": "Material"}))
    value = forms.CharField(required=False, widget=forms.TextInput(attrs={"placeholder": "Stoneware"}))


class VariantForm(forms.Form):
    """One row of the grid. `stock_was` is the stock that the person saw: what was not changed is not set."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    sku = forms.CharField(label="SKU", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    gtin = forms.CharField(label="GTIN", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    price = MajorField(label="Price", currency=settings.CURRENCY, error_messages={"required": "What does it cost?"})
    compare_at = MajorField(label="Compare at", currency=settings.CURRENCY, required=False)
    stock = forms.IntegerField(label="Stock", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    stock_was = forms.IntegerField(required=False, widget=forms.HiddenInput)
    weight_grams = forms.IntegerField(
        label="Weight (g)", required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )

    def __init__(self, *args: Any, names: list[str], number: int, **more: Any):
        super().__init__(*args, **more)
        for position, name in enumerate(names):
            self.fields[f"option_{position}"] = forms.CharField(required=False, label=name or f"Option {position + 1}")
        self.names, self.number = names, number
        for each in self.fields.values():
            each.widget.attrs["aria-label"] = f"{each.label} of variant {number}"

    @property
    def options(self) -> Iterator[forms.BoundField]:
        return (self[f"option_{position}"] for position in range(len(self.names)))


@dataclass
class Sheet:
    """The form's texts. Rows beyond what a product may have are cut off here, so that nobody posts millions."""

    product: Texts
    options: list[str] = field(default_factory=list)
    attributes: list[Texts] = field(default_factory=list)
    variants: list[Texts] = field(default_factory=list)

    @classmethod
    def of(cls, product: Product, units: Mapping[UUID, Units]) -> "Sheet":
        variants = list(product.variants.all())
        names = list(dict.fromkeys(name for variant in variants for name in variant.options))
        return cls(
            product={
                "title": product.title,
                "description": product.description,
                "brand": product.brand,
                "category": str(product.category_id or ""),
                "condition": product.condition,
                "tags": ", ".join(product.tags),
                "version": str(product.version),
            },
            options=names,
            attributes=[{"name": name, "value": str(value)} for name, value in product.attributes.items()],
            variants=[
                {
                    "id": str(variant.id),
                    "sku": variant.sku,
                    "gtin": variant.gtin,
                    "price": major(variant.price_minor, variant.currency),
                    "compare_at": major(variant.compare_at_minor, variant.currency),
                    "stock": str(units[variant.id].on_hand),
                    "stock_was": str(units[variant.id].on_hand),
                    "weight_grams": str(variant.weight_grams or ""),
                    **{f"option_{n}": str(variant.options.get(name, "")) for n, name in enumerate(names)},
                }
                for variant in variants
            ],
        )

    @classmethod
    def empty(cls) -> "Sheet":
        return cls(product={"condition": Condition.NEW.value}, variants=[{}], attributes=[{}])

    @classmethod
    def posted(cls, data: QueryDict) -> "Sheet":
        names = [data.get(f"option_name_{n}", "")[:200] for n in range(_count(data, "option_count", MAX_OPTIONS))]
        grid = (*VARIANT_FIELDS, *(f"option_{n}" for n in range(len(names))))
        return cls(
            product={name: data.get(name, "") for name in PRODUCT_FIELDS},
            options=names,
            attributes=[
                {name: data.get(f"attribute-{n}-{name}", "") for name in ("name", "value")}
                for n in range(_count(data, "attribute_count", MAX_ATTRIBUTES))
            ],
            variants=[
                {name: data.get(f"variant-{n}-{name}", "") for name in grid}
                for n in range(_count(data, "variant_count", MAX_VARIANTS))
            ],
        )

    def change(self, what: str) -> bool:
        """Add or remove a row, as a button said it ("add-variant", "remove-option-1"). Whether it was such a button."""
        verb, _, rest = what.partition("-")
        kind, _, number = rest.partition("-")
        grids: dict[str, list[Any]] = {"variant": self.variants, "attribute": self.attributes, "option": self.options}
        rows = grids.get(kind)
        if rows is None or verb not in ("add", "remove"):
            return False
        if verb == "add":
            most = {"variant": MAX_VARIANTS, "attribute": MAX_ATTRIBUTES, "option": MAX_OPTIONS}[kind]
            if len(rows) < most:
                rows.append("" if kind == "option" else self._like_last() if kind == "variant" else {})
        elif number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(rows):
            rows.pop(int(number))
            if kind == "option":
                self._close_gap(int(number))
        return True

    def _like_last(self) -> Texts:
        """A new variant is mostly like the one before it: the same price and weight, another option."""
        last = self.variants[-1] if self.variants else {}
        return {name: last.get(name, "") for name in ("price", "compare_at", "weight_grams")}

    def _close_gap(self, removed: int) -> None:
        for row in self.variants:
            values = [row.get(f"option_{n}", "") for n in range(len(self.options) + 1)]
            values.pop(removed)
            row.update({f"option_{n}": value for n, value in enumerate(values)})


class Editor:
    """Forms around a sheet. Not `checked`, they show it as it is; checked, they say at each field what is wrong."""

    def __init__(self, sheet: Sheet, *, checked: bool = False, product: Product | None = None):
        self.sheet, self.product = sheet, product
        self.currency = settings.CURRENCY

        def given(texts: Texts, prefix: str = "") -> dict[str, Any]:
            if not checked:
                return {"initial": texts}
            return {"data": {f"{prefix}-{name}" if prefix else name: text for name, text in texts.items()}}

        self.form = ProductForm(**given(sheet.product))
        self.attributes = [
            AttributeForm(prefix=f"attribute-{n}", **given(row, f"attribute-{n}"))
            for n, row in enumerate(sheet.attributes)
        ]
        self.variants = [
            VariantForm(prefix=f"variant-{n}", names=sheet.options, number=n + 1, **given(row, f"variant-{n}"))
            for n, row in enumerate(sheet.variants)
        ]
        # What concerns the grid or the attributes as a whole.
        self.grid_errors: list[str] = []
        self.attribute_errors: list[str] = []

    @property
    def may_add_option(self) -> bool:
        return len(self.sheet.options) < MAX_OPTIONS

    @property
    def has_errors(self) -> bool:
        forms_ = (self.form, *self.attributes, *self.variants)
        return bool(self.grid_errors or self.attribute_errors or any(each.errors for each in forms_))

    def is_valid(self) -> bool:
        valid = [each.is_valid() for each in (self.form, *self.attributes, *self.variants)]
        names = [name.strip() for name in self.sheet.options]
        if len(set(names)) != len(names):
            self.grid_errors.append("Two options have the same name.")
        if any(not name for name in names):
            self.grid_errors.append("Give every option a name, such as Size, or remove it.")
        given = [row.cleaned_data.get("name", "") for row in self.attributes if row.cleaned_data.get("name")]
        if len(set(given)) != len(given):
            self.attribute_errors.append("Two attributes have the same name.")
        for row in self.attributes:
            if row.cleaned_data.get("value") and not row.cleaned_data.get("name"):
                row.add_error("name", "Name this attribute.")
        return all(valid) and not self.has_errors

    def draft(self) -> ProductDraft:
        """What was filled in; call once it is valid."""
        product, given = self.product, self.form.cleaned_data
        return ProductDraft(
            title=given["title"],
            description=given["description"],
            brand=given["brand"],
            category_id=UUID(given["category"]) if given["category"] else None,
            condition=given["condition"],
            attributes=self._attributes(),
            tags=clean_tags(given["tags"].split(",")),
            external_id=product.external_id if product else "",
            variants=[self._variant(row) for row in self.variants],
        )

    @property
    def version(self) -> int | None:
        return self.form.cleaned_data.get("version")

    def put_errors(self, error: InvalidProduct) -> None:
        """Each of the action's words at its field."""
        for key, words in error.errors.items():
            place, _, rest = key.partition(".")
            number, _, name = rest.partition(".")
            name = GRID_NAMES.get(name, name)
            if place == "variants" and number.isdigit() and int(number) < len(self.variants):
                row = self.variants[int(number)]
                if name in row.fields and not row.fields[name].widget.is_hidden:
                    row.add_error(name, words)
                else:
                    self.grid_errors.append(f"Variant {int(number) + 1}: {words}")
            elif place == "variants":
                self.grid_errors.append(words)
            elif place == "attributes":
                self.attribute_errors.append(words)
            else:
                place = {"category_id": "category"}.get(place, place)
                self.form.add_error(place if place in self.form.fields else None, words)

    def _attributes(self) -> dict[str, Any]:
        """By name; a value that was not touched keeps its kind (a number, yes or no)."""
        before = self.product.attributes if self.product else {}
        found: dict[str, Any] = {}
        for row in self.attributes:
            name, text = row.cleaned_data["name"], row.cleaned_data["value"]
            if name and text:
                found[name] = before[name] if name in before and str(before[name]) == text else text
        return found

    def _variant(self, row: VariantForm) -> VariantDraft:
        given = row.cleaned_data
        return VariantDraft(
            id=given["id"],
            sku=given["sku"],
            gtin=given["gtin"].replace(" ", "").replace("-", ""),
            price_minor=given["price"],
            compare_at_minor=given["compare_at"],
            currency=settings.CURRENCY,
            options={name.strip(): given[f"option_{n}"] for n, name in enumerate(self.sheet.options)},
            stock=given["stock"] if given["stock"] != given["stock_was"] else None,
            weight_grams=given["weight_grams"] or 0,
        )


def _count(data: QueryDict, name: str, most: int) -> int:
    text = data.get(name, "0")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else 0
