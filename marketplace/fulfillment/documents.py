"""Printed documents of a vendor order."""

from django.template.loader import render_to_string

from kit import clock
from kit.errors import SoukError
from marketplace.orders.models import VendorOrder


class DocumentsUnavailable(SoukError):
    """What lays out printed pages is not installed on this machine."""

    code = "documents_unavailable"


def packing_slip(part: VendorOrder) -> bytes:
    """The packing slip of a paid vendor order as PDF: where it goes and what is in it, and no prices.

    Raises DocumentsUnavailable where pango, which sets the type, is missing.
    """
    try:
        from weasyprint import HTML
    except OSError as missing:
        raise DocumentsUnavailable(
            "PDF documents need the library pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0. "
            "Until then, print the packing slip from its page."
        ) from missing
    html = render_to_string(
        "documents/packing_slip.html", {"part": part, "lines": list(part.lines.all()), "printed_at": clock.now()}
    )
    # No address of a picture or style sheet may be fetched: everything the page needs is in it.
    document: bytes = HTML(string=html, url_fetcher=_refuse).write_pdf()
    return document


def _refuse(url: str, *args: object, **kwargs: object) -> dict[str, object]:
    raise ValueError(f"a document fetches nothing, and {url} is outside of it")
