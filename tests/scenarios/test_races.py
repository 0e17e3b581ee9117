"""Many buyers, few pieces: two processes serve them over HTTP, and nothing is sold twice, lost or stuck."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from embedded.processes import Fleet, Ports
from tests.support.guest import Guest
from tests.support.live import LiveMarket
from tests.support.market import free_ports
from tests.support.promised import held, let_time_pass, stock_of
from tests.support.steps import RACE
from tests.support.stock import count_stock

EXAMPLE = run_path(str(Path(__file__).resolve().parents[2] / "docs/examples/sell_and_pay_out.py"))
PIECES = 10
BUYERS = 200
FEWER = 45
AT_ONCE = 50


@dataclass(frozen=True)
class Contested:
    """A variant of which few are left, and what its shop calls it."""

    offer_id: str
    listing: str
    schema: str


@pytest.fixture(scope="module")
def doors(live_market: LiveMarket) -> Iterator[list[int]]:
    """The ports of two processes that serve the marketplace: the market's own, and one more."""
    (port,) = free_ports(1)
    faces = {**live_market.faces, "market": port}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOUK_VAR", str(live_market.behind.var))
        second = Fleet(live_market.behind.world, Ports(**{name: int(number) for name, number in faces.items()}))
        second.start(["web"])
        second.wait_until_serving(["web"])
        yield [int(live_market.faces["market"]), port]
        second.stop()


@pytest.fixture
def contested(live_market: LiveMarket) -> list[Contested]:
    """One product of each of the three vendors, of which ten can be bought."""
    guest, found = Guest(live_market), []
    for slug in live_market.owners:
        offer = guest.offers(slug)[0]
        count_stock(live_market, slug, offer["id"], free=PIECES)
        EXAMPLE["wait_for"](
            "The new stock", lambda offer=offer: guest.offer(offer["listing"])["available"] == PIECES or None
        )
        with live_market.behind.connect() as connection:
            row = connection.execute("SELECT schema_name FROM vendors_vendor WHERE slug = %s", [slug]).fetchone()
        assert row is not None
        found.append(Contested(offer["id"], offer["listing"], row[0]))
    return found


def buyers(market: LiveMarket, doors: list[int], wants: list[list[Contested]]) -> list[tuple[Guest, dict[str, Any]]]:
    """So many guests with full carts, each with an address of its own, at the two doors by turns."""

    def come(number: int) -> tuple[Guest, dict[str, Any]]:
        guest = Guest(market, source=f"127.0.{1 + number // 200}.{1 + number % 200}", port=doors[number % len(doors)])
        for piece in wants[number]:
            body = guest.put(piece.offer_id)
        return guest, body

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(come, range(len(wants))))


def order(buyer: tuple[Guest, dict[str, Any]]) -> tuple[int, Any, float]:
    guest, body = buyer
    begun = time.monotonic()
    status, answer, _ = guest.ask("POST", "orders", body)
    return status, answer, time.monotonic() - begun


def wanted(contested: list[Contested], many: int) -> list[list[Contested]]:
    """Carts in opposite orders: two in three want all three, each other one only one of them."""
    first, second, third = contested
    kinds = [
        *([first, second, third], [third, second, first], [first]),
        *([second, third, first], [third, first, second], [second]),
        *([third, first, second], [first, third, second], [third]),
    ]
    return [kinds[number % len(kinds)] for number in range(many)]


def refusals(answers: list[tuple[int, Any, float]]) -> Counter[tuple[int, str]]:
    return Counter((status, answer["code"]) for status, answer, _ in answers if status != 201)


def test_two_hundred_buyers_of_ten_pieces_each_buy_exactly_ten(
    live_market: LiveMarket,
    doors: list[int],
    contested: list[Contested],
    record_property: Callable[[str, object], None],
) -> None:
    before = [stock_of(live_market, piece.schema, piece.offer_id) for piece in contested]
    assert all(stock.agrees and stock.free == PIECES for stock in before), before
    crowd = buyers(live_market, doors, wanted(contested, BUYERS))
    begun = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(order, crowd))
    took = time.monotonic() - begun
    waits = sorted(wait for _, _, wait in answers)
    record_property(RACE, f"{BUYERS} buyers in {took:.1f} s, each answered within {waits[-1]:.1f} s")

    sold = Counter(line["offer_id"] for status, placed, _ in answers if status == 201 for line in lines_of(placed))
    assert sold == {piece.offer_id: PIECES for piece in contested}
    assert set(refusals(answers)) == {(409, "sold_out")}
    for piece, was in zip(contested, before, strict=True):
        stock = stock_of(live_market, piece.schema, piece.offer_id)
        assert stock.agrees
        assert (stock.free, stock.reserved - was.reserved) == (0, PIECES)


def test_nothing_is_lost_while_others_pay_cancel_and_let_their_time_pass(
    live_market: LiveMarket, doors: list[int], contested: list[Contested]
) -> None:
    # Both fill their carts while there is something; the later ones come to pay when most of it is gone.
    crowd, later = (buyers(live_market, doors, wanted(contested, FEWER)) for _ in range(2))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(order, crowd))
    placed = [(guest, answer) for (guest, _), (status, answer, _) in zip(crowd, answers, strict=True) if status == 201]
    pay, cancel, forget = placed[::3], placed[1::3], placed[2::3]
    for guest, its in cancel:
        pay_for(live_market, guest, its)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        doing = [
            *(pool.submit(pay_for, live_market, guest, its) for guest, its in pay),
            *(pool.submit(cancel_all, guest, its) for guest, its in cancel),
            pool.submit(let_time_pass, live_market, [its["number"] for _, its in forget]),
        ]
        trying = [pool.submit(keep_trying, buyer, 4) for buyer in later]
        for future in doing:
            future.result()
        second = [future.result() for future in trying]
    assert set(refusals(second)) <= {(409, "sold_out")}

    def settled() -> bool:
        return all(stock_of(live_market, piece.schema, piece.offer_id).agrees for piece in contested) and not held(
            live_market, [its["number"] for _, its in forget]
        )

    EXAMPLE["wait_for"]("Everything that was given back", partial(settled))
    # What was given back can be bought, to the last piece, and no more.
    left = {piece.offer_id: stock_of(live_market, piece.schema, piece.offer_id).free for piece in contested}
    assert all(0 <= free <= PIECES for free in left.values()), left
    last = buyers(live_market, doors, [[piece] for piece in contested for _ in range(left[piece.offer_id])])
    with ThreadPoolExecutor(AT_ONCE) as pool:
        third = list(pool.map(order, last))
    assert refusals(third) == Counter()
    for piece in contested:
        stock = stock_of(live_market, piece.schema, piece.offer_id)
        assert stock.agrees
        assert stock.free == 0


def lines_of(placed: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for part in placed["vendor_orders"] for line in part["lines"]]


def pay_for(market: LiveMarket, guest: Guest, placed: dict[str, Any]) -> None:
    EXAMPLE["pay"](guest.payment_page(placed), guest.email)
    seen = {"Souk-Order": placed["access_token"]}
    EXAMPLE["wait_for"](
        "The payment",
        lambda: guest.ask("GET", f"orders/{placed['number']}", headers=seen)[1]["payment"]["state"] == "paid" or None,
    )


def cancel_all(guest: Guest, placed: dict[str, Any]) -> None:
    """A paid order that no vendor has taken on, the whole of it, with the money back."""
    seen = {"Souk-Order": placed["access_token"]}
    path, body = (
        f"orders/{placed['number']}",
        {"parts": [{"vendor_order_id": part["id"], "everything": True} for part in placed["vendor_orders"]]},
    )
    status, preview, _ = guest.ask("POST", f"{path}/cancellation-previews", body, headers=seen)
    assert status == 200, preview
    status, done, _ = guest.ask(
        "POST",
        f"{path}/cancellations",
        {**body, "reason": "Changed my mind", "digest": preview["digest"]},
        headers=seen,
    )
    assert status in (200, 201), done


def keep_trying(buyer: tuple[Guest, dict[str, Any]], times: int) -> tuple[int, Any, float]:
    """Somebody who presses the button again when it was sold out."""
    for _ in range(times):
        answer = order(buyer)
        if answer[0] == 201:
            break
        time.sleep(0.3)
    return answer
