"""Counting stock in a running market, as a vendor's own program does it."""

import time
from collections.abc import Callable
from pathlib import Path
from runpy import run_path

from tests.support.live import LiveMarket

EXAMPLE = run_path(str(Path(__file__).resolve().parents[2] / "docs/examples/sell_and_pay_out.py"))


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """The marketplace hears of it within a second or so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "the marketplace does not show what was counted"
        time.sleep(0.1)


def count_stock(market: LiveMarket, slug: str, variant_id: str, *, free: int) -> None:
    """So many lie there beside what orders were promised."""
    token = EXAMPLE["sign_in"](market.market(""), market.owners[slug], market.password)
    vendor = EXAMPLE["Api"](market.portal(slug), "vendor", Authorization=f"Bearer {token}")
    row = vendor.call("stock_read", variant_id=variant_id)
    vendor.call("stock_count", {"on_hand": row["on_hand"] - row["available"] + free}, variant_id=variant_id)
