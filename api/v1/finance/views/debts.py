"""Vendor debt by API: who owes what, writing it off, and how much a vendor may owe."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.by_hand import made_by_hand
from api.v1.finance.serializers.credits import ByHandInput
from api.v1.finance.serializers.debts import (
    DebtFilterSerializer,
    DebtLimitInput,
    DebtLimitSerializer,
    DebtSerializer,
    NewDebitSerializer,
    WriteOffInput,
    WriteOffSerializer,
)
from api.v1.office import With, vendor_called, with_vendors
from api.views import OfficeView, body_of, caller_of, created, query_of
from approvals.models import Approval
from billing.payouts.adjustments import debit_vendor, debits_page
from billing.payouts.debts import limit_of as debt_limit_of
from billing.payouts.debts import own_limit_of, set_limit
from billing.payouts.models import VendorDebt
from billing.payouts.owed import debt_of, debts_page, owed_by, payments_of
from billing.payouts.wishes import schedule_of
from billing.payouts.write_offs import ask_write_off
from kit.pagination import Page
from tenants.vendors.models import Vendor

TAGS = ["debts"]


class DebtList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="debts_list",
        summary="What vendors owe or owed, newest first, and what settled it",
        parameters=[DebtFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(DebtSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        given = query_of(DebtFilterSerializer, request)
        page = debts_page(
            vendor_id=given.get("vendor"), is_open=given["open"], cursor=cursor_of(request), size=limit_of(request)
        )
        shown = Page(_told(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: DebtSerializer(row).data))


class DebitList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="debits_list",
        summary="What vendors were debited by hand, newest first, and what settled it",
        parameters=PAGE_PARAMETERS,
        responses=page_of(DebtSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = debits_page(cursor=cursor_of(request), size=limit_of(request))
        shown = Page(_told(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: DebtSerializer(row).data))

    @extend_schema(
        operation_id="debits_make",
        summary="Have a vendor pay an amount out of its later earnings",
        description="It is entered at once, and a debt like others. From the amount on that needs four eyes `approval_id` is "
        "the approval that waits, and there is no debit yet.",
        request=ByHandInput,
        responses={201: NewDebitSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        _, made = made_by_hand(request, debit_vendor, action="vendor.debited", kind="vendor_debt")
        if isinstance(made, Approval):
            waits = NewDebitSerializer({"approval_id": made.id, "debit": None})
            return created(waits.data, "api_finance:approval", made.id)
        done = NewDebitSerializer({"approval_id": None, "debit": _told([made])[0]})
        return created(done.data, "api_finance:debt", made.id)


class DebtOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="debts_get", summary="A debt", responses=DebtSerializer, tags=TAGS)
    def get(self, request: Request, debt_id: UUID) -> Response:
        return Response(DebtSerializer(_told([_debt(debt_id)])[0]).data)


class DebtWriteOff(OfficeView):
    """For those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="debts_write_off",
        summary="No longer expect a debt, or a part of it, to be paid",
        description="From the amount on that needs four eyes `approval_id` is the approval that waits. 409 `nothing_owed` "
        "for a debt that is settled, `debt_payment_under_way` while the vendor pays.",
        request=WriteOffInput,
        responses=WriteOffSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, debt_id: UUID) -> Response:
        debt, given = _debt(debt_id), body_of(WriteOffInput, request)
        done = ask_write_off(debt_id=debt.id, by=caller_of(request).person_id, **given)
        waits = done.id if isinstance(done, Approval) else None
        told = {"approval_id": waits, "debt": _told([_debt(debt_id)])[0]}
        return Response(WriteOffSerializer(told).data)


class DebtLimitOne(OfficeView):
    """To change it is for those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="debt_limits_get",
        summary="How much a vendor owes and may owe, and whether its payouts are held for it",
        responses=DebtLimitSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_id: UUID) -> Response:
        return Response(_limit(vendor_called(vendor_id)))

    @extend_schema(
        operation_id="debt_limits_set",
        summary="Let one vendor owe more, or less, than others",
        description="Above it the vendor's payouts to its bank are held, within seconds.",
        request=DebtLimitInput,
        responses=DebtLimitSerializer,
        tags=TAGS,
    )
    @idempotent
    def put(self, request: Request, vendor_id: UUID) -> Response:
        vendor, given = vendor_called(vendor_id), body_of(DebtLimitInput, request)
        set_limit(vendor_id=vendor.id, currency=settings.CURRENCY, by=caller_of(request).person_id, **given)
        return Response(_limit(vendor))


def _debt(debt_id: UUID) -> VendorDebt:
    """Raises NotFound."""
    return there(debt_of(debt_id))


def _told(debts: list[VendorDebt]) -> list[With]:
    paid = payments_of(debts)
    return [With(row, payments=paid.get(row.id, [])) for row in with_vendors(debts)]


def _limit(vendor: Vendor) -> dict[str, Any]:
    currency, schedule = settings.CURRENCY, schedule_of(vendor.id)
    own = own_limit_of(vendor.id, currency)
    told = {
        "vendor": vendor,
        "currency": currency,
        "owed_minor": owed_by(vendor.id, currency),
        "limit_minor": debt_limit_of(vendor.id, currency) if own is None else own.limit_minor,
        "reason": own.reason if own else "",
        "set_by": own.set_by if own else None,
        "set_at": own.set_at if own else None,
        "payouts_held_at": schedule.held_at if schedule else None,
        "payouts_held_reason": schedule.held_reason if schedule else "",
    }
    return dict(DebtLimitSerializer(told).data)
