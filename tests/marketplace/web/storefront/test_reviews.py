"""A guest reviews what came; everybody reads it on the article, its card and its shop; a page answers without reviews."""

import pytest
from django.db import connection
from structlog.testing import capture_logs

from accounts.signup import register_person
from marketplace.catalog.models import Listing
from marketplace.orders.links import access_token
from marketplace.reviews.actions import encode_photos, hide_review, write_review
from marketplace.reviews.models import Review, ReviewPhoto, ReviewReport
from tests.marketplace.web.storefront.test_returns import picture, statements
from tests.support.going_back import arrived, photo
from tests.support.reviewing import said

__all__ = ["arrived"]


@pytest.fixture
def guest(shopper, arrived):
    shopper.get(f"/orders/{arrived.order.number}/?key={access_token(arrived.order.id)}")
    return shopper


def test_a_guest_writes_and_changes_a_review_with_errors_at_their_fields(guest, another, arrived):
    order, line = arrived.order, arrived.lamps.lines.get()
    here = f"/orders/{order.number}/reviews/"
    assert another().get(here).status_code == another().post(f"{here}{line.id}/").status_code == 404
    assert f'href="{here}"' in guest.text(f"/orders/{order.number}/")
    count, page = statements(guest, here)
    assert (count <= 12, line.title in page, arrived.soaps.vendor_name in page) == (True, True, False)
    assert guest.get(f"{here}{arrived.soaps.lines.get().id}/").status_code == 404
    assert 'value="Ada"' in guest.text(f"{here}{line.id}/")
    for given, problem in (
        ({}, 'id="rating-problem"'),
        ({"rating": "7"}, 'id="rating-problem"'),
        ({"rating": "4", "title": "x" * 121}, 'id="title-problem"'),
        ({"rating": "4", "words": "x" * 4001}, 'id="words-problem"'),
        ({"rating": "4", "photos": [picture() for _ in range(5)]}, 'id="photos-problem"'),
    ):
        answer = guest.post(f"{here}{line.id}/", given)
        assert (answer.status_code, problem in answer.content.decode()) == (422, True), given
    given = {"rating": "4", "title": "Warm", "words": "<script>", "author": "Ada V.", "photos": picture()}
    for _ in range(2):
        answer = guest.post(f"{here}{line.id}/", given)
        assert (answer.status_code, answer["Location"]) == (303, here)
        given["photos"] = picture()
    assert guest.post(f"{here}{arrived.lamps.id}/", {"rating": "5", "author": ""}).status_code == 303
    assert Review.objects.count() == 2
    page = guest.text(here)
    assert ("&lt;script&gt;" in page, "Change it" in page, "A customer" in page) == (True, True, True)


def test_everybody_reads_it_and_its_stars_in_ten_statements(guest, another, arrived):
    line, slug = arrived.lamps.lines.get(), arrived.lamp.listing.slug
    review = said(arrived, 4, title="Warm", words="<b>light</b>", author="Ada V.", photos=encode_photos([photo()]))
    write_review(order=arrived.order, about=arrived.lamps.id, rating=3, words="Quick")
    Review.objects.filter(id=review.id).update(reply="Thank <you>")
    visitor = another()
    count, page = statements(visitor, f"/p/{slug}/")
    assert count <= 10, count
    assert all(word in page for word in ("4.0", "Warm", "&lt;b&gt;light&lt;/b&gt;", "Ada V.", "Thank &lt;you&gt;"))
    seen = f"/reviews/photos/{ReviewPhoto.objects.get().id}/"
    assert f'src="{seen}"' in page
    answer = visitor.get(seen)
    assert (answer.content[:4], answer["Content-Type"]) == (b"RIFF", "image/webp")
    assert "4.0" in visitor.text("/new/")
    count, page = statements(visitor, f"/p/{slug}/reviews/?sort=worst")
    assert (count <= 8, "Warm" in page, "Quick" in page) == (True, True, False), count
    assert "No reviews here" in visitor.text(f"/p/{slug}/reviews/?rating=1")
    assert visitor.get(f"/p/{slug}/reviews/?cursor=x").status_code == 400
    assert "Quick" in visitor.text("/v/lindqvist/reviews/")
    assert "3.0" in visitor.text("/v/lindqvist/")
    hide_review(review_id=review.id, reason="Rude", by=arrived.owner.id)
    page = visitor.text(f"/p/{slug}/")
    assert ("Warm" in page, "4.0" in page, visitor.get(seen).status_code) == (False, False, 404)
    assert "Rude" in guest.text(f"/orders/{arrived.order.number}/reviews/")
    assert line.listing_id == arrived.lamp.listing.id


def test_a_customer_reports_a_review_once_and_a_visitor_signs_in_first(guest, another, arrived):
    review = said(arrived, 1, words="Cheaper elsewhere")
    here = f"/reviews/{review.id}/report/"
    visitor = another()
    assert visitor.get(here).status_code == 302
    person = register_person(email="ines@moreau.example", name="Ines Moreau", password="not-a-common-one-9")
    visitor.client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Cheaper elsewhere" in visitor.text(here)
    answer = visitor.post(here, {"words": " "})
    assert (answer.status_code, 'id="words-problem"' in answer.content.decode()) == (422, True)
    for _ in range(2):
        assert visitor.post(here, {"words": "It advertises"}).status_code == 303
    assert ReviewReport.objects.values_list("reporter_kind", "reporter_id", "words").get() == (
        "customer",
        person.id,
        "It advertises",
    )


@pytest.mark.django_db(transaction=True)
def test_an_article_answers_without_its_reviews_when_they_cannot_be_read(shopper, put_on_shelf):
    lamp = put_on_shelf("lindqvist")
    Listing.objects.update(rating_count=2, rating_sum=9)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_review RENAME TO reviews_away")
        try:
            with capture_logs() as logged:
                answer = shopper.get(f"/p/{lamp.listing.slug}/")
        finally:
            cursor.execute("ALTER TABLE reviews_away RENAME TO reviews_review")
    page = answer.content.decode()
    assert (answer.status_code, "4.5" in page, "Add to cart" in page) == (200, True, True)
    assert "The reviews cannot be shown at the moment." in page
    assert [each["event"] for each in logged if each["log_level"] == "error"] == ["reviews_unreadable"]
