"""Tax: nothing without a registration, silently; then to the cent, and taken back."""

from __future__ import annotations

import pytest
import stripe


def calculate(client: stripe.StripeClient, country: str = "DE", behavior: str = "inclusive") -> stripe.tax.Calculation:
    return client.v1.tax.calculations.create(
        {
            "currency": "eur",
            "customer_details": {"address": {"country": country}, "address_source": "shipping"},
            "line_items": [
                {"amount": 11900, "reference": "oil", "tax_behavior": behavior},
                {"amount": 999, "reference": "salt", "tax_behavior": behavior},
            ],
            "shipping_cost": {"amount": 490, "tax_behavior": behavior},
        }
    )


def test_without_a_registration_nothing_is_collected(client: stripe.StripeClient) -> None:
    found = calculate(client)
    assert (found.tax_amount_inclusive, found.tax_amount_exclusive, found.amount_total) == (0, 0, 13389)
    assert {part.taxability_reason for part in found.tax_breakdown} == {"not_collecting"}
    assert client.v1.tax.settings.retrieve().status == "pending"


def test_a_registration_collects_in_its_country_while_it_is_active(client: stripe.StripeClient) -> None:
    made = client.v1.tax.registrations.create(
        {"country": "DE", "country_options": {"de": {"type": "standard"}}, "active_from": "now"}
    )
    assert (made.status, calculate(client).tax_amount_inclusive) == ("active", 1900 + 160 + 78)
    over = calculate(client, behavior="exclusive")
    assert (over.tax_amount_exclusive, over.amount_total) == (2261 + 190 + 93, 13389 + 2544)
    assert calculate(client, "FR").tax_amount_inclusive == 0
    client.v1.tax.registrations.create(
        {"country": "IE", "country_options": {"ie": {"type": "oss_union"}}, "active_from": "now"}
    )
    assert calculate(client, "FR").tax_amount_inclusive == 1983 + 167 + 82
    client.v1.tax.registrations.update(made.id, {"expires_at": "now"})
    assert [r.status for r in client.v1.tax.registrations.list({"status": "expired"}).data] == ["expired"]


def test_a_recorded_sale_is_taken_back(client: stripe.StripeClient) -> None:
    client.v1.tax.registrations.create(
        {"country": "DE", "country_options": {"de": {"type": "standard"}}, "active_from": "now"}
    )
    sale = client.v1.tax.transactions.create_from_calculation(
        {"calculation": calculate(client).id, "reference": "order-1"}
    )
    with pytest.raises(stripe.InvalidRequestError, match="exists already"):
        client.v1.tax.transactions.create_from_calculation(
            {"calculation": calculate(client).id, "reference": "order-1"}
        )
    lines = client.v1.tax.transactions.line_items.list(sale.id).data
    assert [(line.reference, line.amount_tax) for line in lines] == [("oil", 1900), ("salt", 160)]
    part = client.v1.tax.transactions.create_reversal(
        {
            "mode": "partial",
            "original_transaction": sale.id,
            "reference": "refund-1",
            "line_items": [
                {"original_line_item": lines[1].id, "reference": "salt-back", "amount": -999, "amount_tax": -160}
            ],
        }
    )
    assert client.v1.tax.transactions.line_items.list(part.id).data[0].amount_tax == -160
    whole = client.v1.tax.transactions.create_reversal(
        {"mode": "full", "original_transaction": sale.id, "reference": "refund-2"}
    )
    assert (whole.type, whole.shipping_cost.amount_tax) == ("reversal", -78)
