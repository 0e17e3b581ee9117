"""A program without a person, at the storefront's API of a running market."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tests.support.live import LiveMarket

ADDRESS = {"name": "Petra Vogel", "line1": "Lindenweg 4", "postal_code": "10969", "city": "Berlin", "country": "DE"}


class Guest:
    """Has a cart. Where there are many they come from addresses of their own (`source`, on the loopback), so that the limit
    on calls from one address is not what they meet; `port` is another process that serves the marketplace."""

    def __init__(self, market: LiveMarket, *, source: str = "127.0.0.1", port: int = 0):
        self.port, self.source = port or int(market.faces["market"]), source
        self.headers: dict[str, str] = {}
        self.email = f"{uuid4().hex[:8]}@mail.example"
        self.headers["Souk-Cart"] = self.ask("POST", "carts")[1]["token"]

    def ask(
        self, method: str, path: str, body: Any = None, key: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers of the answer. Raises OSError or HTTPException when none comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60, source_address=(self.source, 0))
        sent = {"Host": f"localhost:{self.port}", "Content-Type": "application/json", **self.headers, **(headers or {})}
        sent |= {"Idempotency-Key": key} if key else {}
        try:
            connection.request(method, f"/api/v1/storefront/{path}", json.dumps(body or {}), sent)
            answer = connection.getresponse()
            return (
                answer.status,
                json.loads(answer.read()),
                {name.title(): value for name, value in answer.headers.items()},
            )
        finally:
            connection.close()

    def offers(self, slug: str) -> list[dict[str, Any]]:
        """The first offer of everything that a vendor sells, with its listing's slug."""
        cards = self.ask("GET", f"vendors/{slug}/listings")[1]["items"]
        return [self.offer(card["slug"]) for card in cards]

    def offer(self, listing: str) -> dict[str, Any]:
        found = self.ask("GET", f"listings/{listing}")[1]
        return {"listing": listing, "title": found["title"], **found["variants"][0]["offers"][0]}

    def put(self, offer_id: str, quantity: int = 1) -> dict[str, Any]:
        """Put it into the cart; gives the body that orders all of it."""
        status, cart, _ = self.ask("POST", "cart/lines", {"offer_id": offer_id, "quantity": quantity})
        assert status == 201, cart
        return {"version": cart["version"], "email": self.email, "ship_to": ADDRESS}

    def payment_page(self, placed: Mapping[str, Any]) -> str:
        """Where an order is paid."""
        status, answer, _ = self.ask(
            "POST", f"orders/{placed['number']}/payment", headers={"Souk-Order": placed["access_token"]}
        )
        assert status == 200, answer
        return str(answer["url"])
