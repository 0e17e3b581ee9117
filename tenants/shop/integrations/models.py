"""How other programs work in a vendor's shop."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kit import clock
from kit.ids import uuid7


class Scope(models.TextChoices):
    """What a key may do, by area of the vendor API."""

    CATALOG_READ = "catalog:read", "Read products"
    CATALOG_WRITE = "catalog:write", "Change products"
    STOCK_READ = "stock:read", "Read stock"
    STOCK_WRITE = "stock:write", "Change stock"
    ORDERS_READ = "orders:read", "Read orders, with customers' addresses"
    ORDERS_WRITE = "orders:write", "Accept, pack and ship orders"
    MONEY_READ = "money:read", "Read earnings, transfers, payouts and what is owed"
    MONEY_WRITE = "money:write", "Say when to be paid out, and ask for payouts"
    DISPUTES_READ = "disputes:read", "Read disputes by customers' banks"
    DISPUTES_WRITE = "disputes:write", "Answer disputes"
    SETTINGS_READ = "settings:read", "Read the shop's own domains and how it ships"
    SETTINGS_WRITE = "settings:write", "Change domains and how it ships"
    TEAM_READ = "team:read", "Read who works here"
    TEAM_WRITE = "team:write", "Invite people, change roles, end memberships"
    VACATION_READ = "vacation:read", "Read whether it is on vacation or closing"
    VACATION_WRITE = "vacation:write", "Go on vacation, and come back"
    PROMOTIONS_READ = "promotions:read", "Read promotions and what they cost"
    PROMOTIONS_WRITE = "promotions:write", "Make and change promotions"
    ONBOARDING_READ = "onboarding:read", "Read the shop's checklist"
    ONBOARDING_WRITE = "onboarding:write", "Send documents that the checklist asks for"


class ApiKey(models.Model):
    """A key by which a program works in this shop. Of the key itself only its beginning and a hash are kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20, help_text="by which it is found and shown")
    key_hash = models.CharField(max_length=64, help_text="SHA-256")
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_by = models.UUIDField(help_text="the user who made it")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to the minute")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix"], name="api_key_prefix_unique")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_good(self) -> bool:
        return self.revoked_at is None and self.expires_at > clock.now()
