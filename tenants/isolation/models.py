"""The wall around a shop: a PostgreSQL schema and a login role, tied to a vendor or waiting as a spare."""

from django.db import models

from kit import clock
from kit.access import Access
from kit.ids import uuid7


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
    cluster = models.CharField(max_length=40, default="main")
    created_at = models.DateTimeField(default=clock.now)
    assigned_at = models.DateTimeField(null=True, blank=True)

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
        ]
        indexes = [models.Index(fields=["created_at"], name="wall_spares", condition=models.Q(state="spare"))]


class ShopScript(models.Model):
    """The SQL that makes a shop at a version of the shop migrations: made at release, replayed for every new vendor."""

    version = models.CharField(max_length=64, primary_key=True)
    sql = models.TextField()
    made_at = models.DateTimeField(default=clock.now)

    access = Access(platform="select")
