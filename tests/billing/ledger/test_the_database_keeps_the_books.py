"""The invariants, attacked in plain SQL, as the owner of the tables and as a superuser."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from billing.ledger import actions
from billing.ledger.entries import Line
from billing.ledger.models import JournalEntry, LedgerAccount, Posting
from kit.ids import uuid7

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLES = ("ledger_ledgeraccount", "ledger_journalentry", "ledger_posting")


@pytest.fixture
def entry(db):
    return actions.post(
        source_key="txn:txn_1",
        kind="sale",
        lines=(Line("1010", 8000), Line("2000", -8000, LINDQVIST)),
        currency="EUR",
        occurred_at=NOON,
    )


def check_now():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def run(sql, params=()):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def write(source_key, *amounts, says=None, currency="EUR"):
    """An entry written past `actions.post`, checked as at commit."""
    accounts = list(LedgerAccount.objects.order_by("code"))
    with transaction.atomic():
        entry = JournalEntry.objects.create(
            source_key=source_key,
            kind="sale",
            occurred_at=NOON,
            postings_count=len(amounts) if says is None else says,
        )
        for account, amount in zip(accounts * 2, amounts, strict=False):
            Posting.objects.create(
                entry=entry,
                account=account,
                amount_minor=amount,
                currency=currency,
                vendor_id=account.vendor_id,
            )
        check_now()


def test_a_balanced_entry_passes(entry):
    write("by hand", 5, -5)
    assert Posting.objects.count() == 4


@pytest.mark.parametrize(
    ("amounts", "says", "constraint"),
    [
        ((5, -4), None, "off balance by 1 EUR"),
        ((), None, "has 0 postings"),
        ((5,), None, "has 1 postings"),
        ((5, -5), 3, "has 2 postings and says 3"),
    ],
)
def test_an_entry_that_is_not_whole_cannot_be_committed(entry, amounts, says, constraint):
    with pytest.raises(DatabaseError, match=constraint):
        write("by hand", *amounts, says=says)
    assert JournalEntry.objects.count() == 1


def test_nothing_is_added_to_an_entry_later_not_even_a_pair_that_balances(entry):
    accounts = list(LedgerAccount.objects.order_by("code"))
    with pytest.raises(DatabaseError, match="has 4 postings and says 2"), transaction.atomic():
        for account, amount in zip(accounts, (7, -7), strict=True):
            Posting.objects.create(
                entry=entry, account=account, amount_minor=amount, currency="EUR", vendor_id=account.vendor_id
            )
        check_now()


def test_a_posting_has_its_accounts_currency(entry):
    with pytest.raises(DatabaseError, match="does not fit account"):
        write("by hand", 5, -5, currency="SEK")


def test_a_posting_has_its_accounts_vendor(entry):
    payable = LedgerAccount.objects.get(code="2000")
    with pytest.raises(DatabaseError, match="does not fit account"), transaction.atomic():
        Posting.objects.create(entry=entry, account=payable, amount_minor=5, currency="EUR", vendor_id=None)


@pytest.mark.parametrize("role", ["postgres", "owner", "platform", "store"])
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_nobody_changes_what_is_written(entry, role, table, verb):
    refusal = "is never changed by" if role in ("postgres", "owner") else "permission denied"
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        check_now()
        if role != "postgres":
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(verb.format(f"public.{table}"))
    assert Posting.objects.count() == 2


def test_the_checks_hold_with_another_schema_first_on_the_path(entry):
    """A shop's schema may come first; a table of the same name there must not be the one that is checked."""
    accounts = list(LedgerAccount.objects.order_by("code"))
    with (
        pytest.raises(DatabaseError, match="off balance by 1 EUR"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("CREATE SCHEMA decoy")
        cursor.execute("CREATE TABLE decoy.ledger_posting (LIKE public.ledger_posting)")
        cursor.execute("CREATE TABLE decoy.ledger_journalentry (LIKE public.ledger_journalentry)")
        cursor.execute("SET LOCAL search_path = decoy, public")
        key = uuid7()
        cursor.execute(
            "INSERT INTO public.ledger_journalentry"
            " (id, source_key, kind, description, postings_count, occurred_at, posted_at)"
            " VALUES (%s, 'by hand', 'sale', '', 2, %s, %s)",
            [key, NOON, NOON],
        )
        for account, amount in zip(accounts, (5, -4), strict=True):
            cursor.execute(
                "INSERT INTO public.ledger_posting (id, entry_id, account_id, amount_minor, currency, vendor_id)"
                " VALUES (%s, %s, %s, %s, 'EUR', %s)",
                [uuid7(), key, account.id, amount, account.vendor_id],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["store", "platform"])
def test_the_processes_that_post_can_post(role):
    """With the rights and the row policies they really have, up to the commit."""
    with transaction.atomic():
        run(f"SET LOCAL ROLE {role}")
        for _ in range(2):
            actions.post(
                source_key="txn:txn_1",
                kind="sale",
                lines=(Line("1010", 8000), Line("2000", -8000, LINDQVIST)),
                currency="EUR",
                occurred_at=NOON,
            )
    assert Posting.objects.count() == 2


def test_a_posting_of_zero_is_refused(entry):
    with pytest.raises(DatabaseError, match="posting_not_zero"):
        write("by hand", 0, 5)
