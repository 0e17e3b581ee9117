"""Products, prices and tax rates."""

from __future__ import annotations

from typing import Any

from ..api.registry import Call, change, endpoint
from ..errors import invalid, missing, unsupported
from ..ids import new_id
from ..listing import page
from ..money.currencies import MAXIMUM_MINOR
from ..objects import get
from ..store import Record
from ..world import World


def only(call: Call, what: str, *names: str) -> None:
    """Refuse what Stripe knows and this sandbox does not."""
    for name in call.params:
        if name not in names:
            raise unsupported(f"the parameter {name} of {what}")


@endpoint("POST", "/v1/products")
def create_product(call: Call) -> dict[str, Any]:
    only(call, "products", "id", "name", "description", "active", "metadata", "tax_code", "unit_label", "url")
    params, world = call.params, call.world
    call.need("name")
    id = params.get("id") or new_id("prod", 14)
    if world.store.find(id):
        raise invalid(f"Product already exists: {id}", param="id", code="resource_already_exists")
    product = world.create(
        "product",
        "prod",
        call.account,
        {
            "active": params.get("active", True),
            "default_price": None,
            "description": params.get("description") or None,
            "images": [],
            "livemode": False,
            "marketing_features": [],
            "metadata": params.get("metadata") or {},
            "name": params["name"],
            "package_dimensions": None,
            "shippable": None,
            "statement_descriptor": None,
            "tax_code": params.get("tax_code") or None,
            "type": "service",
            "unit_label": params.get("unit_label") or None,
            "updated": world.now,
            "url": params.get("url") or None,
        },
        id=id,
    )
    world.emit(call.account, "product.created", product.body)
    return product.body


@endpoint("GET", "/v1/products")
def list_products(call: Call) -> dict[str, Any]:
    only(call, "the list of products", "limit", "starting_after", "ending_before", "created")
    return page(call.world, call.account, "product", call.params, call.path)


@endpoint("GET", "/v1/products/{id}")
def retrieve_product(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "product", call.id).body


@endpoint("POST", "/v1/products/{id}")
def update_product(call: Call) -> dict[str, Any]:
    only(call, "products", "name", "description", "active", "metadata", "tax_code", "unit_label", "url")
    product = get(call.world, call.account, "product", call.id)
    change(product, call.params, "name", "description", "active", "tax_code", "unit_label", "url")
    product.body["updated"] = call.world.now
    call.world.store.save(product)
    call.world.emit(call.account, "product.updated", product.body)
    return product.body


PRICE_FIELDS = ("active", "currency", "lookup_key", "metadata", "nickname", "product", "recurring", "tax_behavior")


@endpoint("POST", "/v1/prices")
def create_price(call: Call) -> dict[str, Any]:
    only(call, "prices", *PRICE_FIELDS, "unit_amount", "transfer_lookup_key")
    params, world = call.params, call.world
    get(world, call.account, "product", call.need("product"), param="product", status=400)
    amount, recurring = call.need("unit_amount"), params.get("recurring")
    if not 0 <= amount <= MAXIMUM_MINOR:
        raise invalid("unit_amount must be at least 0.", param="unit_amount", code="parameter_invalid_integer")
    if recurring and recurring.get("usage_type", "licensed") != "licensed":
        raise unsupported("metered prices")
    _take_lookup_key(call)
    price = world.create(
        "price",
        "price",
        call.account,
        {
            "active": params.get("active", True),
            "billing_scheme": "per_unit",
            "currency": params["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": params.get("lookup_key") or None,
            "metadata": params.get("metadata") or {},
            "nickname": params.get("nickname") or None,
            "product": params["product"],
            "recurring": recurring
            and {
                "interval": recurring["interval"],
                "interval_count": recurring.get("interval_count", 1),
                "meter": None,
                "trial_period_days": None,
                "usage_type": "licensed",
            },
            "tax_behavior": params.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        },
    )
    world.emit(call.account, "price.created", price.body)
    return price.body


@endpoint("GET", "/v1/prices")
def list_prices(call: Call) -> dict[str, Any]:
    only(call, "the list of prices", "limit", "starting_after", "ending_before", "created", "lookup_keys", "product")
    keys = call.params.pop("lookup_keys", None)
    if keys is None:
        return page(call.world, call.account, "price", call.params, call.path, by=("product",))
    found = [price.body for key in keys for price in call.world.store.where("price", "lookup_key", key)]
    return {"object": "list", "data": found[::-1], "has_more": False, "url": call.path}


@endpoint("GET", "/v1/prices/{price}")
def retrieve_price(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "price", call.id).body


@endpoint("POST", "/v1/prices/{price}")
def update_price(call: Call) -> dict[str, Any]:
    only(call, "prices", "active", "lookup_key", "metadata", "nickname", "tax_behavior", "transfer_lookup_key")
    price = get(call.world, call.account, "price", call.id)
    if call.params.get("lookup_key") != price.body["lookup_key"]:
        _take_lookup_key(call)
    change(price, call.params, "active", "lookup_key", "nickname", "tax_behavior")
    call.world.store.save(price)
    call.world.emit(call.account, "price.updated", price.body)
    return price.body


def _take_lookup_key(call: Call) -> None:
    """A lookup key names one price at a time; with ``transfer_lookup_key`` the other gives it up."""
    key = call.params.get("lookup_key")
    for other in call.world.store.where("price", "lookup_key", key) if key else []:
        if not call.params.get("transfer_lookup_key"):
            raise invalid(
                f"A price (`{other.id}`) already uses that lookup key. Set transfer_lookup_key=true to move it.",
                param="lookup_key",
            )
        other.body["lookup_key"] = None
        call.world.store.save(other)


def price_of(world: World, account: str, id: str, param: str) -> Record:
    """An active recurring price; ApiError 400 otherwise."""
    price = get(world, account, "price", id, param=param, status=400)
    if not price.body["active"]:
        raise invalid("The price specified is inactive. This field only accepts active prices.", param=param)
    if price.body["type"] != "recurring":
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts recurring.", param=param
        )
    return price


@endpoint("POST", "/v1/tax_rates")
def create_tax_rate(call: Call) -> dict[str, Any]:
    names = (
        "display_name",
        "percentage",
        "inclusive",
        "country",
        "description",
        "metadata",
        "jurisdiction",
        "tax_type",
    )
    only(call, "tax rates", *names, "active")
    params = call.params
    if params["inclusive"]:
        raise unsupported("tax rates with inclusive=true")
    rate = call.world.create(
        "tax_rate",
        "txr",
        call.account,
        {
            "active": params.get("active", True),
            "country": params.get("country"),
            "description": params.get("description"),
            "display_name": params["display_name"],
            "effective_percentage": None,
            "flat_amount": None,
            "inclusive": False,
            "jurisdiction": params.get("jurisdiction"),
            "jurisdiction_level": None,
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "percentage": params["percentage"],
            "rate_type": "percentage",
            "state": None,
            "tax_type": params.get("tax_type"),
        },
    )
    return rate.body


@endpoint("GET", "/v1/tax_rates")
def list_tax_rates(call: Call) -> dict[str, Any]:
    only(call, "the list of tax rates", "limit", "starting_after", "ending_before", "created")
    return page(call.world, call.account, "tax_rate", call.params, call.path)


@endpoint("GET", "/v1/tax_rates/{tax_rate}")
def retrieve_tax_rate(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "tax_rate", call.id).body


def tax_rates_of(world: World, account: str, ids: Any) -> list[dict[str, Any]]:
    """The tax rates of these ids; ApiError 400 for one that does not exist."""
    found = []
    for id in ids or []:
        rate = world.store.find(id)
        if rate is None or rate.kind != "tax_rate":
            raise missing("tax_rate", id, param="default_tax_rates", status=400)
        found.append(rate.body)
    return found
