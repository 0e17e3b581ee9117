"""Every page answers, for a vendor with nothing and for one with orders, and asks the database little."""

import pytest

PAGES = [
    "/",
    "/orders/",
    "/orders/board/",
    "/products/",
    "/products/new/",
    "/imports/",
    "/imports/new/",
    "/stock/",
    "/stock/holds/",
    "/stock/counts/",
    "/stock/files/",
    "/purchases/",
    "/purchases/suppliers/",
    "/stock/low/",
    "/warehouses/",
    "/money/",
    "/money/way/",
    "/money/holds/",
    "/money/transfers/",
    "/money/payouts/",
    "/money/ledger/",
    "/onboarding/",
    "/shop/",
    "/shop/texts/",
    "/shop/domains/",
    "/shipping/",
    "/team/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_an_empty_shop_answers(desk, page):
    assert desk.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_the_same_however_much_there_is(paid, desk_of, page, asks_at_most):
    for _ in range(4):
        _order, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    desk.get("/team/")
    with asks_at_most(
        {"/": 22, "/onboarding/": 9, "/money/": 16, "/money/way/": 10, "/money/payouts/": 9}.get(page, 8)
    ):
        assert desk.get(page).status_code == 200


def test_an_order_and_a_product_ask_little(paid, desk_of, asks_at_most):
    order, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    desk.post(f"/orders/{part.id}/parcels/")
    with asks_at_most(19):
        desk.text(f"/orders/{part.id}/")
    with asks_at_most(12):
        desk.text(f"/products/{lamp.variant.product_id}/")
    with asks_at_most(9):
        desk.text(f"/stock/{lamp.variant.id}/")
