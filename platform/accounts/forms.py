"""What we ask for besides allauth's fields."""

from django import forms
from django.http import HttpRequest

from accounts.models import User


class SignupForm(forms.Form):
    """Mixed into allauth's sign-up form, before its own fields."""

    name = forms.CharField(
        label="Your name",
        max_length=150,
        strip=True,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ["name", "email", "password1"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        # Mail quotes the name to whoever owns the address typed in: no place for somebody else's links.
        if "://" in name or "/" in name or "@" in name or not name.isprintable():
            raise forms.ValidationError("Enter a name, without web or e-mail addresses.")
        return name

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth once the user is saved."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
