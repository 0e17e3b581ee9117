"""What customers are mailed in an order's life: each once, however often a fact is told; chosen and previewed on pages."""

import pytest
from django.conf import settings as configured
from django.utils.module_loading import import_string

from config.events import AFTER
from marketplace.fulfillment.actions import accept, deliver, pack, ship
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order
from marketplace.returns.asking import withdraw_return
from marketplace.reviews.tasks import ask
from notifications.models import Mail, MailRefusal
from notifications.preferences import refuse
from notifications.topics import mail_table, off_url
from outbox.models import Fact
from outbox.tasks import deliver as deliver_facts
from tenants.isolation.doors import in_shop
from tests.marketplace.web.storefront.test_returns import statements
from tests.support.going_back import CUSTOMER, asked, moved
from tests.support.reviewing import said


def templates(to="ada@vermeer.example"):
    while deliver_facts():
        pass
    return sorted(Mail.objects.filter(to=to).values_list("template", flat=True))


def tell_everything_again():
    """Every fact to everybody who listens after it, once more: as when a worker dies between doing and noting it."""
    for fact in Fact.objects.order_by("recorded_at", "id"):
        for path in AFTER.get(fact.name, ()):
            if ".catalog." not in path:  # what it makes of the shops anew is no mail
                import_string(path)(fact)


def test_every_step_is_mailed_once_however_often_it_is_told(arrived):
    with in_shop(arrived.soap.vendor):
        accept(vendor_order_id=arrived.soaps.id, by=None)
    returned = asked(arrived)
    withdraw_return(return_id=returned.id, by=CUSTOMER)
    said(arrived, 4)
    once = templates()
    assert once == [
        "order_accepted",
        "order_accepted",
        "order_confirmed",
        "parcel_delivered",
        "parcel_shipped",
        "return_news",
    ]
    count = Mail.objects.count()
    tell_everything_again()
    assert (templates(), Mail.objects.count()) == (once, count)


def test_an_order_that_nobody_paid_says_so_once_and_one_that_was_replaced_does_not(buy, monkeypatch):
    from tests.support import bought as buying

    monkeypatch.setattr(buying, "pay", lambda order, charge: None)
    order = buy().order
    cancel_unpaid(order.id, reason="Not paid in time")
    assert templates() == ["order_not_paid"]
    tell_everything_again()
    assert templates() == ["order_not_paid"]
    Mail.objects.all().delete()
    from marketplace.orders.actions import ORDERED_ANEW

    Order.objects.update(cancel_reason=ORDERED_ANEW)
    tell_everything_again()
    assert templates() == []


def test_who_has_all_of_an_order_is_asked_once_how_it_is(arrived, settings):
    with moved(days=5):
        assert ask() == 0  # the soaps have not come
    with in_shop(arrived.soap.vendor):
        parcel = pack(vendor_order_id=arrived.soaps.id, by=None)
        ship(parcel_id=parcel.id, carrier="DHL", tracking_number="2", by=None)
        deliver(parcel_id=parcel.id, by=None)
    assert ask() == 0
    with moved(days=8):
        assert ask() == 0  # long ago
    with moved(days=5):
        refuse(email="ada@vermeer.example", topic="reviews")
        assert ask() == 0
        MailRefusal.objects.all().delete()
        settings.REVIEW_REQUEST_DAYS = 0
        assert ask() == 0
        settings.REVIEW_REQUEST_DAYS = 5
        assert (ask(), ask()) == (1, 0)
        Mail.objects.all().delete()
        said(arrived, 4)
        assert ask() == 0  # said already


def test_a_customer_chooses_and_a_guests_link_switches_off_with_one_click(shopper, another, ada, sign_in):
    sign_in(shopper, ada)
    count, page = statements(shopper, "/account/mail/")
    assert (count <= 8, page.count("disabled"), page.count('name="topic"')) == (True, 3, 8), count
    assert shopper.post("/account/mail/", {"topic": ["messages", "orders"]}).status_code == 303
    assert "messages" not in {*MailRefusal.objects.values_list("topic", flat=True)}
    assert MailRefusal.objects.filter(email=ada.email).count() == 4
    link = off_url("guest@x.example", "progress").removeprefix("http://localhost:8000")
    guest = another()
    assert "guest@x.example" in guest.text(link)
    assert not MailRefusal.objects.filter(email="guest@x.example").exists()
    for _ in range(2):  # by a mail program, which has no cookie of ours
        assert guest.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert MailRefusal.objects.filter(email="guest@x.example", topic="progress").count() == 1
    assert guest.post(link[:-3] + "xx/").status_code == 404


def test_the_office_shows_every_mail_light_and_dark(desk):
    support = desk("support")
    page = support.get("/mail/previews/").content.decode()
    assert all(f"/mail/previews/{name}/" in page for name in mail_table())
    assert "Brass reading lamp" in support.get("/mail/previews/order_confirmed/").content.decode()
    here = "/mail/previews/order_confirmed/html/"
    light, dark = support.get(here), support.get(f"{here}?dark")
    assert ("invert(1)" in light.content.decode(), "invert(1)" in dark.content.decode()) == (False, True)
    assert "sandbox" in dark["Content-Security-Policy"]
    assert support.get("/mail/previews/nonsense/").status_code == 404
    assert configured.MAIL_TABLE == "config.mails"


@pytest.fixture(autouse=True)
def _asked_after_five_days(settings):
    settings.REVIEW_REQUEST_DAYS = 5
