"""Invoices and credit notes as pages hand them out."""

from django.http import Http404, HttpResponse

from billing.statements.filing import read_file
from marketplace.invoices.models import Invoice


def as_pdf(invoice: Invoice | None) -> HttpResponse:
    """The file, as it was issued. Raises Http404 for none, or while it is being made."""
    if invoice is None:
        raise Http404("There is no such invoice.")
    if not invoice.file_path:
        raise Http404("Its file is being made; try again in a minute.")
    answer = HttpResponse(read_file(invoice), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{invoice.filename}.pdf"'
    return answer
