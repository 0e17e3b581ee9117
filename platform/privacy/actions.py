"""Asking for a copy of one's data or for its erasure, taking that back, and what the sweeps do about it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import models, transaction
from django.db.models import Q
from django.utils.module_loading import import_string

from accounts.actions import end_access, erase_sign_in
from accounts.models import User
from accounts.queries import has_account
from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.links import absolute_url
from notifications.actions import send
from outbox.actions import announce
from outbox.doorbell import ring
from privacy.engine import copy_of, erase, person_of
from privacy.models import DataRequest, Kind

BETWEEN_COPIES = timedelta(hours=24)
LINK_SALT = "privacy.copy"


class AskedAlready(Conflict):
    """The same was asked for a moment ago."""

    code = "asked_already"


class StillOpen(Conflict):
    """Something is under way for which we need to know who it is; `obstacles` says what."""

    code = "still_open"

    def __init__(self, message: str, obstacles: list[str]) -> None:
        super().__init__(message)
        self.obstacles = obstacles


class WrongPassword(InvalidInput):
    code = "wrong_password"


def obstacles_of(user: User | None, email: str) -> list[str]:
    """What is under way for a person, in words: none of it may lose its customer."""
    person = person_of(user, email)
    paths: list[str] = import_string(settings.EVENT_TABLE + ".OBSTACLES_TO_ERASING")
    return [words for path in paths for words in import_string(path)(person)]


@transaction.atomic
def ask_for_copy(*, user: User | None, email: str = "", order_number: str = "", by: UUID | None = None) -> DataRequest:
    """Have a copy of everything made; its link is mailed. `by` is the member of staff who asks for a guest.

    Raises AskedAlready within a day of the last one.
    """
    if user is not None:
        _lock(user.id)
    email = email or (user.email if user else "")
    recent = Q(asked_at__gt=clock.now() - BETWEEN_COPIES) | Q(done_at=None, taken_back_at=None, refused_at=None)
    last = _of(user, email).filter(recent, kind=Kind.EXPORT).first()
    if last is not None:
        raise AskedAlready("We make one copy a day. The last one was asked for a while ago; its link comes by mail.")
    return _write(Kind.EXPORT, user, email, order_number, by, due_at=clock.now())


@transaction.atomic
def ask_for_erasure(
    *,
    user: User | None,
    password: str = "",
    words_too: bool = False,
    email: str = "",
    order_number: str = "",
    by: UUID | None = None,
) -> DataRequest:
    """Have everything erased that need not stay, after a while in which it can be taken back. One that waits already is
    given back as it is. Whoever has an account says the password once more; `by` is the member of staff who asks for a guest.

    Raises WrongPassword, StillOpen.
    """
    if user is not None:
        _lock(user.id)
        if by is None and not user.check_password(password):
            raise WrongPassword("This is not your password.", field="password")
    email = email or (user.email if user else "")
    standing = waiting(user, email, Kind.ERASURE)
    if standing is not None:
        return standing
    found = obstacles_of(user, email)
    if found:
        raise StillOpen("Something is still under way. Once it is done with, ask again.", found)
    due_at = clock.now() + timedelta(days=settings.ERASURE_DAYS)
    return _write(Kind.ERASURE, user, email, order_number, by, due_at=due_at, words_too=words_too)


@transaction.atomic
def take_back(*, request_id: UUID, by: UUID | None = None) -> DataRequest:
    """Leave everything as it is; `by` is the member of staff who does it for a guest. Twice is once.

    Raises Conflict once it was done, or refused.
    """
    request = DataRequest.objects.select_for_update(of=("self",)).get(id=request_id)
    if request.taken_back_at is not None:
        return request
    if not request.is_open:
        raise Conflict("This was done, or refused, already.")
    request.taken_back_at = clock.now()
    request.save(update_fields=["taken_back_at"])
    _note("taken_back", request, by)
    return request


def waiting(user: User | None, email: str, kind: str) -> DataRequest | None:
    """What was asked for and is neither done nor taken back."""
    return _of(user, email).filter(kind=kind, done_at=None, taken_back_at=None, refused_at=None).first()


# --- What the worker does -------------------------------------------------------------------------------------------------


def carry_out(request_id: UUID) -> bool:
    """Do one that is due; False when another worker has it."""
    with transaction.atomic():
        found = DataRequest.objects.select_for_update(of=("self",), skip_locked=True).filter(
            id=request_id, done_at=None, taken_back_at=None, refused_at=None, due_at__lte=clock.now()
        )
        request = found.first()
        if request is None:
            return False
        user = _lock(request.user_id) if request.user_id else None
        (_make_copy if request.kind == Kind.EXPORT else _erase)(request, user)
        return True


def _make_copy(request: DataRequest, user: User | None) -> None:
    now = clock.now()
    request.content, request.counts = copy_of(person_of(user, request.email))
    request.size_bytes, request.done_at = len(request.content), now
    request.expires_at = now + timedelta(days=settings.COPY_DAYS)
    request.save(update_fields=["content", "counts", "size_bytes", "done_at", "expires_at"])
    _note("copied", request)
    send(
        f"data_copy:{request.id}",
        "data_copy_ready",
        request.email,
        {"url": copy_url(request), "until": request.expires_at, "is_guest": user is None},
        private=user is None,
    )


def _erase(request: DataRequest, user: User | None) -> None:
    """All of it or nothing. What came up meanwhile refuses it, and whoever asked is told."""
    now, address = clock.now(), request.email
    person = person_of(user, request.email)
    request.refused_because = obstacles_of(user, request.email)
    if user is None and has_account(request.email):
        request.refused_because.append("An account was made with this address meanwhile: ask for it there, signed in")
    if request.refused_because:
        request.refused_at = now
        request.save(update_fields=["refused_at", "refused_because"])
        _note("refused", request)
        send(
            f"data_erasure_refused:{request.id}",
            "data_erasure_refused",
            address,
            {"obstacles": request.refused_because},
        )
        return
    # What has files or counts of its own looks at them before they are gone.
    announce("person.erased", payload={"request": str(request.id)})
    if user is not None:
        end_access(user_id=user.id)
        erase_sign_in(user=user)
    request.counts = erase(person, of=request.id, words_too=request.words_too)
    request.done_at = now
    request.save(update_fields=["counts", "done_at"])
    _note("erased", request)
    send(f"data_erased:{request.id}", "data_erased", address, {"request": request.id}, forget=True)


def forget_copies(now: datetime) -> int:
    """Drop copies whose time is over; gives how many."""
    return DataRequest.objects.filter(expires_at__lte=now, content__isnull=False).update(content=None)


# --- Links ----------------------------------------------------------------------------------------------------------------


def copy_url(request: DataRequest) -> str:
    """Where a copy is fetched: behind signing in, or, for a guest, by a link that is the key to it."""
    if request.user_id is not None:
        return absolute_url("market", "/account/data/")
    return absolute_url("market", f"/data/{request.id}/{link_token(request.id)}/")


def link_token(request_id: UUID) -> str:
    signed = signing.Signer(key=settings.ORDER_LINK_KEY, salt=LINK_SALT).signature(str(request_id))
    return signed.replace("_", "-")


def _of(user: User | None, email: str) -> "models.QuerySet[DataRequest]":
    if user is not None:
        return DataRequest.objects.filter(user=user).order_by("-id")
    return DataRequest.objects.filter(user=None, email__iexact=email).order_by("-id")


def _write(
    kind: Kind,
    user: User | None,
    email: str,
    order_number: str,
    by: UUID | None,
    *,
    due_at: datetime,
    words_too: bool = False,
) -> DataRequest:
    request = DataRequest.objects.create(
        kind=kind,
        user=user,
        email=email,
        order_number=order_number,
        asked_at=clock.now(),
        asked_by=by,
        due_at=due_at,
        words_too=words_too,
    )
    _note("asked", request, by)
    if kind == Kind.ERASURE:
        context = {"due_at": due_at, "is_guest": user is None, "url": absolute_url("market", "/account/data/")}
        send(f"data_erasure_asked:{request.id}", "data_erasure_asked", email, context)
    transaction.on_commit(lambda: ring("privacy.carry_out"))
    return request


def _note(step: str, request: DataRequest, by: UUID | None = None) -> None:
    """In the audit trail, with no name and no address."""
    actor_id = by or (request.user_id if step in ("asked", "taken_back") else None)
    record(
        action=f"data_{request.kind}.{step}",
        subject=f"data_request:{request.id}",
        actor_kind="staff" if by else "customer" if actor_id else "system",
        actor_id=actor_id,
    )


def _lock(user_id: UUID) -> User:
    return User.objects.select_for_update(of=("self",)).get(id=user_id)
