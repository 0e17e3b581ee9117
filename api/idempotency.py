"""`Idempotency-Key`: a write that is sent again, because its answer was lost, is not done again.

A view's write says `@idempotent`. With the header, the request is claimed, done and answered in one transaction: whoever
sends it again gets the same answer, whoever sends another request under the same key is refused, and while it is at work
the second is told so. A process that dies in the middle leaves nothing, and the next try does it. What was refused was not
done, so that a repetition tries anew.

    @idempotent
    def post(self, request): ...

    @idempotent(in_transaction=False)   # for what calls the provider or stores files, and holds no transaction meanwhile
    def post(self, request): ...

There the claim is committed first and good for a minute, so that a process that died is waited for that long.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import LockNotAvailable
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.models import IdempotentRequest
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.ids import uuid7

HEADER = "Idempotency-Key"
# Headers that say what is to be done, and those of an answer that are kept with it.
PART_OF_REQUEST, PART_OF_ANSWER = ("Souk-Cart", "Souk-Order", "If-Match"), ("Location", "ETag")
# By these a guest is known: what was answered to one is told to no other.
GUEST_TOKENS = ("Souk-Cart", "Souk-Order")
SHORTEST, LONGEST = 16, 200
KEPT = timedelta(hours=48)
IN_FLIGHT_SECONDS = 1
LEASE = timedelta(minutes=1)
# A row's status is that of its answer, or one of these.
AT_WORK, GIVEN_UP = 0, 1
ASK_AGAIN = "This very request is being worked on. Ask again in a moment."

View = Callable[..., Response]


class InFlight(Conflict):
    """The same request is at work at this moment."""

    code = "request_in_flight"


class KeyReused(InvalidInput):
    """The key belongs to another request."""

    code = "idempotency_key_reused"


def idempotent(view: View | None = None, *, in_transaction: bool = True) -> Any:
    """For a view's writing method; see above. Raises InFlight, KeyReused, InvalidInput."""

    def decorate(method: View) -> View:
        @wraps(method)
        def guarded(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            key = request.headers.get(HEADER)
            if key is None:
                return method(self, request, *args, **kwargs)
            claim = _Claim(request, _checked(key))
            work = lambda: method(self, request, *args, **kwargs)  # noqa: E731
            return claim.in_transaction(work) if in_transaction else claim.around(work)

        guarded.is_idempotent = True  # type: ignore[attr-defined]
        return guarded

    return decorate if view is None else decorate(view)


class _Claim:
    """One request under one key."""

    def __init__(self, request: Request, key: str):
        vendor = getattr(request, "vendor", None)
        self.vendor_id: UUID | None = vendor.id if vendor else None
        self.caller = _caller(request)
        self.key = key
        self.key_hash = hashlib.sha256(f"{self.caller}\n{key}".encode()).hexdigest()
        self.fingerprint = _fingerprint(request)

    def in_transaction(self, work: Callable[[], Response]) -> Response:
        with transaction.atomic():
            row_id = self._take()
            if row_id is None:
                return self._replay()
            response = work()
            if response.status_code >= 400:
                transaction.set_rollback(True)
                return response
            self._keep(row_id, response)
        return response

    def around(self, work: Callable[[], Response]) -> Response:
        """For work that holds no transaction open: the claim is committed before it, and good for a minute at a time."""
        with transaction.atomic():
            row_id = self._take()
            if row_id is None:
                row = self._found(IdempotentRequest.objects.select_for_update())
                if row is None or (row.status == AT_WORK and row.created_at > clock.now() - LEASE):
                    raise InFlight(ASK_AGAIN)
                if row.status not in (AT_WORK, GIVEN_UP):
                    return self._replay()
                row_id = row.id
                self._note(row_id, status=AT_WORK, fingerprint=self.fingerprint, created_at=clock.now())
        try:
            response = work()
        except BaseException:
            self._note(row_id, status=GIVEN_UP)
            raise
        if response.status_code >= 400:
            self._note(row_id, status=GIVEN_UP)
        else:
            self._keep(row_id, response)
        return response

    @staticmethod
    def _note(row_id: UUID, **columns: Any) -> None:
        IdempotentRequest.objects.filter(id=row_id).update(**columns)

    def _take(self) -> UUID | None:
        """A new row of this claim; None when there is one. Raises InFlight while another's is not committed yet."""
        row_id = uuid7()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT current_setting('lock_timeout')")
                before = cursor.fetchone()[0]
                cursor.execute(f"SET LOCAL lock_timeout = '{IN_FLIGHT_SECONDS}s'")
                cursor.execute(
                    "INSERT INTO api_idempotentrequest"
                    " (id, vendor_id, caller, key_hash, fingerprint, status, answer, created_at)"
                    " VALUES (%s, %s, %s, %s, %s, 0, '', %s) ON CONFLICT DO NOTHING RETURNING id",
                    [row_id, self.vendor_id, self.caller, self.key_hash, self.fingerprint, clock.now()],
                )
                taken = cursor.fetchone()
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [before])
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise InFlight(ASK_AGAIN) from error
            raise
        return row_id if taken else None

    def _found(self, rows: "QuerySet[IdempotentRequest]") -> IdempotentRequest | None:
        """What is known of this key. Raises KeyReused when that is another request."""
        vendor = Q(vendor_id=self.vendor_id) if self.vendor_id else Q(vendor=None)
        row = rows.filter(vendor, caller=self.caller, key_hash=self.key_hash).first()
        if row is not None and row.fingerprint != self.fingerprint and row.status != GIVEN_UP:
            raise KeyReused(f"This {HEADER} belongs to another request. Use a new one for each request.", field=HEADER)
        return row

    def _replay(self) -> Response:
        row = self._found(IdempotentRequest.objects.all())
        if row is None or row.status == AT_WORK:
            raise InFlight(ASK_AGAIN)
        if row.status == GIVEN_UP:
            raise KeyReused(f"This {HEADER} belongs to another request. Use a new one for each request.", field=HEADER)
        try:
            kept = json.loads(_cipher(self.key).decrypt(row.id.bytes[4:], bytes(row.answer), row.id.bytes))
        except InvalidTag as error:
            raise exceptions.APIException("The kept answer cannot be read.") from error
        headers = {"Idempotency-Replayed": "true", **kept["headers"]}
        return Response(kept["body"], status=row.status, headers=headers)

    def _keep(self, row_id: UUID, response: Response) -> None:
        headers = {name: response.headers[name] for name in PART_OF_ANSWER if name in response.headers}
        plain = JSONRenderer().render({"body": response.data, "headers": headers})
        IdempotentRequest.objects.filter(id=row_id).update(
            status=response.status_code,
            answer=_cipher(self.key).encrypt(row_id.bytes[4:], plain, row_id.bytes),
        )


def _caller(request: Request) -> str:
    """Whose key it is: of the token's person or the shop's key, else of the guest's cart and order, else of nobody known."""
    if request.auth is not None:
        return str(request.auth)
    guest = " ".join(filter(None, (request.headers.get(name, "") for name in GUEST_TOKENS)))
    return "guest:" + (hashlib.sha256(guest.encode()).hexdigest() if guest else "")


def _checked(key: str) -> str:
    if not (SHORTEST <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
        raise InvalidInput(
            f"`{HEADER}` is {SHORTEST} to {LONGEST} printable characters that nobody else would choose; a UUID is good.",
            field=HEADER,
        )
    return key


def _fingerprint(request: Request) -> str:
    """SHA-256 over method, address and body; of a form with files, over its fields and the files' contents."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    for name in PART_OF_REQUEST:
        digest.update(f"{name}: {request.headers.get(name, '')}\n".encode())
    if (request.content_type or "").startswith("multipart/"):
        for name, values in sorted(request.data.lists()):
            for value in values:
                digest.update(f"\n{name}=".encode())
                if isinstance(value, UploadedFile):
                    digest.update(value.name.encode() if value.name else b"")
                    for chunk in value.chunks():
                        digest.update(chunk)
                    value.seek(0)
                else:
                    digest.update(str(value).encode())
    else:
        digest.update(request._request.body)
    return digest.hexdigest()


def _cipher(key: str) -> AESGCM:
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"souk idempotent answer")
    return AESGCM(derive.derive(key.encode()))


def forget(*, before: timedelta = KEPT, at_most: int = 5000) -> int:
    """Remove what is older than two days; gives how many rows."""
    old = IdempotentRequest.objects.filter(created_at__lt=clock.now() - before).order_by("created_at")
    return IdempotentRequest.objects.filter(id__in=list(old.values_list("id", flat=True)[:at_most])).delete()[0]
