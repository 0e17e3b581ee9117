import email
import smtplib
import stat
import threading
from datetime import timedelta
from email import policy

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, connections, transaction
from django.template import TemplateDoesNotExist

from kit import clock
from notifications.actions import send
from notifications.models import Mail, MailState
from notifications.queries import NoSuchMail, newest_mail, read_mail
from notifications.tasks import MAX_ATTEMPTS, send_due

CONTEXT = {"vendor_name": "Lindqvist & Söner", "action_url": "http://localhost:8000/x", "action_label": "Open"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings):
    # The test runner puts a list of its own in the place of every backend.
    settings.EMAIL_BACKEND = "notifications.backends.FolderBackend"


def write(key="vendor_applied:1", to="mira@example.org", **options):
    send(key, "vendor_applied", to, CONTEXT, **options)


def inbox(settings):
    """What lies in the mail folder, parsed, oldest first."""
    paths = sorted(settings.EMAIL_FILE_PATH.glob("*"))
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


class DeafServer(BaseEmailBackend):
    """A mail server that refuses everyone, quoting the address as they do."""

    def send_messages(self, messages):
        raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (550, b"no such user")})


def test_a_message_goes_out_once_however_often_it_is_written(settings):
    write()
    write()
    write("vendor_applied:2", to="other@example.org")
    assert send_due() == 2
    assert send_due() == 0
    first, second = inbox(settings)
    assert (first["To"], second["To"]) == ("mira@example.org", "other@example.org")


def test_a_message_has_subject_text_and_html(settings):
    write()
    send_due()
    (message,) = inbox(settings)
    assert message["Subject"] == "We received your application"
    assert message["From"] == "Souk <hello@localhost>"
    assert message["Message-ID"] == f"<{Mail.objects.get().id}@localhost>"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert "Lindqvist & Söner" in text
    assert "Lindqvist &amp; Söner" in html
    assert "http://localhost:8000/x" in text
    assert 'href="http://localhost:8000/x"' in html


def test_a_line_break_in_a_name_does_not_reach_the_headers(settings):
    send("k", "vendor_approved", "mira@example.org", {"vendor_name": "Mira\r\nBcc: all@example.org"})
    assert Mail.objects.get().subject == "Mira Bcc: all@example.org is approved"
    send_due()
    (message,) = inbox(settings)
    assert message["Bcc"] is None


def test_the_folder_keeps_messages_for_their_owner_only(settings):
    write()
    send_due()
    (path,) = settings.EMAIL_FILE_PATH.glob("*")
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_missing_template_writes_nothing():
    with pytest.raises(TemplateDoesNotExist):
        send("k", "no_such_mail", "mira@example.org", {})
    assert not Mail.objects.exists()


def test_the_storefront_may_write_a_message_and_not_read_it():
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE store")
        write()
        write()
        cursor.execute("RESET ROLE")
    assert Mail.objects.count() == 1


def test_a_refused_message_waits_longer_each_time_and_is_given_up_after_ten(settings, move_clock):
    settings.EMAIL_BACKEND = f"{__name__}.DeafServer"
    write()
    waits = []
    for _ in range(MAX_ATTEMPTS):
        before = clock.now()
        assert send_due() == 0
        assert send_due() == 0
        mail = Mail.objects.get()
        waits.append(round((mail.due_at - before).total_seconds() / 60))
        move_clock(mail.due_at - clock.now() + timedelta(seconds=1))
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert (mail.state, mail.attempts) == (MailState.FAILED, 10)
    assert mail.error == "SMTPRecipientsRefused"
    settings.EMAIL_BACKEND = "notifications.backends.FolderBackend"
    assert send_due() == 0


def test_a_message_goes_out_once_the_server_is_back(settings, move_clock):
    settings.EMAIL_BACKEND = f"{__name__}.DeafServer"
    write()
    send_due()
    settings.EMAIL_BACKEND = "notifications.backends.FolderBackend"
    assert send_due() == 0
    move_clock(timedelta(minutes=2))
    assert send_due() == 1
    mail = Mail.objects.get()
    assert (mail.state, mail.attempts, mail.error) == (MailState.SENT, 2, "")


def test_a_message_taken_by_a_worker_that_died_goes_out_after_the_lease(settings, move_clock):
    write()
    Mail.objects.update(attempts=1, due_at=clock.now() + timedelta(minutes=5))
    assert send_due() == 0
    move_clock(timedelta(minutes=6))
    assert send_due() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work(settings):
    for number in range(12):
        write(f"k{number}")
    done = []

    def work():
        try:
            done.append(send_due())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 12
    assert len(inbox(settings)) == 12
    assert len({message["Message-ID"] for message in inbox(settings)}) == 12


def test_in_production_nobody_reads_a_link_that_signs_in(settings):
    settings.PRODUCTION = True
    write("public")
    write("private", private=True)
    shown = {mail.key: bool(read_mail(mail.id).text) for mail in Mail.objects.all()}
    assert shown == {"public": True, "private": False}
    send_due()
    assert set(Mail.objects.filter(private=True).values_list("text", "html")) == {("", "")}


def test_the_reader_lists_newest_first():
    for number in range(3):
        write(f"k{number}")
    page = newest_mail(size=2)
    assert [mail.key for mail in page.rows] == ["k2", "k1"]
    assert [mail.key for mail in newest_mail(size=2, cursor=page.next_cursor).rows] == ["k0"]
    assert newest_mail(state="sent").rows == []
    with pytest.raises(NoSuchMail):
        read_mail(page.rows[0].id.__class__(int=0))


TEMPLATES = [
    "account_exists",
    "account_unknown",
    "confirm_email",
    "payout_returned",
    "payouts_held",
    "payouts_released",
    "reset_password",
    "security_notice",
    "vendor_activated",
    "vendor_applied",
    "vendor_approved",
    "vendor_closed",
    "vendor_closing",
    "vendor_rejected",
]


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_can_be_written(template):
    context = {**CONTEXT, "notice": "Your password was changed", "timestamp": clock.now(), "reason_given": "No papers."}
    send("k", template, "mira@example.org", context)
    mail = Mail.objects.get()
    assert mail.subject
    assert "{" not in mail.subject
    assert "Hello" in mail.text
    assert "<p>" not in mail.text
    assert mail.html.startswith("<!doctype html>")
