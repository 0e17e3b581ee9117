"""One table of mail: every template in it, every one shown with samples; and what people may do without."""

import re
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.template import engines

from config.mail_samples import sample_of
from kit.errors import InvalidInput
from kit.ids import uuid7
from kit.personal import ERASED_DOMAIN
from notifications.actions import compose, send
from notifications.models import Mail, MailRefusal
from notifications.preferences import choose_topics, follow_address, refuse, refused_topics
from notifications.queries import read_mail
from notifications.tasks import send_due
from notifications.topics import TOPICS, mail_table, off_url, optional_topics, read_off_token, topic_of
from tests.platform.notifications.test_sending import folder, inbox

__all__ = ["folder"]
pytestmark = pytest.mark.django_db
EMAILS = Path(configured.BASE_DIR) / "templates" / "emails"
MISSING = "¿MISSING?"
MESSAGE = {"number": "S1", "who": "Lindqvist", "text": "Hello", "has_photos": False, "url": "http://localhost:8000/x"}


def test_the_table_has_every_mail_and_no_other():
    written = {path.name.removesuffix(".subject.txt") for path in EMAILS.glob("*.subject.txt")}
    assert mail_table().keys() == written
    assert {trigger.topic for trigger in mail_table().values()} == TOPICS.keys()
    # Whoever buys cannot miss what became of the order or of the account.
    assert {topic_of(name) for name in ("order_confirmed", "order_refunded", "reset_password", "return_news")} == {""}


def test_every_mail_is_shown_whole_with_its_sample(monkeypatch):
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "string_if_invalid", MISSING)
    for template in mail_table():
        subject, text, html = compose(template, sample_of(template))
        assert subject, template
        assert MISSING not in subject + text + html, template
        # What is dark stays readable where a program turns colors over: none is set without its ground.
        assert 'content="light only"' in html, template
        assert not re.search(r"\{[{%]", subject + text + html), template


def test_what_is_optional_is_switched_off_by_its_link_and_what_is_not_never(settings):
    send("m:1", "message_new", "Ada@vermeer.example", MESSAGE)
    send("p:1", "vendor_applied", "ada@vermeer.example", {"vendor_name": "Lindqvist"})
    send_due()
    optional, essential = inbox(settings)
    link = optional["List-Unsubscribe"].strip(" <>")
    assert (optional["List-Unsubscribe-Post"], essential["List-Unsubscribe"]) == ("List-Unsubscribe=One-Click", None)
    assert link in optional.get_body(("plain",)).get_content()
    assert read_off_token(link.split("/")[-2]) == ("ada@vermeer.example", "messages")
    for _ in range(2):
        refuse(email="ADA@vermeer.example", topic="messages")
    send("m:2", "message_new", "ada@Vermeer.example", MESSAGE)
    send("m:3", "message_new", "ines@moreau.example", MESSAGE)
    send("p:2", "vendor_applied", "ada@vermeer.example", {"vendor_name": "Lindqvist"})
    # To a shop it is work: not hers to switch off for all who read that mailbox.
    send("m:4", "message_new", "ada@vermeer.example", MESSAGE, vendor_id=uuid7())
    assert {*Mail.objects.values_list("key", flat=True)} == {"m:1", "p:1", "m:3", "p:2", "m:4"}
    assert Mail.objects.get(key="m:4").off_url == ""
    for topic in ("orders", "nonsense"):
        with pytest.raises(InvalidInput):
            refuse(email="ada@vermeer.example", topic=topic)
    choose_topics(email="ada@vermeer.example", wanted=["messages"])
    assert refused_topics("Ada@vermeer.example") == optional_topics().keys() - {"messages"}
    choose_topics(email="ada@vermeer.example", wanted=optional_topics())
    assert not MailRefusal.objects.exists()


def test_what_is_off_stays_off_at_another_address():
    refuse(email="Ada@vermeer.example", topic="messages")
    follow_address(old="ada@vermeer.example", new="Ada@elsewhere.example")
    assert refused_topics("ada@elsewhere.example") == {"messages"}


def test_staff_read_no_key_of_an_order_in_production(settings):
    send("o:1", "message_new", "ada@vermeer.example", {**MESSAGE, "url": "https://m.example/orders/S1/?key=abc123&x=1"})
    mail = Mail.objects.get(key="o:1")
    assert "key=abc123" in read_mail(mail.id).text
    settings.PRODUCTION = True
    shown = read_mail(mail.id)
    assert ("abc123" in shown.text + shown.html, "key=…" in shown.text) == (False, True)


def test_a_link_that_somebody_made_up_switches_nothing_off():
    token = off_url("ada@vermeer.example", "messages").split("/")[-2]
    assert read_off_token(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert read_off_token("nonsense") is None
    essential = off_url("ada@vermeer.example", "orders").split("/")[-2]
    assert read_off_token(essential) is None


def test_who_is_erased_while_a_mail_waits_is_not_written_to(settings):
    send("m:1", "message_new", "ada@vermeer.example", MESSAGE, forget=True)
    send("m:2", "message_new", f"x@{ERASED_DOMAIN}", MESSAGE)
    send("m:3", "message_new", "ines@moreau.example", MESSAGE)
    Mail.objects.filter(key="m:3").update(to=f"x@{ERASED_DOMAIN}")
    assert send_due() == 2
    assert [each["To"] for each in inbox(settings)] == ["ada@vermeer.example"]
    gone = Mail.objects.get(key="m:1")
    assert (gone.text, gone.html, gone.to) == ("", "", f"{gone.id.hex}@{ERASED_DOMAIN}")
