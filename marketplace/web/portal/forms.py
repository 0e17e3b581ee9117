"""What the portal's forms take. Their rules are the actions'; here is only what a browser can be told beforehand."""

from collections.abc import Iterable, Sequence
from datetime import time
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.conf import settings

from billing.payouts.models import PayoutInterval
from billing.payouts.wishes import WEEKDAYS
from kit.money import Money, parse_major
from marketplace.web.postal_code import PostalCodeField
from taxonomy.tax import SELLING_COUNTRIES
from tenants.shop.catalog.drafts import MAX_WEIGHT_GRAMS
from tenants.shop.integrations.models import Scope
from tenants.shop.inventory.models import Warehouse
from tenants.shop.inventory.warehouses import WarehouseDraft
from tenants.shop.shipping.drafts import RateDraft
from tenants.vendors.countries import VENDOR_COUNTRIES
from tenants.vendors.models import MemberRole
from tenants.vendors.roles import WHAT_ROLES_DO

# Why stock was set by hand; the last one wants words.
REASONS = ("Counted", "New delivery", "Damaged", "Lost", "Found", "Returned", "Other")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BY_NAME = sorted(VENDOR_COUNTRIES.items(), key=itemgetter(1))
CARRIERS = ("DHL", "DPD", "GLS", "UPS", "FedEx", "PostNord", "La Poste", "PostNL", "Correos", "Post")


class MajorField(forms.CharField):
    """An amount as people write it ("84.20", "1 299,00"); cleaned to minor units, None when left empty."""

    def __init__(self, *, currency: str, **more: Any):
        self.currency = currency
        more.setdefault("max_length", 20)
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_major(text, self.currency).amount_minor
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def major(amount_minor: int | None, currency: str) -> str:
    """Minor units as a field shows them: 8420 gives "84.20"."""
    return "" if amount_minor is None else f"{Money(amount_minor, currency).major:f}"


class ShipmentForm(forms.Form):
    carrier = forms.CharField(
        max_length=60, widget=forms.TextInput(attrs={"list": "carriers", "autocomplete": "off", "placeholder": "DHL"})
    )
    tracking_number = forms.CharField(
        label="Tracking number", max_length=80, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    tracking_url = forms.CharField(
        label="Tracking link",
        max_length=300,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text="The customer can follow the parcel there.",
    )


class ImportForm(forms.Form):
    publish = forms.BooleanField(
        label="Publish what is imported",
        required=False,
        initial=True,
        help_text="Otherwise new products are drafts. What is archived stays archived.",
    )
    file = forms.FileField(label="CSV file", error_messages={"required": "Choose a file."})


class KilogramsField(forms.CharField):
    """A weight as people write it ("2.5", "0,75"); cleaned to grams, None when left empty."""

    def __init__(self, **more: Any):
        more.setdefault("max_length", 12)
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            grams = Decimal(text.strip().replace(",", ".")) * 1000
        except InvalidOperation:
            raise forms.ValidationError("Give a weight in kilograms, such as 2.5.") from None
        if not grams.is_finite() or grams != grams.to_integral_value() or not 0 <= grams <= MAX_WEIGHT_GRAMS:
            raise forms.ValidationError("Give a weight in kilograms, with at most three decimals.")
        return int(grams)


def kilograms(grams: int | None) -> str:
    """Grams as a field shows them: 2500 gives "2.5"."""
    return "" if grams is None else f"{Decimal(grams) / 1000:f}"


def _countries(label: str, help_text: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=SELLING_COUNTRIES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=help_text,
    )


def _days(label: str, **more: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=60, **more)


class ShippingForm(forms.Form):
    """One price for everything."""

    name = forms.CharField(label="Name", max_length=80, help_text="What customers read, such as “Standard”.")
    flat_minor = MajorField(label="Price of a parcel", currency="EUR", help_text="0 when shipping is always free.")
    free_from_minor = MajorField(
        label="Free from",
        currency="EUR",
        required=False,
        help_text="An order of this much or more ships free. Empty: never.",
    )
    handling_days = _days("Days until you ship")
    transit_days = _days("Days on the way")
    countries = _countries("Countries you ship to", "None chosen: everywhere the marketplace sells to.")


class ShippingProfileForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80, help_text="For you; such as “Bulky things”.")
    handling_days = _days("Working days until it leaves", help_text="Counted from the cut-off of your warehouse.")


class ZoneForm(forms.Form):
    name = forms.CharField(label="Name", max_length=80, help_text="For you; such as “Neighbors”.")
    countries = _countries("Countries", "None chosen: all that no other zone names.")


class RateForm(forms.Form):
    """A way to a zone. Its bands are counted as their labels say."""

    name = forms.CharField(label="Name", max_length=80, help_text="What customers choose by, such as “Express”.")
    carrier = forms.CharField(max_length=60, required=False, widget=forms.TextInput(attrs={"list": "carriers"}))
    price_minor = MajorField(label="Price", currency="EUR", help_text="0 when it is free.")
    free_from_minor = MajorField(
        label="Free from", currency="EUR", required=False, help_text="Goods of this much or more. Empty: never."
    )
    transit_min_days = _days("Days on the way, at least", initial=1, help_text="Monday to Friday.")
    transit_max_days = _days("Days on the way, at most", initial=3)
    over_grams = KilogramsField(label="Weight over", required=False)
    up_to_grams = KilogramsField(label="Weight up to", required=False, help_text="This weight included.")
    from_goods_minor = MajorField(label="Goods from", currency="EUR", required=False)
    below_goods_minor = MajorField(
        label="Goods below", currency="EUR", required=False, help_text="This amount not included."
    )
    from_pieces = forms.IntegerField(label="Pieces from", required=False, min_value=1)
    to_pieces = forms.IntegerField(label="Pieces to", required=False, min_value=1, help_text="This number included.")

    def draft(self, rate_id: UUID | None = None) -> RateDraft:
        return RateDraft(id=rate_id, **self.cleaned_data)


class PickupForm(forms.Form):
    hours = forms.CharField(
        label="When somebody is there", max_length=300, help_text="In words, such as “Monday to Friday, 10 to 18”."
    )
    price_minor = MajorField(label="Price", currency="EUR", help_text="0 when it is free.")


class ParcelForm(forms.Form):
    """A parcel to try the rates with."""

    country = forms.ChoiceField(label="To", choices=SELLING_COUNTRIES, initial="DE")
    weight = KilogramsField(label="Weight", required=False)
    goods = MajorField(label="Goods for", currency="EUR", required=False)
    pieces = forms.IntegerField(label="Pieces", min_value=1, max_value=10_000, required=False)
    profile = forms.ChoiceField(label="Shipped by", required=False)

    def __init__(self, *args: Any, profiles: Iterable[tuple[str, str]], **more: Any):
        super().__init__(*args, **more)
        self.fields["profile"].choices = list(profiles)  # type: ignore[attr-defined]


PALETTE = ("Paper", "Surface", "Ink", "Accent", "Soft")


class ProfileForm(forms.Form):
    """What customers read about the shop. `color_0` to `color_4` are the palette; all of them or none."""

    name = forms.CharField(label="Shop name", max_length=100)
    tagline = forms.CharField(label="In one line", max_length=150, required=False)
    city = forms.CharField(max_length=100, required=False)
    story = forms.CharField(
        label="Your story",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Who makes or chooses what you sell, where, and why.",
    )

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        for position, label in enumerate(PALETTE):
            self.fields[f"color_{position}"] = forms.CharField(
                label=label, max_length=7, required=False, widget=forms.TextInput(attrs={"placeholder": "#b4552f"})
            )

    @property
    def colors(self) -> list[forms.BoundField]:
        return [self[f"color_{position}"] for position in range(len(PALETTE))]

    def palette(self) -> list[str]:
        return [color for n in range(len(PALETTE)) if (color := self.cleaned_data[f"color_{n}"].strip())]

    def clean(self) -> None:
        given = sum(bool(self.cleaned_data.get(f"color_{n}", "").strip()) for n in range(len(PALETTE)))
        if given not in (0, len(PALETTE)):
            raise forms.ValidationError("Give all five colors, or none.")


class TextsForm(forms.Form):
    """What the shop says on the pages of its front; each field is a kind of text."""

    about = forms.CharField(required=False, help_text="Empty: your story stands there.")
    returns = forms.CharField(required=False)
    shipping = forms.CharField(required=False)
    privacy = forms.CharField(required=False)
    imprint = forms.CharField(required=False)

    def __init__(self, *args: Any, **more: Any):
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.widget = forms.Textarea(attrs={"rows": 6})


class DomainForm(forms.Form):
    """A domain of the vendor's own; what is no such name the action says."""

    host = forms.CharField(
        label="Domain",
        max_length=300,
        widget=forms.TextInput(
            attrs={
                "placeholder": "shop.example.com",
                "autocomplete": "off",
                "autocapitalize": "none",
                "inputmode": "url",
            }
        ),
        help_text="A name that you own and can set records for.",
        error_messages={"required": "Enter a name like shop.example.com."},
    )


class CompanyForm(forms.Form):
    """Where the vendor is established; each part in the form of its country is looked at by the action."""

    street = forms.CharField(label="Street and number", max_length=150)
    postal_code = PostalCodeField(max_length=15)
    city = forms.CharField(max_length=100)


class VatForm(forms.Form):
    """How the vendor is taxed."""

    vat_id = forms.CharField(
        label="VAT number",
        max_length=20,
        required=False,
        help_text="With it, companies in other countries of the EU buy from you without VAT.",
    )
    is_small_business = forms.BooleanField(
        label="Exempt as a small enterprise",
        required=False,
        help_text="Your prices have no VAT in them then, and your invoices say why.",
    )


class BankAccountForm(forms.Form):
    """Where orders paid by bank transfer are paid out. `wish` tells a form that is sent again from another one."""

    wish = forms.UUIDField(widget=forms.HiddenInput)
    holder = forms.CharField(label="Account holder", max_length=70)
    iban = forms.CharField(label="IBAN", max_length=42, help_text="With or without spaces.")


class WarehouseForm(forms.Form):
    name = forms.CharField(label="Name", max_length=100)
    street = forms.CharField(label="Street and number", max_length=150)
    postal_code = PostalCodeField(max_length=15)
    city = forms.CharField(label="City", max_length=100)
    country = forms.ChoiceField(label="Country", choices=BY_NAME)
    working_days = forms.MultipleChoiceField(
        label="Working days",
        choices=[(str(n), day) for n, day in enumerate(DAYS, start=1)],
        initial=list("12345"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one working day."},
    )
    cut_off = forms.TimeField(
        label="Order cut-off",
        initial=time(12),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="What is paid by then leaves the same working day.",
    )
    time_zone = forms.CharField(
        label="Time zone", max_length=40, initial="Europe/Berlin", help_text="Such as Europe/Berlin or America/Toronto."
    )
    position = forms.IntegerField(
        label="Place in the list", required=False, min_value=0, max_value=999, help_text="The lowest is asked first."
    )

    def draft(self) -> WarehouseDraft:
        return WarehouseDraft(**{**self.cleaned_data, "working_days": "".join(self.cleaned_data["working_days"])})


def _warehouse_choice(label: str, *, required: bool = True) -> forms.UUIDField:
    """The id of one of the warehouses in use; where it is not required, none is the shop's first."""
    return forms.UUIDField(
        label=label, required=required, widget=forms.Select, error_messages={"required": "Choose a warehouse."}
    )


class InWarehousesForm(forms.Form):
    """A form that names warehouses, given those to choose from."""

    def __init__(self, *args: Any, warehouses: Sequence[Warehouse], **more: Any):
        super().__init__(*args, **more)
        self.warehouses = {place.id: place for place in warehouses}
        for field in self.fields.values():
            if isinstance(field, forms.UUIDField):
                field.widget.choices = [(place.id, place.name) for place in warehouses]

    def place(self, name: str) -> Warehouse | None:
        return self.warehouses.get(self.cleaned_data[name])

    def clean(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, forms.UUIDField) and self.cleaned_data.get(name) not in {None, *self.warehouses}:
                self.add_error(name, "Choose one of your warehouses.")


class StockForm(InWarehousesForm):
    on_hand = forms.IntegerField(
        label="On hand", min_value=0, error_messages={"required": "Enter how many you counted."}
    )
    reason = forms.ChoiceField(label="Why", choices=[(reason, reason) for reason in REASONS])
    note = forms.CharField(label="In your words", max_length=150, required=False)
    warehouse = _warehouse_choice("Warehouse", required=False)

    def clean(self) -> None:
        super().clean()
        if self.cleaned_data.get("reason") == REASONS[-1] and not self.cleaned_data.get("note", "").strip():
            self.add_error("note", "Say what it was.")

    def why(self) -> str:
        """The reason as the movement keeps it: "Damaged: fell off the shelf"."""
        return ": ".join(filter(None, [self.cleaned_data["reason"], self.cleaned_data["note"].strip()]))


class MoveForm(InWarehousesForm):
    quantity = forms.IntegerField(label="Units", min_value=1)
    source = _warehouse_choice("From")
    target = _warehouse_choice("To")
    reason = forms.CharField(label="Why", max_length=200, required=False)


class SafetyStockForm(InWarehousesForm):
    safety_stock = forms.IntegerField(label="Keep back", min_value=0, help_text="So many units are never sold.")
    warehouse = _warehouse_choice("In", required=False)


class ThresholdForm(InWarehousesForm):
    low_at = forms.IntegerField(
        label="Tell us at", required=False, min_value=0, help_text="Units left on the shelf. Empty: never."
    )
    warehouse = _warehouse_choice("In", required=False)


class BackordersForm(forms.Form):
    limit = forms.IntegerField(
        label="Sell ahead at most", min_value=0, help_text="Units beyond what is there. 0: only what is there is sold."
    )
    ships_on = forms.DateField(
        label="Ships from",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Customers read this day before they order.",
    )


class KeyForm(forms.Form):
    """A new key for the API. `once` tells a form that is sent again, by reloading, from another one."""

    once = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    name = forms.CharField(
        label="What it is for",
        max_length=80,
        widget=forms.TextInput(attrs={"placeholder": "Warehouse system", "autocomplete": "off"}),
        error_messages={"required": "Say what the key is for."},
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what the key may do."},
    )
    days = forms.ChoiceField(
        label="How long it works",
        choices=[("30", "30 days"), ("90", "90 days"), ("365", "A year")],
        initial="90",
        widget=forms.RadioSelect,
    )

    def clean(self) -> None:
        if "once" in self.errors:  # nobody sees what is said at a hidden field
            self.add_error(None, "This page is not as it was made. Load it again.")


class ScheduleForm(forms.Form):
    """When to be paid out."""

    interval = forms.ChoiceField(label="How often", choices=PayoutInterval.choices)
    weekday = forms.ChoiceField(
        label="On which day", required=False, choices=[("", "—"), *((day, day.capitalize()) for day in WEEKDAYS)]
    )
    month_day = forms.IntegerField(
        label="On which day of the month", required=False, min_value=1, max_value=31, help_text="31 is always the last."
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["minimum_minor"] = MajorField(
            currency=settings.CURRENCY,
            label="Leave in your balance",
            required=False,
            help_text="Below it nothing is paid out: it is carried to the next payout.",
        )

    def clean_minimum_minor(self) -> int:
        return self.cleaned_data["minimum_minor"] or 0


class DemandForm(forms.Form):
    """A payout now. `wish` makes two clicks one payout."""

    wish = forms.UUIDField(widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label="How fast",
        choices=[
            ("standard", "Standard, a day or two"),
            ("instant", "Instant, within the hour, where your bank takes it"),
        ],
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["amount_minor"] = MajorField(
            currency=settings.CURRENCY, label="Amount", required=False, help_text="Empty: all that is there."
        )


class InvitationForm(forms.Form):
    """Somebody to invite. The choices of `role` are those that whoever invites may give."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "name@example.org"}),
        help_text="They accept with an account of this address.",
        error_messages={"required": "Enter the e-mail address of whom you invite."},
    )
    role = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose a role."})

    def __init__(self, *args: Any, roles: Iterable[MemberRole], **options: Any):
        super().__init__(*args, **options)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]


class VacationForm(forms.Form):
    """When the shop is away, and what customers read meanwhile."""

    starts_on = forms.DateField(
        label="First day away", help_text="Today means from now on.", widget=forms.DateInput(attrs={"type": "date"})
    )
    back_on = forms.DateField(
        label="Back on",
        required=False,
        help_text="From this day on customers order again. Empty: until you say so.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    message = forms.CharField(
        label="What customers read", required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ClosingForm(forms.Form):
    """An owner gives the shop up."""

    reason = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: Iterable[MemberRole], **options: Any):
        super().__init__(*args, **options)
        self.fields["role"].choices = role_choices(roles)  # type: ignore[attr-defined]


def role_choices(roles: Iterable[MemberRole]) -> list[tuple[str, str]]:
    """Roles as one chooses among them, in their usual order, each with what it is for."""
    given = set(roles)
    return [(role.value, f"{role.label}: {WHAT_ROLES_DO[role]}") for role in MemberRole if role in given]
