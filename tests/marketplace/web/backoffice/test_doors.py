"""Who may open what: every route of the office host, asked by everybody."""

from uuid import uuid4

import pytest
from django.urls import reverse

from marketplace.web.backoffice import urls as backoffice
from marketplace.web.finance import urls as finance

STAFF = ("moderator", "support", "finance_viewer", "accountant", "controller", "administrator")
EVERYBODY = set(STAFF)
ORDERS = EVERYBODY - {"moderator"}
MODERATOR = {"moderator", "administrator"}
SUPPORT = {"support", "administrator"}
FINANCE = {"finance_viewer", "accountant", "controller", "administrator"}
REFUNDS = ORDERS - {"finance_viewer"}
CONTROLLER = {"controller", "administrator"}
ADMINISTRATOR = {"administrator"}

DOORS = {
    "backoffice:home": EVERYBODY,
    "backoffice:vendors": EVERYBODY,
    "backoffice:vendor": EVERYBODY,
    "backoffice:vendor_approval": MODERATOR,
    "backoffice:vendor_rejection": MODERATOR,
    "backoffice:orders": ORDERS,
    "backoffice:order": ORDERS,
    "backoffice:order_refund": REFUNDS,
    "backoffice:refunds": ORDERS,
    "backoffice:refund": ORDERS,
    "backoffice:refund_decision": REFUNDS,
    "backoffice:refund_policy": ADMINISTRATOR,
    "backoffice:customers": SUPPORT,
    "backoffice:customer": SUPPORT,
    "backoffice:commissions": ADMINISTRATOR,
    "backoffice:commission_new": ADMINISTRATOR,
    "backoffice:commission": ADMINISTRATOR,
    "backoffice:commission_position": ADMINISTRATOR,
    "backoffice:commission_end": ADMINISTRATOR,
    "backoffice:commission_drafts": ADMINISTRATOR,
    "backoffice:commission_draft": ADMINISTRATOR,
    "backoffice:commission_draft_rule_new": ADMINISTRATOR,
    "backoffice:commission_draft_rule": ADMINISTRATOR,
    "backoffice:commission_draft_position": ADMINISTRATOR,
    "backoffice:commission_draft_end": ADMINISTRATOR,
    "backoffice:commission_draft_adoption": ADMINISTRATOR,
    "backoffice:commission_draft_discard": ADMINISTRATOR,
    "backoffice:commission_simulations": ADMINISTRATOR,
    "backoffice:commission_simulation": ADMINISTRATOR,
    "backoffice:plans": ADMINISTRATOR,
    "backoffice:plan_new": ADMINISTRATOR,
    "backoffice:plan": ADMINISTRATOR,
    "backoffice:plan_price": ADMINISTRATOR,
    "backoffice:plan_retirement": ADMINISTRATOR,
    "backoffice:categories": MODERATOR,
    "backoffice:category_new": MODERATOR,
    "backoffice:category": MODERATOR,
    "backoffice:team": ADMINISTRATOR,
    "backoffice:team_member": ADMINISTRATOR,
    "backoffice:team_member_end": ADMINISTRATOR,
    "backoffice:mail": SUPPORT,
    "backoffice:mail_message": SUPPORT,
    "backoffice:mail_html": SUPPORT,
    "backoffice:facts": ADMINISTRATOR,
    "backoffice:fact_retry": ADMINISTRATOR,
    "backoffice:audit": ADMINISTRATOR,
    "finance:home": FINANCE,
    "finance:ledger": FINANCE,
    "finance:account": FINANCE,
    "finance:entries": FINANCE,
    "finance:entry": FINANCE,
    "finance:vendors": FINANCE,
    "finance:transfers": FINANCE,
    "finance:transfer_retry": FINANCE,
    "finance:transfer": FINANCE,
    "finance:adjustments": FINANCE,
    "finance:debits": FINANCE,
    "finance:adjustment_retry": FINANCE,
    "finance:hold_place": FINANCE,
    "finance:hold_release": FINANCE,
    "finance:hold_rules": FINANCE,
    "finance:hold_rule_end": CONTROLLER,
    "finance:payouts_own": CONTROLLER,
    "finance:payouts": FINANCE,
    "finance:payout": FINANCE,
    "finance:payments": FINANCE,
    "finance:refunds": FINANCE,
    "finance:refund_retry": FINANCE,
    "finance:refund_bank_transfer": FINANCE,
    "finance:debts": FINANCE,
    "finance:debt_write_off": CONTROLLER,
    "finance:debt_limit": CONTROLLER,
    "finance:disputes": FINANCE,
    "finance:dispute": FINANCE,
    "finance:dispute_assignment": FINANCE,
    "finance:dispute_answer": FINANCE,
    "finance:dispute_acceptance": FINANCE,
    "finance:approvals": FINANCE,
    "finance:approval_decision": CONTROLLER,
    "finance:approval_withdrawal": FINANCE,
    "finance:exception": FINANCE,
    "finance:exception_resolution": FINANCE,
    "finance:exception_owner": FINANCE,
    "finance:order_healing": FINANCE,
    "finance:bank": FINANCE,
    "finance:bank_receipt": FINANCE,
    "finance:bank_return": FINANCE,
    "finance:bank_refund": FINANCE,
    "finance:bank_account": FINANCE,
    "finance:account_kinds": FINANCE,
    "finance:settlement_new": FINANCE,
    "finance:settlement": FINANCE,
    "finance:settlement_sent": FINANCE,
    "finance:settlement_returned": FINANCE,
    "finance:jobs": FINANCE,
    "finance:job_run": FINANCE,
    "finance:event_retry": FINANCE,
    "finance:periods": FINANCE,
    "finance:period_closing": CONTROLLER,
    "finance:period_reopening": CONTROLLER,
    "finance:reopening_decision": CONTROLLER,
    "finance:documents_issue": FINANCE,
    "finance:documents": FINANCE,
    "finance:documents_zip": FINANCE,
    "finance:document_pdf": FINANCE,
    "finance:document_csv": FINANCE,
    "finance:exports": FINANCE,
    "finance:export_file": FINANCE,
    "finance:account_mapping": FINANCE,
    "finance:account_mapping_change": CONTROLLER,
    "finance:reconciliation": FINANCE,
    "finance:match": FINANCE,
    "finance:run": FINANCE,
}
POSTED = {
    "backoffice:team_member_end",
    "backoffice:refund_decision",
    "finance:debt_write_off",
    "finance:debt_limit",
    "finance:dispute_assignment",
    "finance:dispute_answer",
    "finance:dispute_acceptance",
    "backoffice:vendor_approval",
    "backoffice:vendor_rejection",
    "backoffice:commission_position",
    "backoffice:commission_end",
    "backoffice:commission_drafts",
    "backoffice:commission_draft_position",
    "backoffice:commission_draft_end",
    "backoffice:commission_draft_adoption",
    "backoffice:commission_draft_discard",
    "backoffice:commission_simulations",
    "backoffice:plan_price",
    "backoffice:plan_retirement",
    "backoffice:fact_retry",
    "finance:transfer_retry",
    "finance:refund_retry",
    "finance:match",
    "finance:exception_resolution",
    "finance:exception_owner",
    "finance:order_healing",
    "finance:bank_receipt",
    "finance:bank_return",
    "finance:bank_refund",
    "finance:settlement_new",
    "finance:settlement_sent",
    "finance:settlement_returned",
    "finance:job_run",
    "finance:event_retry",
    "finance:period_closing",
    "finance:period_reopening",
    "finance:reopening_decision",
    "finance:documents_issue",
    "finance:account_mapping_change",
    "finance:approval_decision",
    "finance:approval_withdrawal",
    "finance:adjustment_retry",
    "finance:hold_place",
    "finance:hold_release",
    "finance:hold_rule_end",
    "finance:payouts_own",
}
CHANGING = POSTED | {
    "finance:bank_account",
    "backoffice:commission_new",
    "backoffice:commission",
    "backoffice:commission_draft_rule_new",
    "backoffice:commission_draft_rule",
    "backoffice:category_new",
    "backoffice:category",
    "backoffice:plan_new",
    "backoffice:plan",
    "backoffice:team",
    "backoffice:team_member",
}


# They would ask the provider; their doors are tried where they are posted to by roles without them.
ASKING = {"finance:match", "finance:order_healing"}


def routes():
    """Every route's name with its address, unknown ids filled in."""
    for module in (backoffice, finance):
        for pattern in module.urlpatterns:
            name = f"{module.app_name}:{pattern.name}"
            given = dict.fromkeys(pattern.pattern.converters, uuid4())
            yield name, reverse(name, urlconf="config.urls_office", kwargs=given)


def test_every_route_has_a_door_and_every_door_a_route():
    assert {name for name, _ in routes()} == DOORS.keys()


def may_post(role, name):
    """Who has the door may also change things behind it, except a viewer, who changes nothing anywhere."""
    return role in DOORS[name] and role != "finance_viewer"


@pytest.mark.parametrize("role", STAFF)
def test_each_role_opens_its_own_doors_and_no_others(desk, role):
    at = desk(role)
    shut = {}
    for name, address in routes():
        if name in ASKING:
            continue  # it would ask the provider; its door is tried below
        answer = at.post(address) if name in POSTED else at.get(address)
        shut[name] = answer.status_code == 403
    assert {name for name, is_shut in shut.items() if not is_shut} == {
        name
        for name, roles in DOORS.items()
        if name not in ASKING and (may_post(role, name) if name in POSTED else role in roles)
    }


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_changes_are_refused_to_roles_without_them_also_when_posted(desk, name):
    address = dict(routes())[name]
    for role in [role for role in STAFF if not may_post(role, name)]:
        assert desk(role).post(address, {"position": "1"}).status_code == 403, role


def test_nobody_is_sent_to_sign_in_from_every_route(desk):
    nobody = desk(None)
    for name, address in routes():
        for answer in (nobody.get(address), nobody.post(address)):
            assert answer.status_code == 302, name
            assert answer["Location"].startswith("http://localhost:8000/handoff/?to=office"), name


@pytest.mark.parametrize("name", sorted(POSTED))
def test_what_changes_something_is_not_done_by_a_link(desk, name):
    assert desk("administrator").get(dict(routes())[name]).status_code == 405


def test_who_left_the_staff_is_out_at_once(desk):
    from accounts.actions import remove_staff_member

    at = desk("support")
    assert at.get("/vendors/").status_code == 200
    remove_staff_member(staff=at.staff)
    assert at.get("/vendors/").status_code == 302


def test_links_lead_nobody_to_a_shut_door(desk, market_day):
    """What a page shows to a role, that role may open."""
    import re

    for role in STAFF:
        at = desk(role)
        start = ["/", "/vendors/", f"/vendors/{market_day.lindqvist.id}/"]
        if role in ORDERS:
            start += ["/orders/", f"/orders/{market_day.paid.id}/"]
        links = {
            link.replace("&amp;", "&")
            for address in start
            for link in re.findall(r'href="(/[^"#]*)', at.page(address))
            if not link.startswith("/static/")
        }
        assert len(links) > 3
        assert {link: status for link in sorted(links) if (status := at.get(link).status_code) != 200} == {}, role
