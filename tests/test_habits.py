"""What no file of the product may do, found by reading its syntax trees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from tenants.isolation.policies import TooMuch, UndeclaredTable, public_tables

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("api", "billing", "marketplace", "platform", "tenants")
MOVERS = {"set_schema", "set_schema_to_public", "set_tenant", "schema_context", "tenant_context"}
SESSION = re.compile(r"\b(search_path|SET (LOCAL )?ROLE|SESSION AUTHORIZATION)\b", re.I)
WALL = re.compile(r"\bv_[0-9a-f]{12}\b")


def files() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def offenses(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what) of everything that only `tenants.isolation` may do."""
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node, clean=False)
    }
    for node in ast.walk(tree):
        if isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                name = getattr(item.context_expr, "id", getattr(item.context_expr, "attr", ""))
                if name.endswith(("vendor", "tenant")):
                    yield node.lineno, "enters a vendor with `with`, which mixes up threads"
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in MOVERS:
                yield node.lineno, f"calls {name}; use the doors"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            if WALL.search(node.value):
                yield node.lineno, "names a wall"
            if SESSION.search(node.value):
                yield node.lineno, "changes the search path or the role itself"
        elif isinstance(node, ast.JoinedStr):
            for value, after in zip(node.values, node.values[1:], strict=False):
                if (
                    isinstance(value, ast.FormattedValue)
                    and "schema" in ast.unparse(value.value)
                    and isinstance(after, ast.Constant)
                    and str(after.value).startswith((".", '".'))
                ):
                    yield node.lineno, "writes a schema's name into SQL"


def test_only_isolation_moves_between_schemas_and_roles():
    found = [
        f"{path.relative_to(ROOT)}:{line} {what}"
        for path in files()
        if not path.is_relative_to(ROOT / "tenants" / "isolation")
        for line, what in offenses(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        "with vendor: pass",
        "with request.vendor: pass",
        "connection.set_schema('x')",
        "sql = 'SELECT * FROM v_0123456789ab.product'",
        "sql = f'SELECT * FROM {vendor.schema_name}.product'",
        "sql = 'SET search_path = x'",
        "sql = 'set local role store'",
    ],
)
def test_the_reading_finds_what_it_looks_for(code):
    assert list(offenses(ast.parse(code)))


# Who keeps in Valkey what all vendors share. What belongs to one vendor goes through `kit.cache.vendor_cache`, which
# refuses when nobody said whose it is.
SHARED_CACHES = {
    "marketplace/catalog/queries.py": "facets of the unified catalogue",
    "marketplace/demo/afresh.py": "empties its own world",
    "marketplace/demo/bench.py": "empties its own world",
    "marketplace/carts/keys.py": "codes on their way from the marketplace to a shop front",
    "marketplace/promotions/queries.py": "whether any promotion applies by itself, whosever it is",
    "marketplace/search/queries.py": "suggestions over the unified catalogue",
    "marketplace/waiting/queries.py": "which listings have a waiting room",
    "marketplace/web/storefront/hero.py": "the marketplace's first page",
    "marketplace/web/storefront/views/catalog.py": "the marketplace's first page",
    "platform/accounts/handoff.py": "codes that were used",
    "platform/accounts/sessions.py": "who is signed in",
    "platform/kit/cache.py": "the cache of vendors is a part of it",
    "platform/kit/rates.py": "calls of a token, or of an address without one",
    "platform/live/news.py": "what open pages of everybody hear: topics, and no contents",
    "platform/taxonomy/queries.py": "the tree of categories",
    "tenants/vendors/queries.py": "which vendor a host is: asked before any is known",
}
SERVING_VENDORS = ("tenants/shop/", "marketplace/web/portal/", "api/v1/vendor/")


def test_what_is_kept_for_one_vendor_is_kept_in_its_own_part_of_the_cache():
    users = {
        str(path.relative_to(ROOT))
        for path in files()
        if re.search(r"^\s*(from|import) django\.core\.(cache|import cache)", path.read_text(), re.M)
    }
    assert users == SHARED_CACHES.keys()
    assert not [path for path in users if path.startswith(SERVING_VENDORS)]


def test_there_are_no_drawers():
    drawers = {"utils", "util", "helpers", "helper", "misc", "common"}
    found = [path for path in files() if {path.stem, *path.relative_to(ROOT).parts} & drawers]
    assert found == []


def test_every_public_table_says_who_may_touch_it():
    tables = public_tables()
    assert len(tables) > 50


def test_a_table_that_says_nothing_is_refused(monkeypatch):
    monkeypatch.delattr(apps.get_model("accounts.User"), "access")
    with pytest.raises(UndeclaredTable, match="accounts_user: give User an `access`"):
        public_tables()


def test_a_right_that_would_let_one_vendor_disturb_others_is_refused(monkeypatch):
    from kit.access import Access

    monkeypatch.setattr(apps.get_model("fulfillment.Parcel"), "access", Access(vendor="select delete"))
    with pytest.raises(TooMuch, match="fulfillment_parcel"):
        public_tables()
    monkeypatch.undo()
    monkeypatch.setattr(apps.get_model("orders.Order"), "access", Access(vendor="select"))
    with pytest.raises(TooMuch, match="orders_order: no vendor_id walls it"):
        public_tables()
