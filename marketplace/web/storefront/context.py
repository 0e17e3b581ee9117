"""What every page of the storefront shows around its content."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.core.files.storage import default_storage
from django.http import HttpRequest
from django.urls import reverse

from kit.links import absolute_url
from marketplace.carts.keys import count_of_key
from marketplace.carts.queries import item_count_of
from marketplace.web.storefront.visitor import cart_token, front_host, key_token, person, shop_front
from taxonomy.queries import tree
from tenants.vendors.models import TextKind, Vendor
from tenants.vendors.queries import text_kinds


def storefront_context(request: HttpRequest) -> dict[str, Any]:
    """Layout variables of `layouts/storefront.html`. Templates call functions: what costs a query waits until then."""
    vendor = shop_front(request)
    context: dict[str, Any] = {
        "home_url": reverse("storefront:home"),
        "search_url": reverse("storefront:search"),
        "suggest_url": reverse("storefront:suggest"),
        "person": cache(lambda: person(request)),
        "cart_count": cache(lambda: _cart_count(request)),
        **{f"{name}_url": _market(vendor is not None, route) for name, route in _ROUTES.items()},
    }
    if vendor is None:
        context["categories"] = cache(lambda: _categories(request))
        if request.method == "GET" and request.path != context["home_url"]:
            # Whoever was looking at something goes on doing so; from the first page, they go to where they work.
            context["sign_in_url"] += f"?{urlencode({'next': request.get_full_path()})}"
    else:
        context["shop"] = {
            "name": vendor.name,
            "logo_url": default_storage.url(vendor.logo) if vendor.logo else "",
            "url": "/",
        }
        context["brand_css_url"] = reverse("storefront:brand_css", args=[vendor.slug])
        context["home_url"] = absolute_url("market", "/")
        # By the shop front's own way to the one cart.
        context |= {"cart_url": reverse("storefront:cart"), "cart_add_url": reverse("storefront:cart_add")}
        context["shop_links"] = cache(lambda: _shop_links(vendor))
    context["footer_links"] = cache(lambda: _footer(context))
    return context


BAR = 12  # categories that the bar on every page has room for
_ROUTES = {
    "cart": "storefront:cart",
    "cart_add": "storefront:cart_add",
    "account": "storefront:account",
    "orders": "storefront:orders",
    "shops": "storefront:shops",
    "sell": "storefront:sell",
    "vendors": "storefront:vendors",
    "sign_in": "account_login",
    "sign_out": "account_logout",
    "sign_up": "account_signup",
}


def _cart_count(request: HttpRequest) -> int:
    if shop_front(request) is not None:
        return count_of_key(host=front_host(request), token=key_token(request))
    return item_count_of(user=person(request), token=cart_token(request))


def _shop_links(vendor: Vendor) -> list[dict[str, str]]:
    """A vendor's own pages, those that it has written; an imprint it always has."""
    written = {*text_kinds(vendor.id), TextKind.IMPRINT}
    policies = [kind for kind in TextKind if kind in written and kind != TextKind.ABOUT]
    return [
        {"label": "About", "url": reverse("storefront:about")},
        *({"label": kind.label, "url": reverse("storefront:policy", args=[kind.value])} for kind in policies),
    ]


def _market(from_elsewhere: bool, route: str) -> str:
    path = reverse(route)
    return absolute_url("market", path) if from_elsewhere else path


def _categories(request: HttpRequest) -> list[dict[str, Any]]:
    """The first roots of the tree, the one we are in marked."""
    here = str(request.resolver_match.kwargs.get("path", "")) if request.resolver_match else ""
    return [
        {
            "label": node.name,
            "url": reverse("storefront:category", args=[node.path]),
            "current": here.split("/")[0] == node.path,
        }
        for node in tree().roots[:BAR]
    ]


def _footer(context: dict[str, Any]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = [
        {
            "title": "Your purchases",
            "links": [
                {"label": "Orders", "url": context["orders_url"]},
                {"label": "Cart", "url": context["cart_url"]},
                {"label": "Wishlist", "url": _market("shop" in context, "storefront:wishes")},
                {"label": "Account", "url": context["account_url"]},
            ],
        },
        {
            "title": "Discover",
            "links": [
                {"label": "All shops", "url": context["vendors_url"]},
                {"label": "New things", "url": _market("shop" in context, "storefront:newest")},
                {"label": "Gift cards", "url": _market("shop" in context, "storefront:gift_cards")},
            ],
        },
    ]
    if "shop" not in context:  # whose front this is has one
        groups.append({"title": "Sell", "links": [{"label": "Open a shop", "url": context["sell_url"]}]})
    return groups
