"""Reviews by API: a guest says how it is, everybody reads it with its stars, the shop answers and reports."""

import pytest

from kit.ids import uuid7
from marketplace.orders.links import access_token
from marketplace.reviews.actions import hide_review
from marketplace.reviews.models import Review, ReviewReport
from tests.api.conftest import MARKET, portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import Held
from tests.support.bought import bought, buy
from tests.support.going_back import arrived

__all__ = ["address", "arrived", "bought", "buy", "everything_ten_percent", "put_on_shelf"]


@pytest.fixture
def anybody(program):
    return Held(program(MARKET), "storefront")


def test_a_review_is_written_read_answered_reported_and_hidden_by_programs(anybody, program, member_token, arrived):
    guest = Held(program(MARKET), "storefront")
    guest.caller.headers["Souk-Order"] = access_token(arrived.order.id)
    shop = Held(program(portal_of(arrived.lamp.vendor), member_token(arrived.lamp.vendor)), "vendor")
    other = Held(program(portal_of(arrived.soap.vendor), member_token(arrived.soap.vendor)), "vendor")
    line, here = arrived.lamps.lines.get(), f"/api/v1/storefront/orders/{arrived.order.number}/reviews"
    listing = f"/api/v1/storefront/listings/{arrived.lamp.listing.slug}"
    assert anybody.get(here).status_code == 404
    assert [(each["about"], each["is_open"]) for each in guest.get(here).json()] == [
        (str(line.id), True),
        (str(arrived.lamps.id), True),
    ]
    said = {"about": str(line.id), "rating": 4, "title": "Warm", "author": "Ada"}
    early = guest.post(here, {**said, "about": str(arrived.soaps.lines.get().id)})
    assert (early.status_code, early.json()["code"]) == (409, "cannot_review")
    assert guest.post(here, {**said, "about": str(uuid7())}).status_code == 404
    assert guest.post(here, {**said, "rating": 6}).status_code == 422
    for rating in (4, 5):
        made = guest.post(here, {**said, "rating": rating})
        assert (made.status_code, made.json()["review"]["rating"]) == (200, rating)
    assert guest.post(here, {"about": str(arrived.lamps.id), "rating": 3}).status_code == 200
    [read] = anybody.get(f"{listing}/reviews?sort=best&rating=5").json()["items"]
    assert (read["title"], read["author"], "hidden_at" in read) == ("Warm", "Ada", False)
    assert (anybody.get(listing).json()["rating"], anybody.get(listing).json()["review_count"]) == (5.0, 1)
    vendor = "/api/v1/storefront/vendors/lindqvist"
    assert (anybody.get(vendor).json()["rating"], len(anybody.get(f"{vendor}/reviews").json()["items"])) == (3.0, 1)
    theirs = f"/api/v1/vendor/reviews/{read['id']}"
    assert len(shop.get("/api/v1/vendor/reviews?state=unanswered").json()["items"]) == 2
    assert other.get(theirs).status_code == other.post(f"{theirs}/reply", {"reply": "x"}).status_code == 404
    assert shop.post(f"{theirs}/reply", {"reply": "Thank you"}).json()["reply"] == "Thank you"
    assert shop.post(f"{theirs}/reports", {"words": "Not ours"}).status_code == 200
    assert ReviewReport.objects.count() == 1
    hide_review(review_id=read["id"], reason="Rude", by=arrived.owner.id)
    refused = shop.post(f"{theirs}/reply", {"reply": "Again"})
    assert (refused.status_code, refused.json()["code"]) == (409, "review_hidden")
    assert (shop.get(theirs).json()["hidden_reason"], Review.objects.seen().count()) == ("Rude", 1)
    assert anybody.get(f"{listing}/reviews").json()["items"] == []
    assert anybody.get(listing).json()["rating"] is None
