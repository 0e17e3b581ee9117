from typing import Any

from django.apps import AppConfig, apps


class AccountsConfig(AppConfig):
    name = "accounts"
    label = "accounts"

    def ready(self) -> None:
        if apps.is_installed("allauth.account"):
            from allauth.account.signals import email_changed

            email_changed.connect(_tell_changed, dispatch_uid="accounts.email_changed")


def _tell_changed(sender: Any, user: Any, **_: Any) -> None:
    from accounts.actions import tell_changed

    tell_changed(user_id=user.id)
