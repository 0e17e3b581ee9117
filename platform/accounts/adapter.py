"""How allauth signs people in here."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.actions import end_access
from accounts.models import User
from kit.ids import uuid7
from kit.links import absolute_url
from notifications.actions import send

# allauth's mails with a link: our template, which of its addresses the button opens, and what the button says.
LINK_MAILS = {
    "account/email/email_confirmation": ("confirm_email", "activate_url", "Confirm my address"),
    "account/email/email_confirmation_signup": ("confirm_email", "activate_url", "Confirm my address"),
    "account/email/password_reset_key": ("reset_password", "password_reset_url", "Set a new password"),
    "account/email/account_already_exists": ("account_exists", "password_reset_url", "Set a new password"),
    "account/email/unknown_account": ("account_unknown", "signup_url", "Sign up"),
}
# Those whose link confirms an address or sets a password.
PRIVATE = ("confirm_email", "reset_password")
# No mailbox has a longer address (RFC 5321's paths, as corrected by erratum 1690 of RFC 3696).
LONGEST_EMAIL = 254
# What its notices say; all share one template.
NOTICES = {
    "account/email/password_changed": "Your password was changed",
    "account/email/password_set": "A password was set for your account",
    "account/email/password_reset": "Your password was reset",
    "account/email/email_changed": "Your e-mail address was changed",
    "account/email/email_confirm": "Your e-mail address was confirmed",
    "account/email/email_deleted": "An e-mail address was removed from your account",
    "mfa/email/totp_activated": "Two-step sign-in was switched on",
    "mfa/email/totp_deactivated": "Two-step sign-in was switched off",
    "mfa/email/recovery_codes_generated": "New recovery codes were made",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Mail through `notifications`, links to the marketplace's own host, and sessions elsewhere ended with these."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The e-mail address or the password is not right.",
        "email_taken": "There is an account with this e-mail address already.",
        "duplicate_email": "This is your e-mail address already.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        key = f"account:{uuid7()}"
        if template_prefix in LINK_MAILS:
            template, link, label = LINK_MAILS[template_prefix]
            button = {"action_url": on_market(context[link]), "action_label": label}
            send(key, template, email, {"user": context.get("user"), **button}, private=template in PRIVATE)
        else:
            button = {"action_url": on_market(reverse("account_reset_password")), "action_label": "Set a new password"}
            send(key, "security_notice", email, {**context, **button, "notice": NOTICES[template_prefix]})

    def clean_email(self, email: str) -> str:
        # allauth's forms take 320 characters.
        if len(email) > LONGEST_EMAIL:
            raise ValidationError("This e-mail address is too long.")
        return str(super().clean_email(email))

    def set_password(self, user: User, password: str) -> None:
        with transaction.atomic():
            super().set_password(user, password)
            end_access(user_id=user.id)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, User):
            end_access(user_id=request.user.id)
        super().logout(request)

    def is_safe_url(self, url: str) -> bool:
        """Whether signing in may lead there: a page of this host, or of one of our faces."""
        parts = urlsplit(url.replace("\\", "/"))
        if not parts.scheme and not parts.netloc:
            return url_has_allowed_host_and_scheme(url, allowed_hosts=None)
        if parts.scheme != settings.SCHEME or parts.username is not None:
            return False
        host, _, port = parts.netloc.partition(":")
        usual = {"http": "80", "https": "443"}[settings.SCHEME]
        ours = host == settings.DOMAIN or host.endswith(f".{settings.DOMAIN}")
        known = ours and (port or usual) in settings.PORTS.values()
        return known and url_has_allowed_host_and_scheme(url, allowed_hosts={parts.netloc})


def on_market(url: str) -> str:
    """The same page on the marketplace's host: a link in a mail never follows the Host header of a request."""
    parts = urlsplit(url)
    return absolute_url("market", f"{parts.path}?{parts.query}" if parts.query else parts.path)
