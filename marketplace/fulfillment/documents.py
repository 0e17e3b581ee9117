"""Printed documents of a vendor order."""

from django.template.loader import render_to_string

from kit import clock
from kit.paper import pdf_of
from marketplace.orders.models import VendorOrder


def packing_slip(part: VendorOrder) -> bytes:
    """The packing slip of a paid vendor order as PDF: where it goes and what is in it, and no prices.

    Raises DocumentsUnavailable where what lays out pages is missing.
    """
    context = {"part": part, "lines": list(part.lines.all()), "printed_at": clock.now()}
    return pdf_of(render_to_string("documents/packing_slip.html", context))
