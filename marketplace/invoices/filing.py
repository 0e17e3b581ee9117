"""Invoices on paper: laid out once from what was frozen with them, kept in the private store."""

from datetime import date

from django.template.loader import render_to_string

from billing.statements.filing import file_in_turns, file_once
from billing.statements.render import typeface
from kit.paper import pdf_of
from marketplace.invoices.models import Invoice


def html_of(invoice: Invoice) -> str:
    data = invoice.data
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in _DAYS}
    context = {"document": invoice, "data": data, "currency": invoice.currency, "font": typeface(), **days}
    return render_to_string("documents/invoice.html", context)


_DAYS = ("issued_on", "ordered_on", "paid_on", "supplied_on", "corrects_on")


def file_invoice(invoice: Invoice) -> Invoice:
    """Lay an invoice out and keep the file, once. Raises DocumentsUnavailable, StorageUnavailable."""
    return file_once(invoice, Invoice.objects.all(), render=lambda one: pdf_of(html_of(one)), folder="invoices")


def render_due() -> int:
    """Make the files of those that have none yet, for a turn; gives how many."""
    return file_in_turns(Invoice.objects.all(), file_invoice, bell="invoices.render_due")
