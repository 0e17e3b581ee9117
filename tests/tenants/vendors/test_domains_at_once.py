"""Two vendors who prove one domain at the same moment."""

import pytest

from outbox.models import Fact
from tenants.isolation.doors import in_shop
from tenants.vendors.domains import Findings, add_domain, settle
from tenants.vendors.models import CustomDomain
from tests.support.at_once import outcomes

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_of_them_has_it_and_the_other_is_told(two_vendors):
    asked = []
    for vendor in two_vendors:
        with in_shop(vendor):
            asked.append(add_domain(vendor=vendor, host="shop.example", by=vendor.id))

    def proves(domain):
        return lambda: settle(domain_id=domain.id, found=Findings(domain.token, "", leads_here=True))

    assert outcomes(*map(proves, asked)) == ["done", "done"]
    assert sorted(CustomDomain.objects.values_list("state", flat=True)) == ["lost", "verified"]
    lost = CustomDomain.objects.get(state="lost")
    assert lost.token not in {domain.token for domain in asked}
    assert list(Fact.objects.filter(name="domain.lost").values_list("vendor_id", flat=True)) == [lost.vendor_id]
