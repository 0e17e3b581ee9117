"""Finding vendors and members."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Lower

from kit import clock
from kit.pagination import Page, keyset_page
from tenants.vendors.models import (
    CustomDomain,
    DomainState,
    Invitation,
    Member,
    ShopText,
    Vendor,
    VendorState,
)

# A suspended vendor's host is refused after at most this long. Only answers with a shop are kept.
HOST_SECONDS = 15
WAITS_FOR_US = Q(state=VendorState.APPLIED) | Q(
    waits_for_us_at__isnull=False,
    state__in=(VendorState.ONBOARDING, VendorState.ACTIVE, VendorState.SUSPENDED, VendorState.CLOSING),
)


def vendor_of_host(host: str) -> Vendor | None:
    """The vendor found under a host name (a port is ignored): its shop front's or its portal's; None when nobody is.

    Reads Vendor and Domain only, so that the portal's doorman may ask. A vendor with a shop is remembered for fifteen
    seconds; whoever needs its present state re-reads it.
    """
    name = host_name(host)
    return _remembered(f"vendor-of-host:{name}", lambda: _look_up(name))


def front_of(host: str) -> Vendor | None:
    """The vendor whose shop front is at a host: `<slug>.<domain>`, or a domain of its own that serves now.

    Remembered as above: what is removed, lost or not paid for any more is served for fifteen seconds at most.
    """
    name = host_name(host)
    if name.endswith(f".{settings.DOMAIN}"):
        return vendor_of_host(name) if portal_slug(name) is None else None
    return _remembered(f"front-of-host:{name}", lambda: _of_custom_domain(name))


def host_name(host: str) -> str:
    """Of what a Host header says, the name in lower case, without port."""
    return (host.rpartition(":")[0] if ":" in host else host).lower()


def serving_domains() -> "QuerySet[CustomDomain]":
    """Domains of vendors' own by which their shop fronts are found now: proven, and paid for or still in grace."""
    since = clock.now() - timedelta(days=settings.DOMAIN_GRACE_DAYS)
    paid_for = Q(unentitled_at=None) | Q(unentitled_at__gt=since)
    return CustomDomain.objects.filter(paid_for, state=DomainState.VERIFIED, removed_at=None)


def domains_of(vendor: Vendor) -> "QuerySet[CustomDomain]":
    """The domains a vendor asked for and has not given up, in that order."""
    return CustomDomain.objects.filter(vendor=vendor, removed_at=None).order_by("added_at", "id")


def texts_of(vendor_id: UUID) -> dict[str, str]:
    """What a vendor says on the pages of its shop front, by kind; empty ones are left out. One query."""
    rows = ShopText.objects.filter(vendor_id=vendor_id).exclude(text="")
    return dict(rows.values_list("kind", "text"))


def text_kinds(vendor_id: UUID) -> list[str]:
    """Which of these pages there are. One query."""
    return list(ShopText.objects.filter(vendor_id=vendor_id).exclude(text="").values_list("kind", flat=True))


def _of_custom_domain(name: str) -> Vendor | None:
    found = serving_domains().select_related("vendor").filter(host=name).first()
    return found.vendor if found else None


def _remembered(key: str, look_up: Callable[[], Vendor | None]) -> Vendor | None:
    kept: dict[str, Any] | None = cache.get(key)
    if kept is not None:
        return Vendor.from_db("default", list(kept), list(kept.values()))
    vendor = look_up()
    if vendor is not None and vendor.schema_name:
        fields = {field.attname: getattr(vendor, field.attname) for field in Vendor._meta.concrete_fields}
        cache.set(key, fields, HOST_SECONDS)
    return vendor


def _look_up(name: str) -> Vendor | None:
    slug = portal_slug(name)
    if slug is not None:
        return Vendor.objects.annotate(key=Lower("slug")).filter(key=slug).first()
    return Vendor.objects.filter(domains__host=name).first()


def portal_slug(host: str) -> str | None:
    """The slug in a portal's host name, None when it is no portal's: "acme.portal.souk.example" gives "acme"."""
    suffix = settings.FACES["portal"]["host"].removeprefix("{vendor}")
    slug = host.partition(":")[0].removesuffix(suffix)
    return slug if slug != host.partition(":")[0] and slug and "." not in slug else None


def members_of(vendor: Vendor) -> "QuerySet[Member]":
    """Who works at a vendor, in the order they joined."""
    return Member.objects.filter(vendor=vendor, left_at=None).order_by("joined_at", "id")


def open_invitations(vendor: Vendor) -> "QuerySet[Invitation]":
    """Neither accepted nor withdrawn, whether or not their time is up; the newest first."""
    return Invitation.objects.filter(vendor=vendor, accepted_at=None, withdrawn_at=None).order_by("-invited_at", "-id")


def invitations_to(addresses: Iterable[str]) -> "QuerySet[Invitation]":
    """Those that whoever has these e-mail addresses (lower case) may accept now, with their vendors."""
    return (
        Invitation.objects.select_related("vendor")
        .filter(email__in=list(addresses), accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now())
        .exclude(vendor__state__in=(VendorState.REJECTED, VendorState.CLOSED))
        .order_by("invited_at", "id")
    )


def places_taken(vendor_id: UUID) -> int:
    """How many people a plan counts: members, and those whose invitation stands. One query."""
    invited = Invitation.objects.filter(
        vendor_id=vendor_id, accepted_at=None, withdrawn_at=None, expires_at__gt=clock.now()
    )
    here = Member.objects.filter(vendor_id=vendor_id, left_at=None)
    return here.values("id").union(invited.values("id"), all=True).count()


def members_page(vendor: Vendor, *, cursor: str | None = None, size: int = 50) -> Page[Member]:
    """Who works at a vendor, in the order they joined. Raises InvalidInput on a bad cursor."""
    return keyset_page(members_of(vendor), order=("joined_at", "id"), cursor=cursor, size=size)


def invitations_page(vendor: Vendor, *, cursor: str | None = None, size: int = 50) -> Page[Invitation]:
    """Every invitation of a vendor, the newest first. Raises InvalidInput on a bad cursor."""
    rows = Invitation.objects.filter(vendor=vendor)
    return keyset_page(rows, order=("-invited_at", "-id"), cursor=cursor, size=size)


def membership(user_id: UUID, slug: str) -> Member | None:
    """The user's membership at the vendor of that slug, with the vendor; None when there is none."""
    return (
        Member.objects.select_related("vendor")
        .annotate(key=Lower("vendor__slug"))
        .filter(user_id=user_id, left_at=None, key=slug.lower())
        .first()
    )


def memberships_of(user_id: UUID) -> "QuerySet[Member]":
    """Where the user works, with the vendors, oldest membership first."""
    return Member.objects.select_related("vendor").filter(user_id=user_id, left_at=None).order_by("joined_at", "id")


def vendors_page(
    *,
    state: str = "",
    search: str = "",
    country: str = "",
    waits_for_us: bool = False,
    cursor: str | None = None,
    size: int = 50,
) -> Page[Vendor]:
    """Vendors for the back office, who applied last first. `search` is part of a name or the start of an address.

    `waits_for_us`: an application to decide on, or a step to look at. Raises InvalidInput on a bad cursor.
    """
    rows = Vendor.objects.all()
    if waits_for_us:
        rows = rows.filter(WAITS_FOR_US)
    if state:
        rows = rows.filter(state=state)
    if country:
        rows = rows.filter(country=country.upper())
    if words := search.strip():
        rows = rows.filter(Q(name__icontains=words) | Q(slug__istartswith=words) | Q(email__istartswith=words))
    return keyset_page(rows, order=("-applied_at", "-id"), cursor=cursor, size=size)


def trading_vendors_page(*, search: str = "", cursor: str | None = None, size: int = 50) -> Page[Vendor]:
    """Vendors that were ever let in, by name: those who can have money. Raises InvalidInput on a bad cursor."""
    rows = Vendor.objects.filter(approved_at__isnull=False)
    if words := search.strip():
        rows = rows.filter(Q(name__icontains=words) | Q(slug__istartswith=words))
    return keyset_page(rows, order=("name", "id"), cursor=cursor, size=size)


def state_counts() -> dict[str, int]:
    """How many vendors are in each state; states without any are left out. One query."""
    return dict(Vendor.objects.order_by().values_list("state").annotate(count=Count("id")))


def countries() -> list[str]:
    """Where vendors are, as ISO codes."""
    return list(Vendor.objects.order_by("country").values_list("country", flat=True).distinct())


def out_of_service(*, slug: str = "", vendor_id: UUID | None = None) -> Vendor | None:
    """The vendor of that slug or id, if it would be selling and its shop is out of service."""
    called = Q(slug=slug) if vendor_id is None else Q(id=vendor_id)
    return Vendor.objects.filter(called, state=VendorState.ACTIVE, out_of_service_at__isnull=False).first()


def waiting_for_us() -> int:
    """How many vendors wait for the platform to decide something."""
    return Vendor.objects.filter(WAITS_FOR_US).count()


def waiting_for_a_shop() -> int:
    """How many vendors are approved and have no shop yet."""
    return Vendor.objects.filter(state=VendorState.ONBOARDING, schema_name=None).count()


def named(vendor_ids: Iterable[UUID | None]) -> dict[UUID, Vendor]:
    """These vendors by id, in one query."""
    return Vendor.objects.in_bulk({vendor_id for vendor_id in vendor_ids if vendor_id})


def slugs(limit: int = 300) -> list[str]:
    """Addresses of vendors that were let in, to choose from: a list that long is no help any more."""
    return list(
        Vendor.objects.filter(approved_at__isnull=False).order_by("slug").values_list("slug", flat=True)[:limit]
    )
