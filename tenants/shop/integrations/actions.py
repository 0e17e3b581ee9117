"""Making and taking back the keys of a shop's API."""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from audit.actions import record
from kit import clock
from kit.context import require_vendor
from kit.errors import InvalidInput
from kit.ids import ALPHABET
from tenants.shop.integrations.models import ApiKey, Scope
from tenants.vendors.entitlements import check_feature

MARK = "souk_"
LONGEST = timedelta(days=366)
MAX_KEYS = 50
_PREFIX_LENGTH, _SECRET_LENGTH = 10, 40  # letters of five bits each


@transaction.atomic
def make_key(*, name: str, scopes: Collection[str], expires_at: datetime, by: UUID) -> tuple[ApiKey, str]:
    """A new key of this shop, and the key itself, which is never to be had again. `by` is the user who makes it.

    Raises InvalidInput for an empty name, no or unknown scopes, an end that is past or more than a year away, and when there
    are fifty keys that still work. Raises BeyondPlan when the plan does not include keys.
    """
    check_feature("api")
    name = name.strip()
    if not name or len(name) > 80 or "\0" in name:
        raise InvalidInput("Say in up to 80 letters what the key is for.", field="name")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope.values):
        raise InvalidInput("Choose what the key may do.", field="scopes")
    now = clock.now()
    if not now < expires_at <= now + LONGEST:
        raise InvalidInput(
            "A key works for a year at most; choose a day between tomorrow and then.", field="expires_at"
        )
    if ApiKey.objects.filter(revoked_at=None, expires_at__gt=now).count() >= MAX_KEYS:
        raise InvalidInput(f"This shop has {MAX_KEYS} keys already. Take back one that is not needed.")
    prefix, rest = MARK + _letters(_PREFIX_LENGTH), _letters(_SECRET_LENGTH)
    whole = f"{prefix}_{rest}"
    key = ApiKey.objects.create(
        name=name, prefix=prefix, key_hash=_hash(whole), scopes=wanted, created_by=by, expires_at=expires_at
    )
    _note("shop.api_key_made", key, by, {"name": name, "scopes": wanted})
    return key, whole


@transaction.atomic
def revoke_key(*, key_id: UUID, by: UUID) -> ApiKey:
    """From now on the key opens nothing. Doing it twice is no error. Raises ApiKey.DoesNotExist."""
    key = ApiKey.objects.select_for_update().get(id=key_id)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        _note("shop.api_key_revoked", key, by, {"name": key.name})
    return key


def is_key(text: str) -> bool:
    """Whether this has the form of a key, of whichever shop."""
    return text.startswith(MARK)


def key_of(text: str) -> ApiKey | None:
    """This shop's key that this is, if it still works; notes, once a minute, that it was used."""
    prefix, _, _rest = text.rpartition("_")
    key = ApiKey.objects.filter(prefix=prefix).first() if prefix.isascii() and len(text) < 100 else None
    if key is None or not hmac.compare_digest(key.key_hash, _hash(text)) or not key.is_good:
        return None
    now = clock.now()
    seen = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(minutes=1))
    if key.last_used_at is None or key.last_used_at < now - timedelta(minutes=1):
        ApiKey.objects.filter(seen, id=key.id).update(last_used_at=now)
    return key


def _letters(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(count))


def _hash(key: str) -> str:
    # Two hundred bits of chance need no slow hash.
    return hashlib.sha256(key.encode()).hexdigest()


def _note(action: str, key: ApiKey, by: UUID, data: dict[str, object]) -> None:
    record(
        action=action,
        subject=f"api_key:{key.id}",
        actor_kind="member",
        actor_id=by,
        vendor_id=require_vendor().id,
        data=data,
    )
