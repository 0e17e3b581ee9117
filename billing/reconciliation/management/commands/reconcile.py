"""`manage.py reconcile`: match orders, books and provider; exit code 1 when anything is not explained."""

import contextlib
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException, ReconciliationRun
from billing.reconciliation.queries import open_exceptions
from billing.stripe.heal import heal_events
from billing.stripe.payouts import sync_payouts
from billing.stripe.sync import sync_balance
from embedded.processes import sandbox_of
from kit.money import Money

SIDES = ("orders", "ledger", "provider")
# The provider's balance is asked for before our side is read: when only that differs, money may just have moved.
MOVES_MEANWHILE = ("provider_balance", "vendor_balance")
ATTEMPTS = 3
ORDER = ("charged", "commission", "transferred", "owed to vendors", "pending", "available")


class Command(BaseCommand):
    help = "Match orders, ledger and payment provider, to the cent. Exit code 1 names what differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-sync", action="store_true", help="do not fetch what is new at the provider first")

    def handle(self, *args: Any, **options: Any) -> None:
        with sandbox_if_ours():
            for _ in range(ATTEMPTS):
                if not options["no_sync"]:
                    self._sync()
                run = reconcile()
                found = list(open_exceptions())
                if any(row.check_name not in MOVES_MEANWHILE for row in found) or not found:
                    break
        self._say_totals(run)
        for row in found:
            self._say_exception(row)
        if found:
            self.stdout.write(f"{run.entries_checked} entries checked, {len(found)} not explained.")
            raise SystemExit(1)
        self.stdout.write(f"{run.entries_checked} entries checked. Orders, ledger and provider match to the cent.")

    def _sync(self) -> None:
        try:
            heal_events()
            sync_payouts()
            sync_balance()
        except (ProviderUnavailable, ProviderRefused) as error:
            self.stderr.write(str(error))

    def _say_totals(self, run: ReconciliationRun) -> None:
        for currency, sides in sorted(run.totals.items()):
            self.stdout.write(f"{currency:<18}" + "".join(f"{side:>16}" for side in SIDES))
            for what in ORDER:
                row = [self._amount(sides[side].get(what), currency) for side in SIDES]
                self.stdout.write(f"{what:<18}" + "".join(f"{amount:>16}" for amount in row))

    def _amount(self, minor: int | None, currency: str) -> str:
        return "" if minor is None else f"{Money(minor, currency).major:,f}"

    def _say_exception(self, row: ReconciliationException) -> None:
        self.stdout.write(f"NOT EXPLAINED  {row.key}  [{row.check_name}]")
        self.stdout.write(f"  {row.explanation}")
        if row.account:
            self.stdout.write(f"  account     {row.account}" + (f" of vendor {row.vendor_id}" if row.vendor_id else ""))
        if row.currency:
            self.stdout.write(f"  expected    {Money(row.expected_minor, row.currency)}")
            self.stdout.write(f"  found       {Money(row.found_minor, row.currency)}")
            self.stdout.write(f"  difference  {Money(row.difference_minor, row.currency)}")


@contextlib.contextmanager
def sandbox_if_ours() -> Iterator[None]:
    """Where this world's provider is its own sandbox, there is one to ask, also while nothing else runs."""
    if not settings.EMBEDDED_SANDBOX or not settings.WORLD.sandbox.exists():
        yield
        return
    with sandbox_of(settings.WORLD) as address:
        settings.STRIPE_API_BASE = address
        yield
