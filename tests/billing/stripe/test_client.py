"""The SDK's client: where its calls go, and what is kept of them."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured

from billing.payments.provider import ProviderRefused, ProviderUnavailable
from billing.stripe.client import named_errors, stripe_client


def test_a_proxy_of_the_environment_is_not_asked_for_the_sandbox(sandbox, monkeypatch, tmp_path):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("SOUK_STRIPE_CAPTURE", str(tmp_path / "capture"))  # a client of its own
    assert stripe_client().v1.balance.retrieve().object == "balance"


def test_traffic_is_kept_line_by_line_without_secrets(sandbox, monkeypatch, tmp_path):
    capture = tmp_path / "capture.jsonl"
    monkeypatch.setenv("SOUK_STRIPE_CAPTURE", str(capture))
    made = stripe_client().v1.webhook_endpoints.create({"url": "http://localhost:1/x", "enabled_events": ["*"]})
    stripe_client().v1.charges.list({"limit": 3})
    first, second = map(json.loads, capture.read_text().splitlines())
    assert (first["method"], first["path"], first["status"]) == ("POST", "/v1/webhook_endpoints", 200)
    assert first["body"] == "url=http%3A%2F%2Flocalhost%3A1%2Fx&enabled_events[0]=%2A"
    assert (first["response"]["id"], first["response"]["secret"]) == (made.id, "redacted")
    assert (second["path"], second["query"], second["body"]) == ("/v1/charges", "limit=3", "")
    assert made.secret not in capture.read_text()
    assert "sk_test_" not in capture.read_text()


def test_a_refusal_and_a_silence_are_told_apart(sandbox, settings):
    with pytest.raises(ProviderRefused, match=r"refused \(looking\): No such charge: 'ch_x'"), named_errors("looking"):
        stripe_client().v1.charges.retrieve("ch_x")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnavailable), named_errors("looking"):
        stripe_client().v1.charges.retrieve("ch_x")


def test_a_process_without_the_key_says_so(settings):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="the test process is not given the Stripe key"):
        stripe_client()
