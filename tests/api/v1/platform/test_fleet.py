"""The fleet, shops as files, and invitations of vendors, for an operator's programs."""

from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from audit.models import AuditEntry
from kit import clock
from kit.context import acting_for
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.isolation.models import FleetCheck, Rollout, ShopExport, Wall
from tenants.isolation.queries import newest_version
from tests.support.api import items

API = "/api/v1/platform"


def test_the_fleet_is_read_whole_and_shop_by_shop(at_office: Any, two_vendors: Any) -> None:
    _, moreau = two_vendors
    caller, now = at_office("administrator"), clock.now()
    behind = Wall.objects.get(vendor_id=moreau.id)
    behind.version, behind.state, behind.reason, behind.size_bytes = "0" * 16, "quarantined", "A key is twice", 2048
    behind.save()
    Rollout.objects.create(version=newest_version(), total=2, migrated=1, quarantined=1, finished_at=now)
    FleetCheck.objects.create(differences_count=1, differences=["quarantined: shop x"])

    whole = caller.get(f"{API}/fleet").json()
    walls = Wall.objects.count()
    assert (whole["version"], whole["behind"], whole["elsewhere"]) == (newest_version(), 1, 0)
    assert whole["by_state"] == {"assigned": 1, "quarantined": 1, "spare": walls - 2}
    assert (whole["rollouts"][0]["total"], whole["last_check"]["differences"]) == (2, ["quarantined: shop x"])

    (row,) = items(caller, f"{API}/shops?state=behind")
    assert {name: row[name] for name in ("wall", "vendor", "vendor_id", "vendor_state", "state", "reason")} == {
        "wall": behind.name,
        "vendor": "moreau",
        "vendor_id": str(moreau.id),
        "vendor_state": "active",
        "state": "quarantined",
        "reason": "A key is twice",
    }
    assert (row["version"], row["is_current"], row["size_bytes"]) == ("0" * 16, False, 2048)
    assert caller.get(f"{API}/shops/{behind.name}").json() == row
    assert [each["vendor"] for each in items(caller, f"{API}/shops?q=lind")] == ["lindqvist"]
    assert len(items(caller, f"{API}/shops?limit=100")) == min(walls, 100)
    assert caller.get(f"{API}/shops/v_000000000000").status_code == 404
    assert caller.get(f"{API}/shops?state=lost").status_code == 422
    assert at_office("moderator").get(f"{API}/shops").status_code == 403


def test_a_shop_is_exported_and_its_file_fetched(at_office: Any, two_vendors: Any) -> None:
    lindqvist, _ = two_vendors
    caller, key = at_office("administrator"), str(uuid4())
    asked = caller.post(f"{API}/vendors/{lindqvist.id}/shop-exports", Idempotency_Key=key)
    assert (asked.status_code, asked.json()["state"], asked.json()["percent"]) == (201, "queued", 0)
    one = asked["Location"]
    assert caller.post(f"{API}/vendors/{lindqvist.id}/shop-exports").json()["id"] == asked.json()["id"]
    assert caller.get(f"{one}/file").status_code == 404
    with acting_for(lindqvist.current):
        path = storages["private"].save(f"exports/{lindqvist.id}/x.zip", ContentFile(b"PK of lindqvist"))
    ShopExport.objects.update(state="done", file_path=path, file_sha256="1" * 64, done_at=clock.now())
    assert [(row["id"], row["percent"]) for row in items(caller, f"{API}/shop-exports")] == [(asked.json()["id"], 100)]
    assert (caller.get(one).json()["vendor_id"], caller.get(one).json()["file_sha256"]) == (
        str(lindqvist.id),
        "1" * 64,
    )
    file = caller.get(f"{one}/file")
    assert b"".join(file.streaming_content) == b"PK of lindqvist"
    assert "lindqvist-" in file["Content-Disposition"]
    assert AuditEntry.objects.filter(action="vendor.shop_export_asked", actor_kind="staff").count() == 1


def test_somebody_is_asked_to_sell_asked_again_and_not_any_more(at_office: Any) -> None:
    caller, invitations = at_office("moderator"), f"{API}/vendor-invitations"
    given = {"email": "Hallo@Bauer.example", "country": "de", "currency": "EUR", "message": "Your vases!"}
    made = caller.post(invitations, given)
    assert (made.status_code, made.json()["state"], made.json()["country"]) == (201, "pending", "DE")
    assert made.json()["email"] == "hallo@bauer.example"
    one = made["Location"]
    again = caller.post(invitations, given)
    assert (again.status_code, again.json()["code"]) == (409, "already_invited")
    unpaid = caller.post(invitations, {**given, "email": "x@y.example", "country": "KP"})
    assert (unpaid.status_code, unpaid.json()["errors"][0]["field"]) == (422, "country")
    deliver()
    assert caller.post(f"{one}/mails").json()["sent_count"] == 2
    deliver()
    assert Mail.objects.filter(to="hallo@bauer.example").count() == 2
    assert [row["id"] for row in items(caller, invitations)] == [made.json()["id"]]
    assert caller.delete(one).status_code == 204
    closed = caller.post(f"{one}/mails")
    assert (closed.status_code, closed.json()["code"]) == (409, "invitation_closed")
    assert caller.get(one).json()["state"] == "withdrawn"
    assert caller.get(f"{invitations}/{uuid4()}").status_code == 404
    reader = at_office("support")
    assert (reader.get(one).status_code, reader.post(invitations, given).status_code) == (200, 403)
