"""While words cannot be looked for the marketplace goes on: broken in the database itself, not in our stead."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.search import SearchVector
from django.core.cache import cache
from django.db import connection

from marketplace.catalog.models import Listing
from marketplace.search import queries
from taxonomy.models import Category
from tests.marketplace.web.storefront.conftest import Shopper
from tests.support.browser import served_by

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everything_ten_percent")]


def lose_the_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TEXT SEARCH CONFIGURATION public.souk RENAME TO lost")


def lose_the_likeness() -> None:
    """For relevance, and for what is misspelled."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION similarity(text, text) RENAME TO lost")
        cursor.execute("ALTER FUNCTION word_similarity(text, text) RENAME TO lost_of_words")


def lose_time() -> None:
    """Whatever is ranked takes longer than it has."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER FUNCTION similarity(text, text) RENAME TO quick")
        cursor.execute(
            "CREATE FUNCTION similarity(text, text) RETURNS real VOLATILE LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_sleep(30); RETURN 0; END $$"
        )


@pytest.mark.parametrize("lose", [lose_the_words, lose_the_likeness, lose_time])
def test_search_says_so_and_offers_the_categories_and_all_else_stays(
    lose: Callable[[], None], shopper: Shopper, put_on_shelf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SECONDS", 1)
    shelf = put_on_shelf("lindqvist", price_minor=4900)
    title = shelf.listing.title
    lamps = Category.objects.create(slug="lamps", name="Lamps", path="lamps", depth=0)
    Listing.objects.update(category=lamps, search=SearchVector("title", config=queries.CONFIG))
    cache.clear()
    lose()
    answer = shopper.get(f"/search/?q={title}")
    page = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"], answer["X-Robots-Tag"]) == (200, "no-store", "noindex")
    assert "Search does not work at the moment" in page
    assert 'href="/c/lamps/"' in page
    assert f'value="{title}"' in page  # what was typed is still there
    for path in ("/", "/new/", "/search/", "/c/lamps/", f"/p/{shelf.listing.slug}/", "/v/lindqvist/"):
        answer = shopper.get(path)
        assert (answer.status_code, "Search does not work" in answer.content.decode()) == (200, False), path
    assert title in shopper.text("/c/lamps/")
    with served_by("market"):
        answer = shopper.client.get("/api/v1/storefront/search", {"q": title})
    assert (answer.status_code, answer.json()["code"]) == (503, "search_unavailable")


def test_suggestions_are_fewer_and_not_kept_so(shopper: Shopper, put_on_shelf: Any) -> None:
    shelf = put_on_shelf("lindqvist")
    Listing.objects.update(search=SearchVector("title", config=queries.CONFIG))
    cache.clear()
    typed = shelf.vendor.name[:4]
    lose_the_words()
    assert [each.kind for each in queries.suggestions(typed)] == ["vendor"]
    assert shopper.get(f"/suggest/?q={typed}").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ALTER TEXT SEARCH CONFIGURATION public.lost RENAME TO souk")
    assert [each.label for each in queries.suggestions(shelf.listing.title)] == [shelf.listing.title]


def test_what_comes_after_a_search_in_the_same_transaction_has_all_its_time(put_on_shelf: Any) -> None:
    put_on_shelf("lindqvist")
    queries.search_listings("lamp")
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() != (f"{queries.SECONDS}s",)
