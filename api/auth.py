"""Who calls, on each host, and what they may do.

Customers, members and staff come with an access token, programs of a vendor with a key of its shop; either as
`Authorization: Bearer …`. Cookies open nothing here, so that no page can be made to call.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.models import StaffMember, StaffRole
from api import tokens
from api.errors import NotFound
from kit.context import current_request
from marketplace.web.backoffice.roles import KEEPS_BOOKS, SEES_BOOKS, SEES_ORDERS
from marketplace.web.portal import roles
from tenants.shop.integrations.actions import is_key, key_of
from tenants.vendors.models import Member, MemberRole, Vendor


@dataclass(frozen=True, slots=True)
class Caller:
    """`kind` is "customer", "member", "staff" or "key", `id` what it is known by: the user's, or the key's.

    `person_id` is the user in whose name it acts: a key acts for whoever made it. `scopes` has "area:read" and "area:write".
    """

    kind: str
    id: UUID
    person_id: UUID
    scopes: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


# Areas of the vendor API, and which roles read and write there: the same as on the pages.
VENDOR_READS: dict[str, tuple[MemberRole, ...]] = {
    "catalog": roles.ANYBODY,
    "stock": roles.ANYBODY,
    "orders": roles.SEES_ORDERS,
    "money": roles.SEES_MONEY,
    "disputes": roles.SEES_DISPUTES,
    "settings": roles.ANYBODY,
    "team": roles.ANYBODY,
    "onboarding": roles.ANYBODY,
    "vacation": roles.ANYBODY,
    "promotions": roles.ANYBODY,
}
VENDOR_WRITES: dict[str, tuple[MemberRole, ...]] = {
    "catalog": roles.DOES_CATALOG,
    "stock": roles.DOES_CATALOG,
    "orders": roles.DOES_ORDERS,
    "money": roles.DOES_MONEY,
    "disputes": roles.ANSWERS_DISPUTES,
    "settings": roles.DOES_SHOP,
    "team": roles.DOES_TEAM,
    "onboarding": roles.DOES_SHOP,
    # No key has this: what a shop agrees to, an owner agrees to.
    "terms": roles.OWNS,
    "vacation": roles.DOES_SHOP,
    "promotions": roles.DOES_SHOP,
    # Nor this: an owner gives a shop up.
    "closing": roles.OWNS,
}
# Areas of the office's APIs. Administrators may do everything.
STAFF_READS: dict[str, tuple[StaffRole, ...]] = {
    "vendors": (StaffRole.MODERATOR, *SEES_ORDERS),
    "orders": SEES_ORDERS,
    "refunds": SEES_ORDERS,
    "commissions": (),
    "promotions": (),
    "plans": (),
    "staff": (),
    "fleet": (),
    "refund_policy": (),
    "money": SEES_BOOKS,
    "approvals": SEES_BOOKS,
}
STAFF_WRITES: dict[str, tuple[StaffRole, ...]] = {
    "vendors": (StaffRole.MODERATOR,),
    "closing": (),
    "refunds": (StaffRole.SUPPORT, *KEEPS_BOOKS),
    "commissions": (),
    "promotions": (),
    "plans": (),
    "staff": (),
    "fleet": (),
    "refund_policy": (),
    "money": KEEPS_BOOKS,
    "approvals": (StaffRole.CONTROLLER,),
}


def member_scopes(role: str) -> frozenset[str]:
    """What a member of this role may do; owners everything."""
    return frozenset(
        [
            *(f"{area}:read" for area, who in VENDOR_READS.items() if not who or role in (*who, MemberRole.OWNER)),
            *(f"{area}:write" for area, who in VENDOR_WRITES.items() if role in (*who, MemberRole.OWNER)),
        ]
    )


def staff_scopes(role: str) -> frozenset[str]:
    """What staff of this role may do; administrators everything."""
    return frozenset(
        [
            *(f"{area}:read" for area, who in STAFF_READS.items() if role in (*who, StaffRole.ADMINISTRATOR)),
            *(f"{area}:write" for area, who in STAFF_WRITES.items() if role in (*who, StaffRole.ADMINISTRATOR)),
        ]
    )


class Bearer(BaseAuthentication, ABC):
    """What `Authorization: Bearer …` carries. Without the header nobody is signed in, and the view decides."""

    def authenticate(self, request: Request) -> tuple[Any, Caller] | None:
        scheme, _, text = request.headers.get("Authorization", "").strip().partition(" ")
        if not scheme:
            return None
        text = text.strip()
        if scheme.lower() != "bearer" or not text or not text.isascii():
            raise exceptions.AuthenticationFailed("Send `Authorization: Bearer`, then an access token or a key.")
        who, caller = self.called_with(request, text)
        if (info := current_request.get()) is not None:
            info.person_id = str(caller.person_id)
            if caller.kind == "key":
                info.extra["key"] = str(caller.id)
        return who, caller

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="souk"'

    @abstractmethod
    def called_with(self, request: Request, text: str) -> tuple[Any, Caller]:
        """Who this is, on the host at hand, and what they may do. Raises AuthenticationFailed, PermissionDenied, NotFound."""

    @staticmethod
    def token(text: str) -> tokens.AccessToken:
        try:
            return tokens.read(text)
        except tokens.InvalidToken as error:
            raise exceptions.AuthenticationFailed(str(error), code="invalid_token") from error


class CustomerBearer(Bearer):
    """On the marketplace: a person's access token, good until they sign out or change their password."""

    def called_with(self, request: Request, text: str) -> tuple[Any, Caller]:
        from api.sign_in import user_of  # this process alone has allauth

        if is_key(text):
            raise exceptions.AuthenticationFailed("A shop's key does not open the marketplace.", code="invalid_token")
        user = user_of(self.token(text))
        if user is None:
            raise exceptions.AuthenticationFailed("This session has ended. Sign in again.", code="invalid_token")
        return user, Caller("customer", user.id, user.id)


class VendorBearer(Bearer):
    """On a portal: a key of this shop, or the access token of one of its members.

    A key may do no more than whoever made it may by now, and nothing once they have left.
    """

    def called_with(self, request: Request, text: str) -> tuple[Any, Caller]:
        vendor: Vendor = request.vendor
        if is_key(text):
            key = key_of(text)
            maker = self.member(vendor, key.created_by) if key else None
            if key is None or maker is None:
                raise exceptions.AuthenticationFailed("This key does not open this shop.", code="invalid_token")
            return key, Caller("key", key.id, key.created_by, member_scopes(maker.role).intersection(key.scopes))
        token = self.token(text)
        member = self.member(vendor, token.user_id)
        if member is None:
            raise NotFound()  # to whom it is not theirs, this shop is not there
        if token.members.get(str(vendor.id)) != member.access_version:
            raise exceptions.AuthenticationFailed("This session has ended. Sign in again.", code="invalid_token")
        return member, Caller("member", member.user_id, member.user_id, member_scopes(member.role))

    @staticmethod
    def member(vendor: Vendor, user_id: UUID) -> Member | None:
        """Who this user is at this vendor, unless they have left."""
        found = Member.objects.select_related("vendor").filter(vendor_id=vendor.id, user_id=user_id, left_at=None)
        return found.first()


class StaffBearer(Bearer):
    """At the office: the access token of somebody on the staff; whoever else is signed in may not come in."""

    def called_with(self, request: Request, text: str) -> tuple[Any, Caller]:
        if is_key(text):
            raise exceptions.PermissionDenied("A shop's key does not open the office.")
        token = self.token(text)
        staff = (
            StaffMember.objects.select_related("user")
            .filter(user_id=token.user_id, left_at=None, user__is_active=True)
            .first()
        )
        if staff is None:
            raise exceptions.PermissionDenied("Only the platform's staff may come in here.")
        if token.staff != staff.access_version:
            raise exceptions.AuthenticationFailed("This session has ended. Sign in again.", code="invalid_token")
        return staff, Caller("staff", staff.user_id, staff.user_id, staff_scopes(staff.role))


class SignedIn(BasePermission):
    """Whoever is signed in."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth is not None


class InScope(BasePermission):
    """Whoever may read, or for other methods write, in the view's `area`."""

    message = "Your role, or this key, does not include this."

    def has_permission(self, request: Request, view: Any) -> bool:
        caller: Caller | None = request.auth
        return caller is not None and scope_of(view, str(request.method)) in caller.scopes


def scope_of(view: Any, method: str) -> str:
    """The scope that a call needs, "orders:write"."""
    return f"{view.area}:{'read' if method in SAFE_METHODS else 'write'}"


def allowed_in(view: Any, method: str, roles: Sequence[str], scopes: Callable[[str], frozenset[str]]) -> list[str]:
    """Which of these roles may ask this by that method: all who are signed in, or those whose scopes include it."""
    return [role for role in roles if SignedIn in view.permission_classes or scope_of(view, method) in scopes(role)]
