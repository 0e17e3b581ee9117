"""What an API says of a failure: problem details (RFC 9457), with codes that stay."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import JsonResponse

CONTENT_TYPE = "application/problem+json"
API_PATH = "/api/"


def problem(status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """The members of a problem document.

    `code` is stable and for machines, `detail` for people; `errors` has one {"field", "code", "detail"} for each field at
    fault, its name a path like `lines.0.quantity`.
    """
    found: dict[str, Any] = {
        "type": f"urn:souk:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        found["errors"] = [dict(error) for error in errors]
    return found


def problem_response(status: int, code: str, detail: str, **headers: str) -> JsonResponse:
    """The same as a whole answer, for where no API view has been reached."""
    response = JsonResponse(problem(status, code, detail), status=status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = value
    return response
