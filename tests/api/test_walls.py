"""No program reaches over a wall, on any route. Routes are read from the documents, so that new ones are held too."""

from typing import Any

import pytest

from tests.api.conftest import MARKET, OFFICE, portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.marketplace.web.portal.conftest import paid
from tests.support.api import AUDIENCES, AnyId, Operation, check_answer, operations, routes, undone
from tests.support.traders import Trade, trade

__all__ = ["address", "everything_ten_percent", "paid", "put_on_shelf", "trade"]

NOWHERE = Operation("get", "/api/v1/vendor/{nothing_id}", {})


def ask(caller: Any, operation: Operation, ids: Any) -> Any:
    """The answer to an operation; with an empty body where there is one."""
    body = None if operation.method in ("get", "delete") else {}
    with undone():
        answer = caller.ask(operation.method.upper(), operation.at(ids), body)
    check_answer(operation.path.split("/")[3], operation.method, operation.at(ids), answer)
    return answer


def answers(caller: Any, wanted: list[Operation], ids: Any) -> dict[str, int]:
    return {str(operation): ask(caller, operation, ids).status_code for operation in wanted}


# What binds a shop is agreed to by people, and never by a key, whatever it may do.
FOR_PEOPLE = {"PUT /api/v1/vendor/promotions/{promotion_id}/agreement"}


def of_things() -> list[Operation]:
    """What the vendor API does with a thing that has an id."""
    return [operation for operation in operations("vendor") if operation.names]


@pytest.fixture
def callers(trade: tuple[Trade, Trade], member_token: Any, make_key: Any) -> dict[str, str]:
    """What Lindqvist's owner and Lindqvist's own systems call with."""
    from tenants.shop.integrations.models import Scope

    mine = trade[0].vendor
    return {"token": member_token(mine), "key": make_key(mine, *Scope.values)}


def test_the_documents_know_every_route() -> None:
    for audience in AUDIENCES:
        described = {operation.path for operation in operations(audience)}
        assert len(described) == len(routes(audience)), audience
    least = {"storefront": 15, "vendor": 35, "platform": 10, "finance": 15}
    assert {audience: len(operations(audience)) >= few for audience, few in least.items()} == dict.fromkeys(least, True)
    assert len(of_things()) >= 25
    assert {operation.method for operation in of_things()} == {"get", "post", "put", "patch", "delete"}


def test_a_name_that_nobody_knows_an_id_for_is_noticed(trade: tuple[Trade, Trade]) -> None:
    with pytest.raises(KeyError, match="nothing_id"):
        NOWHERE.at(trade[1].ids)


def test_the_ids_are_those_of_things_that_are_there(trade: tuple[Trade, Trade], program: Any, make_key: Any) -> None:
    """Or else everything would be answered with 404, wall or no wall."""
    from tenants.shop.integrations.models import Scope

    theirs = trade[1]
    owner = program(portal_of(theirs.vendor), make_key(theirs.vendor, *Scope.values))
    found = answers(owner, of_things(), theirs.ids)
    assert {name for name, status in found.items() if status in (401, 403, 404, 405)} == FOR_PEOPLE
    assert {status for name, status in found.items() if name.startswith("GET")} <= {200, 409}


@pytest.mark.parametrize("kind", ["token", "key"])
def test_what_is_another_vendors_is_not_there(
    trade: tuple[Trade, Trade], program: Any, callers: dict[str, str], kind: str
) -> None:
    mine, theirs = trade
    found = answers(program(portal_of(mine.vendor), callers[kind]), of_things(), theirs.ids)
    assert len(found) >= 25
    closed = dict.fromkeys(FOR_PEOPLE, 403) if kind == "key" else {}
    assert {name: status for name, status in found.items() if status != 404} == closed


def test_what_is_another_vendors_cannot_be_named_in_a_body_either(
    trade: tuple[Trade, Trade], program: Any, callers: dict[str, str]
) -> None:
    from marketplace.orders.models import OrderLine

    mine, theirs = trade
    caller, api = program(portal_of(mine.vendor), callers["key"]), "/api/v1/vendor"
    variant = {"id": str(theirs.ids["variant_id"]), "price_minor": 1}
    product = f"{api}/products/{mine.ids['product_id']}"
    assert caller.put(product, {"title": "Mine now", "variants": [variant]}).status_code == 422
    assert (
        caller.post(f"{api}/products", {"title": "Mine now", "variants": [variant]}).json()["variants"][0]["id"]
        != (variant["id"])
    )
    assert caller.put(f"{product}/pictures/order", {"picture_ids": [str(theirs.ids["picture_id"])]}).status_code == 422
    line = OrderLine.objects.get(vendor_order_id=theirs.ids["order_id"])
    lines = [{"line_id": str(line.id), "quantity": 1}]
    assert caller.post(f"{api}/orders/{mine.ids['order_id']}/parcels", {"lines": lines}).status_code == 422
    assert caller.get(f"{api}/transfers?order={theirs.ids['order_id']}").json()["items"] == []


@pytest.mark.parametrize(("kind", "status"), [("token", 404), ("key", 401)])
def test_another_vendors_host_is_closed(
    trade: tuple[Trade, Trade], program: Any, callers: dict[str, str], kind: str, status: int
) -> None:
    theirs = trade[1]
    found = answers(program(portal_of(theirs.vendor), callers[kind]), operations("vendor"), theirs.ids)
    assert len(found) >= 35
    assert {name: answer for name, answer in found.items() if answer != status} == {}


@pytest.mark.parametrize("kind", ["token", "key"])
@pytest.mark.parametrize("audience", ["platform", "finance"])
def test_the_office_is_closed_to_vendors(program: Any, callers: dict[str, str], audience: str, kind: str) -> None:
    found = answers(program(OFFICE, callers[kind]), operations(audience), AnyId())
    assert len(found) >= 10
    assert {name: status for name, status in found.items() if status != 403} == {}


def test_a_shops_key_opens_nothing_on_the_marketplace(program: Any, callers: dict[str, str]) -> None:
    found = answers(program(MARKET, callers["key"]), operations("storefront"), AnyId())
    assert len(found) >= 15
    assert {name: status for name, status in found.items() if status != 401} == {}


@pytest.mark.parametrize("audience", ["vendor", "platform", "finance"])
def test_without_token_or_key_everything_is_closed(trade: tuple[Trade, Trade], program: Any, audience: str) -> None:
    host = portal_of(trade[0].vendor) if audience == "vendor" else OFFICE
    found = answers(program(host), operations(audience), AnyId(trade[0].ids))
    assert len(found) >= 10
    assert {name: status for name, status in found.items() if status != 401} == {}


@pytest.mark.parametrize("role", ["owner", "manager", "catalog", "orders", "finance", "viewer"])
def test_a_role_opens_what_its_scopes_say_and_nothing_else(
    trade: tuple[Trade, Trade], program: Any, member_token: Any, role: str
) -> None:
    from api.auth import member_scopes

    mine, scopes = trade[0], member_scopes(role)
    found = answers(program(portal_of(mine.vendor), member_token(mine.vendor, role)), operations("vendor"), mine.ids)
    for operation in operations("vendor"):
        needed = operation.described.get("description", "").rpartition("Needs the scope `")[2].rstrip("`.")
        may = needed in scopes or operation.path.endswith("/shop")
        assert (found[str(operation)] != 403) == may, (operation, needed)
