"""Checkpoints: so that the balance of an account with a million postings need not be folded from its beginning.

One is made only of postings that are older than any transaction may last, hence of rows that all are visible and stay. It
remains a fold: `prove` folds everything again, in the database and in one pass, and removes what does not agree.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from billing.ledger.models import Checkpoint
from kit import clock
from kit.ids import uuid7
from observability.tallies import SETTLES_IN, first_id_at

# An account gets one once so many postings follow its last, and one for so many on the way there.
WORTH_ONE = 100
APART = 5000

TAILS = """
SELECT a.id, a.vendor_id, kept.through_id, coalesce(kept.debits_minor, 0), coalesce(kept.credits_minor, 0),
       coalesce(kept.postings_count, 0)
FROM ledger_ledgeraccount a
LEFT JOIN LATERAL (
    SELECT through_id, debits_minor, credits_minor, postings_count FROM ledger_checkpoint
    WHERE account_id = a.id ORDER BY through_id DESC LIMIT 1
) kept ON true
WHERE EXISTS (
    SELECT 1 FROM ledger_posting p
    WHERE p.account_id = a.id AND p.id < %(before)s
      AND p.id > coalesce(kept.through_id, '00000000-0000-0000-0000-000000000000')
    ORDER BY p.id OFFSET %(worth)s LIMIT 1
)
ORDER BY a.id
"""
RUNS = """
SELECT through_id, debits, credits, counted FROM (
    SELECT id AS through_id,
           (sum(greatest(amount_minor, 0)) OVER earlier)::bigint AS debits,
           (-sum(least(amount_minor, 0)) OVER earlier)::bigint AS credits,
           row_number() OVER earlier AS counted,
           lead(id) OVER earlier IS NULL AS is_last
    FROM ledger_posting
    WHERE account_id = %(account)s AND id < %(before)s AND id > %(after)s
    WINDOW earlier AS (ORDER BY id)
) AS run WHERE is_last OR counted %% %(apart)s = 0 ORDER BY through_id
"""
PROOF = """
SELECT c.id, c.account_id, c.debits_minor - c.credits_minor, told.held::bigint
FROM (
    SELECT *, lag(through_id, 1, '00000000-0000-0000-0000-000000000000') OVER earlier AS after_id
    FROM ledger_checkpoint WINDOW earlier AS (PARTITION BY account_id ORDER BY through_id)
) AS c
LEFT JOIN LATERAL (
    SELECT coalesce(sum(greatest(amount_minor, 0)), 0) AS debits, coalesce(-sum(least(amount_minor, 0)), 0) AS credits,
           count(*) AS counted, coalesce(sum(amount_minor), 0) AS held
    FROM ledger_posting p WHERE p.account_id = c.account_id AND p.id > c.after_id AND p.id <= c.through_id
) AS told ON true
LEFT JOIN ledger_checkpoint before ON before.account_id = c.account_id AND before.through_id = c.after_id
WHERE c.debits_minor <> coalesce(before.debits_minor, 0) + told.debits
   OR c.credits_minor <> coalesce(before.credits_minor, 0) + told.credits
   OR c.postings_count <> coalesce(before.postings_count, 0) + told.counted
ORDER BY c.account_id, c.through_id
"""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A checkpoint that is not the fold of what stands before it."""

    account_id: UUID
    said_minor: int
    moved_minor: int


def keep_checkpoints(*, now: datetime | None = None) -> int:
    """Make the checkpoints that are worth it; gives how many. `now` is of the wall clock, which ids are made of."""
    before = first_id_at((now or datetime.now(UTC)) - SETTLES_IN)
    with connection.cursor() as cursor:
        cursor.execute(TAILS, {"before": before, "worth": WORTH_ONE - 1})
        tails = cursor.fetchall()
    return sum(_extend(*tail, before=before) for tail in tails)


@transaction.atomic
def _extend(
    account_id: UUID,
    vendor_id: UUID | None,
    after: UUID | None,
    debits: int,
    credits: int,
    counted: int,
    *,
    before: UUID,
) -> int:
    with connection.cursor() as cursor:
        given: dict[str, UUID | int] = {
            "account": account_id,
            "before": before,
            "after": after or UUID(int=0),
            "apart": APART,
        }
        cursor.execute(RUNS, given)
        rows = cursor.fetchall()
    made = Checkpoint.objects.bulk_create(
        [
            Checkpoint(
                id=uuid7(),
                account_id=account_id,
                vendor_id=vendor_id,
                through_id=through_id,
                debits_minor=debits + more_debits,
                credits_minor=credits + more_credits,
                postings_count=counted + more,
                made_at=clock.now(),
            )
            for through_id, more_debits, more_credits, more in rows
        ],
        ignore_conflicts=True,
    )
    return len(made)


@transaction.atomic
def prove() -> list[Wrong]:
    """Fold all postings again; the accounts of which a checkpoint differs lose theirs, and are folded whole until new
    ones are made. Gives what was wrong."""
    with connection.cursor() as cursor:
        cursor.execute(PROOF)
        wrong = [Wrong(account_id, said, moved) for _, account_id, said, moved in cursor.fetchall()]
    if wrong:
        Checkpoint.objects.filter(account_id__in={each.account_id for each in wrong}).delete()
    return wrong
