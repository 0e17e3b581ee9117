"""The form of a promotion, for vendors and for the platform's staff; and what their lists show of each."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings

from kit import clock
from kit.errors import SoukError
from kit.money import Money, bps_in_percent, bps_of_percent, parse_major
from marketplace.promotions.actions import Given
from marketplace.promotions.models import Kind, Promotion
from marketplace.promotions.queries import Tally, state_of, tallies, what_of
from taxonomy.queries import tree

STATES = {
    "running": "Running",
    "scheduled": "Not yet",
    "paused": "Paused",
    "used_up": "Used up",
    "expired": "Over",
    "ended": "Ended",
    "proposed": "Waits for the vendor",
}
# The component's tones go by words that it knows.
TONES = {"running": "active", "scheduled": "scheduled", "used_up": "ended", "expired": "ended", "proposed": "pending"}


class _Amount(forms.CharField):
    """An amount as people write it, to minor units of the marketplace's currency; None when left empty."""

    def clean(self, value: Any) -> int | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_major(text, settings.CURRENCY).amount_minor
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


def _amount(label: str, help_text: str = "") -> _Amount:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return _Amount(label=label, required=False, max_length=20, help_text=help_text, widget=widget)


def _moment(label: str, help_text: str = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, required=False, widget=widget, help_text=help_text)


def _count(label: str, most: int, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=1, max_value=most, help_text=help_text)


class PromotionForm(forms.Form):
    """It parses; what is allowed, the actions say."""

    name = forms.CharField(label="Name", max_length=80, help_text="Customers read it beside the discount.")
    code = forms.CharField(
        label="Coupon code", max_length=60, required=False, help_text="Without one it applies by itself."
    )
    kind = forms.ChoiceField(label="What it takes off", choices=Kind.choices)
    rate = forms.DecimalField(
        label="Percent off",
        required=False,
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        help_text="Of the goods, or of the articles that are got; 100 is free.",
    )
    amount = _amount("Amount off", "Of a fixed one, once an order.")
    buy_quantity = _count("Buy", 99)
    get_quantity = _count("Get cheaper", 99, "Of so many, the cheapest.")
    categories = forms.MultipleChoiceField(label="Only in these categories", required=False)
    products = forms.MultipleChoiceField(label="Only on these products", required=False)
    minimum = _amount("From", "So much of these goods must be bought, at full price.")
    is_first_order_only = forms.BooleanField(label="Only on a customer's first order", required=False)
    starts_at = _moment("Starts", "UTC. Empty: at once.")
    ends_at = _moment("Ends", "UTC. Empty: when you end it.")
    uses_limit = _count("Orders altogether", 30_000)
    customer_limit = _count("Orders of one customer", 30_000)
    budget = _amount("Budget", "Never more than this is given; what no longer fits is not given in part.")
    priority = forms.IntegerField(
        label="Priority", initial=0, min_value=-100, max_value=100, help_text="The higher is taken off first."
    )
    is_exclusive = forms.BooleanField(
        label="Alone", required=False, help_text="In a shop's part of an order no other promotion applies."
    )

    def __init__(self, *args: Any, products: Sequence[tuple[str, str]] = (), **options: Any):
        super().__init__(*args, **options)
        nodes = [node for root in tree().roots for node in root.walk()]
        self.fields["categories"].choices = [(node.path, "\u2003" * node.depth + node.name) for node in nodes]  # type: ignore[attr-defined]
        if products:
            self.fields["products"].choices = list(products)  # type: ignore[attr-defined]
        else:
            del self.fields["products"]

    def given(self) -> Given:
        """What was said, for the action."""
        said = self.cleaned_data
        return Given(
            name=said["name"],
            kind=said["kind"],
            code=said["code"],
            starts_at=said["starts_at"],
            ends_at=said["ends_at"],
            rate_bps=bps_of_percent(said["rate"]) if said["rate"] else None,
            amount_minor=said["amount"],
            buy_quantity=said["buy_quantity"],
            get_quantity=said["get_quantity"],
            category_paths=said["categories"],
            product_ids=[UUID(each) for each in said.get("products", ())],
            minimum_minor=said["minimum"] or 0,
            is_first_order_only=said["is_first_order_only"],
            uses_limit=said["uses_limit"],
            customer_limit=said["customer_limit"],
            budget_minor=said["budget"],
            priority=said["priority"],
            is_exclusive=said["is_exclusive"],
        )

    def refuse(self, error: SoukError) -> None:
        """Show an action's refusal at its field, or above the form."""
        field = {"category_paths": "categories", "product_ids": "products"}.get(error.field or "", error.field)
        self.add_error(field if field in self.fields else None, str(error))


def initial_of(promotion: Promotion) -> dict[str, Any]:
    """A promotion as its form shows it."""

    def major(amount: int | None) -> str:
        return str(Money(amount, promotion.currency).major) if amount else ""

    return {
        "name": promotion.name,
        "code": promotion.code,
        "kind": promotion.kind,
        "rate": bps_in_percent(promotion.rate_bps) if promotion.rate_bps else "",
        "amount": major(promotion.amount_minor),
        "buy_quantity": promotion.buy_quantity,
        "get_quantity": promotion.get_quantity,
        "categories": promotion.category_paths,
        "products": promotion.product_ids,
        "minimum": major(promotion.minimum_minor),
        "is_first_order_only": promotion.is_first_order_only,
        "starts_at": promotion.starts_at,
        "ends_at": promotion.ends_at,
        "uses_limit": promotion.uses_limit,
        "customer_limit": promotion.customer_limit,
        "budget": major(promotion.budget_minor),
        "priority": promotion.priority,
        "is_exclusive": promotion.is_exclusive,
    }


def rows_of(promotions: Iterable[Promotion]) -> list[dict[str, Any]]:
    """Each with what it takes off, where it stands, how often it was used and what it has cost. One query."""
    found = list(promotions)
    counted, now = tallies(found), clock.now()
    return [row_of(promotion, counted[promotion.id], now) for promotion in found]


def row_of(promotion: Promotion, tally: Tally, now: datetime) -> dict[str, Any]:
    state = state_of(promotion, tally, now)
    return {
        "promotion": promotion,
        "what": what_of(promotion),
        "tally": tally,
        "state": state,
        "label": STATES[state],
        "tone": TONES.get(state, state),
        "platform_percent": bps_in_percent(promotion.platform_share_bps),
        "left_minor": None if promotion.budget_minor is None else max(promotion.budget_minor - tally.whole_minor, 0),
    }
