"""A vendor's own domain: asked for, proven by a record in its zone, looked at again and again, lost or given up.

Whoever can put our token into a name's zone has that name. Several vendors may ask for one; whoever proves it last has it,
and the vendor who had it needs a new proof to have it back: its token is changed with the loss.

No look-up holds a transaction. A domain that is due is claimed by moving its next look ahead (so a killed worker loses
nothing), looked up, and what was found is written under lock, if it still answers the question that was asked.
"""

import ipaddress
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import idna
from django.conf import settings
from django.db import IntegrityError, transaction

from audit.actions import record
from kit import clock
from kit.errors import Conflict, InvalidInput
from kit.links import host_of
from outbox.actions import announce
from tenants.vendors import dns_lookup
from tenants.vendors.entitlements import allowed_to, check_feature
from tenants.vendors.models import CustomDomain, DomainState, Vendor
from tenants.vendors.queries import domains_of, host_name

MOST = 5  # of one vendor at a time
LABEL, PREFIX = "_souk", "souk-domain="
# A look that was begun and never ended is begun again after so long.
LEASE = timedelta(minutes=5)
# How often: while a vendor waits, once it has waited for long, and of what is proven.
SOON, LATER, DAILY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=6)
PATIENCE = timedelta(days=7)  # so long a name may wait for its record
# Names that nobody can have (RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476).
_NOBODYS = ("localhost", "local", "internal", "invalid", "onion", "arpa", "alt")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class DomainAsked(Conflict):
    """The vendor has this domain on its list already."""

    code = "domain_asked"


class TooManyDomains(Conflict):
    code = "too_many_domains"


@dataclass(frozen=True, slots=True)
class Findings:
    """What a look-up found of a domain, for the token it had then."""

    token: str
    problem: str
    leads_here: bool


def clean_host(text: str) -> str:
    """A host name in its ASCII form. Raises InvalidInput (field "host"), saying what is wrong with it."""
    name = text.strip().removeprefix("https://").removeprefix("http://").removesuffix("/").removesuffix(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass
    else:
        raise InvalidInput("This is an address of a machine. Enter a name like shop.example.com.", field="host")
    try:
        host = idna.encode(name, uts46=True, std3_rules=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise InvalidInput("This is no host name. Enter one like shop.example.com.", field="host") from error
    labels = host.split(".")
    if len(host) > 253 - len(LABEL) - 1 or not all(_LABEL.fullmatch(label) for label in labels):
        raise InvalidInput("This is no host name. Enter one like shop.example.com.", field="host")
    ours = host_name(host_of("market"))
    if host == ours or host.endswith(f".{ours}"):
        raise InvalidInput(
            "This name is the marketplace's own. Your shop front has its place there already.", field="host"
        )
    # No top-level domain is a number: a resolver may take such a name for an address.
    if len(labels) < 2 or labels[-1] in _NOBODYS or labels[-1].isdigit() or labels[-1].startswith("0x"):
        raise InvalidInput("Enter the whole name with its ending, like shop.example.com.", field="host")
    return host


def shown_host(host: str) -> str:
    """A host as people read it: "xn--ldchen-bua.example" is "lädchen.example"."""
    try:
        return idna.decode(host)
    except (idna.IDNAError, UnicodeError):
        return host  # a name of an older rule: as it stands in the zone


def record_name(domain: CustomDomain) -> str:
    """The name of the TXT record that proves a domain."""
    return f"{LABEL}.{domain.host}"


def record_value(domain: CustomDomain) -> str:
    return f"{PREFIX}{domain.token}"


@transaction.atomic
def add_domain(*, vendor: Vendor, host: str, by: UUID) -> CustomDomain:
    """Ask for a domain. Runs as the vendor's own role. Raises InvalidInput, BeyondPlan, DomainAsked, TooManyDomains."""
    check_feature("custom_domain", field="host")
    name = clean_host(host)
    # Two at once wait for each other here.
    Vendor.objects.select_for_update(no_key=True).only("id").get(id=vendor.id)
    if domains_of(vendor).count() >= MOST:
        raise TooManyDomains(f"A shop has at most {MOST} domains. Remove one first.", field="host")
    domain = CustomDomain(vendor=vendor, host=name, token=_new_token(), added_by=by)
    try:
        with transaction.atomic():
            domain.save(force_insert=True)
    except IntegrityError as error:
        raise DomainAsked("This domain is on your list already.", field="host") from error
    _note("shop.domain_added", domain, by)
    return domain


@transaction.atomic
def remove_domain(*, domain: CustomDomain, by: UUID) -> None:
    """Give a domain up: it is served for seconds only. Runs as the vendor's own role. Twice is once."""
    if CustomDomain.objects.filter(id=domain.id, removed_at=None).update(removed_at=clock.now()):
        _note("shop.domain_removed", domain, by)


@transaction.atomic
def ask_for_check(*, domain: CustomDomain) -> None:
    """Have the worker look at the records now, also of a domain it had given up. Runs as the vendor's own role.

    Raises BeyondPlan, and Conflict for one that was removed.
    """
    check_feature("custom_domain")
    if domain.removed_at is not None:
        raise Conflict("This domain was removed.")
    announce("shop.domain_check_wanted", vendor_id=domain.vendor_id, payload={"domain": str(domain.id)})


@transaction.atomic
def check_soon(*, vendor_id: UUID, domain_id: UUID) -> None:
    """The same in the worker: the next sweep looks. What was given up or lost waits for its record anew."""
    rows = CustomDomain.objects.select_for_update().filter(id=domain_id, vendor_id=vendor_id, removed_at=None)
    domain = rows.first()
    if domain is None:
        return  # removed meanwhile
    if domain.state in (DomainState.FAILED, DomainState.LOST):
        domain.state, domain.pending_since, domain.failing_since = DomainState.PENDING, clock.now(), None
    domain.next_check_at = clock.now()
    domain.save(update_fields=["state", "pending_since", "failing_since", "next_check_at"])


@transaction.atomic
def follow_entitlement(vendor_id: UUID) -> None:
    """The vendor's plan has changed: note since when it does not include domains, or that it does again. Announces
    `domains.unentitled`, once, when it served under some of them.
    """
    rows = CustomDomain.objects.filter(vendor_id=vendor_id, removed_at=None)
    if allowed_to(vendor_id).has_custom_domain:
        rows.exclude(unentitled_at=None).update(unentitled_at=None)
        return
    lost = list(rows.filter(unentitled_at=None).select_for_update().order_by("host"))
    now = clock.now()
    rows.filter(id__in=[domain.id for domain in lost]).update(unentitled_at=now)
    if served := [domain.host for domain in lost if domain.state == DomainState.VERIFIED]:
        announce("domains.unentitled", vendor_id=vendor_id, payload={"hosts": served, "since": now.isoformat()})


def serves_until(domain: CustomDomain) -> datetime | None:
    """When a domain that the plan does not include stops serving, or stopped; None as long as the plan includes it."""
    return grace_ends(domain.unentitled_at) if domain.unentitled_at else None


def grace_ends(unentitled_at: datetime) -> datetime:
    """Until when domains serve that a plan does not include since then."""
    return unentitled_at + timedelta(days=settings.DOMAIN_GRACE_DAYS)


def lost_at(domain: CustomDomain) -> datetime | None:
    """When a proven domain whose record is gone is lost; None as long as all is well."""
    if domain.state != DomainState.VERIFIED or domain.failing_since is None:
        return None
    return domain.failing_since + timedelta(days=settings.DOMAIN_LOST_DAYS)


# --- The worker's side ------------------------------------------------------------------------------------------------


def check_due() -> int:
    """Look at every domain that is due; gives how many."""
    checked = 0
    while (domain := _claim()) is not None:
        settle(domain_id=domain.id, found=look_up(domain))
        checked += 1
    return checked


def look_up(domain: CustomDomain) -> Findings:
    """Ask for its records. Not inside a transaction."""
    name, wanted = record_name(domain), record_value(domain)
    answer = dns_lookup.texts(name)
    problem = answer.problem
    if not problem and wanted not in {value.strip() for value in answer.values}:
        problem = f"The TXT record at {name} says something else: “{answer.values[0][:60]}”."
    here = dns_lookup.addresses(host_name(host_of("market")))
    return Findings(domain.token, problem, bool(here & dns_lookup.addresses(domain.host)))


@transaction.atomic
def settle(*, domain_id: UUID, found: Findings) -> CustomDomain | None:
    """Write what was found. None for a domain that was removed, or given another token, while it was looked up."""
    host = CustomDomain.objects.values_list("host", flat=True).get(id=domain_id)
    # All that is asked for by this name, by id: of two vendors who prove it at once one comes after the other.
    rows = list(CustomDomain.objects.select_for_update(of=("self",)).filter(host=host, removed_at=None).order_by("id"))
    domain = next((row for row in rows if row.id == domain_id), None)
    if domain is None or domain.token != found.token or domain.state in (DomainState.FAILED, DomainState.LOST):
        return None
    now = clock.now()
    domain.checked_at, domain.reason, domain.leads_here = now, found.problem[:300], found.leads_here
    if found.problem:
        _fail(domain, now)
    else:
        for other in rows:
            if other.id != domain.id and other.state == DomainState.VERIFIED:
                _lose(other, "Another shop has shown that this domain is its own.", token=_new_token())
                other.save()
        _prove(domain, now)
    domain.save()
    return domain


def _prove(domain: CustomDomain, now: datetime) -> None:
    was_proven = domain.state == DomainState.VERIFIED
    domain.state, domain.failing_since, domain.next_check_at = DomainState.VERIFIED, None, now + DAILY
    if not was_proven:
        domain.verified_at = now
        _tell("domain.verified", domain)


def _fail(domain: CustomDomain, now: datetime) -> None:
    if domain.state == DomainState.PENDING:
        waited = now - domain.pending_since
        if waited >= PATIENCE:
            domain.state, domain.next_check_at = DomainState.FAILED, None
        else:
            domain.next_check_at = now + (SOON if waited < LATER else LATER)
        return
    domain.failing_since = domain.failing_since or now
    domain.next_check_at = now + LATER
    if now - domain.failing_since >= timedelta(days=settings.DOMAIN_LOST_DAYS):
        _lose(domain, domain.reason)


def _lose(domain: CustomDomain, reason: str, *, token: str = "") -> None:
    domain.state, domain.reason, domain.next_check_at = DomainState.LOST, reason, None
    domain.token = token or domain.token
    _tell("domain.lost", domain, reason=reason)


@transaction.atomic
def _claim() -> CustomDomain | None:
    now = clock.now()
    domain = (
        CustomDomain.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(removed_at=None, next_check_at__lte=now)
        .order_by("next_check_at", "id")
        .first()
    )
    if domain is not None:
        domain.next_check_at = now + LEASE
        domain.save(update_fields=["next_check_at"])
    return domain


def _new_token() -> str:
    return secrets.token_hex(16)


def _tell(name: str, domain: CustomDomain, **more: str) -> None:
    """Into the audit trail, and announced: what the worker found."""
    _note(name, domain, None, more)
    announce(name, vendor_id=domain.vendor_id, payload={"domain": str(domain.id), **more})


def _note(name: str, domain: CustomDomain, by: UUID | None, more: Mapping[str, str] = MappingProxyType({})) -> None:
    record(
        action=name,
        subject=f"domain:{domain.id}",
        actor_kind="member" if by else "system",
        actor_id=by,
        vendor_id=domain.vendor_id,
        data={"host": domain.host, **more},
    )
