"""Reviews: by whoever bought and got it, counted while they are seen, and nobody's to change but their author's."""

from functools import partial
from io import BytesIO
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import AuditEntry
from kit.errors import InvalidInput
from kit.ids import uuid7
from marketplace.catalog.models import Listing, average
from marketplace.orders.models import OrderLine
from marketplace.orders.photos import TooManyPhotos
from marketplace.reviews.actions import (
    CannotReview,
    ReviewHidden,
    encode_photos,
    hide_review,
    keep_review,
    reply_to_review,
    report_review,
    restore_review,
    write_review,
)
from marketplace.reviews.models import Review, ReviewPhoto, ReviewReport
from marketplace.reviews.queries import all_reviews, reported, reviewable, reviews_of_listing, spread
from notifications.models import Mail
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import bind_vendor
from tenants.shop.catalog.pictures import InvalidPicture
from tests.support.at_once import together
from tests.support.going_back import moved, photo
from tests.support.reviewing import bought_too, said, stars

STAFF = uuid7()


def mails():
    while deliver_facts():
        pass
    return sorted(Mail.objects.filter(template="review_news").values_list("to", "subject"))


def test_who_got_it_reviews_it_once_changes_it_for_a_month_and_the_shop_answers(arrived):
    line = arrived.lamps.lines.get()
    first = said(arrived, 2, title="Too\nbright", words="<b>Hm</b>\u202e", author=" Ada ")
    assert (first.title, first.words, first.author) == ("Too bright", "<b>Hm</b>", "Ada")
    assert stars(arrived) == ((1, 2), (0, 0))
    assert said(arrived, 2, title="Too bright", words="<b>Hm</b>", author="Ada").edited_at is None  # sent twice
    with moved(days=29):
        assert said(arrived, 5, title="Used to it").id == first.id
    assert stars(arrived) == ((1, 5), (0, 0))
    of_shop = write_review(order=arrived.order, about=arrived.lamps.id, rating=3)
    assert stars(arrived) == ((1, 5), (1, 3))
    with moved(days=31):
        with pytest.raises(CannotReview):
            said(arrived, 1)
        assert [(each.about, each.is_open) for each in reviewable(arrived.order)] == [
            (line.id, False),
            (arrived.lamps.id, False),
        ]
    with bind_vendor(arrived.lamp.vendor):
        reply_to_review(review_id=first.id, words="Thank you", by=arrived.owner.id)
    assert Review.objects.get(id=first.id).reply == "Thank you"
    shop = arrived.lamp.vendor.email
    assert mails() == sorted(
        [
            (shop, f"A customer gave 5 stars to {line.title}"),
            (shop, f"A customer gave 3 stars to {of_shop.vendor_order.vendor_name}"),
            ("ada@vermeer.example", f"{of_shop.vendor_order.vendor_name} has answered your review"),
        ]
    )


def test_what_has_not_come_is_of_another_order_or_makes_no_sense_is_refused_and_nothing_counts(arrived):
    soap = arrived.soaps.lines.get()
    [(other, _)] = bought_too(arrived, 1)
    with pytest.raises(CannotReview):
        write_review(order=arrived.order, about=soap.id, rating=5)
    with pytest.raises(CannotReview):
        write_review(order=arrived.order, about=arrived.soaps.id, rating=5)
    for foreign in (arrived.lamps.lines.get().id, arrived.lamps.id, uuid7()):
        with pytest.raises(OrderLine.DoesNotExist):
            write_review(order=other, about=foreign, rating=5)
    for wrong, field in (
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": None}, "rating"),
        ({"title": "x" * 121}, "title"),
        ({"words": "x" * 4001}, "words"),
        ({"author": "x" * 61}, "author"),
    ):
        with pytest.raises(InvalidInput) as refused:
            said(arrived, **{"rating": 4, **wrong})
        assert refused.value.field == field
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(subject="vendor", vendor_order=arrived.lamps, vendor_id=uuid7(), rating=6)
    assert not Review.objects.exists()
    assert stars(arrived) == ((0, 0), (0, 0))


def test_the_stars_are_those_of_the_reviews_that_are_seen_after_any_steps(arrived):
    """Every order of writing, changing, hiding and showing again by two buyers."""
    buyers = bought_too(arrived, 2)

    def check():
        seen = Review.objects.seen().values_list("rating", flat=True)
        assert stars(arrived)[0] == (len(seen), sum(seen))
        assert sum(spread(listing_id=buyers[0][1].listing_id).values()) == len(seen)

    for number, steps in enumerate(product(("write", "hide", "restore"), repeat=3)):
        for turn, step in enumerate(steps):
            order, line = buyers[turn % 2]
            found = Review.objects.filter(order_line=line).first()
            if step == "write" and not (found and found.is_hidden):
                write_review(order=order, about=line.id, rating=1 + (number + turn) % 5)
            elif step == "hide" and found:
                hide_review(review_id=found.id, reason="Rude", by=STAFF)
            elif step == "restore" and found:
                restore_review(review_id=found.id, by=STAFF)
        check()
    assert [average(*each) for each in ((0, 0), (9, 2), (10, 3), (13, 4), (5, 1))] == [None, 4.5, 3.3, 3.3, 5.0]


@pytest.mark.django_db(transaction=True)
def test_buyers_and_staff_at_once_leave_exact_stars(arrived):
    buyers = bought_too(arrived, 5)
    early = write_review(order=buyers[0][0], about=buyers[0][1].id, rating=1)
    results = together(
        *(
            partial(write_review, order=order, about=line.id, rating=rating)
            for rating, (order, line) in enumerate(buyers[1:], start=2)
        ),
        partial(write_review, order=buyers[1][0], about=buyers[1][1].id, rating=2),
        partial(hide_review, review_id=early.id, reason="Rude", by=STAFF),
    )
    assert all(isinstance(each, Review) for each in results)
    assert Review.objects.count() == 5
    assert stars(arrived)[0] == (4, 2 + 3 + 4 + 5)


def test_reported_hidden_with_reason_restored_and_written_down(arrived):
    review = said(arrived, 1, words="Buy elsewhere: cheap.example")
    reader = uuid7()
    for _ in range(2):
        report_review(review=review, words="An advertisement", kind="customer", by=reader)
    with bind_vendor(arrived.lamp.vendor):
        report_review(review=Review.objects.get(), words="Not our lamp", kind="member", by=arrived.owner.id)
    assert (reported(), all_reviews(state="reported").rows[0].open_reports) == (1, 2)
    with pytest.raises(InvalidInput):
        hide_review(review_id=review.id, reason=" ", by=STAFF)
    hide_review(review_id=review.id, reason="It advertises", by=STAFF)
    hide_review(review_id=review.id, reason="Again", by=STAFF)
    assert (reported(), stars(arrived)[0]) == (0, (0, 0))
    assert reviews_of_listing(review.listing_id).rows == []
    with pytest.raises(ReviewHidden):
        said(arrived, 5)
    with bind_vendor(arrived.lamp.vendor), pytest.raises(ReviewHidden):
        reply_to_review(review_id=review.id, words="Thanks", by=arrived.owner.id)
    restore_review(review_id=review.id, by=STAFF)
    assert (stars(arrived)[0], keep_review(review_id=review.id, by=STAFF)) == ((1, 1), 0)
    entries = AuditEntry.objects.filter(subject=f"review:{review.id}").order_by("id")
    assert [(each.action, each.actor_id, each.data) for each in entries] == [
        ("review.hidden", STAFF, {"reason": "It advertises"}),
        ("review.restored", STAFF, {"was_hidden_for": "It advertises"}),
    ]
    title = review.order_line.title
    assert [subject for to, subject in mails() if to == "ada@vermeer.example"] == [
        f"We have hidden your review of {title}",
        f"Your review of {title} is shown again",
    ]


def test_a_vendor_answers_its_own_reviews_and_may_nothing_else(arrived):
    review = said(arrived, 1)
    report_review(review=review, words="Rude", kind="customer", by=uuid7())
    with bind_vendor(arrived.lamp.vendor):
        for change in ({"rating": 5}, {"words": "Great"}, {"hidden_at": review.written_at, "hidden_reason": "Bad"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Review.objects.update(**change)
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.all().delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            list(ReviewReport.objects.all())
        with pytest.raises(DatabaseError), transaction.atomic():
            Listing.objects.update(rating_sum=500)
    with bind_vendor(arrived.soap.vendor):
        assert not Review.objects.exists()
        with pytest.raises(Review.DoesNotExist):
            reply_to_review(review_id=review.id, words="Buy at ours", by=uuid7())
        with pytest.raises(DatabaseError), transaction.atomic():
            report_review(review=review, words="Rude", kind="member", by=uuid7())
    assert (Review.objects.get().reply, ReviewReport.objects.count()) == ("", 1)


def test_the_storefronts_role_writes_and_counts_and_hides_nothing(arrived):
    order, about = arrived.order, arrived.lamps.lines.get().id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE store")
        review = write_review(order=order, about=about, rating=4, photos=encode_photos([photo()]))
        report_review(review=review, words="Rude", kind="customer", by=uuid7())
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.update(reply="Thanks")
        with pytest.raises(DatabaseError), transaction.atomic():
            Listing.objects.update(price_minor=1)
        cursor.execute("RESET ROLE")
    assert stars(arrived)[0] == (1, 4)


def test_photos_are_our_own_encoding_and_the_new_take_the_place_of_the_old(arrived):
    said(arrived, photos=encode_photos([photo("red"), photo("red"), photo("blue", (3000, 60))]))
    kept = list(ReviewPhoto.objects.order_by("width"))
    assert [(each.width, each.height) for each in kept] == [(60, 40), (960, 19)]
    assert all(bytes(each.content[:4]) == b"RIFF" and b"secret" not in bytes(each.content) for each in kept)
    said(arrived, photos=encode_photos([photo("green")]))
    assert ReviewPhoto.objects.count() == 1
    with pytest.raises(TooManyPhotos):
        encode_photos([photo()] * 5)
    with pytest.raises(InvalidPicture) as refused:
        encode_photos([BytesIO(b"<svg/>")])
    assert refused.value.field == "photos"
