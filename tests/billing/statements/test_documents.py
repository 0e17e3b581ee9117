"""Statements, commission invoices and credit notes: what they say, and that it is what the books say."""

import csv
import io
import threading
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.ledger.actions import post_all, reverse
from billing.ledger.entries import DisputedPart, Line, dispute_held, dispute_lost
from billing.ledger.models import JournalEntry, Period
from billing.ledger.queries import balance, moved
from billing.statements import actions, closing, filing, numbers, render
from billing.statements.actions import MonthOpen, issue_due, issue_for, issue_month
from billing.statements.compose import Given, commission_lines, digest
from billing.statements.details import CommissionPart, OrderDetails
from billing.statements.filing import FileChanged, file_document, read_file, render_due
from billing.statements.models import Document, DocumentKind, DocumentSeries
from billing.statements.parties import NoIssuer
from kit.ids import uuid7
from tests.support.months import APRIL, ELIF, MARCH, MAY, Trade, noon


def figures(document):
    return {figure["key"]: figure["amount_minor"] for figure in document.data["figures"]}


@pytest.fixture
def march(trade, lindqvist, moreau):
    """Two vendors, a refund in the same month, a transfer; the month is closed. Gives Lindqvist's vendor order."""
    (mugs, _) = trade.sale((lindqvist, 8000, 952, 152), (moreau, 4000, 714, 114), at=noon(MARCH))
    trade.refund(lindqvist, mugs, 2000, 1762, 38, at=noon(MARCH, 9))
    trade.transfer(lindqvist, 3000, at=noon(MARCH, 20))
    trade.close(MARCH)
    return mugs


def test_a_month_of_a_vendor(march, lindqvist):
    statement, invoice = issue_for(vendor=lindqvist, month=MARCH)
    assert [(each.kind, each.number) for each in (statement, invoice)] == [
        ("statement", f"ST-{statement.year}-000001"),
        ("commission_invoice", f"CI-{invoice.year}-000001"),
    ]
    assert figures(statement) == {
        "sales": 8000,
        "refunds": -2000,
        "commission": -800,
        "commission_tax": -152,
        "commission_back": 200,
        "commission_tax_back": 38,
        "transfers": -3000,
    }
    assert (statement.data["opening_minor"], statement.data["closing_minor"]) == (0, 2286)
    assert -balance("2000", vendor_id=lindqvist.id, currency="EUR") == 2286 == statement.total_minor
    assert [(each["code"], each["closing_minor"]) for each in statement.data["accounts"]] == [
        ("2000", 2286),
        ("2400", 0),
        ("1300", 0),
    ]
    assert [
        (line["label"], line["net_minor"], line["tax_minor"], line["tax_rate"]) for line in invoice.data["lines"]
    ] == [
        ("Commission", 800, 152, "19 %"),
        ("Commission given back this month", -200, -38, "19 %"),
    ]
    assert (invoice.net_minor, invoice.tax_minor, invoice.total_minor) == (600, 114, 714)
    assert invoice.data["issuer"]["name"] == "Souk Marketplace GmbH"
    assert invoice.data["recipient"]["vat_id"] == "SE556677889901"
    assert digest(invoice.data) == invoice.data_sha256
    assert issue_for(vendor=lindqvist, month=MARCH) == [statement, invoice]


def test_an_address_stands_on_what_is_issued_from_then_on(march, trade, lindqvist):
    before = issue_for(vendor=lindqvist, month=MARCH)[1]
    trade.sale((lindqvist, 8000, 952, 152), at=noon(APRIL))
    trade.close(APRIL)
    lindqvist.street, lindqvist.postal_code, lindqvist.city = "Storgatan 4", "114 55", "Stockholm"
    lindqvist.save()
    assert issue_for(vendor=lindqvist, month=MARCH)[1].data["recipient"]["address"] == ["Göteborg"]
    statement, invoice = issue_for(vendor=lindqvist, month=APRIL)
    assert statement.data["recipient"] == invoice.data["recipient"]
    assert invoice.data["recipient"]["address"] == ["Storgatan 4", "114 55 Stockholm"]
    before.refresh_from_db()
    assert digest(before.data) == before.data_sha256


def test_commission_given_back_later_gets_a_credit_note_to_its_invoice(march, trade, lindqvist):
    invoice = issue_for(vendor=lindqvist, month=MARCH)[1]
    back = trade.refund(lindqvist, march, 1000, 881, 19, at=noon(APRIL))
    trade.close(APRIL)
    statement, note = issue_for(vendor=lindqvist, month=APRIL)
    assert (note.kind, note.corrects, note.data["corrects"]) == ("credit_note", invoice, invoice.number)
    assert (note.sequence, note.net_minor, note.tax_minor, note.total_minor) == (1, 100, 19, 119)
    assert statement.data["opening_minor"] == 2286
    assert statement.data["closing_minor"] == 2286 - 1000 + 119

    # The refund fails after all: its commission is due again, and is charged.
    reverse(entry=back, reason="The refund failed", occurred_at=noon(MAY))
    trade.close(MAY)
    _, again = issue_for(vendor=lindqvist, month=MAY)
    assert (again.kind, again.net_minor, again.tax_minor) == ("commission_invoice", 100, 19)
    assert again.data["lines"][0]["label"] == "Commission due after a refund failed"


def test_what_was_given_back_in_part_names_each_rule_it_was_of():
    order, lost = uuid7(), uuid7()
    parts = (CommissionPart("Mugs: 10 %", 800, 152), CommissionPart("Tea: 5 %", 400, 76))
    known = OrderDetails("S-1-A", 16000, 0, 0, 0, parts, "19 %", "", {"refund:1": {"Tea: 5 %": 119}})
    same = {"tax_rate": "19 %", "tax_note": "", "orders": 1}

    def told(*rows):
        lines = commission_lines([("Given back", rows, 1)], details={order: known, lost: known}, no_tax="None")
        return [(line["label"], line["net_minor"], line["tax_minor"]) for line in lines if line | same == line]

    # By what the refund says; failed after all, it is due the same way.
    row = Given(order, 100, 19, is_back=True, refunds=("refund:1",))
    assert told(row) == [("Given back, Tea: 5 %", 100, 19)]
    assert told(replace(row, net_minor=-100, tax_minor=-19)) == [("Given back, Tea: 5 %", -100, -19)]
    # A lost dispute was about no article: off all rules by what each took, to the cent.
    assert told(Given(lost, 100, 19, disputed=True, is_back=True)) == [
        ("Given back, Mugs: 10 %", 67, 13),
        ("Given back, Tea: 5 %", 33, 6),
    ]
    # What was charged otherwise than the order says is no rule's.
    assert told(Given(order, 100, 19)) == [("Given back", 100, 19)]


def test_a_lost_dispute_of_two_vendors_gives_each_a_credit_note_to_its_invoice(trade, lindqvist, moreau):
    mugs, tea = trade.sale((lindqvist, 8000, 952, 152), (moreau, 4000, 714, 114), at=noon(MARCH))
    trade.close(MARCH)
    invoices = {vendor: issue_for(vendor=vendor, month=MARCH)[1] for vendor in (lindqvist, moreau)}
    parts = [
        DisputedPart(lindqvist.id, mugs, 8000, 7048, 152),
        DisputedPart(moreau.id, tea, 2000, 1643, 57),
    ]
    of = {
        "dispute_id": uuid7(),
        "order_id": uuid7(),
        "version": 1,
        "parts": parts,
        "currency": "EUR",
        "occurred_at": noon(APRIL),
    }
    held = dispute_held(**of)
    lost = dispute_lost(**of, outstanding_minor=10500, is_borne_by_vendors=True)
    post_all([held, *lost])
    assert moved(["4000", "2200", "5030"], **ALWAYS) == {"4000": -800 - 600 + 800 + 300, "2200": -57, "5030": 500}
    trade.close(APRIL)
    for vendor, (net, tax) in {lindqvist: (800, 152), moreau: (300, 57)}.items():
        statement, note = issue_for(vendor=vendor, month=APRIL)
        assert (note.kind, note.corrects, note.data["corrects"]) == (
            "credit_note",
            invoices[vendor],
            invoices[vendor].number,
        )
        assert (note.net_minor, note.tax_minor) == (net, tax)
        (line,) = note.data["lines"]
        assert (line["label"], line["tax_rate"]) == ("Commission given back for a lost dispute", "19 %")
        assert figures(statement)["commission_back"] == net

    # The appeal is won after all, and what was given back is charged again.
    for entry in JournalEntry.objects.filter(kind="dispute_lost"):
        reverse(entry=entry, reason="The bank gave the money back after all", occurred_at=noon(MAY))
    trade.close(MAY)
    _, again = issue_for(vendor=moreau, month=MAY)
    assert [(line["label"], line["net_minor"]) for line in again.data["lines"]] == [
        ("Commission due after an appeal was won", 300)
    ]


def test_a_vendor_elsewhere_in_the_union_owes_the_vat_itself(trade, lindqvist, make_vendor):
    bern = make_vendor("bern", country="CH")
    trade.sale((lindqvist, 5000, 500, 0), (bern, 4000, 400, 0), at=noon(MARCH))
    trade.close(MARCH)
    abroad, outside = (issue_for(vendor=vendor, month=MARCH)[1] for vendor in (lindqvist, bern))
    assert [(tax["rate"], tax["note"], tax["tax_minor"]) for tax in abroad.data["taxes"]] == [
        ("0 %", "Reverse charge: VAT is owed by the recipient (Article 196, Directive 2006/112/EC).", 0)
    ]
    assert outside.data["taxes"][0]["note"].startswith("Not subject to VAT here")


def test_what_is_kept_for_a_dispute_and_what_a_vendor_owes_is_told_apart(trade, lindqvist):
    own = lindqvist.id
    trade.sale((lindqvist, 8000, 0, 0), at=noon(MARCH))
    trade.enter("dispute_held", Line("2000", 3000, own), Line("2400", -3000, own), at=noon(MARCH, 3))
    trade.enter("dispute_lost", Line("2400", 2500, own), Line("1310", -2500), at=noon(MARCH, 4))
    trade.enter("dispute_fee", Line("2000", 1500, own), Line("5010", -1500), at=noon(MARCH, 4))
    trade.transfer(lindqvist, 3500, at=noon(MARCH, 5))
    trade.enter("vendor_debt", Line("1300", 700, own), Line("2000", -700, own), at=noon(MARCH, 6))
    trade.enter("adjustment", Line("2000", -250, own), Line("5030", 250), at=noon(MARCH, 7))
    trade.close(MARCH)
    (statement,) = issue_for(vendor=lindqvist, month=MARCH)
    told = figures(statement)
    assert {key: told[key] for key in ("sales", "disputes", "fees", "adjustments", "transfers")} == {
        "sales": 8000,
        "disputes": -2500,
        "fees": -1500,
        "adjustments": 250,
        "transfers": -3500,
    }
    assert [(each["code"], each["closing_minor"]) for each in statement.data["accounts"]] == [
        ("2000", 950),
        ("2400", 500),
        ("1300", -700),
    ]
    assert statement.total_minor == 750


def test_documents_are_of_closed_months_and_name_who_issues_them(trade, lindqvist, settings):
    trade.sale((lindqvist, 5000, 500, 0), at=noon(MARCH))
    with pytest.raises(MonthOpen, match="March 2026 is not closed yet"):
        issue_for(vendor=lindqvist, month=MARCH)
    trade.close(MARCH)
    settings.ISSUER = {**settings.ISSUER, "vat_id": ""}
    with pytest.raises(NoIssuer, match="set SOUK_LEGAL_VAT_ID"):
        issue_for(vendor=lindqvist, month=MARCH)
    assert not DocumentSeries.objects.filter(last_number__gt=0).exists()


def test_a_month_with_documents_is_not_opened_again(march, lindqvist):
    period = Period.objects.get(starts_on=MARCH.starts_on)
    issue_for(vendor=lindqvist, month=MARCH)
    with pytest.raises(closing.DocumentsIssued, match="2 documents of March 2026"):
        closing.ask_to_reopen(period=period, reason="Late", by=ELIF)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_reopening (id, period_id, reason, asked_by, asked_at, approved_by, approved_at)"
            " VALUES (%s, %s, 'x', %s, now(), %s, now() + interval '1 year')",
            [uuid7(), period.id, uuid7(), uuid7()],
        )
    with pytest.raises(DatabaseError, match="documents of 2026-03-01 are issued"), transaction.atomic():
        Period.objects.filter(id=period.id).update(closed_at=None, closed_by=None)


# --- All vendors -----------------------------------------------------------------------------------------------------


def test_one_vendor_that_fails_stops_nobody_and_the_rest_is_issued_the_next_time(march, lindqvist, moreau, monkeypatch):
    from billing.statements import actions

    ties = actions.ties
    monkeypatch.setattr(actions, "ties", lambda f, vendor_id, **k: ["off by 1"] if vendor_id == lindqvist.id else [])
    issued, failed = issue_month(month=MARCH)
    assert (issued, failed) == (2, ["Lindqvist: Lindqvist, March 2026: off by 1."])
    monkeypatch.setattr(actions, "ties", ties)
    assert issue_month(month=MARCH) == (2, [])
    assert issue_month(month=MARCH) == (0, [])
    taken = Document.objects.order_by("kind", "sequence").values_list("kind", "sequence")
    assert list(taken) == [
        ("commission_invoice", 1),
        ("commission_invoice", 2),
        ("statement", 1),
        ("statement", 2),
    ]


def test_the_sweep_waits_for_the_grace_and_issues_once(march, settings):
    assert issue_due() == 0
    settings.STATEMENT_GRACE = settings.STATEMENT_GRACE * 0
    assert (issue_due(), issue_due()) == (4, 0)


# --- Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gaps_in_a_race_where_some_give_up(make_vendor):
    trade = Trade()
    vendors = [make_vendor(f"vendor-{name}") for name in ("ada", "bo", "cy", "dee", "eve", "fay")]
    trade.sale(*((vendor, 1000, 100, 0) for vendor in vendors), at=noon(MARCH))
    trade.close(MARCH)
    start = threading.Barrier(len(vendors) * 2)

    def issue(vendor, gives_up):
        try:
            start.wait(20)
            with transaction.atomic():
                issue_for(vendor=vendor, month=MARCH)
                if gives_up:
                    raise InterruptedError
        except InterruptedError:
            pass
        finally:
            connection.close()

    threads = [
        threading.Thread(target=issue, args=(vendor, gives_up)) for vendor in vendors for gives_up in (True, False)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for kind in (DocumentKind.STATEMENT, DocumentKind.INVOICE):
        taken = list(Document.objects.filter(kind=kind).order_by("sequence").values_list("sequence", flat=True))
        assert taken == [1, 2, 3, 4, 5, 6]


def test_a_number_without_its_document_cannot_be_committed(db):
    with pytest.raises(DatabaseError, match="number 1 of credit_note 2026 has no document"), transaction.atomic():
        numbers.take(DocumentKind.CREDIT_NOTE, 2026)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- Nothing changes -------------------------------------------------------------------------------------------------

FILED = (
    "UPDATE statements_document SET file_path = 'a', file_sha256 = repeat('0', 64), file_bytes = 1, filed_at = now()"
)


@pytest.mark.parametrize("role", ["postgres", "owner", "platform"])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE statements_document SET total_minor = 1, net_minor = 1, tax_minor = 0",
        "UPDATE statements_document SET data = '{}'",
        FILED + ", number = 'CI-2026-000009'",
        "DELETE FROM statements_document",
        "TRUNCATE statements_document CASCADE",
        "UPDATE statements_documentseries SET last_number = 0",
        "UPDATE statements_documentseries SET last_number = last_number + 2",
        "DELETE FROM statements_documentseries",
    ],
)
def test_nobody_changes_what_was_issued(march, lindqvist, role, sql):
    issue_for(vendor=lindqvist, month=MARCH)
    refusal = "never changed by|goes up by one" + ("|permission denied" if role == "platform" else "")
    with pytest.raises(DatabaseError, match=refusal), transaction.atomic(), connection.cursor() as cursor:
        step_into(cursor, role)
        cursor.execute(sql)


@pytest.mark.parametrize("role", ["postgres", "owner", "platform"])
def test_its_file_is_added_once(march, lindqvist, role):
    issue_for(vendor=lindqvist, month=MARCH)
    with pytest.raises(DatabaseError, match="never changed by"), transaction.atomic(), connection.cursor() as cursor:
        step_into(cursor, role)
        cursor.execute(FILED)
        assert cursor.rowcount == 2
        cursor.execute(FILED)


def step_into(cursor, role):
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    if role != "postgres":
        cursor.execute(f"SET LOCAL ROLE {role}")


# --- The same figures everywhere -------------------------------------------------------------------------------------


def test_the_pdf_shows_the_figures_and_is_kept_with_its_checksum(march, lindqvist, settings):
    from pathlib import Path

    statement, invoice = issue_for(vendor=lindqvist, month=MARCH)
    assert (render_due(), render_due()) == (2, 0)
    filed = Document.objects.get(id=invoice.id)
    content = read_file(filed)
    assert filed.file_path == f"statements/{lindqvist.id}/{invoice.number.lower()}-{filed.file_sha256[:16]}.pdf"
    assert file_document(filed).filed_at == filed.filed_at

    told = words_of(content)
    for words in (invoice.number, "Souk Marketplace GmbH", "Lindqvist Keramik AB", "SE556677889901", "19 %"):
        assert words in told
    for amount in ("8.00 EUR", "1.52 EUR", "6.00 EUR", "1.14 EUR", "7.14 EUR"):
        assert amount in told
    told = words_of(read_file(Document.objects.get(id=statement.id)))
    for amount in ("80.00 EUR", "−20.00 EUR", "−8.00 EUR", "−1.52 EUR", "0.38 EUR", "−30.00 EUR", "22.86 EUR"):
        assert amount in told

    (Path(settings.STORAGES["private"]["OPTIONS"]["location"]) / filed.file_path).write_bytes(content + b" ")
    with pytest.raises(FileChanged, match="not the one that was issued"):
        read_file(filed)


def test_one_thread_renders_at_a_time_and_takes_turns_with_whoever_moves_money(march, lindqvist, moreau, monkeypatch):
    rings = []
    monkeypatch.setattr(filing, "ring", rings.append)
    issue_month(month=MARCH)
    connection.ensure_connection()
    told = connection.connection.info
    with psycopg.connect(told.dsn, password=told.password, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('documents are rendered', 0))")
        assert render_due() == 0
    assert Document.objects.filter(file_path="").count() == 4

    monkeypatch.setattr(filing, "TURN_SECONDS", 0)
    assert [render_due() for _ in range(5)] == [1, 1, 1, 1, 0]
    assert rings == ["statements.render_due"] * 3


def test_issuing_a_month_rings_once(march, monkeypatch, django_capture_on_commit_callbacks):
    rings = []
    monkeypatch.setattr(actions, "ring", rings.append)
    with django_capture_on_commit_callbacks(execute=True):
        assert issue_month(month=MARCH) == (4, [])
    assert rings == ["statements.render_due"]


def words_of(content: bytes) -> str:
    from pypdf import PdfReader

    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_csv_has_the_same_sums(march, lindqvist):
    statement, invoice = issue_for(vendor=lindqvist, month=MARCH)
    rows = table_of(statement)
    by_figure: dict[str, Decimal] = {}
    for row in rows:
        if row["section"] == "entry":
            by_figure[row["key"]] = by_figure.get(row["key"], Decimal(0)) + Decimal(row["amount"])
    told = {row["key"]: Decimal(row["amount"]) for row in rows if row["section"] == "figure"}
    assert by_figure == told == {key: Decimal(minor) / 100 for key, minor in figures(statement).items()}
    ends = {row["key"]: Decimal(row["amount"]) for row in rows if row["section"] == "balance"}
    assert ends["opening"] + sum(told.values()) == ends["closing"] == Decimal("22.86")
    lines = [row for row in table_of(invoice) if row["section"] == "line"]
    (total,) = [row for row in table_of(invoice) if row["section"] == "total"]
    assert [sum(Decimal(line[part]) for line in lines) for part in ("net", "vat", "total")] == [
        Decimal(total[part]) for part in ("net", "vat", "total")
    ]
    assert total["total"] == "7.14"


def table_of(document):
    heads, rows = render.csv_table(document)
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    return list(csv.DictReader(io.StringIO(out.getvalue())))


# --- Any books -------------------------------------------------------------------------------------------------------

KINDS = ["sale", "both", "refund", "reverse", "transfer", "back", "dispute", "debt", "manual", "fee"]
events = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(1, 99_999), st.integers(0, 2), st.integers(1, 28)),
    min_size=1,
    max_size=14,
)
ALWAYS = {"currency": "EUR", "since": datetime(2026, 1, 1, tzinfo=UTC), "until": datetime(2027, 1, 1, tzinfo=UTC)}


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(happened=events)
def test_whatever_happened_the_documents_are_what_the_books_say(lindqvist, moreau, happened):
    """Each month opens with what the one before closed with, ends with what the accounts hold, and invoices less credit
    notes are what was booked as commission and its VAT."""
    with transaction.atomic():
        trade, months, orders, refunds = Trade(), (MARCH, APRIL, MAY), [], []
        trade.sale((moreau, 100, 10, 0), at=noon(MARCH, 1))
        for what, amount, month, day in sorted(happened, key=lambda each: each[2:]):
            enter(trade, what, amount, noon(months[month], day), (lindqvist, moreau), orders, refunds)
        trade.close(*months)
        held = 0
        for month in months:
            for statement in issue_for(vendor=lindqvist, month=month)[:1]:
                assert statement.data["opening_minor"] == held
                held = statement.data["closing_minor"]
                change = sum(figures(statement).values())
                assert statement.data["opening_minor"] + change == held
                assert sum(entry["amount_minor"] for entry in statement.data["entries"]) == change
            issue_month(month=month)
        assert held == -sum(balance(code, vendor_id=lindqvist.id, currency="EUR") for code in ("2000", "2400", "1300"))
        booked = moved(["4000", "2200"], **ALWAYS)
        invoices = Document.objects.filter(kind="commission_invoice")
        notes = Document.objects.filter(kind="credit_note")
        for code, part in (("4000", "net_minor"), ("2200", "tax_minor")):
            told = sum(getattr(each, part) for each in invoices) - sum(getattr(each, part) for each in notes)
            assert told == -booked[code]
        transaction.set_rollback(True)


def enter(trade, what, amount, at, vendors, orders, refunds):
    own = vendors[0].id
    if what in ("sale", "both"):
        taken = amount // 7
        shares = [(vendors[0], amount, taken, taken // 6), (vendors[1], amount + 60, taken, 0)]
        orders.append((trade.sale(*shares[: 1 + (what == "both")], at=at, fee=0)[0], amount, taken, taken // 6))
    elif what == "refund" and orders:
        order, gross, taken, tax = orders.pop()
        refunds.append(trade.refund(vendors[0], order, gross, gross - taken, tax, at=at))
    elif what == "reverse" and refunds:
        reverse(entry=refunds.pop(), reason="Failed", occurred_at=at)
    elif what == "transfer":
        trade.transfer(vendors[0], amount, at=at)
    elif what == "back":
        trade.enter("transfer_reversal", Line("1020", amount), Line("2000", -amount, own), at=at)
    elif what == "dispute":
        ours = amount // 9
        trade.enter("dispute_held", Line("2000", amount, own), Line("2400", -amount, own), at=at)
        lost = (Line("2400", amount, own), Line("4000", ours), Line("1310", -amount - ours))
        trade.enter("dispute_lost", *lost, at=at)
    elif what == "debt":
        trade.enter("vendor_debt", Line("1300", amount, own), Line("2000", -amount, own), at=at)
    elif what == "manual":
        trade.enter("adjustment", Line("2000", -amount, own), Line("4020", amount), at=at)
    elif what == "fee":
        trade.enter("fee_recharged", Line("2000", amount, own), Line("4020", -amount), at=at)
