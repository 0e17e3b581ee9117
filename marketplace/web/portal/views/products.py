"""A vendor's products: the list, the editor, pictures and documents."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import storages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify

from kit.errors import SoukError
from kit.links import absolute_url
from kit.money import parse_major
from kit.storage import ANY_TYPE
from marketplace.catalog.queries import listing_slug_of
from marketplace.web.portal import present
from marketplace.web.portal.editor import Editor, Sheet
from marketplace.web.portal.roles import ANYBODY, DOES_CATALOG, changes, edits, may, shows
from tenants.shop.catalog import actions, queries
from tenants.shop.catalog.actions import StaleProduct
from tenants.shop.catalog.documents import EXTENSIONS, add_document, remove_document
from tenants.shop.catalog.drafts import InvalidProduct
from tenants.shop.catalog.models import Document, Picture, Product, ProductState
from tenants.shop.catalog.pictures import (
    MAX_PICTURES,
    add_picture,
    describe_picture,
    order_pictures,
    remove_picture,
)
from tenants.shop.inventory.models import Warehouse
from tenants.shop.inventory.queries import LOW, units_of
from tenants.shop.shipping.actions import ship_by_profile
from tenants.shop.shipping.models import ShippingProfile
from tenants.shop.shipping.queries import has_said_how, profile_of

MOVES = {
    ProductState.PUBLISHED: (actions.publish_product, "published"),
    ProductState.DRAFT: (actions.unpublish_product, "unpublished"),
    ProductState.ARCHIVED: (actions.archive_product, "archived"),
}
COLUMNS = "Product, Price:num, Stock:num, State, Changed"
AT_ONCE = 200


@shows(*ANYBODY, visits=True)
def products(request: HttpRequest) -> HttpResponse:
    counts = queries.product_counts()
    search = request.GET.get("q", "").replace("\0", "")[:100]
    state = request.GET.get("state", "")
    page = queries.products_page(state=state, search=search, cursor=request.GET.get("cursor"))
    kept = [state for state in ProductState if state != ProductState.ARCHIVED]
    tabs = [("", "All", sum(counts.get(each, 0) for each in kept))]
    tabs += [(each.value, str(each.label), counts.get(each, 0)) for each in ProductState]
    return render(
        request,
        "portal/products.html",
        {
            "rows": [
                {"row": row, "picture": present.thumbnail(row.picture), "is_low": row.available <= LOW}
                for row in page.rows
            ],
            "pages": present.pages(request, page),
            "tabs": present.tabs(request, tabs),
            "query": search,
            "state": state if state in ProductState.values else "",
            "has_any": bool(counts),
            "said_how": has_said_how(),
            "columns": f"Choose all:check, {COLUMNS}" if may(request.member).do_catalog else COLUMNS,  # type: ignore[attr-defined]
            "currency": settings.CURRENCY,
        },
    )


@changes(*DOES_CATALOG)
def states(request: HttpRequest) -> HttpResponse:
    """Publish, unpublish or archive every product that was checked, as far as each can be."""
    move = _move(request)
    ids = [found for text in request.POST.getlist("product")[:AT_ONCE] if (found := _uuid(text))]
    chosen = Product.objects.filter(id__in=ids).order_by("id")
    moved, refused = 0, []
    with transaction.atomic():
        for product in chosen:
            try:
                move[0](product=product)
                moved += 1
            except SoukError as error:
                refused.append(f"“{product.title}”: {error}")
    if moved:
        messages.success(request, f"{moved} product{'s' if moved > 1 else ''} {move[1]}.")
    elif not refused:
        messages.warning(request, "Check the products first.")
    for words in refused[:5]:
        messages.error(request, words)
    return redirect("portal:products")


@edits(DOES_CATALOG, DOES_CATALOG)
def new_product(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _editor_page(request, Editor(Sheet.empty()))
    sheet, do = Sheet.posted(request.POST), request.POST.get("do", "save")
    if sheet.change(do):
        return _editor_page(request, Editor(sheet))
    editor = Editor(sheet, checked=True)
    if editor.is_valid():
        try:
            made = actions.create_product(draft=editor.draft(), publish=do == "publish", actor_id=_person(request))
        except InvalidProduct as error:
            editor.put_errors(error)
        except SoukError as error:
            editor.grid_errors.append(str(error))
        else:
            messages.success(request, "Published. Now add pictures." if do == "publish" else "Saved as a draft.")
            return redirect("portal:product", made.id)
    return _editor_page(request, editor, status=422)


@edits(ANYBODY, DOES_CATALOG, visits=True)
def product(request: HttpRequest, product_id: UUID) -> HttpResponse:
    found = _find(product_id)
    if request.method != "POST":
        # What the sheet sets is what lies in the shop's first warehouse.
        units = units_of((variant.id for variant in found.variants.all()), warehouse=Warehouse.objects.open().first())
        return _editor_page(request, Editor(Sheet.of(found, units), product=found), found)
    sheet, do = Sheet.posted(request.POST), request.POST.get("do", "save")
    if sheet.change(do):
        return _editor_page(request, Editor(sheet, product=found), found)
    editor = Editor(sheet, checked=True, product=found)
    stale = ""
    if editor.is_valid():
        try:
            with transaction.atomic():
                saved = actions.update_product(
                    product=found, draft=editor.draft(), version=editor.version, actor_id=_person(request)
                )
                if do == "publish":
                    actions.publish_product(product=saved)
        except InvalidProduct as error:
            editor.put_errors(error)
        except StaleProduct as error:
            stale = str(error)
        except SoukError as error:
            editor.grid_errors.append(str(error))
        else:
            words = "Saved and published." if do == "publish" else "Saved."
            if do != "publish" and saved.state == ProductState.PUBLISHED:
                words = "Saved. Customers see it within a second."
            messages.success(request, words)
            return redirect("portal:product", found.id)
    return _editor_page(request, editor, found, stale=stale, status=409 if stale else 422)


@changes(*DOES_CATALOG)
def preview(request: HttpRequest) -> HttpResponse:
    """The card customers will see, from what stands in the form just now."""
    sheet = Sheet.posted(request.POST)
    known = _uuid(request.POST.get("product", ""))
    picture = Picture.objects.filter(product_id=known).first() if known else None
    return render(request, "portal/_preview.html", {"card": _card(request, sheet, picture)})


@changes(*DOES_CATALOG)
def state(request: HttpRequest, product_id: UUID) -> HttpResponse:
    move = _move(request)
    found = _find(product_id)
    try:
        move[0](product=found)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found.title}” is {move[1]}.")
    return redirect("portal:product", found.id)


@changes(*DOES_CATALOG)
def shipping(request: HttpRequest, product_id: UUID) -> HttpResponse:
    """By which profile it is sent; none is the default."""
    found, wanted = _find(product_id), _uuid(request.POST.get("profile", ""))
    profile = ShippingProfile.objects.filter(id=wanted).first() if wanted else None
    try:
        ship_by_profile([found.id], profile=profile)
    except SoukError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{found.title}” is shipped {f'by “{profile.name}”' if profile else 'as usual'}.")
    return redirect("portal:product", found.id)


# --- Pictures and documents ---------------------------------------------------------------------------------


@changes(*DOES_CATALOG)
def pictures(request: HttpRequest, product_id: UUID) -> HttpResponse:
    found = _find(product_id)
    problem, added = "", 0
    for file in request.FILES.getlist("pictures")[:MAX_PICTURES]:
        try:
            add_picture(product=found, file=file, alt="")
            added += 1
        except SoukError as error:
            problem = f"{file.name}: {error}"
            break
    else:
        if not added:
            problem = "Choose a picture first."
    return _parts_page(request, found.id, "pictures", problem)


@changes(*DOES_CATALOG)
def picture_position(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    """Move a picture one place `earlier` or `later`."""
    picture = _find_picture(picture_id)
    ids = list(Picture.objects.filter(product_id=picture.product_id).values_list("id", flat=True))
    here = ids.index(picture.id)
    there = here - 1 if request.POST.get("to") == "earlier" else here + 1
    problem = ""
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
        try:
            order_pictures(product=picture.product, picture_ids=ids)
        except SoukError as error:
            problem = str(error)
    return _parts_page(request, picture.product_id, "pictures", problem)


@changes(*DOES_CATALOG)
def picture_words(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    picture = _find_picture(picture_id)
    problem = ""
    try:
        describe_picture(picture=picture, alt=request.POST.get("alt", ""))
    except SoukError as error:
        problem = str(error)
    return _parts_page(request, picture.product_id, "pictures", problem)


@changes(*DOES_CATALOG)
def picture_removal(request: HttpRequest, picture_id: UUID) -> HttpResponse:
    picture = _find_picture(picture_id)
    remove_picture(picture=picture)
    return _parts_page(request, picture.product_id, "pictures", "")


@changes(*DOES_CATALOG)
def documents(request: HttpRequest, product_id: UUID) -> HttpResponse:
    found = _find(product_id)
    file, problem = request.FILES.get("document"), ""
    title = request.POST.get("title", "").strip()
    if file is None:
        problem = "Choose a file first."
    else:
        try:
            add_document(product=found, file=file, title=title or str(file.name)[:150])
        except SoukError as error:
            problem = str(error)
    return _parts_page(request, found.id, "documents", problem)


@shows(*ANYBODY, visits=True)
def document(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """A private file, to be kept and not to be shown in a page of ours."""
    found = _find_document(document_id)
    name = f"{slugify(found.title)[:80] or 'document'}.{EXTENSIONS.get(found.content_type, 'bin')}"
    kind = found.content_type if found.content_type in EXTENSIONS else ANY_TYPE
    try:
        return storages["private"].attachment(found.path, filename=name, content_type=kind)  # type: ignore[attr-defined]
    except FileNotFoundError:
        raise Http404("This file is gone.") from None


@changes(*DOES_CATALOG)
def document_removal(request: HttpRequest, document_id: UUID) -> HttpResponse:
    found, problem = _find_document(document_id), ""
    try:
        remove_document(document=found)
    except SoukError as error:
        problem = str(error)
    return _parts_page(request, found.product_id, "documents", problem)


# --- Their parts --------------------------------------------------------------------------------------------


def _editor_page(
    request: HttpRequest, editor: Editor, found: Product | None = None, *, stale: str = "", status: int = 200
) -> HttpResponse:
    shown = list(found.pictures.all()) if found else []
    slug = listing_slug_of(found.id) if found and found.state == ProductState.PUBLISHED else ""
    shop = request.vendor.slug  # type: ignore[attr-defined]
    context = {
        "editor": editor,
        "product": found,
        "stale": stale,
        "said_how": (found is not None and found.state == ProductState.PUBLISHED) or has_said_how(),
        "action": request.path,
        "card": _card(request, editor.sheet, shown[0] if shown else None),
        "listing_url": absolute_url("market", f"/p/{slug}/?shop={shop}") if slug else "",
        **({**_parts(found), **_ways(found)} if found else {}),
    }
    return render(request, "portal/product.html", context, status=status)


def _ways(product: Product) -> dict[str, Any]:
    """By which profile it may be shipped, where the shop has several."""
    found = list(ShippingProfile.objects.order_by("-is_default", "name"))
    return {"ways": found if len(found) > 1 else [], "way": profile_of(product.id) if len(found) > 1 else None}


def _parts(product: Product) -> dict[str, Any]:
    shown = list(product.pictures.all())
    return {
        "pictures": [
            {"picture": picture, "url": present.thumbnail(picture.path), "first": n == 0, "last": n == len(shown) - 1}
            for n, picture in enumerate(shown)
        ],
        "documents": list(product.documents.all()),
        "room": MAX_PICTURES - len(shown),
    }


def _parts_page(request: HttpRequest, product_id: UUID, part: str, problem: str) -> HttpResponse:
    """After a change of pictures or documents: that part alone for htmx, the whole page anew for others."""
    if request.htmx:  # type: ignore[attr-defined]
        found = _find(product_id)
        context = {"product": found, "problem": problem, **_parts(found)}
        return render(request, f"portal/_{part}.html", context)
    if problem:
        messages.error(request, problem)
    return redirect(f"{reverse('portal:product', args=[product_id])}#{part}")


def _card(request: HttpRequest, sheet: Sheet, picture: Picture | None) -> dict[str, Any]:
    prices = []
    for row in sheet.variants:
        try:
            amount = parse_major(row.get("price", "")[:20], settings.CURRENCY).amount_minor
            before = row.get("compare_at", "")[:20]
            prices.append((amount, parse_major(before, settings.CURRENCY).amount_minor if before else None))
        except ValueError:
            continue
    least = min(prices, key=lambda price: price[0]) if prices else (None, None)
    return present.product_card(
        title=sheet.product.get("title", ""),
        picture=picture.path if picture else "",
        vendor_name=request.vendor.name,  # type: ignore[attr-defined]
        amount_minor=least[0],
        compare_at_minor=least[1],
        currency=settings.CURRENCY,
    )


def _move(request: HttpRequest) -> tuple[Any, str]:
    wanted = request.POST.get("state", "")
    if wanted not in ProductState.values:
        raise Http404("There is no such state.")
    return MOVES[ProductState(wanted)]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _find(product_id: UUID) -> Product:
    try:
        return queries.product_with_parts(product_id)
    except Product.DoesNotExist:
        raise Http404("There is no such product.") from None


def _find_picture(picture_id: UUID) -> Picture:
    found = Picture.objects.select_related("product").filter(id=picture_id).first()
    if found is None:
        raise Http404("There is no such picture.")
    return found


def _find_document(document_id: UUID) -> Document:
    found = Document.objects.filter(id=document_id).first()
    if found is None:
        raise Http404("There is no such document.")
    return found


def _person(request: HttpRequest) -> UUID:
    return request.member.user_id  # type: ignore[attr-defined, no-any-return]
