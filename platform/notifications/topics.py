"""What mail is about, and which of it people may do without; who gets which when says `config.mails`, one table."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.utils.module_loading import import_string

from kit.errors import InvalidInput
from kit.links import absolute_url

OFF_SALT = "notifications.off"


@dataclass(frozen=True, slots=True)
class Topic:
    """`is_optional`: whoever gets it may switch it off, for it says nothing that they must know."""

    label: str
    note: str
    is_optional: bool = False


TOPICS: dict[str, Topic] = {
    "orders": Topic("Your orders", "Confirmation, payment, shipping, cancellation and refunds"),
    "returns": Topic("Returns and claims", "Every step that waits for you, and every decision"),
    "account": Topic("Your account", "Signing in, security, and your data"),
    "messages": Topic("Messages", "What a shop, or a customer, wrote about an order", is_optional=True),
    "progress": Topic("On the way", "That a shop took your order on, and that a parcel has arrived", is_optional=True),
    "reviews": Topic("Reviews", "Being asked how it was, and what shops answer", is_optional=True),
    "wishes": Topic("Your wishlist", "What is there again, or costs less, where you asked for it", is_optional=True),
    "reminders": Topic("Reminders", "One mail about a cart you left, where you asked for it", is_optional=True),
    "shop": Topic("A shop's work", "To vendors: orders, money, plan, team and standing"),
    "staff": Topic("Staff", "To Souk's own staff"),
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """Who is mailed: customer, vendor, staff, supplier or anybody; of which topic; and when, in words."""

    whom: str
    topic: str
    when: str


def mail_table() -> Mapping[str, Trigger]:
    """By template."""
    found: Mapping[str, Trigger] = import_string(settings.MAIL_TABLE + ".MAILS")
    return found


def topic_of(template: str) -> str:
    """The optional topic of a template; "" for what nobody can switch off."""
    trigger = mail_table().get(template)
    return trigger.topic if trigger is not None and TOPICS[trigger.topic].is_optional else ""


def optional_topics() -> dict[str, Topic]:
    return {name: topic for name, topic in TOPICS.items() if topic.is_optional}


def check_optional(topic: str) -> str:
    """Raises InvalidInput for what is none, or cannot be switched off."""
    if topic not in optional_topics():
        raise InvalidInput("This mail cannot be switched off.", field="topic")
    return topic


def off_url(email: str, topic: str) -> str:
    """The link in a mail that switches its topic off for its address: no signing in, one click."""
    token = signing.dumps([email.lower(), topic], key=settings.ORDER_LINK_KEY, salt=OFF_SALT, compress=True)
    return absolute_url("market", f"/mail/off/{token}/")


def read_off_token(token: str) -> tuple[str, str] | None:
    """(address, topic) that a link is for; None when it is none of ours. Such links do not expire: old mail has them too."""
    try:
        email, topic = signing.loads(token, key=settings.ORDER_LINK_KEY, salt=OFF_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return (email, topic) if topic in optional_topics() else None
