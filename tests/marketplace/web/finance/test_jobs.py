"""The jobs page: what the worker wrote of its sweeps, and the provider's events that fail."""

from datetime import timedelta

import pytest

from audit.models import AuditEntry
from billing.stripe.models import WebhookEvent
from kit import clock
from observability import jobs
from observability.models import Job


@pytest.fixture
def worker(db, settings, monkeypatch):
    """This process is a worker with two sweeps, which has written nothing yet."""
    settings.PROCESS = "worker"
    monkeypatch.setattr(jobs, "_written", {})
    jobs.expect({"stripe.send_transfers": 5, "ledger.keep_checkpoints": 3600})


def ran(name="stripe.send_transfers", *, done=0, error=""):
    return jobs.note(jobs.Run(name, 0.25, done, error))


def test_a_quiet_run_is_written_once_in_a_while_and_news_at_once(worker):
    assert [ran(), ran(), ran(done=3), ran(), ran(error="OSError: gone"), ran(error="OSError: gone"), ran(), ran()] == [
        *(True, False, True, False, True, True, True, False),
    ]


def test_a_failure_keeps_since_when_until_it_is_over(worker):
    ran(done=3)
    ran(error="OSError: gone")
    first = Job.objects.get(name="stripe.send_transfers").failing_since
    ran(error="OSError: still gone")
    job = Job.objects.get(name="stripe.send_transfers")
    assert (job.failing_since, job.failures, job.error, job.done) == (first, 2, "OSError: still gone", 3)
    assert jobs.failing_count() == 1
    ran()
    job.refresh_from_db()
    assert (job.failing_since, job.failures, job.error, job.duration_ms) == (None, 0, "", 250)


def test_other_processes_write_nothing_and_what_is_gone_goes(worker, settings):
    jobs.expect({"stripe.send_transfers": 5})
    assert [job.name for job in jobs.jobs()] == ["stripe.send_transfers"]
    settings.PROCESS = "shopworker"
    assert ran(error="OSError: gone") is False


def test_the_page_tells_how_each_went_and_rings(desk, worker):
    ran(error="ProviderUnavailable: no answer")
    at = desk("accountant")
    page = at.page("/finance/jobs/")
    for words in ("stripe.send_transfers", "ProviderUnavailable: no answer", "every 3600 s", "never", "Overdue"):
        assert words in page
    answer = at.post("/finance/jobs/stripe.send_transfers/run/", follow=True)
    assert "runs as soon as the worker hears" in answer.content.decode()
    assert AuditEntry.objects.get(action="job.rung").subject == "job:stripe.send_transfers"
    assert "There is no such job" in at.post("/finance/jobs/made.up/run/", follow=True).content.decode()
    assert "Run now" not in desk("finance_viewer").page("/finance/jobs/")


def test_an_event_that_fails_is_seen_and_tried_again(desk):
    now = clock.now()
    failing = WebhookEvent.objects.create(
        event_id="evt_1",
        endpoint="platform",
        type="charge.succeeded",
        object_id="ch_1",
        body={},
        received_at=now - timedelta(seconds=90),
        attempts=30,
        done_at=now,
        error="PaymentMismatch: too little",
    )
    at = desk("accountant")
    page = at.page("/finance/jobs/?state=events")
    assert "PaymentMismatch: too little" in page
    assert "Given up" in page
    at.post(f"/finance/jobs/events/{failing.id}/retry/")
    failing.refresh_from_db()
    assert (failing.attempts, failing.done_at) == (0, None)
    failing.error = ""
    failing.save()
    answer = at.post(f"/finance/jobs/events/{failing.id}/retry/", follow=True)
    assert "was taken in meanwhile" in answer.content.decode()
