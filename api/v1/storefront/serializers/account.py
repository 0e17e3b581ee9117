"""What a customer's account takes and gives."""

from typing import Any

from rest_framework import serializers

from api.v1.storefront.serializers.orders import AddressInput
from kit.postal_addresses import ADDRESS_FIELDS
from taxonomy.tax import SELLING_COUNTRIES


class PersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    joined_at = serializers.DateTimeField()


class PersonInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, required=False, help_text="Left out: it stays as it is.")


class AddressSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    line1 = serializers.CharField()
    line2 = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField()
    country = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    is_default = serializers.BooleanField(help_text="The one that checkout offers first.")


class AddressesSerializer(serializers.Serializer[Any]):
    items = AddressSerializer(many=True)


class KeptAddressInput(AddressInput):
    is_default = serializers.BooleanField(default=False)


class AddressChangeInput(serializers.Serializer[Any]):
    """Whatever is given changes; what is left out stays."""

    name = serializers.CharField(max_length=ADDRESS_FIELDS["name"], required=False)
    line1 = serializers.CharField(max_length=ADDRESS_FIELDS["line1"], required=False)
    line2 = serializers.CharField(max_length=ADDRESS_FIELDS["line2"], required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=ADDRESS_FIELDS["postal_code"], required=False, allow_blank=True)
    city = serializers.CharField(max_length=ADDRESS_FIELDS["city"], required=False)
    country = serializers.ChoiceField(SELLING_COUNTRIES, required=False)
    phone = serializers.CharField(max_length=ADDRESS_FIELDS["phone"], required=False, allow_blank=True)
    is_default = serializers.BooleanField(required=False, help_text="True: from now on this one is.")
