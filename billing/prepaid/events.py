"""What prepaid balances do when payments, refunds and disputes tell of themselves; and mails, after."""

from uuid import UUID

from billing.disputes.models import Dispute
from billing.payments.models import Payment, Purpose, Refund
from billing.prepaid.actions.cards import freeze_bought_with, issue
from billing.prepaid.actions.tenders import give_back, use
from billing.prepaid.models import GiftCard
from kit.money import Money
from notifications.actions import send
from outbox.models import Fact


def on_payment_captured(fact: Fact) -> None:
    """Inside, after the order has taken its stock: what was held is taken; a gift card that was bought is issued."""
    payment = Payment.objects.get(id=fact.payload["payment"])
    if payment.purpose == Purpose.GIFT_CARD:
        issue(payment)
    elif payment.prepaid_minor:
        use(payment)


def on_refund_made(fact: Fact) -> None:
    """Inside `refund.succeeded`, and `refund.failed` where money had moved: what goes to us and not the bank is there."""
    refund = Refund.objects.select_related("share", "payment").get(id=fact.payload["refund"])
    if refund.is_counted:
        give_back(refund)


def on_dispute_opened(fact: Fact) -> None:
    """Inside: nobody goes on paying with a card that was itself paid with money that a bank asks back."""
    dispute = Dispute.objects.select_related("payment").get(id=fact.payload["dispute"])
    if dispute.payment.purpose == Purpose.GIFT_CARD:
        freeze_bought_with(dispute.payment_id, "The bank disputes what it was paid with")


def mail_receipt(fact: Fact) -> None:
    """After `gift_card.issued`: its buyer reads what was bought and when it goes out. The code is not for them."""
    card = GiftCard.objects.get(id=UUID(fact.payload["card"]))
    amount = str(Money(card.amount_minor, card.currency))
    send(f"gift_card_bought:{card.id}", "gift_card_bought", card.buyer_email, {"card": card, "amount": amount})
