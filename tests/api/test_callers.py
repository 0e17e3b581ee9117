"""Who may call what: tokens, keys, scopes, and what strangers are told."""

import types
from datetime import timedelta
from typing import Any

import pytest

from tests.api import endpoints
from tests.api.conftest import MARKET, OFFICE, portal_of


@pytest.fixture(autouse=True)
def routes(settings: Any) -> None:
    """The views of `endpoints`, beside the faces' own."""
    from config import urls_market, urls_office, urls_portal

    for face, own, ours in (
        ("market", urls_market, endpoints.market),
        ("portal", urls_portal, endpoints.portal),
        ("office", urls_office, endpoints.office),
    ):
        module = types.ModuleType(f"{face}_with_endpoints")
        module.__dict__.update(vars(own), urlpatterns=[*ours, *own.urlpatterns])
        settings.FACES = {**settings.FACES, face: {**settings.FACES[face], "urlconf": module}}


def test_a_customer_signs_in_and_is_known(program: Any, make_user: Any, sign_in: Any) -> None:
    make_user("ada@example.org")
    token = sign_in("ada@example.org")
    answer = program(MARKET, token).get("/api/v1/storefront/me")
    assert answer.status_code == 200
    assert answer.json() == {"email": "ada@example.org"}
    stranger = program(MARKET).get("/api/v1/storefront/me")
    assert stranger.status_code == 401
    assert stranger["WWW-Authenticate"] == 'Bearer realm="souk"'
    assert stranger["Content-Type"] == "application/problem+json"
    assert stranger.json()["code"] == "not_authenticated"


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.", "souk_ABCDEFGHJK_X"])
def test_a_token_that_is_none_is_refused_on_every_host(program: Any, make_vendor: Any, token: str) -> None:
    portal = portal_of(make_vendor("lindqvist"))
    assert program(MARKET, token).get("/api/v1/storefront/me").status_code == 401
    assert program(portal, token).get("/api/v1/vendor/orders").status_code == 401
    assert program(OFFICE, token).get("/api/v1/finance/money").status_code == (403 if "souk_" in token else 401)


def test_a_token_signed_by_another_key_is_refused(program: Any, make_user: Any, sign_in: Any, settings: Any) -> None:
    make_user("ada@example.org")
    ours = settings.HANDOFF_SIGNING_KEY
    settings.HANDOFF_SIGNING_KEY = "another key altogether"
    forged = sign_in("ada@example.org")
    settings.HANDOFF_SIGNING_KEY = ours
    sign_in("ada@example.org")  # publishes our own public key again
    assert program(MARKET, forged).get("/api/v1/storefront/me").status_code == 401


def test_a_hand_off_code_is_no_access_token(program: Any, make_user: Any, settings: Any) -> None:
    from accounts.handoff import issue

    user = make_user("ada@example.org")
    url = issue(face="office", vendor=None, person_id=user.id, access_version=1, state="s", next_path="/")
    code = url.partition("code=")[2]
    assert program(MARKET, code).get("/api/v1/storefront/me").status_code == 401


def test_a_token_ends_after_minutes(program: Any, make_user: Any, sign_in: Any, settings: Any) -> None:
    make_user("ada@example.org")
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -1
    assert program(MARKET, sign_in("ada@example.org")).get("/api/v1/storefront/me").status_code == 401


def test_a_refresh_token_gives_a_new_access_token_once(program: Any, make_user: Any) -> None:
    make_user("ada@example.org")
    credentials = {"email": "ada@example.org", "password": "a long good one"}
    first = program(MARKET).post("/_allauth/app/v1/auth/login", credentials).json()["meta"]
    renewed = program(MARKET).post("/_allauth/app/v1/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert renewed.status_code == 200
    token = renewed.json()["data"]["access_token"]
    assert program(MARKET, token).get("/api/v1/storefront/me").json() == {"email": "ada@example.org"}
    again = program(MARKET).post("/_allauth/app/v1/tokens/refresh", {"refresh_token": first["refresh_token"]})
    assert again.status_code == 400
    assert program(MARKET, first["refresh_token"]).get("/api/v1/storefront/me").status_code == 401


def test_a_new_password_ends_every_token(
    program: Any, make_vendor: Any, member_token: Any, staff_token: Any, settings: Any
) -> None:
    from accounts.actions import end_access
    from accounts.models import User

    vendor = make_vendor("lindqvist")
    of_member, of_staff = member_token(vendor), staff_token()
    assert program(portal_of(vendor), of_member).get("/api/v1/vendor/orders").status_code == 200
    assert program(OFFICE, of_staff).get("/api/v1/finance/money").status_code == 200
    for user in User.objects.all():
        user.set_password("another good one")
        user.save()
        end_access(user_id=user.id)
    assert program(portal_of(vendor), of_member).get("/api/v1/vendor/orders").status_code == 401
    assert program(OFFICE, of_staff).get("/api/v1/finance/money").status_code == 401
    assert program(MARKET, of_member).get("/api/v1/storefront/me").status_code == 401


def test_to_whom_it_is_not_theirs_a_shop_is_not_there(program: Any, make_vendor: Any, member_token: Any) -> None:
    theirs, other = make_vendor("lindqvist"), make_vendor("sygnal")
    token = member_token(theirs)
    assert program(portal_of(other), token).get("/api/v1/vendor/orders").status_code == 404
    assert program(OFFICE, token).get("/api/v1/finance/money").status_code == 403
    unknown = program("http://nobody.portal.localhost:8001", token).get("/api/v1/vendor/orders")
    assert unknown.status_code == 404
    assert unknown["Content-Type"] == "application/problem+json"


def test_who_has_left_is_out_at_once(program: Any, make_vendor: Any, member_token: Any) -> None:
    from kit import clock
    from tenants.vendors.models import Member

    vendor = make_vendor("lindqvist")
    token = member_token(vendor, "orders")
    Member.objects.filter(vendor=vendor).update(left_at=clock.now())
    assert program(portal_of(vendor), token).get("/api/v1/vendor/orders").status_code == 404


def test_a_key_opens_its_own_shop_and_only_what_it_was_made_for(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor, other = make_vendor("lindqvist"), make_vendor("sygnal")
    key = make_key(vendor, "orders:read")
    answer = program(portal_of(vendor), key).get("/api/v1/vendor/orders")
    assert (answer.status_code, answer.json()) == (200, {"caller": "key"})
    refused = program(portal_of(vendor), key).get("/api/v1/vendor/warehouses")
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert program(portal_of(other), key).get("/api/v1/vendor/orders").status_code == 401
    assert program(MARKET, key).get("/api/v1/storefront/me").status_code == 401
    assert program(OFFICE, key).get("/api/v1/finance/money").status_code == 403
    assert program(portal_of(vendor), key[:-1] + "!").get("/api/v1/vendor/orders").status_code == 401


def test_reading_is_not_writing(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor = make_vendor("lindqvist")
    reader = program(portal_of(vendor), make_key(vendor, "stock:read"))
    writer = program(portal_of(vendor), make_key(vendor, "stock:write"))
    assert reader.get("/api/v1/vendor/warehouses").status_code == 200
    assert reader.post("/api/v1/vendor/warehouses", {"name": "North"}).status_code == 403
    assert writer.post("/api/v1/vendor/warehouses", {"name": "North"}).status_code == 201
    assert writer.get("/api/v1/vendor/warehouses").status_code == 403


def test_a_key_expires_and_can_be_taken_back(program: Any, make_vendor: Any, make_key: Any, move_clock: Any) -> None:
    from kit.ids import uuid7
    from tenants.isolation.doors import in_shop
    from tenants.shop.integrations.actions import revoke_key
    from tenants.shop.integrations.models import ApiKey

    vendor = make_vendor("lindqvist")
    short, long = make_key(vendor, "orders:read", days=1), make_key(vendor, "orders:read", days=300)
    move_clock(timedelta(days=2))
    assert program(portal_of(vendor), short).get("/api/v1/vendor/orders").status_code == 401
    assert program(portal_of(vendor), long).get("/api/v1/vendor/orders").status_code == 200
    with in_shop(vendor):
        key = ApiKey.objects.get(prefix=long.rpartition("_")[0])
        assert key.last_used_at is not None
        assert long not in str(key.__dict__)
        revoke_key(key_id=key.id, by=uuid7())
    assert program(portal_of(vendor), long).get("/api/v1/vendor/orders").status_code == 401


def test_a_key_ends_with_the_membership_of_whoever_made_it(program: Any, make_vendor: Any, make_key: Any) -> None:
    from kit import clock
    from tenants.vendors.models import Member

    vendor, other = make_vendor("lindqvist"), make_vendor("sygnal")
    caller = program(portal_of(vendor), make_key(vendor, "orders:read", "stock:write"))
    maker = Member.objects.get(vendor=vendor, email="keys@lindqvist.example")
    Member.objects.create(vendor=other, user_id=maker.user_id, name="", email="keys@sygnal.example", role="owner")
    maker.left_at = clock.now()
    maker.save()
    refused = caller.get("/api/v1/vendor/orders")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert refused.json()["detail"] == "This key does not open this shop."


def test_a_key_may_do_no_more_than_whoever_made_it(program: Any, make_vendor: Any, make_key: Any) -> None:
    from tenants.vendors.models import Member

    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "orders:read", "stock:write"))
    assert caller.post("/api/v1/vendor/warehouses", {"name": "North"}).status_code == 201
    Member.objects.filter(vendor=vendor, email="keys@lindqvist.example").update(role="viewer")
    assert caller.get("/api/v1/vendor/orders").status_code == 200
    assert caller.post("/api/v1/vendor/warehouses", {"name": "South"}).status_code == 403


def test_the_log_names_the_key_that_called(program: Any, make_vendor: Any, make_key: Any, member_token: Any) -> None:
    from structlog.testing import capture_logs

    from tenants.isolation.doors import in_shop
    from tenants.shop.integrations.models import ApiKey

    vendor = make_vendor("lindqvist")
    text = make_key(vendor, "orders:read")
    with in_shop(vendor):
        key = ApiKey.objects.get()
    with capture_logs() as lines:
        program(portal_of(vendor), text).get("/api/v1/vendor/orders")
        program(portal_of(vendor), member_token(vendor)).get("/api/v1/vendor/orders")
    told = [line for line in lines if line["event"] == "request" and line["route"] == "api/v1/vendor/orders"]
    assert [(line["vendor"], line.get("key")) for line in told] == [("lindqvist", str(key.id)), ("lindqvist", None)]
    assert told[0]["person"] == str(key.created_by)
    assert text not in str(lines)


@pytest.mark.parametrize(
    ("role", "orders", "stock", "write"),
    [
        ("owner", 200, 200, 201),
        ("manager", 200, 200, 201),
        ("orders", 200, 200, 403),
        ("catalog", 403, 200, 201),
        ("finance", 200, 200, 403),
        ("viewer", 200, 200, 403),
    ],
)
def test_a_role_opens_what_its_pages_do(
    program: Any, make_vendor: Any, member_token: Any, role: str, orders: int, stock: int, write: int
) -> None:
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), member_token(vendor, role))
    assert caller.get("/api/v1/vendor/orders").status_code == orders
    assert caller.get("/api/v1/vendor/warehouses").status_code == stock
    assert caller.post("/api/v1/vendor/warehouses", {"name": "North"}).status_code == write


@pytest.mark.parametrize(
    ("role", "status"), [("administrator", 200), ("finance_viewer", 200), ("accountant", 200), ("support", 403)]
)
def test_a_place_on_the_staff_opens_what_its_pages_do(program: Any, staff_token: Any, role: str, status: int) -> None:
    assert program(OFFICE, staff_token(role)).get("/api/v1/finance/money").status_code == status


def test_every_answer_tells_the_rates_and_the_last_is_refused(
    program: Any, make_vendor: Any, make_key: Any, settings: Any
) -> None:
    settings.API_RATE_TOKEN = 2
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "orders:read"))
    first = caller.get("/api/v1/vendor/orders")
    assert first["RateLimit-Policy"] == '"token";q=2;w=60, "vendor";q=3000;w=60'
    assert '"token";r=1;' in first["RateLimit"]
    answers = [caller.get("/api/v1/vendor/orders") for _ in range(4)]  # a minute may end in between, once
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["code"] == "throttled"
    assert 1 <= int(refused["Retry-After"]) <= 60


def test_what_is_known_is_not_sent_again(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "stock:read", "stock:write", "orders:read"))
    for path in ("/api/v1/vendor/orders", "/api/v1/vendor/warehouse"):
        tag = caller.get(path)["ETag"]
        known = caller.get(path, If_None_Match=tag)
        assert (known.status_code, known.content) == (304, b"")
    assert caller.patch("/api/v1/vendor/warehouse", {}, If_Match='"7"').status_code == 200
    late = caller.patch("/api/v1/vendor/warehouse", {}, If_Match='"6"')
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")


def test_what_cannot_be_read_is_said_in_detail(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "stock:write"))
    path = "/api/v1/vendor/warehouses"
    wrong = caller.post(path, {"name": "\0", "position": 99})
    assert wrong.status_code == 422
    assert {error["field"] for error in wrong.json()["errors"]} == {"name", "position"}
    assert caller.post(path, [1, 2]).status_code == 422
    client = caller.browser.client(caller.host)
    torn = client.post(path, b"{", content_type="application/json", headers=caller.headers)
    assert (torn.status_code, torn.json()["code"]) == (400, "parse_error")
    form = client.post(path, {"name": "x"}, headers=caller.headers)
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")
    put = caller.put(path, {})
    assert (put.status_code, put["Allow"]) == (405, "GET, POST, HEAD")


def test_a_bug_is_told_without_its_details(program: Any) -> None:
    caller = program(MARKET)
    caller.browser.client(MARKET).raise_request_exception = False
    answer = caller.get("/api/v1/storefront/broken")
    assert answer.status_code == 500
    assert answer["Content-Type"] == "application/problem+json"
    assert "bug" not in answer.content.decode()


def test_whoever_is_turned_away_is_counted_too(program: Any, make_vendor: Any, make_key: Any, settings: Any) -> None:
    settings.API_RATE_TOKEN = 3
    vendor = make_vendor("lindqvist")
    stranger = program(portal_of(vendor), "nonsense")
    answers = [stranger.get("/api/v1/vendor/orders") for _ in range(8)]  # a minute may end in between, once
    assert {answer.status_code for answer in answers} == {401, 429}
    assert all("RateLimit" in answer.headers for answer in answers)


def test_what_is_known_tells_the_rates_as_well(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "stock:read", "stock:write"))
    tag = caller.get("/api/v1/vendor/warehouse")["ETag"]
    known = caller.get("/api/v1/vendor/warehouse", If_None_Match=tag)
    assert (known.status_code, "RateLimit" in known.headers) == (304, True)


def test_a_tag_that_a_proxy_has_marked_still_matches(program: Any, make_vendor: Any, make_key: Any) -> None:
    vendor = make_vendor("lindqvist")
    caller = program(portal_of(vendor), make_key(vendor, "stock:write"))
    assert caller.patch("/api/v1/vendor/warehouse", {}, If_Match='"7-gzip"').status_code == 200
    assert caller.patch("/api/v1/vendor/warehouse", {}, If_Match='"6-gzip"').status_code == 412


def test_telephones_are_no_way_in(program: Any, make_user: Any, sign_in: Any) -> None:
    make_user("ada@example.org")
    answer = program(MARKET, sign_in("ada@example.org")).get("/_allauth/app/v1/account/phone")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "host", ["http://a_b.portal.localhost:8001", "http://of_fice.localhost:8002", "http://a_b.localhost:8000"]
)
def test_a_host_that_is_none_is_a_bad_request_on_every_face(program: Any, host: str) -> None:
    caller = program(host)
    client = caller.browser.client("http://office.localhost:8002" if "8002" in host else host)
    answer = client.get("/", HTTP_HOST=host.removeprefix("http://"))
    assert answer.status_code == 400
