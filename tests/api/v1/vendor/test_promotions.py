"""A vendor's promotions by its programs."""

from kit.ids import uuid7
from marketplace.promotions.actions import Given, Maker, create_promotion
from tenants.vendors.models import Vendor

PATH = "/api/v1/vendor/promotions"
SPRING = {"name": "Spring", "code": "spring", "kind": "percentage", "rate_bps": 1500, "budget_minor": 100_000}


def test_a_program_makes_changes_pauses_and_ends_one(lindqvist, at):
    made = lindqvist.post(PATH, SPRING)
    assert (made.status_code, made["Location"]) == (201, f"{PATH}/{made.json()['id']}")
    told = made.json()
    assert (told["code"], told["state"], told["used"], told["platform_share_bps"]) == ("SPRING", "running", 0, 0)
    assert lindqvist.post(PATH, SPRING).json()["code"] == "promotion_code_taken"
    wrong = lindqvist.post(PATH, {"name": "Nothing off", "kind": "percentage"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "rate")
    changed = lindqvist.patch(made["Location"], {"rate_bps": 2000}).json()
    assert (changed["rate_bps"], changed["budget_minor"], changed["name"]) == (2000, 100_000, "Spring")
    assert lindqvist.put(f"{made['Location']}/pause", None).json()["state"] == "paused"
    assert lindqvist.delete(f"{made['Location']}/pause").json()["state"] == "running"
    assert [row["id"] for row in lindqvist.get(PATH).json()["items"]] == [told["id"]]
    assert lindqvist.delete(made["Location"]).status_code == 204
    assert lindqvist.patch(made["Location"], {"rate_bps": 1}).json()["code"] == "promotion_ended"
    reader = at(Vendor.objects.get(slug="lindqvist"), "promotions:read")
    assert reader.get(made["Location"]).json()["state"] == "ended"
    assert reader.post(PATH, SPRING).status_code == 403


def test_no_key_binds_its_vendor_to_bear_a_part(lindqvist):
    vendor = Vendor.objects.get(slug="lindqvist")
    given = Given(name="Together", kind="percentage", rate_bps=1000)
    proposed = create_promotion(given=given, by=Maker(uuid7()), for_vendor=vendor.id, platform_share_bps=5000)
    assert lindqvist.get(f"{PATH}/{proposed.id}").json()["state"] == "proposed"
    assert lindqvist.put(f"{PATH}/{proposed.id}/agreement", None).status_code == 403
    assert lindqvist.put(f"{PATH}/{proposed.id}/pause", None).status_code == 403
