"""The test cards and what each of them does. Source: https://docs.stripe.com/testing"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str
    advice: str = "Try another card."


@dataclass(frozen=True)
class Card:
    """A test card. ``authentication``: never, always, or unless_set_up (asked for on session, too)."""

    number: str
    token: str
    brand: str = "visa"
    country: str = "DE"
    decline: Decline | None = None
    authentication: str = "never"
    available_at_once: bool = False
    refund: str = "succeeded"
    dispute: str | None = None
    funding: str = "credit"
    # Can be kept on file; declines when it is charged.
    declines_later: Decline | None = None

    @property
    def last4(self) -> str:
        return self.number[-4:]


def declined(decline_code: str, message: str = "Your card was declined.", advice: str = "Try another card.") -> Decline:
    return Decline("card_declined", decline_code, message, advice)


AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    "",
)
CARDS = [
    Card("4242424242424242", "pm_card_visa"),
    Card("5555555555554444", "pm_card_mastercard", brand="mastercard"),
    Card("378282246310005", "pm_card_amex", brand="amex"),
    Card("4000002760000016", "pm_card_de"),
    Card("4000000000000077", "pm_card_bypassPending", available_at_once=True),
    Card("4000000000000002", "pm_card_visa_chargeDeclined", decline=declined("generic_decline")),
    Card(
        "4000000000009995",
        "pm_card_visa_chargeDeclinedInsufficientFunds",
        decline=declined(
            "insufficient_funds", "Your card has insufficient funds.", "Try another card, or top this one up first."
        ),
    ),
    Card("4000000000009987", "pm_card_visa_chargeDeclinedLostCard", decline=declined("lost_card")),
    Card("4000000000009979", "pm_card_visa_chargeDeclinedStolenCard", decline=declined("stolen_card")),
    Card(
        "4000000000000069",
        "pm_card_chargeDeclinedExpiredCard",
        decline=Decline("expired_card", None, "Your card has expired.", "Check the date, or try another card."),
    ),
    Card(
        "4000000000000127",
        "pm_card_chargeDeclinedIncorrectCvc",
        decline=Decline(
            "incorrect_cvc",
            None,
            "Your card's security code is incorrect.",
            "Check the code on the back and try again.",
        ),
    ),
    Card(
        "4000000000000119",
        "pm_card_chargeDeclinedProcessingError",
        decline=Decline(
            "processing_error", None, "An error occurred while processing your card.", "Try again in a little while."
        ),
    ),
    Card(
        "4242424242424241",
        "pm_card_chargeDeclinedIncorrectNumber",
        decline=Decline("incorrect_number", None, "Your card number is incorrect.", "Check the number and try again."),
    ),
    Card("4100000000000019", "pm_card_radarBlock", decline=declined("fraudulent")),
    Card("4000002500003155", "pm_card_authenticationRequiredOnSetup", authentication="unless_set_up"),
    Card("4000002760003184", "pm_card_authenticationRequired", authentication="always"),
    Card("4000000000003220", "pm_card_threeDSecure2Required", authentication="always"),
    Card(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        authentication="always",
        decline=declined("generic_decline"),
    ),
    Card("4000003800000446", "pm_card_authenticationRequiredSetupForOffSession"),
    Card("4000000000000341", "pm_card_chargeCustomerFail", declines_later=declined("generic_decline")),
    Card("4000000000000259", "pm_card_createDispute", dispute="fraudulent"),
    Card("4000000000002685", "pm_card_createDisputeProductNotReceived", dispute="product_not_received"),
    Card("4000000000001976", "pm_card_createDisputeInquiry", dispute="inquiry"),
    Card("4000000000007726", "pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", refund="failed"),
]
BY_NUMBER = {card.number: card for card in CARDS}
BY_TOKEN = {card.token: card for card in CARDS}
