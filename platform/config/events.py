"""Who hears of what: the one table from facts to listeners.

INSIDE listeners run in the transaction that announces, with its database role, and may refuse by raising. AFTER listeners
run in the worker once it has committed, each in a transaction of its own; they may run twice.
"""

INSIDE: dict[str, list[str]] = {
    "payment.reported": ["marketplace.orders.events.on_payment_reported"],
    # Earnings are held before an order may refund a part that is sold out.
    "payment.captured": [
        "billing.payouts.events.on_payment_captured",
        "marketplace.orders.events.on_payment_captured",
        "billing.prepaid.events.on_payment_captured",
    ],
    "approval.granted": [
        "billing.bank_transfer.two_people.on_approval_granted",
        "billing.bank_transfer.wishes.on_account_decided",
        "billing.payments.by_hand.on_approval_granted",
        "billing.payouts.adjustments.on_approval_granted",
        "billing.payouts.write_offs.on_approval_granted",
        "billing.prepaid.actions.cards.on_approval_granted",
        "billing.prepaid.actions.credit.on_approval_granted",
        "billing.reconciliation.resolve.on_approval_granted",
    ],
    "approval.refused": [
        "billing.bank_transfer.two_people.on_approval_refused",
        "billing.bank_transfer.wishes.on_account_decided",
    ],
    "payment.expired": ["marketplace.orders.events.on_payment_expired"],
    "user.access_ended": ["tenants.vendors.events.end_member_access", "tenants.vendors.visits.end_with_access"],
    "staff.access_ended": ["tenants.vendors.visits.end_with_access"],
    # What is kept beside the rows goes with them.
    "person.erased": ["marketplace.returns.events.forget_photos"],
    "user.changed": ["tenants.vendors.events.copy_person"],
    "account.changed": ["tenants.vendors.events.take_account_status"],
    # What may open a door: the checklist is looked at before anybody hears of the change.
    "vendor.changed": ["tenants.onboarding.events.settle_unless_open"],
    "vendor.shop_opened": ["tenants.onboarding.events.settle_vendor"],
    "vendor.reopened": ["tenants.onboarding.events.settle_vendor"],
    "wall.quarantined": ["tenants.vendors.events.take_out_of_service"],
    "wall.moved": ["tenants.vendors.events.follow_shop"],
    "wall.released": ["tenants.vendors.events.put_in_service"],
    "refund.requested": [
        "billing.payouts.events.on_refund_changed",
        "marketplace.returns.events.check_lines",
    ],
    "refund_request.done": ["marketplace.returns.events.settle"],
    "refund_request.rejected": ["marketplace.returns.events.reopen"],
    "refund_request.changed": ["marketplace.returns.events.reopen"],
    "refund.failed": ["billing.payouts.events.on_refund_changed", "billing.prepaid.events.on_refund_made"],
    "refund.succeeded": ["billing.prepaid.events.on_refund_made"],
    "dispute.opened": ["billing.prepaid.events.on_dispute_opened"],
    "refund.accepted": ["billing.payouts.events.on_refund_accepted"],
}

AFTER: dict[str, list[str]] = {
    "dispute.opened": ["billing.disputes.events.mail_vendors"],
    "dispute.closed": ["billing.disputes.events.mail_vendors"],
    "debt.made": ["billing.disputes.events.tell_finance", "billing.payouts.over_limit.on_debt_changed"],
    "debt.changed": ["billing.payouts.over_limit.on_debt_changed"],
    "account.changed": ["billing.stripe.events.on_account_changed"],
    "order.placed": ["marketplace.checkout.events.look_up_vat_id"],
    "order.paid": [
        "marketplace.orders.events.empty_the_cart",
        "marketplace.orders.events.mail_confirmation",
        "marketplace.invoices.events.invoice_what_is_paid",
    ],
    "gift_card.issued": ["billing.prepaid.events.mail_receipt"],
    "order.canceled": ["marketplace.orders.events.mail_not_paid"],
    "shop.order_accepted": ["marketplace.fulfillment.events.mail_accepted"],
    "payout.changed": ["billing.payouts.events.mail_returned_payout"],
    "payouts.held": ["billing.payouts.events.mail_held"],
    "payouts.released": ["billing.payouts.events.mail_held"],
    "transfer.held": ["billing.payouts.events.mail_held_transfer"],
    "transfer.released": ["billing.payouts.events.mail_held_transfer"],
    "shop.payout_schedule_wanted": ["billing.payouts.wishes.on_schedule_wanted"],
    "shop.bank_account_wanted": ["billing.bank_transfer.wishes.on_account_wanted"],
    "shop.payout_wanted": ["billing.payouts.wishes.on_payout_wanted"],
    "shop.products_changed": [
        "marketplace.catalog.events.products_changed",
        "tenants.onboarding.events.settle_unless_open",
    ],
    "shop.stock_changed": [
        "marketplace.catalog.events.stock_changed",
        "tenants.shop.inventory.events.tell_of_low_stock",
    ],
    "shop.purchase_sent": ["tenants.shop.inventory.events.mail_purchase"],
    "shop.hold_freeing_asked": ["marketplace.checkout.events.free_hold"],
    "shop.profile_changed": [
        "marketplace.catalog.events.vendor_changed",
        "tenants.onboarding.events.settle_unless_open",
    ],
    "shop.onboarding_changed": ["tenants.onboarding.events.settle_vendor"],
    "onboarding.checklist_changed": ["tenants.onboarding.events.tell_all"],
    "onboarding.asked_anew": ["tenants.onboarding.events.settle_vendor"],
    "onboarding.sent_back": ["tenants.onboarding.events.mail_sent_back"],
    "onboarding.link_wanted": ["tenants.onboarding.events.mail_link"],
    "onboarding.vendor_invited": ["tenants.onboarding.events.mail_invitation"],
    "vendor.selling_opened": ["marketplace.catalog.events.vendor_changed"],
    "vendor.selling_closed": ["marketplace.catalog.events.vendor_changed"],
    "vendor.payouts_opened": ["billing.payouts.onboarding.follow_doors"],
    "vendor.payouts_closed": ["billing.payouts.onboarding.follow_doors"],
    "vendor.shop_opened": ["marketplace.catalog.events.vendor_changed"],
    "vendor.changed": ["marketplace.catalog.events.vendor_changed"],
    "shop.parcel_packed": ["marketplace.fulfillment.events.mail_ready"],
    "shop.parcel_shipped": [
        "marketplace.fulfillment.events.mail_shipped",
        "marketplace.invoices.events.invoice_what_is_sent",
    ],
    "shop.parcel_tracking_corrected": ["marketplace.fulfillment.events.mail_corrected"],
    "shop.parcel_delivered": [
        "marketplace.fulfillment.events.release_after_delivery",
        "marketplace.invoices.events.invoice_what_is_sent",
        "marketplace.fulfillment.events.mail_delivered",
    ],
    "refund_request.asked": ["marketplace.returns.events.tell_approvers"],
    "refund_request.waiting": ["marketplace.returns.events.tell_approvers"],
    "shop.refund_asked": ["marketplace.returns.events.tell_approvers"],
    "refund_request.approved": ["marketplace.returns.events.tell_asker"],
    "refund_request.rejected": ["marketplace.returns.events.tell_asker"],
    "shop.refund_approved": ["marketplace.returns.events.tell_asker"],
    "shop.refund_rejected": ["marketplace.returns.events.tell_asker"],
    "refund_request.changed": ["marketplace.returns.events.tell_asker"],
    "refund_request.done": [
        "marketplace.returns.events.tell_customer",
        "marketplace.returns.events.tell_vendors",
        "marketplace.returns.events.release_what_has_arrived",
        "marketplace.invoices.events.invoice_what_is_left",
    ],
    "refund.accepted": ["marketplace.invoices.events.credit_what_came_back"],
    "refund.failed": ["marketplace.returns.events.tell_of_failure"],
    # Who is mailed at which step: `returns.mails`, one table.
    "return.asked": ["marketplace.returns.mails.tell_of_return"],
    "return.accepted": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_accepted": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_declined": ["marketplace.returns.mails.tell_of_return"],
    "return.withdrawn": ["marketplace.returns.mails.tell_of_return"],
    "return.lapsed": ["marketplace.returns.mails.tell_of_return"],
    "return.sent": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_received": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_inspected": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_exchanged": ["marketplace.returns.mails.tell_of_return"],
    "shop.return_closed": ["marketplace.returns.mails.tell_of_return"],
    "claim.opened": ["marketplace.returns.mails.tell_of_claim"],
    "claim.said": ["marketplace.returns.mails.tell_of_message"],
    "shop.claim_said": ["marketplace.returns.mails.tell_of_message"],
    "claim.withdrawn": ["marketplace.returns.mails.tell_of_claim"],
    "claim.dismissed": ["marketplace.returns.mails.tell_of_claim"],
    "claim.granted": ["marketplace.returns.mails.tell_of_claim"],
    "message.sent": ["marketplace.messages.mails.tell_of_message"],
    "shop.message_sent": ["marketplace.messages.mails.tell_of_message"],
    # Who is mailed at which step: `reviews.mails`, one table.
    "review.written": ["marketplace.reviews.mails.tell_of_review"],
    "shop.review_answered": ["marketplace.reviews.mails.tell_of_review"],
    "review.hidden": ["marketplace.reviews.mails.tell_of_review"],
    "review.restored": ["marketplace.reviews.mails.tell_of_review"],
    "vendor.entitlements_changed": [
        "tenants.shop.catalog.events.follow_entitlements",
        "tenants.vendors.events.follow_domain_entitlement",
    ],
    "shop.domain_check_wanted": ["tenants.vendors.events.check_domain"],
    "domain.verified": ["tenants.vendors.events.mail_domain"],
    "domain.lost": ["tenants.vendors.events.mail_domain"],
    "domains.unentitled": ["tenants.vendors.events.mail_domains_unentitled"],
    "shop.member_invited": ["tenants.vendors.events.mail_invitation"],
    "shop.invitation_resent": ["tenants.vendors.events.mail_invitation"],
    "shop.member_role_changed": ["tenants.vendors.events.mail_role"],
    "shop.member_left": ["tenants.vendors.events.mail_role"],
    "vendor.member_joined": ["tenants.vendors.events.mail_joined"],
    "vendor.applied": ["tenants.vendors.events.mail_applicant"],
    "vendor.approved": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.rejected": ["tenants.vendors.events.mail_applicant"],
    "vendor.activated": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.closing": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.closed": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.reopened": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.suspended": ["tenants.vendors.events.mail_applicant", "marketplace.catalog.events.vendor_changed"],
    "vendor.lifted": [
        "tenants.vendors.events.mail_applicant",
        "billing.payouts.events.try_again",
        "marketplace.catalog.events.vendor_changed",
    ],
    "shop.vacation_changed": ["marketplace.catalog.events.vendor_changed"],
    "shop.closing_asked": ["tenants.vendors.events.follow_asking", "marketplace.catalog.events.vendor_changed"],
    "shop.closing_taken_back": ["tenants.vendors.events.follow_asking", "marketplace.catalog.events.vendor_changed"],
    "vendor.shop_restored": ["marketplace.catalog.events.shop_restored"],
}

# Pages that are open ask anew: an order's own, and its vendors' boards.
for _name in (
    *("order.paid", "order.canceled", "shop.order_accepted", "refund.succeeded", "refund.failed"),
    *("shop.parcel_packed", "shop.parcel_shipped", "shop.parcel_tracking_corrected", "shop.parcel_delivered"),
    *("refund_request.done", "refund_request.rejected", "refund_request.changed"),
    *(f"return.{step}" for step in ("asked", "accepted", "withdrawn", "lapsed", "sent")),
    *(f"shop.return_{step}" for step in ("accepted", "declined", "received", "inspected", "exchanged", "closed")),
    *(f"claim.{step}" for step in ("opened", "said", "withdrawn", "dismissed", "granted")),
    "shop.claim_said",
):
    AFTER.setdefault(_name, []).append("marketplace.returns.live.tell_pages")
for _name in ("waiting_room.changed", "waiting_room.closed", "shop.waiting_room_changed", "shop.waiting_room_closed"):
    AFTER.setdefault(_name, []).append("marketplace.waiting.live.tell_pages")
# And whoever may not look any more hears nothing more.
for _name in ("user.access_ended", "shop.member_role_changed", "shop.member_left", "shop.signed_out"):
    AFTER.setdefault(_name, []).append("tenants.vendors.events.end_streams")

# What keeps a vendor from being closed: each is given the vendor's id and tells what is still open, in words.
OBSTACLES_TO_CLOSING: list[str] = [
    "marketplace.orders.leaving.open_orders",
    "marketplace.returns.leaving.open_requests",
    "billing.disputes.leaving.open_disputes",
    "billing.payouts.leaving.open_money",
    "billing.subscriptions.leaving.running_plan",
]

# The same for moving its shop to another cluster, where no order, refund or return reaches it.
OBSTACLES_TO_MOVING: list[str] = OBSTACLES_TO_CLOSING[:2]

# Whose orders are a person's: given a `kit.personal.Person` without them, tells their ids.
ORDERS_OF_A_PERSON = "marketplace.orders.leaving.orders_of"

# What keeps a customer from being erased: each is given a `kit.personal.Person` and tells what is under way, in words.
OBSTACLES_TO_ERASING: list[str] = [
    "marketplace.orders.leaving.orders_under_way",
    "marketplace.returns.leaving.requests_under_way",
    "billing.disputes.leaving.disputes_under_way",
    "billing.prepaid.leaving.prepaid_under_way",
    "tenants.vendors.leaving.places_at_work",
]

# What a room keeps for a time only: each is given the time and tells how many rows it let go.
KEPT_FOR_A_TIME: list[str] = ["marketplace.orders.leaving.forget_addresses"]
