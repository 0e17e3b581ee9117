"""Stripe's events at the marketplace host's own door: its middleware, its URLs, a busy database."""

import json
import threading
import time

import pytest
import stripe
from django.db import connection
from django.test import Client

from billing.stripe.models import WebhookEvent

SECRET = "whsec_for_this_test"


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.STRIPE_WEBHOOK_SECRETS = {name: [SECRET] for name in ("platform", "connect", "accounts")}


def post(id="evt_1", *, secret=SECRET, path="/stripe/wh/platform"):
    body = json.dumps({"id": id, "object": "event", "type": "product.created", "data": {"object": {"id": "prod_1"}}})
    header = stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()))
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    return client.post(path, body, content_type="application/json", headers={"Stripe-Signature": header})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/stripe/wh/platform", "/stripe/wh/connect"])
def test_a_signed_event_is_acknowledged_without_a_session_or_a_token(path):
    answer = post(path=path)
    assert (answer.status_code, answer.content, answer.cookies) == (200, b"", {})
    assert WebhookEvent.objects.get().endpoint == path.rpartition("/")[2]


@pytest.mark.django_db
def test_a_refusal_says_why():
    answer = post(secret="whsec_another")
    assert answer.status_code == 400
    assert (
        answer.content.decode() == "The signature does not fit this endpoint, is too old, or is not of this time yet."
    )


@pytest.mark.django_db(transaction=True)
def test_a_busy_database_asks_stripe_to_come_again():
    held, done = threading.Event(), threading.Event()

    def hold():
        from django.db import transaction

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {WebhookEvent._meta.db_table} IN EXCLUSIVE MODE")
            held.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(20)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        answer = post()
    finally:
        done.set()
        thread.join()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert post().status_code == 200
    assert WebhookEvent.objects.get().times_received == 1
