"""Posting: what is accepted, what is refused, once only."""

import threading
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import connection, transaction

from billing.ledger import actions, queries
from billing.ledger.entries import EntryDraft, Line
from billing.ledger.models import JournalEntry, LedgerAccount, Posting
from kit.errors import Conflict

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SALE = (
    Line("1010", 11795),
    Line("5000", 205),
    Line("2000", -8000, LINDQVIST),
    Line("2000", -4000, MOREAU),
)


def post_sale(key="txn:txn_1", lines=SALE, currency="EUR"):
    return actions.post(source_key=key, kind="sale", lines=lines, currency=currency, occurred_at=NOON)


@pytest.mark.django_db
def test_an_entry_is_posted_with_its_accounts():
    entry = post_sale()
    postings = Posting.objects.filter(entry=entry).order_by("id")
    assert [(p.account.code, p.vendor_id, p.amount_minor, p.currency) for p in postings] == [
        ("1010", None, 11795, "EUR"),
        ("5000", None, 205, "EUR"),
        ("2000", LINDQVIST, -8000, "EUR"),
        ("2000", MOREAU, -4000, "EUR"),
    ]
    assert entry.postings_count == 4
    assert queries.balance("2000", vendor_id=LINDQVIST, currency="EUR") == -8000
    assert queries.total_of("2000", currency="EUR") == -12000


@pytest.mark.django_db
def test_the_same_fact_is_posted_once():
    first, again = post_sale(), post_sale(lines=tuple(reversed(SALE)))
    assert again == first
    assert (JournalEntry.objects.count(), Posting.objects.count(), LedgerAccount.objects.count()) == (1, 4, 4)


@pytest.mark.django_db
def test_the_same_fact_with_other_postings_is_refused():
    post_sale()
    other = (Line("1010", 11794), Line("5000", 206), *SALE[2:])
    with pytest.raises(actions.EntryDiffers, match="txn:txn_1"):
        post_sale(lines=other)
    with pytest.raises(Conflict):
        post_sale(currency="SEK")
    assert Posting.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "currency", "error"),
    [
        ((Line("1010", 5), Line("5000", -4)), "EUR", actions.NotBalanced),
        ((Line("1010", 5),), "EUR", actions.NothingToPost),
        ((), "EUR", actions.NothingToPost),
        ((Line("1010", 0), Line("5000", 0)), "EUR", actions.NothingToPost),
        ((Line("2000", 5), Line("5000", -5)), "EUR", actions.WrongAccount),
        ((Line("1010", 5, LINDQVIST), Line("5000", -5)), "EUR", actions.WrongAccount),
        ((Line("9999", 5), Line("5000", -5)), "EUR", actions.WrongAccount),
        ((Line("1010", 5), Line("5000", -5)), "eur", actions.WrongCurrency),
        ((Line("1010", 5), Line("5000", -5)), "EURO", actions.WrongCurrency),
    ],
)
def test_what_is_no_entry_is_refused(lines, currency, error):
    with pytest.raises(error):
        post_sale(lines=lines, currency=currency)
    assert JournalEntry.objects.count() == 0


@pytest.mark.django_db
def test_currencies_have_accounts_of_their_own():
    post_sale()
    post_sale(key="txn:txn_2", lines=(Line("1010", 900), Line("2000", -900, LINDQVIST)), currency="SEK")
    assert queries.balance("1010", currency="EUR") == 11795
    assert queries.balance("1010", currency="SEK") == 900
    assert {(t.currency, t.code, t.balance_minor) for t in queries.trial_balance()} == {
        ("EUR", "1010", 11795),
        ("EUR", "2000", -12000),
        ("EUR", "5000", 205),
        ("SEK", "1010", 900),
        ("SEK", "2000", -900),
    }


@pytest.mark.django_db
def test_reversal_undoes_and_keeps_both():
    entry = post_sale()
    undone = actions.reverse(entry=entry, reason="Entered for the wrong order")
    assert undone.reverses == entry
    assert undone.description == "Entered for the wrong order"
    assert actions.reverse(entry=entry, reason="Entered for the wrong order") == undone
    assert all(balance.amount_minor == 0 for balance in queries.balances())
    assert JournalEntry.objects.count() == 2
    with pytest.raises(actions.EntryRefused):
        actions.reverse(entry=entry, reason=" ")


@pytest.mark.django_db
def test_many_entries_take_a_fixed_number_of_statements(django_assert_max_num_queries):
    drafts = [
        EntryDraft(f"txn:{n}", "sale", (Line("1010", 100 + n), Line("2000", -100 - n, LINDQVIST)), "EUR", NOON)
        for n in range(200)
    ]
    with django_assert_max_num_queries(11):
        entries = actions.post_all(drafts)
    assert [entry.source_key for entry in entries] == [draft.source_key for draft in drafts]
    with django_assert_max_num_queries(9):
        assert actions.post_all(drafts) == entries
    assert Posting.objects.count() == 400


@pytest.mark.django_db
def test_all_or_none_of_many():
    good = EntryDraft("txn:1", "sale", (Line("1010", 1), Line("2000", -1, LINDQVIST)), "EUR", NOON)
    bad = EntryDraft("txn:2", "sale", (Line("1010", 1), Line("2000", -2, LINDQVIST)), "EUR", NOON)
    with pytest.raises(actions.NotBalanced):
        actions.post_all([good, bad])
    assert JournalEntry.objects.count() == 0


@pytest.mark.django_db
def test_one_fact_given_twice_in_one_call():
    good = EntryDraft("txn:1", "sale", (Line("1010", 1), Line("2000", -1, LINDQVIST)), "EUR", NOON)
    other = EntryDraft("txn:1", "sale", (Line("1010", 2), Line("2000", -2, LINDQVIST)), "EUR", NOON)
    first, second = actions.post_all([good, good])
    assert first == second
    with pytest.raises(actions.EntryDiffers):
        actions.post_all([good, other])


@pytest.mark.django_db(transaction=True)
def test_two_posting_the_same_fact_at_once():
    """The second waits for the first to commit, then finds its entry."""
    results, posted, go_on = [], threading.Event(), threading.Event()

    def first():
        try:
            with transaction.atomic():
                results.append(post_sale().id)
                posted.set()
                go_on.wait(10)
        finally:
            connection.close()

    def second():
        try:
            posted.wait(10)
            threading.Timer(0.3, go_on.set).start()
            results.append(post_sale().id)
        finally:
            connection.close()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 2
    assert results[0] == results[1]
    assert (JournalEntry.objects.count(), Posting.objects.count(), LedgerAccount.objects.count()) == (1, 4, 4)


@pytest.mark.django_db(transaction=True)
def test_many_posting_to_the_same_accounts_at_once():
    """Eight threads, two vendors each in opposite order, accounts not yet made: nobody deadlocks, nothing is lost."""
    failures, start = [], threading.Barrier(8)

    def run(number):
        try:
            start.wait(10)
            for n in range(5):
                lines = [Line("2000", -10, LINDQVIST), Line("2000", -20, MOREAU)]
                if number % 2:
                    lines.reverse()
                post_sale(key=f"txn:{number}-{n}", lines=(Line("1010", 30), *lines))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert queries.balance("1010", currency="EUR") == 1200
    assert queries.vendor_balances([LINDQVIST, MOREAU], code="2000", currency="EUR") == {
        LINDQVIST: -400,
        MOREAU: -800,
    }
    assert LedgerAccount.objects.count() == 3


@pytest.mark.django_db
def test_a_balance_is_explained_page_by_page(django_assert_num_queries):
    for n in range(5):
        post_sale(key=f"txn:{n}", lines=(Line("1010", 100 * (n + 1)), Line("2000", -100 * (n + 1), LINDQVIST)))
    account = LedgerAccount.objects.get(code="1010")
    with django_assert_num_queries(2):
        page = queries.explain_balance(account, size=2)
    assert [(s.posting.amount_minor, s.balance_minor) for s in page.steps] == [(500, 1500), (400, 1000)]
    assert (page.opening_minor, page.closing_minor) == (600, 1500)
    page = queries.explain_balance(account, size=2, cursor=page.next_cursor)
    assert [(s.posting.amount_minor, s.balance_minor) for s in page.steps] == [(300, 600), (200, 300)]
    page = queries.explain_balance(account, size=2, cursor=page.next_cursor)
    assert [(s.posting.amount_minor, s.balance_minor) for s in page.steps] == [(100, 100)]
    assert (page.opening_minor, page.next_cursor) == (0, None)


@pytest.mark.django_db
def test_the_journal_by_pages(django_assert_num_queries):
    for n in range(3):
        post_sale(key=f"txn:{n}")
    with django_assert_num_queries(3):
        page = queries.entries_page(size=2)
        shown = [[posting.account.code for posting in entry.postings.all()] for entry in page.rows]
    assert shown == [["1010", "5000", "2000", "2000"]] * 2
    assert [entry.source_key for entry in page.rows] == ["txn:2", "txn:1"]
    rest = queries.entries_page(size=2, cursor=page.next_cursor)
    assert [entry.source_key for entry in rest.rows] == ["txn:0"]
