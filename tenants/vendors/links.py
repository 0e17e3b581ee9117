"""The address of an invitation: a page of the marketplace, signed, so that nobody finds one by trying ids."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from kit.links import absolute_url


def signature_of(invitation_id: UUID) -> str:
    """Derived, so that the worker can write it into a mail and the marketplace know it again. It opens no account."""
    text = f"invitation:{invitation_id}".encode()
    return hmac.new(settings.ORDER_LINK_KEY.encode(), text, hashlib.sha256).hexdigest()[:40]


def is_signed(invitation_id: UUID, signature: str) -> bool:
    """Whether the signature is this invitation's."""
    return hmac.compare_digest(signature_of(invitation_id).encode(), signature.encode())


def invitation_path(invitation_id: UUID) -> str:
    return f"/invitations/{invitation_id}/{signature_of(invitation_id)}/"


def invitation_url(invitation_id: UUID) -> str:
    return absolute_url("market", invitation_path(invitation_id))
