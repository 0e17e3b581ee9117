"""From a cart to a payout by machine: a guest buys from two vendors, both ship, finance reads what reached their banks.

It uses HTTP and the OpenAPI documents alone: addresses come from the documents, by operation id. Nothing is to be installed:

    make demo                                    # in one terminal
    python3 docs/examples/sell_and_pay_out.py    # in another

Payment and bank are the sandbox's, where days pass when somebody moves its clock. Ends with 0 when no cent is missing.
"""

import argparse
import http.client
import json
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

CARD = {"card": "4242 4242 4242 4242", "expiry": "12 / 34", "cvc": "123"}
ADDRESS = {"name": "Petra Vogel", "line1": "Lindenweg 4", "postal_code": "10969", "city": "Berlin", "country": "DE"}
SANDBOX_KEY = "sk_test_souk_sandbox"
PATIENCE_SECONDS = 120
VENDORS = ["brennhaus=jule@brennhaus.example", "olivar=reme@olivardelsoto.example"]


class Refused(Exception):
    """The API's own words: status, code, detail."""


def ask(
    method: str, url: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, Any, bytes]:
    """One request. Every host below `localhost` is this machine, whatever the resolver says."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    local = host == "localhost" or host.endswith(".localhost")
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind("127.0.0.1" if local else host, parts.port, timeout=60)
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, path, body, {"Host": parts.netloc, **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


class Api:
    """One audience's operations, as its document names them."""

    def __init__(self, base: str, audience: str, **headers: str):
        self.base, self.headers = base, {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, text = ask("GET", f"{base}/api/v1/{audience}/openapi.json")
        if status != 200:
            raise SystemExit(f"{base} has no document for {audience} ({status}). Is `make demo` running?")
        self.operations = {
            operation["operationId"]: (method.upper(), path)
            for path, methods in json.loads(text)["paths"].items()
            for method, operation in methods.items()
        }

    def call(self, operation: str, body: Any = None, **parameters: Any) -> Any:
        """Call an operation; what its path does not name goes into the query. Writes carry a key, so that a retry is safe."""
        method, path = self.operations[operation]
        for name in list(parameters):
            if "{" + name + "}" in path:
                path = path.replace("{" + name + "}", quote(str(parameters.pop(name)), safe=""))
        headers = {"Accept": "application/json", **self.headers}
        if method != "GET":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": str(uuid.uuid4())}
        url = f"{self.base}{path}" + (f"?{urlencode(parameters)}" if parameters else "")
        sent = json.dumps({} if body is None else body).encode() if method != "GET" else None
        status, _, text = ask(method, url, body=sent, headers=headers)
        answer = json.loads(text) if text else None
        if status >= 400:
            raise Refused(f"{method} {path}: {status} {answer['code']}: {answer['detail']} {answer.get('errors', '')}")
        return answer


def sign_in(market: str, email: str, password: str) -> str:
    """An access token, good for five minutes."""
    body = json.dumps({"email": email, "password": password}).encode()
    url = f"{market}/_allauth/app/v1/auth/login"
    status, _, text = ask("POST", url, body=body, headers={"Content-Type": "application/json"})
    if status != 200:
        raise SystemExit(f"{email} cannot sign in: {status} {text.decode()[:200]}")
    return str(json.loads(text)["meta"]["access_token"])


def pay(url: str, email: str) -> None:
    """What the customer does on the provider's page; the provider then leads their browser back to the marketplace."""
    form = urlencode({**CARD, "email": email, "name": ADDRESS["name"]}).encode()
    status, headers, text = ask("POST", url, body=form, headers={"Content-Type": "application/x-www-form-urlencoded"})
    if status not in (302, 303):
        raise SystemExit(f"The provider's page answered {status}: {text.decode()[:300]}")
    ask("GET", urljoin(url, headers["Location"]))


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    """Ask until there is an answer."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.5)
    raise SystemExit(f"{what} did not happen within {PATIENCE_SECONDS} seconds.")


def let_days_pass(sandbox: str, days: int) -> None:
    """The sandbox and, in a demo, the whole marketplace live that much later from now on."""
    body, key = json.dumps({"seconds": days * 86400}).encode(), {"Authorization": f"Bearer {SANDBOX_KEY}"}
    status, _, text = ask("POST", f"{sandbox}/_sandbox/clock/advance", body=body, headers=key)
    if status != 200:
        raise SystemExit(f"The sandbox's clock does not move: {status} {text.decode()[:200]}")


def euros(minor: int) -> str:
    return f"{minor / 100:,.2f}"


def buy(storefront: Api, slugs: list[str], email: str) -> tuple[Api, dict[str, Any]]:
    """Something of each of these vendors, in one checkout, paid; gives the guest's API and the order."""
    token = storefront.call("carts_create", {"country": ADDRESS["country"]})["token"]
    guest = Api(storefront.base, "storefront", Souk_Cart=token)
    for slug in slugs:
        for card in guest.call("vendor_listings", slug=slug, limit=50, in_stock="true")["items"]:
            offers = [
                offer
                for variant in guest.call("listing", slug=card["slug"])["variants"]
                for offer in variant["offers"]
                if offer["vendor"]["slug"] == slug and offer["available"]
            ]
            if offers:
                guest.call("cart_lines_create", {"offer_id": offers[0]["id"], "quantity": 1})
                print(f"  {card['title']} ({slug}) is in the cart")
                break
        else:
            raise SystemExit(f"{slug} has nothing to sell at the moment.")
    cart = guest.call("cart")
    placed = guest.call(
        "orders_create",
        {"version": cart["version"], "email": email, "ship_to": ADDRESS, "total_seen_minor": cart["total_minor"]},
    )
    print(f"  Order {placed['number']}: {euros(placed['total_minor'])} {placed['currency']}")
    guest.headers["Souk-Order"] = placed["access_token"]
    pay(guest.call("order_payment_start", number=placed["number"])["url"], email)

    def paid() -> Any:
        order = guest.call("order", number=placed["number"])
        return order if order["payment"]["state"] == "paid" else None

    return guest, wait_for("The payment", paid)


def ship(vendor: Api, number: str) -> dict[str, Any]:
    """What a vendor's own system does with an order; gives the vendor's part of it."""

    def arrived() -> Any:
        return next((part for part in vendor.call("orders_list", q=number)["items"]), None)

    part = wait_for("The order's arrival at the vendor", arrived)
    vendor.call("orders_accept", order_id=part["id"])
    parcel = vendor.call("orders_pack", order_id=part["id"])
    vendor.call("parcels_ship", {"carrier": "DHL", "tracking_number": f"T{part['number']}"}, parcel_id=parcel["id"])
    vendor.call("parcels_deliver", parcel_id=parcel["id"])
    print(f"  {part['number']} is accepted, packed, shipped and delivered")
    return dict(vendor.call("orders_read", order_id=part["id"]))


def main() -> int:
    parser = argparse.ArgumentParser(description="Sell, ship and pay out by API, on a running `make demo`.")
    parser.add_argument("--market", default="http://localhost:8000")
    parser.add_argument(
        "--portal", default="http://{vendor}.portal.localhost:8001", help="{vendor} stands for the slug"
    )
    parser.add_argument("--office", default="http://office.localhost:8002")
    parser.add_argument("--sandbox", default="http://127.0.0.1:8003")
    parser.add_argument(
        "--vendor", action="append", metavar="SLUG=EMAIL", help="a vendor to buy from, and who signs in there (twice)"
    )
    parser.add_argument("--finance", default="osman.keller@souk.example", help="who signs in as finance")
    parser.add_argument("--password", default="souk-demo-2026")
    options = parser.parse_args()
    vendors = dict(pair.split("=", 1) for pair in options.vendor or VENDORS)

    print("A guest buys from two vendors")
    _, order = buy(Api(options.market, "storefront"), list(vendors), "petra.vogel@mail.example")

    print("Each vendor ships")
    parts = {}
    for slug, email in vendors.items():
        token = sign_in(options.market, email, options.password)
        portal = Api(options.portal.format(vendor=slug), "vendor", Authorization=f"Bearer {token}")
        parts[slug] = ship(portal, order["number"])

    print("Days pass: the hold ends, earnings are transferred, the provider pays out")
    let_days_pass(options.sandbox, 8)
    token = sign_in(options.market, options.finance, options.password)
    finance = Api(options.office, "finance", Authorization=f"Bearer {token}")

    def transfers() -> list[dict[str, Any]]:
        """Of both vendor orders: the earnings, and apart from them the reserve that is kept of a new vendor's."""
        return [
            transfer
            for part in parts.values()
            for transfer in finance.call("transfers_list", vendor_order=part["id"])["items"]
        ]

    def sent() -> Any:
        earnings = [each for each in transfers() if each["part"] == "earnings"]
        return earnings if len(earnings) == len(parts) and all(each["state"] == "done" for each in earnings) else None

    wait_for("The transfers", sent)
    let_days_pass(options.sandbox, 4)

    def in_the_bank() -> Any:
        found = sent()
        return found if found and all(any(p["state"] == "paid" for p in each["payouts"]) for each in found) else None

    print("What finance reads")
    banked = netted = 0
    for each in wait_for("The payouts", in_the_bank):
        payout = finance.call("payouts_get", payout_id=each["payouts"][-1]["id"])
        banked, netted = banked + each["amount_minor"], netted + each["netted_minor"]
        print(
            f"  {each['vendor']['name']}: {euros(each['amount_minor'])} {each['currency']} of order {each['order_number']}"
            f" in payout {payout['provider_payout_id']} of {euros(payout['amount_minor'])}, {payout['state']}"
        )
        if each["netted_minor"]:
            print(f"  {each['vendor']['name']}: {euros(each['netted_minor'])} paid what the vendor owed")
    held = 0
    for each in transfers():
        if each["part"] == "reserve" and each["state"] == "held":
            held += each["amount_minor"]
            print(f"  {each['vendor']['name']}: {euros(each['amount_minor'])} held. {each['hold_reason']}")
    commission = sum(part["money"]["commission_minor"] for part in parts.values())
    print(
        f"  {euros(order['total_minor'])} paid = {euros(banked)} in the bank + {euros(netted)} of debts paid"
        f" + {euros(held)} held + {euros(commission)} commission"
    )
    return 0 if banked + netted + held + commission == order["total_minor"] else 1


if __name__ == "__main__":
    sys.exit(main())
