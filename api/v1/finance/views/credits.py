"""Crediting a vendor by hand, and what became of it."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.by_hand import made_by_hand
from api.v1.finance.serializers.credits import ByHandInput, CreditSerializer, NewCreditSerializer
from api.v1.office import With, known, with_vendors
from api.views import OfficeView, caller_of, created
from approvals.models import Approval
from audit.actions import traced
from billing.payouts.adjustments import adjustments_page, credit_vendor, retry_adjustment
from billing.payouts.models import Adjustment
from kit.pagination import Page

TAGS = ["credits"]


class CreditList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="credits_list",
        summary="Money given to vendors by hand, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(CreditSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = adjustments_page(cursor=cursor_of(request), size=limit_of(request))
        shown = Page(with_vendors(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: CreditSerializer(row).data))

    @extend_schema(
        operation_id="credits_make",
        summary="Give a vendor money by hand",
        description="It is entered at once, and transferred by another process. From the amount on that needs four eyes "
        "`approval_id` is the approval that waits, and there is no credit yet.",
        request=ByHandInput,
        responses={201: NewCreditSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        vendor, made = made_by_hand(request, credit_vendor, action="vendor.credited", kind="adjustment")
        if isinstance(made, Approval):
            waits = NewCreditSerializer({"approval_id": made.id, "credit": None})
            return created(waits.data, "api_finance:approval", made.id)
        done = NewCreditSerializer({"approval_id": None, "credit": With(made, vendor=vendor)})
        return created(done.data, "api_finance:credit", made.id)


class CreditOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="credits_get", summary="A credit", responses=CreditSerializer, tags=TAGS)
    def get(self, request: Request, credit_id: UUID) -> Response:
        return Response(_shown(there(Adjustment.objects.filter(id=credit_id).first())))


class CreditRetry(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="credits_retry",
        summary="Have a credit sent again that the provider refused",
        description="It is sent within seconds, by another process. 409 `adjustment_not_refused` for any other.",
        request=None,
        responses=CreditSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, credit_id: UUID) -> Response:
        credit_id = known(Adjustment, credit_id)
        with traced("vendor.credit_retried", f"adjustment:{credit_id}", by=caller_of(request).person_id):
            sent_again = retry_adjustment(adjustment_id=credit_id)
        return Response(_shown(sent_again))


def _shown(credit: Adjustment) -> dict[str, object]:
    return dict(CreditSerializer(with_vendors([credit])[0]).data)
