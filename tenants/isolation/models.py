"""The wall around a shop: a PostgreSQL schema and a login role, tied to a vendor or waiting as a spare."""

from django.db import models

from kit import clock
from kit.access import Access
from kit.ids import uuid7

MAIN = "main"  # the cluster where public tables are, and all shops that anybody can reach


class WallState(models.TextChoices):
    SPARE = "spare", "Spare"
    ASSIGNED = "assigned", "Assigned"
    QUARANTINED = "quarantined", "Quarantined"
    RETIRED = "retired", "Retired"


class Wall(models.Model):
    """A vendor's schema and login role, both named `v_<random>`: the name tells nothing about the vendor.

    `version` is the fingerprint of the shop migrations this schema has seen. The row of a vendor's own role is what the
    database asks (`souk.vendor_of_session()`) to decide which rows of public tables a connection may see.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40, help_text="name of the schema and of the login role")
    version = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=WallState, default=WallState.SPARE)
    reason = models.CharField(max_length=500, blank=True, help_text="why it is quarantined")
    vendor_id = models.UUIDField(null=True, blank=True)
    cluster = models.CharField(max_length=40, default=MAIN)
    created_at = models.DateTimeField(default=clock.now)
    assigned_at = models.DateTimeField(null=True, blank=True)
    last_vendor_id = models.UUIDField(null=True, blank=True, help_text="whose it was, once it is retired")
    retired_at = models.DateTimeField(null=True, blank=True)
    drop_after = models.DateTimeField(null=True, blank=True, help_text="until then a retired schema is kept")
    size_bytes = models.BigIntegerField(null=True, blank=True, help_text="on disk, indexes included")
    measured_at = models.DateTimeField(null=True, blank=True)

    # Policies look a role up here through a definer function; no role but the platform and the builder reads it.
    access = Access()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="wall_name_unique"),
            models.UniqueConstraint(fields=["vendor_id"], name="wall_vendor_unique"),
            models.CheckConstraint(
                condition=models.Q(state="assigned", vendor_id__isnull=False) | ~models.Q(state="assigned"),
                name="wall_assigned_has_vendor",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="retired")
                | models.Q(vendor_id__isnull=True, retired_at__isnull=False, drop_after__isnull=False),
                name="wall_retired_is_nobodys",
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="wall_spares", condition=models.Q(state="spare")),
            models.Index(fields=["drop_after"], name="wall_retired", condition=models.Q(state="retired")),
        ]


class ShopScript(models.Model):
    """The SQL that makes a shop at a version of the shop migrations: made at release, replayed for every new vendor."""

    version = models.CharField(max_length=64, primary_key=True)
    sql = models.TextField()
    made_at = models.DateTimeField(default=clock.now)

    access = Access(platform="select")


class Rollout(models.Model):
    """One run of the shop migrations over the shops that were behind, with how far it has come.

    Nothing depends on it: what a run that was killed had done stands on the walls. One that has neither finished nor said
    anything for a while was killed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    version = models.CharField(max_length=64)
    total = models.PositiveIntegerField()
    migrated = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    busy = models.PositiveIntegerField(default=0, help_text="stayed locked; left for the next run")
    error = models.CharField(max_length=500, blank=True, help_text="why it stopped")
    started_at = models.DateTimeField(default=clock.now)
    alive_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    access = Access(platform="select")

    @property
    def done(self) -> int:
        return self.migrated + self.quarantined + self.busy

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


class FleetCheck(models.Model):
    """What the last look for drift found: made by the builder every hour, and by whoever asks at a terminal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    differences_count = models.PositiveIntegerField()
    differences = models.JSONField(default=list, help_text="the first of them, in words")
    checked_at = models.DateTimeField(default=clock.now)

    access = Access(platform="select")


class ExportState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class ShopExport(models.Model):
    """A shop as a file: asked for by staff, written by the worker into the private storage."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=ExportState, default=ExportState.QUEUED)
    asked_by = models.UUIDField(null=True, blank=True, help_text="a user; none for the operator")
    asked_at = models.DateTimeField(default=clock.now)
    alive_at = models.DateTimeField(default=clock.now, help_text="when the worker last said how far it is")
    done_at = models.DateTimeField(null=True, blank=True)
    tables_total = models.PositiveSmallIntegerField(default=0)
    tables_done = models.PositiveSmallIntegerField(default=0)
    rows_count = models.BigIntegerField(default=0)
    files_count = models.PositiveIntegerField(default=0)
    version = models.CharField(max_length=64, blank=True)
    file_path = models.CharField(max_length=200, blank=True, help_text="in the private storage")
    file_sha256 = models.CharField(max_length=64, blank=True)
    file_bytes = models.BigIntegerField(default=0)
    error = models.CharField(max_length=250, blank=True)

    # The vendor gets the file from the platform's staff; its own role does not even see that there is one.
    access = Access()

    class Meta:
        indexes = [
            models.Index(fields=["vendor_id", "-id"], name="shop_export_vendor"),
            models.Index(
                fields=["id"], name="shop_export_waiting", condition=models.Q(state__in=["queued", "running"])
            ),
        ]

    @property
    def percent(self) -> int:
        if self.state == ExportState.DONE:
            return 100
        return min(99, 100 * self.tables_done // self.tables_total) if self.tables_total else 0
