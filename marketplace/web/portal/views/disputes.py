"""Customers' banks that ask for money back: until when to answer, what to say, and the documents that prove it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from billing.disputes import evidence, queries
from billing.disputes.models import DisputeSlice, DisputeState
from kit import clock
from kit.errors import SoukError
from marketplace.orders.queries import numbers_of
from marketplace.web.portal import present
from marketplace.web.portal.roles import ANSWERS_DISPUTES, SEES_DISPUTES, changes, shows
from tenants.vendors.models import MemberRole


@shows(*SEES_DISPUTES, visits=True)
def disputes(request: HttpRequest) -> HttpResponse:
    page = queries.vendor_disputes_page(_vendor_id(request), cursor=request.GET.get("cursor"))
    numbers = numbers_of(_vendor_id(request), [part.reference_id for part in page.rows])
    now = clock.now()
    rows = [
        {"part": part, "number": numbers.get(part.reference_id, ""), "is_open": evidence.is_open(part, now)}
        for part in page.rows
    ]
    return render(request, "portal/disputes.html", {"rows": rows, "pages": present.pages(request, page)})


@shows(*SEES_DISPUTES, visits=True)
def dispute(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    return _page(request, _find(request, dispute_id))


@changes(*ANSWERS_DISPUTES)
def answer(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Keep what is said so far, or hand it in."""
    part = _find(request, dispute_id)
    texts = {name: request.POST.get(name, "").replace("\r\n", "\n") for name in evidence.TEXTS}
    hand_in = "hand_in" in request.POST
    try:
        evidence.save_answer(part=part, texts=texts, hand_in=hand_in, now=clock.now())
    except SoukError as error:
        return _page(request, part, texts=texts, problem=error, status=422)
    messages.success(request, "Handed in. We send it to the bank." if hand_in else "Saved.")
    return redirect("portal:dispute", dispute_id=dispute_id)


@changes(*ANSWERS_DISPUTES)
def files(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Add a document, in place of the one of its kind."""
    part, file = _find(request, dispute_id), request.FILES.get("file")
    try:
        if file is None:
            raise evidence.InvalidEvidence("Choose a file first.", field="file")
        evidence.add_file(part=part, kind=request.POST.get("kind", ""), file=file, name=str(file.name))
    except SoukError as error:
        return _page(request, part, problem=error, status=422)
    messages.success(request, "The document is with us.")
    return redirect("portal:dispute", dispute_id=dispute_id)


@changes(*ANSWERS_DISPUTES)
def file_removal(request: HttpRequest, dispute_id: UUID, file_id: UUID) -> HttpResponse:
    part = _find(request, dispute_id)
    try:
        evidence.remove_file(part=part, file_id=file_id)
    except SoukError as error:
        return _page(request, part, problem=error, status=422)
    return redirect("portal:dispute", dispute_id=dispute_id)


def _page(
    request: HttpRequest,
    part: DisputeSlice,
    *,
    texts: dict[str, str] | None = None,
    problem: SoukError | None = None,
    status: int = 200,
) -> HttpResponse:
    vendor_id = _vendor_id(request)
    kept = queries.answer_of(vendor_id, part.dispute_id)
    said = texts if texts is not None else kept.texts if kept else {}
    is_mine = request.member.role in (*ANSWERS_DISPUTES, MemberRole.OWNER)  # type: ignore[attr-defined]
    fields: list[dict[str, Any]] = [
        {
            "name": name,
            "label": label,
            "text": said.get(name, ""),
            "rows": 4 if name in evidence.LONG else 1,
            "error": str(problem) if problem and problem.field == name else "",
        }
        for name, label in evidence.TEXTS.items()
    ]
    context = {
        "part": part,
        "dispute": part.dispute,
        "number": numbers_of(vendor_id, [part.reference_id]).get(part.reference_id, ""),
        "fields": fields,
        "kinds": evidence.KINDS.items(),
        "files": [
            (file, evidence.KINDS.get(file.kind, file.kind))
            for file in queries.files_of(part.dispute_id, vendor_id=vendor_id)
        ],
        "answer": kept,
        "problem": problem,
        "may_answer": is_mine and evidence.is_open(part, clock.now()),
        "is_lost": part.dispute.state == DisputeState.LOST,
    }
    return render(request, "portal/dispute.html", context, status=status)


def _find(request: HttpRequest, dispute_id: UUID) -> DisputeSlice:
    found = queries.vendor_slice(_vendor_id(request), dispute_id)
    if found is None:
        raise Http404("There is no such dispute.")
    return found


def _vendor_id(request: HttpRequest) -> UUID:
    return request.vendor.id  # type: ignore[attr-defined, no-any-return]
