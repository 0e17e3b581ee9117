"""A vendor's documents in its portal: its own, and nobody else's."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.statements.actions import issue_month
from billing.statements.filing import render_due
from billing.statements.models import Document
from tests.support.browser import served_by
from tests.support.months import MARCH, Trade, noon


@pytest.fixture
def issued(two_vendors):
    lindqvist, moreau = two_vendors
    trade = Trade()
    trade.sale((lindqvist, 8000, 952, 152), (moreau, 4000, 714, 114), at=noon(MARCH))
    trade.close(MARCH)
    issue_month(month=MARCH)
    render_due()
    return lindqvist, moreau


def own(vendor, kind):
    return Document.objects.get(vendor_id=vendor.id, kind=kind)


def test_a_vendor_takes_its_documents_home(issued, desk_of):
    lindqvist, moreau = issued
    statement, invoice = own(lindqvist, "statement"), own(lindqvist, "commission_invoice")
    desk = desk_of(lindqvist, "finance")
    with CaptureQueriesContext(connection) as asked:
        page = desk.text("/money/documents/")
    assert len(asked) <= 12
    assert statement.number in page
    assert invoice.number in page
    assert own(moreau, "statement").number not in page
    assert "70.48 EUR" in page
    narrowed = desk.text("/money/documents/?kind=commission_invoice")
    assert invoice.number in narrowed
    assert statement.number not in narrowed

    pdf = desk.get(f"/money/documents/{invoice.id}.pdf")
    assert pdf["Content-Disposition"] == f'attachment; filename="{invoice.number.lower()}.pdf"'
    with served_by("portal"):
        assert b"".join(pdf.streaming_content).startswith(b"%PDF-")
        table = b"".join(desk.get(f"/money/documents/{statement.id}.csv").streaming_content)
    rows = {row["key"]: row["amount"] for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig")))}
    assert (rows["opening"], rows["closing"]) == ("0.00", "70.48")


@pytest.mark.parametrize("ending", ["pdf", "csv"])
@pytest.mark.parametrize("kind", ["statement", "commission_invoice"])
def test_another_vendors_document_is_none(issued, desk_of, kind, ending):
    lindqvist, moreau = issued
    theirs = f"/money/documents/{own(moreau, kind).id}.{ending}"
    assert desk_of(lindqvist, "owner").get(theirs).status_code == 404
    assert desk_of(moreau, "orders").get(theirs).status_code == 403
