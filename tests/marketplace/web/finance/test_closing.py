"""Closing a month in the console, its documents, and files of the books."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.ledger.models import Period, Reopening
from billing.statements.exports.run import run_exports
from billing.statements.filing import render_due
from billing.statements.models import Document, Export
from kit import clock
from tests.support.months import APRIL, MARCH, Trade, noon


@pytest.fixture
def proved(monkeypatch):
    """What the provider and the match say is tested beside them."""
    from billing.statements import closing

    monkeypatch.setattr(closing, "_proofs", lambda month: [])


@pytest.fixture
def trade(db, make_vendor):
    trade = Trade()
    trade.lindqvist, trade.moreau = make_vendor("lindqvist", country="SE"), make_vendor("moreau")
    trade.sale((trade.lindqvist, 8000, 952, 152), (trade.moreau, 4000, 714, 114), at=noon(MARCH))
    return trade


def test_the_checks_say_what_keeps_a_month_open(trade, desk):
    page = desk("controller").page("/finance/periods/")
    assert "March 2026" in page
    for words in ("Debits equal credits", "Never read.", "Match now, on the page of reconciliation."):
        assert words in page
    assert desk("controller").post("/finance/periods/2026-03/closing/").status_code == 302
    assert not Period.objects.filter(closed_at__isnull=False).exists()


def test_a_month_is_closed_issued_and_taken_home(trade, desk, proved):
    controller, accountant = desk("controller"), desk("accountant")
    assert "March 2026 is closed." in controller.post("/finance/periods/2026-03/closing/", follow=True).content.decode()
    issued = accountant.post("/finance/periods/2026-03/documents/", follow=True).content.decode()
    assert "4 documents of March 2026 were issued." in issued
    assert render_due() == 4

    invoice = Document.objects.get(kind="commission_invoice", vendor_id=trade.lindqvist.id)
    pdf = accountant.get(f"/finance/documents/{invoice.id}.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert b"total," in accountant.get(f"/finance/documents/{invoice.id}.csv").content
    archive = zipfile.ZipFile(io.BytesIO(b"".join(accountant.get("/finance/documents/2026-03.zip").streaming_content)))
    assert len(archive.namelist()) == 8
    assert archive.read(f"{invoice.vendor_id}/{invoice.filename}.pdf") == pdf.content

    # Once documents are out, the month stays closed.
    refused = controller.post("/finance/periods/2026-03/reopening/", {"reason": "Late"}, follow=True)
    assert "4 documents of March 2026 are issued" in refused.content.decode()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        accountant.page("/finance/documents/?month=2026-03")
    assert len(asked) <= 12


def test_it_takes_two_controllers_to_open_a_month_again(trade, desk, proved):
    desk("controller").post("/finance/periods/2026-03/closing/")
    desk("controller").post("/finance/periods/2026-03/reopening/", {"reason": "The bank's fee was missing"})
    asked = Reopening.objects.get()
    decision = f"/finance/reopenings/{asked.id}/decision/"
    refused = desk("controller").post(decision, {"decision": "agree"}, follow=True).content.decode()
    assert "Somebody else has to agree" in refused
    assert desk("accountant").post(decision, {"decision": "agree"}).status_code == 403
    assert "The bank&#x27;s fee was missing" in desk("administrator").page("/finance/periods/")
    desk("administrator").post(decision, {"decision": "agree"})
    assert Period.objects.get(starts_on=MARCH.starts_on).closed_at is None
    assert Reopening.objects.get().approved_at <= clock.now()


def test_a_file_of_the_books_is_asked_for_and_taken(trade, desk):
    accountant = desk("accountant")
    wrong = accountant.post("/finance/exports/", {"format": "ledger"})
    assert (wrong.status_code, "This field is required." in wrong.content.decode()) == (422, True)
    endless = {"format": "ledger", "since": "2026-03-01", "until": "9999-12-31"}
    assert "Choose a day from 2000 to 2999." in accountant.post("/finance/exports/", endless).content.decode()
    accountant.post("/finance/exports/", {"format": "ledger", "since": "2026-03-01", "until": "2026-03-31"})
    assert "Queued" in accountant.page("/finance/exports/")
    assert run_exports() == 1
    export = Export.objects.get()
    assert (export.state, export.ends_on) == ("done", APRIL.starts_on)
    assert export.file_sha256 in accountant.page("/finance/exports/")
    file = b"".join(accountant.get(f"/finance/exports/{export.id}/file/").streaming_content)
    assert file.decode("utf-8-sig").startswith("entry_number,")
    accountant.post("/finance/exports/", {"format": "trial_balance", "since": "2026-03-01", "until": "2026-03-31"})
    assert run_exports() == 1
    entries = Export.objects.values_list("entries_done", "entries_total")
    assert (entries.get(format="trial_balance"), entries.get(format="trial_balance")[0] > 0) == (
        entries.get(format="ledger"),
        True,
    )


def test_a_controller_says_what_accounts_are_called(desk):
    assert (
        desk("accountant").post("/finance/exports/accounts/change/", {"code": "1100", "number": "1810"}).status_code
        == 403
    )
    desk("controller").post("/finance/exports/accounts/change/", {"code": "1100", "number": "1810", "name": "Hausbank"})
    page = desk("controller").page("/finance/exports/accounts/")
    assert 'value="1810"' in page
    assert 'value="Hausbank"' in page
