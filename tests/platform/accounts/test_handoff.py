from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from accounts import handoff
from accounts.handoff import HandoffRefused

MIRA = uuid4()
PORTAL = "lindqvist.portal.localhost:8001"


def issue(**changes):
    values = {
        "face": "portal",
        "vendor": "lindqvist",
        "person_id": MIRA,
        "access_version": 3,
        "state": "this-browser",
        "next_path": "/orders/?state=new",
    }
    address = handoff.issue(**{**values, **changes})
    return address, parse_qs(urlsplit(address).query)["code"][0]


def arriving(code, *, host=PORTAL, state="this-browser"):
    request = RequestFactory().get("/handoff/", {"code": code}, headers={"host": host})
    request.session = {"handoff_state": state} if state else {}
    return request


def test_a_code_brings_person_version_and_page():
    address, code = issue()
    assert address.startswith(f"http://{PORTAL}/handoff/?code=")
    given = handoff.redeem(arriving(code), face="portal")
    assert given == handoff.Handoff(person_id=MIRA, access_version=3, next_path="/orders/?state=new")


def test_a_code_works_once():
    _, code = issue()
    handoff.redeem(arriving(code), face="portal")
    with pytest.raises(HandoffRefused, match="used before"):
        handoff.redeem(arriving(code), face="portal")


@pytest.mark.parametrize(
    "host", ["moreau.portal.localhost:8001", "lindqvist.portal.localhost:9001", "office.localhost:8002"]
)
def test_a_code_works_on_its_own_host_only(host):
    _, code = issue()
    with pytest.raises(HandoffRefused, match="another page"):
        handoff.redeem(arriving(code, host=host), face="portal")
    assert handoff.redeem(arriving(code), face="portal").person_id == MIRA


def test_a_code_for_one_face_does_not_open_another():
    _, code = issue()
    with pytest.raises(HandoffRefused, match="another browser or page"):
        handoff.redeem(arriving(code), face="office")


@pytest.mark.parametrize("state", ["another-browser", ""])
def test_a_code_works_in_the_browser_that_asked_for_it_only(state):
    _, code = issue()
    with pytest.raises(HandoffRefused, match="another browser"):
        handoff.redeem(arriving(code, state=state), face="portal")


def test_a_code_without_state_works_nowhere():
    _, code = issue(state="")
    with pytest.raises(HandoffRefused, match="another browser"):
        handoff.redeem(arriving(code, state=""), face="portal")


@pytest.mark.parametrize(("seconds", "good"), [(50, True), (61, False), (3600, False)])
def test_a_code_lives_for_a_minute(move_clock, seconds, good):
    _, code = issue()
    move_clock(timedelta(seconds=seconds))
    if good:
        assert handoff.redeem(arriving(code), face="portal").person_id == MIRA
    else:
        with pytest.raises(HandoffRefused, match="expired"):
            handoff.redeem(arriving(code), face="portal")


def claims_of(code):
    return jwt.decode(code, options={"verify_signature": False})


@pytest.mark.parametrize(
    "forge",
    [
        lambda claims: jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        lambda claims: jwt.encode(claims, None, algorithm="none"),
        lambda claims: jwt.encode(claims, "x" * 32, algorithm="HS256"),
        lambda claims: "not.a.code",
        lambda claims: "",
    ],
    ids=["other key", "unsigned", "symmetric", "noise", "empty"],
)
def test_only_the_marketplace_signs(forge):
    _, code = issue()
    with pytest.raises(HandoffRefused, match="damaged"):
        handoff.redeem(arriving(forge(claims_of(code))), face="portal")


@pytest.mark.parametrize("name", ["aud", "face", "iat", "jti", "sub", "version", "state", "next"])
def test_a_code_that_lacks_something_is_refused(name):
    _, code = issue()
    claims = claims_of(code)
    del claims[name]
    incomplete = jwt.encode(claims, handoff.signing_key(), algorithm="EdDSA")
    with pytest.raises(HandoffRefused, match="damaged"):
        handoff.redeem(arriving(incomplete), face="portal")


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/orders/", "/orders/"),
        ("/a?b=c", "/a?b=c"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("orders/", "/"),
        ("", "/"),
        ("/handoff/?code=x", "/"),
    ],
)
def test_a_code_leads_to_pages_of_the_same_host_only(wanted, led_to):
    _, code = issue(next_path=wanted)
    assert handoff.redeem(arriving(code), face="portal").next_path == led_to


def test_the_signing_key_stays_the_same_and_only_its_public_half_is_written(settings):
    first = handoff.publish_verifying_key()
    assert first == handoff.publish_verifying_key()
    assert b"PUBLIC KEY" in first
    assert b"PRIVATE" not in first
    settings.HANDOFF_SIGNING_KEY = "another secret"
    assert handoff.publish_verifying_key() != first


def test_without_the_signing_key_nobody_issues(settings):
    handoff.publish_verifying_key()
    settings.HANDOFF_SIGNING_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="only the marketplace issues"):
        issue()
    assert handoff.verifying_key()


def test_a_missing_public_key_is_named():
    with pytest.raises(ImproperlyConfigured, match="handoff_key"):
        handoff.verifying_key()


def test_a_session_is_good_on_the_host_that_made_it_only():
    request = arriving("x")
    request.session = {"person": {"id": str(MIRA), "version": 3, "host": PORTAL}}
    assert handoff.session_person(request) == (MIRA, 3)
    request.session["person"]["host"] = "moreau.portal.localhost:8001"
    assert handoff.session_person(request) is None
    request.session = {}
    assert handoff.session_person(request) is None


def test_a_fragment_is_told_to_reload_its_page():
    request = RequestFactory().get("/orders/", headers={"host": PORTAL, "HX-Request": "true"})
    request.session = SimpleNamespace()
    answer = handoff.send_to_market(request, face="portal", vendor="lindqvist")
    assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
