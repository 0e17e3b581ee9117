"""Forms of the back office: they parse; what is allowed, the actions say."""

from typing import Any

from django import forms
from django.conf import settings

from accounts.models import StaffRole
from billing.subscriptions.models import Interval
from kit.errors import SoukError
from kit.money import parse_major
from marketplace.web.backoffice.roles import WHAT_STAFF_DO
from taxonomy.models import TaxCategory
from taxonomy.queries import Node, tree
from taxonomy.tax import SELLING_COUNTRIES
from tenants.vendors.models import Vendor


class AmountField(forms.CharField):
    """An amount as people write it ("0.50"), to minor units of the marketplace's currency."""

    def __init__(self, **options: Any):
        super().__init__(**{"max_length": 20, **options})
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        if not text:
            return 0
        try:
            return parse_major(text, settings.CURRENCY).amount_minor
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class VendorField(forms.CharField):
    """A vendor by its slug."""

    def __init__(self, **options: Any):
        super().__init__(**{"max_length": 40, **options})
        self.widget.attrs |= {"list": "vendors", "autocomplete": "off", "spellcheck": "false"}

    def clean(self, value: Any) -> Vendor | None:
        slug = super().clean(value)
        if not slug:
            return None
        vendor = Vendor.objects.filter(slug__iexact=slug).first()
        if vendor is None:
            raise forms.ValidationError(f"No vendor has the address “{slug}”.")
        return vendor


def category_choices(everything: str = "") -> list[tuple[str, str]]:
    """Every category of the tree by its path, indented by level."""
    nodes = [node for root in tree().roots for node in root.walk()]
    return [("", everything), *((node.path, _indented(node)) for node in nodes)]


def _indented(node: Node) -> str:
    return "\u2003" * node.depth + node.name


class ExplainForm(forms.Form):
    """A line that could be sold: which rule would take how much?"""

    vendor = VendorField(label="Vendor")
    category = forms.ChoiceField(label="Category")
    amount = AmountField(label="Line without VAT")
    quantity = forms.IntegerField(min_value=1, max_value=9999, initial=1, label="Units")
    country = forms.ChoiceField(required=False, label="Delivered to", choices=[("", "Anywhere"), *SELLING_COUNTRIES])
    tags = forms.CharField(required=False, max_length=300, label="Product tags", help_text="Joined by commas.")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["category"].choices = category_choices("Choose")  # type: ignore[attr-defined]


def role_choices() -> list[tuple[str, str]]:
    """Roles of the staff, each with what it is for."""
    return [(role.value, f"{role.label}: {WHAT_STAFF_DO[role]}") for role in StaffRole]


class RejectionForm(forms.Form):
    """Why an application is turned down, in words the applicant reads."""

    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="The applicant reads this in the mail.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class VisitForm(forms.Form):
    """Why one of the staff looks at a vendor's portal, in words the vendor reads."""

    reason = forms.CharField(
        max_length=300, label="Reason", help_text="The vendor's people read it on their team page, with your name."
    )


class SuspensionForm(forms.Form):
    """Why a vendor is suspended, in words the vendor reads, and what becomes of its money."""

    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="The vendor reads this in the mail, in its portal and beside its money.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    payouts = forms.ChoiceField(
        choices=[("held", "Held until the suspension is lifted"), ("go_on", "Go on as always")],
        label="What it earns",
        widget=forms.RadioSelect,
    )


class LiftingForm(forms.Form):
    """Why a suspension is lifted, in words the vendor reads."""

    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="The vendor reads this in the mail.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ClosingForm(forms.Form):
    """Why a vendor is closed, in words the vendor reads."""

    reason = forms.CharField(
        max_length=2000,
        label="Reason",
        help_text="The vendor reads this in the mail.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CategoryForm(forms.Form):
    """A category's name, place and tax."""

    name = forms.CharField(max_length=100, label="Name")
    position = forms.IntegerField(min_value=1, label="Place among its siblings", help_text="1 is shown first.")
    tax_category = forms.ChoiceField(
        choices=TaxCategory, label="Taxed as", help_text="Orders placed already keep theirs."
    )


class NewCategoryForm(forms.Form):
    """A category below another, or at the root."""

    parent = forms.ChoiceField(required=False, label="Below")
    name = forms.CharField(max_length=100, label="Name")
    slug = forms.SlugField(
        required=False, max_length=80, label="Slug", help_text="Part of its address; made from the name when empty."
    )
    tax_category = forms.ChoiceField(choices=TaxCategory, label="Taxed as")

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **options)
        self.fields["parent"].choices = category_choices("Nothing: at the top")  # type: ignore[attr-defined]


class TaxRateForm(forms.Form):
    """A rate that begins later."""

    country = forms.ChoiceField(choices=SELLING_COUNTRIES, label="Country")
    tax_category = forms.ChoiceField(
        choices=[each for each in TaxCategory.choices if each[0] != TaxCategory.EXEMPT], label="Of what"
    )
    percent = forms.DecimalField(min_value=0, max_value=99, max_digits=4, decimal_places=2, label="Rate, in percent")
    valid_from = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    source = forms.CharField(max_length=200, label="The law that says so")


class ExemptionForm(forms.Form):
    """By which document a customer is free of VAT, and for how long."""

    country = forms.ChoiceField(choices=SELLING_COUNTRIES, label="On what goes to")
    document = forms.CharField(max_length=200, label="Document", help_text="Who issued it, its number and day.")
    valid_from = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    valid_until = forms.DateField(label="Until and including", widget=forms.DateInput(attrs={"type": "date"}))


class PlanForm(forms.Form):
    """What a plan is called and allows; an empty limit is none."""

    name = forms.CharField(max_length=60, label="Name")
    description = forms.CharField(max_length=200, required=False, label="For whom it is")
    products_limit = forms.IntegerField(min_value=1, required=False, label="Products", help_text="Empty: no limit.")
    staff_limit = forms.IntegerField(min_value=1, required=False, label="People", help_text="Empty: no limit.")
    warehouses_limit = forms.IntegerField(min_value=1, required=False, label="Warehouses", help_text="Empty: no limit.")
    has_api = forms.BooleanField(required=False, label="API keys")
    has_custom_domain = forms.BooleanField(required=False, label="A domain of its own")


class NewPlanForm(forms.Form):
    """A plan begins with what Start allows."""

    code = forms.SlugField(max_length=30, label="Code", help_text="Stays as it is: commission rules name it.")
    name = forms.CharField(max_length=60, label="Name")
    description = forms.CharField(max_length=200, required=False, label="For whom it is")


class PlanPriceForm(forms.Form):
    """What a plan costs from now on."""

    interval = forms.ChoiceField(choices=Interval.choices, label="Paid")
    amount = AmountField(label="Price before VAT")
    trial_days = forms.IntegerField(min_value=0, max_value=90, initial=0, label="Free days at the start")


class HiringForm(forms.Form):
    """Somebody with an account, for the staff."""

    email = forms.EmailField(
        max_length=254,
        label="E-mail",
        help_text="Of their account at the marketplace.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Role", choices=role_choices, widget=forms.RadioSelect)


class StaffRoleForm(forms.Form):
    """Another role on the staff."""

    role = forms.ChoiceField(label="Role", choices=role_choices, widget=forms.RadioSelect)


def add_refusal(form: forms.Form, error: SoukError, **names: str) -> None:
    """Say what an action refused at the field it names (`names`: action's field to form's), else above the form."""
    field = names.get(error.field or "", error.field)
    form.add_error(field if field in form.fields else None, str(error))
