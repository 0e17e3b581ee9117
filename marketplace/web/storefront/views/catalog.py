"""Looking around: start page, categories, search, listings, vendors."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kit import clock
from kit.links import absolute_url, host_of
from marketplace.catalog import queries
from marketplace.catalog.metrics import PRODUCT_VIEWS
from marketplace.catalog.models import Listing, VendorCard
from marketplace.catalog.queries import Facets, ListingPage, NotListed, VariantChoice
from marketplace.checkout.discounts import reduced_listings, reduced_prices
from marketplace.reviews.queries import first_of_listing
from marketplace.search.queries import SearchUnavailable, cleaned, search_listings, suggestions
from marketplace.waiting.queries import room_of_listing
from marketplace.web.storefront import present
from marketplace.web.storefront.brand import brand_css as stylesheet
from marketplace.web.storefront.filters import SORTS, Narrowing, narrowing
from marketplace.web.storefront.hero import hero_url
from marketplace.web.storefront.visitor import shop_front
from tenants.vendors import queries as vendors_queries
from tenants.vendors.models import Vendor
from tenants.vendors.queries import host_name

CURRENCY = "EUR"
# What is on the start page is put together anew so often, in seconds.
START_PAGE, START_PAGE_SECONDS = "storefront:start-page", 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page; on a shop front, that vendor's."""
    if (front := shop_front(request)) is not None:
        return _vendor_page(request, front.slug)
    shown = cache.get_or_set(START_PAGE, _start_page, START_PAGE_SECONDS) or {}
    roots = [{"node": node, "children": node.children[:5]} for node in queries.taxonomy.tree().roots if node.children]
    return render(request, "storefront/home.html", {**shown, "hero_url": hero_url(), "roots": roots})


def _start_page() -> dict[str, Any]:
    """What the start page shows, the same to everybody."""
    found = queries.home(rail=12, vendors=9)
    windows = queries.shop_windows([card.vendor_id for card in found.vendors[:3]])
    # Every day another shop has a rail of its own.
    turn = clock.today().toordinal() % len(found.vendors) if found.vendors else 0
    guest = found.vendors[turn] if found.vendors else None
    queries.say_who_is_away([*found.newest, *found.trending])
    guests = list(queries.more_from(guest, limit=8)) if guest else []
    cheaper = reduced_listings({one.id: one for one in (*found.newest, *found.trending, *guests)}.values())
    newest, trending = (
        [present.product(one, reduced=cheaper) for one in listings] for listings in (found.newest, found.trending)
    )
    return {
        "newest": newest,
        "trending": trending,
        "vendors": [_story(card, windows.get(card.vendor_id, ())) for card in found.vendors[:3]],
        "guest": _story(guest) if guest else None,
        "guest_products": [present.product(one, shop=guest.slug, reduced=cheaper) for one in guests] if guest else [],
    }


@require_safe
def newest(request: HttpRequest) -> HttpResponse:
    """Everything, the newest first."""
    narrow = narrowing(request)
    results = search_listings("", filters=narrow.filters, sort=narrow.sort, cursor=narrow.cursor)
    return _list(request, "storefront/newest.html", narrow, results.page, results.facets)


@require_safe
def category(request: HttpRequest, path: str) -> HttpResponse:
    narrow, front = narrowing(request), shop_front(request)
    try:
        found = (
            queries.category_page(path, filters=narrow.filters, sort=narrow.sort, cursor=narrow.cursor)
            if front is None
            else _category_of(front.slug, path, narrow)
        )
    except NotListed as error:
        raise Http404(str(error)) from None
    return _list(
        request,
        "storefront/category.html",
        narrow,
        found.page,
        found.facets,
        category=found.category,
        trail=present.trail(found.breadcrumbs),
        shop_slug=front.slug if front else "",
    )


def _category_of(slug: str, path: str, narrow: Narrowing) -> queries.CategoryPage:
    """A category as one vendor fills it."""
    tree = queries.taxonomy.tree()
    if path not in tree.by_path:
        raise NotListed("There is no such category.")
    found = queries.vendor_page(slug, category=path, filters=narrow.filters, sort=narrow.sort, cursor=narrow.cursor)
    return queries.CategoryPage(tree.by_path[path], tree.breadcrumbs(path), found.page, found.facets)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    narrow, front = narrowing(request, default_sort="relevance"), shop_front(request)
    try:
        results = search_listings(
            request.GET.get("q", ""),
            vendor=front.slug if front else "",
            filters=narrow.filters,
            sort=narrow.sort,
            cursor=narrow.cursor,
        )
    except SearchUnavailable as error:
        return _search_away(request, str(error))
    return _list(
        request,
        "storefront/search.html",
        narrow,
        results.page,
        results.facets,
        query=results.query,
        is_fuzzy=results.is_fuzzy,
        shop_slug=front.slug if front else "",
        sorts=(("relevance", "Most fitting"), *SORTS),
        roots=queries.taxonomy.tree().roots,
        elsewhere_url=f"{absolute_url('market', request.path)}?{urlencode({'q': results.query})}" if front else "",
    )


def _search_away(request: HttpRequest, why: str) -> HttpResponse:
    """The page answers with what it has: the categories. Nobody keeps it, and no search engine takes it for what is there."""
    context = {"query": cleaned(request.GET.get("q", "")), "away": why, "roots": queries.taxonomy.tree().roots}
    answer = render(request, "storefront/search.html", context)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@cache_control(max_age=60)
def suggest(request: HttpRequest) -> HttpResponse:
    """Options for the search field's list."""
    return render(request, "storefront/_suggestions.html", {"suggestions": suggestions(request.GET.get("q", ""))})


@require_safe
def vendor(request: HttpRequest, slug: str) -> HttpResponse:
    front = shop_front(request)
    if front is not None and front.slug != slug:
        return HttpResponseRedirect(absolute_url("market", request.get_full_path()))
    return _vendor_page(request, slug)


def _vendor_page(request: HttpRequest, slug: str) -> HttpResponse:
    narrow = narrowing(request)
    try:
        found = queries.vendor_page(slug, filters=narrow.filters, sort=narrow.sort, cursor=narrow.cursor)
    except NotListed as error:
        if (closed := vendors_queries.out_of_service(slug=slug)) is not None:
            return _out_of_service(request, closed)
        raise Http404(str(error)) from None
    card = found.vendor
    return _list(
        request,
        "storefront/vendor.html",
        narrow,
        found.page,
        found.facets,
        shop_slug=slug,
        vendor=_story(card),
        away=card.away_words(),
        away_message=card.away_message,
        shipping=present.shipping_words(card),
        is_first=not narrow.count and not narrow.cursor,
        arrives=present.arrives(card.handling_days, card.transit_days),
        trail=[*present.trail([]), {"label": "Shops", "url": reverse("storefront:vendors")}, {"label": card.name}],
        brand_css_url=reverse("storefront:brand_css", args=[slug]),
        # The cart comes along.
        front_url=""
        if shop_front(request)
        else f"{reverse('storefront:front_cart')}?{urlencode({'front': host_name(host_of('shop', slug))})}",
    )


@require_safe
@cache_control(max_age=300)
def brand_css(request: HttpRequest, slug: str) -> HttpResponse:
    """A vendor's five tokens; only numbers computed from its palette, never its text."""
    try:
        palette = queries.vendor_card(slug).palette
    except NotListed as error:
        raise Http404(str(error)) from None
    return HttpResponse(stylesheet(palette), content_type="text/css; charset=utf-8")


@require_safe
def vendors(request: HttpRequest) -> HttpResponse:
    narrow = narrowing(request)
    page = queries.vendors(cursor=narrow.cursor)
    windows = queries.shop_windows([card.vendor_id for card in page.rows])
    return render(
        request,
        "storefront/vendors.html",
        {
            "vendors": [_story(card, windows.get(card.vendor_id, ())) for card in page.rows],
            "previous_url": narrow.page_url(page.previous_cursor),
            "next_url": narrow.page_url(page.next_cursor),
        },
    )


@require_safe
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """What there is to buy; on a shop front, that vendor's offers alone."""
    front = shop_front(request)
    try:
        found = queries.listing_page(slug)
    except NotListed as error:
        if not queries.was_listed(slug):
            raise Http404("There is no such product.") from None
        vendor_id = queries.vendor_of_hidden(slug)
        if vendor_id and (closed := vendors_queries.out_of_service(vendor_id=vendor_id)) is not None:
            return _out_of_service(request, closed)
        return render(request, "storefront/gone.html", {"reason": str(error)}, status=410)
    if front is not None:
        found = queries.of_vendor(found, front.id)
        if not found.variants:
            return HttpResponseRedirect(absolute_url("market", request.get_full_path()))
    chosen = _choice(found.variants, request.GET.get("v", ""))
    if chosen is None:
        return render(request, "storefront/gone.html", {"reason": "Nobody offers this any more."}, status=410)
    shop = front.slug if front else request.GET.get("shop", "")
    featured = next((line for line in chosen.offers if line.vendor.slug == shop), chosen.offers[0])
    others = [line for line in chosen.offers if line is not featured]
    away = featured.vendor.away_words()
    status, stock = ("on_vacation", away.rstrip(".")) if away else present.stock_words(featured.offer)
    for line in chosen.offers:
        line.offer.listing = found.listing
    reduced = reduced_prices([line.offer for line in chosen.offers])
    more = list(queries.more_from(featured.vendor, beside=found.listing.id))
    cheaper = reduced_listings([*more, *found.related])
    PRODUCT_VIEWS.labels("page").inc()
    queries.say_who_is_away(found.related)
    return render(
        request,
        "storefront/listing.html",
        {
            "listing": found.listing,
            "trail": present.trail(found.breadcrumbs, found.listing.title),
            "images": present.images(found.listing),
            "groups": _option_groups(found, chosen, shop),
            "chosen": chosen,
            "offer": present.offer(featured, reduced),
            "waiting": room_of_listing(found.listing.id),
            "vendor": _story(featured.vendor),
            "away": away,
            "away_message": featured.vendor.away_message if away else "",
            "stock_status": status,
            "stock": stock,
            "most": min(featured.offer.available, 99),
            "later": present.ships_from(later) if (later := featured.offer.ships_later()) else "",
            "arrives": present.arrives(featured.vendor.handling_days, featured.vendor.transit_days),
            "shipping": present.shipping_words(featured.vendor),
            "others": [present.offer(line, reduced) for line in others],
            "others_from": min((reduced.get(line.offer.id, line.offer.price_minor) for line in others), default=None),
            "attributes": present.attributes(found.listing),
            **_reviews(found.listing),
            "more": [present.product(one, shop=featured.vendor.slug, reduced=cheaper) for one in more],
            "related": [present.product(one, reduced=cheaper) for one in found.related],
        },
    )


def _reviews(listing: Listing) -> dict[str, Any]:
    """The newest few that were written of it. Where they cannot be read the page goes without them."""
    found = first_of_listing(listing.id) if listing.rating_count else []
    return {
        "rating": listing.rating,
        "review_count": listing.rating_count,
        "reviews": present.reviews(found or []),
        "reviews_unreadable": found is None,
    }


def _out_of_service(request: HttpRequest, vendor: Vendor) -> HttpResponse:
    """It comes back: search engines keep the page, and people are told so."""
    answer = render(request, "storefront/out_of_service.html", {"vendor": vendor}, status=503)
    answer.headers["Retry-After"] = "600"
    answer.headers["Cache-Control"] = "no-store"
    return answer


# --- A listing's variants ---------------------------------------------------------------------------------------------


def _choice(variants: list[VariantChoice], asked: str) -> VariantChoice | None:
    """The variant asked for, else the first in stock, else the first."""
    try:
        wanted = UUID(asked)
    except ValueError:
        wanted = None
    found = next((choice for choice in variants if choice.variant.id == wanted), None)
    in_stock = next((choice for choice in variants if _available(choice)), None)
    return found or in_stock or (variants[0] if variants else None)


def _available(choice: VariantChoice) -> bool:
    return any(line.offer.available for line in choice.offers)


def _option_groups(found: ListingPage, chosen: VariantChoice, shop: str) -> list[dict[str, Any]]:
    """For each option its values, each a link to the variant that has it and else differs least from the chosen one."""
    names = list(dict.fromkeys(name for choice in found.variants for name in choice.variant.options))
    if not names:
        return _plain_choices(found, chosen, shop) if len(found.variants) > 1 else []
    groups = []
    for name in names:
        values: dict[str, VariantChoice] = {}
        for choice in sorted(found.variants, key=lambda choice: _difference(choice, chosen, name)):
            value = choice.variant.options.get(name)
            if value is not None:
                values.setdefault(str(value), choice)
        order = list(dict.fromkeys(str(c.variant.options[name]) for c in found.variants if name in c.variant.options))
        links = [_link(found, value, values[value], chosen, shop) for value in order]
        groups.append({"label": name.replace("_", " ").capitalize(), "values": links})
    return groups


def _difference(choice: VariantChoice, chosen: VariantChoice, name: str) -> tuple[int, bool]:
    have, want = choice.variant.options, chosen.variant.options
    return sum(have.get(other) != want.get(other) for other in want if other != name), not _available(choice)


def _plain_choices(found: ListingPage, chosen: VariantChoice, shop: str) -> list[dict[str, Any]]:
    links = [
        _link(found, choice.variant.gtin or f"Version {place}", choice, chosen, shop)
        for place, choice in enumerate(found.variants, start=1)
    ]
    return [{"label": "Version", "values": links}]


def _link(found: ListingPage, label: str, choice: VariantChoice, chosen: VariantChoice, shop: str) -> dict[str, Any]:
    url = f"{reverse('storefront:listing', args=[found.listing.slug])}?v={choice.variant.id}"
    return {
        "label": label,
        "url": f"{url}&shop={shop}" if shop else url,
        "current": choice is chosen or choice.variant.options == chosen.variant.options,
        "sold_out": not _available(choice),
    }


# --- Lists ------------------------------------------------------------------------------------------------------------


def _list(
    request: HttpRequest, template: str, narrow: Narrowing, page: Any, facets: Facets, **more: Any
) -> HttpResponse:
    shop = more.get("shop_slug", "")
    if not shop:
        queries.say_who_is_away(page.rows)
    cheaper = reduced_listings(page.rows, shop=shop)
    context = {
        "products": [present.product(listing, shop=shop, reduced=cheaper) for listing in page.rows],
        "groups": narrow.groups(facets, CURRENCY, with_vendors=not shop),
        "chips": narrow.chips(facets, CURRENCY),
        "active": narrow.count,
        "clear_url": narrow.clear_url(),
        "sort": narrow.sort,
        "sorts": SORTS,
        "filter_hidden": narrow.hidden("vendor", "brand", "price", "stock"),
        "sort_hidden": narrow.hidden("sort"),
        "previous_url": narrow.page_url(page.previous_cursor),
        "next_url": narrow.page_url(page.next_cursor),
        **more,
    }
    return render(request, template, context)


def _story(card: VendorCard, window: Iterable[str] = ()) -> dict[str, Any]:
    return {
        "window": [present.thumbnail(path) for path in window],
        **present.vendor(card),
        "slug": card.slug,
        "tagline": card.tagline,
        "story": card.story,
        "place": ", ".join(filter(None, (card.city, present.COUNTRIES.get(card.country, card.country)))),
        "listing_count": card.listing_count,
        "joined_at": card.joined_at,
        "rating": card.rating,
        "review_count": card.rating_count,
    }
