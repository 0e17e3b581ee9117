"""Disputes: which wait for an answer and until when, what each did to the money, the vendor's answer sent to the bank."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from billing.disputes import actions
from billing.disputes.evidence import KINDS, TEXTS
from billing.disputes.models import Bearer, Dispute, DisputeState
from billing.disputes.queries import (
    dispute_counts,
    dispute_of,
    disputes_page,
    files_of,
    merged_texts,
    slices_of,
    to_answer,
)
from billing.stripe.disputes import accept_dispute, documents_of, submit_answer
from kit import clock
from kit.errors import SoukError
from marketplace.web.backoffice.roles import for_finance, may, staff_of
from marketplace.web.backoffice.tables import Filter, csv_file, every_row, major, pages, tabs, wants_csv
from marketplace.web.finance.references import references
from tenants.vendors.queries import named

CSV_HEADS = (
    "dispute",
    "order",
    "state",
    "reason",
    "currency",
    "amount",
    "withdrawn",
    "reinstated",
    "fee",
    "due",
    "opened",
)


class DisputeFilter(Filter):
    state = forms.ChoiceField(choices=[("", "All"), ("open", "Open"), *DisputeState.choices])


@require_GET
@for_finance
def disputes(request: HttpRequest) -> HttpResponseBase:
    """Disputes, newest first, with the day until which the bank waits."""
    state = DisputeFilter(request).chosen["state"]
    if wants_csv(request):
        rows = (_csv_row(row) for part in every_row(lambda **page: disputes_page(state=state, **page)) for row in part)
        return csv_file("disputes", CSV_HEADS, rows)
    page = disputes_page(state=state, cursor=request.GET.get("cursor"))
    parts = slices_of(page.rows)
    vendors = named(part.vendor_id for found in parts.values() for part in found)
    counts = dispute_counts()
    words = [(state.value, state.label, counts[state.value]) for state in DisputeState if counts.get(state.value)]
    context = {
        "rows": [
            {"dispute": row, "vendors": [vendors[p.vendor_id] for p in parts.get(row.id, []) if p.vendor_id in vendors]}
            for row in page.rows
        ],
        "tabs": tabs(request, "state", [("", "All", None), ("open", "Open", None), *words]),
        "waiting": to_answer(),
        **pages(request, page),
    }
    return render(request, "finance/disputes.html", context)


def _csv_row(row: Dispute) -> tuple[Any, ...]:
    amounts = (row.amount_minor, row.withdrawn_minor, row.reinstated_minor, row.fee_minor)
    return (
        *(row.provider_dispute_id, row.reference_number, row.state, row.reason, row.currency),
        *(major(amount, row.currency) for amount in amounts),
        *(row.evidence_due_at, row.opened_at),
    )


@require_GET
@for_finance
def dispute(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """One dispute: its money by vendor, its timeline, what the vendors say, and the answer to the bank."""
    found = _find(dispute_id)
    parts = slices_of([found]).get(found.id, [])
    shares = list(found.payment.shares.order_by("id"))
    vendors = named(share.vendor_id for share in shares)
    answers = {answer.vendor_id: answer for answer in found.answers.all()}
    files = files_of(found.id)
    merged = merged_texts(parts, answers.values())
    where = references(part.reference_id for part in parts)
    context = {
        "dispute": found,
        "parts": [
            {
                "part": part,
                "vendor": vendors.get(part.vendor_id),
                "reference": where.get(part.reference_id),
                "answer": answers.get(part.vendor_id),
            }
            for part in parts
        ],
        "shares": [{"id": share.id, "vendor": vendors.get(share.vendor_id)} for share in shares],
        "bearers": Bearer.choices,
        "events": found.events.order_by("at", "id"),
        "fields": [(name, label, merged.get(name, "")) for name, label in TEXTS.items()],
        "files": [(file, KINDS.get(file.kind, file.kind), vendors.get(file.vendor_id)) for file in files],
        "may_answer": found.needs_answer and may(staff_of(request)).keep_books,
        "may_decide": not found.is_final and may(staff_of(request)).keep_books,
        "is_late": found.evidence_due_at is not None and found.evidence_due_at < clock.now(),
        "trail": [{"label": "Disputes", "url": reverse("finance:disputes")}],
    }
    return render(request, "finance/dispute.html", context)


@require_POST
@for_finance
def assignment(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Whose part it is about, and who bears the loss and the fee."""
    found = _find(dispute_id)
    by = staff_of(request).user_id
    share = request.POST.get("share", "")
    try:
        actions.decide_terms(
            dispute_id=found.id,
            share_id=_uuid(share, field="share") if share else None,
            borne_by=request.POST.get("borne_by", ""),
            fee_borne_by=request.POST.get("fee_borne_by", ""),
            by=by,
        )
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Noted.")
    return _back(found)


@require_POST
@for_finance
def answer(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Send the bank the answer, once."""
    found = _find(dispute_id)
    texts = {name: request.POST.get(name, "") for name in TEXTS}
    try:
        documents = documents_of(found, {_uuid(id, field="file") for id in request.POST.getlist("file")})
        submit_answer(dispute_id=found.id, texts=texts, documents=documents, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The answer is with the bank.")
    return _back(found)


@require_POST
@for_finance
def acceptance(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Give in: it is lost at once."""
    found = _find(dispute_id)
    try:
        accept_dispute(dispute_id=found.id, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The dispute is given in.")
    return _back(found)


def _find(dispute_id: UUID) -> Dispute:
    found = dispute_of(dispute_id)
    if found is None:
        raise Http404("There is no such dispute.")
    return found


def _uuid(text: str, *, field: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise actions.NotOfThisPayment("That is not a part of this order.", field=field) from None


def _back(found: Dispute) -> HttpResponse:
    return HttpResponseRedirect(reverse("finance:dispute", args=[found.id]))
