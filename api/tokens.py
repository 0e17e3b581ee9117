"""Access tokens: signed where people sign in, checked anywhere with the public key alone.

A token names the person and the access versions of their memberships, so that a portal, which has no table of users, can tell
from its own rows whether it still holds. `api.sign_in` is how people come by one.
"""

import time
from dataclasses import dataclass
from uuid import UUID

import jwt
from django.conf import settings

from accounts.handoff import publish_verifying_key, signing_key, verifying_key
from accounts.models import StaffMember
from kit.ids import uuid7
from kit.links import absolute_url
from tenants.vendors.queries import memberships_of

AUDIENCE = "souk-api"


class InvalidToken(Exception):
    """Not one of our tokens, or no longer good."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What a token says: the user, the session it came from (veiled), the version of each membership by vendor, and of the
    place on the staff (0: none)."""

    user_id: UUID
    session: str
    members: dict[str, int]
    staff: int


def issue(user_id: UUID, session: str) -> str:
    """A token for this user, good for `HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN` seconds of real time."""
    publish_verifying_key()
    now = int(time.time())
    staff = StaffMember.objects.filter(user_id=user_id, left_at=None).first()
    return jwt.encode(
        {
            "iss": absolute_url("market", "/"),
            "aud": AUDIENCE,
            "sub": str(user_id),
            "sid": session,
            "members": {str(member.vendor_id): member.access_version for member in memberships_of(user_id)},
            "staff": staff.access_version if staff else 0,
            "iat": now,
            "exp": now + settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN,
            "jti": str(uuid7()),
        },
        signing_key(),
        algorithm="EdDSA",
        headers={"typ": "at+jwt"},
    )


def read(token: str) -> AccessToken:
    """What the token says. Raises InvalidToken unless it is ours, for the API, and has not expired."""
    try:
        claims = jwt.decode(
            token,
            # Where tokens are signed, the key is at hand; elsewhere it was put into a file.
            signing_key().public_key() if settings.HANDOFF_SIGNING_KEY else verifying_key(),
            algorithms=["EdDSA"],
            audience=AUDIENCE,
            issuer=absolute_url("market", "/"),
            options={"require": ["aud", "iss", "sub", "exp", "sid", "jti"]},
        )
        members = {str(vendor): int(version) for vendor, version in dict(claims["members"]).items()}
        return AccessToken(UUID(claims["sub"]), str(claims["sid"]), members, int(claims["staff"]))
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise InvalidToken("This access token is not valid, or has expired.") from error
