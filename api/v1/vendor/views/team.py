"""The shop's team: its members and their roles, and whom it has invited."""

from typing import Any, ClassVar
from uuid import UUID

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import NotFound
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.v1.vendor.serializers import team as serializers
from api.views import VendorView, body_of, caller_of
from tenants.vendors import team as keeping
from tenants.vendors.models import Invitation as InvitationRow
from tenants.vendors.models import Member as MemberRow
from tenants.vendors.queries import invitations_page, members_of, members_page

TAGS = ["Team"]
WHOM = (
    "Owners may give and take every role; managers those of catalog, orders and viewer, and so does every key: "
    "it acts for whoever made it, and never above a manager."
)


class TeamView(VendorView):
    area: ClassVar[str] = "team"

    def acts(self, request: Request) -> dict[str, Any]:
        """In whose name an action is asked for."""
        caller = caller_of(request)
        return {"vendor": self.vendor, "by": caller.person_id, "by_key": caller.kind == "key"}

    def member(self, member_id: UUID) -> MemberRow:
        """Raises NotFound, also for who has left."""
        found = members_of(self.vendor).filter(id=member_id).first()
        if found is None:
            raise NotFound()
        return found

    def invitation(self, invitation_id: UUID) -> InvitationRow:
        """Raises NotFound."""
        found = InvitationRow.objects.filter(vendor=self.vendor, id=invitation_id).first()
        if found is None:
            raise NotFound()
        return found


class Members(TeamView):
    @extend_schema(
        operation_id="members_list",
        summary="Who works here, in the order they joined",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.MemberSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = members_page(self.vendor, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: serializers.MemberSerializer(row).data))


class Member(TeamView):
    @extend_schema(operation_id="members_read", summary="One member", responses=serializers.MemberSerializer, tags=TAGS)
    def get(self, request: Request, member_id: UUID) -> Response:
        return Response(serializers.MemberSerializer(self.member(member_id)).data)

    @extend_schema(
        operation_id="members_change",
        summary="Give a member another role",
        description=f"Their sessions and tokens end; the next ones have the new role. {WHOM} 409 `last_owner` for the "
        "only owner.",
        request=serializers.RoleInput,
        responses=serializers.MemberSerializer,
        tags=TAGS,
    )
    @idempotent
    def patch(self, request: Request, member_id: UUID) -> Response:
        found = self.member(member_id)
        role = body_of(serializers.RoleInput, request)["role"]
        changed = keeping.change_role(member_id=found.id, role=role, **self.acts(request))
        return Response(serializers.MemberSerializer(changed).data)

    @extend_schema(
        operation_id="members_end",
        summary="Let a member go",
        description="Their sessions, tokens and keys end at once; the invitations they sent are withdrawn. "
        f"{WHOM} 409 `last_owner` for the only owner.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, member_id: UUID) -> Response:
        keeping.end_membership(member_id=self.member(member_id).id, **self.acts(request))
        return Response(status=204)


class Invitations(TeamView):
    @extend_schema(
        operation_id="invitations_list",
        summary="Everybody who was invited, the latest first",
        parameters=PAGE_PARAMETERS,
        responses=page_of(serializers.InvitationSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        page = invitations_page(self.vendor, cursor=cursor_of(request), size=limit_of(request))
        return Response(page_data(page, lambda row: serializers.InvitationSerializer(row).data))

    @extend_schema(
        operation_id="invitations_send",
        summary="Invite somebody",
        description=f"They get a mail with a link that is good for seven days. {WHOM} 403 `beyond_plan` when the plan "
        "allows no more people; invitations that stand count among them.",
        request=serializers.InvitationInput,
        responses={201: serializers.InvitationSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request) -> Response:
        given = body_of(serializers.InvitationInput, request)
        made = keeping.invite(email=given["email"], role=given["role"], **self.acts(request))
        address = reverse("api_vendor:invitation", args=[made.id])
        return Response(serializers.InvitationSerializer(made).data, status=201, headers={"Location": address})


class Invitation(TeamView):
    @extend_schema(
        operation_id="invitations_read",
        summary="One invitation",
        responses=serializers.InvitationSerializer,
        tags=TAGS,
    )
    def get(self, request: Request, invitation_id: UUID) -> Response:
        return Response(serializers.InvitationSerializer(self.invitation(invitation_id)).data)

    @extend_schema(
        operation_id="invitations_withdraw",
        summary="Withdraw an invitation",
        description="Its link opens nothing any more. Withdrawing twice is withdrawing once; 409 "
        "`invitation_closed` for one that was accepted.",
        request=None,
        responses={204: None},
        tags=TAGS,
    )
    @idempotent
    def delete(self, request: Request, invitation_id: UUID) -> Response:
        keeping.withdraw_invitation(invitation_id=self.invitation(invitation_id).id, **self.acts(request))
        return Response(status=204)


class InvitationMails(TeamView):
    @extend_schema(
        operation_id="invitations_resend",
        summary="Send an invitation again",
        description="It is good for seven days from now, also one that had expired. 409 when it was accepted, "
        "withdrawn, or sent ten times.",
        request=None,
        responses={200: serializers.InvitationSerializer},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, invitation_id: UUID) -> Response:
        found = self.invitation(invitation_id)
        sent = keeping.resend_invitation(invitation_id=found.id, **self.acts(request))
        return Response(serializers.InvitationSerializer(sent).data)
