"""Returns and claims as the APIs of customers and vendors take and give them."""

from typing import Any

from rest_framework import serializers

from api.fields import Text, Whole
from api.v1.refunds import DIGEST_HELP, MOST_UNITS, AskedPartInput
from marketplace.orders.models import OrderEvent
from marketplace.orders.words import LONGEST
from marketplace.returns.answering import ADDRESS
from marketplace.returns.models import Claim, ClaimKind, ClaimState, Return, ReturnReason, ReturnState, ShippingPaidBy

TRACKING = ("carrier", "tracking_number", "tracking_url")
# That a vendor stayed silent, nobody has to say.
CUSTOMERS_KINDS = [each for each in ClaimKind.choices if each[0] != ClaimKind.SILENT]


class ReplacementSerializer(serializers.Serializer[Any]):
    variant_id = serializers.UUIDField()
    title = serializers.CharField()


class ReturnableLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    title = serializers.CharField()
    units = serializers.IntegerField(help_text="At most so many can be asked for.")
    until = serializers.DateTimeField(allow_null=True, help_text="When the time of the first of them is over.")
    instead = ReplacementSerializer(many=True, help_text="What can be had instead of the money.")


class ReturnablePartSerializer(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    lines = ReturnableLineSerializer(many=True)


class ReturnedLineInput(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    quantity = Whole(min_value=1, max_value=MOST_UNITS)
    reason = serializers.ChoiceField(ReturnReason.choices)
    replace_with = serializers.UUIDField(
        required=False, allow_null=True, help_text="A variant of `instead`; of all lines or of none."
    )


class ReturnInput(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    lines = serializers.ListField(child=ReturnedLineInput(), min_length=1, max_length=500)
    words = Text(max_length=LONGEST, allow_blank=True, default="")


class TrackingInput(serializers.Serializer[Any]):
    carrier = Text(max_length=60, allow_blank=True, default="")
    tracking_number = Text(max_length=80, allow_blank=True, default="")
    tracking_url = Text(max_length=300, allow_blank=True, default="")


class PhotoInput(serializers.Serializer[Any]):
    photo = serializers.FileField(help_text="JPEG, PNG or WebP, up to 12 MB; we keep our own encoding of it.")


class ReturnedLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()
    reason = serializers.ChoiceField(ReturnReason.choices)
    ok = serializers.IntegerField(help_text="Of the quantity, once it was inspected.")
    damaged = serializers.IntegerField()
    missing = serializers.IntegerField()
    restocked = serializers.IntegerField(help_text="Of what came back.")
    replace_with = serializers.UUIDField(
        allow_null=True, help_text="The variant wanted instead; null for money, also where it was sold out."
    )


class ReturnAddressSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    street = serializers.CharField()
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField()


class TrackingSerializer(serializers.Serializer[Any]):
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)


class GoodsEventSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="`return_asked`, `return_accepted`, `claim_opened` ...")
    note = serializers.CharField(allow_blank=True)
    actor_kind = serializers.CharField(help_text="customer, member, staff or system.")
    at = serializers.DateTimeField()


class ReturnInListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    vendor_order_id = serializers.UUIDField()
    state = serializers.ChoiceField(ReturnState.choices)
    due_at = serializers.DateTimeField(allow_null=True, help_text="By when whoever's turn it is has to act.")
    asked_at = serializers.DateTimeField()
    lines = ReturnedLineSerializer(many=True)


class ReturnSerializer(ReturnInListSerializer):
    words = serializers.CharField(allow_blank=True)
    photos = serializers.ListField(child=serializers.UUIDField())
    shipping_paid_by = serializers.ChoiceField(ShippingPaidBy.choices)
    answer_note = serializers.CharField(allow_blank=True)
    send_to = ReturnAddressSerializer(allow_null=True, help_text="Null until it is accepted.")
    prepaid = serializers.CharField(allow_blank=True, help_text="Code or link of a label that the vendor paid for.")
    carrier = serializers.CharField(allow_blank=True)
    tracking_number = serializers.CharField(allow_blank=True)
    tracking_url = serializers.CharField(allow_blank=True)
    sent_at = serializers.DateTimeField(allow_null=True)
    received_at = serializers.DateTimeField(allow_null=True)
    inspected_at = serializers.DateTimeField(allow_null=True)
    inspection_note = serializers.CharField(allow_blank=True)
    replacement = TrackingSerializer(allow_null=True, help_text="How what was sent instead is followed.")
    replaced_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    refund_request_id = serializers.UUIDField(allow_null=True)
    events = GoodsEventSerializer(many=True)


class ReturnFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField([("open", "Open"), *ReturnState.choices], required=False)


class AcceptanceInput(serializers.Serializer[Any]):
    send_to = serializers.DictField(
        child=Text(max_length=max(ADDRESS.values()), allow_blank=True),
        required=False,
        help_text="name, street, postal_code, city, country. Left out: the shop's first warehouse, or its own address.",
    )
    prepaid = Text(
        max_length=300,
        allow_blank=True,
        default="",
        help_text="Code or link of a label that is paid for; needed where you pay the way back.",
    )
    note = Text(max_length=500, allow_blank=True, default="")


class WhyInput(serializers.Serializer[Any]):
    note = Text(max_length=500, help_text="The customer reads it.")


class FoundLineInput(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    ok = Whole(min_value=0, max_value=MOST_UNITS, default=0)
    damaged = Whole(min_value=0, max_value=MOST_UNITS, default=0)
    missing = Whole(min_value=0, max_value=MOST_UNITS, default=0)
    restock = Whole(min_value=0, max_value=MOST_UNITS, default=0, help_text="Of what came, back on the shelf at once.")


class InspectionInput(serializers.Serializer[Any]):
    lines = serializers.ListField(child=FoundLineInput(), min_length=1, max_length=500)
    note = Text(max_length=500, allow_blank=True, default="", help_text="Needed where not all is well.")


class ReturnRefundPreviewInput(serializers.Serializer[Any]):
    part = AskedPartInput(
        required=False, help_text="Left out: what was found well, and the shipping if nothing is kept."
    )


class ReturnRefundInput(ReturnRefundPreviewInput):
    reason = Text(max_length=200, help_text="The customer reads it.")
    digest = Text(max_length=32, help_text=DIGEST_HELP)


class ClaimInput(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    kind = serializers.ChoiceField(CUSTOMERS_KINDS)
    words = Text(max_length=LONGEST)
    return_id = serializers.UUIDField(required=False)


class SayInput(serializers.Serializer[Any]):
    text = Text(max_length=LONGEST)


class MessageSerializer(serializers.Serializer[Any]):
    author_kind = serializers.CharField(help_text="customer, member or staff.")
    text = serializers.CharField()
    asks = serializers.CharField(allow_blank=True, help_text="Whose answer is wanted: customer or member.")
    at = serializers.DateTimeField()


class ClaimInListSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    vendor_order_id = serializers.UUIDField()
    return_id = serializers.UUIDField(allow_null=True)
    kind = serializers.ChoiceField(ClaimKind.choices)
    state = serializers.ChoiceField(ClaimState.choices)
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_note = serializers.CharField(allow_blank=True)


class ClaimSerializer(ClaimInListSerializer):
    messages = MessageSerializer(many=True)
    photos = serializers.ListField(child=serializers.UUIDField())
    events = GoodsEventSerializer(many=True)


class ClaimFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(ClaimState.choices, required=False)


def return_in_list(found: Return) -> dict[str, Any]:
    """For `ReturnInListSerializer`; it came with its lines."""
    return {
        "id": found.id,
        "number": found.number,
        "vendor_order_id": found.vendor_order_id,
        "state": found.state,
        "due_at": found.due_at,
        "asked_at": found.asked_at,
        "lines": [
            {
                "line_id": line.order_line_id,
                "title": line.order_line.title,
                **{
                    name: getattr(line, name)
                    for name in ("quantity", "reason", "ok", "damaged", "missing", "restocked", "replace_with")
                },
            }
            for line in found.lines.all()
        ],
    }


def shown_return(found: Return) -> dict[str, Any]:
    """For `ReturnSerializer`. One query more, for its events."""
    names = (
        *("words", "shipping_paid_by", "answer_note", "prepaid", *TRACKING),
        *("sent_at", "received_at", "inspected_at", "inspection_note", "replaced_at", "ended_at"),
    )
    return {
        **return_in_list(found),
        **{name: getattr(found, name) for name in names},
        "send_to": found.send_to or None,
        "replacement": found.replacement or None,
        "photos": [photo.id for photo in found.photos.all()],
        "refund_request_id": found.refund_id,
        "events": _events(found, "return"),
    }


def claim_in_list(found: Claim) -> dict[str, Any]:
    """For `ClaimInListSerializer`."""
    names = ("id", "number", "vendor_order_id", "kind", "state", "opened_at", "due_at", "decided_at", "decision_note")
    return {**{name: getattr(found, name) for name in names}, "return_id": found.returned_id}


def shown_claim(found: Claim) -> dict[str, Any]:
    """For `ClaimSerializer`; it came with its messages. One query more, for its events."""
    said = sorted(found.messages.all(), key=lambda message: (message.at, message.id))
    return {
        **claim_in_list(found),
        "messages": [{name: getattr(each, name) for name in ("author_kind", "text", "asks", "at")} for each in said],
        "photos": [photo.id for photo in found.photos.all()],
        "events": _events(found, "claim"),
    }


def _events(of: Return | Claim, kind: str) -> list[dict[str, Any]]:
    rows = OrderEvent.objects.filter(vendor_order_id=of.vendor_order_id, **{f"data__{kind}": str(of.id)})
    return [
        {"name": row.name, "note": row.note, "actor_kind": row.actor_kind, "at": row.at}
        for row in rows.order_by("at", "id")
    ]
