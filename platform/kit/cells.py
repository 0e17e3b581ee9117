"""Cells of tables for spreadsheets, which a spreadsheet program takes for data and never for a formula."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

# Excel, LibreOffice and Google Sheets compute a cell that begins so (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# The mark that tells Excel a file is UTF-8.
MARK = "\ufeff"


def cell(value: Any) -> str:
    """A value as a cell: instants in UTC without a fraction, texts that would be formulas behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date | int | Decimal):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
