"""Who is told of cancellations and refunds, and what they bring about."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum

from accounts.models import StaffMember, User
from billing.payments.actions import RefundTooLarge
from billing.payments.models import Refund
from billing.payouts import actions as payouts
from kit import clock
from kit.links import absolute_url
from kit.money import Money
from marketplace.orders.links import order_url
from marketplace.orders.models import Order, OrderLine, VendorOrder
from marketplace.returns.answering import settle_refunded
from marketplace.returns.claims import reopen_claim, settle_granted
from marketplace.returns.models import Photo, RefundItem, RefundRequest, RequestState
from marketplace.returns.photos import drop_files
from marketplace.returns.policy import policy_at
from marketplace.returns.queries import told_of
from notifications.actions import send
from outbox.models import Fact
from privacy.engine import person_of
from privacy.models import DataRequest
from tenants.vendors.models import Member, Vendor


def check_lines(fact: Fact) -> None:
    """Inside `refund.requested`: a refused refund that is sent again finds what its lines gave back meanwhile."""
    lines = RefundItem.objects.filter(refund=fact.payload["refund"], order_line__isnull=False).values("order_line")
    counted = RefundItem.objects.filter(order_line__in=lines, refund__is_counted=True)
    given = dict(counted.order_by().values_list("order_line").annotate(Sum("amount_minor")))
    for line in OrderLine.objects.filter(id__in=given):
        if given[line.id] > line.total_minor:
            raise RefundTooLarge(f"“{line.title}” was refunded another way meanwhile.")


def settle(fact: Fact) -> None:
    """Inside `refund_request.done`: the return or the claim it was for is over."""
    request = _request(fact)
    settle_refunded(request)
    settle_granted(request)


def reopen(fact: Fact) -> None:
    """Inside `refund_request.rejected` and `.changed`: staff decides about its claim once more."""
    reopen_claim(_request(fact))


def tell_customer(fact: Fact) -> None:
    """After: what was canceled, and what comes back."""
    request = _request(fact)
    order = request.order
    items = list(request.items.select_related("order_line", "vendor_order").order_by("id"))
    send(
        f"refund_request_done:{request.id}",
        "order_refunded" if request.amount_minor else "order_canceled",
        order.email,
        {
            "order": order,
            "request": request,
            "items": items,
            "canceled": list(request.cancellations.select_related("order_line").order_by("id")),
            "amount": _money(request),
            "tax": str(Money(sum(item.tax_minor for item in items), request.currency)),
            "url": order_url(order),
        },
        about=order.id,
    )


def tell_vendors(fact: Fact) -> None:
    """After: a vendor learns of what others canceled or refunded of its part."""
    request = _request(fact)
    if request.asked_kind == "member":
        return
    parts = {UUID(part["vendor_order_id"]): part for part in request.preview["parts"]}
    found = VendorOrder.objects.filter(id__in=parts).order_by("id")
    vendors = Vendor.objects.in_bulk([part.vendor_id for part in found])
    for part in found:
        told = parts[part.id]
        send(
            f"vendor_order_refunded:{request.id}:{part.id}",
            "vendor_order_refunded",
            vendors[part.vendor_id].email,
            {
                "part": part,
                "request": request,
                "amount": str(Money(told["amount_minor"], request.currency)),
                "net": str(Money(told["net_minor"], request.currency)),
                "canceled": [{"title": title, "count": count} for _, title, count in told["canceled"]],
                "url": absolute_url("portal", f"/orders/{part.id}/", vendor=part.vendor_slug),
            },
            about=part.order_id,
            vendor_id=part.vendor_id,
        )


def release_what_has_arrived(fact: Fact) -> None:
    """After: with the rest canceled, all of a vendor order may have arrived; then its hold begins to run."""
    ids = [part["vendor_order_id"] for part in _request(fact).preview["parts"]]
    for part in VendorOrder.objects.filter(id__in=ids, delivered_at__isnull=False):
        assert part.delivered_at is not None
        payouts.delivered(reference_id=part.id, delivered_at=part.delivered_at)


def tell_approvers(fact: Fact) -> None:
    """After: those who may decide about a request that waits, without who asked."""
    request = _request(fact)
    if request.state != RequestState.WAITING:
        return
    roles = policy_at(clock.now()).roles_for(request.amount_minor)
    for email, url in _approvers(request, roles):
        context = {"request": request, "amount": _money(request), "url": url}
        send(f"refund_waiting:{request.id}:{email}", "refund_waiting", email, context, vendor_id=request.vendor_id)


def tell_asker(fact: Fact) -> None:
    """After: whoever asked learns that it was approved, rejected, or could not be done as shown."""
    request = _request(fact)
    if request.asked_kind == "customer":
        return
    asker = User.objects.filter(id=request.asked_by).first() if request.asked_by else None
    if asker is not None:
        send(
            f"refund_decided:{request.id}:{request.state}",
            "refund_decided",
            asker.email,
            {"request": request, "amount": _money(request), "url": _url(request)},
            vendor_id=request.vendor_id,
        )


def tell_of_failure(fact: Fact) -> None:
    """After `refund.failed`: the customer, where money came back that they are owed, and those who pay it another way."""
    refund = Refund.objects.select_related("payment").get(id=fact.payload["refund"])
    amount = str(Money(refund.sent_minor, refund.currency))
    order = Order.objects.get(id=refund.payment.reference_id)
    words, then = told_of(refund)
    context = {"refund": refund, "amount": amount, "order": order, "words": words, "next": then}
    if refund.came_back:
        key = f"refund_came_back:{refund.id}"
        send(key, "refund_came_back", order.email, {**context, "url": order_url(order)}, about=order.id)
    url = absolute_url("office", "/finance/refunds/?state=failed")
    roles = ("accountant", "controller", "administrator")
    for staff in StaffMember.objects.filter(role__in=roles, left_at=None).select_related("user"):
        key = f"refund_failed:{refund.id}:{refund.attempt}:{staff.id}"
        send(key, "refund_failed", staff.user.email, {**context, "url": url})


def _request(fact: Fact) -> RefundRequest:
    return RefundRequest.objects.select_related("order").get(id=fact.payload["request"])


def _approvers(request: RefundRequest, roles: Iterable[str]) -> list[tuple[str, str]]:
    """(address, where to decide)."""
    named: dict[str, list[str]] = {"member": [], "staff": []}
    for role in roles:
        kind, _, name = role.partition(":")
        named[kind].append(name)
    assert request.asked_by is not None
    if request.asked_kind == "member":
        assert request.vendor_id is not None
        members = Member.objects.filter(vendor_id=request.vendor_id, role__in=named["member"], left_at=None)
        found = [member.email for member in members.exclude(user_id=request.asked_by)]
    else:
        staff = StaffMember.objects.filter(role__in=named["staff"], left_at=None).exclude(user_id=request.asked_by)
        found = [member.user.email for member in staff.select_related("user")]
    return [(email, _url(request)) for email in found]


def _url(request: RefundRequest) -> str:
    if request.vendor_id is not None and request.asked_kind == "member":
        slug = Vendor.objects.values_list("slug", flat=True).get(id=request.vendor_id)
        return absolute_url("portal", f"/refunds/{request.id}/", vendor=slug)
    return absolute_url("office", f"/refunds/{request.id}/")


def _money(request: RefundRequest) -> str:
    return str(Money(request.amount_minor, request.currency))


def forget_photos(fact: Fact) -> None:
    """Inside: the files of photos that go with whoever sent them. Their rows go in the same transaction; the files once it
    stands, for what is gone from the store does not come back."""
    request = DataRequest.objects.select_related("user").get(id=fact.payload["request"])
    orders = person_of(request.user, request.email).orders
    found = Photo.objects.filter(Q(returned__order_id__in=orders) | Q(claim__order_id__in=orders)).exclude(path="")
    paths = list(found.values_list("vendor_id", "path"))
    transaction.on_commit(lambda: drop_files(paths))
