"""Whom the platform asks to sell here."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.office import known
from api.views import OfficeView, body_of, caller_of, created
from tenants.onboarding.inviting import invitation, invite_vendor, resend_invitation, withdraw_invitation
from tenants.onboarding.models import VendorInvitation
from tenants.onboarding.queries import invitations_page

TAGS = ["vendors"]


class VendorInvitationSerializer(serializers.Serializer):
    """Good while it is pending. An expired one that is sent again is pending again."""

    id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField(help_text="Of the shop, as far as we know it.")
    country = serializers.CharField()
    currency = serializers.CharField()
    message = serializers.CharField()
    state = serializers.ChoiceField(["pending", "accepted", "withdrawn", "expired"])
    invited_by = serializers.UUIDField(help_text="The person's user id.")
    invited_at = serializers.DateTimeField()
    sent_count = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    accepted_vendor_id = serializers.UUIDField(allow_null=True, help_text="The vendor that applied by it.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class InvitingSerializer(serializers.Serializer):
    email = serializers.EmailField(max_length=254)
    country = serializers.RegexField("^[A-Za-z]{2}$", help_text="ISO 3166-1, two letters: where the vendor is.")
    currency = serializers.RegexField("^[A-Za-z]{3}$", help_text="ISO 4217: what it is to be paid in.")
    name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    message = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, help_text="It stands in the mail."
    )


class InvitationList(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendor_invitations_list",
        summary="Whom the platform invited, the latest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(VendorInvitationSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = invitations_page(cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: VendorInvitationSerializer(row).data))

    @extend_schema(
        operation_id="vendor_invitations_add",
        summary="Ask somebody to sell here",
        description="A mail follows. 422 at `country` or `currency` where it could not be paid; 409 `already_invited`.",
        request=InvitingSerializer,
        responses={201: VendorInvitationSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        made = invite_vendor(by=caller_of(request).person_id, **body_of(InvitingSerializer, request))
        return created(VendorInvitationSerializer(made).data, "api_platform:vendor_invitation", made.id)


class InvitationOne(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendor_invitations_get",
        summary="One invitation",
        responses=VendorInvitationSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, vendor_invitation_id: UUID) -> Response:
        return Response(VendorInvitationSerializer(there(invitation(vendor_invitation_id))).data)

    @extend_schema(
        operation_id="vendor_invitations_withdraw",
        summary="Take an invitation back",
        description="Its link leads to the plain application. 409 `invitation_closed`.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, vendor_invitation_id: UUID) -> Response:
        found = known(VendorInvitation, vendor_invitation_id)
        withdraw_invitation(invitation_id=found, by=caller_of(request).person_id)
        return Response(status=204)


class InvitationMails(OfficeView):
    area: ClassVar[str] = "vendors"

    @extend_schema(
        operation_id="vendor_invitations_send",
        summary="Send an invitation again, good for 30 days",
        description="409 `invitation_closed`, or `conflict` once it was sent ten times.",
        request=None,
        responses=VendorInvitationSerializer,
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, vendor_invitation_id: UUID) -> Response:
        found = known(VendorInvitation, vendor_invitation_id)
        sent = resend_invitation(invitation_id=found, by=caller_of(request).person_id)
        return Response(VendorInvitationSerializer(sent).data)
