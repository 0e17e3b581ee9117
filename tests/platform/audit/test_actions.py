import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from audit.actions import record
from audit.models import AuditEntry
from audit.queries import entries_about, entries_of_vendor

MIRA, VENDOR = uuid.uuid4(), uuid.uuid4()


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_what():
    entry = record(
        action="vendor.approved",
        subject=f"vendor:{VENDOR}",
        actor_kind="staff",
        actor_id=MIRA,
        vendor_id=VENDOR,
        data={"note": "papers seen"},
    )
    kept = AuditEntry.objects.get()
    assert kept == entry
    assert (kept.action, kept.subject, kept.actor_kind, kept.actor_id) == (
        "vendor.approved",
        f"vendor:{VENDOR}",
        "staff",
        MIRA,
    )
    assert kept.data == {"note": "papers seen"}
    assert entries_about(f"vendor:{VENDOR}").rows == [kept]
    assert entries_of_vendor(VENDOR).rows == [kept]
    assert entries_of_vendor(uuid.uuid4()).rows == []


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_written_with_the_change_or_not_at_all():
    with pytest.raises(RuntimeError, match="outside a transaction"):
        record(action="vendor.approved", subject="vendor:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        record(action="vendor.approved", subject="vendor:1")
        raise IntegrityError
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "actor"), [("robot", MIRA), ("staff", None), ("system", MIRA)], ids=["unknown", "nobody", "somebody"]
)
def test_an_actor_is_one_of_ours(kind, actor):
    with pytest.raises(ValueError):
        record(action="vendor.approved", subject="vendor:1", actor_kind=kind, actor_id=actor)


@pytest.mark.django_db
@pytest.mark.parametrize("sql", ["UPDATE audit_auditentry SET action = 'x'", "DELETE FROM audit_auditentry"])
def test_not_even_the_owner_changes_an_entry(sql):
    record(action="vendor.approved", subject="vendor:1")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEntry.objects.get().action == "vendor.approved"
