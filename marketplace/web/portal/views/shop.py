"""How the shop looks to customers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render

from kit.errors import SoukError
from kit.links import absolute_url
from marketplace.web.form_errors import put_error
from marketplace.web.portal.context import logo_url
from marketplace.web.portal.forms import PALETTE, CompanyForm, ProfileForm, VatForm
from marketplace.web.portal.roles import ANYBODY, DOES_SHOP, changes, edits
from tenants.shop.catalog.logo import remove_logo, set_logo
from tenants.vendors.actions import change_address, change_profile, change_vat
from tenants.vendors.countries import VENDOR_COUNTRIES
from tenants.vendors.models import Vendor


@edits(ANYBODY, DOES_SHOP, visits=True)
def profile(request: HttpRequest) -> HttpResponse:
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    form = _profile_form(vendor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("name", "tagline", "city", "story")}
        try:
            change_profile(
                vendor=vendor,
                by=request.member.user_id,  # type: ignore[attr-defined]
                palette=form.palette(),
                **given,
            )
        except SoukError as error:
            vendor.refresh_from_db()
            put_error(form, error, palette="color_0", **{f"palette.{n}": f"color_{n}" for n in range(len(PALETTE))})
        else:
            messages.success(request, "Saved. Customers see it within a second.")
            return redirect("portal:shop")
    return _shop_page(request, form, _company_form(vendor))


@edits(ANYBODY, DOES_SHOP, visits=True)
def company(request: HttpRequest) -> HttpResponse:
    """Where the vendor is established: on its invoices from now on."""
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    form = _company_form(vendor, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            change_address(vendor=vendor, by=request.member.user_id, **form.cleaned_data)  # type: ignore[attr-defined]
        except SoukError as error:
            vendor.refresh_from_db()
            put_error(form, error)
        else:
            messages.success(request, "Saved. Invoices and statements carry it from now on.")
            return redirect("portal:shop")
    return _shop_page(request, _profile_form(vendor), form)


@changes(*DOES_SHOP)
def vat(request: HttpRequest) -> HttpResponse:
    """How the vendor is taxed: on what is sold from now on."""
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    form = VatForm(request.POST)
    if form.is_valid():
        try:
            change_vat(vendor=vendor, by=request.member.user_id, **form.cleaned_data)  # type: ignore[attr-defined]
        except SoukError as error:
            vendor.refresh_from_db()
            put_error(form, error)
        else:
            messages.success(request, "Saved. What is sold from now on is taxed by it.")
            return redirect("portal:shop")
    return _shop_page(request, _profile_form(vendor), _company_form(vendor), form)


def _vat_form(vendor: Vendor) -> VatForm:
    return VatForm(initial={"vat_id": vendor.vat_id, "is_small_business": vendor.is_small_business})


def _profile_form(vendor: Vendor, data: QueryDict | None = None) -> ProfileForm:
    colors = {f"color_{n}": color for n, color in enumerate(vendor.palette[: len(PALETTE)])}
    shown = {name: getattr(vendor, name) for name in ("name", "tagline", "city", "story")}
    return ProfileForm(data, initial={**shown, **colors})


def _company_form(vendor: Vendor, data: QueryDict | None = None) -> CompanyForm:
    # Both forms stand on one page, and both ask for the city.
    known = {name: getattr(vendor, name) for name in ("street", "postal_code", "city")}
    return CompanyForm(data, initial=known, auto_id="company_%s")


def _shop_page(
    request: HttpRequest, form: ProfileForm, company: CompanyForm, taxed: VatForm | None = None
) -> HttpResponse:
    vendor: Vendor = request.vendor  # type: ignore[attr-defined]
    taxed = taxed or _vat_form(vendor)
    context = {
        "form": form,
        "company": company,
        "taxed": taxed,
        "country": VENDOR_COUNTRIES.get(vendor.country, vendor.country),
        "logo": logo_url(vendor),
        "address": absolute_url("shop", "/", vendor.slug),
        "shop": vendor,
    }
    return render(
        request, "portal/shop.html", context, status=422 if form.errors or company.errors or taxed.errors else 200
    )


@changes(*DOES_SHOP)
def logo(request: HttpRequest) -> HttpResponse:
    file = request.FILES.get("logo")
    if file is None:
        messages.error(request, "Choose a picture first.")
        return redirect("portal:shop")
    try:
        set_logo(vendor=request.vendor, file=file, by=request.member.user_id)  # type: ignore[attr-defined]
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "This is your logo now.")
    return redirect("portal:shop")


@changes(*DOES_SHOP)
def logo_removal(request: HttpRequest) -> HttpResponse:
    remove_logo(vendor=request.vendor, by=request.member.user_id)  # type: ignore[attr-defined]
    messages.success(request, "Your initials stand in for a logo now.")
    return redirect("portal:shop")
