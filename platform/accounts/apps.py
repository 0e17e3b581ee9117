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


def _tell_changed(sender: Any, user: Any, **_: Any) -> None:
    from accounts.actions import tell_changed

    tell_changed(user_id=user.id)


def _tell_unsaved(sender: Any, request: Any, **_: Any) -> None:
    from accounts import late_form

    if late_form.take(request):
        late_form.tell(request)
