"""The shop's checklist: what is asked of whom before it sells and before it is paid."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound, there
from api.idempotency import idempotent
from api.v1.checklists import ChecklistSerializer, shown
from api.views import VendorView, body_of, caller_of
from billing.stripe.checklists import checklist
from tenants.onboarding import actions
from tenants.onboarding.queries import current_terms
from tenants.vendors.models import Vendor

TAGS = ["Onboarding"]


class TermsSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    text = serializers.CharField()
    published_at = serializers.DateTimeField()


class TermsInput(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, help_text="The version that was read.")


class PaperInput(serializers.Serializer):
    file = serializers.FileField(help_text="A PDF, PNG or JPEG, up to 10 MB.")


class PaperSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    step = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    sent_at = serializers.DateTimeField()


class Onboarding(VendorView):
    area: ClassVar[str] = "onboarding"

    @extend_schema(
        operation_id="onboarding",
        summary="The checklist, and whose turn it is",
        responses=ChecklistSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(_shown(self))


class Terms(VendorView):
    area: ClassVar[str] = "onboarding"

    @extend_schema(
        operation_id="onboarding_terms",
        summary="The terms in force",
        responses={200: TermsSerializer},
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(TermsSerializer(there(current_terms())).data)


class TermsAcceptance(VendorView):
    area: ClassVar[str] = "terms"

    @extend_schema(
        operation_id="onboarding_terms_accept",
        summary="Agree to the terms, for the shop",
        description="For owners, never for a key. Agreeing twice is agreeing once; 409 `terms_changed` when another "
        "version is in force.",
        request=TermsInput,
        responses=ChecklistSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        version = body_of(TermsInput, request)["version"]
        actions.accept_terms(vendor=self.vendor, by=caller_of(request).person_id, version=version)
        return Response(_shown(self))


class StepDocuments(VendorView):
    area: ClassVar[str] = "onboarding"
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="onboarding_documents_create",
        summary="Send a document that is asked for",
        description="409 `step_not_waiting` once one was accepted.",
        request={"multipart/form-data": PaperInput},
        responses={201: PaperSerializer},
        tags=TAGS,
    )
    @idempotent(in_transaction=False)
    def post(self, request: Request, code: str) -> Response:
        _find(self, code)
        file = body_of(PaperInput, request)["file"]
        made = actions.send_document(
            vendor=_now(self), code=code, file=file, name=str(file.name), by=caller_of(request).person_id
        )
        return Response(PaperSerializer(made).data, status=201)


class StepSubmission(VendorView):
    area: ClassVar[str] = "onboarding"

    @extend_schema(
        operation_id="onboarding_steps_submit",
        summary="Say that what was sent back was mended",
        description="409 `step_not_waiting` for a step that was not sent back.",
        request=None,
        responses=ChecklistSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, code: str) -> Response:
        _find(self, code)
        actions.send_again(vendor=self.vendor, code=code, by=caller_of(request).person_id)
        return Response(_shown(self))


def _now(view: VendorView) -> Vendor:
    """The vendor as it is now, not as when its host was looked up."""
    return Vendor.objects.get(id=view.vendor.id)


def _shown(view: VendorView) -> dict[str, Any]:
    vendor = _now(view)
    return shown(vendor, checklist(vendor))


def _find(view: VendorView, code: str) -> None:
    """Raises NotFound for a step that is not asked of this shop."""
    if checklist(_now(view)).item(code) is None:
        raise NotFound()
