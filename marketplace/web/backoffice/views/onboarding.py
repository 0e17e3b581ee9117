"""Vendors' way in, as the office runs it: invitations, what of a checklist waits for us, and the checklist itself."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.queries import names_of
from kit.context import acting_for
from kit.errors import SoukError
from marketplace.web.backoffice.forms import add_refusal
from marketplace.web.backoffice.roles import for_administrators, for_moderators, staff_of
from marketplace.web.backoffice.tables import pages
from tenants.onboarding import inviting, keeping
from tenants.onboarding.actions import LONGEST_REASON, decide
from tenants.onboarding.models import Step, StepKind, VendorInvitation
from tenants.onboarding.queries import current_terms, document_of, invitations_page, steps, terms_versions
from tenants.onboarding.resuming import remind
from tenants.vendors.countries import VENDOR_COUNTRIES
from tenants.vendors.models import Vendor
from tenants.vendors.preflight import PAID_OUT

COUNTRIES = sorted(VENDOR_COUNTRIES.items(), key=lambda country: country[1])


# --- Invitations ----------------------------------------------------------------------------------------------------------


class InvitationForm(forms.Form):
    """Whom we ask to sell here."""

    email = forms.EmailField(max_length=254, label="E-mail", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    name = forms.CharField(max_length=100, required=False, label="Shop name", help_text="If you know it.")
    country = forms.CharField(
        max_length=2,
        label="Country",
        help_text="Two letters: where the business is established.",
        widget=forms.TextInput(attrs={"list": "vendor-countries", "autocomplete": "off"}),
    )
    currency = forms.ChoiceField(
        choices=[(code, code) for code in sorted(PAID_OUT)], initial=settings.CURRENCY, label="Is to be paid in"
    )
    message = forms.CharField(
        max_length=1000,
        required=False,
        label="A word from you",
        help_text="It stands in the mail.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_moderators
def invitations(request: HttpRequest) -> HttpResponse:
    """Whom the marketplace asked to sell here, and a form for one more: refused at once where nobody could be paid."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = inviting.invite_vendor(by=staff_of(request).user_id, **form.cleaned_data)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"{made.email} gets a mail with the invitation.")
            return HttpResponseRedirect(reverse("backoffice:vendor_invitations"))
    page = invitations_page(cursor=request.GET.get("cursor"))
    names = names_of(row.invited_by for row in page.rows)
    context = {
        "form": form,
        "countries": COUNTRIES,
        "rows": [{"row": row, "by": names.get(row.invited_by, "")} for row in page.rows],
        "trail": [{"label": "Vendors", "url": reverse("backoffice:vendors")}, {"label": "Invitations"}],
        **pages(request, page),
    }
    return render(request, "backoffice/vendor_invitations.html", context, status=422 if form.errors else 200)


@require_POST
@for_moderators
def invitation_mail(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    return _invitation(request, invitation_id, inviting.resend_invitation, "{} gets the invitation again.")


@require_POST
@for_moderators
def invitation_withdrawal(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    return _invitation(request, invitation_id, inviting.withdraw_invitation, "The invitation of {} is withdrawn.")


def _invitation(request: HttpRequest, invitation_id: UUID, act: Any, words: str) -> HttpResponse:
    try:
        found: VendorInvitation = act(invitation_id=invitation_id, by=staff_of(request).user_id)
    except VendorInvitation.DoesNotExist:
        raise Http404("There is no such invitation.") from None
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words.format(found.email))
    return HttpResponseRedirect(reverse("backoffice:vendor_invitations"))


# --- One vendor's steps ---------------------------------------------------------------------------------------------------


class DecisionForm(forms.Form):
    """What staff say of a step; `seen` is the step's last event as they saw it."""

    decision = forms.ChoiceField(choices=[("accept", "Accept"), ("reject", "Send back"), ("waive", "Waive")])
    reason = forms.CharField(max_length=LONGEST_REASON, required=False)
    seen = forms.UUIDField(required=False)


@require_POST
@for_moderators
def decision(request: HttpRequest, vendor_id: UUID, code: str) -> HttpResponse:
    found, form = _vendor(vendor_id), DecisionForm(request.POST)
    back = HttpResponseRedirect(f"{reverse('backoffice:vendor', args=[found.id])}#checklist")
    if not form.is_valid():
        messages.error(request, f"That was not understood: {next(iter(form.errors.values()))[0]}")
        return back
    try:
        decide(vendor=found, code=code, by=staff_of(request).user_id, **form.cleaned_data)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        words = {
            "accept": "Accepted.",
            "reject": "Sent back; the vendor gets a mail with the reason.",
            "waive": "Waived.",
        }
        messages.success(request, words[form.cleaned_data["decision"]])
    return back


@require_GET
@for_moderators
def document(request: HttpRequest, vendor_id: UUID, document_id: UUID) -> HttpResponseBase:
    """A vendor's paper, for whoever decides about it."""
    vendor = _vendor(vendor_id)
    found = document_of(vendor.id, document_id)
    if found is None:
        raise Http404("There is no such document.")
    store: Any = storages["private"]
    with acting_for(vendor.current):
        answer: HttpResponseBase = store.attachment(found.path, filename=found.name, content_type=found.content_type)
    return answer


@require_POST
@for_moderators
def reminder(request: HttpRequest, vendor_id: UUID) -> HttpResponse:
    """Mail a vendor what is left for it to do, with a link back to it."""
    found = _vendor(vendor_id)
    try:
        remind(vendor=found, by=staff_of(request).user_id)
    except SoukError as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{found.email} gets a mail with what is left, and a link back to it.")
    return HttpResponseRedirect(f"{reverse('backoffice:vendor', args=[found.id])}#checklist")


def _vendor(vendor_id: UUID) -> Vendor:
    found = Vendor.objects.filter(id=vendor_id).first()
    if found is None:
        raise Http404("There is no such vendor.")
    return found


# --- The checklist itself -------------------------------------------------------------------------------------------------


class StepForm(forms.Form):
    """A step of the checklist, by its kind."""

    title = forms.CharField(max_length=80, label="Title")
    explanation = forms.CharField(
        max_length=300,
        required=False,
        label="Explanation",
        help_text="Vendors read it.",
        widget=forms.Textarea({"rows": 2}),
    )
    is_on = forms.BooleanField(required=False, label="Ask for it")
    for_selling = forms.BooleanField(required=False, label="Needed before selling")
    for_payout = forms.BooleanField(required=False, label="Needed before payouts")
    minimum = forms.IntegerField(min_value=1, max_value=keeping.MOST_PRODUCTS, label="Published products, at least")
    countries = forms.CharField(
        max_length=200,
        required=False,
        label="Of vendors in",
        help_text="Two letters a country, by commas; empty: everywhere.",
    )

    def __init__(self, *args: Any, kind: str, **options: Any):
        super().__init__(*args, **options)
        if kind != StepKind.PRODUCTS:
            del self.fields["minimum"]
        if kind != StepKind.DOCUMENT:
            del self.fields["countries"]

    def given(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        if "countries" in given:
            given["countries"] = given["countries"].split(",")
        return given


class DocumentStepForm(forms.Form):
    """One more document to ask for."""

    title = forms.CharField(
        max_length=80, label="What it is", help_text="Such as “Trade register, not older than three months”."
    )
    explanation = forms.CharField(max_length=300, required=False, label="Explanation", help_text="Vendors read it.")
    countries = forms.CharField(
        max_length=200,
        required=False,
        label="Of vendors in",
        help_text="Two letters a country, by commas; empty: everywhere.",
    )


class TermsForm(forms.Form):
    """The terms, whole."""

    text = forms.CharField(
        max_length=keeping.LONGEST_TERMS, label="Text", strip=False, widget=forms.Textarea({"rows": 18})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def onboarding(request: HttpRequest) -> HttpResponse:
    """The checklist's steps in their order, and a form for one more document."""
    form = DocumentStepForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given = {**form.cleaned_data, "countries": form.cleaned_data["countries"].split(",")}
        try:
            made = keeping.add_document_step(by=staff_of(request).user_id, **given)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"“{made.title}” is added. Switch it on when it shall be asked for.")
            return HttpResponseRedirect(reverse("backoffice:onboarding_step", args=[made.code]))
    found = steps()
    context = {
        "form": form,
        "steps": [(step, place == 1, place == len(found)) for place, step in enumerate(found, 1)],
        "terms": current_terms(),
    }
    return render(request, "backoffice/onboarding.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def step(request: HttpRequest, code: str) -> HttpResponse:
    found = _step(code)
    shown = {
        name: getattr(found, name) for name in ("title", "explanation", "is_on", "for_selling", "for_payout", "minimum")
    }
    shown["countries"] = ", ".join(found.countries)
    form = StepForm(request.POST if request.method == "POST" else None, initial=shown, kind=found.kind)
    if form.is_bound and form.is_valid():
        try:
            keeping.change_step(code=found.code, by=staff_of(request).user_id, **form.given())
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, "Saved. Whoever waits is looked at again; nobody's shop is closed by it.")
            return HttpResponseRedirect(reverse("backoffice:onboarding"))
    context = {
        "step": found,
        "form": form,
        "trail": [{"label": "Checklist", "url": reverse("backoffice:onboarding")}, {"label": found.title}],
    }
    return render(request, "backoffice/onboarding_step.html", context, status=422 if form.errors else 200)


@require_POST
@for_administrators
def step_position(request: HttpRequest, code: str) -> HttpResponse:
    """One place up (`to=up`), else one down."""
    keeping.move_step(code=_step(code).code, up=request.POST.get("to") == "up", by=staff_of(request).user_id)
    return HttpResponseRedirect(reverse("backoffice:onboarding"))


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def terms(request: HttpRequest) -> HttpResponse:
    """The terms' versions, and the form that puts another in force."""
    versions = terms_versions()
    initial = {"text": versions[0].text if versions else ""}
    form = TermsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            made = keeping.publish_terms(text=form.cleaned_data["text"], by=staff_of(request).user_id)
        except SoukError as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, f"Version {made.version} is in force.")
            return HttpResponseRedirect(reverse("backoffice:onboarding_terms"))
    names = names_of(version.published_by for version in versions)
    context = {
        "form": form,
        "versions": [(version, names.get(version.published_by, "")) for version in versions],
        "trail": [{"label": "Checklist", "url": reverse("backoffice:onboarding")}, {"label": "Terms"}],
    }
    return render(request, "backoffice/onboarding_terms.html", context, status=422 if form.errors else 200)


def _step(code: str) -> Step:
    found = Step.objects.filter(code=code).first()
    if found is None:
        raise Http404("There is no such step.")
    return found
