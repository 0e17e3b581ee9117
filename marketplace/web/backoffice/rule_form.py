"""The form of a commission rule: every part is a line of text, as people write it, so that it works without scripts."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings

from billing.commissions.actions import Changes
from billing.commissions.conditions import read_conditions
from billing.commissions.models import Per, RuleTerms
from kit.money import Money, bps_in_percent, bps_of_percent, exponent, parse_major
from marketplace.web.backoffice.forms import category_choices
from taxonomy.tax import COUNTRY_NAMES
from tenants.vendors.models import Vendor
from tenants.vendors.queries import named

SEVERAL = "Several are joined by commas: any of them will do."
MOST_VALUES = 200


def money_of(text: str) -> Money:
    """ "0.30 EUR" or "0.30", which is in the marketplace's currency. Raises ValueError."""
    number, _, code = text.strip().partition(" ")
    currency = code.strip().upper() or settings.CURRENCY
    if len(currency) != 3 or not currency.isalpha() or not currency.isascii():
        raise ValueError(f"“{code}” is not a currency code.")
    return parse_major(number, currency)


def plainly(amount_minor: int, currency: str) -> str:
    """An amount that `money_of` reads again."""
    return f"{Money(amount_minor, currency).major:.{exponent(currency)}f} {currency}"


class ListField(forms.CharField):
    """Values joined by commas, each read by `read`, which raises ValueError."""

    separator = ","

    def __init__(self, read: Callable[[str], Any], **options: Any):
        self.read = read
        super().__init__(**{"max_length": 4000, "required": False, **options})
        self.widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> list[Any]:
        parts = [part.strip() for part in super().clean(value).split(self.separator) if part.strip()]
        if len(parts) > MOST_VALUES:
            raise forms.ValidationError(f"At most {MOST_VALUES}.")
        try:
            return [self.read(part) for part in parts]
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class VendorsField(ListField):
    """Vendors by their slugs, to ids."""

    def __init__(self, **options: Any):
        super().__init__(str.lower, **options)

    def clean(self, value: Any) -> list[UUID]:
        slugs = super().clean(value)
        found = dict(Vendor.objects.filter(slug__in=slugs).values_list("slug", "id")) if slugs else {}
        for slug in slugs:
            if slug not in found:
                raise forms.ValidationError(f"No vendor has the address “{slug}”.")
        return [found[slug] for slug in dict.fromkeys(slugs)]


class AmountsField(ListField):
    """Amounts in different currencies, to minor units by currency."""

    def __init__(self, **options: Any):
        super().__init__(money_of, help_text=f"One for each currency: 0.30 {settings.CURRENCY}, 50 JPY.", **options)

    def clean(self, value: Any) -> Any:
        found: dict[str, int] = {}
        for amount in super().clean(value):
            if amount.currency in found:
                raise forms.ValidationError(f"There are two amounts in {amount.currency}.")
            if amount.amount_minor < 0:
                raise forms.ValidationError("An amount cannot be negative.")
            found[amount.currency] = amount.amount_minor
        return found


class TiersField(ListField):
    """One tier a line: "10000 EUR: 8"."""

    separator = "\n"
    widget = forms.Textarea

    def __init__(self, **options: Any):
        super().__init__(_tier, **options)
        self.widget.attrs |= {"rows": 3}


def _tier(text: str) -> dict[str, Any]:
    amount, colon, rate = text.rpartition(":")
    if not colon:
        raise ValueError(f"“{text}”: write a tier like 10000 {settings.CURRENCY}: 8")
    start = money_of(amount)
    return {"currency": start.currency, "from_minor": start.amount_minor, "rate_bps": basis_points(rate)}


def basis_points(text: str) -> int:
    """A percentage as people write it, "12.5", to hundredths of a percent. Raises ValueError."""
    return parse_major(text.strip().removesuffix("%").strip(), "EUR").amount_minor


def _band(text: str) -> dict[str, Any]:
    """ "10 - 50 EUR", "10 - EUR" (from ten on) or "- 50 EUR" (below fifty)."""
    *_, code = text.split()
    has_code = code.isalpha() and len(code) == 3
    currency = code.upper() if has_code else settings.CURRENCY
    start, dash, end = (text.removesuffix(code) if has_code else text).partition("-")
    if not dash or not (start.strip() or end.strip()):
        raise ValueError(f"“{text}”: write a band like 10 - 50 {settings.CURRENCY}")
    below = parse_major(end, currency).amount_minor if end.strip() else None
    return {
        "currency": currency,
        "from_minor": parse_major(start, currency).amount_minor if start.strip() else 0,
        "below_minor": below,
    }


def _days(text: str) -> dict[str, Any]:
    """ "2026-12-01 to 2026-12-31", either of them left out."""
    first, _, last = text.partition("to")
    try:
        given = [date.fromisoformat(part.strip()).isoformat() if part.strip() else None for part in (first, last)]
    except ValueError:
        raise ValueError(f"“{text}”: write days like 2026-12-01 to 2026-12-31") from None
    return {"first": given[0], "last": given[1]}


def _country(text: str) -> str:
    if text.upper() not in COUNTRY_NAMES:
        raise ValueError(f"“{text}” is no country that we sell to; write its two letters.")
    return text.upper()


class RuleForm(forms.Form):
    """What a rule covers and takes. With `is_broken` the rule before could not be read: emptiness must be meant."""

    name = forms.CharField(max_length=100, label="Name", help_text="Vendors read it on their orders.")
    vendor = VendorsField(label="Vendors", help_text=f"Their addresses, e.g. norrljus. {SEVERAL}")
    plan = ListField(str.lower, label="Plans", help_text=f"Codes of vendors' plans. {SEVERAL}")
    category = forms.MultipleChoiceField(
        required=False, label="Categories", help_text="With all below them.", widget=forms.SelectMultiple
    )
    tag = ListField(str.lower, label="Product tags", help_text=SEVERAL)
    price = ListField(
        _band, label="Price of one, with VAT", help_text=f"10 - 50 {settings.CURRENCY}: from 10 to below 50. {SEVERAL}"
    )
    country = ListField(_country, label="Delivered to", help_text=f"Countries by two letters. {SEVERAL}")
    dates = ListField(_days, label="Ordered", help_text=f"2026-12-01 to 2026-12-31, or one of the two. {SEVERAL}")
    everything = forms.BooleanField(required=False, label="It covers everything")
    percent = forms.DecimalField(min_value=0, max_value=100, decimal_places=2, label="Percentage")
    tiers = TiersField(
        label="Other percentages by volume",
        help_text=f"From so much sold in the calendar month before, one a line: 10000 {settings.CURRENCY}: 8",
    )
    fixed = AmountsField(label="And a fixed amount")
    fixed_per = forms.ChoiceField(choices=Per, initial=Per.ITEM, label="Fixed amount counts", required=False)
    minimum = AmountsField(label="At least")
    maximum = AmountsField(label="At most")
    limits_per = forms.ChoiceField(choices=Per, initial=Per.ITEM, label="Limits count", required=False)
    on_shipping = forms.BooleanField(required=False, label="Also on shipping")
    includes_tax = forms.BooleanField(required=False, label="Of prices with VAT, not without")
    position = forms.IntegerField(
        required=False, min_value=1, label="Place", help_text="1 is asked first; empty puts it last."
    )

    CONDITIONS = ("vendor", "plan", "category", "tag", "price", "country", "dates")

    def __init__(self, *args: Any, is_broken: bool = False, is_new: bool = True, **options: Any):
        super().__init__(*args, **options)
        self.is_broken = is_broken
        self.fields["category"].choices = category_choices()[1:]  # type: ignore[attr-defined]
        self.fields["category"].widget.attrs |= {"size": 6}
        self.fields["percent"].widget.attrs |= {"inputmode": "decimal", "step": "0.01"}
        if not is_new:
            del self.fields["position"]
        if not is_broken:
            del self.fields["everything"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.is_broken and not any(data.get(kind) for kind in self.CONDITIONS) and not data.get("everything"):
            self.add_error(
                "everything", "What it covered could not be read. Say it again, or that it covers everything."
            )
        return data

    @property
    def changes(self) -> Changes:
        """What the form says, as the actions take it."""
        data = self.cleaned_data
        conditions = {kind: data[kind] for kind in self.CONDITIONS if data[kind]}
        if "vendor" in conditions:
            conditions["vendor"] = [str(vendor_id) for vendor_id in conditions["vendor"]]
        return {
            "name": data["name"],
            "conditions": conditions,
            "rate_bps": bps_of_percent(data["percent"]),
            "tiers": data["tiers"],
            "fixed": data["fixed"],
            "fixed_per": data["fixed_per"] or Per.ITEM,
            "minimum": data["minimum"],
            "maximum": data["maximum"],
            "limits_per": data["limits_per"] or Per.ITEM,
            "on_shipping": data["on_shipping"],
            "includes_tax": data["includes_tax"],
        }


# The actions' fields by the form's names, where they differ.
FIELDS = {"rate_bps": "percent", "conditions": "everything"}


def terms_of(row: RuleTerms, *, is_broken: bool) -> dict[str, Any]:
    """A rule as the form takes it. Of one that cannot be read only the name: the rest must be said again."""
    if is_broken:
        return {"name": row.name}
    conditions = read_conditions(row.conditions)
    vendors = named(conditions.vendor)
    return {
        "name": row.name,
        "vendor": ", ".join(sorted(vendor.slug for vendor in vendors.values())),
        "plan": ", ".join(sorted(conditions.plan)),
        "category": sorted(conditions.category),
        "tag": ", ".join(sorted(conditions.tag)),
        "price": ", ".join(
            f"{plainly(band.from_minor, band.currency).removesuffix(band.currency)}- "
            + (band.currency if band.below_minor is None else plainly(band.below_minor, band.currency))
            for band in conditions.price
        ),
        "country": ", ".join(sorted(conditions.country)),
        "dates": ", ".join(f"{days.first or ''} to {days.last or ''}".strip() for days in conditions.dates),
        "percent": bps_in_percent(row.rate_bps),
        "tiers": "\n".join(
            f"{plainly(tier['from_minor'], tier['currency'])}: {bps_in_percent(tier['rate_bps'])}" for tier in row.tiers
        ),
        "fixed": _listed(row.fixed),
        "fixed_per": row.fixed_per,
        "minimum": _listed(row.minimum),
        "maximum": _listed(row.maximum),
        "limits_per": row.limits_per,
        "on_shipping": row.on_shipping,
        "includes_tax": row.includes_tax,
        "position": getattr(row, "position", None),
    }


def _listed(amounts: Mapping[str, int]) -> str:
    return ", ".join(plainly(amount, currency) for currency, amount in sorted(amounts.items()))
