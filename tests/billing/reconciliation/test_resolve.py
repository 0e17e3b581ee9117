"""Working through exceptions: an owner, an entry with a reason, four eyes, and back again when it was not solved."""

from uuid import UUID, uuid4

import pytest

from approvals.actions import NoReason, decide
from approvals.models import Approval
from audit.models import AuditEntry
from billing.ledger.actions import post
from billing.ledger.entries import Line
from billing.ledger.models import JournalEntry, Posting
from billing.ledger.queries import balance, trial_balance
from billing.payments.models import PaymentShare
from billing.reconciliation.causes import cause_of, suggestions
from billing.reconciliation.models import Correction, ReconciliationException
from billing.reconciliation.resolve import HasChanged, NoSuchSuggestion, NotOpen, assign, resolve
from kit import clock
from tests.billing.reconciliation.conftest import tamper

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
OSMAN, ILSE = uuid4(), uuid4()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def listening(settings):
    settings.FOUR_EYES_MINOR = 50000


def only(exceptions) -> ReconciliationException:
    (row,) = exceptions
    return row


def set_right(row, way=0, *, reason="Ask Stripe"):
    return resolve(exception_id=row.id, suggestion=suggestions(row)[way].name, reason=reason, by=OSMAN)


@pytest.mark.parametrize(
    ("amount", "first", "code"), [(-37, "37 EUR to 5040", "5040"), (-4900, "49.00 EUR to 5020", "5020")]
)
def test_a_movement_in_suspense_is_moved_to_where_it_belongs(books, amount, first, code):
    books.move("mystery", amount, "x_1")
    row = only(books.reconcile()[1])
    assert cause_of(row).label == "Unknown movement"
    assert first in suggestions(row)[0].title
    done = set_right(row)
    assert (done.state, done.resolved_by, done.resolution) == ("resolved", OSMAN, "Ask Stripe")
    entry = JournalEntry.objects.get(id=done.resolution_entry_id)
    assert (entry.kind, entry.description) == ("correction", "Ask Stripe")
    assert (balance("2900", currency="EUR"), balance(code, currency="EUR")) == (0, -amount)
    run, exceptions = books.reconcile()
    assert exceptions == []
    assert run.matches
    told = AuditEntry.objects.get(action="exception.resolved")
    assert (told.actor_id, told.data["entry"]) == (OSMAN, entry.source_key)


def test_much_money_waits_for_somebody_else(books):
    books.move("mystery", -70000, "x_1")
    row = only(books.reconcile()[1])
    waiting = set_right(row)
    assert isinstance(waiting, Approval)
    assert Correction.objects.count() == 0
    done = decide(approval_id=waiting.id, grant=True, by=ILSE)
    row.refresh_from_db()
    assert done.done_as == f"entry:{row.resolution_entry_id}"
    assert (row.state, row.resolved_by) == ("resolved", OSMAN)
    assert books.reconcile()[1] == []


def test_a_difference_that_changed_meanwhile_is_asked_for_anew(books):
    books.move("mystery", -70000, "x_1")
    row = only(books.reconcile()[1])
    waiting = set_right(row)
    ReconciliationException.objects.filter(id=row.id).update(found_minor=69999)
    with pytest.raises(HasChanged):
        decide(approval_id=waiting.id, grant=True, by=ILSE)
    assert Approval.objects.get().waits


def test_an_entry_of_nobodys_is_reversed(books):
    post(
        source_key="forged:1",
        kind="forged",
        currency="EUR",
        occurred_at=clock.now(),
        lines=[Line("1100", 777), Line("2900", -777)],
    )
    set_right(only(books.reconcile()[1]))
    assert books.reconcile()[1] == []
    assert balance("1100", currency="EUR") == 0


def test_a_missing_entry_is_entered(books):
    books.mirror("charge", 5000, "ch_none", fee=100, available=False)
    missing = [row for row in books.reconcile()[1] if row.check_name == "source_in_books"]
    assert cause_of(only(missing)).label == "Not entered yet"
    done = set_right(missing[0])
    assert JournalEntry.objects.get(id=done.resolution_entry_id).source_key == "txn:txn_1"


def test_an_entry_that_differs_from_its_source_is_set_right_as_a_whole(busy_week):
    entry = JournalEntry.objects.filter(kind="commission").order_by("id").first()
    for posting in Posting.objects.filter(entry=entry):
        sign = 1 if posting.amount_minor > 0 else -1
        tamper("UPDATE ledger_posting SET amount_minor = amount_minor + %s WHERE id = %s", [5 * sign, posting.id])
    held = balance("4000", currency="EUR")
    row, _ = busy_week.reconcile()[1]
    assert cause_of(row).label == "Entry or source changed"
    [way] = suggestions(row)
    assert way.title == "Post the difference of the whole entry: 0.05 EUR among 2000 Vendor payable, 4000 Commission"
    set_right(row)
    assert balance("4000", currency="EUR") == held + 5
    assert not ReconciliationException.objects.filter(state="open").exists()
    run, found = busy_week.reconcile()
    assert (found, run.matches) == ([], True)
    # Changed once more, only what is new is a difference.
    for posting in Posting.objects.filter(entry=entry):
        sign = 1 if posting.amount_minor > 0 else -1
        tamper("UPDATE ledger_posting SET amount_minor = amount_minor + %s WHERE id = %s", [2 * sign, posting.id])
    assert sorted(each.difference_minor for each in busy_week.reconcile()[1]) == [-2, 2]


def test_what_no_entry_sets_right_says_what_does(busy_week):
    posting = Posting.objects.filter(entry__kind="sale", vendor_id=LINDQVIST).order_by("id").first()
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor - 1 WHERE id = %s", [posting.id])
    row = only(busy_week.reconcile()[1])
    assert (suggestions(row), "put the posting back" in cause_of(row).advice) == ([], True)
    tamper("UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE id = %s", [posting.id])
    share = PaymentShare.objects.get(gross_minor=8000)
    PaymentShare.objects.filter(id=share.id).update(gross_minor=8100, net_minor=7300)
    broken = next(each for each in busy_week.reconcile()[1] if each.key.endswith(":rebuild"))
    assert (suggestions(broken), cause_of(broken).label) == ([], "Source does not add up")


def test_what_was_not_solved_comes_back(books):
    books.move("mystery", -4900, "x_1")
    row = only(books.reconcile()[1])
    ReconciliationException.objects.filter(id=row.id).update(found_minor=1000)
    row.refresh_from_db()
    set_right(row)
    again = only(row for row in books.reconcile()[1] if row.state == "open")
    assert (again.key, again.came_back, again.found_minor) == (row.key, True, 3900)
    set_right(again)
    assert [row for row in books.reconcile()[1] if row.state == "open"] == []
    assert sum(line.balance_minor for line in trial_balance()) == 0


def test_a_way_needs_a_reason_and_is_one_that_is_offered(books):
    books.move("mystery", -4900, "x_1")
    row = only(books.reconcile()[1])
    before = Posting.objects.count()
    with pytest.raises(NoReason):
        set_right(row, reason="  ")
    with pytest.raises(NoSuchSuggestion):
        resolve(exception_id=row.id, suggestion="to_2000", reason="So", by=OSMAN)
    assert Posting.objects.count() == before
    set_right(row)
    with pytest.raises(NotOpen):
        set_right(row)


def test_somebody_sees_to_it_until_it_is_closed(books):
    books.move("mystery", -4900, "x_1")
    row = only(books.reconcile()[1])
    assert assign(exception_id=row.id, owner_id=ILSE, by=OSMAN).owner_id == ILSE
    assert only(books.reconcile()[1]).owner_id == ILSE
    set_right(row)
    with pytest.raises(NotOpen):
        assign(exception_id=row.id, owner_id=None, by=OSMAN)
