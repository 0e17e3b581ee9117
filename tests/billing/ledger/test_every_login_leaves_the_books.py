"""Every role of the product, each logged in as itself, goes for the books; what it may write has to be whole to stay."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.isolation.conftest import Street, log_in, street

__all__ = ["log_in", "street"]

TABLES = ("ledger_posting", "ledger_journalentry", "ledger_ledgeraccount")
CHANGES = {
    **{f"update {table}": f"UPDATE public.{table} SET id = id" for table in TABLES},
    "move an amount": "UPDATE public.ledger_posting SET amount_minor = amount_minor * 2",
    **{f"delete {table}": f"DELETE FROM public.{table}" for table in TABLES},
    **{f"truncate {table}": f"TRUNCATE public.{table} CASCADE" for table in TABLES},
}
ROLES = ("owner", "builder", "store", "platform", "doorman", "vendor")
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)
ENTRY = """
WITH entry AS (
    INSERT INTO public.ledger_journalentry
        (id, source_key, kind, description, postings_count, occurred_at, posted_at)
    VALUES (uuidv7(), %(key)s, 'sale', '', 2, now(), now()) RETURNING id
), accounts AS (
    INSERT INTO public.ledger_ledgeraccount (id, code, vendor_id, currency)
    VALUES (uuidv7(), %(debit)s, NULL, 'EUR'), (uuidv7(), %(credit)s, NULL, 'EUR') RETURNING id, code
)
INSERT INTO public.ledger_posting (id, entry_id, account_id, amount_minor, currency)
SELECT uuidv7(), entry.id, accounts.id, CASE code WHEN %(debit)s THEN 500 ELSE -500 + %(off)s END, 'EUR'
FROM entry, accounts
"""
POSTERS = {"store": ("5000", "4000"), "platform": ("5010", "4010")}
"""Those that may add to the books, and a pair of accounts for each that nothing else here uses."""


@pytest.fixture(scope="module")
def logged_in(street: Street, log_in: Callable[..., psycopg.Connection]) -> Iterator[dict[str, psycopg.Connection]]:
    """A connection for each role; nobody can log in as the owner, so the builder, who may, becomes it."""
    open_now = {role: log_in(role) for role in ("postgres", "builder", "store", "platform", "doorman")}
    open_now["vendor"] = log_in(street.lindqvist.wall)
    open_now["owner"] = log_in("builder")
    open_now["owner"].execute("SET ROLE owner")
    yield open_now
    for connection in open_now.values():
        connection.close()


@pytest.fixture(scope="module")
def written(logged_in: dict[str, psycopg.Connection]) -> None:
    """Each of those that may post has committed an entry: the books hold two, and nothing kept them from it."""
    for role, (debit, credit) in POSTERS.items():
        with logged_in[role].transaction():
            logged_in[role].execute(ENTRY, {"key": f"sound:{role}", "debit": debit, "credit": credit, "off": 0})


def books(superuser: psycopg.Connection) -> list[tuple]:
    return superuser.execute(
        "SELECT source_key, p.id, amount_minor, p.currency, code FROM public.ledger_journalentry e"
        " JOIN public.ledger_posting p ON p.entry_id = e.id JOIN public.ledger_ledgeraccount a ON a.id = p.account_id"
        " ORDER BY p.id"
    ).fetchall()


@pytest.mark.parametrize("role", ROLES)
def test_nothing_in_the_books_is_changed_or_removed(written: None, logged_in: dict, role: str) -> None:
    before = books(logged_in["postgres"])
    assert [row[2] for row in before] == [500, -500, 500, -500]
    for attempt in CHANGES.values():
        with pytest.raises(REFUSED):
            logged_in[role].execute(attempt)
    assert books(logged_in["postgres"]) == before


@pytest.mark.parametrize("name", CHANGES)
def test_it_is_the_database_that_refuses_and_not_a_slip_of_the_pen(written: None, logged_in: dict, name: str) -> None:
    """The same statements with the triggers off do what they say; the superuser meets the triggers like everybody."""
    superuser = logged_in["postgres"]
    before = books(superuser)
    with pytest.raises(psycopg.errors.RestrictViolation, match="is never changed by"):
        superuser.execute(CHANGES[name])
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")
        done = superuser.execute(CHANGES[name])
        if name.startswith("update"):
            assert done.rowcount == (2 if "journalentry" in name else 4)
        else:
            assert books(superuser) != before
    assert books(superuser) == before


@pytest.mark.parametrize("role", [*POSTERS, "owner", "postgres"])
@pytest.mark.parametrize(("off", "why"), [(1, "off balance by 1 EUR"), (-100, "off balance by -100 EUR")])
def test_an_entry_off_balance_is_not_committed_by_anyone(
    written: None, logged_in: dict, role: str, off: int, why: str
) -> None:
    before = books(logged_in["postgres"])
    given = {"key": f"off:{role}", "debit": "5020", "credit": "4020", "off": off}
    session = logged_in[role]
    session.execute("BEGIN")
    session.execute(ENTRY, given)  # it may be written: it is the commit that is refused
    with pytest.raises(psycopg.errors.CheckViolation, match=why):
        session.execute("COMMIT")
    assert books(logged_in["postgres"]) == before


@pytest.mark.parametrize("role", ["builder", "doorman", "vendor"])
def test_the_others_write_nothing_at_all(written: None, logged_in: dict, role: str) -> None:
    for off in (0, 1):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            logged_in[role].execute(ENTRY, {"key": "theirs", "debit": "5030", "credit": "5040", "off": off})
