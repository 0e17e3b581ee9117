"""Staff stop a vendor from selling, and let it sell again."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from kit.errors import Conflict, InvalidInput
from marketplace.web.backoffice.forms import LiftingForm, SuspensionForm, add_refusal
from marketplace.web.backoffice.roles import for_moderators, staff_of
from marketplace.web.backoffice.views.vendors import vendor_or_404, vendor_page
from tenants.vendors.suspending import lift_suspension, suspend_vendor


@require_POST
@for_moderators
def suspension(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found, form = vendor_or_404(vendor_id), SuspensionForm(request.POST)
    if not form.is_valid():
        return vendor_page(request, found, status=422, suspension_form=form)
    try:
        suspend_vendor(
            vendor=found,
            by=staff_of(request).user_id,
            reason=form.cleaned_data["reason"],
            hold_payouts=form.cleaned_data["payouts"] == "held",
        )
    except InvalidInput as refused:
        add_refusal(form, refused)
        return vendor_page(request, found, status=422, suspension_form=form)
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.name} sells no more, and gets a mail with the reason.")
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))


@require_POST
@for_moderators
def lifting(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    found, form = vendor_or_404(vendor_id), LiftingForm(request.POST)
    if not form.is_valid():
        return vendor_page(request, found, status=422, lifting_form=form)
    try:
        lift_suspension(vendor=found, by=staff_of(request).user_id, reason=form.cleaned_data["reason"])
    except InvalidInput as refused:
        add_refusal(form, refused)
        return vendor_page(request, found, status=422, lifting_form=form)
    except Conflict as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"The suspension of {found.name} is lifted, and it gets a mail with the reason.")
    return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))
