"""Every operation of every audience with hostile input: what its document does not say must not happen."""

import logging
import time
import types
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import include, path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.auth import SignedIn
from api.errors import NotFound
from api.schema import with_document
from api.views import OfficeView, body_of
from tests.api.conftest import MARKET, OFFICE
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.hostile import Attack, Seen
from tests.support.office import market_day
from tests.support.sandbox import sandbox, sandbox_process
from tests.support.told import TOLD
from tests.support.whole_market import Callers, callers, closed_month

__all__ = [
    "address",
    "callers",
    "closed_month",
    "everything_ten_percent",
    "market_day",
    "put_on_shelf",
    "sandbox",
    "sandbox_process",
]

EXAMPLES = 2
AUDIENCES = ("storefront", "vendor", "platform", "finance")
GUESTS_RETURN = "/api/v1/storefront/orders/{number}/returns/{return_id}"
SHOPS_RETURN = "/api/v1/vendor/returns/{return_id}"
# What a call in this market cannot bring about, and why.
UNREACHED = dict.fromkeys(
    [f"POST /api/v1/finance/disputes/{{dispute_id}}/{what}" for what in ("submission", "acceptance")],
    "The sandbox knows only disputes of its own charges: tests/billing/stripe/test_disputes.py.",
) | {
    "DELETE /api/v1/vendor/closing/request": "A shop that closes sells nothing, as others must: tests/api/v1/test_life.py.",
    "DELETE /api/v1/storefront/cart/coupons/{code}": "No coupon lies in the cart: tests/api/v1/storefront/test_coupons.py.",
    **dict.fromkeys(
        ("POST /api/v1/storefront/cart/gift-cards", "DELETE /api/v1/storefront/cart/gift-cards/{card_id}"),
        "Nobody there has a gift card's code: tests/api/v1/storefront/test_means.py.",
    ),
    "POST /api/v1/storefront/waiting-rooms/{room_id}/place": "Nobody gathers there yet: tests/api/v1/test_waiting.py.",
    "POST /api/v1/storefront/orders/{number}/reviews": "Nothing of Ada's has come yet: tests/api/v1/test_reviews.py.",
    **dict.fromkeys(
        (
            "GET /api/v1/storefront/orders/{number}/invoices/{sales_invoice_id}/pdf",
            "GET /api/v1/vendor/invoices/{sales_invoice_id}/pdf",
        ),
        "Nothing is laid out there: tests/marketplace/invoices/test_faces.py.",
    ),
    **dict.fromkeys(
        (
            *(f"GET {GUESTS_RETURN}{what}" for what in ("", "/label")),
            *(f"POST {GUESTS_RETURN}/{what}" for what in ("photos", "shipment", "withdrawal")),
            *(f"POST {SHOPS_RETURN}/{what}" for what in ("refund-previews", "refund-requests", "replacement")),
        ),
        "The market has returns in every state, but no walk from one to the next: tests/api/v1/test_returns.py.",
    ),
}


@pytest.fixture(autouse=True)
def no_rates(settings: Any) -> None:
    settings.API_RATE_TOKEN = settings.API_RATE_VENDOR = 10**9


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """Thousands of calls would say thousands of lines."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def attack(settings: Any, host: str, audience: str, token: str = "", *, edges: bool = True, **more: Any) -> Seen:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    found = Attack(settings, host, f"/api/v1/{audience}/openapi.json", headers, **more)
    return found.run(examples=EXAMPLES, edges=edges)


def test_nothing_happens_that_is_not_documented_and_everything_that_is_can(settings: Any, callers: Callers) -> None:
    """One market for all audiences, for it is long in the making."""
    failed, unreached = [], set()
    for audience in AUDIENCES:
        begun, spent = time.monotonic(), time.process_time()
        seen = attack(
            settings,
            callers.hosts[audience],
            audience,
            callers.tokens[audience],
            told=TOLD[audience],
            unlisted=callers.unlisted,
        )
        took, cpu = time.monotonic() - begun, time.process_time() - spent
        print(
            f"{audience}: {len(seen.statuses)} operations, {seen.calls} calls, {took:.0f} s, {cpu:.0f} s of processor"
        )
        failed += [seen.report()] if seen.failures else []
        unreached |= seen.unreached
    assert failed == [], "\n\n".join(failed)
    assert unreached == set(UNREACHED), "\n".join(sorted(unreached ^ set(UNREACHED)))


def test_nothing_happens_to_a_guest_that_is_not_documented(settings: Any, market_day: Any) -> None:
    seen = attack(settings, MARKET, "storefront", edges=False)
    assert not seen.failures, seen.report()


# --- The attack itself can fail -------------------------------------------------------------------------------------------


class NumberSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=0, max_value=9)


class Sound(OfficeView):
    permission_classes = [SignedIn]

    @extend_schema(operation_id="sound", request=NumberSerializer, responses=NumberSerializer)
    def post(self, request: Request) -> Any:
        return self.answer(body_of(NumberSerializer, request))

    def answer(self, given: dict[str, Any]) -> Any:
        return Response(given)


class Breaks(Sound):
    def answer(self, given: dict[str, Any]) -> Any:
        return Response({"number": 9 // given["number"]})


class SaysWhatIsNotDocumented(Sound):
    def answer(self, given: dict[str, Any]) -> Any:
        return Response(given, status=418 if given["number"] == 9 else 200)


class HasAnotherShape(Sound):
    def answer(self, given: dict[str, Any]) -> Any:
        return Response({"number": None if given["number"] == 0 else given["number"]})


class IsOfAnotherKind(Sound):
    def answer(self, given: dict[str, Any]) -> Any:
        return HttpResponse("9", content_type="text/plain") if given["number"] == 9 else Response(given)


class IsNotThere(Sound):
    """It knows nothing of what it is asked for, so that it is never reached."""

    def answer(self, given: dict[str, Any]) -> Any:
        raise NotFound()


@pytest.fixture
def serve(settings: Any, staff_token: Any) -> Callable[..., Seen]:
    """`serve(View)`: what an attack on a document with that view alone sees."""

    def at_the_office(view: type[OfficeView], token: str | None = None) -> Seen:
        from config import urls_office

        routes = types.ModuleType("office_with_another_audience")
        patterns = with_document("control", "Control", "One view.", [path("numbers", view.as_view())])
        routes.__dict__.update(
            vars(urls_office), urlpatterns=[path("api/v1/control/", include(patterns)), *urls_office.urlpatterns]
        )
        settings.FACES = {**settings.FACES, "office": {**settings.FACES["office"], "urlconf": routes}}
        return attack(settings, OFFICE, "control", staff_token() if token is None else token)

    return at_the_office


def test_a_sound_view_is_found_sound(serve: Callable[..., Seen]) -> None:
    seen = serve(Sound)
    assert (seen.failures, seen.unreached) == ({}, set())
    assert seen.calls >= 2 * EXAMPLES
    assert {200, 422, 405, 415} <= set(seen.statuses["POST /api/v1/control/numbers"])


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (Breaks, "ZeroDivisionError"),
        (SaysWhatIsNotDocumented, "Undocumented status code"),
        (HasAnotherShape, "Response violates schema"),
        (IsOfAnotherKind, "Undocumented Content-Type"),
    ],
)
def test_what_is_wrong_once_is_found(serve: Callable[..., Seen], view: type[OfficeView], words: str) -> None:
    seen = serve(view)
    assert seen.failures.keys() == {"POST /api/v1/control/numbers"}
    assert words in seen.report()


def test_an_operation_that_was_never_reached_is_named(serve: Callable[..., Seen]) -> None:
    seen = serve(IsNotThere)
    assert (seen.failures, seen.unreached) == ({}, {"POST /api/v1/control/numbers"})


def test_an_attack_whose_token_is_none_fails(serve: Callable[..., Seen]) -> None:
    assert "answered 401" in serve(Sound, "nonsense").report()
