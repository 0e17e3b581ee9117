"""One table of status words: tone, icon and label, for everything that has a state.

The tone only supports the word; a status is never told by color alone.
"""

from typing import NamedTuple


class Status(NamedTuple):
    tone: str  # good, warn, bad, info, calm: the badge's color
    icon: str
    label: str


STATUSES: dict[str, Status] = {
    # a vendor order, as customer and vendor read it
    "pending_payment": Status("warn", "clock", "Awaiting payment"),
    "payment_processing": Status("info", "refresh-cw", "Payment processing"),
    "payment_failed": Status("bad", "circle-x", "Payment failed"),
    "paid": Status("good", "circle-check", "Paid"),
    "processing": Status("info", "package-open", "Being prepared"),
    "ready_to_ship": Status("info", "package", "Ready to ship"),
    "shipped": Status("info", "truck", "Shipped"),
    "partly_shipped": Status("info", "truck", "Partly on its way"),
    "partly_delivered": Status("info", "package-check", "Partly delivered"),
    "out_for_delivery": Status("info", "truck", "Out for delivery"),
    "delivered": Status("good", "package-check", "Delivered"),
    "return_requested": Status("warn", "undo-2", "Return requested"),
    "returned": Status("calm", "rotate-ccw", "Returned"),
    "canceled": Status("calm", "ban", "Canceled"),
    "refunded": Status("calm", "undo-2", "Refunded"),
    "partially_refunded": Status("calm", "undo-2", "Partly refunded"),
    "accepted": Status("info", "check", "Accepted"),
    "packed": Status("info", "package", "Packed"),
    "received": Status("good", "package-check", "Received"),
    "rejected": Status("bad", "circle-x", "Rejected"),
    # a return and a claim
    "asked": Status("warn", "hourglass", "Asked for"),
    "lapsed": Status("calm", "hourglass", "Never sent"),
    "exchanged": Status("good", "rotate-ccw", "Replaced"),
    "inspected": Status("info", "search", "Inspected"),
    "granting": Status("info", "hourglass", "Waits for a second person"),
    "dismissed": Status("calm", "circle-x", "Declined"),
    # a vendor's own domain
    "domain_pending": Status("warn", "clock", "Waiting for the record"),
    "domain_verified": Status("good", "circle-check", "Verified"),
    "domain_failed": Status("bad", "circle-x", "Not proven"),
    "domain_lost": Status("bad", "circle-alert", "Lost"),
    "domain_paused": Status("calm", "ban", "Not served"),
    # money on its way: transfers, payouts, refunds, holds, disputes, invoices
    "due": Status("warn", "alarm-clock", "Due"),
    "scheduled": Status("info", "calendar", "Scheduled"),
    "sent": Status("info", "send", "Sent"),
    "in_transit": Status("info", "send", "On its way"),
    "done": Status("good", "circle-check", "Done"),
    "settled": Status("good", "landmark", "In the bank"),
    "succeeded": Status("good", "circle-check", "Succeeded"),
    "captured": Status("good", "circle-check", "Captured"),
    "by_hand": Status("good", "landmark", "Paid another way"),
    "failed": Status("bad", "circle-x", "Failed"),
    "on_vacation": Status("warn", "calendar", "On vacation"),
    "held": Status("warn", "lock", "Held"),
    "released": Status("good", "check", "Released"),
    "reversed": Status("calm", "undo-2", "Reversed"),
    "expired": Status("calm", "hourglass", "Expired"),
    "voided": Status("calm", "ban", "Voided"),
    "overdue": Status("bad", "alarm-clock", "Overdue"),
    "past_due": Status("bad", "alarm-clock", "Past due"),
    "unpaid": Status("bad", "circle-alert", "Unpaid"),
    "needs_response": Status("bad", "flag", "Answer needed"),
    "under_review": Status("info", "scale", "Under review"),
    "warning_needs_response": Status("warn", "flag", "The bank asks"),
    "warning_under_review": Status("info", "scale", "Answered"),
    "warning_closed": Status("calm", "circle-check", "The bank asks no longer"),
    "appeal_needs_response": Status("bad", "flag", "Appeal, to be answered"),
    "appeal_under_review": Status("info", "scale", "Appeal, answered"),
    "prevented": Status("good", "shield-check", "Prevented"),
    "won": Status("good", "award", "Won"),
    "lost": Status("bad", "circle-x", "Lost"),
    "granted": Status("good", "circle-check", "Granted"),
    "refused": Status("bad", "circle-x", "Refused"),
    "unread": Status("warn", "message-square", "New"),
    "taken_back": Status("calm", "undo-2", "Taken back"),
    "withdrawn": Status("calm", "undo-2", "Taken back"),
    "matched": Status("good", "badge-check", "Matched"),
    "mismatched": Status("bad", "triangle-alert", "Differs"),
    # questions, cases, exceptions
    "open": Status("warn", "circle-dashed", "Open"),
    "resolved": Status("good", "circle-check", "Resolved"),
    "closed": Status("calm", "lock", "Closed"),
    "changed": Status("warn", "refresh-cw", "Numbers changed"),
    "waiting": Status("warn", "hourglass", "Waiting"),
    # steps of a vendor's checklist
    "todo": Status("warn", "circle", "To do"),
    "sent_back": Status("bad", "undo-2", "Sent back"),
    "at_provider": Status("info", "landmark", "At Stripe"),
    "later": Status("calm", "clock", "Later"),
    "waived": Status("calm", "check", "Waived"),
    "interrupted": Status("warn", "zap", "Interrupted"),
    "partly_done": Status("warn", "triangle-alert", "Partly done"),
    # shops and their walls
    "spare": Status("calm", "package", "Spare"),
    "assigned": Status("good", "store", "In use"),
    "quarantined": Status("bad", "shield-alert", "Quarantined"),
    "retired": Status("calm", "box", "Retired"),
    "closing": Status("warn", "hourglass", "Closing"),
    # products, pages, rules, plans
    "draft": Status("calm", "square-pen", "Draft"),
    "published": Status("good", "circle-check", "Published"),
    "unpublished": Status("calm", "eye-off", "Unpublished"),
    "archived": Status("calm", "inbox", "Archived"),
    "shown": Status("good", "eye", "Shown"),
    "hidden": Status("calm", "eye-off", "Hidden"),
    "reported": Status("bad", "flag", "Reported"),
    "answered": Status("good", "message-square", "Answered"),
    "flagged": Status("bad", "flag", "Flagged"),
    "in_stock": Status("good", "check", "In stock"),
    "low_stock": Status("warn", "triangle-alert", "Low stock"),
    "out_of_stock": Status("bad", "package-x", "Out of stock"),
    "ended": Status("calm", "clock", "Ended"),
    "trialing": Status("info", "hourglass", "Trial"),
    "incomplete_expired": Status("calm", "hourglass", "Never paid"),
    "void": Status("calm", "ban", "Void"),
    "uncollectible": Status("bad", "circle-x", "Given up"),
    # vendors, people, connections
    "applied": Status("info", "clipboard-list", "Applied"),
    "invited": Status("info", "mail", "Invited"),
    "pending": Status("warn", "clock", "Pending"),
    "approved": Status("good", "badge-check", "Approved"),
    "active": Status("good", "circle-check", "Active"),
    "inactive": Status("calm", "pause", "Inactive"),
    "paused": Status("calm", "pause", "Paused"),
    "restricted": Status("bad", "shield-alert", "Restricted"),
    "suspended": Status("bad", "ban", "Suspended"),
    "declined": Status("bad", "circle-x", "Declined"),
    "verified": Status("good", "shield-check", "Verified"),
    "unverified": Status("warn", "shield-alert", "Not verified"),
    "incomplete": Status("warn", "circle-dashed", "Incomplete"),
    "complete": Status("good", "circle-check", "Complete"),
    "revoked": Status("calm", "ban", "Revoked"),
    "disabled": Status("calm", "ban", "Disabled"),
    # imports, deliveries, jobs
    "queued": Status("calm", "clock", "Queued"),
    "running": Status("info", "refresh-cw", "Running"),
    "retrying": Status("warn", "refresh-cw", "Retrying"),
}


def status(word: str) -> Status:
    """Tone, icon and label of a status word; a word the table lacks is shown calmly, as it is written."""
    return STATUSES.get(word) or Status("calm", "circle", word.replace("_", " ").capitalize())
