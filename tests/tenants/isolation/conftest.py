"""Walls of a test's own: login roles belong to the whole cluster, so what is made here is removed again."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def own_wall(db: None) -> Iterator[Callable[[], Any]]:
    """`own_wall()` makes a wall by the product's own means; its role goes with the test."""
    from django.db import connection

    from tenants.isolation.actions import make_wall
    from tenants.isolation.doors import acting_as
    from tenants.isolation.models import Wall
    from tenants.isolation.postgresql.base import POOL

    def own_wall() -> Wall:
        with acting_as("builder"), connection.cursor() as cursor:
            cursor.execute("SET ROLE owner")
            return make_wall()

    before = set(Wall.objects.values_list("name", flat=True))
    yield own_wall
    POOL.clear()
    with connection.cursor() as cursor:
        for name in set(Wall.objects.values_list("name", flat=True)) - before:
            cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE; DROP OWNED BY {name}; DROP ROLE {name}")
