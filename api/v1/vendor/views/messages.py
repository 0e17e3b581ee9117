"""What customers wrote about their orders, and answering."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import there
from api.fields import Text
from api.idempotency import idempotent
from api.pagination import PAGE_PARAMETERS, cursor_of, limit_of, page_data, page_of
from api.views import VendorView, body_of, caller_of, query_of
from marketplace.messages import queries
from marketplace.messages.actions import LONGEST_TEXT, mark_read, say
from marketplace.messages.models import Thread
from marketplace.orders.models import VendorOrder

TAGS = ["Messages"]
SIDES = [("customer", "The customer"), ("vendor", "The vendor")]


class MessageThreadSerializer(serializers.Serializer[Any]):
    order_id = serializers.UUIDField()
    order_number = serializers.CharField()
    is_unread = serializers.BooleanField(help_text="The customer said something that nobody of the vendor has read.")
    last_at = serializers.DateTimeField()
    last_by = serializers.ChoiceField(SIDES)


class OrderMessageSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    said_by = serializers.ChoiceField(SIDES)
    text = serializers.CharField(allow_blank=True, help_text="Plain text of a stranger: escape it.")
    pictures = serializers.IntegerField(help_text="How many came with it; they are looked at in the portal.")
    said_at = serializers.DateTimeField()


class MessagesQuery(serializers.Serializer[Any]):
    state = serializers.ChoiceField([("unread", "New")], required=False)


class OrderMessageInput(serializers.Serializer[Any]):
    text = Text(max_length=LONGEST_TEXT)


def shown_thread(thread: Thread) -> dict[str, Any]:
    return {
        "order_id": thread.vendor_order_id,
        "order_number": thread.vendor_order.number,
        "is_unread": thread.waits_for_member,
        "last_at": thread.last_at,
        "last_by": _side(thread.last_kind),
    }


def _side(kind: str) -> str:
    return "vendor" if kind == "member" else "customer"


class MessageView(VendorView):
    area: ClassVar[str] = "orders"


class ThreadList(MessageView):
    @extend_schema(
        operation_id="messages_list",
        summary="Conversations with customers, the last first",
        parameters=[MessagesQuery, *PAGE_PARAMETERS],
        responses=page_of(MessageThreadSerializer),
        tags=TAGS,
    )
    def get(self, request: Request) -> Response:
        unread = query_of(MessagesQuery, request).get("state") == "unread"
        page = queries.threads_of_vendor(
            self.vendor.id, unread=unread, cursor=cursor_of(request), size=limit_of(request)
        )
        return Response(page_data(page, shown_thread))


class OrderMessages(MessageView):
    @extend_schema(
        operation_id="order_messages_list",
        summary="What was said about an order, oldest first",
        responses=OrderMessageSerializer(many=True),
        tags=TAGS,
    )
    def get(self, request: Request, order_id: UUID) -> Response:
        return Response(self._said(self._find(order_id)))

    @extend_schema(
        operation_id="order_messages_create",
        summary="Say something to the customer, who is mailed of it",
        description="409 `too_many_messages`: twenty an hour; `order_not_paid`.",
        request=OrderMessageInput,
        responses={201: OrderMessageSerializer(many=True)},
        tags=TAGS,
    )
    @idempotent
    def post(self, request: Request, order_id: UUID) -> Response:
        part, given = self._find(order_id), body_of(OrderMessageInput, request)
        found = queries.thread_of(part)
        if found is not None:
            mark_read(thread=found, kind="member")
        say(vendor_order_id=part.id, text=given["text"], kind="member", by=caller_of(request).person_id)
        return Response(self._said(part), status=201)

    def _find(self, order_id: UUID) -> VendorOrder:
        rows = VendorOrder.objects.filter(vendor_id=self.vendor.id, paid_at__isnull=False)
        return there(rows.filter(id=order_id).first())

    def _said(self, part: VendorOrder) -> list[dict[str, Any]]:
        return [
            {
                "id": message.id,
                "said_by": _side(message.author_kind),
                "text": message.text,
                "pictures": len(message.shown_photos),
                "said_at": message.at,
            }
            for message in queries.messages_of(queries.thread_of(part))
        ]
