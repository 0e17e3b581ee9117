"""Who did what."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.queries import names_of
from audit.actions import ACTOR_KINDS
from audit.models import AuditEntry
from audit.queries import entries_page
from marketplace.web.backoffice.roles import for_administrators
from marketplace.web.backoffice.tables import DayField, Filter, choice, ends, link, pages, starts
from tenants.vendors.queries import named

PAGES = {"vendor": "backoffice:vendor", "commission_rule": "backoffice:commission", "category": "backoffice:category"}


class AuditFilter(Filter):
    q = forms.CharField(label="Action, e.g. vendor.approved", max_length=80)
    kind = choice("Who", [(kind, kind.capitalize()) for kind in ACTOR_KINDS], everything="Everyone")
    actor = forms.UUIDField(widget=forms.HiddenInput)
    since = DayField("From")
    until = DayField("Until")


@require_GET
@for_administrators
def trail(request: HttpRequest) -> HttpResponse:
    narrowed = AuditFilter(request)
    chosen = narrowed.chosen
    page = entries_page(
        action=chosen["q"].strip(),
        actor_kind=chosen["kind"],
        actor_id=chosen["actor"] or None,
        since=starts(chosen["since"]),
        until=ends(chosen["until"]),
        cursor=request.GET.get("cursor"),
    )
    context = {
        "rows": told(page.rows),
        "filter": narrowed,
        "clear_url": link(request, q=None, kind=None, actor=None, since=None, until=None),
        **pages(request, page),
    }
    return render(request, "backoffice/audit.html", context)


def told(entries: list[AuditEntry]) -> list[dict[str, object]]:
    """Entries with the names of who acted and at which vendor: two queries."""
    people, vendors = names_of(entry.actor_id for entry in entries), named(entry.vendor_id for entry in entries)
    return [
        {
            "entry": entry,
            "who": people.get(entry.actor_id, "Someone") if entry.actor_id else "System",
            "vendor": vendors.get(entry.vendor_id) if entry.vendor_id else None,
            "url": _page_of(entry.subject),
            "data": ", ".join(f"{name}: {value}" for name, value in entry.data.items() if value not in ("", None)),
        }
        for entry in entries
    ]


def _page_of(subject: str) -> str:
    """Where what it was done to can be seen, if it has a page here."""
    kind, _, found_id = subject.partition(":")
    try:
        return reverse(PAGES[kind], args=[UUID(found_id)])
    except (KeyError, ValueError):
        return ""
