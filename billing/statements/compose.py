"""What a document says, as plain data that is frozen with it: PDF, CSV and pages show these figures and compute none."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from billing.ledger.models import AccountCode
from billing.ledger.periods import Month
from billing.payouts.models import Payout, PayoutState
from billing.statements.details import CommissionPart, OrderDetails
from billing.statements.figures import FIGURES, Figures, Move
from kit.errors import SoukError
from kit.money import split_largest_remainder

OWNS = {
    "2000": "Owed to you",
    "2400": "Kept for disputes",
    "1300": "Owed by you",
}


class DoesNotTie(SoukError):
    """A document's figures and the books differ: nothing is issued, and somebody must look."""

    code = "document_does_not_tie"


@dataclass(frozen=True, slots=True)
class Given:
    """Commission charged or given back for a vendor order in a month, net and tax; given back is positive too.

    `disputed` where a lost dispute gave it back, or an appeal won after that took it again; else the
    refunds whose entries have the source keys `refunds` did.
    """

    reference_id: UUID | None
    net_minor: int
    tax_minor: int
    disputed: bool = False
    is_back: bool = False
    refunds: tuple[str, ...] = ()


def statement(
    figures: Figures, *, month: Month, currency: str, details: Mapping[UUID, OrderDetails], payouts: Sequence[Payout]
) -> dict[str, Any]:
    """The statement's body. The amounts are minor units, positive in the vendor's favor."""
    return {
        "period": period_data(month),
        "currency": currency,
        "opening_minor": figures.opening_minor,
        "figures": [
            {"key": key, "label": label, "amount_minor": figures.sums[key]}
            for key, label in FIGURES.items()
            if figures.sums[key] or key in ("sales", "commission", "transfers")
        ],
        "of_sales": _of_sales(figures.moves, details),
        "closing_minor": figures.closing_minor,
        "accounts": [
            {
                "code": code,
                "name": AccountCode(code).label.removesuffix("/v"),
                "label": OWNS[code],
                "opening_minor": opening,
                "moved_minor": moved,
                "closing_minor": opening + moved,
            }
            for code, (opening, moved) in figures.accounts.items()
        ],
        "payouts": [
            {
                "id": payout.provider_payout_id,
                "amount_minor": payout.amount_minor,
                "state": PayoutState(payout.state).label,
                "created_on": payout.created_at.date().isoformat(),
                "arrives_on": payout.arrives_on.isoformat() if payout.arrives_on else "",
            }
            for payout in payouts
        ],
        "paid_out_minor": sum(payout.amount_minor for payout in payouts if payout.state == PayoutState.PAID),
        "entries": [
            {
                "id": str(move.entry_id),
                "at": move.occurred_at.isoformat(),
                "order": _number(move.reference_id, details),
                "what": move.description or move.kind.replace("_", " ").capitalize(),
                "parts": move.parts,
                "amount_minor": move.amount_minor,
            }
            for move in figures.moves
            if move.parts
        ],
    }


def period_data(month: Month) -> dict[str, str]:
    return {
        "label": str(month),
        "starts_on": month.starts_on.isoformat(),
        "last_day": month.last_day.isoformat(),
    }


def _of_sales(moves: Iterable[Move], details: Mapping[UUID, OrderDetails]) -> dict[str, int] | None:
    """Goods, shipping and the tax in each, of the commissioned orders; None unless they make the sales to the cent.

    A sale's entry names the order and not the vendor's part, which its commission names.
    """
    sold = sum(move.parts.get("sales", 0) for move in moves)
    taken = {move.reference_id for move in moves if move.origin == "commission" and move.reference_id}
    parts = [details[id] for id in taken if id in details]
    if not sold or sum(part.goods_minor + part.shipping_minor for part in parts) != sold:
        return None
    return {
        "goods_minor": sum(part.goods_minor for part in parts),
        "goods_tax_minor": sum(part.goods_tax_minor for part in parts),
        "shipping_minor": sum(part.shipping_minor for part in parts),
        "shipping_tax_minor": sum(part.shipping_tax_minor for part in parts),
    }


def _number(reference_id: UUID | None, details: Mapping[UUID, OrderDetails]) -> str:
    return details[reference_id].number if reference_id in details else ""  # type: ignore[index]


# --- Commission ----------------------------------------------------------------------------------------------------------


def charged(moves: Iterable[Move]) -> list[Given]:
    """Commission charged, by vendor order."""
    return _given(moves, "commission", "commission_tax", sign=-1)


def given_back(moves: Iterable[Move]) -> list[Given]:
    """Commission given back, by vendor order and what gave it back; negative where it is due after all: a refund
    failed, an appeal was won.
    """
    return [replace(row, is_back=True) for row in _given(moves, "commission_back", "commission_tax_back", sign=1)]


def _given(moves: Iterable[Move], net: str, tax: str, *, sign: int) -> list[Given]:
    sums: dict[tuple[UUID | None, bool], list[int]] = defaultdict(lambda: [0, 0])
    refunds: dict[tuple[UUID | None, bool], list[str]] = defaultdict(list)
    for move in moves:
        of = move.reference_id, move.origin.startswith("dispute")
        sums[of][0] += sign * move.parts.get(net, 0)
        sums[of][1] += sign * move.parts.get(tax, 0)
        if move.origin == "refund_owed":
            refunds[of].append(move.source_key)
    return [
        Given(reference, net_minor, tax_minor, disputed, refunds=tuple(refunds[reference, disputed]))
        for (reference, disputed), (net_minor, tax_minor) in sums.items()
        if net_minor or tax_minor
    ]


@dataclass(slots=True)
class _Line:
    label: str
    tax_rate: str
    tax_note: str
    orders: int = 0
    net_minor: int = 0
    tax_minor: int = 0


def commission_lines(
    groups: Sequence[tuple[str, Sequence[Given], int]], *, details: Mapping[UUID, OrderDetails], no_tax: str
) -> list[dict[str, Any]]:
    """Lines by rule and VAT: `groups` are (words before the rule, what was given, its sign on this document).

    What was charged of an order whose frozen parts do not make what was booked is shown without its rule: what was booked
    decides. What was given back in part is divided among the rules that the refunds say, or else by what each took.
    """
    lines: dict[tuple[str, str, str], _Line] = {}
    for words, rows, sign in groups:
        for row in rows:
            for part in _parts(row, details):
                rate, note = (part.tax_rate, part.tax_note) if part.tax_minor else ("0 %", part.tax_note or no_tax)
                label = f"{words}, {part.rule}" if part.rule else words
                line = lines.setdefault((label, rate, note), _Line(label, rate, note))
                line.orders += 1
                line.net_minor += sign * part.net_minor
                line.tax_minor += sign * part.tax_minor
    return [
        {
            "label": line.label,
            "tax_rate": line.tax_rate,
            "tax_note": line.tax_note,
            "orders": line.orders,
            "net_minor": line.net_minor,
            "tax_minor": line.tax_minor,
            "total_minor": line.net_minor + line.tax_minor,
        }
        for line in lines.values()
    ]


def _parts(row: Given, details: Mapping[UUID, OrderDetails]) -> Sequence[CommissionPart]:
    known = details.get(row.reference_id) if row.reference_id else None
    parts = known.commission if known else ()
    if (sum(part.net_minor for part in parts), sum(part.tax_minor for part in parts)) == (row.net_minor, row.tax_minor):
        return parts
    shares = _by_rule(row, known) if row.is_back and known else {}
    if not shares:
        shares = {parts[0].rule if len({part.rule for part in parts}) == 1 else "": 1}
    weights = list(shares.values())
    nets, taxes = (split_largest_remainder(amount, weights) for amount in (row.net_minor, row.tax_minor))
    return [
        CommissionPart(
            rule=rule,
            net_minor=net_minor,
            tax_minor=tax_minor,
            tax_rate=(known.tax_rate if known else "") or rate_of(row.net_minor, row.tax_minor),
            tax_note=known.tax_note if known else "",
        )
        for rule, net_minor, tax_minor in zip(shares, nets, taxes, strict=True)
        if net_minor or tax_minor
    ]


def _by_rule(row: Given, known: OrderDetails) -> dict[str, int]:
    """How much commission of each rule was given back, as weights."""
    shares: Counter[str] = Counter()
    for refund in row.refunds:
        shares.update(known.given_back.get(refund, {}))
    if not any(shares.values()):
        # A lost dispute, or a refund of everything alike: off all rules in proportion.
        shares.update({part.rule: part.net_minor + part.tax_minor for part in known.commission})
    return {rule: share for rule, share in shares.items() if share}


def rate_of(net_minor: int, tax_minor: int) -> str:
    """The rate that was booked, to the nearest half percent, for lines that do not say it."""
    if not net_minor or not tax_minor:
        return "0 %"
    halves = (tax_minor * 200 + net_minor // 2) // net_minor
    return f"{halves // 2}{'.5' if halves % 2 else ''} %"


def invoice(
    lines: list[dict[str, Any]], *, month: Month, currency: str, corrects: str = "", corrects_on: str = ""
) -> dict[str, Any]:
    """The body of a commission invoice or credit note. VAT is what was booked; it is not computed here."""
    taxes: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        tax = taxes.setdefault(
            (line["tax_rate"], line["tax_note"]),
            {"rate": line["tax_rate"], "note": line["tax_note"], "net_minor": 0, "tax_minor": 0},
        )
        tax["net_minor"] += line["net_minor"]
        tax["tax_minor"] += line["tax_minor"]
    net, tax_sum = sum(line["net_minor"] for line in lines), sum(line["tax_minor"] for line in lines)
    return {
        "period": period_data(month),
        "currency": currency,
        "corrects": corrects,
        "corrects_on": corrects_on,
        "lines": lines,
        "taxes": list(taxes.values()),
        "net_minor": net,
        "tax_minor": tax_sum,
        "total_minor": net + tax_sum,
    }


def digest(data: Mapping[str, Any]) -> str:
    """The checksum of a document's data, in one spelling of JSON."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
