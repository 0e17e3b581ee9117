"""A vendor's own domains by API: the same actions as the page."""

from typing import Any

from outbox.models import Fact
from tenants.vendors.models import CustomDomain
from tests.api.conftest import portal_of
from tests.support.api import Held, items

DOMAINS = "/api/v1/vendor/domains"


def test_a_domain_is_asked_for_verified_and_removed(
    make_vendor: Any, member_token: Any, program: Any, make_key: Any
) -> None:
    vendor = make_vendor("lindqvist")
    owner = Held(program(portal_of(vendor), member_token(vendor)), "vendor")
    wrong = owner.post(DOMAINS, {"host": "127.0.0.1"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "host")
    made = owner.post(DOMAINS, {"host": "Shop.Lindqvist.example"}, Idempotency_Key="a-domain-asked-for-once")
    domain = CustomDomain.objects.get()
    assert (made.status_code, made["Location"]) == (201, f"{DOMAINS}/{domain.id}")
    assert made.json()["record"] == {
        "type": "TXT",
        "name": "_souk.shop.lindqvist.example",
        "value": f"souk-domain={domain.token}",
    }
    assert owner.post(DOMAINS, {"host": "shop.lindqvist.example"}).json()["code"] == "domain_asked"
    assert [row["state"] for row in items(owner, DOMAINS)] == ["pending"]
    assert owner.post(f"{DOMAINS}/{domain.id}/verification").status_code == 202
    assert Fact.objects.filter(name="shop.domain_check_wanted", vendor_id=vendor.id).count() == 1
    # A key that may only read, and one for something else.
    for scopes, statuses in ((["settings:read"], (200, 403)), (["stock:write", "stock:read"], (403, 403))):
        key = Held(program(portal_of(vendor), make_key(vendor, *scopes)), "vendor")
        assert (key.get(DOMAINS).status_code, key.post(DOMAINS, {"host": "a.example"}).status_code) == statuses
    assert owner.delete(made["Location"]).status_code == 204
    assert owner.get(made["Location"]).status_code == 404
    vendor.entitlements.delete()  # the plan Start
    assert owner.post(DOMAINS, {"host": "b.example"}).json()["code"] == "beyond_plan"
