"""Promotions as people make them, and carts that use them."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.office import pay


@pytest.fixture
def promote(db: None) -> Callable[..., Any]:
    """`promote(rate_bps=1000, code="TEN")`: the platform's; `vendor=` makes it that vendor's own, `for_vendor=` the
    platform's on its goods."""
    from kit.ids import uuid7
    from marketplace.promotions.actions import Given, Maker, create_promotion

    def made(*, vendor: Any = None, for_vendor: Any = None, platform_share_bps: int = 10_000, **said: Any) -> Any:
        return create_promotion(
            given=Given(**{"name": "Autumn", "kind": "percentage", **said}),
            by=Maker(uuid7(), vendor.id if vendor else None),
            for_vendor=for_vendor.id if for_vendor else None,
            platform_share_bps=platform_share_bps,
        )

    return made


@pytest.fixture
def order_of(everything_ten_percent: Any, address: dict[str, str]) -> Callable[..., Any]:
    """`order_of((lamp, 2), (soap, 1), codes=["TEN"])`: placed, and paid where `charge` names its charge."""
    from marketplace.carts.actions import add_to_cart, ensure_cart, new_token, put_coupon
    from marketplace.checkout.actions import place_order

    def placed(
        *bought: tuple[Any, int], codes: Any = (), email: str = "ada@vermeer.example", charge: str = "", **said: Any
    ) -> Any:
        cart = ensure_cart(user=None, token=new_token(), country="NL")
        for shelf, quantity in bought:
            add_to_cart(cart=cart, offer_id=shelf.offer.id, quantity=quantity)
        for code in codes:
            put_coupon(cart=cart, code=code)
        order = place_order(cart=cart, version=cart.version, email=email, ship_to=address, **said)
        if charge:
            pay(order, charge)
        return order

    return placed
