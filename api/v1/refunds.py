"""Cancellations and refunds as the APIs of customers, vendors and the platform take and give them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework import serializers

from api.errors import there
from api.fields import Text, Whole
from kit.errors import InvalidInput
from marketplace.returns.actions import Actor, approve, ask, reject
from marketplace.returns.models import RefundRequest, RequestKind, RequestState
from marketplace.returns.preview import Ask, Preview
from marketplace.returns.queries import asked_of_parcels, facts_of, preview_of

MOST_UNITS, MOST_MINOR = 1_000_000, 10**12
DIGEST_HELP = "Of the preview this was agreed to. 409 `preview_changed` gives the new one where the numbers changed."


class AskedLineInput(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    quantity = Whole(min_value=1, max_value=MOST_UNITS, required=False, help_text="Units.")
    amount_minor = Whole(min_value=1, max_value=MOST_MINOR, required=False, help_text="An amount instead of units.")


class AskedPartInput(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    everything = serializers.BooleanField(default=False, help_text="All that is left of it.")
    lines = serializers.ListField(child=AskedLineInput(), required=False, max_length=500)
    parcel_id = serializers.UUIDField(required=False, help_text="All of one parcel, with its part of the shipping.")
    shipping_minor = Whole(min_value=0, max_value=MOST_MINOR, required=False)
    goodwill_minor = Whole(min_value=0, max_value=MOST_MINOR, required=False, help_text="Off everything alike.")


class PreviewInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        RequestKind.choices, help_text="A cancellation withdraws what has not left; a refund leaves the goods."
    )
    parts = serializers.ListField(child=AskedPartInput(), min_length=1, max_length=100)


class RequestInput(PreviewInput):
    reason = Text(max_length=200, help_text="The customer reads it.")
    digest = Text(max_length=32, help_text=DIGEST_HELP)


class CancelPartInput(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    everything = serializers.BooleanField(default=False, help_text="All of it.")
    lines = serializers.ListField(child=AskedLineInput(), required=False, max_length=500)


class CancellationPreviewInput(serializers.Serializer[Any]):
    parts = serializers.ListField(child=CancelPartInput(), min_length=1, max_length=100)


class CancellationInput(CancellationPreviewInput):
    reason = Text(max_length=200)
    digest = Text(max_length=32, help_text=DIGEST_HELP)


class RefundedItemSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="goods, shipping or goodwill.")
    line_id = serializers.UUIDField(allow_null=True, help_text="Null: the shipping.")
    title = serializers.CharField()
    units = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="Contained in the amount.")


class CanceledLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.UUIDField()
    title = serializers.CharField()
    quantity = serializers.IntegerField()


class CustomerPartSerializer(serializers.Serializer[Any]):
    vendor_order_id = serializers.UUIDField()
    number = serializers.CharField()
    vendor_name = serializers.CharField()
    canceled = CanceledLineSerializer(many=True)
    items = RefundedItemSerializer(many=True)
    amount_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    lost_minor = serializers.IntegerField(
        help_text="What the customer has of it from the bank, after lost disputes; only the rest can be given back."
    )


class PreviewPartSerializer(CustomerPartSerializer):
    commission_minor = serializers.IntegerField(help_text="Given back to the vendor, with the VAT on it.")
    commission_tax_minor = serializers.IntegerField(help_text="The VAT in it.")
    commission_kept_minor = serializers.IntegerField(help_text="Kept by policy.")
    net_minor = serializers.IntegerField(help_text="What the vendor gives.")
    untransferred_minor = serializers.IntegerField(help_text="Of it, off earnings that were not transferred yet.")
    taken_back_minor = serializers.IntegerField(help_text="Of it, back from the vendor's balance.")
    debt_minor = serializers.IntegerField(help_text="Of it, owed where its balance does not cover it.")


class CustomerPreviewSerializer(serializers.Serializer[Any]):
    digest = serializers.CharField(help_text="Hand it back to have just this done.")
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField(help_text="What the customer gets back.")
    goods_minor = serializers.IntegerField()
    shipping_minor = serializers.IntegerField()
    goodwill_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(help_text="Contained.")
    parts = CustomerPartSerializer(many=True)


class PreviewSerializer(CustomerPreviewSerializer):
    parts = PreviewPartSerializer(many=True)


class RefundRequestSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField(help_text="Of the order, or the one vendor order that it is about.")
    kind = serializers.ChoiceField(RequestKind.choices)
    state = serializers.ChoiceField(RequestState.choices)
    reason = serializers.CharField()
    currency = serializers.CharField()
    amount_minor = serializers.IntegerField()
    asked_kind = serializers.CharField(help_text="customer, member or staff.")
    asked_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_note = serializers.CharField(allow_blank=True)
    done_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_blank=True, help_text="Why it was not done.")


class RequestFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(RequestState.choices, required=False)


class ApprovalInput(serializers.Serializer[Any]):
    digest = Text(max_length=32, help_text="Of the preview of this request as it is now.")
    note = Text(max_length=200, allow_blank=True, default="")


class RejectionInput(serializers.Serializer[Any]):
    note = Text(max_length=200, help_text="Who asked reads it.")


def previewed(given: dict[str, Any], *, order_id: UUID, vendor_id: UUID | None = None) -> Preview:
    """What it would do."""
    asks = asks_of(given["parts"], order_id=order_id, vendor_id=vendor_id)
    return preview_of(order_id, asks, kind=given["kind"], vendor_id=vendor_id)


def requested(given: dict[str, Any], *, order_id: UUID, by: Actor, vendor_id: UUID | None = None) -> RefundRequest:
    """Done, or taken on, or waiting for approval."""
    return ask(
        order_id=order_id,
        asks=asks_of(given["parts"], order_id=order_id, vendor_id=vendor_id),
        kind=given["kind"],
        reason=given["reason"],
        by=by,
        digest=given["digest"],
        vendor_id=vendor_id,
    )


def asks_of(parts: Sequence[dict[str, Any]], *, order_id: UUID, vendor_id: UUID | None = None) -> list[Ask]:
    """What the body names. Raises InvalidInput for a vendor order named twice, or a parcel that is not there."""
    if len({part["vendor_order_id"] for part in parts}) != len(parts):
        raise InvalidInput("Name each vendor order once.", field="parts")
    return [_asked(part, order_id, vendor_id) for part in parts]


def _asked(part: dict[str, Any], order_id: UUID, vendor_id: UUID | None) -> Ask:
    if parcel_id := part.get("parcel_id"):
        found = asked_of_parcels(facts_of(order_id, vendor_id=vendor_id), str(parcel_id))
        if not found or found[0][0] != part["vendor_order_id"]:
            raise InvalidInput("There is no such parcel.", field="parcel_id")
        return found[0][1]
    lines = part.get("lines", [])
    return Ask(
        part["vendor_order_id"],
        units={line["line_id"]: line["quantity"] for line in lines if "quantity" in line},
        amounts={line["line_id"]: line["amount_minor"] for line in lines if "amount_minor" in line},
        shipping_minor=part.get("shipping_minor"),
        goodwill_minor=part.get("goodwill_minor", 0),
        everything=part["everything"],
    )


def shown_preview(found: Preview) -> dict[str, Any]:
    """For `PreviewSerializer`."""
    return {
        "digest": found.digest,
        "currency": found.currency,
        "amount_minor": found.amount_minor,
        "goods_minor": found.goods_minor,
        "shipping_minor": found.shipping_minor,
        "goodwill_minor": found.goodwill_minor,
        "tax_minor": found.tax_minor,
        "parts": [
            {
                "vendor_order_id": part.vendor_order_id,
                "number": part.number,
                "vendor_name": part.vendor_name,
                "canceled": [
                    {"line_id": line, "title": title, "quantity": count} for line, title, count in part.canceled
                ],
                "items": [
                    {
                        "kind": item.kind,
                        "line_id": item.line_id,
                        "title": item.title,
                        "units": item.units,
                        "amount_minor": item.amount_minor,
                        "tax_minor": item.tax_minor,
                    }
                    for item in part.items
                ],
                "amount_minor": part.amount_minor,
                "tax_minor": part.tax_minor,
                "lost_minor": part.lost_minor,
                "commission_minor": part.commission_minor,
                "commission_tax_minor": part.commission_tax_minor,
                "commission_kept_minor": part.kept_minor,
                "net_minor": part.net_minor,
                "untransferred_minor": part.untransferred_minor,
                "taken_back_minor": part.taken_back_minor,
                "debt_minor": part.debt_minor,
            }
            for part in found.parts
        ],
    }


def request_called(request_id: UUID, *, vendor_id: UUID | None = None) -> RefundRequest:
    """Raises NotFound, for another vendor's as well."""
    rows = RefundRequest.objects.filter(id=request_id)
    return there((rows.filter(vendor_id=vendor_id) if vendor_id is not None else rows).first())


def approved(found: RefundRequest, given: dict[str, Any], by: Actor) -> RefundRequest:
    return approve(request_id=found.id, by=by, digest=given["digest"], note=given["note"])


def rejected(found: RefundRequest, given: dict[str, Any], by: Actor) -> RefundRequest:
    return reject(request_id=found.id, by=by, note=given["note"])
