"""Staff stop a vendor from selling, and let it sell again."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from marketplace.web.backoffice.forms import LiftingForm, SuspensionForm
from marketplace.web.backoffice.roles import for_moderators
from marketplace.web.backoffice.views.vendors import decided, vendor_or_404
from tenants.vendors.suspending import lift_suspension, suspend_vendor


@require_POST
@for_moderators
def suspension(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found, form = vendor_or_404(vendor_id), SuspensionForm(request.POST)

    def act(**given: Any) -> None:
        suspend_vendor(**given, hold_payouts=form.cleaned_data["payouts"] == "held")

    words = f"{found.name} sells no more, and gets a mail with the reason."
    return decided(request, found, form, named="suspension_form", act=act, words=words)


@require_POST
@for_moderators
def lifting(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found, form = vendor_or_404(vendor_id), LiftingForm(request.POST)
    words = f"The suspension of {found.name} is lifted, and it gets a mail with the reason."
    return decided(request, found, form, named="lifting_form", act=lift_suspension, words=words)
