"""What the platform takes: the rules in their order, and what they would take of a line."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import With
from api.v1.platform.serializers.commissions import (
    CommissionRuleSerializer,
    ExplanationSerializer,
    LineToExplainSerializer,
    NewCommissionRuleSerializer,
    PositionSerializer,
    RateSerializer,
)
from api.views import OfficeView, body_of, caller_of
from audit.actions import traced
from billing.commissions import words
from billing.commissions.actions import add_rule, end_rule, move_rule, replace_rule
from billing.commissions.models import CommissionRule, RuleTerms
from billing.commissions.queries import as_rule, explain, line_to_explain, live_page, vendors_named, versions
from kit.pagination import Page


class RuleList(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_rules_list",
        summary="The rules in force, first to be asked first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(CommissionRuleSerializer),
        tags=["commissions"],
    )
    def get(self, request: Request) -> Response:
        page = live_page(cursor=cursor_of(request), size=limit_of(request))
        shown = Page(in_words(page.rows), page.next_cursor, page.previous_cursor)
        return Response(page_data(shown, lambda row: CommissionRuleSerializer(row).data))

    @extend_schema(
        operation_id="commission_rules_add",
        summary="Add a rule",
        description="Orders placed before keep what was frozen on their lines.",
        request=NewCommissionRuleSerializer,
        responses={201: CommissionRuleSerializer},
        tags=["commissions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given, by = body_of(NewCommissionRuleSerializer, request), caller_of(request).person_id
        with traced("commission_rule.added", by=by, **told_of(given)) as told:
            rule = add_rule(**given, by=by)
            told["subject"] = f"commission_rule:{rule.id}"
        return Response(detail(rule), status=201, headers={"Location": _address(rule)})


class RuleOne(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_rules_get",
        summary="A version of a rule",
        responses=CommissionRuleSerializer,
        tags=["commissions"],
    )
    def get(self, request: Request, rule_id: UUID) -> Response:
        return Response(detail(_rule(rule_id)))

    @extend_schema(
        operation_id="commission_rules_replace",
        summary="Make the next version of a rule",
        description="In its place, with an id of its own (`Location`); the old version ends.",
        request=RateSerializer,
        responses=CommissionRuleSerializer,
        tags=["commissions"],
    )
    @idempotent
    def put(self, request: Request, rule_id: UUID) -> Response:
        old, given, by = _rule(rule_id), body_of(RateSerializer, request), caller_of(request).person_id
        with traced("commission_rule.replaced", by=by, **told_of(given)) as told:
            rule = replace_rule(rule_id=old.id, **given, by=by)
            told["subject"] = f"commission_rule:{rule.id}"
        return Response(detail(rule), headers={"Location": _address(rule)})

    @extend_schema(
        operation_id="commission_rules_end",
        summary="Take a rule out of force",
        description="What it covered falls to the rules behind it.",
        request=None,
        responses={204: None},
        tags=["commissions"],
    )
    @idempotent
    def delete(self, request: Request, rule_id: UUID) -> Response:
        rule = _rule(rule_id)
        with traced("commission_rule.ended", f"commission_rule:{rule.id}", by=caller_of(request).person_id):
            end_rule(rule_id=rule.id)
        return Response(status=204)


class RulePosition(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_rules_move",
        summary="Ask a rule earlier or later",
        description="The others close up; a place behind the last one is the last one.",
        request=PositionSerializer,
        responses=CommissionRuleSerializer,
        tags=["commissions"],
    )
    @idempotent
    def put(self, request: Request, rule_id: UUID) -> Response:
        rule, given = _rule(rule_id), body_of(PositionSerializer, request)
        by = caller_of(request).person_id
        with traced("commission_rule.moved", f"commission_rule:{rule.id}", by=by, **given):
            moved = move_rule(rule_id=rule.id, **given)
        return Response(detail(moved))


class RuleVersions(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_rules_versions",
        summary="This version of a rule and those before it, newest first",
        responses=CommissionRuleSerializer(many=True),
        tags=["commissions"],
    )
    def get(self, request: Request, rule_id: UUID) -> Response:
        return Response(CommissionRuleSerializer(in_words(versions(_rule(rule_id))), many=True).data)


class Explanations(OfficeView):
    area: ClassVar[str] = "commissions"

    @extend_schema(
        operation_id="commission_explanations_make",
        summary="What a line would pay, by which rule, and why",
        description="It changes nothing. 409 when no rule covers the line: then it cannot be sold.",
        request=LineToExplainSerializer,
        responses=ExplanationSerializer,
        tags=["commissions"],
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(LineToExplainSerializer, request)
        line = line_to_explain(**given, currency=settings.CURRENCY)
        taken, passed = explain(line)
        shown = {
            "amount_minor": given["amount_minor"],
            "commission_minor": taken.amount_minor,
            "commission_tax_minor": taken.tax_minor,
            "earnings_minor": given["amount_minor"] - taken.amount_minor,
            "currency": line.currency,
            "rule_id": taken.rule_id,
            "reason": taken.reason,
            "passed": passed,
        }
        return Response(ExplanationSerializer(shown).data)


def _rule(rule_id: UUID) -> CommissionRule:
    """Raises NotFound."""
    return there(CommissionRule.objects.filter(id=rule_id).first())


def detail(rule: CommissionRule) -> Any:
    return CommissionRuleSerializer(in_words([rule])[0]).data


def in_words(rows: Sequence[RuleTerms]) -> list[With]:
    """Rules with what they cover and take in words, and why one cannot be read. One query at most."""
    vendors = vendors_named(rows)
    return [
        With(
            row,
            covers="" if rule.problem else words.covers(rule.conditions, vendors),
            takes=words.takes(rule),
            problem=rule.problem or None,
        )
        for row, rule in ((row, as_rule(row)) for row in rows)
    ]


def told_of(given: dict[str, Any]) -> dict[str, Any]:
    """Of a rule's terms those that say something, for the trail of who did what."""
    return {name: value for name, value in given.items() if (value or name == "rate_bps") and name != "position"}


def _address(rule: CommissionRule) -> str:
    return reverse("api_platform:commission_rule", args=[rule.id])
