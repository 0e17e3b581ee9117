"""Products, their pictures and imports by a vendor's own systems."""

import io
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F

from kit.ids import uuid7
from outbox.models import Fact
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Picture, Product, Variant
from tenants.shop.inventory.models import StockLevel, StockMovement
from tests.factories.shop import shelf
from tests.support.api import document_of, operations

PRODUCTS = "/api/v1/vendor/products"
MUG = {
    "title": "Stoneware mug",
    "description": "Thrown and glazed by hand.",
    "brand": "Lindqvist",
    "attributes": {"Material": "Stoneware", "Dishwasher": True, "Volume": 0.35},
    "variants": [
        {"sku": "MUG-S", "options": {"Color": "Sand"}, "price_minor": 1800, "compare_at_minor": 2400, "stock": 40},
        {"sku": "MUG-B", "options": {"Color": "Blue"}, "price_minor": 1900, "gtin": "4006381333931"},
    ],
}


@pytest.fixture
def mug(lindqvist: Any) -> dict[str, Any]:
    """A product as it was answered when it was made."""
    found: dict[str, Any] = lindqvist.post(PRODUCTS, MUG).json()
    return found


def inside(held: Any) -> Any:
    from tenants.vendors.models import Vendor

    return in_shop(Vendor.objects.get(slug="lindqvist"))


def test_a_product_is_made_whole(lindqvist: Any) -> None:
    answer = lindqvist.post(PRODUCTS, {**MUG, "publish": True})
    made = answer.json()
    assert answer.status_code == 201
    assert answer["Location"] == f"{PRODUCTS}/{made['id']}"
    assert answer["ETag"] == '"1"'
    assert {name: made[name] for name in ("title", "state", "version", "condition", "category_id")} == {
        "title": "Stoneware mug",
        "state": "published",
        "version": 1,
        "condition": "new",
        "category_id": None,
    }
    assert made["attributes"] == MUG["attributes"]
    first = made["variants"][0]
    assert first == {
        "id": first["id"],
        "product_id": made["id"],
        "sku": "MUG-S",
        "gtin": "",
        "options": {"Color": "Sand"},
        "price_minor": 1800,
        "compare_at_minor": 2400,
        "currency": "EUR",
        "weight_grams": 0,
    }
    with inside(lindqvist):
        assert StockLevel.objects.get().on_hand == 40
        assert StockMovement.objects.get().actor_id is not None
    assert Fact.objects.filter(name="shop.products_changed", payload={"products": [made["id"]]}).count() == 1
    assert lindqvist.get(answer["Location"]).json() == made


def test_what_is_wrong_with_a_product_is_said_by_path(lindqvist: Any) -> None:
    wrong = {
        "title": "Mug",
        "variants": [{"sku": "A", "price_minor": 1000, "compare_at_minor": 900}, {"sku": "A", "price_minor": 1000}],
    }
    answer = lindqvist.post(PRODUCTS, wrong)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_product")
    assert {error["field"] for error in answer.json()["errors"]} == {
        "variants.0.compare_at_minor",
        "variants.1.sku",
        "variants.1.options",
    }
    answer = lindqvist.post(PRODUCTS, {"title": "", "variants": [{"price_minor": "12"}, {"sku": 5}]})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("title", "blank"),
        ("variants.0.price_minor", "invalid"),
        ("variants.1.sku", "invalid"),
        ("variants.1.price_minor", "required"),
    ]
    with inside(lindqvist):
        assert not Product.objects.exists()


HOSTILE: list[dict[str, Any]] = [
    {"title": "x" * 251},
    {"title": "a\0b"},
    {"title": ["Mug"]},
    {"attributes": {"\0": "x"}},
    {"attributes": {"a": [1]}},
    {"attributes": {"a": None}},
    {"attributes": {"a": 10**40}},
    {"attributes": {str(n): n for n in range(251)}},
    {"category_id": "00000000-0000-4000-8000-000000000000"},
    {"category_id": "x"},
    {"condition": "broken"},
    {"publish": "yes"},
    {"variants": []},
    {"variants": None},
    {"variants": [{"price_minor": 10**30}]},
    {"variants": [{"price_minor": True}]},
    {"variants": [{"price_minor": 1.5}]},
    {"variants": [{"price_minor": 100, "stock": -1}]},
    {"variants": [{"price_minor": 100, "stock": 10**12}]},
    {"variants": [{"price_minor": 100, "weight_grams": 2**31}]},
    {"variants": [{"price_minor": 100, "gtin": "4006381333930"}]},
    {"variants": [{"price_minor": 100, "options": {"\0": "x"}}]},
    {"variants": [{"price_minor": 100, "options": {"a": {}}}]},
    {"variants": [{"price_minor": 100, "options": {str(n): "x" for n in range(5)}}]},
    {"variants": [{"price_minor": 100, "sku": f"S{n}", "options": {"n": str(n)}} for n in range(101)]},
]


@pytest.mark.parametrize("part", HOSTILE, ids=lambda part: str(part)[:40])
def test_what_makes_no_sense_is_refused(lindqvist: Any, part: dict[str, Any]) -> None:
    answer = lindqvist.post(PRODUCTS, {**MUG, **part})
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"]


def test_a_product_is_replaced_with_all_its_variants(lindqvist: Any, mug: dict[str, Any]) -> None:
    sand, blue = mug["variants"]
    path = f"{PRODUCTS}/{mug['id']}"
    draft = {
        "title": "Mug",
        "variants": [
            {"id": blue["id"], "sku": "MUG-B", "options": {"Color": "Blue"}, "price_minor": 2000},
            {"sku": "MUG-G", "options": {"Color": "Green"}, "price_minor": 2100, "stock": 3},
        ],
    }
    answer = lindqvist.put(path, draft, If_Match='"1"')
    changed = answer.json()
    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert [variant["sku"] for variant in changed["variants"]] == ["MUG-B", "MUG-G"]
    assert changed["variants"][0]["id"] == blue["id"]
    assert (changed["description"], changed["attributes"], changed["version"]) == ("", {}, 2)
    late = lindqvist.put(path, draft, If_Match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    strange = {"title": "Mug", "variants": [{"id": str(uuid4()), "price_minor": 1}]}
    assert lindqvist.put(path, strange).json()["errors"][0]["field"] == "variants.0.id"
    assert lindqvist.get(path).json() == changed
    assert sand["id"] not in {variant["id"] for variant in changed["variants"]}


def test_variants_that_trade_skus_are_told_to_do_so_in_two_steps(lindqvist: Any, mug: dict[str, Any]) -> None:
    sand, blue = mug["variants"]
    traded = [
        {"id": sand["id"], "sku": "MUG-B", "options": {"Color": "Sand"}, "price_minor": 1800},
        {"id": blue["id"], "sku": "MUG-S", "options": {"Color": "Blue"}, "price_minor": 1900},
    ]
    answer = lindqvist.put(f"{PRODUCTS}/{mug['id']}", {"title": "Mug", "variants": traded})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "variants")
    assert lindqvist.get(f"{PRODUCTS}/{mug['id']}").json() == mug


def test_a_variant_that_was_ordered_stays(trade: Any, at: Any) -> None:
    mine = trade[0]
    path = f"{PRODUCTS}/{mine.ids['product_id']}"
    answer = at(mine.vendor).put(path, {"title": "Thing", "variants": [{"sku": "NEW", "price_minor": 100}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "variant_in_use")


def test_a_part_of_a_product_is_changed(lindqvist: Any) -> None:
    category = Category.objects.create(name="Mugs", slug="mugs", path="mugs", tax_category="standard")
    mug = lindqvist.post(PRODUCTS, MUG).json()
    path = f"{PRODUCTS}/{mug['id']}"
    changes = {"title": "A mug", "category_id": str(category.id), "attributes": {"Material": "Clay"}}
    answer = lindqvist.patch(path, changes, If_Match=lindqvist.get(path)["ETag"])
    assert answer.status_code == 200
    expected = {**mug, **changes, "version": 2, "updated_at": answer.json()["updated_at"]}
    assert answer.json() == expected
    assert lindqvist.patch(path, {"title": "B"}, If_Match='"1"').status_code == 412
    assert lindqvist.patch(path, {"brand": "x" * 101}).json()["errors"][0]["field"] == "brand"
    assert lindqvist.patch(path, {}).json()["version"] == 3
    found = lindqvist.get("/api/v1/vendor/categories").json()["items"]
    assert {"id": str(category.id), "name": "Mugs", "path": "mugs"} in found


def test_who_is_overtaken_between_comparing_and_changing_is_told_so_as_if_coming_later(
    lindqvist: Any, mug: dict[str, Any]
) -> None:
    path, was = f"{PRODUCTS}/{mug['id']}", '"1"'

    def overtake(execute: Any, sql: str, *rest: Any) -> Any:
        """Somebody else changes the product just before this request locks it."""
        nonlocal was
        if "FOR UPDATE" in sql and '"shop_catalog_product"' in sql and was:
            was = ""
            Product.objects.filter(id=mug["id"]).update(version=F("version") + 1)
        return execute(sql, *rest)

    with connection.execute_wrapper(overtake):
        named = lindqvist.patch(path, {"title": "Mine"}, If_Match='"1"')
    assert (was, named.status_code, named.json()["code"]) == ("", 412, "precondition_failed")
    was = "again"
    with connection.execute_wrapper(overtake):
        unnamed = lindqvist.patch(path, {"title": "Mine"})
    assert (was, unnamed.status_code, unnamed.json()["code"]) == ("", 409, "stale_product")
    assert lindqvist.get(path).json()["title"] == mug["title"]


def test_nothing_is_published_before_the_shop_has_said_how_it_ships(make_vendor: Any, at: Any) -> None:
    new = at(make_vendor("moreau"))
    refused = new.post(PRODUCTS, {**MUG, "publish": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "shipping_unknown")
    made = new.post(PRODUCTS, MUG).json()
    assert new.post(f"{PRODUCTS}/{made['id']}/publication").status_code == 409
    assert new.get(f"{PRODUCTS}/{made['id']}").json()["state"] == "draft"


def test_a_product_is_published_taken_back_and_put_away(lindqvist: Any, mug: dict[str, Any]) -> None:
    path = f"{PRODUCTS}/{mug['id']}"
    for _ in range(2):
        answer = lindqvist.post(f"{path}/publication")
        assert (answer.status_code, answer.json()["state"], answer["ETag"]) == (200, "published", '"2"')
    assert lindqvist.delete(f"{path}/archival").status_code == 204
    assert lindqvist.get(path).json()["state"] == "published"
    assert (lindqvist.delete(f"{path}/publication").status_code, lindqvist.get(path).json()["state"]) == (204, "draft")
    assert lindqvist.post(f"{path}/archival").json()["state"] == "archived"
    assert lindqvist.delete(f"{path}/publication").status_code == 204
    assert lindqvist.get(path).json()["state"] == "archived"
    assert (lindqvist.delete(f"{path}/archival").status_code, lindqvist.get(path).json()["state"]) == (204, "draft")


def test_a_price_is_set(lindqvist: Any, mug: dict[str, Any]) -> None:
    sand = mug["variants"][0]
    path = f"/api/v1/vendor/variants/{sand['id']}/price"
    answer = lindqvist.put(path, {"price_minor": 1500, "compare_at_minor": 1800})
    assert answer.json() == {**sand, "price_minor": 1500, "compare_at_minor": 1800}
    assert lindqvist.put(path, {"price_minor": 1600}).json()["compare_at_minor"] is None
    wrong = lindqvist.put(path, {"price_minor": 1600, "compare_at_minor": 1600})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "compare_at_minor")
    assert lindqvist.get(f"{PRODUCTS}/{mug['id']}")["ETag"] == '"3"'
    dollars = lindqvist.put(path, {"price_minor": 1700, "currency": "USD"})
    assert (dollars.status_code, dollars.json()["errors"]) == (
        *(422, [{"field": "currency", "code": "unknown_field", "detail": "There is no such field here."}]),
    )
    assert lindqvist.get(f"{PRODUCTS}/{mug['id']}")["ETag"] == '"3"'


def test_a_field_that_is_not_known_is_refused_at_any_depth_as_the_document_says(lindqvist: Any) -> None:
    answer = lindqvist.post(PRODUCTS, {"title": "Mug", "variants": [{"sku": "A", "price_minor": 1, "vat": 19}]})
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("variants.0.vat", "unknown_field")
    ]
    schemas = document_of("vendor")["components"]["schemas"]
    described = next(each.described for each in operations("vendor") if str(each) == f"POST {PRODUCTS}")
    body = described["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    variant = schemas[body]["properties"]["variants"]["items"]["$ref"].rpartition("/")[2]
    assert [schemas[name]["additionalProperties"] for name in (body, variant)] == [False, False]


def test_the_list_narrows_and_goes_on(lindqvist: Any) -> None:
    with inside(lindqvist):
        for n in range(5):
            shelf(f"Cup {n}", sku=f"CUP-{n}", state="draft" if n else "published", stock=n)
        shelf("Old", state="archived")
    everything = lindqvist.get(PRODUCTS).json()
    assert [row["title"] for row in everything["items"]] == [f"Cup {n}" for n in (4, 3, 2, 1, 0)]
    assert (everything["next_cursor"], everything["previous_cursor"]) == (None, None)
    row = everything["items"][0]
    assert {name: row[name] for name in ("variants", "price_minor", "price_max_minor", "currency", "available")} == {
        "variants": 1,
        "price_minor": 1800,
        "price_max_minor": 1800,
        "currency": "EUR",
        "available": 4,
    }
    first = lindqvist.get(f"{PRODUCTS}?limit=2").json()
    second = lindqvist.get(f"{PRODUCTS}?limit=2&cursor={first['next_cursor']}").json()
    assert [row["title"] for row in second["items"]] == ["Cup 2", "Cup 1"]
    assert [row["title"] for row in lindqvist.get(f"{PRODUCTS}?state=published").json()["items"]] == ["Cup 0"]
    assert [row["title"] for row in lindqvist.get(f"{PRODUCTS}?state=archived").json()["items"]] == ["Old"]
    assert [row["title"] for row in lindqvist.get(f"{PRODUCTS}?q=cup-3").json()["items"]] == ["Cup 3"]
    for query, field in (("state=sold", "state"), ("q=%00", "q"), ("limit=0", "limit"), ("cursor=x", "cursor")):
        answer = lindqvist.get(f"{PRODUCTS}?{query}")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_one_call_made_twice_makes_one_product(lindqvist: Any) -> None:
    key = str(uuid7())
    first = lindqvist.post(PRODUCTS, MUG, Idempotency_Key=key)
    again = lindqvist.post(PRODUCTS, MUG, Idempotency_Key=key)
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert again.json() == first.json()
    assert again["Location"] == first["Location"]
    other = lindqvist.post(PRODUCTS, {**MUG, "title": "Cup"}, Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    with inside(lindqvist):
        assert Product.objects.count() == 1


def test_lists_and_details_ask_little_however_much_there_is(
    lindqvist: Any, mug: dict[str, Any], asks_at_most: Any
) -> None:
    with inside(lindqvist):
        for n in range(30):
            shelf(f"Cup {n}")
        product = Product.objects.get(id=mug["id"])
        for n in range(5):
            Picture.objects.create(product=product, path=f"pictures/x/{n}", width=6, height=4, position=n)
        assert Variant.objects.count() == 32
    with asks_at_most(6):
        assert len(lindqvist.get(f"{PRODUCTS}?limit=30").json()["items"]) == 30
    with asks_at_most(6):
        assert len(lindqvist.get(f"{PRODUCTS}/{mug['id']}").json()["pictures"]) == 5


# --- Pictures -------------------------------------------------------------------------------------------------------------


def test_pictures_are_added_described_ordered_and_removed(lindqvist: Any, mug: dict[str, Any], picture: Any) -> None:
    path = f"{PRODUCTS}/{mug['id']}"
    before = lindqvist.get(path)["ETag"]
    first = lindqvist.send(f"{path}/pictures", {"picture": picture(), "description": "A mug on a table"})
    made = first.json()
    assert (first.status_code, first["Location"]) == (201, f"/api/v1/vendor/pictures/{made['id']}")
    assert (made["description"], made["width"], made["height"]) == ("A mug on a table", 60, 40)
    assert made["url"].startswith("http://localhost:8000/media/pictures/")
    assert made["url"].endswith("-1280.webp")
    assert made["thumbnail_url"] == made["url"].replace("-1280.webp", "-320.webp")
    assert [row["thumbnail_url"] for row in lindqvist.get(PRODUCTS).json()["items"]] == [made["thumbnail_url"]]
    assert lindqvist.get(first["Location"]).json() == made
    second = lindqvist.send(f"{path}/pictures", {"picture": picture(50, 50)}).json()
    tag = lindqvist.get(path)["ETag"]
    assert tag != before
    assert lindqvist.get(path, If_None_Match=tag).status_code == 304
    turned = lindqvist.put(f"{path}/pictures/order", {"picture_ids": [second["id"], made["id"]]})
    assert [each["id"] for each in turned.json()["items"]] == [second["id"], made["id"]]
    assert [each["id"] for each in lindqvist.get(path).json()["pictures"]] == [second["id"], made["id"]]
    for ids in ([made["id"]], [made["id"], made["id"]], [made["id"], str(uuid4())], []):
        answer = lindqvist.put(f"{path}/pictures/order", {"picture_ids": ids})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_picture")
    worded = lindqvist.patch(f"/api/v1/vendor/pictures/{second['id']}", {"description": "Square"})
    assert worded.json()["description"] == "Square"
    assert lindqvist.delete(first["Location"]).status_code == 204
    assert lindqvist.get(first["Location"]).status_code == 404
    assert [each["description"] for each in lindqvist.get(path).json()["pictures"]] == ["Square"]


def test_what_is_no_picture_is_refused_at_its_field(lindqvist: Any, mug: dict[str, Any], picture: Any) -> None:
    path = f"{PRODUCTS}/{mug['id']}/pictures"
    script = io.BytesIO(b"<svg onload='alert(1)'/>")
    script.name = "picture.png"
    for form, field in (
        ({}, "picture"),
        ({"picture": "text"}, "picture"),
        ({"picture": script}, "picture"),
        ({"picture": picture(), "description": "x" * 251}, "description"),
        ({"picture": picture(), "description": "\0"}, "description"),
    ):
        answer = lindqvist.send(path, form)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert lindqvist.post(path, {"picture": "x"}).status_code == 415


def test_a_picture_sent_twice_is_one_picture(lindqvist: Any, mug: dict[str, Any], picture: Any) -> None:
    path, key = f"{PRODUCTS}/{mug['id']}/pictures", str(uuid7())
    first = lindqvist.send(path, {"picture": picture()}, Idempotency_Key=key)
    again = lindqvist.send(path, {"picture": picture()}, Idempotency_Key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert lindqvist.send(path, {"picture": picture(9, 9)}, Idempotency_Key=key).status_code == 422
    assert len(lindqvist.get(f"{PRODUCTS}/{mug['id']}").json()["pictures"]) == 1


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=x", "multipart/mixed", "text/csv"]
)
@pytest.mark.parametrize("body", [b"", b"--x\r\n\r\n", b"nonsense"])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_torn_forms_are_refused(lindqvist: Any, mug: dict[str, Any], kind: str, body: bytes, method: str) -> None:
    caller = lindqvist.caller
    client = caller.browser.client(caller.host)
    path = f"{PRODUCTS}/{mug['id']}/pictures" if method == "post" else f"{PRODUCTS}/{mug['id']}"
    for more in ({}, {"Idempotency-Key": str(uuid7())}):
        answer = client.generic(method.upper(), path, body, content_type=kind, headers={**caller.headers, **more})
        nothing_changes = method == "patch" and not body
        assert answer.status_code in ((200,) if nothing_changes else (400, 415, 422)), answer.content


def test_a_body_is_not_read_beyond_its_limit(lindqvist: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    for more in ({}, {"Idempotency_Key": str(uuid7())}):
        answer = lindqvist.post(PRODUCTS, {**MUG, "description": "x" * 1000}, **more)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{",
        b"\xff\xfe",
        b'"\xc3"',
        b"NaN",
        b'{"title": NaN}',
        b"null",
        b'{"title": "\\ud800"}',
        b"[]",
        b"9" * 9000,
    ],
    ids=lambda body: str(body[:12]),
)
@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=zlib", "; charset=rot13", "; charset=nonsense"])
def test_torn_json_is_refused(lindqvist: Any, body: bytes, charset: str) -> None:
    caller = lindqvist.caller
    answer = caller.browser.client(caller.host).generic(
        "POST", PRODUCTS, body, content_type=f"application/json{charset}", headers=caller.headers
    )
    assert answer.status_code in (400, 422), answer.content
    assert answer["Content-Type"] == "application/problem+json"


# --- Imports --------------------------------------------------------------------------------------------------------------

IMPORTS = "/api/v1/vendor/imports"
ROWS = b"sku,title,price,stock\nMUG-1,Mug,18.00,4\nMUG-2,,x,\n"


def csv(data: bytes = ROWS, name: str = "shelf.csv") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


def test_a_file_is_imported_and_tells_of_every_row(lindqvist: Any) -> None:
    from tenants.shop.catalog.imports import run_import

    answer = lindqvist.send(IMPORTS, {"file": csv(), "publish": "false"})
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"{IMPORTS}/{made['id']}")
    assert (made["filename"], made["state"], made["publish"], made["rows_total"]) == ("shelf.csv", "due", False, 2)
    with inside(lindqvist):
        run_import(made["id"])
    done = lindqvist.get(answer["Location"]).json()
    assert (done["state"], done["created_count"], done["error_count"]) == ("done", 1, 1)
    assert lindqvist.get(IMPORTS).json()["items"] == [done]
    rows = lindqvist.get(f"{IMPORTS}/{made['id']}/rows").json()["items"]
    assert [(row["line"], row["result"]) for row in rows] == [(2, "created"), (3, "error")]
    wrong = lindqvist.get(f"{IMPORTS}/{made['id']}/rows?result=errors").json()["items"]
    assert wrong == rows[1:]
    assert wrong[0]["message"]
    assert lindqvist.get(f"{IMPORTS}/{made['id']}/rows?result=odd").status_code == 422
    assert [row["title"] for row in lindqvist.get(f"{PRODUCTS}?state=draft").json()["items"]] == ["Mug"]


def test_what_is_no_product_file_is_refused(lindqvist: Any) -> None:
    for form in ({}, {"file": csv(b"\x00\x01")}, {"file": csv(b"sku,title,price\n")}, {"file": csv(b"a,b\n1,2\n")}):
        answer = lindqvist.send(IMPORTS, form)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "file")
    assert lindqvist.send(IMPORTS, {"file": csv(), "publish": "perhaps"}).status_code == 422
    assert lindqvist.get(IMPORTS).json()["items"] == []
