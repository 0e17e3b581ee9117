"""Invoices and credit notes: exact figures, numbers without gaps, and that nothing of them changes."""

import re
from decimal import Decimal
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction

from billing.payments.actions import refund_answered
from billing.payments.models import Refund, RefundState
from billing.statements.compose import digest
from billing.statements.filing import read_file
from kit.ids import uuid7
from marketplace.fulfillment.actions import pack, ship
from marketplace.invoices import compose, numbers
from marketplace.invoices.actions import NothingToInvoice, issue_credit_notes, issue_invoice
from marketplace.invoices.compose import Sold
from marketplace.invoices.filing import html_of, render_due
from marketplace.invoices.models import Invoice, InvoiceSeries
from marketplace.orders.models import VendorOrder
from marketplace.returns.actions import Actor, ask
from marketplace.returns.preview import Ask
from marketplace.returns.queries import preview_of
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import in_shop
from tests.support.at_once import together


def refund(part, **asked):
    """Staff give something back, and the provider accepts it."""
    shown = preview_of(part.order_id, [Ask(part.id, **asked)], kind="refund")
    staff = Actor("staff", uuid7(), "staff:administrator")
    asks = [Ask(part.id, **asked)]
    ask(order_id=part.order_id, asks=asks, kind="refund", reason="Scratched", by=staff, digest=shown.digest)
    made = Refund.objects.latest("id")
    return refund_answered(refund_id=made.id, state=RefundState.SUCCEEDED, provider_refund_id=f"re_{made.id}")


def send(shelf, part):
    with in_shop(shelf.vendor):
        ship(parcel_id=pack(vendor_order_id=part.id, by=None).id, carrier="DHL", tracking_number="1", by=None)


def test_an_invoice_is_issued_once_when_all_is_sent_and_says_what_was_sold(bought):
    deliver_facts()
    assert not Invoice.objects.exists()  # paid is not sent
    send(bought.lamp, bought.lamps)
    deliver_facts()
    deliver_facts()
    [invoice] = Invoice.objects.all()
    assert issue_invoice(vendor_order_id=bought.lamps.id) == [invoice]
    year = invoice.issued_at.year
    assert (invoice.kind, invoice.number, invoice.sequence) == ("invoice", f"LINDQVIST-I-{year}-000001", 1)
    # Three lamps at 33.33 and 4.90 for shipping, with the 21 % of the Netherlands within.
    assert (invoice.total_minor, invoice.tax_minor, invoice.net_minor) == (10489, 1820, 8669)
    assert [(line["title"], line["quantity"], line["total_minor"], line["rate"]) for line in invoice.data["lines"]] == [
        ("Thing of Lindqvist", 3, 9999, "21 %"),
        ("Shipping: Standard", 0, 490, "21 %"),
    ]
    assert [(tax["rate"], tax["net_minor"], tax["tax_minor"]) for tax in invoice.data["taxes"]] == [
        ("21 %", 8669, 1820)
    ]
    assert invoice.data["recipient"]["address"] == ["Prinsengracht 1", "1015 DK Amsterdam"]
    assert digest(invoice.data) == invoice.data_sha256
    assert (render_due(), render_due()) == (1, 0)
    invoice.refresh_from_db()
    content = read_file(invoice)
    assert content.startswith(b"%PDF-")
    assert (invoice.file_bytes, invoice.file_path.split("/")[1]) == (len(content), str(bought.lamp.vendor.id))
    words = " ".join(re.sub(r"<style.*?</style>|<[^>]+>", " ", html_of(invoice), flags=re.DOTALL).split())
    for said in (
        invoice.number,
        "Sold by Lindqvist on Souk",
        "Ada Vermeer",
        "104.89",
        "18.20",
        "Nothing is left to pay",
    ):
        assert said in words


def test_what_was_given_back_before_is_not_on_it_and_what_is_given_back_after_gets_a_credit_note(bought):
    [line] = bought.lamps.lines.all()
    early = refund(bought.lamps, units={line.id: 1})
    send(bought.lamp, bought.lamps)
    deliver_facts()
    [invoice] = Invoice.objects.all()
    assert (invoice.total_minor, invoice.data["settled_refunds"]) == (10489 - 3333, [str(early.id)])
    assert invoice.data["lines"][0]["reduction_minor"] == 3333
    late = refund(bought.lamps, everything=True)
    deliver_facts()
    deliver_facts()
    [note] = Invoice.objects.filter(kind="credit_note")
    assert (note.corrects, note.refund, note.sequence) == (invoice, late, 1)
    assert note.number == f"LINDQVIST-C-{note.issued_at.year}-000001"
    # All that was left: the two take each other away, to the cent of tax.
    assert (note.total_minor, note.tax_minor, note.net_minor) == (
        invoice.total_minor,
        invoice.tax_minor,
        invoice.net_minor,
    )
    assert note.data["customer_minor"] == late.amount_minor
    assert f"What was given back of invoice {invoice.number}: Scratched" in html_of(note)
    assert issue_credit_notes(refund_id=early.id) == []


def test_a_refund_that_the_provider_has_not_accepted_is_credited_once_it_has(bought):
    send(bought.lamp, bought.lamps)
    shown = preview_of(bought.order.id, [Ask(bought.lamps.id, goodwill_minor=100)], kind="refund")
    staff = Actor("staff", uuid7(), "staff:administrator")
    asks = [Ask(bought.lamps.id, goodwill_minor=100)]
    ask(order_id=bought.order.id, asks=asks, kind="refund", reason="Late", by=staff, digest=shown.digest)
    [invoice] = issue_invoice(vendor_order_id=bought.lamps.id)
    assert invoice.total_minor == 10489
    waiting = Refund.objects.get()
    assert issue_credit_notes(refund_id=waiting.id) == []
    refund_answered(refund_id=waiting.id, state=RefundState.PENDING, provider_refund_id="re_1")
    [note] = issue_credit_notes(refund_id=waiting.id)
    assert (note.total_minor, note.net_minor + note.tax_minor) == (100, 100)


def test_nothing_is_invoiced_of_what_was_not_sold_and_the_policy_may_be_to_invoice_what_is_paid(bought, settings):
    refund(bought.soaps, everything=True)
    with pytest.raises(NothingToInvoice, match="is left to invoice"):
        issue_invoice(vendor_order_id=bought.soaps.id)
    settings.INVOICE_WHEN = "paid"
    deliver_facts()
    assert [each.vendor_order_id for each in Invoice.objects.all()] == [bought.lamps.id]
    VendorOrder.objects.filter(id=bought.soaps.id).update(paid_at=None)
    with pytest.raises(NothingToInvoice, match="is sold"):
        issue_invoice(vendor_order_id=bought.soaps.id)


def test_what_the_platform_paid_of_a_discount_is_in_the_sale_and_its_tax():
    lines = [
        Sold("Lamp", 1190, 190, Decimal("0.19"), "", "vendor", subsidy=119),
        Sold("Book", 107, 7, Decimal("0.07"), "", "vendor"),
    ]
    body = compose.body(lines)
    assert (body["total_minor"], body["subsidy_minor"], body["customer_minor"]) == (1297, 119, 1178)
    assert [(tax["rate"], tax["net_minor"], tax["tax_minor"]) for tax in body["taxes"]] == [
        ("19 %", 1000, 190),
        ("7 %", 100, 7),
    ]


# --- Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_take_twenty_numbers_without_gap_or_double_though_some_give_up(bought):
    vendors = [bought.lamp.vendor, bought.soap.vendor]
    parts = [_like(bought.lamps if turn % 2 else bought.soaps, turn) for turn in range(20)]

    def issue(part_id, gives_up):
        try:
            with transaction.atomic():
                made = issue_invoice(vendor_order_id=part_id)
                if gives_up:
                    raise InterruptedError
                return made
        except InterruptedError:
            return issue_invoice(vendor_order_id=part_id)

    made = together(*[partial(issue, part, turn % 5 == 0) for turn, part in enumerate(parts)])
    assert all(len(each) == 1 for each in made)
    for vendor in vendors:
        taken = Invoice.objects.filter(vendor_id=vendor.id).order_by("sequence").values_list("sequence", flat=True)
        assert list(taken) == list(range(1, 11))
    # The same one asked for by several at once is one.
    again = together(*[partial(issue_invoice, vendor_order_id=bought.lamps.id)] * 4)
    assert len({each[0].id for each in again}) == 1
    assert InvoiceSeries.objects.get(vendor_id=bought.lamp.vendor.id).last_number == 11


def _like(part, turn):
    """Another vendor order of the same vendor, of another order, as it was paid."""
    from billing.payments.models import Payment, PaymentShare
    from marketplace.orders.models import Order, OrderLine

    share = PaymentShare.objects.get(reference_id=part.id)
    order, payment = Order.objects.get(id=part.order_id), Payment.objects.get(reference_id=part.order_id)
    lines = list(OrderLine.objects.filter(vendor_order=part))
    order.id, order.number, order.cart_id, order._state.adding = uuid7(), f"S-{turn}", uuid7(), True
    order.save()
    payment.id, payment.reference_id, payment._state.adding = uuid7(), order.id, True
    payment.provider_charge_id = f"ch_{turn}x"
    payment.save()
    part = VendorOrder.objects.get(id=part.id)
    part.id, part.order, part.number, part._state.adding = uuid7(), order, f"S-{turn}-1", True
    part.save()
    share.id, share.payment, share.reference_id, share._state.adding = uuid7(), payment, part.id, True
    share.save()
    for line in lines:
        line.id, line.vendor_order, line._state.adding = uuid7(), part, True
        line.save()
    return part.id


def test_a_number_without_its_invoice_cannot_be_committed(bought):
    with pytest.raises(DatabaseError, match="number 1 of invoice 2026 has no invoice"), transaction.atomic():
        numbers.take(vendor=bought.lamp.vendor, issuer="vendor", kind="invoice", year=2026)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- Nothing changes -------------------------------------------------------------------------------------------------


def test_nothing_of_what_was_issued_changes_whoever_asks(bought):
    issue_invoice(vendor_order_id=bought.lamps.id)
    filed = "file_path = 'a', file_sha256 = repeat('0', 64), file_bytes = 1, filed_at = now()"
    refused = (
        "UPDATE invoices_invoice SET total_minor = 1, net_minor = 1, tax_minor = 0",
        f"UPDATE invoices_invoice SET {filed}, number = 'X'",
        "DELETE FROM invoices_invoice",
        "TRUNCATE invoices_invoice CASCADE",
        "UPDATE invoices_invoiceseries SET last_number = last_number + 2",
        "UPDATE invoices_invoiceseries SET vendor_id = NULL",
        "DELETE FROM invoices_invoiceseries",
    )
    for role in ("postgres", "owner", "platform"):
        for sql in refused:
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL ROLE {role}")
                cursor.execute(sql)
    assert Invoice.objects.get().total_minor == 10489
