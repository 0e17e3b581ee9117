"""A vendor whose payouts are held is told so by mail, once, and told when they go on; a limit counts as soon as it is set."""

import pytest

from billing.payouts import debts
from billing.payouts.holds import MANUAL, place_hold, release_hold
from billing.payouts.models import PayoutSchedule, Transfer
from billing.payouts.tasks import follow_debts
from kit import clock
from kit.ids import uuid7
from notifications.models import Mail
from outbox.models import Delivery, DeliveryState
from outbox.tasks import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_billing(settings):
    settings.EVENT_TABLE = "tests.support.only_billing"
    settings.VENDOR_DEBT_LIMIT_MINOR = 5_000


@pytest.fixture
def lindqvist(make_vendor):
    return make_vendor("lindqvist")


def owe(vendor, amount_minor):
    debts.debit(debt_id=uuid7(), vendor_id=vendor.id, amount_minor=amount_minor, currency="EUR", reason="Labels")
    deliver()


def subjects():
    return list(Mail.objects.order_by("id").values_list("subject", flat=True))


def again():
    """The worker was killed after it had done its work, and does it again."""
    Delivery.objects.update(state=DeliveryState.DUE, done_at=None, due_at=clock.now())
    deliver()


def test_too_much_owed_holds_payouts_and_says_so_once(lindqvist):
    owe(lindqvist, 5_000)
    assert subjects() == []
    owe(lindqvist, 1)
    owe(lindqvist, 1)
    again()
    held = "Payouts to your bank are held"
    assert subjects() == [held]
    mail = Mail.objects.get()
    assert (mail.to, mail.vendor_id) == (lindqvist.email, lindqvist.id)
    assert "50.01 EUR are owed to the marketplace, and 50.00 EUR may be at most" in mail.text
    debts.set_limit(vendor_id=lindqvist.id, limit_minor=6_000, currency="EUR", reason="Known well", by=uuid7())
    deliver()
    again()
    assert subjects() == [held, "Payouts to your bank go on"]
    owe(lindqvist, 1_000)
    assert subjects() == [held, "Payouts to your bank go on", held]


def test_a_limit_changed_in_the_settings_counts_at_once(lindqvist, make_vendor, settings, django_assert_num_queries):
    moreau = make_vendor("moreau")
    for vendor in (lindqvist, moreau):
        owe(vendor, 4_000)
    debts.set_limit(vendor_id=moreau.id, limit_minor=4_000, currency="EUR", reason="Known well", by=uuid7())
    deliver()
    with django_assert_num_queries(3):
        assert follow_debts() == 0
    settings.VENDOR_DEBT_LIMIT_MINOR = 3_999
    assert (follow_debts(), follow_debts()) == (1, 0)
    held = PayoutSchedule.objects.get(held_at__isnull=False)
    assert (held.vendor_id, held.state, held.version) == (lindqvist.id, "asked", 1)
    settings.VENDOR_DEBT_LIMIT_MINOR = 4_000
    assert (follow_debts(), follow_debts()) == (1, 0)
    assert not PayoutSchedule.objects.filter(held_at__isnull=False).exists()
    deliver()
    assert subjects() == ["Payouts to your bank are held", "Payouts to your bank go on"]


def test_earnings_held_by_hand_are_told_and_released(lindqvist):
    transfer = Transfer.objects.create(
        payment_id=uuid7(),
        share_id=uuid7(),
        reference_id=uuid7(),
        reference_number="S-1001",
        vendor_id=lindqvist.id,
        planned_minor=7_200,
        amount_minor=7_200,
        currency="EUR",
    )
    place_hold(transfer=transfer, rule="elevated_risk", reason="The payment carries an elevated risk")
    hold = place_hold(transfer=transfer, rule=MANUAL, reason="Papers are missing")
    place_hold(transfer=transfer, rule=MANUAL, reason="Papers are still missing")
    deliver()
    again()
    assert subjects() == ["Earnings of order S-1001 are held"]
    text = " ".join(Mail.objects.get().text.split())
    assert "We hold 72.00 EUR that" in text
    assert "until we have looked at it: Papers are still missing." in text
    release_hold(hold=hold, reason="They came")
    deliver()
    again()
    assert subjects() == ["Earnings of order S-1001 are held", "Earnings of order S-1001 are released"]
