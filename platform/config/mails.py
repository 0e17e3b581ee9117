"""Which mail goes to whom when: the one table of what triggers mail. `events.py` says which fact calls whom; each listener
gives its mail a key, so that a fact that is told twice writes once.
"""

from notifications.topics import Trigger

C, V, S = "customer", "vendor", "staff"

MAILS: dict[str, Trigger] = {
    # An order's life, as its customer is told of it.
    "order_confirmed": Trigger(C, "orders", "order.paid: the payment came, and what was ordered"),
    "order_not_paid": Trigger(C, "orders", "order.canceled: nobody paid in time, or the payment failed for good"),
    "order_accepted": Trigger(C, "progress", "shop.order_accepted: a shop has taken it on"),
    "parcel_ready": Trigger(C, "orders", "shop.parcel_packed, of what is picked up"),
    "parcel_shipped": Trigger(C, "orders", "shop.parcel_shipped"),
    "parcel_tracking_corrected": Trigger(C, "orders", "shop.parcel_tracking_corrected"),
    "parcel_delivered": Trigger(C, "progress", "shop.parcel_delivered"),
    "order_canceled": Trigger(C, "orders", "refund_request.done, without money"),
    "order_refunded": Trigger(C, "orders", "refund_request.done, with money"),
    "refund_came_back": Trigger(C, "orders", "refund.failed"),
    "return_news": Trigger("customer, vendor and staff", "returns", "every step of a return or a claim: returns.mails"),
    "review_wanted": Trigger(C, "reviews", "the sweep reviews.ask, some days after all of an order has come"),
    "review_news": Trigger("customer and vendor", "reviews", "review.written, .answered, .hidden, .restored"),
    "message_new": Trigger("customer and vendor", "messages", "message.sent: the first until the other side has read"),
    "wish_news": Trigger(
        C, "wishes", "the sweep carts.tell_of_wishes: there again, or cheaper; where it was asked for"
    ),
    "cart_left": Trigger(C, "reminders", "the sweep checkout.remind_of_carts, a day after, once"),
    "gift_card_bought": Trigger(C, "orders", "gift_card.issued: the receipt"),
    "gift_card": Trigger("whom it is given to", "orders", "the sweep prepaid.deliver, on the day it is for"),
    # Signing in, and one's data.
    "confirm_email": Trigger(C, "account", "signing up, and another address"),
    "reset_password": Trigger(C, "account", "asking for a new password"),
    "account_exists": Trigger("anybody", "account", "signing up with an address that has an account"),
    "account_unknown": Trigger("anybody", "account", "asking for a password where there is no account"),
    "security_notice": Trigger(C, "account", "password, address or second step changed"),
    "data_copy_ready": Trigger(C, "account", "the copy of one's data is there"),
    "data_erasure_asked": Trigger(C, "account", "erasure was asked for"),
    "data_erasure_refused": Trigger(C, "account", "something came up before erasure was due"),
    "data_erased": Trigger(C, "account", "everything is erased; the last mail"),
    # A vendor's work.
    "vendor_order_new": Trigger(V, "shop", "order.paid"),
    "vendor_order_refunded": Trigger(V, "shop", "refund_request.done"),
    "refund_waiting": Trigger("vendor and staff", "shop", "a refund waits for a second person"),
    "refund_decided": Trigger("vendor and staff", "shop", "a refund that was asked for is decided"),
    "stock_low": Trigger(V, "shop", "shop.stock_changed, once below the mark"),
    "purchase_order": Trigger("supplier", "shop", "shop.purchase_sent"),
    "dispute_opened": Trigger(V, "shop", "dispute.opened"),
    "dispute_reminder": Trigger(V, "shop", "the sweep disputes.remind"),
    "dispute_closed": Trigger(V, "shop", "dispute.closed"),
    "payout_returned": Trigger(V, "shop", "payout.changed: the bank sent it back"),
    "payouts_held": Trigger(V, "shop", "payouts.held, transfer.held"),
    "payouts_released": Trigger(V, "shop", "payouts.released, transfer.released"),
    **{
        f"plan_{name}": Trigger(V, "shop", "the sweep subscriptions.dun")
        for name in ("payment_failed", "grace_half", "grace_last_day", "lapsed", "trial_ends")
    },
    **{
        f"domain{name}": Trigger(V, "shop", "the sweep vendors.check_domains, and a plan without domains")
        for name in ("_verified", "_lost", "s_unentitled")
    },
    **{
        f"member_{name}": Trigger(V, "shop", "the shop's team")
        for name in ("invited", "joined", "left", "role_changed")
    },
    **{
        f"onboarding_{name}": Trigger(V, "shop", "the checklist and invitations")
        for name in ("invited", "resume", "sent_back")
    },
    **{
        f"vendor_{name}": Trigger(V, "shop", f"vendor.{name}")
        for name in (
            "applied",
            "approved",
            "rejected",
            "activated",
            "suspended",
            "lifted",
            "closing",
            "closed",
            "reopened",
        )
    },
    # The platform's own staff.
    "refund_failed": Trigger(S, "staff", "refund.failed"),
    "debt_limit": Trigger(S, "staff", "debt.made above the limit"),
}
