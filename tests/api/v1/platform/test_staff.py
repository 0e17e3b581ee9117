"""The staff by API."""

from typing import Any

from audit.models import AuditEntry
from tests.support.api import items

STAFF = "/api/v1/platform/staff"


def test_somebody_comes_has_another_role_and_goes(at_office: Any, make_user: Any) -> None:
    caller, priya = at_office("administrator"), make_user("priya@souk.example")
    given = {"email": priya.email, "role": "moderator"}
    made = caller.post(STAFF, given, Idempotency_Key="hire-priya-moderator")
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["role"], made["Location"]) == (
        *("Ada Berg", "moderator"),
        f"{STAFF}/{made.json()['id']}",
    )
    assert caller.post(STAFF, given, Idempotency_Key="hire-priya-moderator").json() == made.json()
    assert (caller.post(STAFF, given).status_code, caller.post(STAFF, given).json()["code"]) == (409, "already_staff")
    one = made["Location"]
    assert caller.get(one).json() == made.json()
    assert caller.patch(one, {"role": "support"}).json()["role"] == "support"
    assert caller.patch(one, {"role": "chief"}).json()["errors"][0]["field"] == "role"
    assert [row["role"] for row in items(caller, STAFF)] == ["administrator", "support"]
    assert caller.delete(one).status_code == 204
    assert caller.delete(one).status_code == 404
    assert set(AuditEntry.objects.filter(subject=f"user:{priya.id}").values_list("action", flat=True)) == {
        *("staff.joined", "staff.role_changed", "staff.left")
    }
    unknown = caller.post(STAFF, {"email": "nobody@souk.example", "role": "support"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "email")


def test_the_last_administrator_stays(at_office: Any) -> None:
    caller = at_office("administrator")
    (me,) = items(caller, STAFF)
    for answer in (caller.delete(f"{STAFF}/{me['id']}"), caller.patch(f"{STAFF}/{me['id']}", {"role": "support"})):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")


def test_a_moderator_reads_vendors_without_money(at_office: Any, market_day: Any) -> None:
    caller, path = at_office("moderator"), "/api/v1/platform/vendors"
    rows = [*items(caller, path), caller.get(f"{path}/{market_day.lindqvist.id}").json()]
    assert {(row["orders"], row["sales_minor"], row["owed_minor"]) for row in rows} == {(None, None, None)}
    assert caller.get("/api/v1/platform/orders").status_code == 403
