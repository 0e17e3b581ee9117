"""What is to be sent to operations whose schema alone does not say enough, in the market of `whole_market`.

Names with a hyphen are headers.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import Image

from tests.support.hostile import Ask, Told

STOREFRONT, VENDOR, PLATFORM, FINANCE = (
    f"/api/v1/{audience}" for audience in ("storefront", "vendor", "platform", "finance")
)
Ids = Mapping[str, str]
GUESTS_CART = "a-cart-of-a-guest-who-signs-in-later-0123456789"
ADDRESS = {"name": "Ada Vermeer", "line1": "Kade 1", "postal_code": "1011 AB", "city": "Amsterdam", "country": "NL"}


def _png() -> bytes:
    found = BytesIO()
    Image.new("RGB", (8, 8)).save(found, "PNG")
    return found.getvalue()


def _cart_to_order(ask: Ask, ids: Ids) -> dict[str, Any]:
    return {"ship_to": ADDRESS, "version": ask("GET", f"{STOREFRONT}/cart")["version"]}


def _all_of_an_order(ask: Ask, ids: Ids) -> dict[str, Any]:
    order = ask("GET", f"{STOREFRONT}/orders/{ids['number']}")
    return {"parts": [{"vendor_order_id": part["id"], "everything": True} for part in order["vendor_orders"]]}


def _cancellation(ask: Ask, ids: Ids) -> dict[str, Any]:
    body = _all_of_an_order(ask, ids)
    shown = ask("POST", f"{STOREFRONT}/orders/{ids['number']}/cancellation-previews", body)
    return {**body, "digest": shown.get("digest", "")}


def _a_cent_off(vendor_order_id: str) -> dict[str, Any]:
    return {"kind": "refund", "parts": [{"vendor_order_id": vendor_order_id, "goodwill_minor": 1}]}


def _vendors_refund(ask: Ask, ids: Ids) -> dict[str, Any]:
    body = _a_cent_off(ids["order_id"])
    shown = ask("POST", f"{VENDOR}/orders/{ids['order_id']}/refund-previews", body)
    return {**body, "digest": shown.get("digest", "")}


def _staffs_preview(ask: Ask, ids: Ids) -> dict[str, Any]:
    return _a_cent_off(ask("GET", f"{PLATFORM}/orders/{ids['number']}")["vendor_orders"][0]["id"])


def _staffs_refund(ask: Ask, ids: Ids) -> dict[str, Any]:
    body = _staffs_preview(ask, ids)
    shown = ask("POST", f"{PLATFORM}/orders/{ids['number']}/refund-previews", body)
    return {**body, "digest": shown.get("digest", "")}


def _digest_of(audience: str) -> Told:
    def told(ask: Ask, ids: Ids) -> dict[str, Any]:
        shown = ask("POST", f"{audience}/refund-requests/{ids['request_id']}/previews")
        return {"digest": shown.get("digest", "")}

    return told


def _product_as_it_is(ask: Ask, ids: Ids) -> dict[str, Any]:
    product = ask("GET", f"{VENDOR}/products/{ids['product_id']}")
    variants = [{name: row[name] for name in ("id", "price_minor")} for row in product["variants"]]
    return {"title": product["title"], "variants": variants}


def _pictures_in_order(ask: Ask, ids: Ids) -> dict[str, Any]:
    product = ask("GET", f"{VENDOR}/products/{ids['product_id']}")
    return {"picture_ids": [picture["id"] for picture in product["pictures"]]}


def _line_of_the_statement(ask: Ask, ids: Ids) -> dict[str, Any]:
    """For the order placed last, which waits for it."""
    payment = ask("GET", f"{FINANCE}/payments?limit=1")["items"][0]
    return {
        "order_number": payment["order_number"],
        "amount_minor": payment["amount_minor"],
        "currency": payment["currency"],
    }


def _suggestion(ask: Ask, ids: Ids) -> dict[str, Any]:
    found = ask("GET", f"{FINANCE}/exceptions/{ids['exception_id']}")["suggestions"]
    return {"suggestion": found[0]["name"]} if found else {}


def _a_waiver(ask: Ask, ids: Ids) -> dict[str, Any]:
    items = ask("GET", f"{PLATFORM}/vendors/{ids['vendor_id']}/onboarding").get("items", [])
    seen = next((item["seen"] for item in items if item["code"] == ids["code"]), None)
    return {"decision": "waive", "reason": "Known to us.", "seen": seen}


def _to_the_other_warehouse(ask: Ask, ids: Ids) -> dict[str, Any]:
    there = [warehouse["id"] for warehouse in ask("GET", f"{VENDOR}/warehouses")["items"]]
    return {"from_warehouse_id": there[0], "to_warehouse_id": there[-1], "quantity": 1}


def _cheapest_ways(ask: Ask, ids: Ids) -> dict[str, Any]:
    vendors = ask("GET", f"{STOREFRONT}/cart")["vendors"]
    ways = [(part["vendor"]["slug"], part["shipping"]["methods"][0]["id"]) for part in vendors]
    return {"methods": [{"vendor": vendor, "method": method} for vendor, method in ways]}


def _a_line_of_the_cart(ask: Ask, ids: Ids) -> dict[str, Any]:
    lines = ask("GET", f"{STOREFRONT}/cart")["lines"]
    return {"line_id": lines[0]["id"]} if lines else {}


def _profile_as_it_is(ask: Ask, ids: Ids) -> dict[str, Any]:
    found = ask("GET", f"{VENDOR}/shipping/profiles/{ids['profile_id']}")
    return {name: found[name] for name in ("name", "handling_days", "zones") if name in found}


TOLD: dict[str, dict[str, Told]] = {
    "storefront": {
        f"PUT {STOREFRONT}/cart/shipping": _cheapest_ways,
        f"POST {STOREFRONT}/cart/saved": _a_line_of_the_cart,
        f"POST {STOREFRONT}/cart/merge": {"Souk-Cart": GUESTS_CART},
        f"POST {STOREFRONT}/cart/coupons": {"code": "SPRING"},
        f"POST {STOREFRONT}/orders/{{number}}/returns/{{return_id}}/photos": {"photo": _png()},
        f"POST {STOREFRONT}/orders": _cart_to_order,
        f"POST {STOREFRONT}/orders/{{number}}/cancellation-previews": _all_of_an_order,
        f"POST {STOREFRONT}/orders/{{number}}/cancellations": _cancellation,
    },
    "vendor": {
        f"POST {VENDOR}/disputes/{{dispute_id}}/files": {"file": b"%PDF-1.7"},
        f"POST {VENDOR}/onboarding/terms/acceptance": {"version": 1},
        f"POST {VENDOR}/onboarding/steps/{{code}}/documents": {"file": b"%PDF-1.7"},
        f"POST {VENDOR}/domains": {"host": "www.lindqvist-of-gotland.com"},
        f"PUT {VENDOR}/stock/{{variant_id}}/backorders": {"limit": 0},
        f"POST {VENDOR}/shipping/profiles": {"name": "Bulky things", "zones": [{"name": "Home", "countries": ["SE"]}]},
        f"PUT {VENDOR}/shipping/profiles/{{profile_id}}": _profile_as_it_is,
        f"PUT {VENDOR}/products/{{product_id}}/shipping": {"profile_id": None},
        f"POST {VENDOR}/stock/{{variant_id}}/moves": _to_the_other_warehouse,
        f"POST {VENDOR}/imports": {"file": b"title,sku,price\nLamp,L-1,12.00\n"},
        f"PUT {VENDOR}/products/{{product_id}}": _product_as_it_is,
        f"PATCH {VENDOR}/pictures/{{picture_id}}": {"description": "A lamp"},
        f"PATCH {VENDOR}/team/members/{{member_id}}": {"role": "orders"},
        f"PUT {VENDOR}/stock/{{variant_id}}": {"on_hand": 100},
        f"POST {VENDOR}/products/{{product_id}}/pictures": {"picture": _png()},
        f"PUT {VENDOR}/products/{{product_id}}/pictures/order": _pictures_in_order,
        f"POST {VENDOR}/orders/{{order_id}}/refund-previews": lambda ask, ids: _a_cent_off(ids["order_id"]),
        f"POST {VENDOR}/orders/{{order_id}}/refund-requests": _vendors_refund,
        f"POST {VENDOR}/refund-requests/{{request_id}}/approval": _digest_of(VENDOR),
    },
    "platform": {
        f"POST {PLATFORM}/commission-explanations": {"category_path": "home"},
        f"POST {PLATFORM}/orders/{{number}}/refund-previews": _staffs_preview,
        f"POST {PLATFORM}/orders/{{number}}/refund-requests": _staffs_refund,
        f"POST {PLATFORM}/plans": {"code": "something"},
        f"POST {PLATFORM}/vendors/{{vendor_id}}/onboarding/{{code}}/decision": _a_waiver,
        f"POST {PLATFORM}/vendor-invitations": {"email": "new@bauer.example", "country": "DE", "currency": "EUR"},
        f"POST {PLATFORM}/staff": {"email": "ada@vermeer.example"},
        f"PATCH {PLATFORM}/staff/{{staff_id}}": {"role": "accountant"},
        f"POST {PLATFORM}/refund-requests/{{request_id}}/approval": _digest_of(PLATFORM),
    },
    "finance": {
        f"PUT {FINANCE}/bank-accounts/{{vendor_id}}": {"iban": "NL91ABNA0417164300"},
        f"POST {FINANCE}/bank-receipts": _line_of_the_statement,
        f"POST {FINANCE}/disputes/{{dispute_id}}/submission": {"texts": {"shipping_carrier": "DHL"}},
        f"PUT {FINANCE}/exceptions/{{exception_id}}/owner": {"owner_id": None},
        f"POST {FINANCE}/exceptions/{{exception_id}}/resolution": _suggestion,
        f"POST {FINANCE}/exports": {"starts_on": "2026-01-01", "ends_on": "2026-02-01"},
        f"POST {FINANCE}/hold-rules": {"scope": "all", "days": 3},
    },
}
