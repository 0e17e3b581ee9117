"""allauth's forms that ask for an address, which call it what every other page here does."""

from typing import Any

from allauth.account import forms


class AsksForEmail:
    """A form whose field for the address, `email` or `login`, is called "E-mail" and says so once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"email", "login"} & self.fields.keys():  # type: ignore[attr-defined]
            field = self.fields[name]  # type: ignore[attr-defined]
            field.label = "E-mail"
            field.widget.attrs.pop("placeholder", None)


class LoginForm(AsksForEmail, forms.LoginForm):  # type: ignore[misc]
    pass


class ResetPasswordForm(AsksForEmail, forms.ResetPasswordForm):  # type: ignore[misc]
    pass


class AddEmailForm(AsksForEmail, forms.AddEmailForm):  # type: ignore[misc]
    pass
