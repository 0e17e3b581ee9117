"""The shop front beside its looks: what the vendor says there, and its own domains."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from kit import clock
from kit.errors import SoukError
from kit.links import absolute_url, front_url, host_of
from marketplace.web.form_errors import put_error
from marketplace.web.portal.forms import DomainForm, TextsForm
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, edits
from tenants.vendors import domains as keeping
from tenants.vendors.entitlements import allowed_to
from tenants.vendors.models import CustomDomain, DomainState, TextKind, Vendor
from tenants.vendors.queries import domains_of, host_name, texts_of
from tenants.vendors.texts import set_texts


@edits(ANYBODY, DOES_SHOP, visits=True)
def texts(request: HttpRequest) -> HttpResponse:
    vendor, by = _here(request)
    form = TextsForm(request.POST if request.method == "POST" else None, initial=texts_of(vendor.id))
    if request.method == "POST" and form.is_valid():
        try:
            changed = set_texts(vendor=vendor, texts=form.cleaned_data, by=by)
        except SoukError as error:
            put_error(form, error)
        else:
            words = "Saved. Your shop front says so now." if changed else "Nothing has changed."
            messages.success(request, words)
            return redirect("portal:shop_texts")
    written = texts_of(vendor.id)
    pages = [
        {"label": kind.label, "url": absolute_url("shop", _path(kind), vendor.slug)}
        for kind in TextKind
        if kind in written or kind in (TextKind.ABOUT, TextKind.IMPRINT)
    ]
    context = {"form": form, "pages": pages if vendor.may_sell else []}
    return render(request, "portal/shop_texts.html", context, status=422 if form.errors else 200)


@edits(ANYBODY, DOES_SHOP, visits=True)
def domains(request: HttpRequest) -> HttpResponse:
    """The vendor's own domains, the records that prove them, and a form for another one."""
    vendor, by = _here(request)
    form = DomainForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.add_domain(vendor=vendor, host=form.cleaned_data["host"], by=by)
        except SoukError as error:
            put_error(form, error)
        else:
            messages.success(request, f"Now set the records of {keeping.shown_host(made.host)} at your registrar.")
            return redirect("portal:domains")
    plan = allowed_to(vendor.id)
    context = {
        "form": form,
        "domains": [_shown(domain) for domain in domains_of(vendor)],
        "plan": plan,
        "plan_url": absolute_url("market", f"/sell/{vendor.slug}/plan/"),
        "address": absolute_url("shop", "/", vendor.slug),
        "target": host_name(host_of("shop", vendor.slug)),
    }
    return render(request, "portal/domains.html", context, status=422 if form.errors else 200)


@changes(*DOES_SHOP)
def domain_check(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    vendor, _ = _here(request)
    try:
        keeping.ask_for_check(domain=_domain(vendor, domain_id))
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "We look at the records now. Load this page again in a few seconds.")
    return redirect("portal:domains")


@changes(*DOES_SHOP)
def domain_removal(request: HttpRequest, domain_id: UUID) -> HttpResponse:
    vendor, by = _here(request)
    domain = _domain(vendor, domain_id)
    keeping.remove_domain(domain=domain, by=by)
    messages.success(request, f"{keeping.shown_host(domain.host)} does not lead to your shop front any more.")
    return redirect("portal:domains")


def _shown(domain: CustomDomain) -> dict[str, Any]:
    until = keeping.serves_until(domain)
    is_proven = domain.state == DomainState.VERIFIED
    is_paused = until is not None and until <= clock.now()
    return {
        "domain": domain,
        "host": keeping.shown_host(domain.host),
        "status": "domain_paused" if is_proven and is_paused else f"domain_{domain.state}",
        "record_name": keeping.record_name(domain),
        "record_value": keeping.record_value(domain),
        "until": until,
        "is_paused": is_paused,
        "is_served": is_proven and not is_paused,
        "lost_at": keeping.lost_at(domain),
        "url": front_url(domain.host, "/"),
    }


def _domain(vendor: Vendor, domain_id: UUID) -> CustomDomain:
    found = domains_of(vendor).filter(id=domain_id).first()
    if found is None:
        raise Http404("There is no such domain.")
    return found


def _here(request: HttpRequest) -> tuple[Vendor, UUID]:
    return request.vendor, request.member.user_id  # type: ignore[attr-defined]


def _path(kind: TextKind) -> str:
    return "/about/" if kind == TextKind.ABOUT else f"/policies/{kind.value}/"
