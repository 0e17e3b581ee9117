"""What the sandbox answers when it refuses, in Stripe's words and codes.

An error that was met while reading the request (``saved=False``) leaves no trace under the idempotency key; one met
while executing is replayed for that key. Only a declined card also keeps the changes made on the way (``keep=True``).
Source: https://docs.stripe.com/api/idempotent_requests
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer of status 400 and above. ``extra`` goes into the error object (a decline's ``payment_intent`` ...)."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        type: str = "invalid_request_error",
        saved: bool = False,
        keep: bool = False,
        should_retry: bool | None = None,
        **extra: Any,
    ):
        super().__init__(message)
        self.status, self.message, self.code, self.param, self.type = status, message, code, param, type
        self.saved, self.keep, self.should_retry, self.extra = saved, keep, should_retry, extra

    def body(self) -> dict[str, Any]:
        error: dict[str, Any] = {"type": self.type, "message": self.message, **self.extra}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """The request is wrong in itself: 400, not saved under the idempotency key."""
    return ApiError(400, message, param=param, code=code)


def missing(kind: str, id: str, *, param: str | None = "id", status: int = 404) -> ApiError:
    """There is no such object for this account."""
    return ApiError(
        status, f"No such {kind.rsplit('.', 1)[-1].replace('_', ' ')}: '{id}'", param=param, code="resource_missing"
    )


def refused(message: str, *, code: str | None = None, param: str | None = None, **extra: Any) -> ApiError:
    """The request is well-formed, but the state of things forbids it: 400, saved under the idempotency key."""
    return ApiError(400, message, code=code, param=param, saved=True, **extra)


def unsupported(what: str) -> ApiError:
    """Stripe knows it, the sandbox does not. 501, so that it is never mistaken for an answer of Stripe's."""
    return ApiError(
        501, f"The sandbox does not support {what}.", code="sandbox_unsupported", type="api_error", should_retry=False
    )
