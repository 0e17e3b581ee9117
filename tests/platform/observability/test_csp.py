import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from config.middleware import ContentSecurityPolicyMiddleware, content_security_policy


@pytest.fixture(autouse=True)
def anew():
    content_security_policy.cache_clear()
    yield
    content_security_policy.cache_clear()


def rules():
    return dict(rule.split(" ", 1) for rule in content_security_policy().split("; "))


def test_nothing_inline_and_nothing_foreign():
    found = rules()
    assert found["default-src"] == "'self'"
    assert found["frame-ancestors"] == found["object-src"] == found["base-uri"] == "'none'"
    assert found["img-src"] == "'self' data:"
    assert "unsafe" not in content_security_policy()


def test_forms_may_lead_to_our_faces_and_to_the_sandbox(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:8003"
    assert rules()["form-action"].split() == [
        "'self'",
        "http://localhost:8000",
        "http://*.localhost:8000",
        "http://*.portal.localhost:8001",
        "http://office.localhost:8002",
        "http://127.0.0.1:8003",
    ]


def test_with_stripe_itself_forms_may_lead_to_its_hosted_pages(settings):
    settings.STRIPE_API_BASE = ""
    assert "https://checkout.stripe.com https://connect.stripe.com" in rules()["form-action"]


def test_an_answer_that_brings_its_own_policy_keeps_it():
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    answer = ContentSecurityPolicyMiddleware(lambda request: own)(RequestFactory().get("/"))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
