"""The page to cancel and refund on, for every face: a form by vendor order, its preview, and doing what was previewed.

Without a script: "Look at it first" (`step=preview`) shows the form again with what it would do; "do" hands back the digest
of that. Whatever changed meanwhile, in the form or at the shop, is shown anew and not done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from kit.errors import InvalidInput, SoukError
from kit.money import Money, parse_major
from marketplace.returns.actions import Actor, NumbersChanged, approve, ask, reject
from marketplace.returns.models import RefundRequest, RequestKind, RequestState
from marketplace.returns.preview import Ask, PartFacts, Preview
from marketplace.returns.queries import asked_of_parcels, facts_of, preview_of, preview_of_request

# So many lines of a single vendor order are shown at once; longer forms open where somebody asks for a part.
FEW_LINES = 3


@dataclass(frozen=True, slots=True)
class Purpose:
    """What money is given back for, when it is a return or a claim: `name` and `id` travel with the form, `suggested` is
    what it opens with, `do` gives it back instead of `returns.actions.ask`.
    """

    name: str
    id: UUID
    words: str
    suggested: Ask
    do: Callable[[Sequence[Ask], str, str], RefundRequest]


@dataclass
class GivingBack:
    """The page's state. `done` is the request that came of it; `problems` are words by field."""

    facts: Sequence[PartFacts]
    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    preview: Preview | None = None
    changed: bool = False
    done: RefundRequest | None = None
    purpose: Purpose | None = None

    @property
    def status(self) -> int:
        return 409 if self.changed else 422 if self.problems else 200

    @property
    def cancels(self) -> bool:
        return self.kind == RequestKind.CANCELLATION

    @property
    def problem(self) -> str:
        return self.problems.get("", "")

    @property
    def parts(self) -> list[dict[str, Any]]:
        """For the form: every vendor order of which something can be canceled or given back."""
        rows = [self._part(part) for part in self.facts]
        return [row for row in rows if row["lines"] or row["shipping_minor"]]

    def _part(self, part: PartFacts) -> dict[str, Any]:
        shipping = part.shipping.gross if not self.cancels else 0
        lines: list[dict[str, Any]] = [
            {
                "id": line.id,
                "title": line.title,
                "most": line.unshipped if self.cancels else line.left.units,
                "left_minor": line.left.gross,
                "units": self._field(f"units-{line.id}"),
                "amount": self._field(f"amount-{line.id}"),
            }
            for line in part.lines
            if (line.unshipped if self.cancels else line.left.gross)
        ]
        key = str(part.vendor_order_id)
        fields = [
            *(line[name] for line in lines for name in ("units", "amount")),
            self._field(f"shipping-{key}"),
            self._field(f"goodwill-{key}"),
        ]
        is_short = len(self.facts) == 1 and len(lines) <= FEW_LINES
        return {
            "facts": part,
            "lines": lines,
            "choose": "Only some articles" if self.cancels else "By article, shipping or goodwill",
            # What was typed, and what is wrong with it, is never out of sight.
            "is_open": is_short or any(each["value"] or each["problem"] for each in fields),
            "shipping_minor": shipping,
            "left_minor": shipping + sum(line.left.gross for line in part.lines),
            "lost_minor": part.lost,
            "all": self._field(f"all-{key}"),
            "shipping": self._field(f"shipping-{key}"),
            "goodwill": self._field(f"goodwill-{key}"),
        }

    def _field(self, name: str) -> dict[str, str]:
        return {"name": name, "value": self.values.get(name, ""), "problem": self.problems.get(name, "")}

    @property
    def reason(self) -> dict[str, str]:
        return self._field("reason")


def giving_back(
    request: HttpRequest,
    *,
    order_id: UUID,
    by: Actor,
    vendor_id: UUID | None = None,
    kinds: Sequence[str] = (),
    purpose: Purpose | None = None,
) -> GivingBack:
    """What the page shows after this request; with `done`, what was asked for has been taken on."""
    data = request.POST if request.method == "POST" else request.GET
    kinds = [RequestKind.REFUND] if purpose else kinds or RequestKind.values
    kind = data.get("kind", "")
    facts = facts_of(order_id, vendor_id=vendor_id)
    if kind not in kinds:
        # Nothing is left to cancel of what has been sent: then it is about money.
        sent = all(not line.unshipped for part in facts for line in part.lines)
        kind = kinds[-1] if sent else kinds[0]
    state = GivingBack(facts, kind, {name: str(value) for name, value in data.items()}, purpose=purpose)
    if request.method != "POST":
        state.values = _suggested(state, data.get("parcel", ""))
        return state
    asks = _asks(state)
    if state.problems:
        return state
    try:
        if data.get("step") == "do" and purpose is not None:
            state.done = purpose.do(asks, data.get("reason", ""), data.get("digest", ""))
        elif data.get("step") == "do":
            state.done = ask(
                order_id=order_id,
                asks=asks,
                kind=state.kind,
                reason=data.get("reason", ""),
                by=by,
                digest=data.get("digest", ""),
                vendor_id=vendor_id,
            )
        else:
            state.preview = preview_of(
                order_id, asks, kind=state.kind, by_customer=by.kind == "customer", vendor_id=vendor_id
            )
            if not data.get("reason", "").strip():
                raise InvalidInput("Say why: the customer reads it.", field="reason")
    except NumbersChanged as changed:
        state.preview, state.changed = changed.preview, True
    except SoukError as refused:
        state.problems[_where(refused, asks)] = str(refused)
    return state


def told_of(done: RefundRequest) -> str:
    """What to say once it was taken on."""
    if done.state == RequestState.WAITING:
        return "This is above your limit. Somebody with a higher one has been asked to decide."
    if done.state == RequestState.DUE:
        return "It is being carried out; this page shows it in a few seconds."
    if not done.amount_minor:
        return "Canceled. The customer's bank gave the money back already."
    return (
        "Canceled. The money is on its way." if done.kind == RequestKind.CANCELLATION else "The refund is on its way."
    )


def _suggested(state: GivingBack, parcel: str) -> dict[str, str]:
    """The values of a page that is opened for a return, a claim or one parcel; nothing otherwise."""
    if state.purpose is not None:
        return {**_values(state.purpose.suggested, state.facts[0].currency), "reason": state.purpose.words}
    for _, asked in asked_of_parcels(state.facts, parcel):
        return _values(asked, state.facts[0].currency)
    return {}


def _values(asked: Ask, currency: str) -> dict[str, str]:
    """What the form's fields say of it."""
    shipping = Money(asked.shipping_minor or 0, currency)
    return {
        **{f"units-{line}": str(count) for line, count in asked.units.items()},
        f"shipping-{asked.vendor_order_id}": str(shipping.major) if shipping else "",
    }


def _asks(state: GivingBack) -> list[Ask]:
    found = []
    for part in state.facts:
        key = str(part.vendor_order_id)
        units = {line.id: _count(state, f"units-{line.id}") for line in part.lines}
        amounts = {line.id: _amount(state, f"amount-{line.id}", part) for line in part.lines}
        shipping = _amount(state, f"shipping-{key}", part)
        asked = Ask(
            part.vendor_order_id,
            units={line: count for line, count in units.items() if count},
            amounts={line: amount for line, amount in amounts.items() if amount},
            shipping_minor=shipping or None,
            goodwill_minor=_amount(state, f"goodwill-{key}", part),
            everything=bool(state.values.get(f"all-{key}")),
        )
        if asked.everything or asked.units or asked.amounts or asked.shipping_minor or asked.goodwill_minor:
            found.append(asked)
    return found


def _count(state: GivingBack, name: str) -> int:
    text = state.values.get(name, "").strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 7:
        state.problems[name] = "Give a whole number."
        return 0
    return int(text)


def _amount(state: GivingBack, name: str, part: PartFacts) -> int:
    text = state.values.get(name, "").strip()
    if not text:
        return 0
    try:
        amount = parse_major(text, part.currency).amount_minor
    except ValueError as error:
        state.problems[name] = f"{str(error).capitalize()}."
        return 0
    if amount < 0:
        state.problems[name] = "Give an amount above zero."
    return amount


def _where(refused: SoukError, asks: Sequence[Ask]) -> str:
    """The form's field that a refusal is about; empty for the whole."""
    name = refused.field or ""
    if name in ("shipping_minor", "goodwill_minor") and len(asks) == 1:
        return f"{name.removesuffix('_minor')}-{asks[0].vendor_order_id}"
    return name if name == "reason" or name.startswith(("units-", "amount-")) else ""


def decide(request: HttpRequest, found: RefundRequest, by: Actor) -> str:
    """Approve (`decision=approve`, with the digest of what was shown) or reject a request; gives what to say then.

    Raises what `approve` and `reject` raise.
    """
    data = request.POST
    if data.get("decision") == "approve":
        decided = approve(request_id=found.id, by=by, digest=data.get("digest", ""), note=data.get("note", ""))
        return "Approved and done." if decided.state == RequestState.DONE else "Approved; it is being carried out."
    reject(request_id=found.id, by=by, note=data.get("note", ""))
    return "Rejected."


def deciding(found: RefundRequest, by: Actor, names: Mapping[UUID, str], problem: str = "") -> dict[str, Any]:
    """For `components/refund_request.html`: the request, and while it waits what it would do now."""
    preview = None
    if found.state == RequestState.WAITING:
        try:
            preview = preview_of_request(found)
        except SoukError as impossible:
            problem = problem or str(impossible)
    is_theirs = by.kind == "staff" or found.asked_kind == by.kind
    return {
        "found": found,
        "preview": preview,
        "problem": problem,
        "may_decide": found.state == RequestState.WAITING and is_theirs and found.asked_by != by.id,
        "asked_by": names.get(found.asked_by, "") if found.asked_by else "",
        "decided_by": names.get(found.decided_by, "") if found.decided_by else "",
    }
