"""Money out: transfers to vendors' balances, payouts to banks, and where each vendor's money is."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.transfers import (
    PayoutDetailSerializer,
    PayoutFilterSerializer,
    PayoutSerializer,
    TransferFilterSerializer,
    TransferSerializer,
    VendorBooksFilterSerializer,
    VendorBooksSerializer,
)
from api.v1.office import With, with_vendors
from api.views import OfficeView, caller_of, query_of
from audit.actions import traced
from billing.payouts.actions import retry_transfer
from billing.payouts.books import books_of
from billing.payouts.models import Payout, Transfer
from billing.payouts.queries import carriers_of, credits_in, payouts_page, transfers_in, transfers_page
from billing.stripe.balances import taken_back_in
from kit.pagination import Page
from tenants.vendors.queries import trading_vendors_page


class TransferList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="transfers_list",
        summary="Transfers to vendors, newest first, and the payouts that carried them on",
        parameters=[TransferFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(TransferSerializer),
        tags=["money out"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(TransferFilterSerializer, request)
        page = transfers_page(
            state=given.get("state", ""),
            vendor_id=given.get("vendor"),
            reference_id=given.get("vendor_order"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(_with_payouts(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: TransferSerializer(row).data))


class TransferOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="transfers_get", summary="A transfer", responses=TransferSerializer, tags=["money out"])
    def get(self, request: Request, transfer_id: UUID) -> Response:
        return Response(_detail(_transfer(transfer_id)))


class TransferRetry(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="transfers_retry",
        summary="Have a transfer sent again that the provider refused",
        description="It is sent within seconds, by another process.",
        request=None,
        responses=TransferSerializer,
        tags=["money out"],
    )
    @idempotent
    def post(self, request: Request, transfer_id: UUID) -> Response:
        found = _transfer(transfer_id)
        with traced("transfer.retried", f"transfer:{found.id}", by=caller_of(request).person_id) as told:
            transfer = retry_transfer(transfer_id=found.id)
            told["number"] = transfer.reference_number
        return Response(_detail(_transfer(transfer.id)))


class PayoutList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payouts_list",
        summary="Payouts to banks, newest first",
        parameters=[PayoutFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(PayoutSerializer),
        tags=["money out"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(PayoutFilterSerializer, request)
        page = payouts_page(
            state=given.get("state", ""),
            vendor_id=given.get("vendor"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(with_vendors(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: PayoutSerializer(row).data))


class PayoutOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payouts_get",
        summary="A payout with the transfers it carried",
        responses=PayoutDetailSerializer,
        tags=["money out"],
    )
    def get(self, request: Request, payout_id: UUID) -> Response:
        payout = there(Payout.objects.filter(id=payout_id).first())
        carried = list(transfers_in(payout))
        credits, back = list(credits_in(payout)), taken_back_in(payout)
        given = sum(each.amount_minor for each in carried) + sum(each.sent_minor for each in credits)
        whole = With(
            with_vendors([payout])[0],
            transfers=carried,
            credits=credits,
            taken_back_minor=back,
            left_minor=payout.amount_minor - given + back,
        )
        return Response(PayoutDetailSerializer(whole).data)


class VendorBalances(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="vendor_balances_list",
        summary="Where each vendor's money is, by name",
        parameters=[VendorBooksFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(VendorBooksSerializer),
        tags=["money out"],
    )
    def get(self, request: Request) -> Response:
        given, currency = query_of(VendorBooksFilterSerializer, request), settings.CURRENCY
        page = trading_vendors_page(search=given.get("q", ""), cursor=cursor_of(request), size=limit_of(request))
        books = [With(row, currency=currency) for row in books_of(page.rows, currency=currency)]
        shown = Page(books, page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: VendorBooksSerializer(row).data))


def _transfer(transfer_id: UUID) -> Transfer:
    """Raises NotFound."""
    return there(Transfer.objects.filter(id=transfer_id).first())


def _detail(transfer: Transfer) -> Any:
    shown: With = _with_payouts([transfer])[0]
    return TransferSerializer(shown).data


def _with_payouts(transfers: Sequence[Transfer]) -> list[With]:
    carried = carriers_of(transfers)
    return [With(row, payouts=carried.get(row.id, [])) for row in with_vendors(transfers)]
