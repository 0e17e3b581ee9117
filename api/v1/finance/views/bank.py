"""Money by our own bank: what came, files of payments to vendors, and where vendors are paid."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers import (
    ApprovalSerializer,
    BankAccountInput,
    BankAccountSerializer,
    ReceiptInput,
    ReceiptSerializer,
    ReferenceInput,
    SettlementFileDetailSerializer,
    SettlementFileSerializer,
    SettlementReturnInput,
)
from api.views import OfficeView, body_of, caller_of
from billing.bank_transfer.actions import give_back, record_incoming
from billing.bank_transfer.models import IncomingPayment, SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.queries import files_page, incoming_page
from billing.bank_transfer.settlement import file_for_the_bank, make_file, mark_returned, mark_sent
from billing.bank_transfer.two_people import ask_for_account
from kit.money import Money
from tenants.vendors.queries import named

TAGS = ["bank"]
XML = "application/xml"


class ReceiptList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="bank_receipts_list",
        summary="What came to our bank for orders, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(ReceiptSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = incoming_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: ReceiptSerializer(row).data))

    @extend_schema(
        operation_id="bank_receipts_record",
        summary="Record a line of the bank's statement",
        description="Once under its own reference. Paid in full by it, the order is paid: `payment_state` says so. 409 "
        "`incoming_recorded`; 422 `bank_reference_unknown`.",
        request=ReceiptInput,
        responses={201: ReceiptSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(ReceiptInput, request)
        amount = Money(given.pop("amount_minor"), given.pop("currency"))
        made = record_incoming(**given, amount=amount, by=caller_of(request).person_id)
        address = reverse("api_finance:bank_receipt", args=[made.id])
        return Response(_receipt(made.id), status=201, headers={"Location": address})


class ReceiptOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="bank_receipts_get", summary="What came", responses=ReceiptSerializer, tags=TAGS)
    def get(self, request: Request, incoming_id: UUID) -> Response:
        return Response(_receipt(incoming_id))


class ReceiptReturn(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="bank_receipts_return",
        summary="Say that what was too much went back",
        description="409 `nothing_to_give_back`.",
        request=ReferenceInput,
        responses=ReceiptSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, incoming_id: UUID) -> Response:
        _there(IncomingPayment, incoming_id)
        given = body_of(ReferenceInput, request)
        give_back(incoming_id=incoming_id, reference=given["reference"], by=caller_of(request).person_id)
        return Response(_receipt(incoming_id))


class SettlementFileList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="settlement_files_list",
        summary="Files of payments to vendors, newest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(SettlementFileSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = files_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: SettlementFileSerializer(row).data))

    @extend_schema(
        operation_id="settlement_files_make",
        summary="Write a file of all that is due by bank",
        description="From an amount on it waits for a second person: `released_at` is null until then. "
        "409 `settlement_nothing_due`.",
        request=None,
        responses={201: SettlementFileDetailSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        file = make_file(by=caller_of(request).person_id)
        address = reverse("api_finance:settlement_file", args=[file.id])
        return Response(_file(file.id), status=201, headers={"Location": address})


class SettlementFileOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="settlement_files_get",
        summary="A file with its payments",
        responses=SettlementFileDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, file_id: UUID) -> Response:
        return Response(_file(file_id))


class SettlementFileContent(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="settlement_files_download",
        summary="The file for the bank, SEPA pain.001",
        description="409 `settlement_not_released` until a second person has agreed, `settlement_not_open` once refused.",
        responses={(200, XML): OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, file_id: UUID) -> HttpResponse:
        _there(SettlementFile, file_id)
        file = file_for_the_bank(file_id)
        return HttpResponse(
            file.xml, content_type=XML, headers={"Content-Disposition": f'attachment; filename="{file.name}.xml"'}
        )


class SettlementFileSent(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="settlement_files_sent",
        summary="Say that the bank took a file",
        description="Its transfers are done, and in the books. 409 `settlement_not_released`, `settlement_not_open`.",
        request=None,
        responses=SettlementFileDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, file_id: UUID) -> Response:
        _there(SettlementFile, file_id)
        mark_sent(file_id=file_id, by=caller_of(request).person_id)
        return Response(_file(file_id))


class SettlementLineReturn(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="settlement_lines_return",
        summary="Say that the bank gave a payment back",
        description="It is owed again; its transfer has failed until somebody sends it again. 409 `settlement_not_open`.",
        request=SettlementReturnInput,
        responses=SettlementFileDetailSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, line_id: UUID) -> Response:
        _there(SettlementLine, line_id)
        given = body_of(SettlementReturnInput, request)
        line = mark_returned(line_id=line_id, reason=given["reason"], by=caller_of(request).person_id)
        return Response(_file(line.file_id))


class BankAccount(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="bank_accounts_get",
        summary="Where a vendor is paid by bank",
        description="404 while we do not know.",
        responses=BankAccountSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        found = VendorBankAccount.objects.filter(vendor_id=vendor_id).first()
        if found is None:
            raise NotFound()
        return Response(BankAccountSerializer(found).data)

    @extend_schema(
        operation_id="bank_accounts_ask",
        summary="Ask that a vendor be paid there from now on",
        description="Whatever the amount, another person agrees: the answer is the request that waits.",
        request=BankAccountInput,
        responses=ApprovalSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, vendor_id: UUID) -> Response:
        vendor = named([vendor_id]).get(vendor_id)
        if vendor is None:
            raise NotFound()
        given = body_of(BankAccountInput, request)
        waits = ask_for_account(vendor_id=vendor_id, vendor_name=vendor.name, **given, by=caller_of(request).person_id)
        return Response(ApprovalSerializer(waits).data)


def _there(model: type[IncomingPayment | SettlementFile | SettlementLine], row_id: UUID) -> None:
    """Raises NotFound."""
    if not model.objects.filter(id=row_id).exists():  # type: ignore[attr-defined]
        raise NotFound()


def _receipt(incoming_id: UUID) -> dict[str, object]:
    """Raises NotFound."""
    found = IncomingPayment.objects.select_related("payment").filter(id=incoming_id).first()
    if found is None:
        raise NotFound()
    return dict(ReceiptSerializer(found).data)


def _file(file_id: UUID) -> dict[str, object]:
    """Raises NotFound."""
    found = SettlementFile.objects.defer("xml").prefetch_related("lines__transfer").filter(id=file_id).first()
    if found is None:
        raise NotFound()
    return dict(SettlementFileDetailSerializer(found).data)
