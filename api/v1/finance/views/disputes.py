"""Disputes by API: what banks ask back, whose part it is, and the one answer that a bank takes."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.disputes import (
    AssignmentInput,
    DisputeDetailSerializer,
    DisputeFilterSerializer,
    DisputeSerializer,
    SubmissionInput,
)
from api.v1.office import With
from api.views import OfficeView, body_of, caller_of, query_of
from billing.disputes import actions
from billing.disputes.models import Dispute
from billing.disputes.queries import dispute_of, disputes_page, files_of, merged_texts, slices_of
from billing.stripe.disputes import accept_dispute, documents_of, submit_answer
from kit.errors import InvalidInput
from tenants.vendors.queries import named

TAGS = ["disputes"]


class DisputeList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="disputes_list",
        summary="Disputes, newest first",
        parameters=[DisputeFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(DisputeSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        given = query_of(DisputeFilterSerializer, request)
        page = disputes_page(state=given.get("state", ""), cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: DisputeSerializer(row).data))


class DisputeOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="disputes_get",
        summary="A dispute: its money by vendor, what the vendors say, its documents and its timeline",
        responses=DisputeDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, dispute_id: UUID) -> Response:
        return Response(_told(_find(dispute_id)))


class DisputeAssignment(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="disputes_assign",
        summary="Say whose part is disputed, and who bears the loss and the fee",
        description="409 `dispute_closed` once it is decided.",
        request=AssignmentInput,
        responses=DisputeDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, dispute_id: UUID) -> Response:
        found, by = _find(dispute_id), caller_of(request).person_id
        given = body_of(AssignmentInput, request)
        actions.decide_terms(
            dispute_id=found.id,
            share_id=given["share_id"],
            borne_by=given["loss_borne_by"],
            fee_borne_by=given["fee_borne_by"],
            by=by,
        )
        return Response(_told(_find(dispute_id)))


class DisputeSubmission(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="disputes_submit",
        summary="Send the bank the answer, once and for all",
        description="`merged_texts` of the dispute is what the vendors say. 409 `dispute_already_answered` the second "
        "time, `dispute_closed` once it is decided.",
        request=SubmissionInput,
        responses=DisputeDetailSerializer,
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        found, given = _find(dispute_id), body_of(SubmissionInput, request)
        chosen = set(given["file_ids"])
        if not chosen <= {file.id for file in files_of(found.id)}:
            raise InvalidInput("That is not a document of this dispute.", field="file_ids")
        documents = documents_of(found, chosen)
        submit_answer(dispute_id=found.id, texts=given["texts"], documents=documents, by=caller_of(request).person_id)
        return Response(_told(_find(dispute_id)))


class DisputeAcceptance(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="disputes_accept",
        summary="Give in: it is lost at once",
        description="409 `dispute_closed` once it is decided.",
        request=None,
        responses=DisputeDetailSerializer,
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, dispute_id: UUID) -> Response:
        found = _find(dispute_id)
        accept_dispute(dispute_id=found.id, by=caller_of(request).person_id)
        return Response(_told(_find(dispute_id)))


def _find(dispute_id: UUID) -> Dispute:
    """Raises NotFound."""
    return there(dispute_of(dispute_id))


def _told(found: Dispute) -> dict[str, Any]:
    parts = slices_of([found]).get(found.id, [])
    answers = {answer.vendor_id: answer for answer in found.answers.all()}
    shares = list(found.payment.shares.order_by("id"))
    vendors = named(share.vendor_id for share in shares)
    whole = With(
        found,
        parts=[
            With(
                part,
                vendor=vendors.get(part.vendor_id),
                texts=answers[part.vendor_id].texts if part.vendor_id in answers else {},
                handed_in_at=answers[part.vendor_id].handed_in_at if part.vendor_id in answers else None,
            )
            for part in parts
        ],
        shares=[With(share, vendor=vendors.get(share.vendor_id)) for share in shares],
        merged_texts=merged_texts(parts, answers.values()),
        files=[With(file, vendor=vendors.get(file.vendor_id)) for file in files_of(found.id)],
        events=list(found.events.order_by("at", "id")),
    )
    return dict(DisputeDetailSerializer(whole).data)
