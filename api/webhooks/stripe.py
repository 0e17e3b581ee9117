"""Stripe's events: verified over the raw body, stored, acknowledged. The worker does the rest."""

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.stripe.inbox import receive
from kit.errors import InvalidInput

log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def receive_event(request: HttpRequest, endpoint: str) -> HttpResponse:
    """200 once stored; 400 when it is not signed for this endpoint or no event; 503 when the database is busy.

    Stripe sends again what was not answered with 2xx.
    """
    try:
        receive(endpoint, request.body, request.headers.get("Stripe-Signature", ""))
    except InvalidInput as error:
        log.warning("webhook_refused", endpoint=endpoint, code=error.code)
        return HttpResponse(str(error), status=400, content_type="text/plain")
    except OperationalError as error:
        log.warning("webhook_not_stored", endpoint=endpoint, cause=type(error).__name__)
        return HttpResponse(
            "Try again in a moment.", status=503, content_type="text/plain", headers={"Retry-After": "10"}
        )
    return HttpResponse(status=200)
