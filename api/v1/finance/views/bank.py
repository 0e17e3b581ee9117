"""Money by our own bank: what came, files of payments to vendors, and where vendors are paid."""

from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.approvals import ApprovalSerializer
from api.v1.finance.serializers.bank import (
    BankAccountInput,
    BankAccountSerializer,
    ReceiptInput,
    ReceiptSerializer,
    ReferenceInput,
    SettlementFileDetailSerializer,
    SettlementFileSerializer,
    SettlementReturnInput,
)
from api.v1.office import known, vendor_called
from api.views import OfficeView, body_of, caller_of, created
from billing.bank_transfer.actions import give_back, record_incoming
from billing.bank_transfer.models import IncomingPayment, SettlementFile, SettlementLine, VendorBankAccount
from billing.bank_transfer.queries import files_page, incoming_page
from billing.bank_transfer.settlement import file_for_the_bank, make_file, mark_returned, mark_sent
from billing.bank_transfer.two_people import ask_for_account
from kit.money import Money

TAGS = ["bank"]
XML = "application/xml"


class BankView(OfficeView):
    area: ClassVar[str] = "money"


class ReceiptList(BankView):
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
        return created(_receipt(made.id), "api_finance:bank_receipt", made.id)


class ReceiptOne(BankView):
    @extend_schema(operation_id="bank_receipts_get", summary="What came", responses=ReceiptSerializer, tags=TAGS)
    def get(self, request: Request, incoming_id: UUID) -> Response:
        return Response(_receipt(incoming_id))


class ReceiptReturn(BankView):
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
        incoming_id, given = known(IncomingPayment, incoming_id), body_of(ReferenceInput, request)
        give_back(incoming_id=incoming_id, **given, by=caller_of(request).person_id)
        return Response(_receipt(incoming_id))


class SettlementFileList(BankView):
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
        return created(_file(file.id), "api_finance:settlement_file", file.id)


class SettlementFileOne(BankView):
    @extend_schema(
        operation_id="settlement_files_get",
        summary="A file with its payments",
        responses=SettlementFileDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, file_id: UUID) -> Response:
        return Response(_file(file_id))


class SettlementFileContent(BankView):
    @extend_schema(
        operation_id="settlement_files_download",
        summary="The file for the bank, SEPA pain.001",
        description="409 `settlement_not_released` until a second person has agreed, `settlement_not_open` once refused.",
        responses={(200, XML): OpenApiTypes.BINARY},
        tags=TAGS,
    )
    def get(self, request: Request, file_id: UUID) -> HttpResponse:
        file = file_for_the_bank(known(SettlementFile, file_id))
        return HttpResponse(
            file.xml, content_type=XML, headers={"Content-Disposition": f'attachment; filename="{file.name}.xml"'}
        )


class SettlementFileSent(BankView):
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
        mark_sent(file_id=known(SettlementFile, file_id), by=caller_of(request).person_id)
        return Response(_file(file_id))


class SettlementLineReturn(BankView):
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
        line_id, given = known(SettlementLine, line_id), body_of(SettlementReturnInput, request)
        line = mark_returned(line_id=line_id, **given, by=caller_of(request).person_id)
        return Response(_file(line.file_id))


class BankAccount(BankView):
    @extend_schema(
        operation_id="bank_accounts_get",
        summary="Where a vendor is paid by bank",
        description="404 while we do not know.",
        responses=BankAccountSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        found = there(VendorBankAccount.objects.filter(vendor_id=vendor_id).first())
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
        vendor, given = vendor_called(vendor_id), body_of(BankAccountInput, request)
        waits = ask_for_account(vendor_id=vendor.id, vendor_name=vendor.name, **given, by=caller_of(request).person_id)
        return Response(ApprovalSerializer(waits).data)


def _receipt(incoming_id: UUID) -> dict[str, object]:
    """Raises NotFound."""
    found = there(IncomingPayment.objects.select_related("payment").filter(id=incoming_id).first())
    return dict(ReceiptSerializer(found).data)


def _file(file_id: UUID) -> dict[str, object]:
    """Raises NotFound."""
    found = there(SettlementFile.objects.defer("xml").prefetch_related("lines__transfer").filter(id=file_id).first())
    return dict(SettlementFileDetailSerializer(found).data)
