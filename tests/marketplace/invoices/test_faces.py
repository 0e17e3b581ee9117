"""Where an invoice is read: the customer's order, the shop's portal, and both by API; and by nobody else."""

from kit.ids import uuid7
from marketplace.invoices.actions import issue_invoice
from marketplace.invoices.confirmation import confirmation_html
from marketplace.invoices.filing import render_due
from marketplace.orders.links import access_token
from tests.api.conftest import MARKET, make_user, member_token, portal_of, program, sign_in
from tests.marketplace.web.portal.conftest import desk_of
from tests.marketplace.web.storefront.conftest import shopper
from tests.support.api import Held

__all__ = ["desk_of", "make_user", "member_token", "program", "shopper", "sign_in"]


def is_paper(answer):
    return answer.status_code == 200 and answer["Content-Type"] == "application/pdf" and answer.content[:5] == b"%PDF-"


def test_customer_and_shop_download_it_and_nobody_else(
    shopper, desk_of, program, member_token, arrived, django_assert_max_num_queries
):
    order, [made] = arrived.order, issue_invoice(vendor_order_id=arrived.lamps.id)
    here, paper = f"/orders/{order.number}/", f"/orders/{order.number}/invoices/{made.id}.pdf"
    assert shopper.get(paper).status_code == 404
    shopper.get(f"{here}?key={access_token(order.id)}")
    assert "Its PDF is being made" in shopper.text(here)
    assert shopper.get(paper).status_code == 404
    assert render_due() == 1
    with django_assert_max_num_queries(24):  # the role's own steps included
        page = shopper.text(here)
    assert (f'href="{paper}"' in page, f"Invoice {made.number}" in page) == (True, True)
    assert is_paper(shopper.get(paper))
    assert is_paper(shopper.get(f"{here}confirmation.pdf"))
    said = confirmation_html(order)
    assert ("This is no invoice" in said, "VAT of Netherlands, where it is delivered" in said) == (True, True)
    assert shopper.get(f"/orders/{order.number}/invoices/{uuid7()}.pdf").status_code == 404

    shop, other = desk_of(arrived.lamp.vendor, "finance"), desk_of(arrived.soap.vendor, "finance")
    with django_assert_max_num_queries(20):
        listed = shop.text("/money/invoices/?kind=invoice")
    assert (made.number in listed, "104.89" in listed) == (True, True)
    assert f"/money/invoices/{made.id}.pdf" in shop.text(f"/orders/{arrived.lamps.id}/")
    assert is_paper(shop.get(f"/money/invoices/{made.id}.pdf"))
    assert (made.number in other.text("/money/invoices/"), other.get(f"/money/invoices/{made.id}.pdf").status_code) == (
        False,
        404,
    )

    guest = Held(program(MARKET), "storefront")
    theirs = f"/api/v1/storefront/orders/{order.number}/invoices"
    assert guest.get(theirs).status_code == guest.get(f"{theirs}/{made.id}/pdf").status_code == 404
    guest.caller.headers["Souk-Order"] = access_token(order.id)
    assert [(each["number"], each["total_minor"], each["invoice_kind"]) for each in guest.get(theirs).json()] == [
        (made.number, 10489, "invoice")
    ]
    assert is_paper(guest.get(f"{theirs}/{made.id}/pdf"))
    assert is_paper(guest.get(theirs.replace("/invoices", "/confirmation")))
    for vendor, found in ((arrived.lamp.vendor, [made.number]), (arrived.soap.vendor, [])):
        api = Held(program(portal_of(vendor), member_token(vendor)), "vendor")
        assert [each["number"] for each in api.get("/api/v1/vendor/invoices").json()["items"]] == found
        assert is_paper(api.get(f"/api/v1/vendor/invoices/{made.id}/pdf")) == bool(found)
