"""Who is mailed at which step of a return or a claim: one table each, every step once.

What a refund brings is told by `returns.events`; these tell of everything else.
"""

from typing import Any
from uuid import UUID

from accounts.models import StaffMember, StaffRole
from kit.links import absolute_url
from marketplace.orders.links import order_url
from marketplace.returns.models import Claim, ClaimMessage, Return
from notifications.actions import send
from outbox.models import Fact
from tenants.vendors.models import Vendor

CUSTOMER, VENDOR, STAFF = "customer", "member", "staff"

# step: whom, the subject, and what it says.
RETURN_MAILS: dict[str, dict[str, tuple[str, str]]] = {
    "asked": {
        CUSTOMER: (
            "We have passed your return {number} on",
            "{vendor} answers by {due}. Please wait for the answer before you send anything.",
        ),
        VENDOR: (
            "Return {number}: a customer wants to send something back",
            "Accept or decline it by {due}. What becomes of it without your answer, the marketplace's policy says.",
        ),
    },
    "accepted": {
        CUSTOMER: (
            "Your return {number} is accepted",
            "Print the label, put it on the parcel, and send it by {due}. Then tell us its tracking number.",
        ),
    },
    "declined": {
        CUSTOMER: (
            "Your return {number} was declined",
            "{vendor} does not take it back. If you do not agree, you can have us decide about it.",
        ),
    },
    "withdrawn": {
        VENDOR: ("Return {number} was taken back", "The customer keeps the articles. There is nothing to do.")
    },
    "lapsed": {
        CUSTOMER: (
            "Your return {number} has ended",
            "You did not send the articles in time, so you keep them. You can ask once more while the time to return lasts.",
        ),
        VENDOR: ("Return {number} has ended", "The customer did not send the articles in time and keeps them."),
    },
    "sent": {VENDOR: ("Return {number} is on its way", "Say when it is there, then how you found it, by {due}.")},
    "received": {CUSTOMER: ("Your return {number} has arrived", "{vendor} looks at it by {due}.")},
    "inspected": {
        CUSTOMER: ("Your return {number} was inspected", "What you get back comes next, in a mail of its own.")
    },
    "exchanged": {
        CUSTOMER: ("Your replacement for {number} is on its way", "The return's page says how to follow it.")
    },
    "closed": {
        CUSTOMER: (
            "Your return {number}: nothing is given back",
            "If you do not agree, you can have us decide about it.",
        ),
    },
}

CLAIM_MAILS: dict[str, dict[str, tuple[str, str]]] = {
    "opened": {
        CUSTOMER: (
            "We look at {order}: claim {number}",
            "{vendor} says its side by {due}. Then we decide, and tell you why.",
        ),
        VENDOR: (
            "Claim {number}: a customer asks us to decide",
            "Say your side by {due}: {kind}. If we grant it, the refund is off your earnings.",
        ),
        STAFF: ("Claim {number} is open", "{kind}. The vendor has until {due} to say its side."),
    },
    "withdrawn": {VENDOR: ("Claim {number} was taken back", "There is nothing to decide any more.")},
    "dismissed": {
        CUSTOMER: ("Claim {number}: our decision", "We have decided not to give anything back."),
        VENDOR: ("Claim {number}: our decision", "We have decided not to give anything back."),
    },
    "granted": {
        CUSTOMER: ("Claim {number}: our decision", "We give you money back; how much says a mail of its own."),
        VENDOR: ("Claim {number}: our decision", "The customer gets money back, off your earnings."),
    },
}


def tell_of_return(fact: Fact) -> None:
    """After: whoever the table names for this step."""
    step = fact.name.rpartition(".")[2].removeprefix("return_")
    returned = Return.objects.select_related("order", "vendor_order").get(id=fact.payload["return"])
    lines = [f"{line.quantity} × {line.order_line.title}" for line in returned.lines.select_related("order_line")]
    note = {"closed": returned.inspection_note, "inspected": returned.inspection_note}.get(step, "")
    note = note or (returned.answer_note if step in ("accepted", "declined") else "")
    words = {"number": returned.number, "vendor": returned.vendor_order.vendor_name, "due": _day(returned)}
    urls = {
        CUSTOMER: order_url(returned.order),
        VENDOR: absolute_url("portal", f"/returns/{returned.id}/", vendor=returned.vendor_order.vendor_slug),
    }
    for whom, (subject, text) in RETURN_MAILS[step].items():
        context = {"subject": subject.format(**words), "text": text.format(**words), "lines": lines, "note": note}
        _send(f"return:{fact.id}:{whom}", whom, returned, {**context, "url": urls[whom]})


def tell_of_claim(fact: Fact) -> None:
    """After: the same of a claim."""
    step = fact.name.rpartition(".")[2]
    claim = _claim(fact)
    for whom, (subject, text) in CLAIM_MAILS[step].items():
        _send(
            f"claim:{fact.id}:{whom}",
            whom,
            claim,
            {
                "subject": subject.format(**_words(claim)),
                "text": text.format(**_words(claim)),
                "note": claim.decision_note,
                "url": _claim_url(claim, whom),
            },
        )


def tell_of_message(fact: Fact) -> None:
    """After: the others, of what one of the three said."""
    claim = _claim(fact)
    said = ClaimMessage.objects.filter(claim=claim, id=fact.payload["message"]).first()
    if said is None:
        return
    for whom in (CUSTOMER, VENDOR):
        if whom == said.author_kind:
            continue
        subject = "We ask you about claim {number}" if said.asks == whom else "News of claim {number}"
        text = "Please answer by {due}." if said.asks == whom else "Somebody has said something about it."
        context = {
            "subject": subject.format(**_words(claim)),
            "text": text.format(**_words(claim)),
            "note": said.text,
            "url": _claim_url(claim, whom),
        }
        _send(f"claim_said:{said.id}:{whom}", whom, claim, context)


def _send(key: str, whom: str, of: Return | Claim, context: dict[str, Any]) -> None:
    context = {**context, "number": of.number}
    if whom == CUSTOMER:
        send(key, "return_news", of.order.email, context, about=of.order_id)
    elif whom == VENDOR:
        email = Vendor.objects.get(id=of.vendor_id).email
        send(key, "return_news", email, context, vendor_id=of.vendor_id, about=of.order_id)
    else:
        roles = (StaffRole.SUPPORT, StaffRole.ADMINISTRATOR)
        for staff in StaffMember.objects.filter(role__in=roles, left_at=None).select_related("user"):
            send(f"{key}:{staff.id}", "return_news", staff.user.email, context, about=of.order_id)


def _claim(fact: Fact) -> Claim:
    claim_id: UUID = fact.payload["claim"]
    return Claim.objects.select_related("order", "vendor_order").get(id=claim_id)


def _words(claim: Claim) -> dict[str, str]:
    return {
        "number": claim.number,
        "order": claim.vendor_order.number,
        "vendor": claim.vendor_order.vendor_name,
        "kind": claim.get_kind_display(),
        "due": _day(claim),
    }


def _claim_url(claim: Claim, whom: str) -> str:
    if whom == CUSTOMER:
        return order_url(claim.order)
    if whom == VENDOR:
        return absolute_url("portal", f"/claims/{claim.id}/", vendor=claim.vendor_order.vendor_slug)
    return absolute_url("office", f"/claims/{claim.id}/")


def _day(of: Return | Claim) -> str:
    """The day by which the next one acts; a step that came meanwhile may have left none."""
    return f"{of.due_at.day} {of.due_at:%B %Y}" if of.due_at else "the day the page says"
