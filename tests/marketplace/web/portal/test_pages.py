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
    "/money/",
    "/money/transfers/",
    "/money/payouts/",
    "/money/ledger/",
    "/shop/",
    "/shipping/",
    "/team/",
]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_an_empty_shop_answers(desk, page):
    assert desk.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_asks_little(paid, desk_of, page, django_assert_max_num_queries):
    for _ in range(3):
        _, lamp, _ = paid()
    desk = desk_of(lamp.vendor)
    desk.get("/")
    with django_assert_max_num_queries(22):
        assert desk.get(page).status_code == 200
