"""Money in, and back: payments and refunds."""

from collections.abc import Iterable
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers import (
    PaymentDetailSerializer,
    PaymentFilterSerializer,
    PaymentSerializer,
    RefundFilterSerializer,
    RefundSerializer,
)
from api.v1.office import With, with_vendors
from api.views import OfficeView, query_of
from billing.payments.models import Payment, Refund
from billing.payments.queries import payments_page, refunds_page
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
        payment = Payment.objects.filter(id=payment_id).first()
        if payment is None:
            raise NotFound()
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


def _with_commission(refunds: Iterable[Refund]) -> list[With]:
    return [With(row, commission_minor=row.amount_minor - row.net_minor) for row in with_vendors(refunds)]
