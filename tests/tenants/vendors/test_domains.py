"""A vendor's own domain: which names, how one is proven, lost, moved and given up. The name server is a real one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, ProgrammingError, connection, transaction

from kit.errors import InvalidInput
from notifications.models import Mail
from outbox.models import Fact
from tenants.vendors import domains
from tenants.vendors.domains import DomainAsked, add_domain, check_due, clean_host, record_name, record_value
from tenants.vendors.entitlements import START, BeyondPlan, grant
from tenants.vendors.models import CustomDomain, DomainState
from tenants.vendors.queries import front_of
from tests.support.browser import served_by
from tests.support.name_server import NameServer

pytestmark = pytest.mark.django_db
HOST = "shop.lindqvist.example"


@pytest.fixture(scope="module")
def server() -> Iterator[NameServer]:
    server = NameServer()
    yield server
    server.stop()


@pytest.fixture
def names(server: NameServer, settings: Any) -> NameServer:
    server.texts.clear()
    server.addresses.clear()
    server.broken.clear()
    server.asked.clear()
    settings.DNS_SERVERS = [server.address]
    return server


def asked_by(vendor: Any, host: str = HOST) -> CustomDomain:
    from tenants.isolation.doors import in_shop

    with in_shop(vendor):
        return add_domain(vendor=vendor, host=host, by=vendor.id)


def state(domain: CustomDomain) -> tuple[str, str]:
    domain.refresh_from_db()
    return domain.state, domain.reason


def fronts(host: str = HOST) -> Any:
    cache.delete(f"front-of-host:{host}")
    found = front_of(host)
    return found.slug if found else None


def deliver(name: str) -> None:
    from django.utils.module_loading import import_string

    from config.events import AFTER

    for fact in Fact.objects.filter(name=name):
        for path in AFTER[name]:
            import_string(path)(fact)


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "host"),
    [
        (" Shop.Lindqvist.Example. ", "shop.lindqvist.example"),
        ("https://shop.lindqvist.example/", "shop.lindqvist.example"),
        ("lädchen.example", "xn--ldchen-bua.example"),
        ("LÄDCHEN.example", "xn--ldchen-bua.example"),
        ("商店。example", "xn--czrs0t.example"),
    ],
)
def test_a_name_is_kept_as_the_zone_has_it(text: str, host: str) -> None:
    assert clean_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "shop",
            ".",
            "a..example",
            "-a.example",
            "a_b.example",
            "a b.example",
            "shop.example/x",
            "u@shop.example",
        ),
        *(
            "127.0.0.1",
            "[::1]",
            "::1",
            "1.2.3",
            "0x7f.0x1",
            "shop.example:8000",
            "*.example",
            "a." + "b" * 64 + ".example",
        ),
        *("localhost", "x.localhost", "lindqvist.localhost", "office.localhost", "a.portal.localhost", "shop.local"),
        *(
            "x.onion",
            "1.0.0.127.in-addr.arpa",
            "ftp://shop.example",
            "xn--a.example",
            "a.\u200b.example",
        ),
        ".".join(["a" * 60] * 5),
    ],
)
def test_what_is_no_name_of_a_vendors_own_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_host(text)
    assert refused.value.field == "host"


# --- A life -----------------------------------------------------------------------------------------------------------


def test_a_domain_is_proven_watched_lost_and_proven_again(make_vendor: Any, names: NameServer, move_clock: Any) -> None:
    domain = asked_by(make_vendor("lindqvist"))
    names.addresses = {"localhost": "192.0.2.1", HOST: "192.0.2.7"}
    assert check_due() == 1
    assert state(domain) == ("pending", f"There is no TXT record at _souk.{HOST} yet.")
    assert (domain.leads_here, fronts(), check_due()) == (False, None, 0)
    # A word of somebody else's, then ours among others; the name leads to us meanwhile.
    names.texts[f"_souk.{HOST}"] = ["v=spf1 -all"]
    move_clock(timedelta(minutes=1))
    assert check_due() == 1
    assert state(domain) == ("pending", f"The TXT record at _souk.{HOST} says something else: “v=spf1 -all”.")
    names.texts[record_name(domain)] = ["v=spf1 -all", record_value(domain)]
    names.addresses[HOST] = "192.0.2.1"
    move_clock(timedelta(minutes=1))
    assert check_due() == 1
    assert state(domain) == ("verified", "")
    assert (domain.leads_here, fronts()) == (True, "lindqvist")
    # Its name servers fail for six days: nothing happens. A seventh, and it is lost, once, with a word to the vendor.
    names.broken.add(record_name(domain))
    move_clock(timedelta(hours=6))
    assert check_due() == 1
    assert state(domain) == ("verified", f"The name servers of _souk.{HOST} could not answer.")
    move_clock(timedelta(days=6, hours=23))
    assert check_due() == 1
    assert (state(domain)[0], fronts()) == ("verified", "lindqvist")
    move_clock(timedelta(hours=1))
    assert check_due() == 1
    assert (state(domain)[0], fronts()) == ("lost", None)
    move_clock(timedelta(days=30))
    assert check_due() == 0
    for fact in ("domain.verified", "domain.lost"):
        deliver(fact)
        deliver(fact)
    assert list(Mail.objects.order_by("created_at").values_list("subject", flat=True)) == [
        f"{HOST} leads to your shop front",
        f"{HOST} does not lead to your shop front any more",
    ]
    # The record is there again, and the vendor asks for a look.
    names.broken.clear()
    domains.check_soon(vendor_id=domain.vendor_id, domain_id=domain.id)
    assert check_due() == 1
    assert (state(domain), fronts()) == (("verified", ""), "lindqvist")


def test_a_domain_that_nobody_proves_is_given_up_after_a_week(
    make_vendor: Any, names: NameServer, move_clock: Any
) -> None:
    domain = asked_by(make_vendor("lindqvist"))
    move_clock(timedelta(days=8))
    assert check_due() == 1
    assert state(domain)[0] == "failed"
    assert check_due() == 0
    # Not even with the proof in place, until the vendor asks for a look; nobody else's word does it.
    names.texts[record_name(domain)] = [record_value(domain)]
    stranger = make_vendor("moreau")
    domains.check_soon(vendor_id=stranger.id, domain_id=domain.id)
    assert check_due() == 0
    domains.check_soon(vendor_id=domain.vendor_id, domain_id=domain.id)
    assert check_due() == 1
    assert state(domain)[0] == "verified"


def test_a_domain_moves_only_with_a_new_proof(make_vendor: Any, names: NameServer) -> None:
    first, second = make_vendor("lindqvist"), make_vendor("moreau")
    mine = asked_by(first)
    names.texts[record_name(mine)] = [record_value(mine)]
    check_due()
    theirs = asked_by(second)
    assert theirs.token != mine.token
    check_due()
    # The first one's record proves nothing for the second.
    assert (state(mine)[0], state(theirs)[0], fronts()) == ("verified", "pending", "lindqvist")
    old = record_value(mine)
    names.texts[record_name(mine)] = [old, record_value(theirs)]
    domains.check_soon(vendor_id=second.id, domain_id=theirs.id)
    check_due()
    assert (state(theirs)[0], fronts()) == ("verified", "moreau")
    assert state(mine) == ("lost", "Another shop has shown that this domain is its own.")
    # The old record is still there, and is worth nothing any more.
    assert record_value(mine) != old
    domains.check_soon(vendor_id=first.id, domain_id=mine.id)
    check_due()
    assert (state(mine)[0], fronts()) == ("pending", "moreau")


def test_what_was_found_of_another_question_is_not_written(make_vendor: Any, names: NameServer) -> None:
    domain = asked_by(make_vendor("lindqvist"))
    names.texts[record_name(domain)] = [record_value(domain)]
    found = domains.look_up(domain)
    CustomDomain.objects.filter(id=domain.id).update(token="changed-meanwhile")
    assert domains.settle(domain_id=domain.id, found=found) is None
    CustomDomain.objects.filter(id=domain.id).update(token=found.token, removed_at=domain.added_at)
    assert domains.settle(domain_id=domain.id, found=found) is None
    assert state(domain)[0] == "pending"


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_a_plan_without_it_adds_none_and_one_that_ends_serves_for_its_grace(
    make_vendor: Any, names: NameServer, move_clock: Any
) -> None:
    vendor = make_vendor("lindqvist")
    domain = asked_by(vendor)
    names.texts[record_name(domain)] = [record_value(domain)]
    check_due()
    with pytest.raises(DomainAsked):
        asked_by(vendor, "SHOP.lindqvist.example")
    allowed = domains.allowed_to(vendor.id)
    waiting = asked_by(vendor, "more.lindqvist.example")
    grant(vendor_id=vendor.id, allowed=START)
    for _ in range(2):
        deliver("vendor.entitlements_changed")
        domains.follow_entitlement(vendor.id)
        deliver("domains.unentitled")
    assert CustomDomain.objects.filter(unentitled_at=None).count() == 0
    # One mail, of what served only.
    told = Mail.objects.get(template="domains_unentitled")
    until = domains.serves_until(CustomDomain.objects.get(id=domain.id))
    assert (told.to, told.subject) == (vendor.email, f"Your plan does not include {HOST} any more")
    assert f"Until {until:%-d %B %Y, %H:%M} UTC" in told.text
    assert waiting.host not in told.text
    with pytest.raises(BeyondPlan):
        asked_by(vendor, "www.lindqvist.example")
    move_clock(timedelta(days=13, hours=23))
    assert fronts() == "lindqvist"
    move_clock(timedelta(hours=1))
    assert fronts() is None
    assert state(domain)[0] == "verified"  # nothing is deleted
    grant(vendor_id=vendor.id, allowed=allowed)
    deliver("vendor.entitlements_changed")
    assert fronts() == "lindqvist"


def test_a_vendors_own_role_asks_and_gives_up_and_proves_nothing(make_vendor: Any) -> None:
    from tenants.isolation.doors import bind_vendor

    vendor, other = make_vendor("lindqvist"), make_vendor("moreau")
    theirs = asked_by(other)
    CustomDomain.objects.filter(id=theirs.id).update(state="verified")
    domain = asked_by(vendor)
    proven = (
        "INSERT INTO vendors_customdomain (id, vendor_id, host, token, state, reason, added_at, added_by, pending_since)"
        f" VALUES (gen_random_uuid(), '{vendor.id}', '{{}}', 't', 'verified', '', now(), '{vendor.id}', now())"
    )
    with served_by("portal"), bind_vendor(vendor):
        assert list(CustomDomain.objects.values_list("host", "vendor_id")) == [(HOST, vendor.id)]
        for statement, refusal in (
            (f"UPDATE vendors_customdomain SET state = 'verified' WHERE id = '{domain.id}'", "permission denied"),
            (f"DELETE FROM vendors_customdomain WHERE id = '{domain.id}'", "permission denied"),
            # Of a name that another vendor has, and of one that nobody has: the same answer, so it tells neither.
            (proven.format(HOST), "row-level security"),
            (proven.format("nobodys.example"), "row-level security"),
        ):
            with pytest.raises(ProgrammingError, match=refusal), transaction.atomic():
                connection.cursor().execute(statement)
        domains.remove_domain(domain=theirs, by=vendor.id)  # not there, behind the wall
        domains.remove_domain(domain=domain, by=vendor.id)
    assert CustomDomain.objects.get(removed_at=None) == theirs
    # What was proven and given up does not come back by taking that back.
    CustomDomain.objects.filter(id=domain.id).update(state="verified")
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with served_by("portal"), bind_vendor(vendor), refused, transaction.atomic():
        CustomDomain.objects.filter(id=domain.id).update(removed_at=None)
    # Given up, it may be asked for again.
    assert asked_by(vendor).state == DomainState.PENDING


def test_the_database_holds_a_proven_name_to_one_vendor(two_vendors: Any) -> None:
    first, second = (asked_by(vendor) for vendor in two_vendors)
    CustomDomain.objects.filter(id=first.id).update(state="verified")
    with pytest.raises(IntegrityError), transaction.atomic():
        CustomDomain.objects.filter(id=second.id).update(state="verified")
