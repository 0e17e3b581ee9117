"""The hosted pages over HTTP: what a person is told, and what they cannot do."""

from __future__ import annotations

import pytest
import stripe

from tests.billing.sandbox.harness import Sandbox, open_account, open_session

GOOD = {"email": "ada@example.com", "card": "4242424242424242", "expiry": "12/34", "cvc": "123"}


def test_decline_is_explained_and_another_card_pays(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    declined = sandbox.http.post(session.url, data={**GOOD, "card": "4000 0000 0000 9995"})
    assert declined.status_code == 402
    assert (
        "Your card has insufficient funds. Try another card, or top this one up first. Nothing was charged."
        in declined.text
    )
    assert 'value="ada@example.com"' in declined.text
    assert 'value="123"' not in declined.text
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    paid = sandbox.http.post(session.url, data=GOOD)
    assert paid.headers["location"] == f"http://localhost:8000/thanks?session={session.id}"
    assert [c.status for c in client.v1.charges.list().data] == ["succeeded", "failed"]
    assert len(client.v1.payment_intents.list().data) == 1


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("card", "4000 1234 5678 9010", "This sandbox takes test cards only"),
        ("card", "", "Enter the number on the front of the card."),
        ("expiry", "01/20", "This card has expired."),
        ("expiry", "13/34", "Enter month and year"),
        ("cvc", "12", "Enter the 3 or 4 digits"),
        ("email", "nobody", "Enter an e-mail address"),
    ],
)
def test_form_is_checked_before_anything_is_charged(
    sandbox: Sandbox, client: stripe.StripeClient, field: str, value: str, told: str
) -> None:
    session = open_session(client)
    answer = sandbox.http.post(session.url, data={**GOOD, field: value})
    assert answer.status_code == 422
    assert told in answer.text
    assert client.v1.payment_intents.list().data == []


def test_paying_twice_is_impossible(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    assert sandbox.http.post(session.url, data=GOOD).status_code == 303
    again = sandbox.http.post(session.url, data=GOOD)
    assert again.status_code == 200
    assert "Already paid" in again.text
    assert len(client.v1.charges.list().data) == 1


def test_three_d_secure_completes_fails_and_can_be_left(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    bank = sandbox.http.post(session.url, data={**GOOD, "card": "4000002760003184"})
    assert bank.headers["location"] == f"/c/pay/{session.id}/authenticate"
    assert "Confirm with your bank" in sandbox.http.get(bank.headers["location"]).text
    # Leaving the bank's page and paying with another card must not leave two payments behind.
    failed = sandbox.http.post(bank.headers["location"], data={"action": "fail"})
    assert failed.headers["location"] == f"/c/pay/{session.id}"
    assert "We are unable to authenticate your payment method." in sandbox.http.get(session.url).text
    sandbox.http.post(session.url, data={**GOOD, "card": "4000002500003155"})
    done = sandbox.http.post(f"/c/pay/{session.id}/authenticate", data={"action": "complete"})
    assert done.headers["location"] == f"http://localhost:8000/thanks?session={session.id}"
    charge = client.v1.charges.list().data[0]
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert len(client.v1.charges.list().data) == 1


def test_three_d_secure_then_decline(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    sandbox.http.post(session.url, data={**GOOD, "card": "4000008400001629"})
    back = sandbox.http.post(f"/c/pay/{session.id}/authenticate", data={"action": "complete"})
    assert back.headers["location"] == f"/c/pay/{session.id}"
    assert "Your card was declined." in sandbox.http.get(session.url).text


def test_expired_page_leads_back(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    session = open_session(client)
    client.v1.checkout.sessions.expire(session.id)
    for answer in (sandbox.http.get(session.url), sandbox.http.post(session.url, data=GOOD)):
        assert answer.status_code == 410
        assert "Nothing was charged." in answer.text
        assert 'href="http://localhost:8000/cart"' in answer.text
    assert client.v1.charges.list().data == []
    assert sandbox.http.get("/c/pay/cs_test_nothing").status_code == 404


def test_everything_is_escaped(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    sting = '"><script>alert(1)</script>'
    session = open_session(
        client,
        line_items=[
            {"quantity": 2, "price_data": {"currency": "eur", "unit_amount": 500, "product_data": {"name": sting}}}
        ],
        cancel_url="http://localhost:8000/?a=1&b=2",
    )
    page = sandbox.http.post(session.url, data={**GOOD, "email": sting, "card": sting, "name": sting}).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    account = open_account(client, sting)
    link = client.v2.core.account_links.create(
        {
            "account": account.id,
            "use_case": {
                "type": "account_onboarding",
                "account_onboarding": {"refresh_url": "http://localhost/r", "return_url": "http://localhost/b"},
            },
        }
    )
    assert "<script>" not in sandbox.http.get(sandbox.http.get(link.url).headers["location"]).text


def test_pages_carry_a_policy_without_scripts(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    page = sandbox.http.get(open_session(client).url)
    assert (
        page.headers["content-security-policy"]
        == "default-src 'none'; img-src data:; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert "No real money moves here" in page.text
    assert "<script" not in page.text
    assert sandbox.http.get("/c/style.css").headers["content-type"].startswith("text/css")


def test_onboarding_can_be_left_and_refused(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    account = open_account(client)
    use_case = {
        "type": "account_onboarding",
        "account_onboarding": {"refresh_url": "http://localhost/r", "return_url": "http://localhost/b"},
    }

    def visit(action: str) -> str:
        link = client.v2.core.account_links.create({"account": account.id, "use_case": use_case})
        page = sandbox.http.get(link.url).headers["location"]
        assert (
            sandbox.http.post(page, data={"name": "Olive & Oak", "action": action}).headers["location"]
            == "http://localhost/b"
        )
        found = client.v2.core.accounts.retrieve(account.id, {"include": ["configuration.recipient"]})
        return found.configuration.recipient.capabilities.stripe_balance.stripe_transfers.status

    assert [visit(action) for action in ("leave", "fail", "finish")] == ["pending", "restricted", "active"]
    late = client.v2.core.account_links.create({"account": account.id, "use_case": use_case})
    sandbox.advance(hours=1)
    assert sandbox.http.get(late.url).headers["location"] == "http://localhost/r"
