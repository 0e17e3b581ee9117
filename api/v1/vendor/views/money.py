"""Money: where it is, what was transferred, what arrived in the bank, and the account behind it."""

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import money as serializers
from api.v1.vendor.shown import money as shown
from api.views import VendorView, query_of
from billing.disputes.ways import ways_of
from billing.ledger.models import AccountCode
from billing.ledger.queries import balance, explain_to_vendor, vendor_account
from billing.payouts import queries
from kit.pagination import Page
from marketplace.orders.queries import lines_of, numbers_of

TAGS = ["Money"]


class Balance(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="balance",
        summary="Where the shop's money is",
        responses=serializers.BalanceSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        money = queries.vendor_money(self.vendor.id, settings.CURRENCY)
        owed = -balance(AccountCode.VENDOR_PAYABLE, currency=settings.CURRENCY, vendor_id=self.vendor.id)
        return Response(shown.balance(money, owed))


class Transfers(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="transfers_list",
        summary="Earnings by order, newest first: where they are, and why they wait",
        parameters=[serializers.TransferFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.TransferSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.TransferFilterSerializer, request)
        page = queries.transfers_page(
            vendor_id=self.vendor.id,
            state=asked.get("state", ""),
            reference_id=asked.get("order"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        orders = numbers_of(self.vendor.id, [row.reference_id for row in page.rows])
        lines = lines_of(self.vendor.id, [row.reference_id for row in page.rows])
        ways: Page[Any] = Page(ways_of(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(ways, lambda way: shown.transfer(way, orders, lines)))


class Payouts(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payouts_list",
        summary="Payouts to the bank, newest first",
        parameters=[serializers.PayoutFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(serializers.PayoutSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        asked = query_of(serializers.PayoutFilterSerializer, request)
        page = queries.payouts_page(
            vendor_id=self.vendor.id,
            state=asked.get("state", ""),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        return Response(page_data(page, shown.payout))


class Payout(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="payouts_read",
        summary="A payout and what it carried",
        responses=serializers.PayoutDetailSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, payout_id: UUID) -> Response:
        found = there(queries.payout_of(self.vendor.id, payout_id))
        links = list(queries.transfers_in(found))
        orders = numbers_of(self.vendor.id, [link.transfer.reference_id for link in links])
        return Response({**shown.payout(found), "transfers": [shown.carried(link, orders) for link in links]})


class Ledger(VendorView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="ledger",
        summary="The shop's account in our books, newest first",
        description="What we owe the shop, entry by entry, with the balance after each.",
        parameters=PAGE_PARAMETERS,
        responses=serializers.LedgerSerializer,
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        cursor, size = cursor_of(request), limit_of(request)
        account = vendor_account(AccountCode.VENDOR_PAYABLE, vendor_id=self.vendor.id, currency=settings.CURRENCY)
        answer: dict[str, Any] = {"currency": settings.CURRENCY, "opening_minor": 0, "closing_minor": 0, "items": []}
        if account is None:
            return Response({**answer, "next_cursor": None, "previous_cursor": None})
        page = explain_to_vendor(account, cursor=cursor, size=size)
        orders = numbers_of(self.vendor.id, [step.posting.entry.reference_id for step in page.steps])
        return Response(
            {
                **answer,
                "opening_minor": -page.opening_minor,
                "closing_minor": -page.closing_minor,
                "items": [shown.step(step, orders) for step in page.steps],
                "next_cursor": page.next_cursor,
                "previous_cursor": page.previous_cursor,
            }
        )
