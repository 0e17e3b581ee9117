"""The keys by which a vendor's own systems work in its shop."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit import clock
from kit.cache import vendor_cache
from kit.errors import SoukError
from kit.links import absolute_url
from marketplace.web.form_errors import put_error
from marketplace.web.portal.forms import KeyForm
from marketplace.web.portal.roles import DOES_SHOP, changes, edits
from tenants.shop.integrations.actions import make_key, revoke_key
from tenants.shop.integrations.models import ApiKey
from tenants.shop.integrations.queries import keys
from tenants.vendors.models import Member

AREAS = {
    "catalog": "Products",
    "stock": "Stock",
    "orders": "Orders",
    "money": "Money",
    "disputes": "Disputes",
    "settings": "Domains",
    "team": "Team",
    "onboarding": "Checklist",
}
VERBS = {"read": "read", "write": "change"}
ONCE_SECONDS = 3600
SENT_BEFORE = (
    "This form was sent before, so no second key was made. A key is shown only once: "
    "if you did not copy it, take it back and make another."
)


@edits(DOES_SHOP, DOES_SHOP)
def api_keys(request: HttpRequest) -> HttpResponse:
    """The shop's keys. What is made is in the answer to the form itself: it is kept nowhere to be shown later."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    made = ""
    if request.method == "POST" and form.is_valid():
        sent = f"key_form:{form.cleaned_data['once']}"
        if not vendor_cache.add(sent, True, timeout=ONCE_SECONDS):
            messages.info(request, SENT_BEFORE)
            return redirect("portal:api_keys")
        try:
            _, made = make_key(
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=clock.now() + timedelta(days=int(form.cleaned_data["days"])),
                by=request.member.user_id,  # type: ignore[attr-defined]
            )
        except SoukError as error:
            vendor_cache.delete(sent)  # nothing was made: the form may be put right and sent again
            put_error(form, error)
        else:
            form = KeyForm()
    shop = request.vendor.slug  # type: ignore[attr-defined]
    makers = {member.user_id: member for member in Member.objects.filter(vendor_id=request.vendor.id)}  # type: ignore[attr-defined]
    context = {
        "form": form,
        "made": made,
        "address": absolute_url("portal", "/api/v1/vendor/shop", shop),
        "keys": [_row(key, makers.get(key.created_by)) for key in keys()],
    }
    return render(request, "portal/api_keys.html", context, status=422 if form.errors else 201 if made else 200)


@changes(*DOES_SHOP)
def revocation(request: HttpRequest, key_id: UUID) -> HttpResponse:
    try:
        key = revoke_key(key_id=key_id, by=request.member.user_id)  # type: ignore[attr-defined]
    except ApiKey.DoesNotExist:
        raise Http404("There is no such key.") from None
    messages.success(request, f"“{key.name}” opens nothing any more.")
    return redirect("portal:api_keys")


def _row(key: ApiKey, maker: Member | None) -> dict[str, Any]:
    status = "revoked" if key.revoked_at else "active" if key.is_good else "expired"
    if status == "active" and (maker is None or maker.left_at):
        status = "disabled"
    return {"key": key, "may": _may(key.scopes), "by": str(maker) if maker else "", "status": status}


def _may(scopes: list[str]) -> list[str]:
    """What a key may do, an area a line: "Products: read, change"."""
    verbs: dict[str, list[str]] = {}
    for scope in scopes:
        area, _, verb = scope.partition(":")
        verbs.setdefault(area, []).append(VERBS[verb])
    return [f"{label}: {', '.join(verbs[area])}" for area, label in AREAS.items() if area in verbs]
