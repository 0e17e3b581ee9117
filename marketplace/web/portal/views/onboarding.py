"""The checklist, as the vendor sees and does it: agree to terms, send papers, send again what came back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from billing.stripe.checklists import checklist
from kit.errors import InvalidInput, SoukError
from marketplace.web.portal.context import sell_url
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, OWNS, changes, edits, shows
from tenants.onboarding import actions
from tenants.onboarding.checklist import SENT_BACK, TO_DO, VENDOR, WAITING, WHO, Checklist, Item
from tenants.onboarding.models import StepKind
from tenants.onboarding.queries import current_terms, document_of, documents_of
from tenants.vendors.models import MemberRole, Vendor

# Where else than on the checklist a step is done, and what the link to it says.
PLACES = {
    StepKind.PROFILE: ("portal:shop", "Open the profile"),
    StepKind.ADDRESS: ("portal:shop", "Give the address"),
    StepKind.PRODUCTS: ("portal:products", "Open products"),
}


@shows(*ANYBODY, visits=True)
def onboarding(request: HttpRequest) -> HttpResponse:
    """The whole checklist; `?step=` names the one a mail was about."""
    return _page(request)


@edits(ANYBODY, OWNS, visits=True)
def terms(request: HttpRequest) -> HttpResponse:
    """The terms in force, to read; an owner agrees to them."""
    vendor, found = _vendor(request), current_terms()
    problem = None
    if request.method == "POST":
        try:
            actions.accept_terms(
                vendor=vendor,
                by=request.member.user_id,  # type: ignore[attr-defined]
                version=_version(request.POST.get("version", "")),
            )
        except SoukError as error:
            problem = error
        else:
            messages.success(request, "Agreed to the terms.")
            return redirect("portal:onboarding")
    item = next((item for item in checklist(vendor).items if item.kind == StepKind.TERMS), None)
    context = {
        "terms": found,
        "item": item,
        "problem": problem,
        "may_agree": item is not None and item.state == TO_DO and request.member.role == MemberRole.OWNER,  # type: ignore[attr-defined]
        "trail": [{"label": "Checklist", "url": reverse("portal:onboarding")}, {"label": "Terms"}],
    }
    return render(request, "portal/terms.html", context, status=422 if problem else 200)


@changes(*DOES_SHOP)
def documents(request: HttpRequest, code: str) -> HttpResponse:
    _find(request, code)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise InvalidInput("Choose a file.", field="file")
        actions.send_document(
            vendor=_vendor(request),
            code=code,
            file=file,
            name=str(file.name),
            by=request.member.user_id,  # type: ignore[attr-defined]
        )
    except SoukError as error:
        return _page(request, problem=error, at=code)
    messages.success(request, "The document is with us. We look at it and write to you.")
    return redirect("portal:onboarding")


@changes(*DOES_SHOP)
def submission(request: HttpRequest, code: str) -> HttpResponse:
    """What was sent back was mended: staff look again."""
    _find(request, code)
    try:
        actions.send_again(vendor=_vendor(request), code=code, by=request.member.user_id)  # type: ignore[attr-defined]
    except SoukError as error:
        return _page(request, problem=error, at=code)
    messages.success(request, "Sent again. We look at it and write to you.")
    return redirect("portal:onboarding")


@shows(*DOES_SHOP)
def document(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    found = document_of(_vendor(request).id, document_id)
    if found is None:
        raise Http404("There is no such document.")
    store: Any = storages["private"]
    answer: HttpResponseBase = store.attachment(found.path, filename=found.name, content_type=found.content_type)
    return answer


def shown_items(request: HttpRequest, found: Checklist) -> list[dict[str, Any]]:
    """Each item with whose turn it is in words, and where the vendor does it."""
    vendor = _vendor(request)
    return [{"item": item, "who": WHO.get(item.who, ""), **_place(item, vendor)} for item in found.items]


def _place(item: Item, vendor: Vendor) -> dict[str, str]:
    if item.who != VENDOR:
        return {"url": "", "action": ""}
    if item.kind == StepKind.PAYOUT_ACCOUNT:
        return {"url": sell_url(vendor), "action": "Set up payouts"}
    if item.kind == StepKind.TERMS:
        return {"url": reverse("portal:terms"), "action": "Read the terms"}
    if item.kind in PLACES:
        route, action = PLACES[StepKind(item.kind)]
        return {"url": reverse(route), "action": action}
    return {"url": f"{reverse('portal:onboarding')}#{item.code}", "action": "Send it"}


def _page(request: HttpRequest, *, problem: SoukError | None = None, at: str = "") -> HttpResponse:
    vendor = _vendor(request)
    found = checklist(vendor)
    papers = documents_of(vendor.id) if any(item.document_id for item in found.items) else {}
    may_send = request.member.role in (*DOES_SHOP, MemberRole.OWNER)  # type: ignore[attr-defined]
    items = [
        shown
        | {
            "paper": papers.get(item.document_id) if (item := shown["item"]).document_id else None,
            "takes_paper": may_send and item.kind == StepKind.DOCUMENT and item.state in (TO_DO, SENT_BACK, WAITING),
            "takes_word": may_send and item.kind in actions.SENT_AGAIN_BY_WORD and item.state == SENT_BACK,
            "problem": problem if item.code == at else None,
            "is_meant": item.code == request.GET.get("step"),
        }
        for shown in shown_items(request, found)
    ]
    context = {
        "items": items,
        "may_send": may_send,
        "is_selling_open": vendor.selling_cleared_at is not None,
        "is_payout_open": vendor.payouts_cleared_at is not None,
        "missing_for_selling": found.missing(for_payout=False),
        "missing_for_payout": found.missing(for_payout=True),
        "problem": problem if at not in {item["item"].code for item in items} else None,
    }
    return render(request, "portal/onboarding.html", context, status=422 if problem else 200)


def _find(request: HttpRequest, code: str) -> None:
    if checklist(_vendor(request)).item(code) is None:
        raise Http404("This step is not asked of this shop.")


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _vendor(request: HttpRequest) -> Vendor:
    return request.vendor  # type: ignore[attr-defined, no-any-return]
