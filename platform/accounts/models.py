"""People who sign in, and the platform's own staff. Members of vendors are `tenants.vendors.models.Member`."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from kit import clock
from kit.access import Access
from kit.ids import uuid7
from kit.personal import PSEUDONYM, Personal


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, on the marketplace host only. The e-mail address is the name they sign in with."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()
    access = Access(store="select insert update")
    personal = Personal(
        "You",
        user="id",
        blank={"email": PSEUDONYM, "name": ""},
        hidden=("password",),
        more=("joined_at",),
    )

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email.split("@")[0]


class StaffRole(models.TextChoices):
    """Of finance, a viewer reads, an accountant does the daily work, a controller also approves and closes.

    A moderator decides who may sell and keeps the categories: no money, no customers.
    """

    ADMINISTRATOR = "administrator", "Administrator"
    MODERATOR = "moderator", "Moderator"
    FINANCE_VIEWER = "finance_viewer", "Finance viewer"
    ACCOUNTANT = "accountant", "Accountant"
    CONTROLLER = "controller", "Controller"
    SUPPORT = "support", "Support"


class StaffMember(models.Model):
    """A user's place on the platform's own staff. Its access version ends their office sessions when it rises."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="staff_member")
    role = models.CharField(max_length=20, choices=StaffRole)
    access_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)

    access = Access(store="select update(access_version)")

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"


class Address(models.Model):
    """A postal address a customer keeps. Orders carry their own copy, never a link to this."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(max_length=150)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20)
    city = models.CharField(max_length=100)
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    phone = models.CharField(max_length=30, blank=True)
    company = models.CharField(max_length=150, blank=True, default="", db_default="")
    vat_id = models.CharField(max_length=20, blank=True, default="", db_default="", help_text="of the company")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=clock.now)

    access = Access(store="select insert update delete")
    personal = Personal(
        "Addresses you keep",
        user="user_id",
        delete=True,
        more=("name", "line1", "line2", "postal_code", "city", "country", "phone", "company", "vat_id"),
    )

    class Meta:
        ordering = ["-is_default", "-created_at"]

    def as_dict(self) -> dict[str, str]:
        fields = ("name", "line1", "line2", "postal_code", "city", "country", "phone")
        return {name: getattr(self, name) for name in fields}


class TaxExemption(models.Model):
    """A customer whom staff have freed of VAT on what goes to a country, by a document, from a day to a day, both within."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tax_exemptions")
    country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2")
    document = models.CharField(max_length=200, help_text="who issued it, its number and day")
    valid_from = models.DateField()
    valid_until = models.DateField()
    made_by = models.UUIDField(help_text="the user")
    made_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.UUIDField(null=True, blank=True)

    access = Access(store="select", platform="select insert update(ended_at, ended_by)")
    personal = Personal(
        "Tax exemptions",
        user="user_id",
        keep={"country": "why no VAT was taken, for the tax office", "document": "likewise"},
        more=("valid_from", "valid_until"),
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(valid_from__lte=models.F("valid_until")), name="tax_exemption_has_days"
            )
        ]
        indexes = [models.Index(fields=["user", "-valid_until"], name="tax_exemption_user")]
