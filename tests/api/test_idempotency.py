"""Writes that are sent again."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from api.idempotency import forget
from api.models import IdempotentRequest
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import Warehouse
from tests.api.conftest import Program, portal_of
from tests.api.test_callers import routes

__all__ = ["routes"]
PATH = "/api/v1/vendor/warehouses"


@pytest.fixture
def vendor(make_vendor: Any) -> Any:
    return make_vendor("lindqvist")


@pytest.fixture
def caller(program: Any, vendor: Any, make_key: Any) -> Program:
    return program(portal_of(vendor), make_key(vendor, "stock:write"))


def names(vendor: Any) -> list[str]:
    with in_shop(vendor):
        return [name for name in Warehouse.objects.values_list("name", flat=True) if name != "Main"]


def test_what_is_sent_again_is_answered_again_and_not_done_again(caller: Program, vendor: Any) -> None:
    key = str(uuid4())
    first = caller.post(PATH, {"name": "North"}, Idempotency_Key=key)
    again = caller.post(PATH, {"name": "North"}, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first["Location"] == again["Location"]
    assert (first.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert names(vendor) == ["North"]
    caller.post(PATH, {"name": "North"})
    assert names(vendor) == ["North", "North"]


def test_a_key_is_for_one_request(caller: Program, vendor: Any) -> None:
    key = str(uuid4())
    caller.post(PATH, {"name": "North"}, Idempotency_Key=key)
    other = caller.post(PATH, {"name": "South"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert names(vendor) == ["North"]


def test_what_was_refused_was_not_done_and_may_be_tried_again(caller: Program, vendor: Any) -> None:
    key = str(uuid4())
    refused = caller.post(PATH, {"name": "refused"}, Idempotency_Key=key)
    assert refused.status_code == 409
    assert names(vendor) == []
    assert IdempotentRequest.objects.count() == 0
    assert caller.post(PATH, {"name": "North"}, Idempotency_Key=key).status_code == 201


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "tabs\tare not printed, are they"])
def test_a_key_that_others_might_choose_is_refused(caller: Program, key: str) -> None:
    answer = caller.post(PATH, {"name": "North"}, Idempotency_Key=key)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_two_callers_may_choose_the_same_key(
    caller: Program, program: Any, vendor: Any, make_key: Any, make_vendor: Any
) -> None:
    key = str(uuid4())
    other_vendor = make_vendor("sygnal")
    others = [
        program(portal_of(vendor), make_key(vendor, "stock:write")),
        program(portal_of(other_vendor), make_key(other_vendor, "stock:write")),
    ]
    assert caller.post(PATH, {"name": "North"}, Idempotency_Key=key).status_code == 201
    for other in others:
        assert other.post(PATH, {"name": "South"}, Idempotency_Key=key).status_code == 201
    assert (names(vendor), names(other_vendor)) == (["North", "South"], ["South"])


def test_neither_key_nor_answer_can_be_read_in_the_table(caller: Program) -> None:
    key = str(uuid4())
    caller.post(PATH, {"name": "A secret place"}, Idempotency_Key=key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text, r.answer FROM api_idempotentrequest r")
        row, answer = cursor.fetchone()
    text = row + bytes(answer).decode("latin1")
    assert key not in text
    assert "secret place" not in text
    assert "North" not in text


def test_old_answers_are_forgotten(caller: Program, move_clock: Any) -> None:
    from datetime import timedelta

    caller.post(PATH, {"name": "North"}, Idempotency_Key=str(uuid4()))
    assert forget() == 0
    move_clock(timedelta(hours=49))
    assert forget() == 1
    assert IdempotentRequest.objects.count() == 0


SLOWLY = "/api/v1/vendor/slowly"


def test_without_a_transaction_it_is_answered_again_too(caller: Program, vendor: Any) -> None:
    key = str(uuid4())
    first, again = (caller.post(SLOWLY, {"name": "North"}, Idempotency_Key=key) for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert names(vendor) == ["North"]
    other = caller.post(SLOWLY, {"name": "South"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_without_a_transaction_only_one_is_at_work(caller: Program, vendor: Any, move_clock: Any) -> None:
    from datetime import timedelta

    key = str(uuid4())
    caller.browser.client(caller.host).raise_request_exception = False
    assert caller.post(SLOWLY, {"name": "broken"}, Idempotency_Key=key).status_code == 500
    IdempotentRequest.objects.update(status=0)  # as a process that was killed would have left it
    waiting = caller.post(SLOWLY, {"name": "broken"}, Idempotency_Key=key)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "request_in_flight")
    other = caller.post(SLOWLY, {"name": "North"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    move_clock(timedelta(seconds=61))
    assert caller.post(SLOWLY, {"name": "broken"}, Idempotency_Key=key).status_code == 500
    assert names(vendor) == []


def test_without_a_transaction_what_was_refused_may_be_tried_again(caller: Program, vendor: Any) -> None:
    key = str(uuid4())
    assert caller.post(SLOWLY, {"name": "refused"}, Idempotency_Key=key).status_code == 409
    elsewhere = caller.post(PATH, {"name": "North"}, Idempotency_Key=key)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "idempotency_key_reused")
    assert caller.post(SLOWLY, {"name": "North"}, Idempotency_Key=key).status_code == 201
    assert caller.post(SLOWLY, {"name": "North"}, Idempotency_Key=key)["Idempotency-Replayed"] == "true"
    assert names(vendor) == ["North"]


def test_a_replay_has_the_version_and_place_of_what_was_made(caller: Program) -> None:
    key = str(uuid4())
    path = "/api/v1/vendor/warehouse"
    first, again = (caller.patch(path, {}, Idempotency_Key=key, If_Match='"7"') for _ in range(2))
    assert (first["ETag"], again["ETag"], again["Idempotency-Replayed"]) == ('"8"', '"8"', "true")
    other = caller.patch(path, {}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
