"""The platform's promotions by API."""

from typing import Any
from uuid import uuid4

from kit.ids import uuid7
from marketplace.promotions.actions import Given, Maker, create_promotion

PATH = "/api/v1/platform/promotions"
AUTUMN = {"name": "Autumn", "kind": "fixed", "amount_minor": 500, "budget_minor": 100_000}


def test_an_administrator_makes_and_ends_one_and_reads_everybodys(at_office: Any, make_vendor: Any) -> None:
    vendor, caller = make_vendor("lindqvist"), at_office("administrator")
    made = caller.post(PATH, AUTUMN)
    assert (made.status_code, made["Location"]) == (201, f"{PATH}/{made.json()['id']}")
    assert (made.json()["vendor_id"], made.json()["platform_share_bps"]) == (None, 10_000)
    shared = {**AUTUMN, "vendor_id": str(vendor.id), "platform_share_bps": 2500}
    assert caller.post(PATH, shared).json()["state"] == "proposed"
    for change, field in (({"vendor_id": None}, "vendor"), ({"vendor_id": str(uuid4())}, "vendor_id")):
        refused = caller.post(PATH, {**shared, **change})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    theirs = create_promotion(given=Given(name="Theirs", kind="free_shipping"), by=Maker(uuid7(), vendor.id))
    assert [row["name"] for row in caller.get(PATH).json()["items"]] == ["Theirs", "Autumn", "Autumn"]
    assert caller.put(f"{PATH}/{theirs.id}/pause", None).status_code == 403
    assert caller.put(f"{made['Location']}/pause", None).json()["state"] == "paused"
    assert caller.delete(f"{made['Location']}/pause").json()["state"] == "running"
    assert caller.patch(made["Location"], {"budget_minor": None}).json()["budget_minor"] is None
    assert caller.delete(made["Location"]).status_code == 204
