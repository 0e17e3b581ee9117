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
        lambda post: post(event(), at=int(time.time()) + 360),
        lambda post: post(event(), at=int(time.time()) + 3600),
        lambda post: post(event(id="evt_\0")),
        lambda post: post(event(id="evt_\ud800")),
        lambda post: post(event(id="")),
        lambda post: post(event(id="e" * 81)),
        lambda post: post(event(type="product.\0")),
        lambda post: post(event(type="product.\udfff")),
        lambda post: post(event(type=["product.created"])),
        lambda post: post(event(data={"object": {"id": "\ud800", "object": "product"}})),
        lambda post: post(event(data={"object": {"id": {"a": 1}, "object": "product"}})),
        lambda post: post(event(data={"object": {"id": "prod_1", "object": "\0"}})),
        lambda post: post(event(account={"id": "acct_1"})),
        lambda post: post(event(api_version="\0")),
        lambda post: post(event(created=float("nan"))),
        lambda post: post(event(created="\0")),
        lambda post: post('{"object": "event", "id": "evt_1", "type": "t", "created": 1' + "0" * 5000 + "}"),
        lambda post: post("[" * 200_000),
        lambda post: post('{"a":' * 200_000 + "1" + "}" * 200_000),
        lambda post: post('"event"'),
        lambda post: post("null"),
    ],
    ids=[
        *("wrong secret", "too old", "no json", "thin", "a list", "no id", "snapshot to accounts", "other endpoint"),
        *("six minutes ahead", "an hour ahead", "NUL in id", "surrogate in id", "empty id", "long id"),
        *("NUL in type", "surrogate in type", "type a list", "surrogate in object id", "object id an object"),
        *("NUL in object", "account an object", "NUL in version", "date NaN", "NUL in date", "endless date"),
        *("deep list", "deep object", "a text", "null"),
    ],
)
def test_what_is_not_signed_for_this_endpoint_or_is_no_event_is_refused(sandbox, post, send):
    assert send(post) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["t=1,v1=\u00e9", "t=\u0661,v1=00", "t=1=2,v1=00", "v1=00", "t=,v1=", "=", ","])
def test_a_signature_that_is_none_is_refused(sandbox, client, header):
    answer = client.post("/stripe/wh/platform", "{}", content_type="application/json", HTTP_STRIPE_SIGNATURE=header)
    assert answer.status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("data", ["prod_1", ["prod_1"], {"object": "prod_1"}, {"object": None}, None, {}])
def test_an_event_without_object_is_taken_when_it_is_of_no_use_anyway(sandbox, post, data):
    assert post(event(data=data)) == 200
    assert tasks.process_inbox() == 1
    assert WebhookEvent.objects.get().object_id == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind",
    [
        *("checkout.session.completed", "payment_intent.succeeded", "charge.succeeded", "refund.created"),
        *("charge.refund.updated", "transfer.created", "payout.paid", "account.updated"),
    ],
)
@pytest.mark.parametrize("subject", [{}, {"id": ""}, {"id": "../charges"}, {"id": "ch 1"}])
def test_an_event_that_names_nothing_is_given_up_at_once_and_says_so(sandbox, post, make_vendor, kind, subject):
    ConnectedAccount.objects.create(vendor_id=make_vendor("lindqvist").id, country="DE")
    assert post(event(type=kind, data={"object": subject})) == 200
    assert tasks.process_inbox() == 0
    row = WebhookEvent.objects.get()
    assert (row.attempts, row.done_at is None) == (1, False)
    assert row.error == f"NamesNothing: An event of type {kind} names no object ({subject.get('id', '')!r}); given up."


@pytest.mark.django_db
def test_a_balance_has_no_id_and_is_read_all_the_same(sandbox, post):
    assert post(event(type="balance.available", data={"object": {"object": "balance"}})) == 200
    assert tasks.process_inbox() == 1


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
