"""Every failure of the API as problem details (RFC 9457), with the right status and a code that stays."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from billing.payments.provider import ProviderUnavailable
from kit.errors import Conflict, InvalidInput, NotAllowed, SoukError
from kit.problems import CONTENT_TYPE, problem
from kit.storage import StorageUnavailable
from marketplace.catalog.queries import NotListed
from marketplace.checkout.actions import MethodGone, PricesChanged
from marketplace.returns.actions import NumbersChanged
from marketplace.search.queries import SearchUnavailable
from tenants.shop.catalog.drafts import InvalidProduct
from tenants.shop.inventory.actions import SoldOut
from tenants.shop.shipping.drafts import InvalidShipping

STATUSES: tuple[tuple[type[SoukError], int], ...] = (
    (NotListed, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (ProviderUnavailable, 503),
    (StorageUnavailable, 503),
    (SearchUnavailable, 503),
    (InvalidInput, 422),
)


class PreconditionFailed(exceptions.APIException):
    """If-Match named another version than the present one."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = "This has changed since you read it. Read it again, then repeat your change."


class NotFound(exceptions.NotFound):
    """There is no such thing, or not for this caller: the answer is the same."""

    default_detail = "There is no such thing here."


Found = TypeVar("Found")


def there(found: Found | None) -> Found:
    """What was looked for. Raises NotFound when it is not there."""
    if found is None:
        raise NotFound()
    return found


def status_of(error: SoukError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 409)


def as_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler. None, and so a 500, for what is a bug of ours."""
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        return _answer(413, "too_large", "The body is larger than this API takes.")
    if isinstance(error, SoukError):
        set_rollback()
        return _answer(status_of(error), error.code, str(error), errors=list(_fields_of(error)), more=_more(error))
    if isinstance(error, exceptions.ValidationError):
        set_rollback()
        errors = list(_flat(error.detail))
        return _answer(422, "invalid_input", "Some fields are not right; `errors` says which.", errors=errors)
    if isinstance(error, exceptions.APIException):
        set_rollback()
        code, detail = str(error.get_codes()), str(error.detail)
        answer = _answer(error.status_code, code, detail)
        if isinstance(error, exceptions.AuthenticationFailed | exceptions.NotAuthenticated):
            answer.headers["WWW-Authenticate"] = 'Bearer realm="souk"'
        if isinstance(error, exceptions.Throttled):
            answer.headers["Retry-After"] = str(max(int(error.wait or 1), 1))
        if isinstance(error, exceptions.MethodNotAllowed):
            answer.headers["Allow"] = ", ".join(context["view"].allowed_methods)
        return answer
    return None


def _answer(
    status: int,
    code: str,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    return Response(
        {**problem(status, code, detail, errors or ()), **(more or {})},
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def _more(error: SoukError) -> dict[str, Any]:
    """What a machine needs to go on: the prices as they are now, by cart line; what is left, by offer; whose shipping method
    is gone; a refund's digest."""
    if isinstance(error, PricesChanged):
        return {"prices": {str(line): price for line, price in error.prices.items()}}
    if isinstance(error, NumbersChanged):
        return {"digest": error.preview.digest, "amount_minor": error.preview.amount_minor}
    if isinstance(error, MethodGone):
        return {"vendors": sorted(error.vendors.values())}
    if isinstance(error, SoldOut):
        return {"available": {str(offer): left for offer, left in error.available.items()}}
    return {}


def _fields_of(error: SoukError) -> Iterator[dict[str, str]]:
    if isinstance(error, InvalidProduct | InvalidShipping):
        for name, words in error.errors.items():
            yield {"field": name, "code": error.code, "detail": words}
    elif error.field:
        yield {"field": error.field, "code": error.code, "detail": str(error)}


def _flat(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, Mapping):
        for name, part in detail.items():
            below = "" if name == "non_field_errors" else str(name)
            yield from _flat(part, ".".join(filter(None, (path, below))))
    elif isinstance(detail, list):
        for position, part in enumerate(detail):
            nested = isinstance(part, Mapping | list)
            yield from _flat(part, f"{path}.{position}" if nested and path else str(position) if nested else path)
    else:
        yield {"field": path, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}
