"""A customer cancels what no vendor has taken on yet, from the order's page."""

import re

from marketplace.fulfillment.actions import accept
from marketplace.orders.links import access_token
from marketplace.orders.models import Fulfillment
from marketplace.returns.models import RefundRequest
from tenants.isolation.doors import in_shop


def test_a_guest_cancels_one_vendors_part_and_sees_the_money_come_back(shopper, bought, django_assert_max_num_queries):
    order, lamps = bought.order, bought.lamps
    here, page_url = f"/orders/{order.number}/cancellation/", f"/orders/{order.number}/"
    assert shopper.get(here).status_code == 404
    shopper.get(f"{page_url}?key={access_token(order.id)}")
    with django_assert_max_num_queries(24):
        assert "Cancel articles" in shopper.get(page_url).content.decode()
    with in_shop(bought.soap.vendor):
        accept(vendor_order_id=bought.soaps.id, by=None)
    page = shopper.get(here).content.decode()
    assert "Lindqvist" in page
    assert "Moreau" not in page  # it has taken its part on
    asked = {f"all-{lamps.id}": "1", "reason": "Ordered twice"}
    page = shopper.post(here, {**asked, "step": "preview"}).content.decode()
    assert "You get back" in page
    assert "Commission" not in page
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    answer = shopper.post(here, {**asked, "step": "do", "digest": digest})
    assert (answer.status_code, answer["Location"]) == (303, page_url)
    again = shopper.post(here, {**asked, "step": "do", "digest": digest})
    assert (again.status_code, again["Location"]) == (303, page_url)
    assert RefundRequest.objects.count() == 1
    page = shopper.get(page_url).content.decode()
    assert "3 of 3 canceled" in page
    assert "It is sent to the bank within minutes." in page
    # The soaps and their delivery are left: 15.54 and 3.01, at 21 %.
    assert "Includes 3.22 EUR VAT." in page
    assert "Cancel articles" not in page
    assert (bought.lamps.fulfillment, bought.soaps.fulfillment) == (Fulfillment.CANCELED, Fulfillment.ACCEPTED)
    forged = {f"all-{bought.soaps.id}": "1", "reason": "That too", "step": "preview"}
    answer = shopper.post(here, forged)
    assert "already preparing your order" in answer.content.decode()


def test_a_customer_is_told_what_their_bank_did(shopper, bought):
    from tests.support.traders import dispute_of

    order, dispute = bought.order, dispute_of(bought.lamps)
    page = shopper.get(f"/orders/{order.number}/?key={access_token(order.id)}", follow=True).content.decode()
    assert "Your bank has asked for this payment back" in page
    assert "Cancel articles" not in page
    dispute.state = "lost"
    dispute.save()
    assert "Your bank gave you money back" in shopper.get(f"/orders/{order.number}/").content.decode()
