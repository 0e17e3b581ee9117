"""The books by API: balances that are exact, and how they came to be."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from billing.ledger.actions import reverse
from billing.ledger.models import JournalEntry
from kit import clock
from marketplace.orders.models import VendorOrder
from tests.support.api import items

FINANCE = "/api/v1/finance"


def test_the_trial_balance_sums_to_zero(at_office: Any, market_day: Any) -> None:
    (trial,) = at_office("finance").get(f"{FINANCE}/trial-balances").json()
    assert (trial["currency"], trial["balance_minor"]) == ("EUR", 0)
    assert trial["debits_minor"] == trial["credits_minor"] == sum(line["debits_minor"] for line in trial["lines"])
    lines = {line["code"]: (line["name"], line["balance_minor"]) for line in trial["lines"]}
    assert lines["2000"] == ("Vendor payable", -1410)
    assert lines["4000"] == ("Commission", -1100)
    assert lines["5000"] == ("Stripe processing", 205)


def test_accounts_say_what_each_holds(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    payable = {row["vendor"]["slug"]: row for row in items(caller, f"{FINANCE}/accounts?code=2000")}
    assert {slug: row["balance_minor"] for slug, row in payable.items()} == {"lindqvist": 0, "moreau": -1410}
    assert payable["moreau"]["name"] == "Vendor payable"
    mine = items(caller, f"{FINANCE}/accounts?vendor={market_day.moreau.id}")
    assert [row["id"] for row in mine] == [payable["moreau"]["id"]]
    assert caller.get(f"{FINANCE}/accounts/{payable['moreau']['id']}").json() == payable["moreau"]
    everything = items(caller, f"{FINANCE}/accounts")
    assert sum(row["balance_minor"] for row in everything) == 0
    assert [row["code"] for row in everything] == sorted(row["code"] for row in everything)


def test_a_balance_is_explained_posting_by_posting(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    (account,) = items(caller, f"{FINANCE}/accounts?code=2000&vendor={market_day.lindqvist.id}")
    path = f"{FINANCE}/accounts/{account['id']}/postings"
    page = caller.get(path).json()
    assert (page["account"], page["opening_minor"], page["closing_minor"]) == (account, 0, 0)
    steps = [(step["entry"]["kind"], step["amount_minor"], step["balance_minor"]) for step in page["items"]]
    assert steps == [("transfer", 11590, 0), ("sale", -12590, -11590), ("commission", 1000, 1000)]
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)
    assert page["items"][0]["entry"]["reference"] == {
        "kind": "vendor_order",
        "id": str(part.id),
        "number": part.number,
    }
    assert page["items"][1]["entry"]["reference"]["number"] == market_day.paid.number
    newest = caller.get(f"{path}?limit=1").json()
    older = caller.get(f"{path}?limit=1&cursor={newest['next_cursor']}").json()
    assert (newest["opening_minor"], older["closing_minor"]) == (-11590, -11590)


def test_the_journal_is_narrowed(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    later = quote((clock.now() + timedelta(days=1)).isoformat())

    def kinds(query: str) -> list[str]:
        return sorted(row["kind"] for row in items(caller, f"{FINANCE}/entries?{query}"))

    everything = sorted(JournalEntry.objects.values_list("kind", flat=True))
    assert kinds("") == kinds(f"until={later}") == everything
    assert kinds("kind=transfer") == ["transfer"]
    assert kinds("q=txn:txn_tr_1") == ["transfer"]
    assert kinds(f"since={later}") == []
    assert kinds(f"reference={market_day.paid.id}") == ["sale"]
    for query, field in (("reference=1", "reference"), ("until=1", "until"), (f"kind={'x' * 41}", "kind")):
        assert caller.get(f"{FINANCE}/entries?{query}").json()["errors"][0]["field"] == field


def test_an_entry_is_read_with_the_movement_it_was_made_from(at_office: Any, market_day: Any) -> None:
    caller = at_office("finance")
    (head,) = items(caller, f"{FINANCE}/entries?kind=transfer")
    found = caller.get(f"{FINANCE}/entries/{head['id']}").json()
    assert {name: found[name] for name in head} == head
    assert sorted((posting["code"], posting["amount_minor"]) for posting in found["postings"]) == [
        ("1020", -11590),
        ("2000", 11590),
    ]
    movement = found["movement"]
    assert (movement["transaction_id"], movement["net_minor"], movement["source_id"]) == ("txn_tr_1", -11590, "tr_1")
    assert (found["reverses_id"], found["reversal_ids"]) == (None, [])
    undone = reverse(entry=JournalEntry.objects.get(id=head["id"]), reason="Entered by mistake")
    assert caller.get(f"{FINANCE}/entries/{head['id']}").json()["reversal_ids"] == [str(undone.id)]
    assert caller.get(f"{FINANCE}/entries/{undone.id}").json()["reverses_id"] == head["id"]


@pytest.mark.parametrize(
    "path", ["accounts", "entries", "transfers", "payouts", "payments", "reconciliations", "exceptions"]
)
def test_an_id_that_is_none_is_not_found(at_office: Any, market_day: Any, path: str) -> None:
    caller = at_office("finance")
    answer = caller.get(f"{FINANCE}/{path}/{market_day.paid.id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert caller.get(f"{FINANCE}/{path}/nonsense").status_code == 404
