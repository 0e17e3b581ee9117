"""Importing: a result for every row, never half a row, again and again, and on after a kill."""

from io import BytesIO
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.core.files.storage import storages

from outbox.models import Fact
from taxonomy.models import Category
from tenants.isolation.doors import in_shop
from tenants.shop.catalog import imports, tasks
from tenants.shop.catalog.actions import ShippingUnknown
from tenants.shop.catalog.csv_file import UnreadableFile
from tenants.shop.catalog.imports import request_import, run_import
from tenants.shop.catalog.models import ImportRow, Product, ProductImport, Variant
from tenants.shop.catalog.tasks import run_imports
from tenants.shop.inventory.actions import StockRequest, available_of, reserve
from tenants.shop.inventory.models import StockMovement
from tenants.shop.inventory.queries import disagreements
from tenants.shop.shipping.models import ShippingProfile
from tests.support.shipping import say_how

pytestmark = pytest.mark.django_db
HEADER = "id,sku,title,description,brand,gtin,price,compare_at,stock,category,condition,attributes,attr:Color\n"
MUG = (
    '7,MUG-1,Stoneware mug,"Thrown, glazed",Lindqvist,4006381333931,18.00,24.50,12,Mugs,new,'
    '"{""Material"": ""clay""}",Sand\n'
)


@pytest.fixture
def shop(make_vendor):
    cache.clear()
    Category.objects.create(slug="mugs", name="Mugs", path="kitchen/mugs", depth=1)
    vendor = make_vendor("lindqvist")
    with in_shop(vendor):
        say_how()
        yield vendor


def bring(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    product_import = request_import(file=BytesIO(data), filename="catalogue.csv", **options)
    run_import(product_import.id)
    product_import.refresh_from_db()
    return product_import


def test_nothing_is_imported_for_sale_before_the_shop_said_how_it_ships(shop):
    ShippingProfile.objects.all().delete()
    with pytest.raises(ShippingUnknown, match="Say how you ship first"):
        bring("sku,title,price\nA,Mug,1\n")
    assert not ProductImport.objects.exists()
    bring("sku,title,price\nA,Mug,1\n", publish=False)
    assert Product.objects.get().state == "draft"


def results(product_import):
    return list(product_import.rows.order_by("number").values_list("number", "result", "field", "message"))


def test_a_row_becomes_a_published_product_with_stock(shop):
    done = bring(HEADER + MUG)
    assert (done.state, done.rows_total, done.rows_done, done.created_count, done.error_count) == ("done", 1, 1, 1, 0)
    product = Product.objects.get()
    assert (product.title, product.brand, product.external_id, product.state) == (
        "Stoneware mug",
        "Lindqvist",
        "7",
        "published",
    )
    assert (product.description, product.condition, product.slug) == ("Thrown, glazed", "new", "stoneware-mug")
    assert product.attributes == {"Material": "clay", "Color": "Sand"}
    assert product.category_id == Category.objects.get().id
    variant = Variant.objects.get()
    assert (variant.sku, variant.gtin, variant.price_minor, variant.compare_at_minor) == (
        "MUG-1",
        "4006381333931",
        1800,
        2450,
    )
    assert available_of([variant.id]) == {variant.id: 12}
    assert results(done) == [(2, "created", "", "")]
    assert [fact.payload for fact in Fact.objects.all()] == [{"products": [str(product.id)]}]


def test_the_same_file_again_changes_nothing(shop):
    bring(HEADER + MUG)
    before = list(Product.objects.values()), list(Variant.objects.values()), StockMovement.objects.count()
    Fact.objects.all().delete()
    done = bring(HEADER + MUG)
    assert (done.created_count, done.updated_count) == (0, 1)
    assert (list(Product.objects.values()), list(Variant.objects.values()), StockMovement.objects.count()) == before
    assert not Fact.objects.exists()


def test_columns_that_are_not_there_leave_what_is(shop):
    bring(HEADER + MUG)
    done = bring("id,title,price\n7,Mug,25.00\n")
    product, variant = Product.objects.get(), Variant.objects.get()
    assert (product.title, product.brand, product.attributes["Color"], product.version) == (
        "Mug",
        "Lindqvist",
        "Sand",
        2,
    )
    assert (variant.sku, variant.price_minor, variant.compare_at_minor, variant.gtin) == (
        "MUG-1",
        2500,
        None,
        "4006381333931",
    )
    assert product.category_id is not None
    assert results(done) == [(2, "updated", "", "")]
    assert available_of([variant.id]) == {variant.id: 12}


def test_products_are_found_by_sku_too(shop):
    bring("sku,title,price\nMUG-1,Mug,18\n")
    done = bring("sku,id,title,price_minor,stock\nMUG-1,7,Mug,1900,3\n")
    assert (done.created_count, done.updated_count) == (0, 1)
    product = Product.objects.get()
    assert (product.external_id, product.variants.get().price_minor) == ("7", 1900)


def test_bad_rows_are_left_out_with_a_reason_and_good_ones_are_kept(shop):
    rows = [
        "1,A,Good,,,,10.00,,1,,,,",
        "2,B,,,,,10.00,,1,,,,",
        "3,C,No price,,,,,,1,,,,",
        "4,D,Free,,,,0,,1,,,,",
        "5,E,Words,,,,ten,,1,,,,",
        "6,F,Compare,,,,10.00,9.00,1,,,,",
        "7,G,Category,,,,10.00,,1,Spoons,,,",
        "8,H,Condition,,,,10.00,,1,,broken,,",
        '9,I,Attributes,,,,10.00,,1,,,"{",',
        "10,J,Stock,,,,10.00,,many,,,,",
        "11,K,Stock,,,,10.00,,-1,,,,",
        "12,A,Same sku,,,,10.00,,1,,,,",
        "1,L,Same id,,,,10.00,,1,,,,",
        ",,Nameless,,,,10.00,,1,,,,",
        "13,M,Short",
        "14,N,Last one,,,,10.00,,1,,,,",
    ]
    done = bring(HEADER + "\n".join(rows))
    assert (done.state, done.created_count, done.error_count, done.rows_done) == ("done", 2, 14, 16)
    assert sorted(Variant.objects.values_list("sku", flat=True)) == ["A", "N"]
    found = {number: (result, field, message) for number, result, field, message in results(done)}
    assert found[2] == found[17] == ("created", "", "")
    assert found[3] == ("error", "title", "Give the product a title.")
    assert found[4] == ("error", "price", "There is no price.")
    assert found[5] == ("error", "price", "The price must be above zero.")
    assert found[6] == ("error", "price", "“ten” is not an amount; write it like 1299.00")
    assert found[7][1] == "compare_at"
    assert found[8] == ("error", "category", "There is no category “Spoons”.")
    assert found[9][1] == "condition"
    assert found[10][1] == "attributes"
    assert found[11] == ("error", "stock", "“many” is not a whole number.")
    assert found[12][1] == "stock"
    assert found[13] == ("error", "", "The same SKU stands in line 2.")
    assert found[14] == ("error", "", "The same id stands in line 2.")
    assert found[15] == ("error", "sku", "This row has neither a SKU nor an id.")
    assert found[16] == ("error", "", "This row has 3 cells; the header has 13.")


def test_letters_of_windows_are_read_and_told(shop):
    done = bring("sku;title;price\nK-1;Krügé;12,50\n".encode("cp1252"))
    assert (done.created_count, done.error_count) == (1, 0)
    assert (Product.objects.get().title, Variant.objects.get().price_minor) == ("Krügé", 1250)
    (note, _) = results(done)
    assert note[:3] == (1, "warning", "")
    assert note[3].startswith("The file is not UTF-8 and was read as Windows-1252. If accents look wrong")


def test_what_can_be_left_out_is_a_warning(shop):
    text = f"sku,title,price,gtin,image_url,released\nA,{'x' * 300},1,123,http://x,2020\nB,Fine,1,,,\n"
    done = bring(text)
    assert (done.created_count, done.error_count) == (2, 0)
    assert [row[:3] for row in results(done)] == [(1, "warning", ""), (2, "warning", ""), (3, "created", "")]
    messages = [row[3] for row in results(done)]
    assert messages[0] == (
        "Pictures are not fetched from addresses; add them in the portal. Columns not used: image_url, released."
    )
    assert messages[1] == (
        "The title was cut to 250 characters. “123” is not a GTIN; the product was imported without it."
    )
    assert (Product.objects.get(slug__startswith="xx").title, Variant.objects.get(sku="A").gtin) == ("x" * 250, "")


def test_promised_stock_is_not_imported_away(shop):
    bring("sku,title,price,stock\nA,Mug,1,5\n")
    variant = Variant.objects.get()
    reserve([StockRequest(variant.id, uuid4(), uuid4(), 3)])
    done = bring("sku,title,price,stock\nA,Cup,1,2\n")
    assert results(done) == [(2, "warning", "stock", "Stock was left as it is: 3 units are promised to orders. ")]
    assert (Product.objects.get().title, available_of([variant.id])) == ("Cup", {variant.id: 2})
    assert disagreements() == []


def test_drafts_stay_drafts_and_archived_products_archived(shop):
    bring("sku,title,price\nA,Mug,1\n", publish=False)
    assert Product.objects.get().state == "draft"
    Product.objects.update(state="archived")
    done = bring("sku,title,price\nA,Cup,1\n")
    assert (Product.objects.get().state, Product.objects.get().title) == ("archived", "Cup")
    assert results(done)[0][1:] == ("warning", "", "This product is archived and stays so.")


def test_a_product_of_several_variants_needs_the_sku(shop):
    bring("id,sku,title,price\n1,S,Mug,1\n")
    product = Product.objects.get()
    Variant.objects.create(product=product, sku="L", price_minor=200, options={"Size": "L"})
    done = bring("id,title,price\n1,Mug,3\n")
    assert results(done)[0][3] == "This product has several variants: say which by its SKU."
    bring("id,sku,title,price\n1,L,Mug,3\n")
    assert dict(Variant.objects.values_list("sku", "price_minor")) == {"S": 100, "L": 300}


def test_rows_that_trade_skus_are_taken_one_by_one(shop):
    bring("id,sku,title,price\n1,A,One,1\n2,B,Two,2\n")
    done = bring("id,sku,title,price\n1,A2,One,1\n2,A,Two,2\n3,C,Three,3\n")
    assert {row[1] for row in results(done)} <= {"updated", "created", "error"}
    assert done.state == "done"
    again = bring("id,sku,title,price\n1,A2,One,1\n2,A,Two,2\n3,C,Three,3\n")
    assert again.error_count == 0
    assert dict(Variant.objects.values_list("product__external_id", "sku")) == {"1": "A2", "2": "A", "3": "C"}


@pytest.mark.parametrize(
    "data", [b"", b"sku,title,price\n", b"\xff\xfe\x00", b'sku,title,price\nA,"x,1\n', b"\x00" * 50]
)
def test_a_file_that_cannot_work_is_refused_at_once(shop, data):
    with pytest.raises(UnreadableFile):
        request_import(file=BytesIO(data), filename="x.csv")
    assert not ProductImport.objects.exists()


def test_a_file_too_large_is_refused(shop, settings):
    settings.MAX_IMPORT_BYTES = 20
    with pytest.raises(UnreadableFile, match="larger than"):
        request_import(file=BytesIO(HEADER.encode()), filename="x.csv")


def many(count):
    return "id,title,price,stock\n" + "".join(f"{n},Thing {n},{n + 1}.00,{n % 7}\n" for n in range(count))


def test_a_killed_import_goes_on_where_it_was(shop, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 10)
    product_import = request_import(file=BytesIO(many(35).encode()), filename="x.csv")
    real, calls = imports.products_changed, []

    def dying(ids):
        calls.append(len(ids))
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(ids)

    monkeypatch.setattr(imports, "products_changed", dying)
    with pytest.raises(KeyboardInterrupt):
        run_import(product_import.id)
    product_import.refresh_from_db()
    assert (product_import.state, product_import.rows_done, Product.objects.count()) == ("running", 20, 20)
    assert ImportRow.objects.count() == 20
    assert run_import(product_import.id) == 15
    assert run_import(product_import.id) == 0
    product_import.refresh_from_db()
    assert (product_import.state, product_import.rows_done, product_import.created_count) == ("done", 35, 35)
    assert (Product.objects.count(), ImportRow.objects.count()) == (35, 35)
    assert disagreements() == []


def test_duplicates_are_seen_across_chunks_and_restarts(shop, monkeypatch):
    monkeypatch.setattr(imports, "CHUNK", 5)
    product_import = request_import(file=BytesIO((many(12) + "3,Again,1,1\n").encode()), filename="x.csv")
    ProductImport.objects.update(rows_done=10, state="running")
    run_import(product_import.id)
    assert results(product_import)[-1] == (14, "error", "", "The same id stands in line 5.")


def test_statements_do_not_grow_with_rows(shop, django_assert_max_num_queries):
    product_import = request_import(file=BytesIO(many(480).encode()), filename="x.csv")
    with django_assert_max_num_queries(30):
        run_import(product_import.id)
    assert Product.objects.count() == 480


def test_a_file_that_vanished_or_is_not_ours_fails_the_import(shop):
    product_import = request_import(file=BytesIO(many(2).encode()), filename="x.csv")
    storages["private"].delete(product_import.path)
    run_import(product_import.id)
    product_import.refresh_from_db()
    assert (product_import.state, product_import.error) == ("failed", "The file is gone. Send it again.")
    ProductImport.objects.update(state="due", path="documents/x/../../secret.csv")
    run_import(product_import.id)
    product_import.refresh_from_db()
    assert (product_import.state, product_import.error) == ("failed", "This file is not yours.")


@pytest.mark.django_db(transaction=True)
def test_the_sweep_does_due_imports_as_the_vendor_itself(make_vendor):
    cache.clear()
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    for vendor, count in ((lindqvist, 3), (moreau, 4)):
        with in_shop(vendor):
            say_how()
            request_import(file=BytesIO(many(count).encode()), filename="x.csv")
    assert run_imports(vendor=str(moreau.id)) == 4
    assert run_imports() == 3
    assert run_imports() == 0
    with in_shop(lindqvist):
        assert Product.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_large_import_goes_to_the_end_of_the_queue_after_each_turn(make_vendor, monkeypatch):
    cache.clear()
    asked: list[str] = []
    monkeypatch.setattr(imports, "CHUNK", 10)
    monkeypatch.setattr(tasks, "TURN_SECONDS", 0)
    monkeypatch.setattr(tasks, "ring", lambda task, vendor: asked.append(vendor))
    lindqvist, moreau = make_vendor("lindqvist"), make_vendor("moreau")
    for vendor, counts in ((lindqvist, (35, 10)), (moreau, (4,))):
        with in_shop(vendor):
            say_how()
            for count in counts:
                request_import(file=BytesIO(many(count).encode()), filename="x.csv")
    assert run_imports(vendor=str(lindqvist.id)) == 10
    assert asked == [str(lindqvist.id)]
    assert run_imports() == 14, "The sweep gives each vendor a turn."
    assert asked == [str(lindqvist.id)] * 2
    assert [run_imports(vendor=asked[-1]) for _ in range(4)] == [10, 5, 10, 0]
    assert asked == [str(lindqvist.id)] * 5, "Whoever has nothing left asks for no turn."
    with in_shop(lindqvist):
        assert set(ProductImport.objects.values_list("state", flat=True)) == {"done"}
        assert Product.objects.count() == 35
