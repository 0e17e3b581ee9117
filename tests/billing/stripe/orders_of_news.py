"""Every order in which news can be told, from one beginning; what orders have in common is told once."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.db import models, transaction

from billing.stripe.models import WebhookEvent
from outbox.models import Fact

# Rows are told apart by what they say, not by when they were written or under which random id.
VOLATILE = (models.DateTimeField, models.UUIDField, models.AutoField, models.ForeignKey)
# Keys of entries have the ids of our rows in them.
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

ROOMS = ("billing.ledger.", "billing.payments.", "billing.payouts.", "billing.stripe.")


class Undone(Exception):
    """Ends a savepoint so that the next order starts from the same rows."""


def state_of_the_books() -> tuple[Any, ...]:
    """All that the rooms of money have written down, without ids and times: equal states go on equally."""
    found = []
    for model in apps.get_models():
        if not model.__module__.startswith(ROOMS) or model is WebhookEvent or not model._meta.managed:
            continue
        names = [f.attname for f in model._meta.concrete_fields if not isinstance(f, VOLATILE)]
        rows = model._default_manager.values_list(*names)
        found.append((model._meta.label, tuple(sorted(ANY_ID.sub("id", repr(row)) for row in rows))))
    facts = tuple(sorted(Fact.objects.values_list("name", flat=True)))
    return (*found, facts)


class Orders:
    """Tells news in every order. Orders that led to the same books with the same news to come go on together."""

    def __init__(self, news: Sequence[Callable[[], object]], outcome: Callable[[], object]):
        self.news, self.outcome = news, outcome
        self.outcomes: set[object] = set()
        self.seen: dict[tuple[frozenset[int], Any], int] = {}
        self.told = 0

    def all(self, left: frozenset[int] | None = None) -> int:
        """How many orders of the news that is left there are, all of them told."""
        left = frozenset(range(len(self.news))) if left is None else left
        if not left:
            self.outcomes.add(self._undone(self.outcome))
            return 1
        key = (left, state_of_the_books())
        if key not in self.seen:
            self.seen[key] = sum(self._undone(lambda one=one: self._next(one, left)) for one in sorted(left))
        return self.seen[key]

    def _next(self, one: int, left: frozenset[int]) -> int:
        self.told += 1
        self.news[one]()
        return self.all(left - {one})

    def once(self, order: Sequence[int]) -> None:
        """One order, with repetitions."""
        self.outcomes.add(self._undone(lambda: ([self.news[one]() for one in order], self.outcome())[1]))

    def _undone(self, do: Callable[[], Any]) -> Any:
        try:
            with transaction.atomic():
                result = do()
                raise Undone
        except Undone:
            return result
