"""The waiting room of a flash sale: who wants to buy one product gets a place, and is let in at a rate.

A place is an instant: each ticket has `admit_at`, at least a sixtieth of a minute's share after the one before, so that never
more are let in than the rate allows, whatever runs at once, and everybody's wait is known. The rate is kept by one row under
lock (`WaitingRoom.next_at`), and by nothing that Valkey could lose.
"""

from datetime import timedelta
from math import ceil

from django.db import models
from django.db.models import F, Q

from kit import clock
from kit.access import Access
from kit.ids import uuid7


class WaitingRoom(models.Model):
    """One for a vendor's product, from when people gather until it ends. Who came early is put in an order by lot."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    vendor_id = models.UUIDField()
    product_id = models.UUIDField(help_text="in the vendor's shop")
    listing_id = models.UUIDField(help_text="where customers find it")
    title = models.CharField(max_length=200, help_text="the product's, as it was then")
    per_minute = models.PositiveIntegerField(help_text="how many are let in")
    stay_minutes = models.PositiveSmallIntegerField(help_text="how long who was let in may order")
    gathers_at = models.DateTimeField(help_text="from then on nobody orders it without being let in")
    opens_at = models.DateTimeField(help_text="from then on people are let in")
    ends_at = models.DateTimeField(help_text="from then on everybody orders it as ever")
    next_at = models.DateTimeField(help_text="before then nobody else is let in")
    drawn_at = models.DateTimeField(null=True, blank=True, help_text="when lots were drawn for who came early")
    closed_at = models.DateTimeField(null=True, blank=True)
    made_by = models.CharField(max_length=10, choices=[("vendor", "The vendor"), ("platform", "The marketplace")])
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.UUIDField(help_text="the user")

    # Who waits is let in by the marketplace's process; a vendor makes, changes and ends its own rooms.
    access = Access(
        store="select update(next_at, drawn_at)",
        vendor="select insert update(per_minute, next_at, drawn_at, closed_at)",
        vendor_check="made_by = 'vendor'",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vendor_id", "product_id"], name="waiting_room_once", condition=Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=Q(per_minute__gte=1, per_minute__lte=6000, stay_minutes__gte=1, stay_minutes__lte=120),
                name="waiting_room_lets_somebody_in",
            ),
            models.CheckConstraint(
                condition=Q(gathers_at__lte=F("opens_at")) & Q(opens_at__lt=F("ends_at")), name="waiting_room_in_order"
            ),
        ]
        indexes = [models.Index(fields=["vendor_id", "-id"], name="waiting_room_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def apart(self) -> timedelta:
        """How far two who are let in are apart, rounded up: in no minute is there one too many."""
        return timedelta(microseconds=ceil(60_000_000 / self.per_minute))

    @property
    def stay(self) -> timedelta:
        return timedelta(minutes=self.stay_minutes)


class WaitingTicket(models.Model):
    """A place in a room, of a cart: it is there on each device that has the cart, and goes along when a guest signs in.

    `admit_at` is null until lots are drawn, for who came before the room opens.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(WaitingRoom, on_delete=models.CASCADE, related_name="tickets")
    vendor_id = models.UUIDField()
    cart_id = models.UUIDField()
    user_id = models.UUIDField(null=True, blank=True)
    joined_at = models.DateTimeField(default=clock.now)
    admit_at = models.DateTimeField(null=True, blank=True)

    # A shop counts who waits; whose carts those are is none of its business.
    access = Access(
        store="select insert update(cart_id, user_id, admit_at) delete",
        vendor="select(id, room_id, vendor_id, joined_at, admit_at) update(admit_at)",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "cart_id"], name="waiting_ticket_of_cart"),
            models.UniqueConstraint(
                fields=["room", "user_id"], name="waiting_ticket_of_user", condition=Q(user_id__isnull=False)
            ),
            models.UniqueConstraint(fields=["room", "admit_at"], name="waiting_ticket_one_at_a_time"),
        ]
        indexes = [
            models.Index(fields=["room"], name="waiting_ticket_drawn", condition=Q(admit_at__isnull=True)),
            models.Index(fields=["cart_id"], name="waiting_ticket_cart"),
        ]
