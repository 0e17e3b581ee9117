"""Two people who decide about one step at the same moment, and a paper that comes while another is looked at."""

import pytest

from tenants.isolation.doors import in_shop
from tenants.onboarding.actions import accept_terms, decide, send_document
from tenants.onboarding.models import Event, Step
from tenants.onboarding.queries import checklist
from tests.support.at_once import outcomes
from tests.tenants.onboarding.conftest import OWNER, STAFF, pdf

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_who_decide_at_once_one_is_told(newcomer, ask, paper):
    ask(terms="selling", **{paper: "payout"})
    with in_shop(newcomer):
        send_document(vendor=newcomer, code=paper, file=pdf(), name="a.pdf", by=OWNER)
    seen = checklist(newcomer).item(paper).seen

    def says(decision):
        return lambda: decide(vendor=newcomer, code=paper, decision=decision, by=STAFF, reason="Old.", seen=seen)

    # Whoever comes first, the other is refused: what was accepted has changed, what was sent back waits no more.
    found = outcomes(says("accept"), says("reject"))
    assert found in (["ChangedMeanwhile", "done"], ["NotWaiting", "done"])
    assert Event.objects.filter(vendor=newcomer, name__in=["accepted", "rejected"]).count() == 1

    def agrees():
        return accept_terms(vendor=newcomer, by=OWNER, version=1)

    assert outcomes(agrees, agrees) == ["done", "done"]
    assert Event.objects.filter(vendor=newcomer, name="terms_accepted").count() == 1


def test_a_paper_that_comes_while_one_is_accepted_is_looked_at_by_itself(newcomer, ask, paper):
    ask(**{paper: "payout"})
    Step.objects.filter(code=paper).update(for_selling=True)
    with in_shop(newcomer):
        send_document(vendor=newcomer, code=paper, file=pdf(), name="a.pdf", by=OWNER)
    seen = checklist(newcomer).item(paper).seen

    def sends():
        with in_shop(newcomer):
            return send_document(vendor=newcomer, code=paper, file=pdf(b"b"), name="b.pdf", by=OWNER)

    outcomes(lambda: decide(vendor=newcomer, code=paper, decision="accept", by=STAFF, seen=seen), sends)
    accepted = Event.objects.filter(vendor=newcomer, name="accepted").first()
    item = checklist(newcomer).item(paper)
    newcomer.refresh_from_db()
    if accepted is None:  # the paper was first: what was looked at was not the last
        assert (item.state, newcomer.payouts_cleared_at) == ("waiting", None)
    else:  # the decision was first: nothing else is asked for, or taken
        assert (item.state, item.document_id) == ("done", accepted.document_id)
        assert Event.objects.filter(name="document_sent").count() == 1
