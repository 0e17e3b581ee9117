"""The test cards and bank accounts, and what each of them does. Source: https://docs.stripe.com/testing"""

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
    """A test card.

    ``authentication``: never, always, unless_set_up (until it was set up for use off session) or on_session (as if it
    had been set up elsewhere). ``dispute`` is
    the reason of the dispute that follows, ``fraud_warning`` an early warning, ``review`` a payment held for a person.
    """

    number: str
    token: str
    brand: str = "visa"
    country: str = "DE"
    decline: Decline | None = None
    authentication: str = "never"
    authentication_breaks: bool = False
    available_at_once: bool = False
    refund: str = "succeeded"
    dispute: str | None = None
    second_dispute: str | None = None
    fraud_warning: bool = False
    risk: str = "normal"
    review: bool = False
    funding: str = "credit"
    # Can be kept on file; declines when it is charged.
    declines_later: Decline | None = None
    type: str = "card"

    @property
    def last4(self) -> str:
        return self.number[-4:]


@dataclass(frozen=True)
class Debit:
    """A bank account to be debited: the payment is ``processing`` until the bank has answered.

    ``number`` is an IBAN, or routing and account number parted by a slash. ``why`` says how the debit fails, None that
    it is paid.
    """

    number: str
    token: str
    type: str
    country: str
    why: Decline | None = None
    settles_after_seconds: int = 180
    refund: str = "succeeded"
    dispute: str | None = None
    second_dispute: str | None = None
    decline: Decline | None = None
    declines_later: Decline | None = None
    authentication: str = "never"
    authentication_breaks: bool = False
    available_at_once: bool = False
    fraud_warning: bool = False
    risk: str = "not_assessed"
    review: bool = False
    brand: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]


Method = Card | Debit


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
    Card("4100000000000019", "pm_card_radarBlock", decline=declined("fraudulent"), risk="highest"),
    Card("4000000000004954", "pm_card_riskLevelHighest", decline=declined("fraudulent"), risk="highest"),
    Card("4000000000009235", "pm_card_riskLevelElevated", risk="elevated", review=True),
    Card("4000002500003155", "pm_card_authenticationRequiredOnSetup", authentication="unless_set_up"),
    Card("4000002760003184", "pm_card_authenticationRequired", authentication="always"),
    Card("4000000000003220", "pm_card_threeDSecure2Required", authentication="always"),
    Card(
        "4000008400001629",
        "pm_card_threeDSecureRequiredChargeDeclined",
        authentication="always",
        decline=declined("generic_decline"),
    ),
    Card(
        "4000008400001280",
        "pm_card_threeDSecureRequiredProcessingError",
        authentication="always",
        authentication_breaks=True,
    ),
    Card("4000003800000446", "pm_card_authenticationRequiredSetupForOffSession", authentication="on_session"),
    Card("4000000000000341", "pm_card_chargeCustomerFail", declines_later=declined("generic_decline")),
    Card("4000000000000259", "pm_card_createDispute", dispute="fraudulent"),
    Card("4000000000002685", "pm_card_createDisputeProductNotReceived", dispute="product_not_received"),
    Card("4000000000001976", "pm_card_createDisputeInquiry", dispute="inquiry"),
    Card(
        "4000004040000079",
        "pm_card_createMultipleDisputes",
        dispute="fraudulent",
        second_dispute="product_not_received",
    ),
    Card("4000000000005423", "pm_card_createIssuerFraudRecord", fraud_warning=True),
    Card("4000000000007726", "pm_card_pendingRefund", refund="pending"),
    Card("4000000000005126", "pm_card_refundFail", refund="failed"),
]
NO_ACCOUNT = Decline("account_closed", None, "The customer's bank account could not be located.", "")
NO_FUNDS = Decline("insufficient_funds", None, "The customer's account has insufficient funds.", "")
BOUNCED = Decline("payment_intent_payment_attempt_failed", None, "The customer's bank returned the debit.", "")
DEBITS = [
    Debit("AT321904300235473204", "pm_sepaDebit_success", "sepa_debit", "AT"),
    Debit("AT861904300235473202", "pm_sepaDebit_failed", "sepa_debit", "AT", why=NO_FUNDS),
    Debit("110000000/000123456789", "pm_usBankAccount_success", "us_bank_account", "US"),
    Debit("110000000/000111111116", "pm_usBankAccount_noAccount", "us_bank_account", "US", why=NO_ACCOUNT),
    Debit("110000000/000222222227", "pm_usBankAccount_insufficientFunds", "us_bank_account", "US", why=NO_FUNDS),
]
BY_NUMBER = {card.number: card for card in CARDS}
DEBIT_BY_NUMBER = {debit.number: debit for debit in DEBITS}
BY_TOKEN: dict[str, Method] = {**{card.token: card for card in CARDS}, **{d.token: d for d in DEBITS}}
# The tokens of the older tokens API, in which Stripe's guides still write some examples.
BY_TOKEN |= {token.replace("pm_card_", "tok_"): card for token, card in list(BY_TOKEN.items()) if card.type == "card"}
