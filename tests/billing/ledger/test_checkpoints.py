"""Checkpoints spare folding, and say nothing that folding would not."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from billing.ledger import checkpoints
from billing.ledger.actions import post_all
from billing.ledger.entries import EntryDraft, Line
from billing.ledger.models import Checkpoint, LedgerAccount, Posting
from billing.ledger.queries import balances, explain_balance, held_by, trial_balance
from kit.pagination import keyset_page

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def enter(count: int, *, start: int = 0) -> None:
    chance = random.Random(start)
    amounts = [chance.choice((-1, 1)) * chance.randrange(1, 900) for _ in range(count)]
    post_all(
        EntryDraft(
            source_key=f"test:{start + number}",
            kind="sale",
            lines=(Line("1010", amount), Line("2000", -amount, LINDQVIST)),
            currency="EUR",
            occurred_at=NOON,
            reference_id=None,
            description="",
            reverses_id=None,
        )
        for number, amount in enumerate(amounts)
    )


def test_balances_are_whole_numbers(kept):
    assert {type(each.amount_minor) for each in balances()} == {int}


def later() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def kept(db, monkeypatch):
    """Two accounts of 130 postings with checkpoints at 50, 100 and 130, and 20 postings after them."""
    monkeypatch.setattr(checkpoints, "APART", 50)
    enter(130)
    assert checkpoints.keep_checkpoints(now=later()) == 6
    enter(20, start=1000)


def said() -> tuple:
    accounts = list(LedgerAccount.objects.order_by("code"))
    pages = [
        [(page.opening_minor, page.closing_minor), [(step.posting.id, step.balance_minor) for step in page.steps]]
        for account in accounts
        for page in walk(account)
    ]
    return balances(), trial_balance(), held_by([account.id for account in accounts]), pages


def walk(account):
    cursor = None
    while True:
        page = explain_balance(account, cursor=cursor, size=40)
        yield page
        if (cursor := page.next_cursor) is None:
            return


def test_everything_said_with_checkpoints_is_what_folding_says(kept):
    with_them = said()
    Checkpoint.objects.all().delete()
    assert said() == with_them
    assert sum(line.balance_minor for line in with_them[1]) == 0
    (pending,) = (each.amount_minor for each in with_them[0] if each.code == "1010")
    assert pending == sum(Posting.objects.filter(account__code="1010").values_list("amount_minor", flat=True))


def test_young_postings_are_left_for_later(db):
    enter(130)
    assert checkpoints.keep_checkpoints() == 0
    assert checkpoints.keep_checkpoints(now=later()) == 2


def test_they_go_on_from_the_last_and_only_when_worth_it(kept):
    assert checkpoints.keep_checkpoints(now=later()) == 0
    enter(80, start=2000)
    assert checkpoints.keep_checkpoints(now=later()) == 4
    counts = Checkpoint.objects.filter(account__code="1010").order_by("through_id")
    assert list(counts.values_list("postings_count", flat=True)) == [50, 100, 130, 180, 230]
    assert checkpoints.prove() == []


@pytest.mark.parametrize(
    "spoil", ["debits_minor = debits_minor + 1", "debits_minor = debits_minor + 1, credits_minor = credits_minor + 1"]
)
def test_the_proof_finds_a_wrong_one_and_takes_the_accounts_away(kept, spoil):
    before = said()
    wrong = Checkpoint.objects.filter(account__code="1010").order_by("through_id")[1]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE public.ledger_checkpoint SET {spoil} WHERE id = %s", [wrong.id])
    assert {each.account_id for each in checkpoints.prove()} == {wrong.account_id}
    assert Checkpoint.objects.count() == 3
    assert said() == before
    assert checkpoints.keep_checkpoints(now=later()) == 3


def test_a_page_deep_in_an_account_reads_little(kept):
    account = LedgerAccount.objects.get(code="1010")
    deep = keyset_page(Posting.objects.filter(account=account), order=("-id",), size=149).next_cursor
    assert explain_balance(account, cursor=deep, size=5).opening_minor == 0
