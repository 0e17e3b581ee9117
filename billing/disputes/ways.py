"""The ways of money to vendors' banks, where a dispute keeps it: whose turn it is, and until when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import F

from billing.disputes.models import DisputeAnswer, DisputeSlice, DisputeState
from billing.disputes.queries import VENDOR_READS
from billing.payouts import ways
from billing.payouts.models import Transfer, TransferState
from billing.payouts.ways import BANK_DECIDES, CUSTOMERS_BANK, US, YOU, Way
from kit import clock


def ways_of(transfers: Iterable[Transfer]) -> list[Way]:
    """As `payouts.ways.ways_of`; two statements more where a dispute keeps one of them."""
    found = ways.ways_of(transfers)
    kept = [way.transfer for way in found if way.waits_for == BANK_DECIDES]
    if not kept:
        return found
    parts = _parts(kept)
    asked = [part.dispute_id for part in parts.values()]
    answered = set(
        DisputeAnswer.objects.filter(dispute__in=asked, handed_in_at__isnull=False).values_list(
            "dispute_id", "vendor_id"
        )
    )
    return [_told(way, parts, answered) if way.waits_for == BANK_DECIDES else way for way in found]


def _parts(transfers: Sequence[Transfer]) -> Mapping[UUID, DisputeSlice]:
    """By share, its part of the latest dispute, with as much of it as a vendor may read."""
    rows = DisputeSlice.objects.filter(share_id__in=[row.share_id for row in transfers], version=F("dispute__version"))
    columns = ["id", "share_id", "vendor_id", *(f"dispute__{name}" for name in VENDOR_READS)]
    return {part.share_id: part for part in rows.select_related("dispute").only(*columns).order_by("id")}


def _told(way: Way, parts: Mapping[UUID, DisputeSlice], answered: set[tuple[UUID, UUID]]) -> Way:
    part = parts.get(way.transfer.share_id)
    if part is None:
        return way
    if part.dispute.state == DisputeState.LOST and way.transfer.state == TransferState.CANCELED:
        return _lost(way)
    waits_for, turn = _turn(part, clock.now(), is_answered=(part.dispute_id, part.vendor_id) in answered)
    return replace(way, waits_for=waits_for, turn=turn)


def _turn(part: DisputeSlice, now: datetime, *, is_answered: bool) -> tuple[str, str]:
    due = part.dispute.evidence_due_at
    if not part.dispute.needs_answer or (due is not None and due <= now):
        return BANK_DECIDES, CUSTOMERS_BANK
    by = f", by {due:%-d %B %Y, %H:%M} UTC" if due is not None else ""
    if is_answered:
        return f"the marketplace, to send your answer to the customer's bank{by}", US
    return f"your answer to the customer's bank{by}", YOU


def _lost(way: Way) -> Way:
    """The bank has decided against us, and nothing of it comes back."""
    stages = [
        replace(stage, note="The customer's bank took it back for good") if stage.state == "failed" else stage
        for stage in way.stages
    ]
    return replace(way, stages=stages, waits_for="", turn="")
