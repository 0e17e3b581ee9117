"""What we ask of a payment provider. `settings.PAYMENT_PROVIDER` names the class that answers where nothing else was chosen,
`settings.OTHER_PAYMENT_PROVIDERS` those beside it. All of it may be network, so none of it may be called inside a
transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from kit.errors import SoukError
from kit.money import exponent


class ProviderUnavailable(SoukError):
    """The provider did not answer, or asked us to come back. It may have happened: ask again under the same key."""

    code = "provider_unavailable"


# Stripe takes three-decimal currencies with a last digit of 0: https://docs.stripe.com/currencies#three-decimal
def charged_in(currency: str) -> int:
    """What a charge must be a multiple of, in minor units."""
    return 10 if exponent(currency) == 3 else 1


# What one payment may come to, in minor units: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
AMOUNT_LIMITS = {"EUR": (50, 99_999_999)}


class ProviderRefused(SoukError):
    """The provider understood and refused; asking the same again is no use."""

    code = "provider_refused"


class KeyTaken(ProviderRefused):
    """Something else was done under this key, so what it was is not known here."""

    code = "provider_key_taken"


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A line the customer reads on the provider's page: a name and what it costs in all, in minor units."""

    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SessionRequest:
    """One attempt to be paid. The lines sum to what is paid; `key` makes the provider open it once."""

    payment_id: UUID
    reference_id: UUID
    reference_number: str
    attempt: int
    customer_email: str
    currency: str
    lines: Sequence[SessionLine]
    expires_at: datetime
    success_url: str
    cancel_url: str

    @property
    def key(self) -> str:
        return f"order:{self.reference_id}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class SessionResult:
    """A session as the provider opened it; the customer is sent to `url` and nowhere else."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ProviderPayment:
    """A session as the provider has it now. `status`: open, processing, paid or expired; amounts in minor units."""

    session_id: str
    status: str
    reference_id: str
    payment_id: str
    attempt: int
    amount_minor: int
    currency: str
    intent_id: str
    charge_id: str


@dataclass(frozen=True, slots=True)
class ProviderBalance:
    """What an account holds at the provider, in minor units. `account_id` is empty for the platform's own."""

    account_id: str
    currency: str
    pending_minor: int
    available_minor: int


class Provider(Protocol):
    """Every method raises ProviderUnavailable or ProviderRefused when the provider does."""

    @property
    def session_lasts(self) -> timedelta:
        """How long a session is open to be paid."""

    def open_session(self, request: SessionRequest) -> SessionResult:
        """Open a session, or get the one opened before under the same key."""

    def expire_session(self, session_id: str) -> None:
        """Close a session for payment; does nothing to one that is paid or expired."""

    def retrieve_session(self, session_id: str) -> ProviderPayment:
        """The session as it is now."""

    def settle(self, session_id: str) -> str:
        """Fetch the session and bring our books up to it; gives the payment's state afterwards."""

    def fetch_balances(self) -> list[ProviderBalance]:
        """The balances of the platform and of every connected account, one for each currency."""


DEFAULT = "stripe"


def provider(name: str = DEFAULT) -> Provider:
    """The provider of that name. Raises ProviderRefused for one there is not."""
    path = settings.PAYMENT_PROVIDER if name == DEFAULT else settings.OTHER_PAYMENT_PROVIDERS.get(name)
    if path is None:
        raise ProviderRefused("This way to pay is not offered.")
    found: Provider = import_string(path)()
    return found
