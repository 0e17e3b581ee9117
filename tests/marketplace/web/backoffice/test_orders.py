"""Orders: found by number or e-mail, and seen whole, down to the entries in the books."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from billing.payments.actions import request_refund
from billing.payments.models import PaymentShare
from kit import clock
from marketplace.orders.models import Order, VendorOrder


def numbers(at, query=""):
    return {row[0] for row in at.csv(f"/orders/?format=csv&{query}")[1:]}


def test_an_order_is_found_by_its_number_its_email_and_its_day(desk, market_day):
    at, paid, unpaid = desk("support"), market_day.paid.number, market_day.unpaid.number
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    assert numbers(at) == {paid, unpaid}
    assert numbers(at, f"q={paid.lower()[:6]}") >= {paid}
    assert numbers(at, "q=ADA@vermeer.example") == {paid, unpaid}
    assert numbers(at, "q=ada@vermeer") == set()
    assert numbers(at, f"since={today}") == {paid, unpaid}
    assert numbers(at, f"until={yesterday}") == set()
    assert numbers(at, "hold=allocated") == {paid}
    assert numbers(at, "hold=held") == {unpaid}
    assert numbers(at, "hold=nonsense&since=yesterday") == {paid, unpaid}


def test_the_search_on_top_names_vendors_too(desk, market_day):
    page = desk("support").page("/orders/?q=moreau")
    assert f'<a class="chip" href="/vendors/{market_day.moreau.id}/">Moreau</a>' in page
    assert "No order is found" in page


def test_the_list_says_a_word_for_each_part(desk, market_day):
    page = desk("finance").page("/orders/")
    assert page.count("Awaiting payment") == 2  # the tab, and the order
    assert page.count(f'href="/orders/{market_day.paid.id}/"') == 1


def test_the_whole_purchase_is_on_one_page(desk, market_day):
    page = desk("administrator").page(f"/orders/{market_day.paid.id}/")
    parts = VendorOrder.objects.filter(order=market_day.paid)
    for word in (
        "141.00 EUR",  # the total
        "125.90 EUR",  # Lindqvist's part
        "115.90 EUR",  # what it earns: less 10 % of 100.00
        "Standard (version 1): 10 % of 100.00 EUR",
        "Held",
        "Customer&#x27;s payment",
        "commission:",
        "ch_1",
        "Prinsengracht 1",
    ):
        assert word in page, word
    for part in parts:
        assert f'id="{part.number}"' in page
        assert f"/finance/ledger/entries/?reference={part.id}" in page


def test_support_sees_the_purchase_without_the_books(desk, market_day):
    page = desk("support").page(f"/orders/{market_day.paid.id}/")
    assert "125.90 EUR" in page
    assert "/finance/" not in page


def test_a_refund_shows_at_its_part(desk, market_day):
    share = PaymentShare.objects.get(payment__reference_id=market_day.paid.id, vendor_id=market_day.moreau.id)
    with transaction.atomic():
        request_refund(share=share, amount_minor=500, key="returned:1", reason="One soap was broken")
    page = desk("support").page(f"/orders/{market_day.paid.id}/")
    assert "One soap was broken" in page
    assert "Partly refunded" in page


def test_an_order_takes_as_many_queries_with_two_parts_as_with_one(desk, market_day, django_assert_max_num_queries):
    at = desk("administrator")
    for order in (market_day.unpaid, market_day.paid):
        with django_assert_max_num_queries(22):
            at.page(f"/orders/{order.id}/")


def test_the_list_takes_few_queries(desk, market_day, django_assert_max_num_queries):
    at = desk("administrator")
    with django_assert_max_num_queries(11):
        at.page("/orders/")


def test_customers_are_found_with_what_they_bought(desk, market_day):
    at = desk("support")
    User.objects.create_user("noor@haddad.example", name="Noor Haddad")
    page = at.page("/customers/?q=verm")
    assert "Ada Vermeer" in page
    assert "Noor Haddad" not in page
    assert "141.00 EUR" in page
    detail = at.page(f"/customers/{market_day.ada.id}/")
    assert market_day.paid.number in detail
    assert market_day.unpaid.number in detail
    assert "Prinsengracht" not in detail


def test_customers_take_few_queries(desk, market_day, django_assert_max_num_queries):
    at = desk("support")
    with django_assert_max_num_queries(6):
        at.page("/customers/")


@pytest.mark.parametrize("cell", ["=1+1", "+41", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_download_holds_no_formulas(desk, market_day, cell):
    Order.objects.filter(id=market_day.paid.id).update(email=f"{cell}@x.example", number="=HYPERLINK(1)")
    rows = desk("support").csv("/orders/?format=csv")
    assert rows[0][:3] == ["number", "placed", "email"]
    (paid,) = [row for row in rows if row[8] == "141.00"]
    assert (paid[0], paid[2]) == ("'=HYPERLINK(1)", f"'{cell}@x.example")


def test_a_download_is_streamed_in_parts(desk, market_day, monkeypatch, django_assert_max_num_queries):
    from marketplace.web.backoffice import tables

    monkeypatch.setattr(tables, "CSV_PART", 1)
    rows = desk("support").csv("/orders/?format=csv")
    assert [row[0] for row in rows[1:]] == [market_day.unpaid.number, market_day.paid.number]
    assert rows[2][5:9] == ["133.10", "7.90", "24.47", "141.00"] or rows[2][8] == "141.00"
