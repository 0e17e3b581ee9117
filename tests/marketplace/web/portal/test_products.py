"""Keeping products: the editor with and without scripts, lists, pictures and private documents."""

import io

import pytest

from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Document, Picture, Product
from tenants.shop.inventory.models import StockLevel
from tests.factories.shop import shelf

MUG = {
    "title": "Stoneware mug",
    "description": "Thrown by hand.",
    "brand": "Brennhaus",
    "condition": "new",
    "option_count": "1",
    "option_name_0": "Color",
    "variant_count": "2",
    "variant-0-option_0": "Sand",
    "variant-0-price": "18,00",
    "variant-0-stock": "12",
    "variant-0-sku": "MUG-SAND",
    "variant-1-option_0": "Moss",
    "variant-1-price": "1 019.50",
    "variant-1-compare_at": "1100",
    "attribute_count": "1",
    "attribute-0-name": "Material",
    "attribute-0-value": "Stoneware",
}


def saved(desk):
    with in_shop(desk.vendor):
        return Product.objects.prefetch_related("variants").get()


def editing(desk, product, **changes):
    """What the editor's form would post, taken from the page itself."""
    import re
    from html import unescape

    page = desk.text(f"/products/{product.id}/").split('id="product"')[1].split("</form>")[0]
    data = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and name[1] != "csrfmiddlewaretoken":
            data[name[1]] = unescape(value[1]) if value else ""
    for name, inner in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.S):
        data[name] = unescape(inner)
    for name, inner in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        data[name] = chosen[1] if chosen else ""
    return data | changes


def test_a_product_is_made_with_its_variants_stock_and_attributes(desk):
    answer = desk.post("/products/new/", {**MUG, "do": "publish"})
    product = saved(desk)
    assert (answer.status_code, answer["Location"]) == (302, f"/products/{product.id}/")
    assert (product.title, product.state, product.attributes) == (
        "Stoneware mug",
        "published",
        {"Material": "Stoneware"},
    )
    sand, moss = product.variants.all()
    assert (sand.sku, sand.price_minor, sand.options) == ("MUG-SAND", 1800, {"Color": "Sand"})
    assert (moss.price_minor, moss.compare_at_minor, bool(moss.sku)) == (101950, 110000, True)
    with in_shop(desk.vendor):
        assert StockLevel.objects.get().on_hand == 12


def test_what_the_page_shows_can_be_sent_back_unchanged(desk):
    desk.post("/products/new/", MUG)
    product = saved(desk)
    with in_shop(desk.vendor):
        Product.objects.update(
            external_id="EXT-1", attributes={"Material": "Stoneware", "weight_grams": 410, "Safe": True}
        )
        before = list(product.variants.values())
    answer = desk.post(f"/products/{product.id}/", editing(desk, product))
    assert answer.status_code == 302
    after = saved(desk)
    with in_shop(desk.vendor):
        assert list(after.variants.values()) == before
    assert after.attributes == {"Material": "Stoneware", "weight_grams": 410, "Safe": True}
    assert (after.external_id, after.description) == ("EXT-1", "Thrown by hand.")


def test_rows_are_added_and_removed_without_scripts_and_nothing_is_saved(desk):
    answer = desk.post("/products/new/", {**MUG, "do": "add-variant", "variant-1-price": "twelve"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'name="variant_count" value="3"' in page
    assert 'value="twelve"' in page
    assert "field-error" not in page
    page = desk.post("/products/new/", {**MUG, "do": "remove-variant-0"}).content.decode()
    assert 'value="Moss"' in page
    assert 'value="Sand"' not in page
    page = desk.post("/products/new/", {**MUG, "do": "add-option"}).content.decode()
    assert 'name="option_name_1"' in page
    assert 'name="variant-1-option_1"' in page
    page = desk.post("/products/new/", {**MUG, "do": "remove-option-0"}).content.decode()
    assert 'name="option_count" value="0"' in page
    page = desk.post("/products/new/", {**MUG, "do": "add-attribute"}).content.decode()
    assert 'name="attribute_count" value="2"' in page
    with in_shop(desk.vendor):
        assert not Product.objects.exists()


@pytest.mark.parametrize("do", ["remove-variant-9", "remove-variant--1", f"remove-variant-{'9' * 5000}", "add-", "x"])
def test_odd_buttons_remove_nothing(desk, do):
    page = desk.post("/products/new/", {**MUG, "title": "", "do": do}).content.decode()
    assert 'name="variant_count" value="2"' in page


def test_each_mistake_is_said_at_its_field(desk):
    wrong = {
        "title": "  ",
        "variant-0-price": "0",
        "variant-0-gtin": "123",
        "variant-1-price": "a lot",
        "variant-1-stock": "-4",
    }
    answer = desk.post("/products/new/", {**MUG, **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Give the product a title." in page
    assert "“a lot” is not an amount; write it like 1299.00" in page
    answer = desk.post(
        "/products/new/", {**MUG, "variant-0-price": "0", "variant-0-gtin": "123", "variant-1-stock": "-4"}
    )
    page = answer.content.decode()
    assert "The price must be above zero." in page
    assert "This is not a GTIN" in page
    assert "Stock is a number from 0 to 1,000,000." in page
    page = desk.post("/products/new/", {**MUG, "variant-1-option_0": "Sand"}).content.decode()
    assert "Another variant has the same options." in page
    page = desk.post("/products/new/", {**MUG, "option_name_0": ""}).content.decode()
    assert "Give every option a name" in page
    assert (
        "A product has 1 to 100 variants" in desk.post("/products/new/", {**MUG, "variant_count": "0"}).content.decode()
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "a\0b"},
        {"title": "x" * 300},
        {"variant_count": "-1"},
        {"variant_count": "99999999999"},
        {"variant_count": "nine"},
        {"variant-0-id": "not-an-id"},
        {"category": "01a1f8d5-dd12-71e4-bc0b-68b3b9b38337"},
        {"condition": "stolen"},
        {"variant-0-price": "9" * 40},
        {"variant-0-price": "٣"},
        {"variant-0-stock": "9" * 30},
        {"variant-0-weight_grams": "-5"},
        {"option_name_0": "x" * 500},
        {"attribute-0-name": "x" * 500},
        {"attribute-0-value": "\ud800"},
    ],
)
def test_hostile_input_is_refused_and_breaks_nothing(desk, wrong):
    data = {name: value.encode("utf-8", "surrogatepass") for name, value in {**MUG, **wrong}.items()}
    data = {name: value.decode("utf-8", "replace") for name, value in data.items()}
    answer = desk.post("/products/new/", data)
    assert answer.status_code in (302, 422)
    if "attribute-0-value" not in wrong:
        assert answer.status_code == 422


def test_markup_in_a_title_is_only_text(desk):
    desk.post("/products/new/", {**MUG, "title": "<script>alert(1)</script>"})
    page = desk.text("/products/") + desk.text(f"/products/{saved(desk).id}/") + desk.text("/stock/")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_two_people_editing_do_not_overwrite_each_other(desk):
    desk.post("/products/new/", MUG)
    product = saved(desk)
    stale = editing(desk, product, title="Mine")
    desk.post(f"/products/{product.id}/", editing(desk, product, title="Theirs"))
    answer = desk.post(f"/products/{product.id}/", stale)
    assert answer.status_code == 409
    assert "Somebody changed this product while you were editing it." in answer.content.decode()
    assert 'value="Mine"' in answer.content.decode()
    assert saved(desk).title == "Theirs"


def test_stock_that_was_not_touched_is_left_to_the_orders_meanwhile(desk):
    desk.post("/products/new/", MUG)
    product = saved(desk)
    form = editing(desk, product, title="Mug")
    with in_shop(desk.vendor):
        StockLevel.objects.update(on_hand=7)
    assert desk.post(f"/products/{product.id}/", form).status_code == 302
    with in_shop(desk.vendor):
        assert StockLevel.objects.get().on_hand == 7


def test_publish_unpublish_archive_one_and_many(desk):
    with in_shop(desk.vendor):
        ids = [str(shelf(f"Mug {n}", state="draft").product_id) for n in range(3)]
    desk.post(f"/products/{ids[0]}/state/", {"state": "published"})
    answer = desk.post("/products/states/", {"product": [*ids, "nonsense"], "state": "published"}, follow=True)
    assert "3 products published." in answer.content.decode()
    desk.post("/products/states/", {"product": ids[:1], "state": "archived"})
    with in_shop(desk.vendor):
        states = dict(Product.objects.values_list("id", "state"))
    assert sorted(states.values()) == ["archived", "published", "published"]
    assert desk.post("/products/states/", {"product": ids, "state": "sold"}).status_code == 404
    assert "Mug 0" not in desk.text("/products/")
    assert "Mug 0" in desk.text("/products/?state=archived")


def test_the_list_searches_title_sku_and_gtin(desk, asks_at_most):
    with in_shop(desk.vendor):
        for n in range(60):
            shelf(f"Plate {n:02}", sku=f"PL-{n:02}", stock=n + 1)
        shelf("Bowl", sku="BOWL-1", gtin="4006381333931", stock=2)
    desk.get("/team/")
    with asks_at_most(8):
        page = desk.text("/products/")
    assert page.count('name="product"') == 50
    assert 'rel="next"' in page
    assert "Bowl" in desk.text("/products/?q=bowl-")
    assert "Plate" not in desk.text("/products/?q=400638").split("<main")[1]
    assert desk.get("/products/?q=%00%27%3B--").status_code == 200
    with asks_at_most(8):
        assert "BOWL-1" in desk.text("/stock/?low=1")


def test_the_preview_shows_the_card_as_it_will_be(desk):
    page = desk.post("/products/preview/", {**MUG, "variant-0-price": "12.50"}).content.decode()
    assert "Stoneware mug" in page
    assert "12.50 EUR" in page
    assert "Lindqvist" in page
    assert (
        desk.post("/products/preview/", {"product": "x", "variant_count": "1", "variant-0-price": "?"}).status_code
        == 200
    )


# --- Pictures and documents ---------------------------------------------------------------------------------


@pytest.fixture
def mug(desk):
    with in_shop(desk.vendor):
        return shelf("Mug").product


def test_pictures_are_added_described_moved_and_removed(desk, mug, picture):
    first, second = picture(), picture(50, 50, "WEBP")
    answer = desk.post(f"/products/{mug.id}/pictures/", {"pictures": [first, second]})
    assert answer["Location"] == f"/products/{mug.id}/#pictures"
    with in_shop(desk.vendor):
        one, two = Picture.objects.all()
    desk.post(f"/pictures/{two.id}/position/", {"to": "earlier"})
    answer = desk.post(f"/pictures/{one.id}/words/", {"alt": "A mug <b>"}, **{"HX-Request": "true"})
    assert 'value="A mug &lt;b&gt;"' in answer.content.decode()
    assert "<html" not in answer.content.decode()
    with in_shop(desk.vendor):
        assert [each.id for each in Picture.objects.all()] == [two.id, one.id]
    path = desk.text(f"/products/{mug.id}/").split('<img src="/media/')[1].split('"')[0]
    assert desk.get(f"/media/{path}")["Content-Type"] == "image/webp"
    desk.post(f"/pictures/{two.id}/removal/")
    with in_shop(desk.vendor):
        assert Picture.objects.get().id == one.id


def test_what_is_no_picture_is_refused_in_words(desk, mug):
    svg = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    svg.name = "logo.svg"
    answer = desk.post(f"/products/{mug.id}/pictures/", {"pictures": svg}, **{"HX-Request": "true"})
    assert "logo.svg: This is not a JPEG, PNG or WebP picture" in answer.content.decode()
    answer = desk.post(f"/products/{mug.id}/pictures/", {}, follow=True)
    assert "Choose a picture first." in answer.content.decode()


def test_documents_stay_private_and_come_as_attachments(desk, mug, desk_of, make_vendor):
    file = io.BytesIO(b"%PDF-1.4\n1 0 obj\n%%EOF\n")
    file.name = "sheet.pdf"
    desk.post(f"/products/{mug.id}/documents/", {"title": 'Data "sheet"\r\n', "document": file})
    with in_shop(desk.vendor):
        document = Document.objects.get()
    answer = desk.get(f"/documents/{document.id}/")
    assert answer["Content-Disposition"] == 'attachment; filename="data-sheet.pdf"'
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-1.4")
    assert desk.get(f"/media/{document.path}").status_code == 404
    stranger = desk_of(make_vendor("moreau"))
    assert stranger.get(f"/documents/{document.id}/").status_code == 404
    assert stranger.post(f"/documents/{document.id}/removal/").status_code == 404
    desk.post(f"/documents/{document.id}/removal/")
    with in_shop(desk.vendor):
        assert not Document.objects.exists()


def test_another_vendors_product_and_pictures_do_not_exist_here(desk, mug, picture, desk_of, make_vendor):
    desk.post(f"/products/{mug.id}/pictures/", {"pictures": picture()})
    with in_shop(desk.vendor):
        shown, variant = Picture.objects.get(), mug.variants.get()
    stranger = desk_of(make_vendor("moreau"))
    assert stranger.get(f"/products/{mug.id}/").status_code == 404
    assert stranger.get(f"/stock/{variant.id}/").status_code == 404
    for path, data in (
        (f"/products/{mug.id}/", MUG),
        (f"/products/{mug.id}/state/", {"state": "archived"}),
        (f"/products/{mug.id}/pictures/", {"pictures": picture()}),
        (f"/products/{mug.id}/documents/", {"title": "x"}),
        (f"/pictures/{shown.id}/position/", {"to": "later"}),
        (f"/pictures/{shown.id}/words/", {"alt": "x"}),
        (f"/pictures/{shown.id}/removal/", {}),
        (f"/stock/{variant.id}/count/", {"on_hand": "1"}),
    ):
        assert stranger.post(path, data).status_code == 404, path
    stranger.post("/products/states/", {"product": [str(mug.id)], "state": "archived"})
    with in_shop(desk.vendor):
        mug.refresh_from_db()
        assert (mug.state, Picture.objects.count()) == ("published", 1)


def test_a_shop_that_never_said_how_it_ships_is_led_there_before_it_publishes(desk):
    from tenants.shop.shipping.models import ShippingProfile
    from tests.support.shipping import say_how

    with in_shop(desk.vendor):
        ShippingProfile.objects.all().delete()
        draft = shelf("Mug", sku="MUG", stock=0, state="draft").product
    words, link = "Say how you ship before you publish", 'href="/shipping/"'
    for path in ("/products/", "/products/new/", f"/products/{draft.id}/", "/imports/new/"):
        page = desk.text(path).split("<main")[1]
        assert words in page, path
        assert link in page, path
    for path, data in (
        (f"/products/{draft.id}/state/", {"state": "published"}),
        ("/products/states/", {"state": "published", "product": [str(draft.id)]}),
    ):
        page = desk.post(path, data, follow=True).content.decode()
        assert "Say how you ship first." in page, path
    file = io.BytesIO(b"sku,title,price\nA,Bowl,1\n")
    file.name = "x.csv"
    answer = desk.post("/imports/new/", {"file": file, "publish": "on"})
    assert answer.status_code == 422
    assert "Say how you ship first." in answer.content.decode()
    with in_shop(desk.vendor):
        assert [product.state for product in Product.objects.all()] == ["draft"]
        say_how()
    desk.post(f"/products/{draft.id}/state/", {"state": "published"})
    for path in ("/products/", "/products/new/", f"/products/{draft.id}/", "/imports/new/"):
        assert words not in desk.text(path), path
    with in_shop(desk.vendor):
        assert Product.objects.get().state == "published"
