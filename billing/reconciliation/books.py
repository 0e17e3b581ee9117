"""The books against what should be in them, entry by entry and posting by posting."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Sum

from billing.ledger.entries import EntryDraft
from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount, Posting
from billing.reconciliation.expected import Expected, expected_entries, in_parts
from billing.reconciliation.findings import AccountKey, Finding, account_name
from billing.reconciliation.models import Correction
from kit.among import Among
from kit.money import Money


@dataclass(slots=True)
class BooksMatch:
    """What came of it. `explained` says by how much the findings put each account off, for the checks of balances."""

    findings: list[Finding] = field(default_factory=list)
    explained: Counter[AccountKey] = field(default_factory=Counter)
    entries_checked: int = 0
    flagged: set[UUID] = field(default_factory=set)
    cleared: Counter[str] = field(default_factory=Counter)


def match_books() -> BooksMatch:
    """Compare every entry in the books with its source, and every source with its entry. To be run in one snapshot."""
    match = BooksMatch(cleared=_cleared())
    rows = LedgerAccount.objects.values_list("id", "code", "vendor_id", "currency")
    accounts = {id: (code, vendor_id, currency) for id, code, vendor_id, currency in rows}
    seen: set[UUID] = set()
    for part in expected_entries():
        found = _found([expected.key for expected in part], accounts)
        for expected in part:
            entry = found.get(expected.key)
            if entry:
                seen.add(entry[0])
            _compare(match, expected, entry)
    _match_the_rest(match, seen, accounts)
    _check_each_is_whole(match)
    return match


def _found(keys: list[str], accounts: dict[UUID, AccountKey]) -> dict[str, tuple[UUID, Counter[AccountKey]]]:
    """Of each key in the books: its entry and what that posts to which account."""
    found: dict[str, tuple[UUID, Counter[AccountKey]]] = {}
    rows = JournalEntry.objects.filter(Among("source_key", keys)).values_list(
        "source_key", "id", "postings__account_id", "postings__amount_minor"
    )
    for key, id, account_id, amount in rows:
        _, posted = found.setdefault(key, (id, Counter()))
        if account_id is not None:
            posted[accounts[account_id]] += amount
    return found


def _posted(entry_ids: Iterable[UUID], accounts: dict[UUID, AccountKey]) -> dict[UUID, Counter[AccountKey]]:
    posted: dict[UUID, Counter[AccountKey]] = {id: Counter() for id in entry_ids}
    rows = Posting.objects.filter(Among("entry_id", posted)).values_list("entry_id", "account_id", "amount_minor")
    for entry_id, account_id, amount in rows:
        posted[entry_id][accounts[account_id]] += amount
    return posted


def _compare(match: BooksMatch, expected: Expected, entry: tuple[UUID, Counter[AccountKey]] | None) -> None:
    if expected.problem:
        why = f"Entry {expected.key} cannot be rebuilt: {expected.problem}"
        match.findings.append(
            Finding(
                f"entry:{expected.key}:rebuild",
                "entry_from_source",
                why,
                entry_id=entry[0] if entry else None,
            )
        )
        return
    assert expected.draft is not None
    if entry is None:
        if not expected.optional:
            _note_missing(match, expected.draft)
        return
    id, posted = entry
    _compare_postings(match, id, expected.key, _lines(expected.draft), posted)
    if expected.draft.kind == "unknown":
        _note_suspense(match, id, expected.draft)


def _compare_postings(
    match: BooksMatch, id: UUID, key: str, wanted: Counter[AccountKey], posted: Counter[AccountKey]
) -> None:
    for account in sorted({*wanted, *posted}, key=str):
        code, vendor_id, currency = account
        finding_key = f"entry:{key}:{code}:{vendor_id or '-'}:{currency}"
        difference = posted[account] - wanted[account] + match.cleared[finding_key]
        if not difference:
            continue
        match.explained[account] += difference
        match.flagged.add(id)
        match.findings.append(
            Finding(
                key=finding_key,
                check="entry_from_source",
                explanation=f"Entry {key} posts {Money(posted[account], currency)} to {account_name(code)}; "
                f"by its source it is {Money(wanted[account], currency)}.",
                expected_minor=wanted[account],
                found_minor=wanted[account] + difference,
                currency=currency,
                account=account_name(code),
                entry_id=id,
                vendor_id=vendor_id,
            )
        )


def _note_missing(match: BooksMatch, draft: EntryDraft) -> None:
    wanted = _lines(draft)
    for account, amount in wanted.items():
        match.explained[account] -= amount
    debits = sum(amount for amount in wanted.values() if amount > 0)
    match.findings.append(
        Finding(
            key=f"entry:{draft.source_key}:missing",
            check="source_in_books",
            explanation=f"There is no entry {draft.source_key} ({draft.kind}) of {Money(debits, draft.currency)}: "
            + "; ".join(f"{account_name(code)} {Money(amount, unit)}" for (code, _, unit), amount in wanted.items()),
            expected_minor=debits,
            currency=draft.currency,
            account=", ".join(account_name(code) for code in dict.fromkeys(code for code, _, _ in wanted))[:120],
            reference_id=draft.reference_id,
        )
    )


def _note_suspense(match: BooksMatch, id: UUID, draft: EntryDraft) -> None:
    amount = _lines(draft)[(AccountCode.SUSPENSE.value, None, draft.currency)]
    amount += match.cleared[f"suspense:{draft.source_key}"]
    if not amount:
        return
    match.findings.append(
        Finding(
            key=f"suspense:{draft.source_key}",
            check="suspense",
            explanation=f"Entry {draft.source_key} waits in suspense. {draft.description}.",
            found_minor=amount,
            currency=draft.currency,
            account=account_name(AccountCode.SUSPENSE),
            entry_id=id,
        )
    )


def _cleared() -> Counter[str]:
    """By exception, what corrections moved out of suspense, or added to an entry that differs from its source."""
    cleared: Counter[str] = Counter()
    of_entries = Correction.objects.filter(exception_key__startswith="entry:")
    for key, lines, currency in of_entries.values_list("exception_key", "lines", "currency"):
        entry = key.rsplit(":", 3)[0]
        for code, amount, vendor in lines:
            cleared[f"{entry}:{code}:{vendor or '-'}:{currency}"] += amount
    for key, lines in Correction.objects.filter(exception_key__startswith="suspense:").values_list(
        "exception_key", "lines"
    ):
        cleared[key] += sum(amount for code, amount, _ in lines if code == AccountCode.SUSPENSE.value)
    return cleared


def _lines(draft: EntryDraft) -> Counter[AccountKey]:
    lines: Counter[AccountKey] = Counter()
    for line in draft.lines:
        lines[(str(line.code), line.vendor_id, draft.currency)] += line.amount_minor
    return lines


def _match_the_rest(match: BooksMatch, seen: set[UUID], accounts: dict[UUID, AccountKey]) -> None:
    """Entries that no source called for: a reversal must mirror what it reverses, anything else is not explained."""
    for part in in_parts(JournalEntry.objects.values_list("id", "source_key", "reverses_id", named=True)):
        match.entries_checked += len(part)
        rest = [entry for entry in part if entry.id not in seen]
        if not rest:
            continue
        posted = _posted({entry.id for entry in rest} | {e.reverses_id for e in rest if e.reverses_id}, accounts)
        undone = _reversed([entry.id for entry in rest])
        for entry in rest:
            if entry.reverses_id:
                mirror = Counter({account: -amount for account, amount in posted[entry.reverses_id].items()})
                _compare_postings(match, entry.id, entry.source_key, mirror, posted[entry.id])
            elif entry.id not in undone:
                _note_without_source(match, entry, posted[entry.id])


def _reversed(entry_ids: list[UUID]) -> set[UUID]:
    """Those that were reversed: whether by their mirror is looked at with the reversal."""
    found = JournalEntry.objects.filter(Among("reverses_id", entry_ids)).values_list("reverses_id", flat=True)
    return {id for id in found if id}


def _note_without_source(match: BooksMatch, entry: Any, posted: Counter[AccountKey]) -> None:
    for account, amount in posted.items():
        match.explained[account] += amount
    match.flagged.add(entry.id)
    match.findings.append(
        Finding(
            key=f"entry:{entry.source_key}:source",
            check="entry_has_source",
            explanation=f"Entry {entry.source_key} is in the books, but nothing of ours or the provider's made it: "
            + "; ".join(f"{account_name(code)} {Money(amount, unit)}" for (code, _, unit), amount in posted.items()),
            found_minor=sum(amount for amount in posted.values() if amount > 0),
            currency=next((currency for _, _, currency in posted), ""),
            account=", ".join(account_name(code) for code in dict.fromkeys(code for code, _, _ in posted))[:120],
            entry_id=entry.id,
        )
    )


def _check_each_is_whole(match: BooksMatch) -> None:
    """Balance and completeness, for whoever got past the database's own checks without a posting that differs."""
    off = Posting.objects.values("entry_id", "entry__source_key", "currency").annotate(off=Sum("amount_minor"))
    for row in off.exclude(off=0).order_by("entry_id"):
        if row["entry_id"] not in match.flagged:
            match.findings.append(
                Finding(
                    key=f"balance:{row['entry__source_key']}:{row['currency']}",
                    check="entry_balances",
                    explanation=f"Entry {row['entry__source_key']} is off balance by "
                    f"{Money(row['off'], row['currency'])}.",
                    found_minor=row["off"],
                    currency=row["currency"],
                    entry_id=row["entry_id"],
                )
            )
    counted = JournalEntry.objects.annotate(counted=Count("postings")).exclude(counted=F("postings_count"))
    for entry in counted.order_by("id"):
        if entry.id not in match.flagged:
            match.findings.append(
                Finding(
                    key=f"count:{entry.source_key}",
                    check="entry_complete",
                    explanation=f"Entry {entry.source_key} has {entry.counted} postings "  # type: ignore[attr-defined]
                    f"and was posted with {entry.postings_count}.",
                    entry_id=entry.id,
                )
            )
