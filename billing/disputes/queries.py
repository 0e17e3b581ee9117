"""Reading disputes: for finance, and for the vendors they concern."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, F, QuerySet

from billing.disputes.models import (
    FINAL,
    INQUIRIES,
    TO_ANSWER,
    Bearer,
    Dispute,
    DisputeAnswer,
    DisputeFile,
    DisputeSlice,
    DisputeState,
)
from kit.pagination import Page, keyset_page

# What the database lets a vendor read of a dispute.
VENDOR_READS = (
    *("id", "reference_number", "state", "reason", "currency", "evidence_due_at", "submitted_at", "accepted_at"),
    *("opened_at", "closed_at", "borne_by", "fee_borne_by", "version"),
)


def disputes_page(*, state: str = "", cursor: str | None = None, size: int = 50) -> Page[Dispute]:
    """Disputes for finance, newest first. `state`: the provider's word, or "open" for all that is not decided."""
    rows: QuerySet[Dispute] = Dispute.objects.select_related("payment")
    if state == "open":
        rows = rows.exclude(state__in=FINAL)
    elif state:
        rows = rows.filter(state=state)
    return keyset_page(rows, order=["-opened_at", "-id"], cursor=cursor, size=size)


def dispute_of(dispute_id: UUID) -> Dispute | None:
    """A dispute with its payment."""
    return Dispute.objects.select_related("payment").filter(id=dispute_id).first()


def dispute_counts() -> dict[str, int]:
    """How many disputes are in each state. One query."""
    return dict(Dispute.objects.order_by().values_list("state").annotate(count=Count("id")))


@dataclass(slots=True)
class Standing:
    """What the customer's bank does about a vendor order: asks for money of it (`is_open`), or keeps some (`lost`).

    `lost_net_minor`: of the vendor's earnings, where the vendor bears it.
    """

    is_open: bool = False
    lost: list[DisputeSlice] = field(default_factory=list)
    lost_net_minor: int = 0

    @property
    def lost_minor(self) -> int:
        return sum(part.amount_minor for part in self.lost)


def standing_of(vendor_orders: Iterable[UUID]) -> dict[UUID, Standing]:
    """By vendor order, for those of these of whose payment the customer's bank asks, or keeps, a part.

    Inquiries are left out: nothing was taken, and a refund is still the answer. One query, which a vendor's role may make.
    """
    rows = DisputeSlice.objects.filter(reference_id__in=list(vendor_orders), version=F("dispute__version"))
    found: dict[UUID, Standing] = {}
    for part in rows.order_by("id").annotate(state=F("dispute__state"), borne_by=F("dispute__borne_by")):
        if part.state == DisputeState.LOST:
            standing = found.setdefault(part.reference_id, Standing())
            standing.lost.append(part)
            standing.lost_net_minor += part.net_minor if part.borne_by == Bearer.VENDOR else 0
        elif part.state not in (*FINAL, *INQUIRIES):
            found.setdefault(part.reference_id, Standing()).is_open = True
    return found


def to_answer() -> int:
    """How many disputes wait for our answer. One query."""
    return Dispute.objects.filter(state__in=TO_ANSWER, submitted_at__isnull=True).count()


def slices_of(disputes: Iterable[Dispute]) -> dict[UUID, list[DisputeSlice]]:
    """The vendors' parts of each of these disputes, as they are divided now; one statement."""
    found: dict[UUID, list[DisputeSlice]] = {}
    rows = DisputeSlice.objects.filter(dispute__in=[row.id for row in disputes], version=F("dispute__version"))
    for row in rows.order_by("share_id"):
        found.setdefault(row.dispute_id, []).append(row)
    return found


def vendor_disputes_page(vendor_id: UUID, *, cursor: str | None = None, size: int = 25) -> Page[DisputeSlice]:
    """A vendor's parts of disputes, newest first, with as much of the dispute as it may read."""
    rows = DisputeSlice.objects.filter(vendor_id=vendor_id, version=F("dispute__version")).select_related("dispute")
    only = [f"dispute__{name}" for name in VENDOR_READS]
    columns = (
        *("id", "version", "share_id", "vendor_id", "reference_id", "amount_minor", "net_minor", "currency"),
        *("commission_tax_minor", "sales_tax_minor"),
    )
    return keyset_page(rows.only(*columns, *only), order=["-id"], cursor=cursor, size=size)


def vendor_slice(vendor_id: UUID, dispute_id: UUID) -> DisputeSlice | None:
    """A vendor's part of a dispute; None when it has none."""
    only = [f"dispute__{name}" for name in VENDOR_READS]
    rows = DisputeSlice.objects.filter(vendor_id=vendor_id, dispute_id=dispute_id, version=F("dispute__version"))
    return (
        rows.select_related("dispute")
        .only("id", "version", "share_id", "vendor_id", "reference_id", "amount_minor", "net_minor", "currency", *only)
        .first()
    )


def answer_of(vendor_id: UUID, dispute_id: UUID) -> DisputeAnswer | None:
    return DisputeAnswer.objects.filter(vendor_id=vendor_id, dispute_id=dispute_id).first()


def files_of(dispute_id: UUID, *, vendor_id: UUID | None = None) -> list[DisputeFile]:
    """The documents given for a dispute, one vendor's or all."""
    rows = DisputeFile.objects.filter(dispute_id=dispute_id, removed_at__isnull=True).order_by("kind", "id")
    return list(rows.filter(vendor_id=vendor_id) if vendor_id is not None else rows)


def merged_texts(parts: Iterable[DisputeSlice], answers: Iterable[DisputeAnswer]) -> dict[str, str]:
    """What the vendors concerned say, made one answer: by the provider's names, each vendor's words below another's."""
    by_vendor = {answer.vendor_id: answer.texts for answer in answers}
    merged: dict[str, str] = {}
    for part in parts:
        for name, text in by_vendor.get(part.vendor_id, {}).items():
            merged[name] = f"{merged[name]}\n\n{text}" if name in merged else text
    return merged
