"""The webhook inbox: store under the event's id, acknowledge, then fetch again whatever the event is about.

An event is a hint that may come twice, late, or before its own cause has committed here. Nothing is read from it but
which object to fetch, so only that is kept of it; customers' names and addresses in it are not.
"""

import json
import re
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import structlog
from django.db import connection, transaction
from django.db.models import QuerySet

from billing.payments.models import AttemptState, Payment, PaymentAttempt, PaymentState
from billing.payouts.models import Transfer, TransferState
from billing.stripe.confirm import confirm_session
from billing.stripe.disputes import sync_dispute
from billing.stripe.metrics import observe_lag
from billing.stripe.models import ConnectedAccount, WebhookEvent
from billing.stripe.onboarding import refresh_account
from billing.stripe.payouts import sync_payout
from billing.stripe.plan_checkouts import settle_checkout
from billing.stripe.refunds import settle_refund
from billing.stripe.reversals import settle_reversals
from billing.stripe.subscriptions import sync_credit_note, sync_invoice, sync_subscription
from billing.stripe.sync import confirm_charge, confirm_intent, sync_balance
from billing.stripe.transfers import settle_transfer
from billing.stripe.webhooks import secrets_of
from billing.subscriptions.models import PlanCheckout
from kit import clock
from kit.errors import Conflict, InvalidInput
from outbox.doorbell import ring

log = structlog.get_logger(__name__)
TOLERANCE_SECONDS = 300
LEASE = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
# About a day of trying. The sweeps that read Stripe's lists find the money all the same.
MAX_ATTEMPTS = 30
ABOUT_ACCOUNTS = ("account.", "capability.", "v2.core.account")
FETCHED = (
    *("customer.subscription.", "invoice.", "credit_note."),
    *("checkout.session.", "payment_intent.", "charge.", "refund.", "transfer.", "payout.", "balance.available"),
    *ABOUT_ACCOUNTS,
)
# What is fetched from a vendor's account: its other objects mirror our own transfers, and are nothing that we could ask for.
OF_VENDORS = ("payout.", *ABOUT_ACCOUNTS)
REVERSED = "transfer.reversed"
IDENTIFIER = re.compile(r"\w+", re.ASCII)
TABLE = WebhookEvent._meta.db_table
# One statement, whether it is news or not: Stripe waits for its answer.
KEEP = f"""
INSERT INTO {TABLE} AS known ({{columns}}) VALUES ({{values}})
  ON CONFLICT (event_id) DO UPDATE SET times_received = known.times_received + 1
  RETURNING *
"""
TAKE = f"""
UPDATE {TABLE} SET attempts = attempts + 1, due_at = %(until)s
  WHERE id = (SELECT id FROM {TABLE} WHERE done_at IS NULL AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  RETURNING *
"""
OBJECT_OF = {"platform": "event", "connect": "event", "accounts": "v2.core.event"}


class BadSignature(InvalidInput):
    """Not signed with a secret of this endpoint, or too long ago."""

    code = "bad_signature"


class NotAnEvent(InvalidInput):
    """Signed, but not what this endpoint takes."""

    code = "not_an_event"


class NamesNothing(Exception):
    """An event says that something happened, but to nothing that could be fetched: trying again would not help."""


class NotWaiting(Conflict):
    """The event was taken in, and has nothing to be tried again for."""

    code = "webhook_not_failing"


def receive(endpoint: str, body: bytes, signature: str) -> WebhookEvent:
    """Verify and store an event as `endpoint` (platform, connect or accounts) got it; a duplicate is counted.

    Raises BadSignature, NotAnEvent.
    """
    _verify(endpoint, body, signature)
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        raise NotAnEvent("The body is not JSON, or too deep.") from None
    if not isinstance(event, dict) or event.get("object") != OBJECT_OF[endpoint]:
        raise NotAnEvent(f"The {endpoint} endpoint takes objects of type {OBJECT_OF[endpoint]}.")
    stored = store(endpoint, event)
    ring("stripe.process_inbox")
    return stored


def store(endpoint: str, event: dict[str, Any], *, account_id: str = "") -> WebhookEvent:
    """Keep an event once; received again it only counts. `account_id`: whose list it was read from, when it was.

    Raises NotAnEvent when what we keep of it is not what an event has there.
    """
    data = event.get("data")
    subject = (
        event.get("related_object")
        if endpoint == "accounts"
        else data.get("object")
        if isinstance(data, dict)
        else None
    )
    subject = subject if isinstance(subject, dict) else {}
    created = event.get("created")
    if not isinstance(created, int | str | None):
        raise NotAnEvent("The event's date is neither a number nor a text.")
    row = WebhookEvent(
        event_id=_text(event, "id", 80, needed=True),
        endpoint=endpoint,
        type=_text(event, "type", 120, needed=True),
        account_id=_text(event, "account", 60) or account_id,
        object_id=_text(subject, "id", 120),
        livemode=bool(event.get("livemode")),
        body={
            "id": event["id"],
            "type": event["type"],
            "created": _text(event, "created", 40) if isinstance(created, str) else created,
            "api_version": _text(event, "api_version", 40) or None,
            "object": _text(subject, "object", 120) or _text(subject, "type", 120) or None,
        },
    )
    fields = WebhookEvent._meta.concrete_fields
    statement = KEEP.format(
        columns=", ".join(f'"{field.column}"' for field in fields), values=", ".join(["%s"] * len(fields))
    )
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    return WebhookEvent.objects.raw(statement, values)[0]


def _text(found: dict[str, Any], name: str, longest: int, *, needed: bool = False) -> str:
    """A text of an event that the database can keep whole, empty when there is none. Raises NotAnEvent."""
    value = found.get(name)
    if value is None and not needed:
        return ""
    # JSON can carry what text in the database cannot: a NUL, or half of a surrogate pair.
    if not isinstance(value, str) or len(value) > longest or not value.isprintable() or (needed and not value):
        raise NotAnEvent(f"The event's {name} is not a text that an event has there.")
    return value


def process_inbox() -> int:
    """Work through the events that are due, each by itself; gives how many are done. Not inside a transaction."""
    done = 0
    while event := claim():
        done += process(event)
    return done


def claim() -> WebhookEvent | None:
    """Take the next due event for a while, or None: the fetching to come must not hold a lock."""
    now = clock.now()
    return next(iter(WebhookEvent.objects.raw(TAKE, {"now": now, "until": now + LEASE})), None)


def process(event: WebhookEvent) -> int:
    """Do what an event asks for; gives how many are done with it. A failure is kept with the event and tried again,
    later each time.

    One change comes as several events: fetching what one is about does for all that were here before the fetching began.
    """
    done = [event, *_same_errand(event)]
    try:
        handle(event)
    except Exception as error:  # whatever it is, the event stays and the others go on
        log.exception("webhook_failed", event_id=event.event_id, type=event.type)
        wait = min(timedelta(seconds=5 * 2 ** min(event.attempts, 12)), LONGEST_WAIT)
        event.error, event.due_at = f"{type(error).__name__}: {error}"[:2000], clock.now() + wait
        if event.attempts >= MAX_ATTEMPTS or isinstance(error, NamesNothing):
            event.done_at = clock.now()
        event.save(update_fields=["error", "due_at", "done_at"])
        return 0
    event.done_at, event.error = clock.now(), ""
    WebhookEvent.objects.filter(id__in=[one.id for one in done]).update(done_at=event.done_at, error="")
    for one in done:
        observe_lag(one)
    return len(done)


def _same_errand(event: WebhookEvent) -> QuerySet[WebhookEvent]:
    """The other events that wait, and for which the same would be fetched."""
    waiting = WebhookEvent.objects.filter(done_at__isnull=True).exclude(id=event.id)
    same = waiting.filter(account_id=event.account_id, object_id=event.object_id)
    if not event.object_id:
        return same.filter(type=event.type)
    # A reversal is fetched besides the transfer.
    return same if event.type == REVERSED else same.exclude(type=REVERSED)


@transaction.atomic
def retry_event(*, event_id: UUID) -> WebhookEvent:
    """Have an event that failed tried at once, also one that was given up. Raises NotWaiting."""
    event = WebhookEvent.objects.select_for_update().filter(id=event_id).exclude(error="").first()
    if event is None:
        raise NotWaiting("This event was taken in meanwhile.")
    event.attempts, event.due_at, event.done_at = 0, clock.now(), None
    event.save(update_fields=["attempts", "due_at", "done_at"])
    transaction.on_commit(lambda: ring("stripe.process_inbox"))
    return event


def handle(event: WebhookEvent) -> None:
    """Fetch what an event is about and converge. Types we have no use for do nothing."""
    kind = event.type
    if not kind.startswith(FETCHED) or (event.account_id and not kind.startswith(OF_VENDORS)):
        return
    subject = event.account_id or event.object_id if kind.startswith(ABOUT_ACCOUNTS) else event.object_id
    if kind != "balance.available" and not IDENTIFIER.fullmatch(subject):
        raise NamesNothing(f"An event of type {kind} names no object ({subject!r}); given up.")
    if kind.startswith("checkout.session."):
        plan = PlanCheckout.objects.filter(provider_session_id=subject).first()
        if plan is not None:
            settle_checkout(plan)
        elif not PaymentAttempt.objects.filter(provider_session_id=subject, state=AttemptState.PAID).exists():
            confirm_session(subject)
    elif kind.startswith("customer.subscription."):
        sync_subscription(subject)
    elif kind.startswith("invoice."):
        sync_invoice(subject)
    elif kind.startswith("credit_note."):
        sync_credit_note(subject)
    elif kind.startswith("payment_intent."):
        if not _is_paid(provider_intent_id=subject):
            confirm_intent(subject)
    elif kind.startswith(("refund.", "charge.refund.")):
        settle_refund(subject)
    elif kind.startswith("charge.dispute."):
        sync_dispute(subject)
    elif kind.startswith("charge."):
        if not _is_paid(provider_charge_id=subject):
            confirm_charge(subject)
    elif kind.startswith("transfer."):
        if not Transfer.objects.filter(provider_transfer_id=subject, state=TransferState.DONE).exists():
            settle_transfer(subject)
        if kind == REVERSED:
            settle_reversals(subject)
    elif kind.startswith("payout."):
        sync_payout(subject, account_id=event.account_id)
    elif kind == "balance.available":
        sync_balance()
    elif kind.startswith(ABOUT_ACCOUNTS):
        _refresh(subject)


def _is_paid(**ids: str) -> bool:
    """Is the payment of these provider ids captured? Then it is booked as well, by the same transaction."""
    return Payment.objects.filter(state=PaymentState.PAID, **ids).exists()


def _refresh(account_id: str) -> None:
    # Our own table says whose account it is; an account we do not know is none of our business.
    vendor_id = ConnectedAccount.objects.filter(account_id=account_id).values_list("vendor_id", flat=True).first()
    if vendor_id is not None:
        refresh_account(vendor_id)


def _verify(endpoint: str, body: bytes, signature: str) -> None:
    try:
        payload = body.decode()
    except UnicodeDecodeError:
        raise BadSignature("The body is not text.") from None
    if not signature.isascii():
        # The SDK cannot compare it, and says so with an error of its own.
        raise BadSignature("The signature is not one.")
    for secret in secrets_of(endpoint):
        try:
            stripe.WebhookSignature.verify_header(payload, signature, secret, TOLERANCE_SECONDS)
        except stripe.SignatureVerificationError:
            continue
        if _signed_at(signature) <= time.time() + TOLERANCE_SECONDS:
            return
    raise BadSignature("The signature does not fit this endpoint, is too old, or is not of this time yet.")


def _signed_at(signature: str) -> int:
    """When a signature says it was made, read as the SDK does, which verified it: that looks for old ones only."""
    return next(int(part.split("=")[1]) for part in signature.split(",") if part.split("=")[0] == "t")
