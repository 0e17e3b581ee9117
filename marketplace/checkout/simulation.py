"""Replaying a draft of commission rules over past orders: reading what was sold, and keeping what came of it.

What the rules were asked about on the day stands on each line. Where a rule asks what none asked before, the vendor's sales
come from the books, exactly as on the day; its plan, which has no history, is today's; and lines older than those facts are
given the category that their listing has now.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from billing.commissions.engine import CommissionInput, CommissionLine, Rule
from billing.commissions.models import Simulation, SimulationState
from billing.commissions.queries import as_rule, plan_of, sold_in_month_before
from billing.commissions.simulator import FeeEstimate, Replay, Sold, report_of
from kit import clock
from marketplace.catalog.models import Listing
from marketplace.orders.models import OrderLine, VendorOrder

log = structlog.get_logger(__name__)
PART = 500
LEASE = timedelta(minutes=5)
TELL_EVERY_SECONDS = 0.5
MOST_BELOW_FEE = 50


def provider_fee() -> FeeEstimate:
    """What the provider is expected to take, by the settings."""
    return FeeEstimate(settings.PROVIDER_FEE_BPS, {settings.CURRENCY: settings.PROVIDER_FEE_FIXED_MINOR})


def run_simulations() -> int:
    """Run every simulation that is due; gives how many. Not inside a transaction."""
    done = 0
    while simulation := _claim():
        try:
            run_simulation(simulation)
        except Exception as error:  # one that cannot be run must not keep the others from it, nor be tried for ever
            log.exception("simulation_failed", simulation=str(simulation.id))
            _finish(simulation, SimulationState.FAILED, error=f"{type(error).__name__}: {error}"[:500])
        done += 1
    return done


@transaction.atomic
def _claim() -> Simulation | None:
    """Take the next one that is due, or whose worker died, for a while."""
    found = (
        Simulation.objects.select_for_update(skip_locked=True)
        .filter(state__in=[SimulationState.DUE, SimulationState.RUNNING], due_at__lte=clock.now())
        .order_by("due_at", "id")
        .first()
    )
    if found is not None:
        found.state, found.due_at = SimulationState.RUNNING, clock.now() + LEASE
        found.save(update_fields=["state", "due_at"])
    return found


def run_simulation(simulation: Simulation) -> Simulation:
    """Replay the draft over its period, telling how far it has come."""
    rules = [as_rule(row) for row in simulation.draft.rules.select_related("source")]
    orders = list(_sold_in(simulation).values_list("id", flat=True))
    Simulation.objects.filter(id=simulation.id).update(orders_total=len(orders), orders_done=0)
    replay, below, facts = Replay(rules), BelowFee(provider_fee()), _Facts(rules)
    told = time.monotonic()
    for start in range(0, len(orders), PART):
        sold, articles = facts.read(orders[start : start + PART])
        for each, outcome in replay.take(sold):
            below.look_at(each.line, outcome, articles[each.line.key])
        if time.monotonic() - told > TELL_EVERY_SECONDS:
            told = time.monotonic()
            Simulation.objects.filter(id=simulation.id).update(orders_done=start + PART, due_at=clock.now() + LEASE)
    simulation.orders_total = simulation.orders_done = len(orders)
    simulation.result = report_of(replay) | {"below_fee": below.report(), "below_fee_lines": below.lines}
    return _finish(simulation, SimulationState.DONE)


def _finish(simulation: Simulation, state: SimulationState, *, error: str = "") -> Simulation:
    simulation.state, simulation.error, simulation.finished_at = state, error, clock.now()
    simulation.save(update_fields=["state", "error", "finished_at", "result", "orders_total", "orders_done"])
    return simulation


def _sold_in(simulation: Simulation) -> QuerySet[VendorOrder]:
    start = datetime.combine(simulation.first_on, time_of_day.min, UTC)
    end = datetime.combine(simulation.last_on + timedelta(days=1), time_of_day.min, UTC)
    return VendorOrder.objects.filter(placed_at__gte=start, placed_at__lt=end, paid_at__isnull=False).order_by("id")


@dataclass(frozen=True, slots=True)
class Article:
    """What was bought, for people: an offer and its name."""

    offer_id: UUID
    title: str


@dataclass(slots=True)
class _Facts:
    """From order lines to what the engine is asked, some hundred vendor orders at a time, each by a few statements."""

    rules: Sequence[Rule]
    _volumes: dict[tuple[date, UUID], dict[str, int]] = field(default_factory=dict)
    _plans: dict[UUID, str] = field(default_factory=dict)

    def read(self, orders: Sequence[UUID]) -> tuple[list[Sold], dict[Any, Article]]:
        rows = list(
            OrderLine.objects.filter(vendor_order_id__in=orders)
            .order_by("vendor_order_id", "id")
            .annotate(country=KeyTextTransform("country", "vendor_order__order__ship_to"))
            .values_list(
                *("id", "vendor_order_id", "vendor_id", "listing_id", "variant_id", "title", "quantity"),
                *("unit_price_minor", "total_minor", "discount_platform_minor", "tax_minor", "commission_minor"),
                "commission_tax_minor",
                *("commission_facts", "vendor_order__currency", "vendor_order__placed_at", "country"),
                named=True,
            )
        )
        older = {row.listing_id for row in rows if not row.commission_facts}
        paths = dict(Listing.objects.filter(id__in=older).values_list("id", "category_path")) if older else {}
        self._learn({(row.vendor_order__placed_at.date().replace(day=1), row.vendor_id) for row in rows})
        sold = [Sold(self._line(row, paths), row.commission_minor - row.commission_tax_minor) for row in rows]
        return sold, {row.id: Article(row.variant_id, row.title) for row in rows}

    def _learn(self, wanted: set[tuple[date, UUID]]) -> None:
        """Sales of the months before, and plans: only if a rule asks, and each once."""
        if any(rule.tiers for rule in self.rules):
            for month in sorted({month for month, vendor in wanted if (month, vendor) not in self._volumes}):
                vendors = sorted({vendor for at, vendor in wanted if at == month})
                found = sold_in_month_before(vendors, on=month)
                self._volumes |= {(month, vendor): found.get(vendor, {}) for vendor in vendors}
        if any(rule.conditions.plan for rule in self.rules):
            new = sorted({vendor for _, vendor in wanted} - self._plans.keys())
            self._plans |= plan_of(new) if new else {}

    def _line(self, row: Any, paths: dict[UUID, str]) -> CommissionInput:
        facts, on = row.commission_facts, row.vendor_order__placed_at.date()
        volumes = self._volumes.get((on.replace(day=1), row.vendor_id), {})
        return CommissionInput(
            key=row.id,
            group=row.vendor_order_id,
            vendor_id=row.vendor_id,
            category_path=facts["category"] if facts else paths.get(row.listing_id, ""),
            # What the vendor sold it for: our part of a discount is paid to it, and takes nothing off our commission.
            goods_minor=row.total_minor + row.discount_platform_minor,
            goods_tax_minor=row.tax_minor,
            shipping_minor=facts.get("shipping_minor", 0),
            shipping_tax_minor=facts.get("shipping_tax_minor", 0),
            unit_price_minor=row.unit_price_minor,
            quantity=row.quantity,
            currency=row.vendor_order__currency,
            country=row.country or "",
            on=on,
            plan=facts.get("plan") or self._plans.get(row.vendor_id, ""),
            tags=frozenset(facts.get("tags", ())),
            volume_minor=volumes.get(row.vendor_order__currency, 0),
            vat_rate=Decimal(facts.get("vat_rate", "0")),
        )


@dataclass(slots=True)
class BelowFee:
    """Articles whose commission is less than what the provider is expected to take of a payment for one of them alone."""

    fee: FeeEstimate
    lines: int = 0
    _worst: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def look_at(self, line: CommissionInput, outcome: CommissionLine, article: Article) -> None:
        if line.currency not in self.fee.fixed:
            return
        expected = self.fee.of(line.unit_price_minor, line.currency)
        each = outcome.net_minor // line.quantity
        if each >= expected:
            return
        self.lines += 1
        known = self._worst.get(article.offer_id)
        if known is None or expected - each > known["fee_minor"] - known["commission_minor"]:
            self._worst[article.offer_id] = {
                "offer_id": str(article.offer_id),
                "title": article.title,
                "vendor_id": str(line.vendor_id),
                "price_minor": line.unit_price_minor,
                "commission_minor": each,
                "fee_minor": expected,
                "currency": line.currency,
            }

    def report(self) -> list[dict[str, Any]]:
        """The worst of them, the greatest gap first; bounded."""
        return sorted(
            self._worst.values(),
            key=lambda row: (row["commission_minor"] - row["fee_minor"], row["offer_id"]),
        )[:MOST_BELOW_FEE]
