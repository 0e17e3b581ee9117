"""Disputes: customers' banks that ask for money back, what the shop says of it, and what it owes in the end."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.disputes import EvidenceFileSerializer
from api.v1.vendor.serializers import disputes as serializers
from api.v1.vendor.shown import disputes as shown
from api.views import VendorView, body_of, query_of
from billing.disputes import evidence, queries
from billing.disputes.models import DisputeSlice
from billing.payouts import debts, owed
from billing.payouts.models import DebtPayment, VendorDebt
from billing.payouts.wishes import schedule_of
from kit import clock
from marketplace.orders.queries import numbers_of

TAGS = ["Disputes"]
DEBT_TAGS = ["Money"]


class Disputes(VendorView):
    area: ClassVar[str] = "disputes"

    @extend_schema(
        operation_id="disputes_list",
        summary="Disputes that concern the shop, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.DisputeSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = queries.vendor_disputes_page(self.vendor.id, cursor=cursor_of(request), size=limit_of(request))
        orders = numbers_of(self.vendor.id, [part.reference_id for part in page.rows])
        now = clock.now()
        return Response(page_data(page, lambda part: shown.dispute(part, orders, now)))


class DisputeOne(VendorView):
    area: ClassVar[str] = "disputes"

    @extend_schema(
        operation_id="disputes_read",
        summary="A dispute, and what was said of it so far",
        responses=serializers.DisputeDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        return Response(_detail(self, _find(self, dispute_id)))


class DisputeAnswer(VendorView):
    area: ClassVar[str] = "disputes"

    @extend_schema(
        operation_id="disputes_answer",
        summary="Say the shop's side, or hand it in",
        description="The texts take the place of those said before. The bank takes one answer: the marketplace sends it "
        "once it is handed in. 409 `dispute_answer_closed` after the deadline, and when the answer was sent.",
        request=serializers.AnswerInput,
        responses=serializers.DisputeDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, dispute_id: UUID) -> Response:
        part, given = _find(self, dispute_id), body_of(serializers.AnswerInput, request)
        evidence.save_answer(part=part, texts=given["texts"], hand_in=given["hand_in"], now=clock.now())
        return Response(_detail(self, part))


class DisputeFiles(VendorView):
    area: ClassVar[str] = "disputes"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="disputes_files_create",
        summary="Add a document to the answer",
        request={"multipart/form-data": serializers.EvidenceFileInput},
        responses={201: EvidenceFileSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        part, given = _find(self, dispute_id), body_of(serializers.EvidenceFileInput, request)
        made = evidence.add_file(part=part, kind=given["kind"], file=given["file"], name=str(given["file"].name))
        return Response(shown.file(made), status=201)


class DisputeFile(VendorView):
    area: ClassVar[str] = "disputes"

    @extend_schema(
        operation_id="disputes_files_delete", summary="Take a document back", responses={204: None}, tags=TAGS
    )
    @idempotent(in_transaction=False)
    def delete(self, request: Request, dispute_id: UUID, file_id: UUID) -> Response:
        if not evidence.remove_file(part=_find(self, dispute_id), file_id=file_id):
            raise NotFound()
        return Response(status=204)


class Debts(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="debts_list",
        summary="What the shop owes or owed, newest first, and what paid it",
        parameters=[serializers.DebtFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.DebtSerializer),
        tags=DEBT_TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.DebtFilterSerializer, request)
        page = owed.debts_page(
            vendor_id=self.vendor.id, is_open=asked["open"], cursor=cursor_of(request), size=limit_of(request)
        )
        paid = owed.payments_of(page.rows)
        orders = _orders(self.vendor.id, page.rows, [each for rows in paid.values() for each in rows])
        return Response(page_data(page, lambda row: shown.debt(row, paid.get(row.id, []), orders)))


class DebtOne(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="debts_read", summary="A debt", responses=serializers.DebtSerializer, tags=DEBT_TAGS)
    def get(self, request: Request, debt_id: UUID) -> Response:
        found = there(owed.debt_of(debt_id, vendor_id=self.vendor.id))
        payments = owed.payments_of([found]).get(found.id, [])
        return Response(shown.debt(found, payments, _orders(self.vendor.id, [found], payments)))


class DebtSummary(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="debt_summary",
        summary="How much the shop owes, how much it may owe, and whether its payouts are held for it",
        responses=serializers.DebtSummarySerializer,
        tags=DEBT_TAGS,
    )
    def get(self, request: Request) -> Response:
        schedule = schedule_of(self.vendor.id)
        return Response(
            {
                "currency": settings.CURRENCY,
                "owed_minor": owed.owed_by(self.vendor.id, settings.CURRENCY),
                "limit_minor": debts.limit_of(self.vendor.id, settings.CURRENCY),
                "payouts_held_at": schedule.held_at if schedule else None,
                "payouts_held_reason": schedule.held_reason if schedule else "",
            }
        )


def _find(view: VendorView, dispute_id: UUID) -> DisputeSlice:
    """Raises NotFound, also for a dispute that concerns others only."""
    return there(queries.vendor_slice(view.vendor.id, dispute_id))


def _detail(view: VendorView, part: DisputeSlice) -> dict[str, object]:
    vendor_id = view.vendor.id
    orders = numbers_of(vendor_id, [part.reference_id])
    said, files = queries.answer_of(vendor_id, part.dispute_id), queries.files_of(part.dispute_id, vendor_id=vendor_id)
    return {**shown.dispute(part, orders, clock.now()), **shown.answer(said, files)}


def _orders(vendor_id: UUID, rows: list[VendorDebt], payments: list[DebtPayment]) -> shown.Orders:
    about = [row.reference_id for row in rows if row.reference_id]
    return numbers_of(vendor_id, [*about, *(each.transfer.reference_id for each in payments if each.transfer)])
