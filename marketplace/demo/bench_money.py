"""The suites of `manage.py bench` that measure money: the ledger explorer and exports over a million postings, and the match
of ten thousand orders. Their books are made up here, straight into the bench's world, in place of whatever books it had.
"""

import logging
import resource
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import StaffMember, StaffRole, User
from billing.ledger.actions import post_all
from billing.ledger.checkpoints import keep_checkpoints, prove
from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount, Posting
from billing.payments.models import Payment, PaymentShare, PaymentState
from billing.payments.provider import ProviderBalance
from billing.payouts.models import Transfer, TransferState
from billing.reconciliation.actions import reconcile
from billing.reconciliation.expected import expected_entries
from billing.reconciliation.models import ReconciliationException
from billing.statements.exports.run import ask_for_export, run_exports
from billing.statements.models import ExportFormat, ExportState
from billing.stripe.models import BalanceTransaction, ConnectedAccount
from embedded.servers import ensure_postgres
from kit import clock
from kit.ids import uuid7
from kit.pagination import cursor_after
from marketplace.demo import setup
from marketplace.demo.bench import Bench, Figures, select_1, spread
from tenants.isolation.doors import acting_as

POSTINGS, PAGE_P95_MS = 1_000_000, 100
GROWTH_MEGABYTES = 50  # what twelve times as much may take more of memory
ORDERS, VENDOR_ORDERS, MATCH_SECONDS = 10_000, 25_000, 60
VENDORS = 1_000
MONEY_TABLES = (
    *("ledger_posting", "ledger_journalentry", "ledger_checkpoint", "ledger_ledgeraccount"),
    *("payments_refund", "payments_paymentattempt", "payments_paymentshare", "payments_payment"),
    *("payouts_payouttransfer", "payouts_payout", "payouts_transfer"),
    *("provider_stripe_balancetransaction", "provider_stripe_connectedaccount", "provider_stripe_synccursor"),
    *("reconciliation_reconciliationexception", "reconciliation_reconciliationrun"),
)
# Two hundred thousand shares sold over a year: a sale and a commission for each, five postings in all.
MAKE_BOOKS = f"""
INSERT INTO ledger_ledgeraccount (id, code, vendor_id, currency)
    SELECT uuidv7(), code, NULL, 'EUR' FROM unnest(ARRAY['1010', '4000', '5000']) AS code;
INSERT INTO ledger_ledgeraccount (id, code, vendor_id, currency)
    SELECT uuidv7(), '2000', uuidv7(), 'EUR' FROM generate_series(1, {VENDORS});
CREATE TEMP TABLE sold AS
    SELECT number, uuidv7(ago) AS sale, uuidv7(ago) AS commission, now() + ago AS at,
           1000 + number % 9000 AS gross, 30 + number % 300 AS fee,
           -- Some vendors sell much, most little.
           1 + (power(random(), 3) * {VENDORS - 1})::int AS vendor, ago
    FROM (SELECT number, -interval '150 seconds' * ({POSTINGS} / 5 - number + 60) AS ago
          FROM generate_series(1, {POSTINGS} / 5) AS number) AS numbers;
CREATE TEMP TABLE payable AS
    SELECT row_number() OVER (ORDER BY id)::int AS number, id, vendor_id FROM ledger_ledgeraccount WHERE code = '2000';
INSERT INTO ledger_journalentry (id, source_key, kind, description, postings_count, occurred_at, posted_at)
    SELECT sale, 'txn:bench_' || number, 'sale', 'Sale', 3, at, at FROM sold
    UNION ALL SELECT commission, 'commission:bench_' || number, 'commission', 'Commission', 2, at, at FROM sold;
INSERT INTO ledger_posting (id, entry_id, account_id, amount_minor, currency, vendor_id)
    SELECT uuidv7(ago), sale, account, amount, 'EUR', vendor_id FROM (
        SELECT sold.ago, sold.number, sale, a.id AS account, gross - fee AS amount, NULL::uuid AS vendor_id
            FROM sold, ledger_ledgeraccount a WHERE a.code = '1010'
        UNION ALL SELECT sold.ago, sold.number, sale, a.id, fee, NULL FROM sold, ledger_ledgeraccount a WHERE a.code = '5000'
        UNION ALL SELECT sold.ago, sold.number, sale, p.id, -gross, p.vendor_id
            FROM sold JOIN payable p ON p.number = sold.vendor
        UNION ALL SELECT sold.ago, sold.number, commission, p.id, gross / 10, p.vendor_id
            FROM sold JOIN payable p ON p.number = sold.vendor
        UNION ALL SELECT sold.ago, sold.number, commission, a.id, -(gross / 10), NULL
            FROM sold, ledger_ledgeraccount a WHERE a.code = '4000'
    ) AS made ORDER BY number;
"""


def ledger(bench: Bench) -> Figures:
    """Pages of the ledger explorer over a million postings, whole answers of the office's own code and role."""
    _make_books(bench)
    with acting_as("platform"):
        began = time.perf_counter()
        made = keep_checkpoints()
        checkpoints = {"made": made, "seconds": round(time.perf_counter() - began, 2)}
        began = time.perf_counter()
        if prove():
            raise RuntimeError("checkpoints that were just made are wrong")
        checkpoints["proved_in_seconds"] = round(time.perf_counter() - began, 2)
    bench.tidy()
    with acting_as("platform"), _at_the_office() as client:
        measured = {
            name: _asked(client, paths) for name, paths in bench.named_over("Ask for pages", _explorer().items())
        }
        count = Posting.objects.count()
    return {
        "figure": {
            name: {**each, "meets_target": each["server"]["p95_ms"] < PAGE_P95_MS} for name, each in measured.items()
        },
        "calibration": {"select_1": select_1()},
        "target": {"server_p95_ms": PAGE_P95_MS},
        "books": {"postings": count, "accounts": VENDORS + 3, "checkpoints": checkpoints},
    }


def exports(bench: Bench) -> Figures:
    """A general ledger of a month, and of a million postings: seconds, and how much more memory the second took."""
    _make_books(bench)
    bench.tidy()
    figures: Figures = {}
    with acting_as("platform"):
        for name, days in bench.named_over("Write files of the books", {"month": 31, "year": 380}.items()):
            began, worked = time.perf_counter(), time.process_time()
            today = clock.today()
            export = ask_for_export(
                format=ExportFormat.LEDGER,
                starts_on=today - timedelta(days=days),
                ends_on=today + timedelta(days=1),
                currency="EUR",
                by=uuid7(),
            )
            run_exports()
            export.refresh_from_db()
            if export.state != ExportState.DONE:
                raise RuntimeError(f"an export failed: {export.error}")
            figures[name] = {
                "seconds": round(time.perf_counter() - began, 1),
                "processor_seconds": round(time.process_time() - worked, 1),
                "entries": export.entries_done,
                "file_megabytes": round(export.file_bytes / 2**20, 1),
                "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            }
    grown = figures["year"]["peak_megabytes"] - figures["month"]["peak_megabytes"]
    return {
        "figure": {**figures, "grown_megabytes": grown, "meets_target": grown < GROWTH_MEGABYTES},
        "calibration": {"select_1": select_1()},
        "target": {"grown_megabytes": GROWTH_MEGABYTES},
        "books": {"postings": POSTINGS},
    }


def _make_books(bench: Bench) -> None:
    _begin(bench)
    bench.progress.step("Make up a million postings")
    with _superuser(bench) as superuser:
        superuser.execute(MAKE_BOOKS)  # type: ignore[arg-type]
        off = superuser.execute(
            "SELECT count(*) FROM (SELECT 1 FROM ledger_posting GROUP BY entry_id HAVING sum(amount_minor) <> 0) AS off"
        ).fetchone()
        if off is None or off[0]:
            raise RuntimeError("the books made up do not balance")


def _explorer() -> dict[str, list[str]]:
    """The explorer's pages: an account is read at its newest page, and at pages back to the oldest."""
    accounts = LedgerAccount.objects.order_by("code")
    pending = accounts.get(code=AccountCode.STRIPE_PENDING)
    vendors = list(accounts.filter(code=AccountCode.VENDOR_PAYABLE)[:: VENDORS // 20])
    postings = Posting.objects.filter(account=pending).order_by("-id")
    deep = list(postings.values_list("id", flat=True)[:: POSTINGS // 5 // 20])
    entries = list(JournalEntry.objects.order_by("-id").values_list("id", "source_key")[:: POSTINGS // 50])
    home = "/finance/ledger/"
    return {
        "trial_balance": [home],
        "accounts_of_a_code": [f"{home}?code=2000", f"{home}?code=1010"],
        "account_newest": [f"{home}accounts/{account.id}/" for account in (pending, *vendors)],
        "account_deep": [f"{home}accounts/{pending.id}/?cursor={cursor_after(posting)}" for posting in deep],
        "journal": [f"{home}entries/", f"{home}entries/?kind=sale", f"{home}entries/?kind=commission"],
        "journal_search": [f"{home}entries/?q={key}" for _, key in entries],
        "entry": [f"{home}entries/{entry_id}/" for entry_id, _ in entries],
    }


def reconciliation(bench: Bench) -> Figures:
    """The three-way match of ten thousand orders with twenty-five thousand vendor orders, and that it finds what is wrong."""
    _begin(bench)
    with acting_as("platform"):
        bench.progress.step("Make up orders and the provider's movements")
        _make_orders()
        bench.progress.step("Enter them in the books")
        for part in expected_entries():
            post_all(expected.draft for expected in part if expected.draft)
        keep_checkpoints()
        balances = _balances()
    bench.tidy()
    with acting_as("platform"):
        bench.progress.step("Match")
        takes = []
        for _ in range(3):
            began = time.perf_counter()
            run = reconcile(fetch_balances=lambda: balances)
            takes.append(time.perf_counter() - began)
        sound = run.exceptions_count
        entries = run.entries_checked
        spoiled = _spoil()
        reconcile(fetch_balances=lambda: balances)
        found = set(ReconciliationException.objects.filter(state="open").values_list("check_name", flat=True))
        shares = PaymentShare.objects.count()
    return {
        "figure": {
            "seconds": round(max(takes), 2),
            "seconds_each": [round(each, 2) for each in takes],
            "differences_in_sound_books": sound,
            "spoiled": sorted(spoiled),
            "found": sorted(found),
            "meets_target": max(takes) < MATCH_SECONDS and not sound and spoiled <= found,
        },
        "calibration": {"select_1": select_1()},
        "target": {"seconds": MATCH_SECONDS},
        "books": {"orders": ORDERS, "vendor_orders": shares, "entries": entries, "postings": Posting.objects.count()},
    }


def _make_orders() -> None:
    """Paid orders of two or three vendors; half of the transfers are made, every movement is at the provider."""
    now = datetime.now(UTC)
    vendors = [uuid7() for _ in range(200)]
    ConnectedAccount.objects.bulk_create(
        ConnectedAccount(vendor_id=vendor, account_id=f"acct_bench_{number}", country="NL", transfers_status="active")
        for number, vendor in enumerate(vendors)
    )
    payments, shares, transfers, movements = [], [], [], []
    for number in range(ORDERS):
        at = now - timedelta(minutes=4 * (ORDERS - number), days=8)
        parts = [
            PaymentShare(
                vendor_id=vendors[(number * 7 + part * 13) % len(vendors)],
                reference_id=uuid7(),
                gross_minor=1000 + (number * 37 + part * 101) % 9000,
                currency="EUR",
            )
            for part in range(2 + number % 2)
        ]
        gross = sum(part.gross_minor for part in parts)
        fee = 25 + gross * 15 // 1000
        payment = Payment(
            reference_id=uuid7(),
            reference_number=f"B-{number:06}",
            customer_email="bench@souk.example",
            amount_minor=gross,
            currency="EUR",
            state=PaymentState.PAID,
            provider_charge_id=f"ch_bench_{number}",
            provider_intent_id=f"pi_bench_{number}",
            fee_minor=fee,
            created_at=at,
            paid_at=at,
        )
        payments.append(payment)
        movements.append(_movement("charge", gross, fee, f"ch_bench_{number}", at))
        for position, part in enumerate(parts):
            part.payment = payment
            part.commission_minor = part.gross_minor // 10
            part.net_minor = part.gross_minor - part.commission_minor
            if number % 2 == 0:
                part.transferred_minor = part.net_minor
                name = f"tr_bench_{number}_{position}"
                transfers.append(
                    Transfer(
                        payment_id=payment.id,
                        share_id=part.id,
                        reference_id=part.reference_id,
                        reference_number=f"{payment.reference_number}-{position}",
                        vendor_id=part.vendor_id,
                        amount_minor=part.net_minor,
                        planned_minor=part.net_minor,
                        currency="EUR",
                        source_charge_id=payment.provider_charge_id,
                        state=TransferState.DONE,
                        provider_transfer_id=name,
                        done_at=at,
                    )
                )
                movements.append(_movement("transfer", -part.net_minor, 0, name, at))
            shares.append(part)
    Payment.objects.bulk_create(payments, batch_size=1000)
    PaymentShare.objects.bulk_create(shares, batch_size=1000)
    Transfer.objects.bulk_create(transfers, batch_size=1000)
    BalanceTransaction.objects.bulk_create(movements, batch_size=1000)


def _movement(type_: str, amount: int, fee: int, source: str, at: datetime) -> BalanceTransaction:
    return BalanceTransaction(
        transaction_id=f"txn_{source}",
        type=type_,
        reporting_category=type_,
        amount_minor=amount,
        fee_minor=fee,
        net_minor=amount - fee,
        currency="EUR",
        status="available",
        source_id=source,
        available_at=at,
        created_at=at,
        posted_at=at,
    )


def _balances() -> list[ProviderBalance]:
    """What the provider would say: the sum of its movements, and at each vendor what was transferred."""
    ours = sum(BalanceTransaction.objects.values_list("net_minor", flat=True))
    accounts = dict(ConnectedAccount.objects.values_list("vendor_id", "account_id"))
    theirs: Counter[str] = Counter()
    for vendor, amount in Transfer.objects.values_list("vendor_id", "amount_minor"):
        theirs[accounts[vendor]] += amount
    return [
        ProviderBalance("", "EUR", 0, ours),
        *(ProviderBalance(account, "EUR", 0, held) for account, held in theirs.items()),
    ]


def _spoil() -> set[str]:
    """Put one thing wrong on each side, and say which checks must notice."""
    Payment.objects.filter(reference_number="B-000001").update(fee_minor=1)
    PaymentShare.objects.filter(payment__reference_number="B-000002").update(transferred_minor=1)
    BalanceTransaction.objects.filter(source_id="ch_bench_3").update(amount_minor=1, net_minor=1, fee_minor=0)
    BalanceTransaction.objects.filter(source_id="ch_bench_5").update(transaction_id="txn_another")
    return {
        "payment_fee",
        "share_transferred",
        "charge_amount",
        "entry_from_source",
        "source_in_books",
        "entry_has_source",
    }


def _begin(bench: Bench) -> None:
    """The bench's world without any money in it."""
    setup.prepare(bench.world, bench.progress)
    bench.progress.step("Empty the books")
    with _superuser(bench) as superuser:
        superuser.execute(f"TRUNCATE {', '.join(MONEY_TABLES)} CASCADE")  # type: ignore[arg-type]


@contextmanager
def _superuser(bench: Bench) -> Iterator[psycopg.Connection[Any]]:
    """Past the triggers that keep the books: the bench makes its own, and counts afterwards that they balance."""
    address = ensure_postgres(bench.world)
    with psycopg.connect(
        host=address.host,
        port=address.port,
        user=address.superuser,
        password=address.password,
        dbname=str(settings.DATABASES["default"]["NAME"]),
        options="-c session_replication_role=replica",
        autocommit=True,
    ) as superuser:
        yield superuser


@contextmanager
def _at_the_office() -> Iterator[Client]:
    """A finance viewer's browser at the office, answered by this process."""
    logging.getLogger("request").setLevel(logging.WARNING)
    user = User.objects.filter(email="bench@souk.example").first() or User.objects.create_user("bench@souk.example")
    staff, _ = StaffMember.objects.get_or_create(user=user, defaults={"role": StaffRole.FINANCE_VIEWER})
    host = f"office.{settings.DOMAIN}"
    with override_settings(
        ROOT_URLCONF=settings.FACES["office"]["urlconf"],
        MIDDLEWARE=settings.FACE_MIDDLEWARE["office"],
        SESSION_COOKIE_NAME="souk_office",
        CSRF_COOKIE_NAME="souk_office_csrf",
    ):
        client = Client(HTTP_HOST=host)
        session = client.session
        session["person"] = {"id": str(staff.id), "version": staff.access_version, "host": host}
        session.save()
        client.cookies["souk_office"] = str(session.session_key)
        yield client


def _asked(client: Client, paths: Iterable[str], rounds: int = 100) -> Figures:
    """Milliseconds of whole answers, of this processor's time in them (what others at work here do not add to), and the
    most queries any of them takes."""
    addresses, takes, spent, most = list(paths), [], [], 0
    for path in addresses[:1] * 3:
        client.get(path)  # templates compiled, code read
    for path in addresses * max(1, rounds // len(addresses)):
        began, worked = time.perf_counter(), time.process_time()
        response = client.get(path)
        takes.append((time.perf_counter() - began) * 1000)
        spent.append((time.process_time() - worked) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")
    for path in addresses:
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        most = max(most, len(queries))
    return {"server": spread(takes), "processor": spread(spent), "queries": most}
