"""The inbox: what is let in, how often, and what a failure leaves behind."""

import json
import time

import pytest
import stripe

from billing.payments.models import PaymentState
from billing.stripe import inbox, tasks
from billing.stripe.models import ConnectedAccount, WebhookEvent
from kit import clock


@pytest.fixture
def post(client, settings):
    """Sign a body as Stripe does and post it; gives the answer's status."""

    def send(body, *, endpoint="platform", secret=None, at=None):
        payload = body if isinstance(body, str) else json.dumps(body)
        secret = secret or settings.STRIPE_WEBHOOK_SECRETS[endpoint][0]
        header = stripe.WebhookSignature.generate_signature_header(payload, secret, at or int(time.time()))
        answer = client.post(
            f"/stripe/wh/{endpoint}", payload, content_type="application/json", headers={"Stripe-Signature": header}
        )
        return answer.status_code

    return send


def event(id="evt_1", type="product.created", **more):
    return {
        "id": id,
        "object": "event",
        "type": type,
        "data": {"object": {"id": "prod_1", "object": "product"}},
        **more,
    }


@pytest.mark.django_db
def test_an_event_of_no_use_is_stored_and_done(sandbox, post):
    assert post(event()) == 200
    assert tasks.process_inbox() == 1
    stored = WebhookEvent.objects.get()
    assert (stored.type, stored.object_id, stored.attempts, stored.error) == ("product.created", "prod_1", 1, "")
    assert stored.done_at is not None


@pytest.mark.django_db
def test_a_duplicate_is_counted_and_not_done_again(sandbox, post):
    assert [post(event()), post(event()), post(event())] == [200, 200, 200]
    assert tasks.process_inbox() == 1
    assert post(event()) == 200
    assert tasks.process_inbox() == 0
    assert WebhookEvent.objects.get().times_received == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    "send",
    [
        lambda post: post(event(), secret="whsec_somebody_elses"),
        lambda post: post(event(), at=int(time.time()) - 301),
        lambda post: post("not json"),
        lambda post: post(event(object="v2.core.event")),
        lambda post: post(["evt_1"]),
        lambda post: post({"object": "event", "type": "product.created"}),
        lambda post: post(event(), endpoint="accounts"),
        lambda post: post(event(), endpoint="connect", secret="whsec_x"),
    ],
    ids=["wrong secret", "too old", "no json", "thin", "a list", "no id", "snapshot to accounts", "other endpoint"],
)
def test_what_is_not_signed_for_this_endpoint_or_is_no_event_is_refused(sandbox, post, send):
    assert send(post) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_one_endpoints_secret_opens_no_other(sandbox, post, settings):
    assert post(event(), endpoint="connect", secret=settings.STRIPE_WEBHOOK_SECRETS["platform"][0]) == 400


@pytest.mark.django_db
def test_a_secret_being_rolled_works_along_with_the_old_one(sandbox, post, settings):
    old = settings.STRIPE_WEBHOOK_SECRETS["platform"][0]
    settings.STRIPE_WEBHOOK_SECRETS = {**settings.STRIPE_WEBHOOK_SECRETS, "platform": ["whsec_new", old]}
    assert post(event("evt_1"), secret="whsec_new") == 200
    assert post(event("evt_2"), secret=old) == 200


@pytest.mark.django_db
def test_unsigned_and_other_methods_are_refused(client, sandbox):
    assert client.post("/stripe/wh/platform", "{}", content_type="application/json").status_code == 400
    assert client.get("/stripe/wh/platform").status_code == 405
    assert client.post("/stripe/wh/platform", b"\xff", content_type="application/json").status_code == 400


@pytest.mark.django_db
def test_what_customers_entered_is_not_kept(sandbox, post):
    subject = {"id": "cs_1", "object": "checkout.session", "customer_details": {"email": "ines@example.com"}}
    post(event(type="checkout.session.async_payment_failed", data={"object": subject}))
    assert "ines@example.com" not in json.dumps(WebhookEvent.objects.get().body)


def test_a_failure_is_kept_and_tried_again(purchase):
    purchase.start()
    purchase.pay()
    hooks = purchase.sandbox.caught()
    completed = [hook for hook in hooks if b'"checkout.session.completed"' in hook.body]
    purchase.sandbox.deliver(completed)
    purchase.sandbox.fail("/v1/checkout/sessions/*", "500", times=3, method="GET")
    assert tasks.process_inbox() == 0
    stored = WebhookEvent.objects.get(done_at__isnull=True)
    assert (stored.attempts, stored.due_at > clock.now()) == (1, True)
    assert stored.error == (
        "ProviderUnavailable: The payment provider did not answer (reading a payment). "
        "Nothing is lost; try again in a moment."
    )
    assert tasks.process_inbox() == 0
    purchase.sandbox.advance(seconds=15)
    assert tasks.process_inbox() == 1
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID


def test_an_event_given_up_while_being_worked_on_is_taken_up_again(purchase):
    """A worker that died holds its claim for a minute, no longer."""
    purchase.start()
    purchase.pay()
    purchase.sandbox.deliver(purchase.sandbox.caught())
    while inbox.claim():
        pass
    assert tasks.process_inbox() == 0
    purchase.sandbox.advance(seconds=61)
    assert tasks.process_inbox() >= 1
    purchase.refresh()
    assert purchase.payment.state == PaymentState.PAID


@pytest.mark.django_db
def test_events_of_accounts_that_are_not_ours_do_nothing(sandbox, post):
    subject = {"id": "po_1", "object": "payout"}
    assert post(event(type="payout.paid", account="acct_stranger", data={"object": subject}), endpoint="connect") == 200
    thin = {"id": "evt_2", "object": "v2.core.event", "type": "v2.core.account.updated"}
    assert (
        post({**thin, "related_object": {"id": "acct_stranger", "type": "v2.core.account"}}, endpoint="accounts") == 200
    )
    assert tasks.process_inbox() == 2
    assert not ConnectedAccount.objects.exists()
