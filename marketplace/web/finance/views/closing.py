"""Months of the books: what keeps one open, closing it, opening it again by two people."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.queries import names_of
from audit.actions import traced
from billing.ledger import periods
from billing.ledger.models import Period, Reopening
from billing.ledger.periods import Month
from billing.statements import closing
from billing.statements.actions import issue_month
from billing.statements.queries import issued_counts
from kit.errors import InvalidInput, SoukError
from marketplace.web.backoffice.roles import for_accountants, for_controllers, for_finance, may, staff_of

SHOWN = 36


@require_GET
@for_finance
def months(request: HttpRequest) -> HttpResponse:
    """The next month to close with its checks, and those closed before."""
    closed = list(Period.objects.filter(closed_at__isnull=False).order_by("-starts_on")[:SHOWN])
    following = periods.next_after(closed)
    waiting = Reopening.objects.filter(approved_at=None, withdrawn_at=None).select_related("period").first()
    counts = issued_counts()
    names = names_of([*(period.closed_by for period in closed), *([waiting.asked_by] if waiting else [])])
    checks = closing.checks_of(following, following=following) if following else []
    staff = staff_of(request)
    context: dict[str, Any] = {
        "following": following,
        "key": f"{following.starts_on:%Y-%m}" if following else "",
        "checks": checks,
        "ready": bool(checks) and all(check.passed for check in checks),
        "rows": [
            {
                "period": period,
                "key": f"{period.starts_on:%Y-%m}",
                "by": names.get(period.closed_by, "Someone") if period.closed_by else "",
                "documents": counts.get(period.starts_on.isoformat(), 0),
            }
            for period in closed
        ],
        "last": closed[0] if closed else None,
        "last_key": f"{closed[0].starts_on:%Y-%m}" if closed else "",
        "can_reopen": bool(closed) and not waiting and not counts.get(closed[0].starts_on.isoformat()),
        "waiting": waiting,
        "asked_by": names.get(waiting.asked_by, "Someone") if waiting else "",
        "is_own": waiting is not None and waiting.asked_by == staff.user_id,
        "may": may(staff),
    }
    return render(request, "finance/periods.html", context)


@require_POST
@for_controllers
def close(request: HttpRequest, month: str) -> HttpResponse:
    """Close a month, when every check passes."""
    shown = _month(month)
    staff = staff_of(request).user_id
    try:
        with traced("period.closed", f"period:{month}", by=staff):
            closing.close_month(month=shown, by=staff)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, f"{shown} is closed. Its documents go out by themselves; you can also issue them now."
        )
    return _back()


@require_POST
@for_controllers
def ask(request: HttpRequest, month: str) -> HttpResponse:
    """Ask another controller to open a month again."""
    period = Period.objects.filter(starts_on=_month(month).starts_on).first()
    if period is None:
        raise Http404("There is no such month.")
    staff = staff_of(request).user_id
    try:
        with traced("period.reopening_asked", f"period:{month}", by=staff) as told:
            asked = closing.ask_to_reopen(period=period, reason=request.POST.get("reason", ""), by=staff)
            told["reason"] = asked.reason
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Another controller has to agree now.")
    return _back()


@require_POST
@for_controllers
def decide(request: HttpRequest, reopening_id: UUID) -> HttpResponse:
    """Agree (`decision=agree`), or leave the month closed."""
    found = Reopening.objects.filter(id=reopening_id).first()
    if found is None:
        raise Http404("There is no such request.")
    staff, agreed = staff_of(request).user_id, request.POST.get("decision") == "agree"
    try:
        with traced("period.reopened" if agreed else "period.reopening_withdrawn", f"reopening:{found.id}", by=staff):
            if agreed:
                periods.approve_reopening(reopening=found, by=staff)
            else:
                periods.withdraw_reopening(reopening=found)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The month is open again." if agreed else "The month stays closed.")
    return _back()


@require_POST
@for_accountants
def issue(request: HttpRequest, month: str) -> HttpResponse:
    """Issue what is missing of a closed month now."""
    shown = _month(month)
    try:
        with traced("documents.issued", f"period:{month}", by=staff_of(request).user_id) as told:
            issued, failed = issue_month(month=shown)
            told.update(issued=issued, failed=len(failed))
    except SoukError as refused:
        messages.error(request, str(refused))
        return _back()
    for problem in failed[:5]:
        messages.error(request, problem)
    messages.success(request, f"{issued} documents of {shown} were issued." if issued else "Nothing was left to issue.")
    return HttpResponseRedirect(f"{reverse('finance:documents')}?month={month}")


def _month(text: str) -> Month:
    try:
        return periods.parse_month(text)
    except InvalidInput as wrong:
        raise Http404(str(wrong)) from wrong


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("finance:periods"))
