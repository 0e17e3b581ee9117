"""For which host names the proxy may have a certificate made."""

import pytest

from tenants.vendors.models import VendorState

pytestmark = pytest.mark.django_db
ASK = "http://localhost:8000/internal/certificate?domain="


def asked(browser, host):
    return browser.get(ASK + host, follow=False).status_code


def test_every_host_that_is_served_may_have_one(browser, two_vendors):
    served = ("localhost", "office.localhost", "lindqvist.localhost", "moreau.portal.localhost", "Lindqvist.Localhost")
    assert {host: asked(browser, host) for host in served} == dict.fromkeys(served, 200)


def test_nobody_can_have_certificates_made_for_other_names(browser, two_vendors):
    strange = (
        "",
        "nobody.localhost",
        "nobody.portal.localhost",
        "a.lindqvist.localhost",
        "portal.localhost",
        "a.example",
    )
    assert {host: asked(browser, host) for host in strange} == dict.fromkeys(strange, 404)


@pytest.mark.parametrize(
    ("state", "status"), [("applied", 200), ("suspended", 200), ("rejected", 404), ("closed", 404)]
)
def test_a_vendor_keeps_its_portals_name_until_it_is_gone(browser, make_vendor, state, status):
    make_vendor("lindqvist", state=VendorState(state))
    assert asked(browser, "lindqvist.portal.localhost") == status
