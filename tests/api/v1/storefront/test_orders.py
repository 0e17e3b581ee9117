"""Ordering, paying and following orders by API."""

from typing import Any
from uuid import uuid4

import pytest

from billing.payments.models import Payment, PaymentAttempt, PaymentShare
from marketplace.carts.models import Cart
from marketplace.catalog.models import Offer
from marketplace.fulfillment.actions import accept, deliver, pack, ship
from marketplace.orders.actions import cancel_unpaid, mark_paid
from marketplace.orders.models import Order, VendorOrder
from tenants.isolation.doors import in_shop
from tenants.shop.catalog.models import Variant
from tenants.shop.inventory.models import StockLevel
from tests.api.v1.storefront.conftest import ROLE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


@pytest.fixture
def details(address: dict[str, str]) -> Any:
    """`details(cart, total_seen_minor=…)`: a guest's order of that cart."""
    return lambda cart, **more: {"version": cart["version"], "email": "ada@vermeer.example", "ship_to": address, **more}


@pytest.fixture
def placed(app: Any, put_on_shelf: Any, details: Any) -> Any:
    """An order of a guest at two vendors, whose app knows its token."""
    app.put_in(put_on_shelf("lindqvist", price_minor=4900), 2)
    cart = app.put_in(put_on_shelf("moreau", price_minor=1210, shipping_minor=300))
    made = app.post("orders", details(cart, total_seen_minor=cart["total_minor"]))
    assert made.status_code == 201, made.content
    app.headers["Souk-Order"] = made.json()["access_token"]
    return made


def test_a_guest_orders_from_two_vendors(app, placed, address):
    order = Order.objects.get()
    assert placed["Location"] == f"/api/v1/storefront/orders/{order.number}"
    made = placed.json()
    assert made["number"] == order.number
    assert (made["status"], made["payment"]) == ("pending_payment", {"state": "pending", "paid_at": None})
    assert {name: made[name] for name in ("goods_minor", "shipping_minor", "tax_minor", "total_minor")} == {
        "goods_minor": 11010,
        "shipping_minor": 790,
        "tax_minor": 2048,
        "total_minor": 11800,
    }
    assert (made["email"], made["ship_to"], made["currency"]) == ("ada@vermeer.example", address, "EUR")
    assert [
        (part["number"], part["vendor"]["slug"], part["status"], part["total_minor"]) for part in made["vendor_orders"]
    ] == [
        (f"{order.number}-1", "lindqvist", "pending_payment", 10290),
        (f"{order.number}-2", "moreau", "pending_payment", 1510),
    ]
    line = made["vendor_orders"][0]["lines"][0]
    assert (line["title"], line["quantity"], line["unit_price_minor"], line["total_minor"], line["tax_rate"]) == (
        "Thing of Lindqvist",
        2,
        4900,
        9800,
        "0.2100",
    )
    token = made.pop("access_token")
    assert len(token) == 40
    assert app.get(f"orders/{order.number}").json() == made
    assert app.get(f"orders/{order.number.lower()}").status_code == 200


def test_an_address_that_turns_around_or_rings_a_bell_is_not_kept(app, put_on_shelf, details, address):
    cart = app.put_in(put_on_shelf("lindqvist"))
    rings = app.post("orders", {**details(cart), "ship_to": {**address, "line1": "Kade \a1"}})
    assert (rings.status_code, rings.json()["errors"][0]["field"]) == (422, "ship_to.line1")
    made = app.post("orders", {**details(cart), "ship_to": {**address, "name": "Ada \u202eVermeer\u2066"}})
    assert made.json()["ship_to"]["name"] == "Ada Vermeer"


def test_an_order_is_for_whom_it_concerns(app, another, placed, ada_app):
    number = placed.json()["number"]
    strangers = [another(), ada_app]
    answers = [who.get(f"orders/{number}") for who in strangers]
    answers += [another().get(f"orders/{number}", Souk_Order="x" * 40), app.get("orders/SNOTHING")]
    answers += [who.post(f"orders/{number}/payment") for who in strangers]
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    other = placed.json()["access_token"][::-1]
    assert another().get(f"orders/{number}", Souk_Order=other).status_code == 404


def test_the_same_cart_is_ordered_once(app, put_on_shelf, details):
    cart = app.put_in(put_on_shelf("lindqvist"))
    key = str(uuid4())
    answers = [app.post("orders", details(cart), Idempotency_Key=key) for _ in range(3)]
    answers.append(app.post("orders", details(cart), Idempotency_Key=str(uuid4())))
    answers.append(app.post("orders", details(cart)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["access_token"] for answer in answers}) == 1
    assert Order.objects.count() == 1
    other = app.post("orders", details(cart, total_seen_minor=1), Idempotency_Key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_ordering_anew_replaces_what_is_not_paid(app, put_on_shelf, details, address):
    lamp = put_on_shelf("lindqvist", stock=2)
    cart = app.put_in(lamp, 2)
    first = app.post("orders", details(cart)).json()
    Offer.objects.update(available=0)  # as the catalogue has it once it hears of the order
    assert app.get("cart").json()["can_be_ordered"] is True
    second = app.post("orders", {**details(cart), "ship_to": {**address, "line1": "Prinsengracht 2"}}).json()
    assert second["number"] != first["number"]
    replaced = app.get(f"orders/{first['number']}", Souk_Order=first["access_token"]).json()
    assert (replaced["status"], replaced["cancel_reason"]) == ("canceled", "Ordered anew before it was paid")
    closed = app.post(f"orders/{first['number']}/payment", Souk_Order=first["access_token"])
    assert (closed.status_code, closed.json()["code"]) == (409, "payment_closed")


def test_what_a_guest_has_not_paid_is_the_customers_after_merging(app, ada_app, put_on_shelf, details):
    made = app.post("orders", details(app.put_in(put_on_shelf("lindqvist")))).json()
    assert ada_app.get(f"orders/{made['number']}").status_code == 404
    ada_app.post("cart/merge", Souk_Cart=app.headers["Souk-Cart"])
    assert ada_app.get(f"orders/{made['number']}").status_code == 200


def test_what_the_provider_does_not_take_is_not_ordered(app, put_on_shelf, details):
    cart = app.put_in(put_on_shelf("lindqvist", price_minor=49, shipping_minor=0))
    refused = app.post("orders", details(cart))
    assert (refused.status_code, refused.json()["code"]) == (409, "total_too_small")


def test_an_empty_cart_and_one_that_changed_are_refused(app, put_on_shelf, details):
    empty = app.post("orders", details(app.begin_cart()))
    assert (empty.status_code, empty.json()["code"]) == (409, "cart_empty")
    lamp = put_on_shelf("lindqvist")
    cart = app.put_in(lamp)
    app.put_in(lamp)
    changed = app.post("orders", details(cart))
    assert (changed.status_code, changed.json()["code"]) == (409, "cart_changed")
    assert not Order.objects.exists()


def test_a_price_that_the_catalogue_has_not_heard_of(app, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist", price_minor=4900)
    cart = app.put_in(lamp)
    with in_shop(lamp.vendor):
        Variant.objects.update(price_minor=5500)
    refused = app.post("orders", details(cart), Idempotency_Key=str(uuid4()))
    assert (refused.status_code, refused.json()["code"]) == (409, "prices_changed")
    assert refused.json()["prices"] == {cart["lines"][0]["id"]: 5500}
    Offer.objects.update(price_minor=5500)
    seen = app.post("orders", details(cart, total_seen_minor=5390))
    assert (seen.status_code, seen.json()["code"]) == (409, "total_changed")
    assert not Order.objects.exists()
    with in_shop(lamp.vendor):
        assert StockLevel.objects.get().reserved == 0


def test_sold_out_says_what_is_left(app, put_on_shelf, details):
    lamp = put_on_shelf("lindqvist", stock=5)
    cart = app.put_in(lamp, 3)
    with in_shop(lamp.vendor):
        StockLevel.objects.update(on_hand=2)
    refused = app.post("orders", details(cart))
    assert (refused.status_code, refused.json()["code"]) == (409, "sold_out")
    assert refused.json()["available"] == {str(lamp.offer.id): 2}


def test_a_vendor_that_does_not_ship_there_is_said_at_the_country(app, put_on_shelf, details):
    cart = app.put_in(put_on_shelf("lindqvist", ships_to=("DE",)))
    refused = app.post("orders", details(cart))
    assert (refused.status_code, refused.json()["code"]) == (422, "cannot_ship")
    assert refused.json()["errors"][0]["field"] == "ship_to.country"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("email", {"email": None}),
        ("email", {"email": "ada@"}),
        ("version", {"version": 0}),
        ("version", {"version": 2**40}),
        ("total_seen_minor", {"total_seen_minor": -1}),
        ("ship_to.line1", {"ship_to": {"line1": ""}}),
        ("ship_to.name", {"ship_to": {"name": "\0"}}),
        ("ship_to.city", {"ship_to": {"city": "x" * 101}}),
        ("ship_to.country", {"ship_to": {"country": "XX"}}),
        ("ship_to.postal_code", {"ship_to": {"country": "GB"}}),
        ("ship_to.postal_code", {"ship_to": {"postal_code": ""}}),
        ("ship_to", {"ship_to": "Berlin"}),
        ("ship_to", {"ship_to": None}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(app, put_on_shelf, details, address, field, change):
    cart = app.put_in(put_on_shelf("lindqvist"))
    given = details(cart) | change
    if isinstance(change.get("ship_to"), dict):
        given["ship_to"] = address | change["ship_to"]
    refused = app.post("orders", given)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith(field)
    assert not Order.objects.exists()


def test_a_guest_has_to_say_an_address_for_mail(app, put_on_shelf, details):
    given = details(app.put_in(put_on_shelf("lindqvist")))
    del given["email"]
    refused = app.post("orders", given)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "email")


def test_a_customers_orders_need_no_token(ada_app, put_on_shelf, details, django_assert_max_num_queries):
    lamp = put_on_shelf("lindqvist")
    numbers = []
    for _ in range(3):
        given = details(ada_app.put_in(lamp))
        del given["email"]
        made = ada_app.post("orders", given).json()
        assert (made["email"], made["access_token"]) == ("ada@example.org", None)
        numbers.insert(0, made["number"])
        Cart.objects.get().lines.all().delete()
    with django_assert_max_num_queries(ROLE + 5):
        found = ada_app.get("orders?limit=2").json()
    assert [order["number"] for order in found["items"]] == numbers[:2]
    order = found["items"][0]
    assert order["vendor_orders"] == [
        {
            "number": f"{numbers[0]}-1",
            "vendor": {"slug": "lindqvist", "name": "Lindqvist"},
            "status": "pending_payment",
            "total_minor": 5390,
        }
    ]
    rest = ada_app.get(f"orders?limit=2&cursor={found['next_cursor']}").json()
    assert [order["number"] for order in rest["items"]] == numbers[2:]
    assert ada_app.get(f"orders/{numbers[0]}").status_code == 200


def test_a_guest_has_no_list_of_orders(app, placed):
    answer = app.get("orders")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_an_order_is_followed_parcel_by_parcel(app, placed, django_assert_max_num_queries):
    order = Order.objects.get()
    mark_paid(order.id)
    Payment.objects.update(state="paid")
    first, second = VendorOrder.objects.order_by("number")
    vendor = order.vendor_orders.order_by("number").first()
    assert vendor is not None
    from tenants.vendors.models import Vendor

    with in_shop(Vendor.objects.get(id=first.vendor_id)):
        accept(vendor_order_id=first.id, by=None)
        parcel = pack(vendor_order_id=first.id, by=None)
        ship(
            parcel_id=parcel.id,
            carrier="PostNord",
            tracking_number="SE1",
            tracking_url="https://p.example/SE1",
            by=None,
        )
    with django_assert_max_num_queries(ROLE + 10):
        found = app.get(f"orders/{order.number}").json()
    assert (found["status"], found["payment"]["state"]) == ("partly_shipped", "paid")
    assert [part["status"] for part in found["vendor_orders"]] == ["shipped", "paid"]
    shipped = found["vendor_orders"][0]
    assert [event["name"] for event in shipped["events"]] == ["placed", "paid", "accepted", "packed", "shipped"]
    (sent,) = shipped["parcels"]
    assert sent["lines"] == [{"line_id": shipped["lines"][0]["id"], "quantity": 2}]
    assert {name: sent[name] for name in ("status", "carrier", "tracking_number", "tracking_url", "delivered_at")} == {
        "status": "shipped",
        "carrier": "PostNord",
        "tracking_number": "SE1",
        "tracking_url": "https://p.example/SE1",
        "delivered_at": None,
    }
    with in_shop(Vendor.objects.get(id=first.vendor_id)):
        deliver(parcel_id=parcel.id, by=None)
    PaymentShare.objects.filter(reference_id=second.id).update(refunded_minor=1510, refunded_net_minor=1410)
    done = app.get(f"orders/{order.number}").json()
    assert [part["status"] for part in done["vendor_orders"]] == ["delivered", "refunded"]
    assert (done["refunded_minor"], done["vendor_orders"][0]["parcels"][0]["status"]) == (1510, "delivered")


def test_an_order_that_was_given_up_says_so(app, placed):
    order = Order.objects.get()
    Payment.objects.update(state="canceled")
    cancel_unpaid(order.id, reason="Not paid in time")
    found = app.get(f"orders/{order.number}").json()
    assert (found["status"], found["cancel_reason"]) == ("canceled", "Not paid in time")
    refused = app.post(f"orders/{order.number}/payment")
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_closed")


# --- Paying -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://evil.example/",
            "//evil.example/",
            "/orders/",
            "javascript:alert(1)",
            "http://localhost:8000@evil.example/",
        ),
        *(
            "http://evil.localhost.example/",
            "https://localhost:8000/",
            "http://localhost:8001/",
            "http://localhost:80000/",
        ),
        *("http://localhost:8000\\@evil.example/", "http://localhost:8000/\r\nX: y", "http://[::1/", "app://open", ""),
        *("http://.localhost:8000/", "http://a.b.localhost:8000/", "http://localhost:8000/" + "x" * 500, "\0"),
    ],
)
def test_nobody_is_sent_elsewhere_after_paying(app, placed, url):
    for name in ("success_url", "cancel_url"):
        refused = app.post(f"orders/{placed.json()['number']}/payment", {name: url})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, name)
    assert not PaymentAttempt.objects.exists()


@pytest.fixture
def to_provider(transactional_db: None, sandbox: Any) -> Any:
    """With real commits and the provider there."""
    return sandbox


def buy(app: Any, put_on_shelf: Any, details: Any) -> Any:
    app.put_in(put_on_shelf("lindqvist", price_minor=4900))
    made = app.post("orders", details(app.put_in(put_on_shelf("moreau", price_minor=1210, shipping_minor=300)))).json()
    app.headers["Souk-Order"] = made["access_token"] or ""
    return made


def test_a_guest_pays_at_the_provider(to_provider, another, put_on_shelf, details):
    app = another()
    made = buy(app, put_on_shelf, details)
    key = str(uuid4())
    pages = [app.post(f"orders/{made['number']}/payment", Idempotency_Key=key) for _ in range(2)]
    pages.append(app.post(f"orders/{made['number']}/payment"))
    attempt = PaymentAttempt.objects.get()
    assert [page.json() for page in pages] == [{"url": attempt.url}] * 3
    to_provider.pay(attempt.provider_session_id)
    to_provider.drain()
    paid = app.get(f"orders/{made['number']}").json()
    assert (paid["status"], paid["payment"]["state"]) == ("paid", "paid")
    assert paid["payment"]["paid_at"].endswith("Z")
    again = app.post(f"orders/{made['number']}/payment")
    assert (again.status_code, again.json()["code"]) == (409, "already_paid")
    stranger = another().post(f"orders/{made['number']}/payment", Idempotency_Key=key)
    assert stranger.status_code == 404


def test_the_customer_comes_back_where_the_app_says(to_provider, another, put_on_shelf, details, settings):
    settings.API_RETURN_ORIGINS = ("https://app.example",)
    app = another()
    made = buy(app, put_on_shelf, details)
    back = {"success_url": "https://app.example/paid?s={CHECKOUT_SESSION_ID}", "cancel_url": "https://APP.example/cart"}
    page = app.post(f"orders/{made['number']}/payment", back)
    assert page.status_code == 200
    attempt = PaymentAttempt.objects.get()
    session = to_provider._process.http.get(
        f"/v1/checkout/sessions/{attempt.provider_session_id}",
        headers={"Authorization": "Bearer sk_test_souk_sandbox"},
    ).json()
    assert (session["success_url"], session["cancel_url"]) == (back["success_url"], back["cancel_url"])


def test_without_the_app_saying_they_come_to_our_own_pages(to_provider, another, put_on_shelf, details):
    app = another()
    made = buy(app, put_on_shelf, details)
    app.post(f"orders/{made['number']}/payment")
    attempt = PaymentAttempt.objects.get()
    session = to_provider._process.http.get(
        f"/v1/checkout/sessions/{attempt.provider_session_id}",
        headers={"Authorization": "Bearer sk_test_souk_sandbox"},
    ).json()
    assert f"/orders/{made['number']}/paid/?session_id=" in session["success_url"]
    assert session["cancel_url"].endswith(f"/orders/{made['number']}/?key={made['access_token']}")


def test_when_the_provider_does_not_answer_it_can_be_asked_again(to_provider, another, put_on_shelf, details):
    app = another()
    made = buy(app, put_on_shelf, details)
    key = str(uuid4())
    to_provider.fail("/v1/checkout/sessions", "500", times=10)
    refused = app.post(f"orders/{made['number']}/payment", Idempotency_Key=key)
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    to_provider.control("fail", method="DELETE")
    assert app.post(f"orders/{made['number']}/payment", Idempotency_Key=key).status_code == 200


def test_the_way_to_pay_is_chosen(app, placed, settings):
    number = placed.json()["number"]
    refused = app.post(f"orders/{number}/payment", {"by": "bank_transfer"})
    assert (refused.status_code, refused.json()["code"]) == (409, "provider_refused")
    unknown = app.post(f"orders/{number}/payment", {"by": "shells"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "by")
    settings.BANK_TRANSFER_IBAN = "DE89370400440532013000"
    page = app.post(f"orders/{number}/payment", {"by": "bank_transfer"}).json()["url"]
    assert page.split("?")[0].endswith(f"/orders/{number}/")
    assert PaymentAttempt.objects.latest("number").provider == "bank_transfer"
    other = app.post(f"orders/{number}/payment", {"by": "stripe"})
    assert (other.status_code, other.json()["code"]) == (409, "other_way_open")
    assert app.post(f"orders/{number}/payment").json()["url"] == page
