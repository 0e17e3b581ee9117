"""The home page, stock, shipping, the shop's profile and its team."""

import io

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.shop.inventory.models import StockLevel, StockMovement
from tenants.shop.shipping.queries import shipping_terms
from tenants.vendors.models import Vendor, VendorState
from tests.factories.shop import shelf


def test_home_says_what_must_be_done_today(paid, desk_of):
    paid()
    _, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    with in_shop(lamp.vendor):
        shelf("Cup", sku="CUP", stock=2)
        shelf("Jug", sku="JUG", stock=9, state="draft")
    page = desk.text("/")
    assert "2 orders to accept" in page
    assert "1 variant low in stock" in page
    assert "1 draft to finish" in page
    assert "2 left" in page
    assert "Sales today" in page
    assert '<span class="count">2</span>' in page


def test_home_shows_only_what_a_role_may_see(paid, desk_of):
    _, lamp, _ = paid()
    page = desk_of(lamp.vendor, "catalog").text("/")
    assert "to accept" not in page
    assert "Where is my money" not in page
    assert 'href="/money/"' not in page
    page = desk_of(lamp.vendor, "orders").text("/")
    assert "1 order to accept" in page
    assert "Sales today" not in page


def test_a_new_vendor_is_led_through_its_first_steps(make_vendor, desk_of):
    closed = {"selling_cleared_at": None, "payouts_cleared_at": None}
    vendor = make_vendor("lindqvist", state=VendorState.ONBOARDING, **closed)
    Vendor.objects.filter(id=vendor.id).update(payouts_ready_at=None)
    desk = desk_of(vendor)
    page = desk.text("/")
    assert "Your checklist" in page
    assert "Give bank details on Stripe" in page
    assert 'href="http://localhost:8000/sell/lindqvist/"' in page
    assert page.count("checklist-step--done") == 0
    desk.post("/shipping/", {"name": "Standard", "flat_minor": "4.90", "handling_days": "1", "transit_days": "2"})
    assert desk.text("/").count("checklist-step--done") == 1


def test_an_active_shop_has_no_checklist(desk):
    assert "Your checklist" not in desk.text("/")


# --- Stock --------------------------------------------------------------------------------------------------


@pytest.fixture
def cup(desk):
    with in_shop(desk.vendor):
        return shelf("Cup", sku="CUP", stock=10)


def test_counting_stock_leaves_a_movement_with_reason_and_name(desk, cup):
    answer = desk.post(f"/stock/{cup.id}/count/", {"on_hand": "7", "reason": "Damaged", "next": "/stock/?low=1"})
    assert answer["Location"] == "/stock/?low=1"
    with in_shop(desk.vendor):
        assert StockLevel.objects.get().on_hand == 7
        movement = StockMovement.objects.latest("at")
    assert (movement.on_hand_delta, movement.reason, movement.actor_id) == (-3, "Damaged", desk.member.user_id)
    page = desk.text(f"/stock/{cup.id}/")
    assert "Damaged" in page
    assert "by Owner Lindqvist" in page
    assert ">-3<" in page


@pytest.mark.parametrize("count", ["", "-1", "ten", "1e9", "9999999999999999999999"])
def test_an_odd_count_is_refused_at_its_field(desk, cup, count):
    answer = desk.post(f"/stock/{cup.id}/count/", {"on_hand": count, "reason": "Counted"})
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode()
    with in_shop(desk.vendor):
        assert StockLevel.objects.get().on_hand == 10


def test_stock_cannot_fall_below_what_is_promised(paid, desk_of):
    _, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    answer = desk.post(f"/stock/{lamp.variant.id}/count/", {"on_hand": "2", "reason": "Counted"})
    assert answer.status_code == 422
    assert "3 units are promised to orders: stock cannot be less than that." in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example/stock/", "/stock/\\\\evil", "javascript:1"]
)
def test_after_counting_nobody_is_sent_elsewhere(desk, cup, address):
    answer = desk.post(f"/stock/{cup.id}/count/", {"on_hand": "7", "reason": "Counted", "next": address})
    assert answer["Location"].startswith("/stock/")


# --- Shipping, profile, team --------------------------------------------------------------------------------


def test_shipping_is_set_in_major_units(desk):
    data = {
        "name": "Standard",
        "flat_minor": "4,90",
        "free_from_minor": "75",
        "handling_days": "1",
        "transit_days": "3",
        "countries": ["DE", "NL"],
    }
    assert desk.post("/shipping/", data).status_code == 302
    with in_shop(desk.vendor):
        terms = shipping_terms()
    assert (terms.cheapest.price_minor, terms.cheapest.free_from_minor, terms.countries) == (490, 7500, ["DE", "NL"])
    assert 'value="4.90"' in desk.text("/shipping/")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"flat_minor": "-1"}, "Shipping costs from 0.00 to 1000.00."),
        ({"flat_minor": ""}, "This field is required."),
        ({"free_from_minor": "1.234"}, "has more than 2 decimals"),
        ({"handling_days": "61"}, "less than or equal to 60"),
        ({"countries": ["XX"]}, "Select a valid choice."),
    ],
)
def test_shipping_mistakes_are_said_at_their_field(desk, wrong, words):
    data = {"name": "Standard", "flat_minor": "5", "handling_days": "1", "transit_days": "2"}
    answer = desk.post("/shipping/", data | wrong)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_the_profile_is_changed_and_told_to_the_market(desk):
    colors = {f"color_{n}": color for n, color in enumerate(["#efe6d8", "#cdb899", "#3d332b", "#B4552F", "#e3cfb4"])}
    data = {"name": "Lindqvist Light", "tagline": "From the north", "city": "Uppsala", "story": "We weave.", **colors}
    assert desk.post("/shop/", data).status_code == 302
    vendor = Vendor.objects.get(id=desk.vendor.id)
    assert (vendor.name, vendor.city, vendor.palette[3]) == ("Lindqvist Light", "Uppsala", "#b4552f")
    assert Fact.objects.filter(name="shop.profile_changed", vendor_id=vendor.id).count() == 1
    answer = desk.post("/shop/", data | {"color_0": "red;}"})
    assert answer.status_code == 422
    assert "A palette is up to five colors like #b4552f." in answer.content.decode()
    answer = desk.post("/shop/", data | {"color_0": ""})
    assert "Give all five colors, or none." in answer.content.decode()


def test_the_company_says_where_it_is_and_mistakes_stand_at_their_field(desk):
    Vendor.objects.filter(id=desk.vendor.id).update(country="SE")
    assert "Your documents carry no street yet" in desk.text("/money/documents/")
    given = {"street": "Storgatan 4", "postal_code": "1145", "city": "Stockholm"}
    refused = desk.post("/shop/company/", given)
    assert refused.status_code == 422
    assert "Postal codes of this country look like 114 55." in refused.content.decode()
    assert desk.post("/shop/company/", given | {"street": " "}).status_code == 422
    assert desk.post("/shop/company/", given | {"postal_code": "11455"}).status_code == 302
    vendor = Vendor.objects.get(id=desk.vendor.id)
    assert vendor.postal_address == ["Storgatan 4", "114 55 Stockholm"]
    assert "114 55" in desk.text("/shop/")
    assert "carry no street" not in desk.text("/money/documents/")


def test_a_logo_is_reencoded_and_svg_refused(desk, picture):
    svg = io.BytesIO(b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>')
    svg.name = "logo.png"
    answer = desk.post("/shop/logo/", {"logo": svg}, follow=True)
    assert "This is not a JPEG, PNG or WebP picture" in answer.content.decode()
    desk.post("/shop/logo/", {"logo": picture(400, 400)})
    logo = Vendor.objects.get(id=desk.vendor.id).logo
    assert logo.startswith(f"logos/{desk.vendor.id}/")
    assert logo.endswith(".webp")
    assert desk.get(f"/media/{logo}")["Content-Type"] == "image/webp"
    answer = desk.post("/shop/logo/", {"logo": picture(30, 20_000)})
    assert answer.status_code == 302
    tall = Vendor.objects.get(id=desk.vendor.id).logo
    assert tall != logo
    with default_storage.open(tall) as file:
        assert Image.open(file).size == (2, 1280)
    desk.post("/shop/logo/removal/")
    assert Vendor.objects.get(id=desk.vendor.id).logo == ""


def test_the_team_lists_its_own_people_only(desk, desk_of, make_vendor):
    desk_of(make_vendor("moreau"), "manager")
    page = desk.text("/team/")
    assert "owner@lindqvist.example" in page
    assert "moreau" not in page


def test_a_shop_gives_its_vat_number_and_says_that_it_is_a_small_business(desk):
    assert (desk.vendor.country, desk.get("/shop/").status_code) == ("DE", 200)
    for wrong, said in (("DE136695975", "no VAT number"), ("NL004495445B01", "of another country")):
        refused = desk.post("/shop/vat/", {"vat_id": wrong})
        assert (refused.status_code, said in refused.content.decode()) == (422, True)
    assert desk.post("/shop/vat/", {"vat_id": "de 136 695 976", "is_small_business": "on"}).status_code == 302
    desk.vendor.refresh_from_db()
    assert (desk.vendor.vat_id, desk.vendor.is_small_business) == ("DE136695976", True)
    assert 'value="DE136695976"' in desk.text("/shop/")
