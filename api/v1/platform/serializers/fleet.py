"""The fleet of shops, and shops as files."""

from rest_framework import serializers

from tenants.isolation.models import ExportState, WallState
from tenants.vendors.models import VendorState

FLEET_STATES = [*WallState.choices, ("behind", "Behind"), ("elsewhere", "On another cluster")]


class ShopFilterSerializer(serializers.Serializer):
    state = serializers.ChoiceField(
        FLEET_STATES, required=False, help_text="A wall's state; or `behind`, of an older version; or `elsewhere`."
    )
    q = serializers.CharField(
        required=False, max_length=150, help_text="Part of a vendor's name, or the start of its slug or of a wall."
    )


class ShopSerializer(serializers.Serializer):
    """A wall, and the vendor it is or was around."""

    wall = serializers.CharField(help_text="Schema and login role have this name, which tells nothing of the vendor.")
    state = serializers.ChoiceField(WallState.choices)
    reason = serializers.CharField(help_text="Why it is quarantined.")
    vendor_id = serializers.UUIDField(allow_null=True)
    vendor = serializers.CharField(allow_null=True, help_text="The vendor's slug.")
    vendor_state = serializers.ChoiceField(VendorState.choices, allow_null=True)
    version = serializers.CharField(help_text="Of the shop migrations it has seen.")
    is_current = serializers.BooleanField(help_text="Whether that is the newest.")
    cluster = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True, help_text="On disk, indexes included, when last measured.")
    measured_at = serializers.DateTimeField(allow_null=True)
    active_at = serializers.DateTimeField(allow_null=True, help_text="When the vendor's last act was recorded.")
    drop_after = serializers.DateTimeField(allow_null=True, help_text="Of a retired one: kept until then.")


class RolloutSerializer(serializers.Serializer):
    """A run of the shop migrations. One that says nothing for half a minute was killed, and is run again."""

    version = serializers.CharField()
    total = serializers.IntegerField()
    migrated = serializers.IntegerField()
    quarantined = serializers.IntegerField()
    busy = serializers.IntegerField(help_text="Stayed locked; left for the next run.")
    error = serializers.CharField(help_text="Why it stopped.")
    started_at = serializers.DateTimeField()
    alive_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class CheckSerializer(serializers.Serializer):
    """What the last look for drift found."""

    checked_at = serializers.DateTimeField()
    differences_count = serializers.IntegerField()
    differences = serializers.ListField(child=serializers.CharField(), help_text="The first of them.")


class FleetSerializer(serializers.Serializer):
    version = serializers.CharField(help_text="The newest that a release has made.")
    by_state = serializers.DictField(child=serializers.IntegerField(), help_text="Walls by state.")
    behind = serializers.IntegerField(help_text="Shops of an older version.")
    elsewhere = serializers.IntegerField(help_text="Shops on other clusters.")
    size_bytes = serializers.IntegerField(help_text="Of all that were measured.")
    rollouts = RolloutSerializer(many=True, help_text="The last five, newest first.")
    last_check = CheckSerializer(allow_null=True)


class ShopExportSerializer(serializers.Serializer):
    """A shop as a file: asked for by staff, or by nobody when it closes; written by the worker."""

    id = serializers.UUIDField()
    vendor_id = serializers.UUIDField()
    state = serializers.ChoiceField(ExportState.choices)
    percent = serializers.IntegerField()
    error = serializers.CharField()
    asked_by = serializers.UUIDField(allow_null=True, help_text="The person's user id; null for the system.")
    asked_at = serializers.DateTimeField()
    done_at = serializers.DateTimeField(allow_null=True)
    version = serializers.CharField(help_text="It is restored into a shop of this version alone.")
    rows_count = serializers.IntegerField()
    files_count = serializers.IntegerField()
    file_bytes = serializers.IntegerField()
    file_sha256 = serializers.CharField()
