"""Reviews at the office: what was reported is looked at, hidden with its reason, shown again, or stays."""

from kit.ids import uuid7
from marketplace.reviews.actions import report_review
from marketplace.reviews.models import Review
from tests.support.traders import said_of


def test_a_moderator_hides_what_was_reported_with_a_reason_and_shows_it_again(
    desk, market_day, django_assert_max_num_queries
):
    part = market_day.paid.vendor_orders.get(vendor_slug="lindqvist")
    said_of(part)
    review = Review.objects.get()
    report_review(review=review, words="It <b>advertises</b>", kind="customer", by=uuid7())
    moderator, here = desk("moderator"), f"/reviews/{review.id}/"
    with django_assert_max_num_queries(12):
        assert here in moderator.page("/reviews/?state=reported")
    assert "It &lt;b&gt;advertises&lt;/b&gt;" in moderator.page(here)
    answer = moderator.post(f"{here}hiding/", {"reason": ""})
    assert (answer.status_code, 'id="reason-problem"' in answer.content.decode()) == (422, True)
    assert moderator.post(f"{here}hiding/", {"reason": "Advertising"}).status_code == 302
    assert "Advertising" in moderator.page(here)
    assert here not in moderator.page("/reviews/?state=reported")
    assert here in moderator.page("/reviews/?state=hidden")
    assert moderator.post(f"{here}restoring/").status_code == 302
    report_review(review=review, words="Still", kind="customer", by=uuid7())
    assert moderator.post(f"{here}keeping/").status_code == 302
    assert here not in moderator.page("/reviews/?state=reported")
    assert not Review.objects.get().is_hidden
