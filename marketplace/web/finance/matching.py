"""The outcome of a match of orders, books and provider, in one line."""

from dataclasses import dataclass
from datetime import datetime

from billing.reconciliation.models import ReconciliationRun
from kit.money import Money


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the latest match says: `tone` good, bad or warn (never matched)."""

    tone: str
    title: str
    text: str
    at: datetime | None


def verdict(run: ReconciliationRun | None, open_exceptions: int) -> Verdict:
    """In one line: green, or what differs."""
    if run is None:
        return Verdict("warn", "Never matched", "Match now to compare orders, books and provider.", None)
    if run.matches and not open_exceptions:
        sides = ", ".join(
            f"{Money(sides['orders'].get('charged', 0), currency)} charged" for currency, sides in run.totals.items()
        )
        entries = f"{run.entries_checked:,} entries checked"
        text = f"{entries}; {sides}. Orders, books and provider agree." if sides else f"{entries}."
        return Verdict("good", "Matched to the cent", text, run.started_at)
    count = max(run.exceptions_count, open_exceptions)
    title = f"{count} {'difference' if count == 1 else 'differences'} to explain"
    return Verdict("bad", title, f"Among {run.entries_checked:,} entries checked.", run.started_at)
