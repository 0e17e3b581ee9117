"""Somebody shops in a market that is watched, leaving planted secrets wherever a program may meet one."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from marketplace.demo.acts import PASSWORD
from tests.support.market import Market
from tests.support.watched import TOKEN, Visitor, Watched, wait_until

CARD = "5555555555554444"
EMAIL = "petra.planted@mailbox.example"
TYPED = {
    "card": CARD,
    "e-mail": EMAIL,
    "password": "planted-Password-9431",
    "name": "Petra Plantée",
    "street": "Verborgener Weg 4711",
    "query": "one-time-4f1e9c",
    "api key": "souk_live_planted9f27ab31c4",
    "stripe key": "sk_live_planted51HqLyjWDarjtT1",
    "token": "eyJhbGciOiJFZERTQSJ9.eyJwbGFudGVkIjoidHJ1ZSJ9.cGxhbnRlZC1zaWduYXR1cmU",
    "signature": "v1=planted5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd",
    "scraper's": TOKEN,
}


def planted(market: Market) -> dict[str, str]:
    """{what: a value that no log may hold}: all that was typed, the processes' own secrets, the cast's password."""
    held = {}
    for file in Path(market.world.secrets).iterdir():
        text = file.read_text(errors="replace").strip() if file.is_file() else ""
        if len(text) >= 16 and "\n" not in text:
            held[file.name] = text
    assert {"vendor-role-key", "valkey-worker", "platform", "stripe-webhook-platform"} <= set(held)
    return {**TYPED, **held, "sandbox's key": "sk_test_souk_sandbox", "cast's password": PASSWORD}


def leaks(lines: Iterator[tuple[str, int, str]], secrets: Mapping[str, str]) -> list[str]:
    """Where a value stands, also with its digits in groups, or written as in an address."""
    patterns = {}
    for what, value in secrets.items():
        forms = {re.escape(value), re.escape(value).replace("@", "%40"), re.escape(json.dumps(value)[1:-1])}
        if value.isdigit():
            forms.add(r"[ -]?".join(value))
        patterns[what] = re.compile("|".join(sorted(forms)), re.IGNORECASE)
    return [
        f"{what} in {file}:{number}"
        for file, number, line in lines
        for what, pattern in patterns.items()
        if pattern.search(line)
    ]


def shop(watched: Watched) -> dict[str, int]:
    """Look at things, buy two, pay; gives how often what was done."""
    visitor = Visitor(f"http://localhost:{watched.ports['web']}/")
    listings = visitor.go("/new/").links(r"/p/[^\"?]+/[^\"]*")
    done = {"views": 0, "added": 0}
    for listing in listings:
        done["views"] += 1
        # A listing that is sold out still has forms to add others to the cart, without a quantity.
        if visitor.go(listing).has_form("offer", "quantity") and done["added"] < 2:
            visitor.fill_in(quantity="1")
            assert "is in your cart" in visitor.page
            done["added"] += 1
    assert done["added"] == 2, visitor.page
    visitor.go("/checkout/")
    visitor.fill_in(
        email=EMAIL,
        name=TYPED["name"],
        line1=TYPED["street"],
        postal_code="10969",
        city="Berlin",
        country="DE",
    )
    assert "/c/pay/" in visitor.address, visitor.page
    visitor.fill_in(email=EMAIL, card=CARD, expiry="12 / 34", cvc="123", name=TYPED["name"])
    assert "Thank you" in visitor.page, visitor.page
    return done


def knock(watched: Watched) -> None:
    """What else comes by: sign-ins that fail and one that does not, bots, a stranger's webhook, tokens everywhere."""
    with watched.market.connect() as connection:
        (slug,) = connection.execute("SELECT slug FROM vendors_vendor ORDER BY slug LIMIT 1").fetchone() or ("",)
        (person,) = connection.execute(
            "SELECT email FROM account_emailaddress WHERE verified ORDER BY email LIMIT 1"
        ).fetchone() or ("",)
    visitor = Visitor(f"http://localhost:{watched.ports['web']}/")
    visitor.go("/accounts/signup/").fill_in(email=EMAIL, password1=TYPED["password"], name=TYPED["name"])
    visitor.go("/accounts/login/").fill_in(login=EMAIL, password=TYPED["password"])
    member = Visitor(visitor.address).go("/accounts/login/?next=/account/").fill_in(login=person, password=PASSWORD)
    assert (member.status, "/login/" in member.address) == (200, False), member.page
    for path in (
        f"/search/?q={EMAIL}",
        f"/accounts/handoff/?code={TYPED['token']}&next=/{TYPED['query']}/",
        f"/{EMAIL}/{TYPED['token']}/",
        f"/orders/SK-0/?token={TYPED['query']}",
        f"/.env?key={TYPED['api key']}",
    ):
        visitor.go(path)
    for process, path, headers in (
        ("web", "/api/v1/storefront/orders", {"Authorization": f"Bearer {TYPED['token']}"}),
        ("portal", "/api/v1/vendor/products", {"Authorization": f"Bearer {TYPED['api key']}"}),
        ("office", "/metrics", {"Authorization": f"Bearer {TYPED['stripe key']}"}),
        ("portal", "/orders/", {"Cookie": f"souk_portal={TYPED['query']}"}),
    ):
        watched.fetch(process, path, Host=f"{slug}.portal.localhost" if process == "portal" else "localhost", **headers)
    event = json.dumps({"object": "event", "email": EMAIL}).encode()
    watched.fetch("web", "/stripe/wh/platform", event, **{"Stripe-Signature": f"t=1,{TYPED['signature']}"})


def fail_with(watched: Watched, text: str) -> None:
    """A fact whose listeners fail over `text`, which their errors quote; waits until all have tried."""
    with watched.market.connect() as connection:
        connection.execute(
            "INSERT INTO outbox_fact (id, name, payload, recorded_at) VALUES"
            " (gen_random_uuid(), 'order.paid', %s, now())",
            [json.dumps({"order": text})],
        )
        wait_until(
            lambda: (
                connection.execute(
                    "SELECT bool_and(d.attempts > 0) AND count(*) FILTER (WHERE d.error <> '') >= 2"
                    " FROM outbox_delivery d JOIN outbox_fact f ON f.id = d.fact_id WHERE f.payload->>'order' = %s",
                    [text],
                ).fetchone()
                == (True,)
            ),
            "the failing of a listener",
        )


def settled(watched: Watched) -> None:
    """Waits until no event of the provider is waiting."""
    with watched.market.connect() as connection:
        query = "SELECT count(*) FROM provider_stripe_webhookevent WHERE done_at IS NULL"
        wait_until(lambda: connection.execute(query).fetchone() == (0,), "the inbox being empty")
