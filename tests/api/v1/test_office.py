"""Who of the staff may call what, and how many queries an answer takes."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from accounts.models import StaffMember
from api.auth import SignedIn, staff_scopes
from api.v1.finance import urls as finance
from api.v1.platform import urls as platform
from approvals.actions import request_approval
from billing.bank_transfer.models import IncomingPayment, SettlementFile, SettlementLine, VendorBankAccount
from billing.commissions import drafts
from billing.commissions.models import CommissionRule
from billing.ledger.models import JournalEntry, LedgerAccount, Period, Reopening
from billing.payments.actions import request_refund
from billing.payments.models import Payment, PaymentShare
from billing.payouts.adjustments import credit_vendor
from billing.payouts.hold_rules import add_hold_rule
from billing.payouts.models import Hold
from billing.payouts.wishes import ask_own
from billing.reconciliation.actions import reconcile
from billing.reconciliation.models import ReconciliationException
from billing.statements.exports.run import ask_for_export, run_exports
from billing.subscriptions.models import Plan
from kit import clock
from kit.context import acting_for
from kit.money import Money
from marketplace.checkout.simulation import run_simulations
from marketplace.fulfillment.models import Parcel, ParcelLine
from marketplace.orders.models import VendorOrder
from marketplace.promotions.actions import Given, Maker, create_promotion
from marketplace.returns.policy import set_policy
from tenants.isolation.models import ExportState, ShopExport
from tenants.onboarding.inviting import invite_vendor
from tests.api.conftest import OFFICE
from tests.marketplace.conftest import address, everything_ten_percent, put_on_shelf
from tests.support.api import at_office
from tests.support.months import file_of, statement_of
from tests.support.office import market_day
from tests.support.traders import ask_for_a_refund, dispute_of, owe_a_fee

__all__ = ["address", "at_office", "everything_ten_percent", "market_day", "put_on_shelf"]

FINANCE = {"finance_viewer", "accountant", "controller", "administrator"}
KEEPS_BOOKS = FINANCE - {"finance_viewer"}
ORDERS = FINANCE | {"support"}
EVERYBODY = ORDERS | {"moderator"}
MODERATOR = {"moderator", "administrator"}
ADMINISTRATOR = {"administrator"}
REFUNDS = ORDERS - {"finance_viewer"}
NOBODY: set[str] = set()
# (reading, writing) by route: as on the pages, see the doors of the back office. Of the finance console all are finance's.
DOORS = {
    "me": (EVERYBODY, NOBODY),
    "vendors": (EVERYBODY, NOBODY),
    "vendor": (EVERYBODY, NOBODY),
    "vendor_approval": (NOBODY, MODERATOR),
    "vendor_suspension": (NOBODY, MODERATOR),
    "vendor_lifting": (NOBODY, MODERATOR),
    "vendor_closing": (NOBODY, ADMINISTRATOR),
    "vendor_closure": (NOBODY, ADMINISTRATOR),
    "vendor_reopening": (NOBODY, ADMINISTRATOR),
    "vendor_onboarding": (EVERYBODY, NOBODY),
    "vendor_onboarding_decision": (NOBODY, MODERATOR),
    "vendor_exports": (NOBODY, ADMINISTRATOR),
    "vendor_invitations": (EVERYBODY, MODERATOR),
    "vendor_invitation": (EVERYBODY, MODERATOR),
    "vendor_invitation_mails": (NOBODY, MODERATOR),
    **dict.fromkeys(("fleet", "shops", "shop"), (ADMINISTRATOR, NOBODY)),
    **dict.fromkeys(("shop_exports", "shop_export", "shop_export_file"), (ADMINISTRATOR, NOBODY)),
    "promotions": (ADMINISTRATOR, ADMINISTRATOR),
    "promotion": (ADMINISTRATOR, ADMINISTRATOR),
    "promotion_pause": (NOBODY, ADMINISTRATOR),
    "onboarding": (EVERYBODY, NOBODY),
    "vendor_rejection": (NOBODY, MODERATOR),
    "orders": (ORDERS, NOBODY),
    "order": (ORDERS, NOBODY),
    "refund_previews": (NOBODY, REFUNDS),
    "order_refunds": (NOBODY, REFUNDS),
    "refund_requests": (ORDERS, NOBODY),
    "refund_request": (ORDERS, NOBODY),
    "refund_previews_of": (NOBODY, REFUNDS),
    "refund_approval_of": (NOBODY, REFUNDS),
    "refund_rejection_of": (NOBODY, REFUNDS),
    "commission_rules": (ADMINISTRATOR, ADMINISTRATOR),
    "commission_rule": (ADMINISTRATOR, ADMINISTRATOR),
    "commission_position": (NOBODY, ADMINISTRATOR),
    "commission_versions": (ADMINISTRATOR, NOBODY),
    "commission_explanations": (NOBODY, ADMINISTRATOR),
    "commission_drafts": (ADMINISTRATOR, ADMINISTRATOR),
    "commission_draft": (ADMINISTRATOR, ADMINISTRATOR),
    "commission_adoption": (NOBODY, ADMINISTRATOR),
    "commission_simulations": (NOBODY, ADMINISTRATOR),
    "commission_simulation": (ADMINISTRATOR, NOBODY),
    "staff": (ADMINISTRATOR, ADMINISTRATOR),
    "staff_member": (ADMINISTRATOR, ADMINISTRATOR),
    "refund_policy_now": (ADMINISTRATOR, NOBODY),
    "refund_policies": (ADMINISTRATOR, ADMINISTRATOR),
    "refund_policy": (ADMINISTRATOR, NOBODY),
    "plans": (ADMINISTRATOR, ADMINISTRATOR),
    "plan": (ADMINISTRATOR, ADMINISTRATOR),
    "plan_prices": (NOBODY, ADMINISTRATOR),
}
# Of the finance API: what only some of those who keep the books may change.
FINANCE_WRITES = {
    name: {"controller", "administrator"}
    for name in (
        *("approval_decision", "period_closure", "period_reopenings", "reopening_decision"),
        *("debt_write_off", "debt_limit", "hold_rules", "hold_rule", "own_payouts"),
    )
}
# What these must be told beside an id.
QUERIES = {"account_kinds": "?since=2026-01-01T00:00:00Z"}
METHODS = ("get", "post", "put", "patch", "delete")
MOST_QUERIES = 8


def routes() -> list[tuple[str, str, URLPattern]]:
    """(audience, address with unknown ids, route) of all that has a view of the API."""
    return [
        (
            audience,
            reverse(
                f"api_{audience}:{route.name}",
                urlconf="config.urls_office",
                kwargs=dict.fromkeys(route.pattern.converters, uuid4()),
            ),
            route,
        )
        for audience, module in (("platform", platform), ("finance", finance))
        for route in module.urlpatterns
        if hasattr(route.callback, "view_class") and not str(route.name).endswith("_docs")
    ]


def doors(audience: str, route: URLPattern) -> tuple[set[str], set[str]]:
    name = str(route.name)
    return DOORS[name] if audience == "platform" else (FINANCE, FINANCE_WRITES.get(name, KEEPS_BOOKS))


@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_each_role_opens_its_own_doors_and_no_others(at_office: Any, settings: Any, role: str) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    caller = at_office(role)
    wrong = {}
    for audience, path, route in routes():
        reads, writes = doors(audience, route)
        for method in METHODS:
            if not hasattr(route.callback.view_class, method):
                continue
            answer = getattr(caller, method)(path)
            let_in = role in (reads if method == "get" else writes)
            if (answer.status_code != 403) != let_in or answer.status_code >= 500:
                wrong[f"{method} {path}"] = answer.status_code
    assert wrong == {}


@pytest.mark.parametrize("audience", ["platform", "finance"])
@pytest.mark.parametrize(("who", "status"), [("nobody", 401), ("member", 403), ("key", 403), ("nonsense", 401)])
def test_nobody_and_who_is_not_on_the_staff_comes_in_nowhere(
    program: Any, make_vendor: Any, member_token: Any, make_key: Any, audience: str, who: str, status: int
) -> None:
    vendor = make_vendor("lindqvist")
    tokens = {
        "nobody": lambda: "",
        "member": lambda: member_token(vendor),
        "key": lambda: make_key(vendor, "orders:read", "money:read"),
        "nonsense": lambda: "nonsense",
    }
    caller = program(OFFICE, tokens[who]())
    found = {
        (method, path): getattr(caller, method)(path).status_code
        for its_audience, path, route in routes()
        for method in METHODS
        if its_audience == audience and hasattr(route.callback.view_class, method)
    }
    assert set(found.values()) == {status}, found


def test_every_view_says_its_area_and_every_write_can_be_repeated() -> None:
    for _, path, route in routes():
        view = route.callback.view_class
        assert view.area or view.permission_classes == [SignedIn], path
        for method in METHODS[1:]:
            if hasattr(view, method):
                assert getattr(getattr(view, method), "is_idempotent", False), (method, path)


def test_who_calls_is_told_what_they_may_do(at_office: Any) -> None:
    answer = at_office("finance").get("/api/v1/platform/me").json()
    assert (answer["name"], answer["email"], answer["role"]) == ("Ada Berg", "finance@souk.example", "accountant")
    assert (
        answer["scopes"]
        == sorted(staff_scopes("accountant"))
        == [
            *("approvals:read", "money:read", "money:write", "orders:read"),
            *("refunds:read", "refunds:write", "vendors:read"),
        ]
    )


def everything_of(market_day: Any) -> dict[str, Any]:
    """By the name of a path's parameter, an id of which there is most to tell."""
    part = VendorOrder.objects.get(order=market_day.paid, vendor_id=market_day.lindqvist.id)
    parcel = Parcel.objects.create(vendor_order=part, vendor_id=part.vendor_id)
    ParcelLine.objects.create(parcel=parcel, order_line=part.lines.get(), vendor_id=part.vendor_id, quantity=1)
    payment = Payment.objects.get(reference_id=market_day.paid.id)
    with transaction.atomic():
        for share in PaymentShare.objects.filter(payment=payment):
            request_refund(share=share, amount_minor=10, reason="Late", key=f"late:{share.id}")
    asked = ask_for_a_refund(part, "staff")  # before the dispute, which keeps everybody from it
    run = reconcile(fetch_balances=list)
    draft = drafts.start_draft(name="Spring")
    simulation = drafts.simulate(draft_id=draft.id, first_on=clock.today(), last_on=clock.today())
    run_simulations()
    waiting = request_approval(
        kind="ledger.entry",
        subject=f"exception:{run.id}",
        summary="Write it off",
        payload={},
        amount=Money(70000, "EUR"),
        reason="It is gone",
        by=market_day.ada.id,
    )
    return {
        "vendor_id": market_day.lindqvist.id,
        "number": market_day.paid.number,
        "draft_id": draft.id,
        "simulation_id": simulation.id,
        "staff_id": StaffMember.objects.get().id,
        "plan_id": Plan.objects.get(code="scale").id,
        "rule_id": CommissionRule.objects.get().id,
        "account_id": LedgerAccount.objects.get(code="2000", vendor_id=market_day.lindqvist.id).id,
        "entry_id": JournalEntry.objects.get(kind="transfer").id,
        "transfer_id": market_day.transfer.id,
        "payout_id": market_day.vendor_payout.id,
        "payment_id": payment.id,
        "run_id": run.id,
        "approval_id": waiting.id,
        "dispute_id": dispute_of(part).id,
        "debt_id": owe_a_fee(part).id,
        "request_id": asked.id,
        "policy_id": refund_policy_of(market_day.ada.id).id,
        "hold_rule_id": add_hold_rule(
            kind="delivered_plus_days", scope="vendor", days=3, only_vendor=part.vendor_id
        ).id,
        "hold_id": Hold.objects.filter(transfer=market_day.transfer)[0].id,
        "credit_id": credit_vendor(vendor=market_day.moreau, amount_minor=500, reason="Late", by=market_day.ada.id).id,
        "wish_id": ask_own(wish_id=uuid4(), amount_minor=None).id,
        "exception_id": ReconciliationException.objects.all()[0].id,
        **papers_of(market_day),
        **vendors_of(market_day),
    }


def vendors_of(market_day: Any) -> dict[str, Any]:
    """Of vendors and their shops: one that was invited, a shop and its export as a file, a promotion."""
    by, vendor = market_day.ada.id, market_day.lindqvist
    with acting_for(vendor.current):
        path = storages["private"].save(f"exports/{vendor.id}/1.zip", ContentFile(b"PK"))
    export = ShopExport.objects.create(vendor_id=vendor.id, state=ExportState.DONE, asked_by=by, file_path=path)
    off = Given(name="Spring", kind="percentage", rate_bps=1000)
    return {
        "vendor_invitation_id": invite_vendor(email="new@mail.example", country="NL", currency="EUR", by=by).id,
        "wall": vendor.schema_name,
        "shop_export_id": export.id,
        "promotion_id": create_promotion(given=off, by=Maker(by, None)).id,
    }


def refund_policy_of(user_id: Any) -> Any:
    return set_policy(
        commission="kept_after",
        kept_after_days=30,
        customer_cancels="until_accepted",
        limits={"staff:support": 5000},
        reason="As agreed",
        by=user_id,
    )


def papers_of(market_day: Any) -> dict[str, Any]:
    """Of the books: a document with its file, a file of an export, a month that is to be opened again, money by bank."""
    document = file_of(statement_of(market_day.lindqvist))
    first = clock.today().replace(day=1)
    export = ask_for_export(
        format="ledger", starts_on=first, ends_on=first + timedelta(days=40), currency="EUR", by=market_day.ada.id
    )
    run_exports()
    asked = Reopening.objects.create(
        period=Period.objects.get(), reason="A fee was missing", asked_by=market_day.ada.id
    )
    incoming = IncomingPayment.objects.create(
        payment_id=market_day.transfer.payment_id,
        bank_reference="B-1",
        amount_minor=100,
        currency="EUR",
        received_on=clock.today(),
        recorded_by=market_day.ada.id,
    )
    file = SettlementFile.objects.create(
        name="SOUK-1",
        xml="<Document/>",
        total_minor=100,
        currency="EUR",
        lines_count=1,
        made_by=market_day.ada.id,
        released_at=clock.now(),
    )
    to = {"vendor_id": market_day.lindqvist.id, "holder": "Lindqvist", "iban": "NL91ABNA0417164300"}
    SettlementLine.objects.create(file=file, transfer=market_day.transfer, amount_minor=100, currency="EUR", **to)
    VendorBankAccount.objects.create(**to, set_by=market_day.ada.id)
    return {
        "document_id": document.id,
        "export_id": export.id,
        "reopening_id": asked.id,
        "incoming_id": incoming.id,
        "file_id": file.id,
    }


def test_no_answer_takes_more_than_eight_queries(at_office: Any, market_day: Any) -> None:
    caller, ids = at_office("administrator"), everything_of(market_day)
    counts = {}
    for audience, _, route in routes():
        if not hasattr(route.callback.view_class, "get"):
            continue
        name = f"api_{audience}:{route.name}"
        given = {each: ids[each] for each in route.pattern.converters}
        path = reverse(name, urlconf="config.urls_office", kwargs=given) + QUERIES.get(str(route.name), "")
        caller.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert caller.get(path).status_code == 200, path
        # The face's role is taken on by the test, around the call.
        counts[name] = len([query for query in captured if "SESSION AUTHORIZATION" not in query["sql"]])
    assert len(counts) >= 40
    assert {name: count for name, count in counts.items() if count > MOST_QUERIES} == {}
