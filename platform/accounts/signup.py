"""Accounts made without the sign-up page, where allauth is installed (marketplace, builder, tests)."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import User


@transaction.atomic
def register_person(*, email: str, name: str, password: str) -> User:
    """A user whose e-mail address counts as verified: the cast of the demo and of the tests."""
    user = User.objects.create_user(email=email, password=password, name=name)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
