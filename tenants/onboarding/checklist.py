"""What the checklist comes to for one vendor: pure, over plain data; pages, API and doors ask this and nothing else.

Every item that is not done says whose turn it is (`who`) and what they have to do (`what`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenants.onboarding.models import Event, EventName, Step, StepKind, Terms
from tenants.vendors.models import Vendor

VENDOR, PLATFORM, PROVIDER = "vendor", "platform", "provider"
WHO = {VENDOR: "You", PLATFORM: "Souk", PROVIDER: "Stripe"}

# What an item is: done and waived are behind us; the others say who is waited for (`to do`: the vendor has not begun).
DONE, WAIVED, TO_DO, SENT_BACK, WAITING, AT_PROVIDER, LATER = (
    *("done", "waived", "todo", "sent_back", "waiting", "at_provider", "later"),
)
FULFILLED = (DONE, WAIVED)
DECISIONS = (EventName.ACCEPTED, EventName.REJECTED, EventName.WAIVED)
ANSWERS = (EventName.TERMS_ACCEPTED, EventName.DOCUMENT_SENT, EventName.SENT_AGAIN)
# What staff look at: the rest is seen by itself, agreed to, or for the provider to say.
LOOKED_AT = (StepKind.DOCUMENT, StepKind.REVIEW, StepKind.PROFILE, StepKind.ADDRESS)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a vendor: `events` oldest first, `published` products, `terms` in force.

    `provider_has_it`: the payment provider has every detail it asked for, and is looking at them.
    """

    vendor: Vendor
    events: Sequence[Event] = ()
    terms: Terms | None = None
    published: int = 0
    provider_has_it: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A step as it is for one vendor. `seen` is its last event: who decides says what they had before their eyes."""

    code: str
    kind: str
    title: str
    explanation: str
    for_selling: bool
    for_payout: bool
    state: str
    who: str = ""
    what: str = ""
    reason: str = ""
    at: datetime | None = None
    by: UUID | None = None
    document_id: UUID | None = None
    terms_version: int | None = None
    seen: UUID | None = None

    @property
    def is_fulfilled(self) -> bool:
        return self.state in FULFILLED

    @property
    def may_be_decided(self) -> bool:
        """Whether staff may accept it now."""
        return self.state == WAITING

    @property
    def may_be_sent_back(self) -> bool:
        return self.kind in LOOKED_AT and self.state in (WAITING, DONE, WAIVED)

    @property
    def may_be_waived(self) -> bool:
        return not self.is_fulfilled


@dataclass(frozen=True, slots=True)
class Checklist:
    """A vendor's items in their order, and what they come to."""

    items: tuple[Item, ...]

    @property
    def lets_sell(self) -> bool:
        return all(item.is_fulfilled for item in self.items if item.for_selling)

    @property
    def lets_pay_out(self) -> bool:
        return all(item.is_fulfilled for item in self.items if item.for_payout)

    @property
    def waits_for_us(self) -> bool:
        return any(item.state == WAITING for item in self.items)

    @property
    def open(self) -> list[Item]:
        return [item for item in self.items if not item.is_fulfilled]

    def item(self, code: str) -> Item | None:
        return next((item for item in self.items if item.code == code), None)

    def missing(self, *, for_payout: bool) -> str:
        """The titles of what keeps a door closed, in a line."""
        return ", ".join(item.title for item in self.open if (item.for_payout if for_payout else item.for_selling))


def checklist_of(steps: Iterable[Step], known: Known) -> Checklist:
    """The steps that apply to a vendor, as they stand for it."""
    items: list[Item] = []
    for step in sorted(steps, key=lambda step: (step.position, step.code)):
        if step.applies_to(known.vendor.country):
            events = [event for event in known.events if event.step == step.code]
            items.append(_item(step, events, known, items))
    return Checklist(tuple(items))


def _item(step: Step, events: Sequence[Event], known: Known, before: Sequence[Item]) -> Item:
    decided = next((event for event in reversed(events) if event.name in DECISIONS), None)
    answered = next((event for event in reversed(events) if event.name in ANSWERS), None)
    since = events[events.index(decided) + 1 :] if decided else events
    is_answered = any(event.name in ANSWERS for event in since)
    seen = events[-1].id if events else None
    document = answered.document_id if answered else None

    def item(state: str, who: str = "", what: str = "", event: Event | None = None, reason: str = "") -> Item:
        accepted = next((each for each in reversed(events) if each.name == EventName.TERMS_ACCEPTED), None)
        return Item(
            code=step.code,
            kind=step.kind,
            title=step.title,
            explanation=step.explanation,
            for_selling=step.for_selling,
            for_payout=step.for_payout,
            state=state,
            who=who,
            what=what,
            reason=reason,
            at=event.at if event else None,
            by=event.actor_id if event else None,
            document_id=document,
            terms_version=accepted.terms.version if accepted and accepted.terms else None,
            seen=seen,
        )

    if decided and decided.name == EventName.WAIVED:
        return item(WAIVED, event=decided, reason=decided.reason)
    if decided and decided.name == EventName.REJECTED and not is_answered:
        return item(SENT_BACK, VENDOR, _again(step), decided, decided.reason)
    if decided and decided.name == EventName.REJECTED:
        return item(WAITING, PLATFORM, "Look at what was sent again", answered, decided.reason)
    if decided and step.kind != StepKind.DOCUMENT and decided.name == EventName.ACCEPTED:
        return item(DONE, event=decided)
    match step.kind:
        case StepKind.TERMS:
            agreed = next((event for event in reversed(events) if _agrees(event, known.terms)), None)
            version = known.terms.version if known.terms else 0
            return item(DONE, event=agreed) if agreed else item(TO_DO, VENDOR, f"Agree to the terms, version {version}")
        case StepKind.PROFILE:
            return (
                item(DONE)
                if has_profile(known.vendor)
                else item(TO_DO, VENDOR, "Say in a line and a story who you are")
            )
        case StepKind.ADDRESS:
            return item(DONE) if has_address(known.vendor) else item(TO_DO, VENDOR, "Give street, postal code and city")
        case StepKind.PAYOUT_ACCOUNT:
            if known.vendor.payouts_ready_at is not None:
                return item(DONE)
            if known.provider_has_it:
                return item(AT_PROVIDER, PROVIDER, "Looks at the details that were given")
            return item(TO_DO, VENDOR, "Give bank details on Stripe's own pages")
        case StepKind.PRODUCTS:
            least, have = step.minimum or 1, known.published
            if have >= least:
                return item(DONE)
            return item(TO_DO, VENDOR, f"Publish {least - have} more: {have} of {least} are there")
        case StepKind.DOCUMENT:
            # What was looked at is the very paper: another one, however its event is dated, is another one.
            if decided and decided.document_id == document:
                return item(DONE, event=decided)
            if answered:
                return item(WAITING, PLATFORM, "Look at the document", answered)
            return item(TO_DO, VENDOR, "Send it as a PDF, PNG or JPEG")
    doors = [
        each for each in before if (step.for_selling and each.for_selling) or (step.for_payout and each.for_payout)
    ]
    if all(each.is_fulfilled for each in doors):
        return item(WAITING, PLATFORM, "Look at the shop as a whole")
    return item(LATER, PLATFORM, "Looks at the shop once the steps above are done")


def _agrees(event: Event, terms: Terms | None) -> bool:
    return event.name == EventName.TERMS_ACCEPTED and terms is not None and event.terms_id == terms.id


def _again(step: Step) -> str:
    return "Send another one" if step.kind == StepKind.DOCUMENT else "Change what is said there, then send it again"


def has_profile(vendor: Vendor) -> bool:
    """What customers read before they buy from somebody they do not know."""
    return bool(vendor.tagline.strip() and vendor.story.strip())


def has_address(vendor: Vendor) -> bool:
    return bool(vendor.street.strip() and vendor.postal_code.strip() and vendor.city.strip())
