"""Celery: the doorbell and the clock. Work itself is rows in PostgreSQL, claimed by the sweeps named here.

Two queues: `platform` for the worker, `shops` for the shopworker. Beat keeps no file; it rings every sweep every few seconds,
so that a lost message costs seconds and a killed worker loses nothing.
"""

import os
import threading
import time
from typing import Any

import structlog
from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# sweep: (seconds between rings, queue)
SWEEPS: dict[str, tuple[float, str]] = {
    "outbox.deliver": (2, "platform"),
    "notifications.send_due": (3, "platform"),
    "stripe.process_inbox": (2, "platform"),
    "stripe.send_transfers": (5, "platform"),
    "stripe.send_refunds": (5, "platform"),
    "prepaid.give_back": (5, "platform"),
    "prepaid.deliver": (60, "platform"),
    "prepaid.end_expired": (3600, "platform"),
    "returns.carry_out_due": (3, "platform"),
    "returns.pass_deadlines": (60, "platform"),
    "returns.file_photos": (15, "platform"),
    "stripe.send_reversals": (5, "platform"),
    "stripe.settle_debt_checkouts": (30, "platform"),
    "stripe.sync_disputes": (600, "platform"),
    "disputes.remind": (600, "platform"),
    # Told of every debt, it is this that hears of a limit changed in the settings.
    "payouts.follow_debts": (30, "platform"),
    "payouts.release_opened": (30, "platform"),
    "stripe.sync_balance": (15, "platform"),
    "stripe.sync_payouts": (15, "platform"),
    "stripe.apply_payout_wishes": (10, "platform"),
    "stripe.send_credits": (15, "platform"),
    "stripe.keep_floor": (30, "platform"),
    "stripe.expire_sessions": (10, "platform"),
    "stripe.heal_events": (60, "platform"),
    "stripe.sync_plans": (30, "platform"),
    "stripe.refresh_subscriptions": (300, "platform"),
    "subscriptions.dun": (60, "platform"),
    "subscriptions.recognize_revenue": (600, "platform"),
    "ledger.keep_checkpoints": (3600, "platform"),
    "reconciliation.reconcile_when_due": (600, "platform"),
    "statements.issue_due": (900, "platform"),
    "statements.render_due": (20, "platform"),
    "statements.run_exports": (5, "platform"),
    "invoices.render_due": (10, "platform"),
    "checkout.release_expired_holds": (15, "platform"),
    "checkout.simulate_commissions": (5, "platform"),
    "checkout.remind_of_carts": (600, "platform"),
    "carts.drop_stale": (3600, "platform"),
    "carts.tell_of_wishes": (600, "platform"),
    "vendors.open_shops": (3, "platform"),
    "vendors.export_shops": (10, "platform"),
    "vendors.close_what_is_done": (600, "platform"),
    "vendors.measure_shops": (900, "platform"),
    "vendors.check_domains": (10, "platform"),
    "listings.follow_vacations": (30, "platform"),
    "api.forget_requests": (3600, "platform"),
    "reviews.ask": (3600, "platform"),
    "privacy.carry_out": (30, "platform"),
    "privacy.forget": (3600, "platform"),
    # An import rings for its own vendor; this goes through all shops for what a killed worker left behind.
    "shop_catalog.run_imports": (30, "shops"),
}

DEAF_SECONDS = 5
log = structlog.get_logger(__name__)
app = Celery("souk")


def configure() -> None:
    from django.conf import settings

    app.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_transport_options={
            "global_keyprefix": "doorbell:",
            "visibility_timeout": 60,
            # Whoever rings does not wait: a bell that is broken is passed by.
            "socket_connect_timeout": 1,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.1,
        },
        # A start waits twelve seconds for the broker, then ends.
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=3,
        # A worker that loses its broker ends, and whoever keeps the processes starts it again: Celery's own reconnecting
        # may leave it connected and deaf, and then nobody notices.
        broker_connection_retry=False,
        broker_connection_timeout=2,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_default_queue="platform",
        task_routes={name: {"queue": queue} for name, (_, queue) in SWEEPS.items()},
        # A ring is acknowledged when it is heard: what it announced is due whether or not we finish.
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_send_task_events=False,
        # Nobody steers a worker through Valkey, whose users may all ring.
        worker_enable_remote_control=False,
        beat_schedule={
            name: {"task": name, "schedule": seconds, "options": {"queue": queue, "expires": max(seconds, 5)}}
            for name, (seconds, queue) in SWEEPS.items()
        },
        timezone="UTC",
        enable_utc=True,
    )
    if settings.EMBEDDED_VALKEY:
        from config.valkey import ensure

        # kombu makes its own connections: the server must be there before it does.
        worker_process_init.connect(lambda **_: ensure(), weak=False)


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery leaves logging alone when somebody listens here: `observability.logs` has arranged it."""


@worker_ready.connect
def end_when_deaf(sender: Any, **_: object) -> None:
    """A worker whose broker died may drop the socket and go on without one: alive, deaf, and unnoticed. It ends instead."""
    threading.Thread(target=_listen_to, args=(sender.hub,), name="deafness", daemon=True).start()


def _listen_to(hub: Any) -> None:
    """Ends this process once Celery's event loop has waited on no socket for five seconds. What it was at is due again."""
    quiet = 0
    while quiet < DEAF_SECONDS:
        time.sleep(1)
        quiet = 0 if hub.readers else quiet + 1
    log.error("worker_deaf")
    os._exit(1)


@worker_ready.connect
def say_what_is_swept(**_: object) -> None:
    """So that the office knows of a sweep that has never run."""
    from django.conf import settings

    from observability.jobs import expect

    if settings.PROCESS == "worker":
        expect({name: seconds for name, (seconds, queue) in SWEEPS.items() if queue == "platform"})


@worker_ready.connect
def answer_health_checks(**_: object) -> None:
    """A worker has no face to be asked at."""
    from django.conf import settings

    from observability.server import serve

    if settings.METRICS_PORT:
        serve(settings.METRICS_HOST, settings.METRICS_PORT)


configure()
app.set_default()
app.autodiscover_tasks(lambda: _tasks())


def _tasks() -> list[str]:
    from django.apps import apps

    return [config.name for config in apps.get_app_configs() if not config.name.startswith("django.")]
