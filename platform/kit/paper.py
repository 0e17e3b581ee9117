"""PDF from HTML that carries everything it needs."""

import logging

from kit.errors import SoukError

# It tells of every step of every page.
logging.getLogger("weasyprint.progress").setLevel(logging.WARNING)


class DocumentsUnavailable(SoukError):
    """What lays out printed pages is not installed on this machine."""

    code = "documents_unavailable"


def pdf_of(html: str) -> bytes:
    """The page as PDF. Raises DocumentsUnavailable where pango, which sets the type, is missing."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as missing:
        raise DocumentsUnavailable(
            "PDF documents need the library pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0. "
            "Until then, use the page or the CSV."
        ) from missing
    # No address of a picture or style sheet may be fetched: everything the page needs is in it.
    document: bytes = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=["data"])).write_pdf()
    return document
