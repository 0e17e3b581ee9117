"""allauth's forms that ask for a new password, with our rules in one sentence instead of four.

Apart from `forms.py`, which allauth's own forms import.
"""

from typing import Any

from allauth.account import forms

from accounts.email_forms import AsksForEmail

HELP = "Ten characters or more. No common word, not only digits, nothing like your name or address."


class OneSentence:
    """A form whose `password1` says the rules of `AUTH_PASSWORD_VALIDATORS` briefly."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = HELP  # type: ignore[attr-defined]


class SignupForm(OneSentence, AsksForEmail, forms.SignupForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(OneSentence, forms.ChangePasswordForm):  # type: ignore[misc]
    pass


class SetPasswordForm(OneSentence, forms.SetPasswordForm):  # type: ignore[misc]
    pass


class ResetPasswordKeyForm(OneSentence, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    pass
