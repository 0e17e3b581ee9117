"""A SEPA credit transfer as banks take it: ISO 20022 pain.001.001.09, one batch, one transaction for each creditor.

The European Payments Council's customer-to-bank guidelines: at most 70 characters in a name, 140 in what is written to
the payee, ids of at most 35, and no letters beyond those every bank knows.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree as Xml

from kit.money import Money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
NOT_TAKEN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


@dataclass(frozen=True, slots=True)
class Debtor:
    """Whose account is drawn on. Without a BIC the bank finds it by the IBAN."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who is paid how much, under which end-to-end id, and what is written to them."""

    id: str
    name: str
    iban: str
    amount_minor: int
    words: str


def credit_transfer(
    *, message_id: str, made_at: datetime, on: date, debtor: Debtor, creditors: Sequence[Creditor], currency: str
) -> str:
    """The file, as text. `on` is the day the bank is asked to pay."""
    total = _amount(sum(creditor.amount_minor for creditor in creditors), currency)
    document = Xml.Element("Document", xmlns=NAMESPACE)
    whole = Xml.SubElement(document, "CstmrCdtTrfInitn")
    head = Xml.SubElement(whole, "GrpHdr")
    _put(head, "MsgId", message_id)
    _put(head, "CreDtTm", f"{made_at:%Y-%m-%dT%H:%M:%S}")
    _put(head, "NbOfTxs", str(len(creditors)))
    _put(head, "CtrlSum", total)
    _put(head, "InitgPty/Nm", plain(debtor.name, 70))
    batch = Xml.SubElement(whole, "PmtInf")
    _put(batch, "PmtInfId", message_id)
    _put(batch, "PmtMtd", "TRF")
    _put(batch, "NbOfTxs", str(len(creditors)))
    _put(batch, "CtrlSum", total)
    _put(batch, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _put(batch, "ReqdExctnDt/Dt", on.isoformat())
    _put(batch, "Dbtr/Nm", plain(debtor.name, 70))
    _put(batch, "DbtrAcct/Id/IBAN", debtor.iban)
    bank = "DbtrAgt/FinInstnId/BICFI" if debtor.bic else "DbtrAgt/FinInstnId/Othr/Id"
    _put(batch, bank, debtor.bic or "NOTPROVIDED")
    _put(batch, "ChrgBr", "SLEV")
    for creditor in creditors:
        one = Xml.SubElement(batch, "CdtTrfTxInf")
        _put(one, "PmtId/EndToEndId", creditor.id[:35])
        _put(one, "Amt/InstdAmt", _amount(creditor.amount_minor, currency)).set("Ccy", currency)
        _put(one, "Cdtr/Nm", plain(creditor.name, 70))
        _put(one, "CdtrAcct/Id/IBAN", creditor.iban)
        _put(one, "RmtInf/Ustrd", plain(creditor.words, 140))
    Xml.indent(document)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(document, encoding="unicode") + "\n"


def plain(text: str, longest: int) -> str:
    """Text in the letters that every bank takes: accents are left off, other signs become spaces."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(NOT_TAKEN.sub(" ", bare).split())[:longest] or "-"


def _amount(amount_minor: int, currency: str) -> str:
    return f"{Money(amount_minor, currency).major:f}"


def _put(under: Xml.Element, path: str, text: str) -> Xml.Element:
    """Put `text` at a path of new elements below `under`; gives the last of them."""
    for name in path.split("/"):
        under = Xml.SubElement(under, name)
    under.text = text
    return under
