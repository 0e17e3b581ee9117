"""Which member may do what in the portal, and the doors of its views that hold it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.permission import declare
from tenants.vendors.middleware import member_required
from tenants.vendors.models import Member, MemberRole
from tenants.vendors.visits import VISIT

View = Callable[..., Any]

# Owners may do everything. Orders carry customers' addresses, so not everybody reads them.
SEES_ORDERS = (MemberRole.MANAGER, MemberRole.ORDERS, MemberRole.FINANCE, MemberRole.VIEWER)
SEES_MONEY = (MemberRole.MANAGER, MemberRole.FINANCE, MemberRole.VIEWER)
DOES_ORDERS = (MemberRole.MANAGER, MemberRole.ORDERS)
DOES_CATALOG = (MemberRole.MANAGER, MemberRole.CATALOG)
DOES_MONEY = (MemberRole.FINANCE,)
# Whoever reads orders reads what banks say of them, and whoever ships or keeps the money says what happened.
SEES_DISPUTES = SEES_ORDERS
ANSWERS_DISPUTES = (MemberRole.MANAGER, MemberRole.ORDERS, MemberRole.FINANCE)
DOES_SHOP = (MemberRole.MANAGER,)
# Whom each of them may invite or let go, `tenants.vendors.team` says.
DOES_TEAM = (MemberRole.MANAGER,)
# Where the money goes is an owner's to say.
OWNS = (MemberRole.OWNER,)
ANYBODY: tuple[MemberRole, ...] = ()


@dataclass(frozen=True, slots=True)
class May:
    """What the pages offer a member; the views refuse the rest all the same."""

    see_orders: bool
    see_money: bool
    do_orders: bool
    do_catalog: bool
    do_shop: bool
    do_money: bool
    do_team: bool
    own: bool


def may(member: Member) -> May:
    """What a member may; of the staff who look in: to see, and nothing else."""

    def is_one_of(roles: tuple[MemberRole, ...]) -> bool:
        return member.role in (*roles, MemberRole.OWNER)

    looks_in = member.role == VISIT

    return May(
        see_orders=looks_in or is_one_of(SEES_ORDERS),
        see_money=looks_in or is_one_of(SEES_MONEY),
        do_orders=is_one_of(DOES_ORDERS),
        do_catalog=is_one_of(DOES_CATALOG),
        do_shop=is_one_of(DOES_SHOP),
        do_money=is_one_of(DOES_MONEY),
        do_team=is_one_of(DOES_TEAM),
        own=is_one_of(OWNS),
    )


def shows(*roles: MemberRole, visits: bool = False) -> Callable[[View], View]:
    """For views that only show. `visits`: to staff who look in as well; what does not say so is not shown to them."""

    def decorate(view: View) -> View:
        held = never_cache(require_safe(member_required(*roles, visits=visits)(view)))
        return declare(held, _allowed(roles, visits), ())

    return decorate


def changes(*roles: MemberRole) -> Callable[[View], View]:
    """For views that only change."""
    return lambda view: declare(never_cache(require_POST(member_required(*roles)(view))), (), _allowed(roles))


def edits(
    sees: tuple[MemberRole, ...], does: tuple[MemberRole, ...], *, visits: bool = False
) -> Callable[[View], View]:
    """For a page with its form: some may look at it (staff who look in, if `visits`), some may send it."""

    def decorate(view: View) -> View:
        looking, sending = member_required(*sees, visits=visits)(view), member_required(*does)(view)

        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return (sending if request.method == "POST" else looking)(request, *args, **kwargs)

        held = never_cache(require_http_methods(["GET", "HEAD", "POST"])(guarded))
        return declare(held, _allowed(sees, visits), _allowed(does))

    return decorate


def _allowed(roles: tuple[MemberRole, ...], visits: bool = False) -> Sequence[str]:
    allowed: Sequence[str] = (*roles, MemberRole.OWNER) if roles else MemberRole.values
    return (*allowed, VISIT) if visits else allowed
