"""The fleet of shops: which there are, how they fare, and their exports."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from kit import clock
from kit.context import acting_for
from kit.errors import Conflict
from kit.words import counted
from marketplace.web.backoffice.roles import for_administrators, staff_of
from marketplace.web.backoffice.tables import Filter, link, pages, tabs
from tenants.isolation.models import ExportState, Rollout, ShopExport, WallState
from tenants.isolation.queries import newest_version
from tenants.vendors.exporting import ask_for_export
from tenants.vendors.fleet import Shop, exports_of, last_check, rollouts, shops_page
from tenants.vendors.fleet import fleet as whole_fleet
from tenants.vendors.models import Vendor

# One that has said nothing for so long was killed; what it had done stands, and the next run does the rest.
SILENT = timedelta(seconds=30)
STATES = [
    ("", "All"),
    (WallState.ASSIGNED, "In use"),
    (WallState.QUARANTINED, "Quarantined"),
    ("behind", "Behind"),
    (WallState.SPARE, "Spares"),
    ("elsewhere", "Elsewhere"),
    (WallState.RETIRED, "Retired"),
]
AT_WORK = (ExportState.QUEUED, ExportState.RUNNING)


class FleetFilter(Filter):
    q = forms.CharField(label="Vendor or wall")
    state = forms.ChoiceField(choices=STATES, widget=forms.HiddenInput)


@dataclass(frozen=True, slots=True)
class Row:
    """A shop in the list, with its vendor's newest export."""

    shop: Shop
    export: ShopExport | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the shop migrations and what is to be said of it: a word of `ui.statuses`."""

    rollout: Rollout
    state: str


@require_GET
@for_administrators
def fleet(request: HttpRequest) -> HttpResponse:
    """All shops. While shops are migrated or exported, the page looks again by itself."""
    narrowed = FleetFilter(request)
    chosen, version = narrowed.chosen, newest_version()
    page = shops_page(version=version, state=chosen["state"], search=chosen["q"], cursor=request.GET.get("cursor"))
    whole = whole_fleet(version)
    counts: dict[str, int] = {**whole.by_state, "behind": whole.behind, "elsewhere": whole.elsewhere}
    counts[""] = sum(whole.by_state.values())
    exports = exports_of(shop.vendor.id for shop in page.rows if shop.vendor)
    rows = [Row(shop, exports.get(shop.vendor.id) if shop.vendor else None) for shop in page.rows]
    runs = [Run(rollout, _state_of(rollout)) for rollout in rollouts()]
    context = {
        "rows": rows,
        "fleet": whole,
        "quarantine_title": f"{counted(whole.quarantined, 'shop is', 'shops are')} quarantined",
        "version": version,
        "runs": runs,
        "check": last_check(),
        "working": any(run.state == "running" for run in runs)
        or any(row.export and row.export.state in AT_WORK for row in rows),
        "filter": narrowed,
        "tabs": tabs(request, "state", [(value, label, counts.get(value, 0)) for value, label in STATES]),
        "clear_url": link(request, q=None),
        **pages(request, page),
    }
    return render(request, "backoffice/fleet.html", context)


def _state_of(rollout: Rollout) -> str:
    if rollout.finished_at is None:
        return "running" if clock.now() - rollout.alive_at < SILENT else "interrupted"
    if rollout.error:
        return "failed"
    return "partly_done" if rollout.quarantined or rollout.busy else "done"


@require_POST
@for_administrators
def export(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Have the worker export a vendor's shop."""
    found = _vendor(vendor_id)
    try:
        ask_for_export(vendor=found, by=staff_of(request).user_id)
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The shop of {found.name} is being exported. The file is here when it is ready.")
    back = request.POST.get("next") == "vendor"
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]) if back else reverse("backoffice:fleet"))


@require_GET
@for_administrators
def export_file(request: HttpRequest, export_id: UUID) -> HttpResponseBase:
    """An export that is ready, to be handed to its vendor."""
    made = ShopExport.objects.filter(id=export_id, state=ExportState.DONE).first()
    if made is None:
        raise Http404("There is no such export.")
    found = _vendor(made.vendor_id)
    store: Any = storages["private"]
    with acting_for(found.current):
        answer: HttpResponseBase = store.attachment(
            made.file_path, filename=f"{found.slug}-{made.asked_at:%Y-%m-%d}.zip", content_type="application/zip"
        )
    return answer


def _vendor(vendor_id: UUID) -> Vendor:
    found = Vendor.objects.filter(id=vendor_id).first()
    if found is None:
        raise Http404("There is no such vendor.")
    return found
