"""Drawing the demo's pictures in processes of their own, one a core, while whoever asked for them goes on."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Hashable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Any

from marketplace.demo.categories import BY_SLUG
from marketplace.demo.parts import CastVendor
from marketplace.demo.pictures import VIEWS, draw_category, draw_hero, draw_product

if TYPE_CHECKING:
    from tenants.shop.catalog.pictures import Encoded

PIXELS = 800
HERO = "demo/hero.webp"


class Drawings:
    """Pictures that are being drawn. What is asked for first comes first; leaving ends the processes."""

    def __init__(self, processes: int | None = None) -> None:
        # Spawned, not forked: a copy of this process would hold its connections to the database.
        self._pool = ProcessPoolExecutor(
            processes or os.cpu_count(), multiprocessing.get_context("spawn"), initializer=_begin
        )
        self._asked: dict[Hashable, Future[Any]] = {}

    def ask(self, vendor: CastVendor, products: Iterable[int]) -> None:
        """Begin with these of a vendor's products."""
        for product in products:
            key = vendor.slug, product
            if key not in self._asked:
                cast = vendor.products[product]
                self._asked[key] = self._pool.submit(_product, dict(cast.picture) if cast.picture else None, vendor)

    def ask_for_the_market(self) -> None:
        """Begin with the hero and the categories."""
        for name in (HERO, *(category_path(slug) for slug in BY_SLUG)):
            if name not in self._asked:
                self._asked[name] = self._pool.submit(_market, name)

    def of_product(self, vendor: CastVendor, product: int) -> "list[Encoded]":
        """The three views of a product, as the shop stores pictures; none of one without. Waits for them."""
        self.ask(vendor, [product])
        found: list[Encoded] = self._asked.pop((vendor.slug, product)).result()
        return found

    def of_the_market(self) -> Iterable[tuple[str, bytes]]:
        """(path in public media, WebP) of the hero and of every category, as they are ready."""
        self.ask_for_the_market()
        for name in (HERO, *(category_path(slug) for slug in BY_SLUG)):
            yield name, self._asked.pop(name).result()

    def __enter__(self) -> "Drawings":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)


def category_path(slug: str) -> str:
    """Where the picture of a category lies in public media."""
    return f"demo/categories/{slug}.webp"


# --- In the processes that draw ---------------------------------------------------------------------------------------


def _begin() -> None:
    """Ctrl-C is for whoever asked; and when that one dies, however it dies, so do we."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()
    import django

    django.setup()


def _product(recipe: dict[str, object] | None, vendor: CastVendor) -> "list[Encoded]":
    from tenants.shop.catalog.pictures import encode

    if recipe is None:
        return []

    return [encode(BytesIO(draw_product(recipe, vendor.palette, view, PIXELS))) for view in VIEWS]


def _market(name: str) -> bytes:
    return draw_hero() if name == HERO else draw_category(name.rpartition("/")[2].removesuffix(".webp"))
