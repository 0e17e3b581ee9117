"""Holding money: the rules in force, and holds placed on a single transfer by hand."""

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.v1.finance.serializers.holds import (
    HoldInput,
    HoldRuleInput,
    HoldRuleSerializer,
    HoldSerializer,
    ReleaseInput,
)
from api.v1.office import With, known
from api.views import OfficeView, body_of, caller_of, created
from audit.actions import traced
from billing.payouts.hold_rules import add_hold_rule, covers_words, end_hold_rule, live_hold_rules, says_words
from billing.payouts.holds import MANUAL, holds_of, place_hold, release_hold
from billing.payouts.models import Hold, HoldRule, Transfer
from tenants.vendors.queries import named

TAGS = ["holds"]


class HoldRuleList(OfficeView):
    """To add one is for those who may approve: controllers."""

    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="hold_rules_list",
        summary="The hold rules in force",
        responses=HoldRuleSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        return Response(_rules(live_hold_rules()))

    @extend_schema(
        operation_id="hold_rules_add",
        summary="Put a hold rule in force for what is sold from now on",
        request=HoldRuleInput,
        responses={201: HoldRuleSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(HoldRuleInput, request)
        with traced("hold_rule.added", by=caller_of(request).person_id) as told:
            rule = add_hold_rule(kind=given.pop("rule"), **given)
            told["subject"], told["says"] = f"hold_rule:{rule.id}", says_words(rule)
        return created(_rules([rule])[0], "api_finance:hold_rule", rule.id)


class HoldRuleOne(OfficeView):
    area: ClassVar[str] = "approvals"

    @extend_schema(
        operation_id="hold_rules_get", summary="A hold rule, ended or not", responses=HoldRuleSerializer, tags=TAGS
    )
    def get(self, request: Request, hold_rule_id: UUID) -> Response:
        return Response(_rules([there(HoldRule.objects.filter(id=hold_rule_id).first())])[0])

    @extend_schema(
        operation_id="hold_rules_end",
        summary="Take a hold rule out of force",
        description="What it holds stays held. 409 `hold_rule_ended` when it is out of force already.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, hold_rule_id: UUID) -> Response:
        rule_id = known(HoldRule, hold_rule_id)
        with traced("hold_rule.ended", f"hold_rule:{rule_id}", by=caller_of(request).person_id):
            end_hold_rule(rule_id=rule_id)
        return Response(status=204)


class TransferHolds(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="holds_list",
        summary="Why a transfer waits or waited, oldest first",
        responses=HoldSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, transfer_id: UUID) -> Response:
        found = _transfer(transfer_id)
        return Response(HoldSerializer(holds_of([found]).get(found.id, []), many=True).data)

    @extend_schema(
        operation_id="holds_place",
        summary="Hold a transfer by hand",
        description="Held by hand already, it is held for this reason and until this date. 409 `already_transferred`.",
        request=HoldInput,
        responses={201: HoldSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, transfer_id: UUID) -> Response:
        found, given = _transfer(transfer_id), body_of(HoldInput, request)
        by = caller_of(request).person_id
        with traced("hold.placed", f"transfer:{found.id}", by=by, reason=given["reason"]):
            hold = place_hold(transfer=found, rule=MANUAL, **given)
        return created(HoldSerializer(hold).data, "api_finance:hold", hold.id)


class HoldOne(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(operation_id="holds_get", summary="A hold", responses=HoldSerializer, tags=TAGS)
    def get(self, request: Request, hold_id: UUID) -> Response:
        return Response(HoldSerializer(_hold(hold_id)).data)


class HoldRelease(OfficeView):
    area: ClassVar[str] = "money"

    @extend_schema(
        operation_id="holds_release",
        summary="End a hold before its date",
        description="The money goes when no other hold of its transfer is open. 409 `hold_ended`.",
        request=ReleaseInput,
        responses=HoldSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, hold_id: UUID) -> Response:
        found, reason = _hold(hold_id), body_of(ReleaseInput, request)["reason"]
        by = caller_of(request).person_id
        with traced("hold.released", f"transfer:{found.transfer_id}", by=by, reason=reason):
            released = release_hold(hold=found, reason=reason)
        return Response(HoldSerializer(released).data)


def _transfer(transfer_id: UUID) -> Transfer:
    """Raises NotFound."""
    return there(Transfer.objects.filter(id=transfer_id).first())


def _hold(hold_id: UUID) -> Hold:
    """Raises NotFound."""
    return there(Hold.objects.select_related("transfer").filter(id=hold_id).first())


def _rules(rules: Iterable[HoldRule]) -> list[Any]:
    kept = list(rules)
    vendors = named(row.only_vendor for row in kept)
    shown = []
    for row in kept:
        vendor = vendors.get(row.only_vendor) if row.only_vendor else None
        covers = covers_words(row, vendor.name if vendor else "One vendor")
        shown.append(With(row, vendor=vendor, covers=covers, says=says_words(row)))
    return list(HoldRuleSerializer(shown, many=True).data)
