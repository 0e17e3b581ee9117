"""Finding listings by words: PostgreSQL full text, and trigrams where the words are misspelled.

What people type is never parsed by us into SQL or a query language: `websearch_to_tsquery` takes any text.
Candidates are capped before they are ranked, so that a word that is everywhere costs no more than a rare one.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import structlog
from django.contrib.postgres.search import SearchQuery
from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import DatabaseError, connection, transaction
from django.db.models import QuerySet

from kit.errors import SoukError
from kit.pagination import DamagedCursor, Page
from marketplace.catalog.models import Listing, VendorCard
from marketplace.catalog.queries import (
    EVERYTHING,
    PAGE,
    Facets,
    Filters,
    at_vendor,
    cards,
    facets_of,
    listing_list,
    narrowed,
    offered_by,
    vendor_card,
)
from marketplace.search.synonyms import expanded
from taxonomy import queries as taxonomy

CONFIG = "public.souk"
MAX_WORDS, MAX_LENGTH = 12, 120
CANDIDATES = 500
# How much of a word's trigrams must be in the title: "stonewear" has 0.5 of "stoneware".
LIKENESS = "0.45"
SUGGESTIONS = 6
SUGGESTION_SECONDS = 60
# A word that takes longer is not looked for: the page would keep one of six threads.
SECONDS = 5
log = structlog.get_logger(__name__)


class SearchUnavailable(SoukError):
    """The database cannot look for words now, or not soon enough."""

    code = "search_unavailable"


@dataclass(frozen=True, slots=True)
class Results:
    """A page of listings. `is_fuzzy`: nothing has these words, so these are spelled alike."""

    query: str
    page: Page[Listing]
    facets: Facets
    is_fuzzy: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line under the search box: `kind` is listing, category or vendor; `value` its slug or path."""

    kind: str
    label: str
    value: str


def search_listings(
    q: str,
    *,
    category: str = "",
    vendor: str = "",
    filters: Filters = EVERYTHING,
    sort: str = "relevance",
    cursor: str | None = None,
    size: int = PAGE,
) -> Results:
    """Visible listings with these words, within a category (its path) or a vendor's shop (its slug) if given.

    Raises NotListed for a vendor that is not here, DamagedCursor for a cursor that is not ours, and SearchUnavailable.
    """
    words = cleaned(q)
    card = vendor_card(vendor) if vendor else None
    within = cards()
    if card:
        within = offered_by(within, [card.vendor_id])
    if category:
        within = within.filter(category_id__in=taxonomy.subtree_ids(category))
    if not words:
        page = listing_list(within, filters=filters, sort=sort, cursor=cursor, size=size)
        return _shown(Results("", page, facets_of(within, f"search::{category}:{vendor}")), card)
    with _answering_soon("search_unreadable"):
        matching = _matching(within, words)
        is_fuzzy = not matching.exists()
        if is_fuzzy:
            matching = within.filter(id__in=_alike(words))
        name = f"search:{words}:{category}:{vendor}"
        if sort == "relevance" or is_fuzzy:
            page = _ranked(narrowed(matching, filters), words, is_fuzzy, cursor, size)
        else:
            page = listing_list(matching, filters=filters, sort=sort, cursor=cursor, size=size)
        return _shown(Results(words, page, facets_of(matching, name), is_fuzzy), card)


def suggestions(prefix: str) -> list[Suggestion]:
    """What somebody who has typed this far may mean: categories, vendors, listings. Empty below two letters.

    Categories and vendors alone while words cannot be looked for.
    """
    words = cleaned(prefix)
    if len(words) < 2:
        return []
    key = "search:suggestions:" + sha256(words.casefold().encode()).hexdigest()
    found: list[Suggestion] | None = cache.get(key)
    if found is None:
        found = [*_categories(words), *_vendors(words)]
        try:
            with _answering_soon("suggestions_unreadable"):
                found += _titles(words)
        except SearchUnavailable:
            return found  # not kept: words may be found again in a moment
        cache.set(key, found, SUGGESTION_SECONDS)
    return found


def cleaned(q: str) -> str:
    """What was typed, without what cannot be stored or is too long to mean anything; spaces folded."""
    text = q[: MAX_LENGTH * 4].replace("\0", " ").encode("utf-8", "ignore").decode()
    return " ".join(text.split()[:MAX_WORDS])[:MAX_LENGTH]


@contextmanager
def _answering_soon(event: str) -> Iterator[None]:
    """What looks for words in here has a few seconds, and fails as SearchUnavailable, whatever the database says."""
    is_within = connection.in_atomic_block
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SECONDS}s"])
            yield
            if is_within:  # what comes after it in the same transaction is none of ours
                cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
    except DatabaseError as error:
        log.exception(event)
        raise SearchUnavailable("Search does not work at the moment. Look through the categories.") from error


def _matching(within: QuerySet[Listing], words: str) -> QuerySet[Listing]:
    return within.filter(search=_query(words))


def _query(words: str) -> SearchQuery:
    return SearchQuery(expanded(words), config=CONFIG, search_type="websearch")


# Weights of D, C, B, A: what stands in the title counts most by far. Multiplied by how much of the title was asked
# for, so that a thing comes before what is made for it. Chosen by measuring nDCG@10 (tests/bench) over rated queries.
_RANK = """
    SELECT l.id FROM listings_listing l
      JOIN ({candidates}) candidate ON candidate.id = l.id
     ORDER BY ts_rank('{{0.02, 0.15, 0.5, 1.0}}', l.search, websearch_to_tsquery('public.souk', %s))
              * (0.25 + similarity(%s, l.title)) DESC,
              l.in_stock DESC, l.sold_recently DESC, l.id
     LIMIT %s OFFSET %s
"""
_LIKENESS = """
    SELECT l.id FROM listings_listing l
      JOIN ({candidates}) candidate ON candidate.id = l.id
     ORDER BY word_similarity(%s, upper(l.title)) DESC, l.in_stock DESC, l.id
     LIMIT %s OFFSET %s
"""


def _ranked(matching: QuerySet[Listing], words: str, is_fuzzy: bool, cursor: str | None, size: int) -> Page[Listing]:
    """A page by relevance. The cursor is an offset into the ranked candidates."""
    offset = _offset(cursor)
    best = matching.order_by("-in_stock", "-sold_recently", "-first_published_at", "id").values("id")[:CANDIDATES]
    try:
        candidates, parameters = best.query.sql_with_params()
    except EmptyResultSet:  # a category without listings, a vendor that is not here
        return Page([], None, None)
    by = [words.upper()] if is_fuzzy else [expanded(words), words]
    statement = (_LIKENESS if is_fuzzy else _RANK).format(candidates=candidates)
    with connection.cursor() as cursor_:
        cursor_.execute(statement, [*parameters, *by, size + 1, offset])
        ids = [row[0] for row in cursor_.fetchall()]
    return Page(
        rows=_in_order(ids[:size]),
        next_cursor=str(offset + size) if len(ids) > size else None,
        previous_cursor=str(max(offset - size, 0)) if offset else None,
    )


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 4:
        raise DamagedCursor
    return int(cursor)


def _in_order(ids: Sequence[UUID]) -> list[Listing]:
    found = {listing.id: listing for listing in cards().filter(id__in=ids)}
    return [found[id_] for id_ in ids if id_ in found]


def _alike(words: str) -> list[UUID]:
    """Listings whose title has words spelled like these, the likest first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [LIKENESS])
        cursor.execute(
            """
            SELECT id FROM listings_listing
             WHERE is_visible AND %s <%% upper(title)
             ORDER BY %s <<-> upper(title), id LIMIT %s
            """,
            [words.upper(), words.upper(), CANDIDATES],
        )
        return [row[0] for row in cursor.fetchall()]


def _shown(results: Results, card: VendorCard | None) -> Results:
    if card:
        at_vendor(results.page.rows, card)
    return results


def _categories(words: str) -> list[Suggestion]:
    start = words.casefold()
    nodes = taxonomy.tree().by_id.values()
    found = [node for node in nodes if any(part.startswith(start) for part in _starts(node.name.casefold()))]
    return [Suggestion("category", node.name, node.path) for node in sorted(found, key=lambda n: (n.depth, n.name))[:3]]


def _starts(name: str) -> list[str]:
    """The name from each of its words on: "mugs & cups" is also found by "cups"."""
    return [name[match.start() :] for match in re.finditer(r"\w+", name)]


def _vendors(words: str) -> list[Suggestion]:
    found = VendorCard.objects.filter(is_selling=True, name__istartswith=words).order_by("name", "vendor_id")
    return [Suggestion("vendor", card.name, card.slug) for card in found[:2]]


def _titles(words: str) -> list[Suggestion]:
    parts = re.findall(r"\w+", words)
    if not parts:
        return []
    # Letters and digits only, so this can be nothing but words; the last one is still being typed.
    typed = " & ".join([f"'{part}'" for part in parts[:-1]] + [f"'{parts[-1]}':*"])
    found = cards().filter(search=SearchQuery(typed, config=CONFIG, search_type="raw"))
    best = found.order_by("-sold_recently", "-first_published_at", "-id")[:SUGGESTIONS]
    return [Suggestion("listing", listing.title, listing.slug) for listing in best]
