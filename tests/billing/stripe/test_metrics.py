from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY

from billing.stripe.metrics import observe_lag, oldest_event
from billing.stripe.models import WebhookEvent
from kit import clock

DONE = datetime(2026, 5, 4, 12, 0, 30, tzinfo=UTC)


def total():
    return REGISTRY.get_sample_value("webhook_lag_seconds_sum", {"endpoint": "platform"}) or 0


@pytest.mark.parametrize(
    ("created", "seconds"),
    [
        (int(DONE.timestamp()) - 30, 30),
        ("2026-05-04T12:00:10.000Z", 20),  # version 2 of the API
        ("2026-05-04T12:00:10", 20),
        (int(DONE.timestamp()) + 5, 0),  # their clock is ahead
        (None, 12),
        ("yesterday", 12),
        (10**30, 12),
    ],
)
def test_the_lag_is_from_making_to_done(created, seconds):
    before = total()
    body = {"id": "evt_1", "created": created}
    observe_lag(WebhookEvent(endpoint="platform", body=body, received_at=DONE - timedelta(seconds=12), done_at=DONE))
    assert total() == pytest.approx(before + seconds)


@pytest.mark.django_db
def test_the_queues_age_is_that_of_the_first_due():
    now = clock.now()
    assert oldest_event() is None
    for number, (due_in, done) in enumerate([(-10, None), (-30, None), (-90, now), (60, None)]):
        WebhookEvent.objects.create(
            event_id=f"evt_{number}",
            endpoint="platform",
            type="charge.updated",
            body={},
            due_at=now + timedelta(seconds=due_in),
            done_at=done,
        )
    assert oldest_event() == now - timedelta(seconds=30)
