"""From the marketplace, where people sign in, to a face that knows no passwords.

A portal or the back office sends a visitor without a session to the marketplace (`send_to_market`), with a secret of
that browser's own (`state`). The marketplace, once it knows the person, sends the browser back with a code: signed by
the marketplace's key (Ed25519), bound to host, face, person and state, good for 60 seconds (`issue`). The face checks
it with the public key, takes it once (`redeem`), and makes a session of its own (`open_session`).

The state keeps others from pushing their own code, and so their own identity, into somebody's browser.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import late_form
from kit import clock
from kit.errors import NotAllowed
from kit.ids import uuid7
from kit.links import absolute_url, host_of

SECONDS = 60
PATH = "/handoff/"
_STATE = "handoff_state"
_PERSON = "person"


class HandoffRefused(NotAllowed):
    """The code is not good here, or not any more."""

    code = "handoff_refused"


@dataclass(frozen=True, slots=True)
class Handoff:
    """Who comes (a Member's or StaffMember's id), with which access version, and where they wanted to go.

    `kind` is "person", or what else a face knows an id of: "visit" at a portal.
    """

    person_id: UUID
    access_version: int
    next_path: str
    kind: str = _PERSON


# --- The marketplace's side


def issue(
    *,
    face: str,
    vendor: str | None,
    person_id: UUID,
    access_version: int,
    state: str,
    next_path: str,
    kind: str = _PERSON,
) -> str:
    """The address on the other face that redeems a new code for this person."""
    publish_verifying_key()
    now = int(clock.now().timestamp())
    code = jwt.encode(
        {
            "aud": host_of(face, vendor),
            "face": face,
            "kind": kind,
            "sub": str(person_id),
            "version": access_version,
            "state": state,
            "next": safe_path(next_path),
            "iat": now,
            "jti": str(uuid7()),
        },
        signing_key(),
        algorithm="EdDSA",
    )
    return f"{absolute_url(face, PATH, vendor)}?{urlencode({'code': code})}"


def signing_key() -> Ed25519PrivateKey:
    if not settings.HANDOFF_SIGNING_KEY:
        raise ImproperlyConfigured("this process holds no hand-off key: only the marketplace issues codes")
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"souk hand-off Ed25519")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.HANDOFF_SIGNING_KEY.encode()))


def publish_verifying_key() -> bytes:
    """Write the public key to `HANDOFF_VERIFYING_KEY_FILE`, where the other faces read it; gives it as PEM."""
    pem = (
        signing_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    path = Path(settings.HANDOFF_VERIFYING_KEY_FILE)
    if not path.exists() or path.read_bytes() != pem:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        draft.write_bytes(pem)
        draft.replace(path)
    return pem


# --- The other face's side


def send_to_market(
    request: HttpRequest, *, face: str, vendor: str | None = None, visit: UUID | None = None
) -> HttpResponse:
    """Send a visitor without a session to the marketplace, to come back with a code: to this page, or to their form's.

    `visit`: whoever comes for that visit, and not as who they are here.
    """
    by_htmx = request.headers.get("HX-Request") == "true"
    if by_htmx and late_form.is_form(request):
        return late_form.answer_in_place(sign_in_url=PATH)
    if by_htmx:
        # A fragment cannot sign in; the whole page, loaded anew, can.
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    wanted = request.get_full_path()
    if late_form.is_form(request):
        wanted = safe_path(late_form.page_of(request))
        late_form.remember(request)
    if request.path.startswith(PATH):
        wanted = safe_path(request.GET.get("next", "/"))
    # Kept while it waits: several tabs may come back.
    state = request.session.get(_STATE) or secrets.token_urlsafe(18)
    request.session[_STATE] = state
    query = {"to": face, **({"vendor": vendor} if vendor else {}), "next": wanted, "state": state}
    if visit:
        query["visit"] = str(visit)
    response = HttpResponseRedirect(f"{absolute_url('market', PATH)}?{urlencode(query)}")
    response.headers["Cache-Control"] = "no-store"
    return response


def redeem(request: HttpRequest, *, face: str) -> Handoff:
    """What the code in this request says. Raises HandoffRefused unless it is ours, for here, fresh and unused."""
    try:
        claims = jwt.decode(
            request.GET.get("code", ""),
            verifying_key(),
            algorithms=["EdDSA"],
            audience=request.get_host(),
            # Time is the world's clock, which may run ahead of the library's.
            options={"require": ["aud", "iat", "jti", "sub"], "verify_exp": False, "verify_iat": False},
        )
        issued, person_id = int(claims["iat"]), UUID(claims["sub"])
        version, made_for = int(claims["version"]), str(claims["face"])
        state, next_path, kind = str(claims["state"]), str(claims["next"]), str(claims["kind"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as error:
        raise HandoffRefused("This sign-in link is damaged or belongs to another page.") from error
    expected = request.session.get(_STATE, "")
    if made_for != face or not expected or not secrets.compare_digest(expected.encode(), state.encode()):
        raise HandoffRefused("This sign-in link was made for another browser or page.")
    if not issued - 5 <= clock.now().timestamp() < issued + SECONDS:
        raise HandoffRefused("This sign-in link has expired; it is good for a minute.")
    if not cache.add(f"handoff:{claims['jti']}", 1, timeout=2 * SECONDS):
        raise HandoffRefused("This sign-in link was used before.")
    return Handoff(person_id, version, safe_path(next_path), kind)


def verifying_key() -> Ed25519PublicKey:
    """The marketplace's public key. Raises ImproperlyConfigured when it was not put here yet."""
    path = Path(settings.HANDOFF_VERIFYING_KEY_FILE)
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{path} holds no public key: copy there what `manage.py handoff_key` prints on the marketplace"
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise ImproperlyConfigured(f"{path} holds a key of another kind than Ed25519")
    return key


def open_session(request: HttpRequest, *, person_id: UUID, access_version: int, kind: str = _PERSON) -> None:
    """A new session, bound to this host, in place of whatever the browser had; tells of a form that came too late."""
    unsaved = late_form.take(request)
    request.session.flush()
    request.session[kind] = {"id": str(person_id), "version": access_version, "host": request.get_host()}
    if unsaved:
        late_form.tell(request)


def session_person(request: HttpRequest, kind: str = _PERSON) -> tuple[UUID, int] | None:
    """Person and access version of this host's session, None when there is none; or whatever else of that kind it is."""
    person = request.session.get(kind)
    if not person or person["host"] != request.get_host():
        return None
    return UUID(person["id"]), int(person["version"])


def safe_path(path: str) -> str:
    """`path` if it leads to a page of the same host, else "/"."""
    same_host = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if same_host and not path.startswith(PATH) else "/"
