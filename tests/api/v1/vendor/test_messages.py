"""Messages by the vendor's API: listed, read, answered; nothing of another vendor's."""

from kit.ids import uuid7
from marketplace.messages.actions import say
from tests.api.conftest import portal_of
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import Held
from tests.support.bought import bought, buy

__all__ = ["address", "bought", "buy", "everything_ten_percent", "put_on_shelf"]


def test_a_program_reads_and_answers_what_customers_wrote(program, member_token, bought):
    say(vendor_order_id=bought.lamps.id, text="Warm white?", kind="customer", by=None)
    shop = Held(program(portal_of(bought.lamp.vendor), member_token(bought.lamp.vendor)), "vendor")
    other = Held(program(portal_of(bought.soap.vendor), member_token(bought.soap.vendor)), "vendor")
    here = f"/api/v1/vendor/orders/{bought.lamps.id}/messages"
    [thread] = shop.get("/api/v1/vendor/messages?state=unread").json()["items"]
    assert (thread["order_id"], thread["is_unread"], thread["last_by"]) == (str(bought.lamps.id), True, "customer")
    assert [each["text"] for each in shop.get(here).json()] == ["Warm white?"]
    assert other.get(here).status_code == other.post(here, {"text": "x"}).status_code == 404
    assert other.get("/api/v1/vendor/messages").json()["items"] == []
    assert shop.post(here, {"text": ""}).status_code == 422
    assert shop.get(f"/api/v1/vendor/orders/{uuid7()}/messages").status_code == 404
    for _ in range(2):
        made = shop.post(here, {"text": "It is"})
        assert (made.status_code, [each["said_by"] for each in made.json()]) == (201, ["customer", "vendor"])
    assert shop.get("/api/v1/vendor/messages?state=unread").json()["items"] == []
