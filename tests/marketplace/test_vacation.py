"""A vendor's vacation by the clock: before, within and after it, to the instant; in catalogue, cart and checkout."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from kit import clock
from kit.errors import InvalidInput
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.catalog.models import Listing, VendorCard
from marketplace.catalog.projection import follow_vacations, project_shop, project_vendor_card
from marketplace.catalog.queries import best_offer, listing_page, say_who_is_away
from marketplace.checkout.actions import place_order
from marketplace.checkout.queries import cart_to_order, problem_with, quote_cart
from marketplace.orders.models import Order, VendorOrder
from outbox.tasks import deliver
from tenants.isolation.doors import bind_vendor, in_shop
from tenants.shop.inventory.models import StockLevel
from tenants.shop.shipping.actions import set_flat_shipping
from tenants.vendors.models import Vendor, VendorEvent
from tenants.vendors.vacation import NoVacation, VendorAway, end_vacation, set_vacation
from tests.marketplace.web.portal.conftest import desk_of
from tests.marketplace.web.storefront.conftest import another, shopper
from tests.support.at_once import together

__all__ = ["another", "desk_of", "shopper"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
BEGINS, BACK = datetime(2027, 3, 10, tzinfo=UTC), datetime(2027, 3, 20, tzinfo=UTC)
FIRST_DAY, BACK_ON = BEGINS.date(), BACK.date()
TICK = timedelta(microseconds=1)
WORDS = "On vacation, back on 20 March 2027."


@pytest.fixture
def at(monkeypatch: Any) -> Any:
    """`at(instant)`: the product's clock stands there."""

    def stand(instant: datetime) -> None:
        monkeypatch.setattr(clock, "now", lambda: instant)

    stand(NOW)
    return stand


@pytest.fixture
def lamp(put_on_shelf: Any, at: Any) -> Any:
    shelf = put_on_shelf("lindqvist", price_minor=12100)
    with in_shop(shelf.vendor):
        set_flat_shipping(flat_minor=0)
    return shelf


def goes(vendor: Any, starts: date = FIRST_DAY, back: date | None = BACK_ON, message: str = "Gone sailing") -> Any:
    """As the vendor's own role, as the portal does."""
    with bind_vendor(vendor):
        return set_vacation(vendor=vendor, by=vendor.id, starts_on=starts, back_on=back, message=message)


def cart_with(*shelves: Any) -> Any:
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    for shelf in shelves:
        add_to_cart(cart=cart, offer_id=shelf.offer.id)
    return cart


def order(cart: Any, address: Any) -> Order:
    return place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)


@pytest.mark.parametrize(
    ("instant", "away"),
    [(BEGINS - TICK, False), (BEGINS, True), (BACK - TICK, True), (BACK, False)],
)
def test_by_the_clock_to_the_instant(lamp: Any, at: Any, address: Any, instant: datetime, away: bool) -> None:
    """Nothing runs at either end: no sweep, no projection after the one that heard of the plan."""
    cart = cart_with(lamp)
    goes(lamp.vendor)
    deliver()
    at(instant)
    assert Vendor.objects.get(id=lamp.vendor.id).is_away(clock.now()) == away
    (line,) = cart_to_order(cart).lines
    problem = problem_with(line)
    assert (problem.code, problem.words) == ("vendor_away", WORDS) if problem else not away
    assert quote_cart(cart_to_order(cart)).total_minor == (0 if away else 12100)
    (choice,) = listing_page("thing-lindqvist").variants
    assert choice.offers[0].offer.available == (0 if away else 10)
    if not away:
        assert order(cart, address).total_minor == 12100
        return
    with pytest.raises(VendorAway, match=r"Lindqvist: on vacation, back on 20 March 2027\."):
        add_to_cart(cart=cart, offer_id=lamp.offer.id)
    with pytest.raises(VendorAway, match="nothing has been ordered yet"):
        order(cart, address)
    assert Order.objects.count() == 0


def test_the_checkout_asks_the_vendor_and_not_the_projection(
    lamp: Any, put_on_shelf: Any, address: Any, shopper: Any
) -> None:
    """The catalogue has heard nothing yet, so the cart looks as always; and when it has heard of a vacation that is over."""
    soap = put_on_shelf("moreau")
    shopper.put_in(lamp)
    shopper.put_in(soap)
    goes(lamp.vendor, starts=NOW.date())
    assert WORDS not in shopper.get("/cart/").content.decode()
    page = shopper.get("/checkout/")
    fields = {"version": page.context["version"], "total": page.context["costs"].total_minor}
    sent = {
        **fields,
        **address,
        "email": "ada@vermeer.example",
        "saved": "new",
        "country": "DE",
        "postal_code": "10115",
    }
    refused = shopper.post("/checkout/", sent, follow=True).content.decode()
    assert "Lindqvist is on vacation, back on 20 March 2027." in refused
    assert Order.objects.count() == 0
    deliver()
    cart = shopper.get("/cart/").content.decode()
    assert (WORDS in cart, "Go to checkout" in cart) == (True, False)
    assert shopper.get("/checkout/").status_code == 303
    VendorCard.objects.filter(vendor_id=lamp.vendor.id).update(away_from=BEGINS, away_until=BACK)
    with bind_vendor(lamp.vendor):
        end_vacation(vendor=lamp.vendor, by=lamp.vendor.id)
    assert order(cart_with(lamp), address).total_minor == 12100


def test_orders_that_were_placed_go_on_and_paying_them_too(lamp: Any, at: Any, address: Any) -> None:
    from marketplace.fulfillment.actions import accept
    from marketplace.orders.actions import mark_paid

    cart = cart_with(lamp)
    placed = order(cart, address)
    goes(lamp.vendor)
    at(BEGINS)
    assert order(cart, address) == placed
    mark_paid(placed.id)
    part = VendorOrder.objects.get(order=placed)
    with bind_vendor(lamp.vendor):
        accept(vendor_order_id=part.id, by=lamp.vendor.id)
    part.refresh_from_db()
    assert part.fulfillment == "accepted"


def test_lists_pass_by_who_is_away_and_come_back(put_on_shelf: Any, at: Any, two_vendors: Any) -> None:
    """Two offers for one thing: the dearer one is shown while the cheaper one's vendor is away."""
    from tests.factories.shop import shelf

    for vendor, price in zip(two_vendors, (1000, 1500), strict=True):
        with in_shop(vendor):
            shelf("Mug", price_minor=price, gtin="4006381333931")
        project_vendor_card(vendor)
        project_shop(vendor)
    cheap, dear = two_vendors
    goes(cheap)
    deliver()

    def shown() -> tuple[str, bool]:
        listing = Listing.objects.get()
        return listing.best_vendor_slug, listing.in_stock

    assert (shown(), follow_vacations()) == (("lindqvist", True), 0)
    at(BEGINS)
    assert (follow_vacations(), shown(), follow_vacations()) == (1, ("moreau", True), 0)
    assert best_offer(Listing.objects.get().id).vendor_id == dear.id
    goes(dear, starts=BEGINS.date())
    deliver()
    assert shown() == ("lindqvist", False)
    at(BACK)
    assert (follow_vacations(), shown()) == (2, ("lindqvist", True))
    assert best_offer(Listing.objects.get().id).vendor_id == cheap.id


def test_what_customers_read(lamp: Any, shopper: Any) -> None:
    goes(lamp.vendor, starts=NOW.date())
    deliver()
    for path in ("/p/thing-lindqvist/", "/v/lindqvist/"):
        page = shopper.get(path).content.decode()
        assert ("On vacation, back on 20 March 2027" in page, "Gone sailing" in page) == (True, True), path
    assert "Add to cart</button>" not in shopper.get("/p/thing-lindqvist/").content.decode()
    goes(lamp.vendor, back=None)
    deliver()
    assert "On vacation at the moment." in shopper.get("/v/lindqvist/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_every_order_is_placed_before_the_vacation_or_refused_by_it(put_on_shelf: Any, address: Any) -> None:
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau", stock=20)
    is_placed = Event()

    def leave(vendor: Any) -> Any:
        return goes(vendor, starts=clock.now().date(), back=None)

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            return bool(cursor.fetchone()[0])

    def place(cart: Any) -> Any:
        with transaction.atomic():
            made = order(cart, address)
            is_placed.set()
            # Until the vacation waits for this order, or has not waited for it.
            while not (somebody_waits() or Vendor.objects.get(id=lamp.vendor.id).away_from):
                sleep(0.01)
            return made, clock.now()

    def leave_meanwhile() -> Any:
        is_placed.wait()
        return leave(lamp.vendor)

    (made, done_at), left = together(partial(place, cart_with(lamp)), leave_meanwhile)
    assert made.placed_at < done_at < left.away_from

    # And with many at once, some of whom come too late.
    carts = [cart_with(soap) for _ in range(8)]
    *came, left = together(*(partial(order, cart, address) for cart in carts), partial(leave, soap.vendor))
    for each in came:
        assert isinstance(each, Order | VendorAway), each
        assert isinstance(each, VendorAway) or each.placed_at < left.away_from
    placed = [each for each in came if isinstance(each, Order)]
    assert set(Order.objects.exclude(id=made.id)) == set(placed)
    with in_shop(soap.vendor):
        assert StockLevel.objects.get().available == 20 - len(placed)
    for cart, each in zip(carts, came, strict=True):
        if isinstance(each, VendorAway):
            with pytest.raises(VendorAway, match="nothing has been ordered yet"):
                order(cart, address)


def test_cards_tell_who_is_away_from_what_is_sold_out(
    lamp: Any, put_on_shelf: Any, shopper: Any, django_assert_num_queries: Any
) -> None:
    flag = '<span class="product-flag">{}</span>'.format
    soap = put_on_shelf("moreau", stock=0)
    project_shop(soap.vendor)
    goes(lamp.vendor, starts=NOW.date())
    deliver()
    for path, tells in (("/new/", ["Away until 20 March", "Sold out"]), ("/v/lindqvist/", ["Away until 20 March"])):
        page = shopper.get(path).content.decode()
        assert sorted(words for words in ("Away until 20 March", "Sold out") if flag(words) in page) == tells, path
        assert page.count("product-flag") == len(tells)
    goes(soap.vendor, starts=NOW.date())
    goes(lamp.vendor, back=None)
    deliver()
    page = shopper.get("/new/").content.decode()
    # Nothing is there of the soap, whether its vendor is or not.
    assert (flag("On vacation") in page, flag("Sold out") in page, page.count("product-flag")) == (True, True, 2)
    listings = list(Listing.objects.filter(is_visible=True))
    with django_assert_num_queries(2):
        say_who_is_away(listings)
    assert {each.best_vendor_slug: each.away and each.away.name for each in listings} == {
        "lindqvist": "Lindqvist",
        "moreau": None,
    }
    with django_assert_num_queries(0):
        say_who_is_away([])


def test_open_ended_changed_and_ended_early(lamp: Any, at: Any) -> None:
    goes(lamp.vendor, back=None)
    at(BEGINS + timedelta(days=400))
    assert Vendor.objects.get().is_away(clock.now())
    # It began when it began: what is changed is the end.
    later = clock.now().date() + timedelta(days=2)
    changed = goes(lamp.vendor, starts=later, back=later)
    assert (changed.away_from, changed.away_until.date()) == (BEGINS, later)
    with bind_vendor(lamp.vendor):
        assert not end_vacation(vendor=lamp.vendor, by=lamp.vendor.id).is_away(clock.now())
        with pytest.raises(NoVacation):
            end_vacation(vendor=lamp.vendor, by=lamp.vendor.id)
    assert list(VendorEvent.objects.order_by("id").values_list("name", "actor_kind", "data__until")) == [
        ("vacation_set", "member", None),
        ("vacation_set", "member", f"{later}T00:00:00+00:00"),
        ("vacation_ended", "member", None),
    ]


@pytest.mark.parametrize(
    ("starts", "back", "field"),
    [
        (date(2027, 2, 28), None, "starts_on"),
        (date(2027, 3, 10), date(2027, 3, 10), "back_on"),
        (date(2027, 3, 1), date(2027, 3, 1), "back_on"),
        (date(2027, 3, 10), date(2027, 3, 9), "back_on"),
    ],
)
def test_days_that_make_no_vacation(lamp: Any, starts: date, back: date | None, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        goes(lamp.vendor, starts=starts, back=back)
    assert refused.value.field == field
    assert Vendor.objects.get().away_from is None
    with pytest.raises(IntegrityError, match="vendor_away_ends_after"), transaction.atomic():
        Vendor.objects.update(away_from=BACK, away_until=BACK)


def test_the_page_and_its_limits(make_vendor: Any, desk_of: Any, at: Any, django_assert_max_num_queries: Any) -> None:
    vendor = make_vendor("lindqvist")
    manager = desk_of(vendor, "manager")
    manager.post("/shop/standing/", {"starts_on": "2027-03-10", "back_on": "2027-03-20", "message": "Gone sailing"})
    vendor.refresh_from_db()
    assert (vendor.away_from, vendor.away_until, vendor.away_message) == (BEGINS, BACK, "Gone sailing")
    with django_assert_max_num_queries(24):
        text = manager.text("/shop/standing/")
    assert "You will be away from 10 March 2027 and back on 20 March 2027" in text
    refused = manager.post("/shop/standing/", {"starts_on": "2027-03-10", "back_on": "2027-03-01"})
    assert (refused.status_code, "Choose a day after" in refused.content.decode()) == (422, True)
    assert manager.post("/shop/vacation/end/").status_code == 302
    vendor.refresh_from_db()
    assert vendor.away_from is None
