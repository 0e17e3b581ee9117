"""Files for accounting packages: whole entries, every cent on the account it is on in the books."""

import csv
import hashlib
import io
import tracemalloc
import zipfile
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.storage import storages
from django.db import connection

from billing.ledger.entries import Line
from billing.ledger.queries import trial_balance
from billing.statements.exports import formats, reading
from billing.statements.exports.accounts import map_account, mapping
from billing.statements.exports.run import ask_for_export, run_exports
from billing.statements.models import Export
from kit import clock
from kit.errors import InvalidInput
from tests.support.months import APRIL, ELIF, MARCH, noon


@pytest.fixture
def march(trade, lindqvist, moreau):
    (mugs, _) = trade.sale((lindqvist, 8000, 952, 152), (moreau, 4000, 714, 114), at=noon(MARCH))
    trade.refund(lindqvist, mugs, 2000, 1762, 38, at=noon(MARCH, 9))
    trade.transfer(lindqvist, 3000, at=noon(MARCH, 20))
    trade.enter("fee", Line("5020", 200), Line("1020", -200), at=noon(APRIL))


def export_of(format, starts_on=MARCH.starts_on, ends_on=MARCH.ends_on):
    asked = ask_for_export(format=format, starts_on=starts_on, ends_on=ends_on, currency="EUR", by=ELIF)
    assert run_exports() == 1
    export = Export.objects.get(id=asked.id)
    with storages["private"].open(export.file_path) as file:
        content = file.read()
    assert (export.state, export.percent) == ("done", 100)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (export.file_bytes, export.file_sha256)
    return export, content


def rows_of(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def in_the_books():
    return {line.code: line.balance_minor for line in trial_balance(until=MARCH.ends_at)}


def cents(amount):
    return int(Decimal(amount.replace(",", ".")) * 100)


def test_the_general_ledger_has_every_posting_and_running_totals(march):
    export, content = export_of("ledger")
    *rows, total = rows_of(content)
    sums = Counter()
    for row in rows:
        sums[row["account"]] += cents(row["debit"] or "0") - cents(row["credit"] or "0")
    assert dict(sums) == in_the_books()
    debits = sum(cents(row["debit"]) for row in rows if row["debit"])
    assert (export.debits_minor, export.credits_minor, export.postings_done) == (debits, debits, len(rows))
    assert (total["entry_number"], cents(total["debit"]), cents(total["credit"])) == ("total", debits, debits)
    assert (rows[-1]["debits_so_far"], rows[-1]["credits_so_far"]) == (total["debit"], total["credit"])
    assert {row["entry_number"] for row in rows} == {"1", "2", "3", "4", "5"}


def test_the_trial_balance_opens_with_what_was_before(march):
    export, content = export_of("trial_balance", APRIL.starts_on, APRIL.ends_on)
    rows = rows_of(content)
    opening = Counter()
    for row in rows:
        opening[row["account"]] += cents(row["opening"])
    assert {code: held for code, held in opening.items() if held} == {
        code: held for code, held in in_the_books().items() if held
    }
    (fees,) = [row for row in rows if row["account"] == "5020"]
    assert (fees["opening"], fees["debits"], fees["credits"], fees["closing"]) == ("0.00", "2.00", "0.00", "2.00")
    assert (export.debits_minor, export.credits_minor) == (200, 200)


def test_the_journal_and_datev_book_the_same_on_the_accountants_accounts(march):
    map_account(code="2000", number="70000", name="Kreditoren")
    external = {code: account.number for code, account in mapping().items()}
    wanted = {external[code]: held for code, held in in_the_books().items() if held}

    _, content = export_of("journal")
    sums = Counter()
    for row in rows_of(content):
        sums[row["debit_account"]] += cents(row["amount"])
        sums[row["credit_account"]] -= cents(row["amount"])
    assert {account: held for account, held in sums.items() if held} == wanted

    export, content = export_of("datev")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["EXTF_Buchungsstapel_001.csv"]
        text = archive.read("EXTF_Buchungsstapel_001.csv").decode("cp1252")
    head, names, *booked = text.split("\r\n")[:-1]
    assert head.startswith('"EXTF";700;21;"Buchungsstapel";13;')
    fields = head.split(";")
    assert (len(fields), fields[12], fields[14], fields[15], fields[21]) == (
        31,
        "20260101",
        "20260301",
        "20260331",
        '"EUR"',
    )
    assert len(names.split(";")) == 125
    sums = Counter()
    for cells in csv.reader(booked, delimiter=";"):
        assert (len(cells), cells[1], len(cells[9])) == (125, "S", 4)
        sums[cells[6]] += cents(cells[0])
        sums[cells[7]] -= cents(cells[0])
    assert {account: held for account, held in sums.items() if held} == wanted
    assert export.debits_minor == sum(cents(cells[0]) for cells in csv.reader(booked, delimiter=";"))


def test_datev_files_are_divided_between_entries(march, monkeypatch):
    monkeypatch.setattr(formats, "DATEV_ROWS", 4)
    _, content = export_of("datev")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        guids = []
        for name in archive.namelist():
            rows = archive.read(name).decode("cp1252").split("\r\n")[2:-1]
            assert 0 < len(rows) <= 4
            guids.append({cells[102] for cells in csv.reader(rows, delimiter=";")})
    assert len(guids) > 1
    assert sum(len(found) for found in guids) == len(set().union(*guids)) == 5


def test_what_cannot_be_asked_for_is_said(db):
    ask = {"currency": "EUR", "by": ELIF}
    with pytest.raises(InvalidInput, match="lies before"):
        ask_for_export(format="ledger", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2), **ask)
    with pytest.raises(InvalidInput, match="one fiscal year"):
        ask_for_export(format="datev", starts_on=date(2025, 12, 1), ends_on=date(2026, 2, 1), **ask)
    for number, why in (("12", "4 to 8 digits"), ("18x0", "4 to 8 digits"), ("1800", "stands for 1100 Bank already")):
        with pytest.raises(InvalidInput, match=why):
            map_account(code="2000", number=number)


def test_one_that_fails_says_so_and_one_that_was_killed_is_begun_anew(march, move_clock, monkeypatch):
    from datetime import timedelta

    from billing.statements.exports import run

    ask = {"starts_on": MARCH.starts_on, "ends_on": MARCH.ends_on, "currency": "EUR", "by": ELIF}
    killed = ask_for_export(format="ledger", **ask)
    Export.objects.filter(id=killed.id).update(state="running", alive_at=clock.now())
    assert run_exports() == 0
    move_clock(timedelta(minutes=3))
    assert run_exports() == 1

    def broken(*args, **kwargs):
        raise reading.NotWhole("Entry txn:1 is not whole.")

    monkeypatch.setattr(run, "entries_between", broken)
    failed = ask_for_export(format="journal", **ask)
    assert run_exports() == 0
    found = Export.objects.get(id=failed.id)
    assert (found.state, found.error, found.file_path) == ("failed", "Entry txn:1 is not whole.", "")


def test_memory_and_statements_do_not_grow_with_the_books(trade, lindqvist, django_assert_num_queries):
    """Read in parts, some statements each; what is held at a time is one part."""
    many(4000)
    peaks = []
    for part in (250, 1000):
        tracemalloc.start()
        # A part's entries and their postings; their vendors as well where there are any.
        with django_assert_num_queries(2 * (4000 // part) + 1):
            parts = reading.entries_between(MARCH.starts_at, MARCH.ends_at, currency="EUR", part=part)
            count = sum(len(entries) for entries in parts)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert count == 4000
    assert peaks[0] < peaks[1] / 2


def many(count):
    """So many entries of two postings, by statements of their own."""
    from billing.ledger.models import LedgerAccount

    bank, fees = (LedgerAccount.objects.create(code=code, currency="EUR") for code in ("1100", "5020"))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_journalentry (id, source_key, kind, description, postings_count, occurred_at, posted_at)"
            " SELECT gen_random_uuid(), 'many:' || n, 'fee', '', 2, %s + n * interval '1 second', now()"
            " FROM generate_series(1, %s) n",
            [MARCH.starts_at, count],
        )
        cursor.execute(
            "INSERT INTO ledger_posting (id, entry_id, account_id, amount_minor, currency)"
            " SELECT gen_random_uuid(), e.id, a.account, a.amount, 'EUR' FROM ledger_journalentry e,"
            " (VALUES (%s::uuid, 100), (%s::uuid, -100)) a (account, amount) WHERE e.source_key LIKE 'many:%%'",
            [fees.id, bank.id],
        )
