"""The steps of returns and claims, in one table each: what may follow what, and by whose doing.

Every step is an event of the order, named `return_<step>` or `claim_<step>`, which nobody changes afterwards.
"""

from dataclasses import dataclass

from kit.errors import Conflict
from marketplace.returns.models import ClaimState, ReturnState


class WrongStep(Conflict):
    """What it is at does not lead there."""

    code = "wrong_step"


@dataclass(frozen=True, slots=True)
class Step:
    """`of` are the states it may be taken in, `by` the kinds of actors who may take it."""

    of: tuple[str, ...]
    to: str
    by: tuple[str, ...]


R, C = ReturnState, ClaimState

RETURN_STEPS: dict[str, Step] = {
    # A vendor may think better of having declined, as long as the platform has not decided.
    "accepted": Step((R.ASKED, R.DECLINED), R.ACCEPTED, ("member", "system")),
    "declined": Step((R.ASKED,), R.DECLINED, ("member",)),
    "withdrawn": Step((R.ASKED, R.ACCEPTED), R.WITHDRAWN, ("customer",)),
    "lapsed": Step((R.ACCEPTED,), R.LAPSED, ("system",)),
    "sent": Step((R.ACCEPTED, R.SENT), R.SENT, ("customer",)),
    # A parcel may be there before its customer has said that it left.
    "received": Step((R.ACCEPTED, R.SENT), R.RECEIVED, ("member",)),
    "inspected": Step((R.RECEIVED,), R.INSPECTED, ("member",)),
    "refunded": Step((R.INSPECTED,), R.REFUNDED, ("member", "staff", "system")),
    "exchanged": Step((R.INSPECTED,), R.EXCHANGED, ("member",)),
    "closed": Step((R.INSPECTED,), R.CLOSED, ("member",)),
    "settled": Step(
        (R.ASKED, R.ACCEPTED, R.DECLINED, R.SENT, R.RECEIVED, R.INSPECTED, R.EXCHANGED, R.CLOSED, R.REFUNDED, R.LAPSED),
        R.SETTLED,
        ("staff",),
    ),
}

CLAIM_STEPS: dict[str, Step] = {
    "withdrawn": Step((C.OPEN,), C.WITHDRAWN, ("customer",)),
    "dismissed": Step((C.OPEN,), C.DISMISSED, ("staff",)),
    "granting": Step((C.OPEN,), C.GRANTING, ("staff",)),
    # The second person said no, or the numbers changed first.
    "reopened": Step((C.GRANTING,), C.OPEN, ("staff", "system")),
    "granted": Step((C.OPEN, C.GRANTING), C.GRANTED, ("staff", "system")),
}


def check_return(state: str, step: str, kind: str) -> str:
    """The state that follows. Raises WrongStep."""
    return _check(RETURN_STEPS[step], state, ReturnState(state).label, step, kind, "return")


def check_claim(state: str, step: str, kind: str) -> str:
    """The same of a claim."""
    return _check(CLAIM_STEPS[step], state, ClaimState(state).label, step, kind, "claim")


def may_return(state: str, step: str, kind: str) -> bool:
    """Whether a page offers it."""
    return state in RETURN_STEPS[step].of and kind in RETURN_STEPS[step].by


def _check(step: Step, state: str, label: str, name: str, kind: str, what: str) -> str:
    if state not in step.of or kind not in step.by:
        raise WrongStep(f"This {what} is “{label.lower()}”, and cannot become “{name}” from there.")
    return step.to
