"""Looking at a vendor's portal as its people see it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from kit.errors import SoukError
from marketplace.web.backoffice.forms import VisitForm
from marketplace.web.backoffice.roles import for_support, staff_of
from marketplace.web.backoffice.views.vendors import vendor_or_404, vendor_page
from tenants.vendors.views import visit_url
from tenants.vendors.visits import begin_visit


@require_POST
@for_support
def begin(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Begin a visit, and go there."""
    found, form = vendor_or_404(vendor_id), VisitForm(request.POST)
    if not form.is_valid():
        return vendor_page(request, found, status=422, visit_form=form)
    try:
        visit = begin_visit(vendor=found, staff=staff_of(request), reason=form.cleaned_data["reason"])
    except SoukError as refused:
        messages.error(request, str(refused))
        return HttpResponseRedirect(reverse("backoffice:vendor", args=[found.id]))
    return HttpResponseRedirect(visit_url(visit))
