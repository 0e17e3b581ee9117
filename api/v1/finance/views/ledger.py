"""The books: balances, how each came to be, the journal, one entry."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.finance.serializers.ledger import (
    AccountFilterSerializer,
    AccountHistorySerializer,
    AccountKindsSerializer,
    AccountSerializer,
    EntryDetailSerializer,
    EntryFilterSerializer,
    EntrySerializer,
    KindFilterSerializer,
    TrialSerializer,
)
from api.v1.office import With, with_vendors
from api.views import OfficeView, query_of
from billing.ledger.models import JournalEntry, LedgerAccount
from billing.ledger.queries import (
    accounts_page,
    entries_page,
    explain_balance,
    explain_by_kind,
    held_by,
    trials,
    with_postings,
)
from billing.stripe.queries import movement_of
from kit.pagination import Page
from marketplace.orders.references import references


class TrialBalances(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="trial_balances_list",
        summary="The trial balance of each currency",
        description="Debits and credits of all accounts of a code together.",
        responses=TrialSerializer(many=True),
        tags=["books"],
    )
    def get(self, request: Request) -> Response:
        return Response(TrialSerializer(trials(), many=True).data)


class AccountList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="accounts_list",
        summary="Accounts and what each holds, by code",
        parameters=[AccountFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(AccountSerializer),
        tags=["books"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(AccountFilterSerializer, request)
        page = accounts_page(
            code=given.get("code", ""),
            vendor_id=given.get("vendor"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        shown = Page(_with_balances(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: AccountSerializer(row).data))


class AccountOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="accounts_get", summary="An account", responses=AccountSerializer, tags=["books"])
    def get(self, request: Request, account_id: UUID) -> Response:
        return Response(AccountSerializer(_with_balances([_account(account_id)])[0]).data)


class AccountPostings(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="accounts_postings",
        summary="How an account came to hold what it holds, newest first",
        parameters=PAGE_PARAMETERS,
        responses=AccountHistorySerializer,
        tags=["books"],
    )
    def get(self, request: Request, account_id: UUID) -> Response:
        account = _account(account_id)
        page = explain_balance(account, cursor=cursor_of(request), size=limit_of(request))
        about = references(step.posting.entry.reference_id for step in page.steps)
        steps = [
            With(step, entry=With(step.posting.entry, reference=about.get(step.posting.entry.reference_id)))  # type: ignore[arg-type]
            for step in page.steps
        ]
        return Response(AccountHistorySerializer(With(page, account=_with_balances([account])[0], items=steps)).data)


class AccountKinds(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="accounts_kinds",
        summary="What each kind of entry did to an account within a span",
        description="By when entries occurred. `entries?kind=` and the postings say more.",
        parameters=[KindFilterSerializer],
        responses=AccountKindsSerializer,
        tags=["books"],
    )
    def get(self, request: Request, account_id: UUID) -> Response:
        account, given = _account(account_id), query_of(KindFilterSerializer, request)
        opening, kinds, closing = explain_by_kind(account, since=given["since"], until=given.get("until"))
        (shown,) = _with_balances([account])
        told = {"account": shown, "opening_minor": opening, "kinds": kinds, "closing_minor": closing}
        return Response(AccountKindsSerializer(told).data)


class EntryList(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="entries_list",
        summary="The journal, newest first",
        parameters=[EntryFilterSerializer, *PAGE_PARAMETERS],
        responses=page_of(EntrySerializer),
        tags=["books"],
    )
    def get(self, request: Request) -> Response:
        given = query_of(EntryFilterSerializer, request)
        page = entries_page(
            kind=given.get("kind", ""),
            search=given.get("q", ""),
            reference_id=given.get("reference"),
            since=given.get("since"),
            until=given.get("until"),
            cursor=cursor_of(request),
            size=limit_of(request),
        )
        about = references(entry.reference_id for entry in page.rows)

        def shown(entry: JournalEntry) -> Any:
            return EntrySerializer(With(entry, reference=about.get(entry.reference_id))).data  # type: ignore[arg-type]

        return Response(page_data(page, shown))


class EntryOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="entries_get",
        summary="An entry, and the provider's movement it was made from",
        responses=EntryDetailSerializer,
        tags=["books"],
    )
    def get(self, request: Request, entry_id: UUID) -> Response:
        entry = there(with_postings(JournalEntry.objects.filter(id=entry_id)).first())
        whole = With(
            entry,
            reference=references([entry.reference_id]).get(entry.reference_id),  # type: ignore[arg-type]
            movement=movement_of(entry.source_key),
            reversal_ids=list(entry.reversals.order_by("id").values_list("id", flat=True)),
        )
        return Response(EntryDetailSerializer(whole).data)


def _account(account_id: UUID) -> LedgerAccount:
    """Raises NotFound."""
    return there(LedgerAccount.objects.filter(id=account_id).first())


def _with_balances(accounts: Sequence[LedgerAccount]) -> list[With]:
    held = held_by([account.id for account in accounts])
    return [With(row, balance_minor=held[row.id]) for row in with_vendors(accounts)]
