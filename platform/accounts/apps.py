from typing import Any

from django.apps import AppConfig, apps


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"

    def ready(self) -> None:
        if apps.is_installed("allauth.account"):
            from allauth.account.signals import email_changed
            from django.contrib.auth.signals import user_logged_in

            email_changed.connect(_tell_changed, dispatch_uid="accounts.email_changed")
            user_logged_in.connect(_tell_unsaved, dispatch_uid="accounts.unsaved")


def _tell_changed(sender: Any, user: Any, from_email_address: Any, to_email_address: Any, **_: Any) -> None:
    from accounts.actions import tell_changed
    from notifications.preferences import follow_address

    if from_email_address is not None:
        follow_address(old=from_email_address.email, new=to_email_address.email)
    tell_changed(user_id=user.id)


def _tell_unsaved(sender: Any, request: Any, **_: Any) -> None:
    from accounts import late_form

    if late_form.take(request):
        late_form.tell(request)
