"""One asks, another decides; what is granted is done at once, or nothing happened."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from approvals.actions import (
    Decided,
    NobodyDoes,
    NoReason,
    OwnRequest,
    WaitsAlready,
    carried_out,
    decide,
    four_eyes,
    granted,
    needs_four_eyes,
    withdraw,
)
from approvals.models import Approval
from audit.models import AuditEntry
from kit.errors import Conflict, NotAllowed
from kit.money import Money
from outbox.models import Fact

OSMAN, ILSE, OTHER = uuid4(), uuid4(), uuid4()
AFTER: dict[str, list[str]] = {}
INSIDE = {"approval.granted": ["tests.platform.approvals.test_four_eyes.paint"]}


def paint(fact: Fact) -> None:
    """What hears of grants here: paints fences, and will have nothing to do with red."""
    if fact.payload["kind"] == "fence.paint":
        approval = granted(fact)
        if approval.payload["color"] == "red":
            raise Conflict("No red.")
        carried_out(approval, done_as=f"fence:{approval.payload['color']}")


@pytest.fixture(autouse=True)
def listening(db, settings):
    settings.EVENT_TABLE = "tests.platform.approvals.test_four_eyes"
    settings.FOUR_EYES_MINOR = 50000


def ask(amount: int = 50000, *, kind: str = "fence.paint", color: str = "green", subject: str = "") -> Approval | None:
    return four_eyes(
        kind=kind,
        subject=subject or f"fence:{uuid4()}",
        summary="Paint the fence",
        payload={"color": color},
        amount=Money(amount, "EUR"),
        reason="It peels",
        by=OSMAN,
    )


def test_small_amounts_need_one_person_and_large_ones_of_either_sign_two():
    assert [needs_four_eyes(Money(amount, "EUR")) for amount in (49999, -49999, 50000, -50000)] == [
        *(False, False, True, True),
    ]
    assert ask(49999) is None
    waiting = ask(-50000)
    assert waiting is not None
    assert (waiting.amount_minor, waiting.waits) == (50000, True)


def test_a_grant_does_it_and_everything_is_on_record():
    waiting = ask(subject="fence:1")
    done = decide(approval_id=waiting.id, grant=True, by=ILSE, note="Please do")
    assert (done.decision, done.decided_by, done.done_as, done.note) == ("granted", ILSE, "fence:green", "Please do")
    told = AuditEntry.objects.filter(subject="fence:1").order_by("id").values_list("action", "actor_id")
    assert list(told) == [("approval.requested", OSMAN), ("approval.granted", ILSE)]


def test_who_asked_does_not_decide_not_even_in_the_database():
    waiting = ask()
    with pytest.raises(OwnRequest):
        decide(approval_id=waiting.id, grant=True, by=OSMAN)
    with pytest.raises(IntegrityError, match="approval_by_another"), transaction.atomic():
        Approval.objects.filter(id=waiting.id).update(
            decision="granted", decided_by=OSMAN, decided_at=waiting.requested_at
        )
    with pytest.raises(NotAllowed):
        withdraw(approval_id=waiting.id, by=ILSE)
    assert withdraw(approval_id=waiting.id, by=OSMAN).decision == "withdrawn"


def test_a_decision_stays():
    waiting = ask()
    decide(approval_id=waiting.id, grant=False, by=ILSE)
    refused = decide(approval_id=waiting.id, grant=False, by=ILSE)
    assert (refused.id, refused.decision) == (waiting.id, "refused")  # a second click
    for grant, by in ((True, ILSE), (True, OTHER), (False, OTHER)):
        with pytest.raises(Decided):
            decide(approval_id=waiting.id, grant=grant, by=by)
    assert Approval.objects.get(id=waiting.id).decision == "refused"


@pytest.mark.parametrize(
    ("kind", "color", "error"), [("fence.paint", "red", Conflict), ("roof.mend", "green", NobodyDoes)]
)
def test_what_cannot_be_done_is_not_granted(kind: str, color: str, error: type[Exception]):
    waiting = ask(kind=kind, color=color)
    with pytest.raises(error):
        decide(approval_id=waiting.id, grant=True, by=ILSE)
    assert Approval.objects.get(id=waiting.id).waits


def test_the_same_thing_waits_once():
    first = ask(subject="fence:1")
    with pytest.raises(WaitsAlready):
        ask(subject="fence:1")
    decide(approval_id=first.id, grant=False, by=ILSE)
    assert ask(subject="fence:1") is not None


def test_a_reason_is_needed():
    with pytest.raises(NoReason):
        four_eyes(
            kind="fence.paint",
            subject="fence:1",
            summary="",
            payload={},
            amount=Money(50000, "EUR"),
            reason=" ",
            by=OSMAN,
        )
