"""A gift card from its sale to its last cent: a means of payment, held, used, given back, and never below zero."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from approvals.actions import decide
from billing.ledger.models import JournalEntry, Posting
from billing.payments.actions import lock_payment, request_refund
from billing.payments.models import Payment, PaymentShare, Refund
from billing.payouts.models import Transfer
from billing.prepaid import actions as prepaid
from billing.prepaid.actions.tenders import GOOD_AGAIN
from billing.prepaid.codes import clean_code, code_of, digest_of, in_groups, link_token
from billing.prepaid.means import Source, spread
from billing.prepaid.models import GiftCard, Prepaid, PrepaidMovement, Tender
from billing.prepaid.queries import paid_with
from billing.reconciliation.actions import reconcile
from kit import clock
from kit.errors import NotAllowed
from kit.ids import uuid7
from kit.money import Money
from marketplace.carts import actions as carts
from marketplace.carts.models import Cart
from marketplace.checkout.actions import TotalChanged, place_order, session_lines, start_payment
from marketplace.checkout.means import GiftCardRefused, add_gift_card, card_for
from marketplace.checkout.tries import TooManyTries
from marketplace.invoices.actions import issue_invoice
from marketplace.orders.actions import cancel_unpaid
from marketplace.orders.models import Order
from notifications.models import Mail
from tests.billing.stripe.test_races import at_once
from tests.support.office import pay

STAFF, OTHER = uuid7(), uuid7()
PLACE = {"email": "ada@vermeer.example"}


def held(code, vendor=None):
    rows = Posting.objects.filter(account__code=code, account__vendor_id=vendor.id if vendor else None)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def sell(amount, charge):
    """A gift card that was bought and paid; with its code."""
    card = prepaid.begin_purchase(
        amount=Money(amount, "EUR"), buyer_email="ada@vermeer.example", recipient_email="mo@oduya.example"
    )
    pay(card, charge, fee_minor=100)
    card.refresh_from_db()
    return card, code_of(card.id, card.code_version)


def cart_of(*shelves, user=None, cards=()):
    cart = carts.ensure_cart(user=user, token="" if user else carts.new_token(), country="NL")
    for shelf in shelves:
        carts.add_to_cart(cart=cart, offer_id=shelf.offer.id)
    for code in cards:
        add_gift_card(cart=cart, code=code, who=str(cart.id), currency="EUR")
    return cart


def order(cart, address, **said):
    return place_order(cart=cart, version=cart.version, ship_to=address, **{**PLACE, **said})


def balance(card):
    return Prepaid.objects.values_list("balance_minor", "held_minor").get(gift_card=card)


def refund(share, amount, **said):
    share.refresh_from_db()
    with transaction.atomic():
        made = request_refund(share=share, amount_minor=amount, key=f"test:{uuid7()}", reason="Broken", **said)
    prepaid.give_back_due()
    made.refresh_from_db()
    return made


def nothing_to_find():
    kept = reconcile().exceptions.exclude(check_name__startswith="provider").values_list("key", "explanation")
    # The purchases here never were at a provider, so that its side of them is not there.
    assert [
        row for row in kept if row[0].startswith(("prepaid", "share", "payable", "ledger", "entry", "missing"))
    ] == []


def test_a_gift_card_is_a_means_of_payment_and_its_vendors_earn_as_if_a_card_had_paid(
    put_on_shelf, everything_ten_percent, address
):
    lamp = put_on_shelf("lindqvist", price_minor=12100, shipping_minor=0)
    soap = put_on_shelf("moreau", price_minor=1210, shipping_minor=0)
    card, code = sell(5000, "ch_card")
    # Sold: a liability, no commission, no VAT.
    assert (held("2120"), held("4000"), held("2200"), held("5000")) == (-5000, 0, 0, 100)
    with_card = order(cart_of(lamp, soap, cards=[in_groups(code).lower()]), address)
    without = order(cart_of(lamp, soap), address)
    frozen = ("goods_minor", "tax_minor", "total_minor", "discount_minor")
    assert [getattr(with_card, name) for name in frozen] == [getattr(without, name) for name in frozen]
    assert balance(card) == (5000, 5000)
    payment = Payment.objects.get(reference_id=with_card.id)
    assert (payment.amount_minor, payment.prepaid_minor, payment.charged_minor) == (13310, 5000, 8310)
    assert [line.amount_minor for line in session_lines(with_card)] == [8310]
    pay(with_card, "ch_rest")
    assert balance(card) == (0, 0)
    shares = {share.vendor_id: share for share in PaymentShare.objects.filter(payment=payment)}
    of_lamp, of_soap = shares[lamp.vendor.id], shares[soap.vendor.id]
    assert (of_lamp.gross_minor, of_lamp.prepaid_minor, of_lamp.commission_minor) == (12100, 4545, 1000)
    assert (of_soap.gross_minor, of_soap.prepaid_minor, of_soap.commission_minor) == (1210, 455, 100)
    assert (held("2000", lamp.vendor), held("2000", soap.vendor), held("4000")) == (-11100, -1110, -1100)
    assert (held("2120"), held("1010")) == (0, 4900 + 8310 - 205)
    # Each earns more of it than was charged for it: our balance pays.
    drawn = Transfer.objects.filter(payment_id=payment.id).values_list("draws_on_charge", flat=True)
    assert list(drawn) == [False, False]
    assert [(each.label[-4:], each.amount_minor) for each in paid_with(payment)] == [(code[-4:], 5000)]
    nothing_to_find()


def test_a_refund_goes_back_to_each_means_in_the_proportion_of_what_is_left_and_never_more(
    put_on_shelf, everything_ten_percent, address
):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    (first, one), (second, two) = sell(3000, "ch_a"), sell(1001, "ch_b")
    placed = order(cart_of(lamp, cards=[one, two]), address)
    pay(placed, "ch_rest")
    share = PaymentShare.objects.get(payment__reference_id=placed.id)
    made = refund(share, 3333)
    # 33.33 of 100.00, of which 40.01 were prepaid; the provider has yet to send its part.
    assert (made.prepaid_minor, made.sent_minor, made.state) == (1334, 1999, "due")
    assert balance(first)[0] + balance(second)[0] == 0
    prepaid_back = _accepted(made)
    assert prepaid_back == 1334
    assert balance(first)[0] + balance(second)[0] == 1334
    assert sorted(Tender.objects.values_list("refunded_minor", flat=True)) == [334, 1000]
    rest = refund(share, 6667)
    assert (rest.prepaid_minor, rest.sent_minor) == (4001 - 1334, 5999 - 1999)
    _accepted(rest)
    assert (balance(first), balance(second)) == ((3000, 0), (1001, 0))
    assert (held("2120"), held("2100"), held("2000", lamp.vendor), held("4000")) == (-4001, -5999, 0, 0)
    # Told once more, nothing more comes back.
    with transaction.atomic():
        prepaid.give_back(Refund.objects.select_related("share", "payment").get(id=rest.id))
    assert balance(first) == (3000, 0)


def _accepted(made):
    """The provider took the refund; what of it is prepaid is back then, and not before."""
    from billing.ledger.actions import post_all
    from billing.payments.actions import owed_entry, refund_answered

    before = -held("2120")
    with transaction.atomic():
        refund_answered(refund_id=made.id, state="succeeded", provider_refund_id=f"re_{made.id}")
        post_all([owed_entry(Refund.objects.select_related("share").get(id=made.id), occurred_at=clock.now())])
    return -held("2120") - before


def test_with_nothing_left_to_charge_an_order_is_paid_shipped_and_refunded_without_a_provider(
    put_on_shelf, everything_ten_percent, address
):
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0)
    card, code = sell(8000, "ch_card")
    placed = order(cart_of(lamp, cards=[code]), address, charged_seen_minor=0)
    assert start_payment(order=placed, success_url="/paid", cancel_url="/stopped") == "/paid"
    placed.refresh_from_db()
    payment, part = Payment.objects.get(reference_id=placed.id), placed.vendor_orders.get()
    assert (payment.state, payment.provider_charge_id, payment.attempts.count()) == ("paid", "", 0)
    assert (placed.stock_hold, part.fulfillment) == ("allocated", "new")
    assert (balance(card), held("2120"), held("2000", lamp.vendor)) == ((3000, 0), -3000, -5000 + 413)
    transfer = Transfer.objects.get(payment_id=payment.id)
    assert (transfer.amount_minor, transfer.draws_on_charge, transfer.source_charge_id) == (4587, False, "")
    # What comes back makes the card good again, however long it was: nobody loses a refund to a date.
    GiftCard.objects.update(expires_on=clock.today() - timedelta(days=1))
    made = refund(PaymentShare.objects.get(payment=payment), 5000)
    assert (made.state, made.prepaid_minor, made.sent_minor) == ("succeeded", 5000, 0)
    card.refresh_from_db()
    assert (balance(card), card.expires_on) == ((8000, 0), clock.today() + GOOD_AGAIN)
    assert (held("2120"), held("2100"), held("2000", lamp.vendor), held("4000")) == (-8000, 0, 0, 0)
    nothing_to_find()


def test_an_invoice_says_all_that_was_prepaid_while_a_refund_of_it_is_under_way(
    put_on_shelf, everything_ten_percent, address
):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    _, code = sell(10_000, "ch_card")
    placed = order(cart_of(lamp, cards=[code]), address)
    start_payment(order=placed, success_url="/paid", cancel_url="/stopped")
    share = PaymentShare.objects.get(payment__reference_id=placed.id)
    with transaction.atomic():
        request_refund(share=share, amount_minor=3000, key="test:1", reason="Broken")
    share.refresh_from_db()
    assert (share.prepaid_minor, share.refunded_prepaid_minor) == (10_000, 3000)
    [invoice] = issue_invoice(vendor_order_id=placed.vendor_orders.get().id)
    assert (invoice.total_minor, invoice.data["prepaid_minor"]) == (10_000, 10_000)


def test_an_order_that_costs_nothing_is_paid_at_once(put_on_shelf, everything_ten_percent, address):
    from marketplace.promotions.actions import Given, Maker, create_promotion

    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0)
    create_promotion(given=Given("Gift", "percentage", rate_bps=10_000, code="FREE"), by=Maker(uuid7(), lamp.vendor.id))
    cart = cart_of(lamp)
    carts.put_coupon(cart=cart, code="FREE")
    placed = order(cart, address, total_seen_minor=0)
    assert start_payment(order=placed, success_url="/paid", cancel_url="/stopped") == "/paid"
    placed.refresh_from_db()
    assert (placed.total_minor, placed.stock_hold, placed.vendor_orders.get().fulfillment) == (0, "allocated", "new")
    assert not JournalEntry.objects.exists()
    assert not Transfer.objects.exists()


def test_what_an_order_holds_comes_back_when_it_is_given_up_or_ordered_anew_and_late_money_takes_none(
    put_on_shelf, everything_ten_percent, address
):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    card, code = sell(2000, "ch_card")
    cart = cart_of(lamp, cards=[code])
    first = order(cart, address)
    again = order(Cart.objects.get(id=cart.id), {**address, "line1": "Another street 2"})
    assert first.id != again.id
    assert balance(card) == (2000, 2000)
    Payment.objects.filter(reference_id=again.id).update(state="expired")
    with transaction.atomic():
        cancel_unpaid(again.id, reason="Not paid in time")
    assert balance(card) == (2000, 0)
    # The charge comes all the same: it goes back in full, and of the card nothing was taken.
    payment = Payment.objects.get(reference_id=again.id)
    from billing.payments.models import PaymentAttempt

    PaymentAttempt.objects.create(payment=payment, number=1, state="expired", expires_at=clock.now())
    _late(payment)
    late = Refund.objects.get()
    assert (late.amount_minor, late.prepaid_minor, late.sent_minor) == (10000, 2000, 8000)
    _accepted(late)
    assert balance(card) == (2000, 0)
    assert (held("2120"), held("2100"), held("2000", lamp.vendor), held("4000")) == (-2000, -8000, 0, 0)


def _late(payment):
    from billing.ledger import entries
    from billing.payments.actions import capture, lock_after_order
    from billing.prepaid.books import prepaid_sale_of
    from billing.stripe.balances import book, sale_of
    from tests.support.office import movement

    with transaction.atomic():
        payment = lock_after_order(payment.id)
        capture(payment=payment, attempt=payment.attempts.get(), charge_id="ch_late", fee_minor=0)
        row = movement("txn_late", "charge", payment.charged_minor, "ch_late")
        besides = [
            draft
            for share in sale_of(payment).shares
            for draft in entries.besides_sale(share, currency="EUR", occurred_at=clock.now())
        ]
        book([row.transaction_id], extra=prepaid_sale_of(payment, occurred_at=clock.now()) + besides)


def test_its_code_is_kept_nowhere_shown_once_and_guessing_says_nothing(db, put_on_shelf, everything_ten_percent):
    lamp = put_on_shelf("lindqvist", price_minor=10000)
    card, code = sell(2000, "ch_card")
    assert (card.code_digest, card.last_four) == (digest_of(code), code[-4:])
    assert len(clean_code(in_groups(code))) == 16
    assert prepaid.deliver_due() == 1
    assert prepaid.deliver_due() == 0
    mail = Mail.objects.get(template="gift_card")
    assert mail.private
    assert code not in mail.text + mail.html
    assert in_groups(code) not in mail.text + mail.html
    token = link_token(card.id, card.code_version)
    with pytest.raises(prepaid.CardEnded):
        prepaid.show_code(card_id=card.id, token="another")
    assert prepaid.show_code(card_id=card.id, token=token)[1] == code
    with pytest.raises(prepaid.CodeShown, match="once"):
        prepaid.show_code(card_id=card.id, token=token)
    # Unknown, frozen, expired or voided: the same words.
    cart, words = cart_of(lamp), set()
    for change in ({}, {"frozen_at": clock.now()}, {"expires_on": clock.today() - timedelta(days=1)}):
        GiftCard.objects.update(frozen_at=None, expires_on=None)
        GiftCard.objects.update(**change)
        with pytest.raises(GiftCardRefused) as refused:
            add_gift_card(cart=cart, code=code if change else "AAAA-BBBB", who="203.0.113.9", currency="EUR")
        words.add(str(refused.value))
    assert len(words) == 1
    with pytest.raises(TooManyTries):
        for _ in range(10):
            with pytest.raises(GiftCardRefused):
                card_for(code="AAAA", who="203.0.113.9", currency="EUR")
    # A new code: the old one opens nothing any more.
    GiftCard.objects.update(expires_on=None)
    prepaid.send_again(card_id=card.id, email="new@oduya.example", reason="Lost", by=STAFF)
    with pytest.raises(GiftCardRefused):
        card_for(code=code, who="ada", currency="EUR")
    assert card_for(code=code_of(card.id, 2), who="ada", currency="EUR").id == card.id


def test_staff_freeze_and_void_with_a_reason_four_eyes_above_an_amount_and_expiry_is_income(db, settings):
    card, _ = sell(2000, "ch_card")
    big, _ = sell(50000, "ch_big")
    prepaid.freeze(card_id=card.id, reason="Reported stolen", by=STAFF)
    prepaid.void(card_id=card.id, reason="Stolen", by=STAFF)
    assert (balance(card), held("2120"), held("4030")) == ((0, 0), -50000, -2000)
    with pytest.raises(prepaid.CardEnded):
        prepaid.void(card_id=card.id, reason="Again", by=STAFF)
    waits = prepaid.void(card_id=big.id, reason="Paid by a stolen card", by=STAFF)
    assert balance(big) == (50000, 0)
    decide(approval_id=waits.id, grant=True, by=OTHER)
    assert (balance(big), held("2120")) == ((0, 0), 0)
    old, _ = sell(1500, "ch_old")
    assert old.expires_on.isoformat() == f"{clock.today().year + 3}-12-31"
    GiftCard.objects.filter(id=old.id).update(expires_on=clock.today() - timedelta(days=1))
    assert (prepaid.end_expired(), prepaid.end_expired()) == (1, 0)
    assert (balance(old), held("4030")) == ((0, 0), -53500)
    nothing_to_find()


def test_store_credit_is_given_within_a_roles_limit_used_when_wanted_and_takes_refunds_as_the_customer_chose(
    put_on_shelf, everything_ten_percent, address
):
    ada = User.objects.create_user("ada@vermeer.example", name="Ada Vermeer")
    given = {"user_id": ada.id, "reason": "Came late", "by": STAFF}
    once = uuid7()
    for _ in range(2):
        prepaid.give_credit(amount=Money(1500, "EUR"), role="support", once=once, **given)
    with pytest.raises(NotAllowed, match=r"at most 50\.00 EUR"):
        prepaid.give_credit(amount=Money(5001, "EUR"), role="support", once=uuid7(), **given)
    with pytest.raises(NotAllowed, match="no store credit"):
        prepaid.give_credit(amount=Money(1, "EUR"), role="moderator", once=uuid7(), **given)
    waits = prepaid.give_credit(amount=Money(60000, "EUR"), role="controller", once=uuid7(), **given)
    assert (held("2130"), held("5070")) == (-1500, 1500)
    decide(approval_id=waits.id, grant=True, by=OTHER)
    assert (held("2130"), held("5070")) == (-61500, 61500)
    prepaid.give_credit(amount=Money(-100, "EUR"), role="support", once=uuid7(), **given)
    assert (held("2130"), held("5070")) == (-61400, 61400)
    lamp = put_on_shelf("lindqvist", price_minor=61430, shipping_minor=0)
    cart = cart_of(lamp, user=ada)
    carts.use_credit(cart=cart, wanted=True)
    # All but 30 cents could be paid with it: a provider takes 50 at least, so 20 cents stay.
    placed = order(cart, address, user=ada, charged_seen_minor=50)
    payment = Payment.objects.get(reference_id=placed.id)
    assert (payment.prepaid_minor, payment.charged_minor) == (61380, 50)
    pay(placed, "ch_rest")
    assert held("2130") == -20
    prepaid.credit_refunds(order_id=placed.id, user_id=ada.id, wanted=True)
    share = PaymentShare.objects.get(payment=payment)
    made = refund(share, 61430)
    assert (made.prepaid_minor, made.credited_minor, made.sent_minor, made.state) == (61380, 50, 0, "succeeded")
    assert (held("2130"), held("2100"), held("2000", lamp.vendor)) == (-61450, 0, 0)
    moved = (
        PrepaidMovement.objects.filter(prepaid__user_id=ada.id).order_by("id").values_list("amount_minor", flat=True)
    )
    assert sum(moved) == 61450
    nothing_to_find()


def test_whoever_saw_another_rest_to_pay_is_asked_again(put_on_shelf, everything_ten_percent, address):
    lamp = put_on_shelf("lindqvist", price_minor=10000, shipping_minor=0)
    card, code = sell(2000, "ch_card")
    cart = cart_of(lamp, cards=[code])
    prepaid.freeze(card_id=card.id, reason="Asked about", by=STAFF)
    with pytest.raises(TotalChanged, match=r"100\.00 EUR are to be paid beside it"):
        order(cart, address, total_seen_minor=10000, charged_seen_minor=8000)


@given(
    total=st.integers(0, 10**6),
    free=st.lists(st.integers(1, 10**6), max_size=4),
    least=st.integers(0, 500),
    step=st.sampled_from([1, 10]),
)
def test_what_each_means_pays_sums_to_the_total(total, free, least, step):
    total -= total % step
    sources = [Source(uuid7(), "gift_card", str(place), amount) for place, amount in enumerate(free)]
    means = spread(total, sources, least_minor=least, step=step)
    assert means.charged_minor + sum(part.amount_minor for part in means.parts) == total
    assert all(0 < part.amount_minor <= part.source.free_minor for part in means.parts)
    assert means.charged_minor % step == 0
    # The provider is asked for nothing, for enough, or for all of it.
    assert means.charged_minor == 0 or means.charged_minor >= min(least, total)
    # And for no more than it must be: one unit more of the sources would leave it too little, or nothing they have.
    if means.charged_minor > max(least + step, total - sum(free) + step):
        raise AssertionError(means)


@pytest.mark.django_db(transaction=True)
def test_two_checkouts_take_the_last_of_one_card_and_it_is_never_below_zero(put_on_shelf, address):
    from billing.commissions.models import CommissionRule

    CommissionRule.objects.create(name="Standard", position=1, rate_bps=1000)
    lamp = put_on_shelf("lindqvist", price_minor=5000, shipping_minor=0, stock=50)
    with transaction.atomic():
        card, code = sell(8000, "ch_card")
    made = [cart_of(lamp, cards=[code]) for _ in range(4)]

    def works(cart):
        return lambda: order(cart, address)

    results = at_once(*[works(cart) for cart in made])
    assert all(isinstance(result, Order) for result in results), results
    assert balance(card) == (8000, 8000)
    assert sorted(Tender.objects.values_list("amount_minor", flat=True)) == [3000, 5000]

    # One is given up while another is paid and a third ordered: whatever comes first, it all adds up.
    def cancel():
        with transaction.atomic():
            lock_payment(Payment.objects.get(reference_id=results[0].id).id)
            Payment.objects.filter(reference_id=results[0].id).update(state="canceled")
            return cancel_unpaid(results[0].id, reason="Not paid in time")

    more = cart_of(lamp, cards=[])
    carts.put_gift_card(cart=more, card_id=card.id)
    at_once(cancel, works(Cart.objects.get(id=more.id)), cancel)
    row = Prepaid.objects.get(gift_card=card)
    holding = Tender.objects.filter(state="held").aggregate(sum=Sum("amount_minor"))["sum"] or 0
    assert (row.balance_minor, row.held_minor) == (8000, holding)
