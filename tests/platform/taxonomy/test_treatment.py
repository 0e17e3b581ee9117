"""Who owes the VAT of a sale, the numbers of companies, and rates that staff add."""

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import clock
from kit.errors import InvalidInput
from kit.ids import uuid7
from taxonomy import rates as kept
from taxonomy.rates import add_rate, rate_table
from taxonomy.tax import rate_of, rates, tax_added, tax_included
from taxonomy.treatment import RULES, Buyer, Case, Seller, treat
from taxonomy.vat_ids import RegisterUnavailable, clean_vat_id, country_of, register

DUTCH = Buyer("NL004495445B01", "NL")


@pytest.mark.parametrize(
    ("seller", "buyer", "destination", "rule", "charged", "taken_off"),
    [
        (Seller("DE"), Buyer(), "DE", "domestic", True, False),
        (Seller("DE", vat_id="DE136695976"), Buyer("DE136695976", "DE"), "DE", "domestic", True, False),
        (Seller("DE", vat_id="DE136695976"), DUTCH, "DE", "domestic", True, False),
        (Seller("DE"), Buyer(), "NL", "distance", True, False),
        (Seller("DE"), DUTCH, "NL", "distance", True, False),  # who has no number cannot sell without VAT
        (Seller("DE", vat_id="DE136695976"), DUTCH, "NL", "reverse_charge", False, True),
        (Seller("DE", vat_id="DE136695976"), DUTCH, "FR", "reverse_charge", False, True),
        (Seller("DE", vat_id="DE136695976"), Buyer("DE136695976", "DE"), "NL", "distance", True, False),
        (Seller("DE"), Buyer(), "CH", "export", False, True),
        (Seller("CH"), Buyer(), "CH", "domestic", True, False),
        (Seller("DE", is_small_business=True), Buyer(), "DE", "small_business", False, False),
        (Seller("DE", is_small_business=True), Buyer(), "CH", "export", False, True),
        (Seller("DE"), Buyer(exemption="Certificate 7"), "DE", "exempt_customer", False, True),
    ],
)
def test_the_first_rule_that_holds_decides(seller, buyer, destination, rule, charged, taken_off):
    found = treat(Case(seller, buyer, destination, 10_000, "EUR"))
    assert (found.rule, found.is_charged, found.taken_off, found.liable) == (rule, charged, taken_off, "vendor")


def test_reverse_charge_is_said_in_the_vendors_language_with_the_customers_number_and_country():
    found = treat(Case(Seller("DE", vat_id="DE136695976"), DUTCH, "NL", 10_000, "EUR"))
    for said in ("Reverse charge", "Steuerschuldnerschaft", "NL004495445B01", "Article 138", "VAT of Netherlands"):
        assert said in found.reason
    assert all(len(rule.says(Case(Seller("DE"), DUTCH, "NL", 1, "EUR"))) < 300 for rule in RULES)


# --- Numbers of companies -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "clean", "country"),
    [
        ("de 136 695 976", "DE136695976", "DE"),
        ("NL4495445B01", "NL004495445B01", "NL"),
        ("EL 094259216", "EL094259216", "GR"),
        ("GR094259216", "EL094259216", "GR"),
        ("FR40303265045", "FR40303265045", "FR"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, clean, country):
    assert (clean_vat_id(typed), country_of(clean)) == (clean, country)


@pytest.mark.parametrize(
    "typed", ["DE136695975", "DE1366959", "136695976", "XX123", "GB980780684", "CHE-123.456.788", "ß"]
)
def test_what_is_no_number_of_the_union_is_refused(typed):
    with pytest.raises(InvalidInput, match="no VAT number") as refused:
        clean_vat_id(typed)
    assert refused.value.field == "vat_id"


class Commission(BaseHTTPRequestHandler):
    """What the register answers, in the form it documents."""

    def do_GET(self):
        known = self.path == "/ms/NL/vat/004495445B01"
        self.send_response(200 if known or self.path.endswith("0") else 500)
        self.end_headers()
        self.wfile.write(json.dumps({"isValid": known, "name": "STICHTING" if known else "---"}).encode())

    def log_message(self, *_):
        pass


def test_a_register_is_asked_where_one_is_set_and_may_fail(settings):
    assert register() is None
    server = HTTPServer(("127.0.0.1", 0), Commission)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.VIES_URL = f"http://127.0.0.1:{server.server_port}/"
    vies = register()
    assert (vies.ask("NL004495445B01").is_valid, vies.ask("NL004495445B01").name) == (True, "STICHTING")
    assert (vies.ask("DE000000000").is_valid, vies.ask("DE000000000").name) == (False, "")
    with pytest.raises(RegisterUnavailable):
        vies.ask("DE136695976")
    server.shutdown()
    server.server_close()


# --- Rates ---------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 10**12), st.sampled_from(sorted({rate.rate for dated in rates().values() for rate in dated})))
def test_a_price_without_vat_is_found_again_in_the_price_with_it(net, rate):
    gross = net + tax_added(net, rate)
    assert (gross - tax_included(gross, rate), tax_included(gross, rate)) == (net, tax_added(net, rate))


def test_a_category_without_a_rate_of_its_own_takes_the_next_higher():
    on = date(2026, 11, 1)
    assert (
        rate_of("DE", "super_reduced", on) == rate_of("DE", "reduced", on) == (Decimal("0.07"), "DE:reduced:2021-01-01")
    )
    assert rate_of("DK", "reduced", on).key.startswith("DK:standard:")
    assert (rate_of("IT", "super_reduced", on).rate, rate_of("IE", "zero", on).rate) == (Decimal("0.04"), 0)
    assert rate_of("FR", "zero", on).rate == Decimal("0.021")
    assert rate_of("FR", "exempt", on) == (0, "FR:exempt")


def test_staff_add_a_rate_that_begins_later(db, monkeypatch):
    monkeypatch.setattr(kept, "_kept", None)
    tomorrow = clock.today() + timedelta(days=1)
    given = {"country": "DE", "tax_category": "standard", "rate": Decimal("0.2"), "source": "UStG", "by": uuid7()}
    for wrong, field in (
        ({"valid_from": clock.today()}, "valid_from"),
        ({"country": "US"}, "country"),
        ({"tax_category": "exempt"}, "tax_category"),
        ({"rate": Decimal(1)}, "rate"),
        ({"source": " "}, "source"),
    ):
        with pytest.raises(InvalidInput) as refused:
            add_rate(**{**given, "valid_from": tomorrow, **wrong})
        assert refused.value.field == field
    add_rate(**given, valid_from=tomorrow)
    with pytest.raises(InvalidInput, match="from that day on already"):
        add_rate(**given, valid_from=tomorrow)
    table = rate_table()
    assert rate_of("DE", "standard", clock.today(), table).rate == Decimal("0.19")
    assert rate_of("DE", "standard", tomorrow, table) == (Decimal("0.2"), f"DE:standard:{tomorrow}")
    monkeypatch.setattr(kept, "_kept", None)
