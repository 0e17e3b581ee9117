"""Money in, and back: payments and refunds."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.payments import (
    BankTransferInput,
    BankTransferSerializer,
    PaymentDetailSerializer,
    PaymentFilterSerializer,
    PaymentSerializer,
    RefundFilterSerializer,
    RefundSerializer,
)
from api.v1.office import With, known, with_vendors
from api.views import OfficeView, body_of, caller_of, query_of
from approvals.models import Approval
from audit.actions import traced
from billing.payments.actions import retry_refund
from billing.payments.by_hand import say_paid
from billing.payments.models import Payment, Refund
from billing.payments.queries import payments_page, refunds_page
from kit.money import Money
from kit.pagination import Page


class PaymentList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payments_list",
        summary="Payments, newest first",
        parameters=[PaymentFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(PaymentSerializer),
        tags=["money in"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(PaymentFilterSerializer, request)
        page = payments_page(
            state=given.get("state", ""), search=given.get("q", ""), cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, lambda row: PaymentSerializer(row).data))


class PaymentOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payments_get",
        summary="A payment with its vendors' shares, its attempts and its refunds",
        responses=PaymentDetailSerializer,
        tags=["money in"],
    )
    def get(self, request: Request, payment_id: UUID) -> Response:
        payment = there(Payment.objects.filter(id=payment_id).first())
        refunds = payment.refunds.select_related("payment", "share").order_by("id")
        whole = With(
            payment,
            shares=with_vendors(payment.shares.order_by("id")),
            attempts=list(payment.attempts.order_by("number")),
            refunds=_with_commission(refunds),
        )
        return Response(PaymentDetailSerializer(whole).data)


class RefundList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="refunds_list",
        summary="Refunds, newest first",
        parameters=[RefundFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(RefundSerializer),
        tags=["money in"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(RefundFilterSerializer, request)
        page = refunds_page(state=given.get("state", ""), cursor=cursor_of(request), size=limit_of(request))
        shown = Page(_with_commission(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: RefundSerializer(row).data))


class RefundRetry(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="refunds_retry",
        summary="Have a refund sent again that the provider refused",
        description="It is sent within seconds, by another process. 409 `refund_not_refused` for any other.",
        request=None,
        responses=RefundSerializer,
        tags=["money in"],
    )
    @idempotent
    def post(self, request: Request, refund_id: UUID) -> Response:
        refund_id = known(Refund, refund_id)
        with traced("refund.retried", f"refund:{refund_id}", by=caller_of(request).person_id) as told:
            refund = retry_refund(refund_id=refund_id)
            amount = Money(refund.amount_minor, refund.currency)
            told.update(number=refund.payment.reference_number, amount=str(amount))
        return Response(RefundSerializer(_refund(refund_id)).data)


class RefundBankTransfer(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="refunds_pay_by_hand",
        summary="Say that a refund that came back was paid from our bank",
        description="Posts 2100 to 1100, once. From the amount on that needs four eyes `approval_id` is the approval "
        "that waits. 409 `refund_not_owed` for any other refund.",
        request=BankTransferInput,
        responses=BankTransferSerializer,
        tags=["money in"],
    )
    @idempotent
    def post(self, request: Request, refund_id: UUID) -> Response:
        refund_id, given = known(Refund, refund_id), body_of(BankTransferInput, request)
        done = say_paid(refund_id=refund_id, by=caller_of(request).person_id, **given)
        waits = done.id if isinstance(done, Approval) else None
        return Response(BankTransferSerializer({"approval_id": waits, "refund": _refund(refund_id)}).data)


def _refund(refund_id: UUID) -> With:
    return _with_commission([Refund.objects.select_related("payment", "share").get(id=refund_id)])[0]


def _with_commission(refunds: Iterable[Refund]) -> list[With]:
    return with_vendors(refunds)
