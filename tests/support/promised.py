"""What a running market's shops have promised, beside what its orders say: looked up as superuser."""

from dataclasses import dataclass

from tests.support.live import LiveMarket

LEVELS = """SELECT sum(on_hand), sum(allocated), sum(reserved) FROM {schema}.shop_inventory_stocklevel
    WHERE variant_id = %s"""
# What unpaid orders hold, and what paid ones were promised and did not get yet.
PROMISED = """
SELECT coalesce(sum(l.quantity - l.canceled_quantity) FILTER (WHERE o.stock_hold = 'held'), 0),
    coalesce(sum(l.quantity - l.canceled_quantity) FILTER (WHERE o.stock_hold = 'allocated'
        AND v.fulfillment NOT IN ('shipped', 'delivered', 'canceled')), 0)
  FROM orders_orderline l
  JOIN orders_vendororder v ON v.id = l.vendor_order_id
  JOIN orders_order o ON o.id = v.order_id
  WHERE l.variant_id = %s
"""


@dataclass(frozen=True)
class Stock:
    """What a shop has of it, and what the orders say that it should have promised."""

    free: int
    reserved: int
    allocated: int
    held_by_orders: int
    owed_to_orders: int

    @property
    def agrees(self) -> bool:
        return (self.reserved, self.allocated) == (self.held_by_orders, self.owed_to_orders)


def stock_of(market: LiveMarket, schema: str, variant_id: str) -> Stock:
    with market.behind.connect() as connection:
        on_hand, allocated, reserved = connection.execute(
            LEVELS.format(schema=f'"{schema}"'), [variant_id]
        ).fetchone() or (0, 0, 0)
        held, owed = connection.execute(PROMISED, [variant_id]).fetchone() or (0, 0)
    return Stock(on_hand - allocated - reserved, reserved, allocated, held, owed)


def let_time_pass(market: LiveMarket, numbers: list[str]) -> None:
    """The time to pay these orders is over; the worker finds them by itself."""
    with market.behind.connect() as connection:
        connection.execute(
            "UPDATE orders_order SET hold_until = now() - '1 s'::interval WHERE number = ANY(%s)", [numbers]
        )


def held(market: LiveMarket, numbers: list[str]) -> bool:
    with market.behind.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM orders_order WHERE number = ANY(%s) AND stock_hold = 'held'", [numbers]
        ).fetchone()
    return bool(row and row[0])
