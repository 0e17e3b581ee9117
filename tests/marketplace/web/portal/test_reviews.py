"""Reviews at the portal: read, answered, and reported to the marketplace."""

from marketplace.reviews.actions import encode_photos, hide_review
from marketplace.reviews.models import Review, ReviewPhoto, ReviewReport
from tests.support.going_back import arrived, photo
from tests.support.reviewing import said

__all__ = ["arrived"]


def test_a_shop_answers_and_reports_a_review_of_its_own(arrived, desk_of, django_assert_max_num_queries):
    review = said(arrived, 2, title="Dark", words="<i>Very</i>", photos=encode_photos([photo()]))
    desk, other = desk_of(arrived.lamp.vendor, "orders"), desk_of(arrived.soap.vendor)
    here = f"/reviews/{review.id}/"
    with django_assert_max_num_queries(15):
        assert "Dark" in desk.text("/reviews/?state=unanswered")
    assert "&lt;i&gt;Very&lt;/i&gt;" in desk.text(here)
    assert desk.get(f"/reviews/photos/{ReviewPhoto.objects.get().id}/").content[:4] == b"RIFF"
    answer = desk.post(f"{here}reply/", {"reply": " "})
    assert (answer.status_code, 'id="reply-problem"' in answer.content.decode()) == (422, True)
    assert desk.post(f"{here}reply/", {"reply": "Turn it on"}).status_code == 302
    assert "Dark" not in desk.text("/reviews/?state=unanswered")
    assert desk.post(f"{here}reports/", {"words": "Not ours"}).status_code == 302
    assert (Review.objects.get().reply, ReviewReport.objects.get().reporter_kind) == ("Turn it on", "member")
    hide_review(review_id=review.id, reason="It names a person", by=arrived.owner.id)
    assert desk.post(f"{here}reply/", {"reply": "Once more"}).status_code == 422
    page = desk.text(here)
    assert ("It names a person" in page, "Change the answer" in page) == (True, False)
    assert "Dark" not in other.text("/reviews/")
