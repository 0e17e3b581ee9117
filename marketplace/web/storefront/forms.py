"""What the storefront's forms take. The rules are the actions'; here is only what can be told beforehand."""

from typing import Any

from django import forms

from accounts.models import Address, User
from billing.bank_transfer.provider import NAME, is_offered
from billing.payments.provider import DEFAULT
from kit.errors import InvalidInput
from kit.postal_codes import clean_postal_code
from marketplace.checkout.actions import check_company
from marketplace.web.form_errors import put_error
from marketplace.web.postal_code import PostalCodeField
from taxonomy.tax import SELLING_COUNTRIES
from tenants.vendors.countries import VENDOR_COUNTRIES

NEW_ADDRESS = "new"
# What only a carrier must know.
FOR_LETTERS = ("line1", "postal_code", "city")


def _text(label: str, longest: int, autocomplete: str, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": "Fill this in."},
        **more,
    )


class AddressForm(forms.Form):
    """A postal address in a country we sell to."""

    name = _text("Full name", 150, "name")
    line1 = _text("Street and number", 200, "address-line1")
    line2 = _text("Flat, floor, company", 200, "address-line2", required=False)
    postal_code = PostalCodeField(max_length=20)
    city = _text("City", 100, "address-level2")
    country = forms.ChoiceField(
        choices=SELLING_COUNTRIES, widget=forms.Select(attrs={"autocomplete": "country"}), initial="DE"
    )
    phone = forms.CharField(
        label="Phone",
        max_length=30,
        required=False,
        help_text="For the carrier only.",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "postal_code" in given and "country" in given and (given["postal_code"] or self.fields["line1"].required):
            try:
                given["postal_code"] = clean_postal_code(given["postal_code"], given["country"])
            except InvalidInput as error:
                put_error(self, error)
        return given


class CheckoutForm(AddressForm):
    """Who buys, where it goes, and which cart was looked at."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="For the confirmation and news of your parcels.",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": "We need it for the confirmation.",
            "invalid": "Write it like name@example.com.",
        },
    )
    business = forms.BooleanField(label="I buy for a company", required=False)
    company = forms.CharField(
        label="Company",
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    vat_id = forms.CharField(
        label="VAT number",
        max_length=20,
        required=False,
        help_text="Across a border within the EU you then account for the VAT yourself, and pay the price without it.",
    )
    saved = forms.ChoiceField(label="Send to", required=False, widget=forms.RadioSelect)
    keep = forms.BooleanField(label="Keep this address for the next time", required=False)
    pay_by = forms.ChoiceField(
        label="Pay by",
        choices=[
            (DEFAULT, "Card and other ways, at once"),
            (NAME, "Bank transfer: we send your things when it has come"),
        ],
        widget=forms.RadioSelect,
        required=False,
        initial=DEFAULT,
    )
    remind = forms.BooleanField(
        label="Send me one mail if I leave this cart without ordering",
        required=False,
        help_text="One, and none once you have ordered.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    total = forms.IntegerField(widget=forms.HiddenInput, required=False)
    charged = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User | None, addresses: list[Address], fetched: bool, **more: Any):
        """`fetched`: every parcel is picked up, so that nobody needs to know where the customer lives."""
        super().__init__(*args, **more)
        if fetched:
            for name in FOR_LETTERS:
                self.fields[name].required = False
        self.addresses = {str(address.id): address for address in addresses}
        choices = [(key, one_line(address)) for key, address in self.addresses.items()]
        self.fields["saved"].choices = [*choices, (NEW_ADDRESS, "Another address")]  # type: ignore[attr-defined]
        if not addresses:
            del self.fields["saved"]
        if user is None:
            del self.fields["keep"]
        if not is_offered():
            del self.fields["pay_by"]

    @property
    def chosen(self) -> Address | None:
        """The saved address that was chosen; None when a new one is filled in."""
        return self.addresses.get(str(self.data.get("saved", "")))

    def full_clean(self) -> None:
        if self.is_bound and self.chosen is not None:
            for name in AddressForm.base_fields:
                self.fields[name].required = False
        super().full_clean()

    def clean(self) -> dict[str, Any]:
        # What is left in the fields of a new address does not matter then.
        return self.cleaned_data if self.chosen is not None else super().clean()

    def typed(self) -> dict[str, str]:
        """What was filled in, as it was, to be shown again."""
        names = [name for name in self.fields if name not in ("version", "total", "charged") and name in self.data]
        return {name: str(self.data[name])[:300] for name in names}

    def bought_for(self) -> tuple[str, str]:
        """The company and its VAT number, checked: those filled in, or of the saved address; both empty for a consumer.

        Raises InvalidInput naming the field.
        """
        if self.data.get("business"):
            return check_company(str(self.data.get("company", "")), str(self.data.get("vat_id", "")))
        return (self.chosen.company, self.chosen.vat_id) if self.chosen is not None else ("", "")

    def ship_to(self) -> dict[str, str]:
        """The address as it was chosen or filled in."""
        if self.chosen is not None:
            return self.chosen.as_dict()
        return {name: self.cleaned_data.get(name, "") for name in AddressForm.base_fields}


class NameForm(forms.Form):
    name = _text("Your name", 150, "name")


_VENDOR_COUNTRIES: list[tuple[str, str]] = sorted(VENDOR_COUNTRIES.items(), key=lambda country: country[1])


class ApplicationForm(forms.Form):
    """To sell here."""

    name = forms.CharField(label="Shop name", max_length=100, help_text="What customers see.")
    slug = forms.CharField(label="Shop address", max_length=40, required=False)
    tagline = forms.CharField(
        label="In one line", max_length=150, required=False, help_text="Such as “Stoneware for every day”."
    )
    story = forms.CharField(
        label="Your story",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Who makes or chooses what you sell, where, and why.",
    )
    legal_name = forms.CharField(
        label="Legal name",
        max_length=150,
        help_text="As in the commercial register, or your own name.",
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    country = forms.ChoiceField(
        choices=_VENDOR_COUNTRIES,
        initial="DE",
        help_text="Where the business is established.",
    )
    street = forms.CharField(
        label="Street and number",
        max_length=150,
        required=False,
        help_text="It stands on what we invoice to you.",
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = forms.CharField(
        label="Postal code",
        max_length=15,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )
    email = forms.EmailField(
        label="E-mail for orders", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    vat_id = forms.CharField(label="VAT number", max_length=20, required=False)
    invitation = forms.UUIDField(required=False, widget=forms.HiddenInput)


def one_line(address: Address) -> str:
    return f"{address.name}, {address.line1}, {address.postal_code} {address.city}, {address.country}"
