"""The console: a look inside, and the knobs. It does nothing that a control below /_sandbox/ does not do.

It asks for no key, so it is for people at this machine: other hosts' names and other sites' forms are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from .. import accounts, control, tricks
from ..delivery import Dispatcher
from ..errors import ApiError
from ..money.currencies import show
from ..money.movements import movement_body
from ..objects import show_by_id
from ..store import Record, read_record
from ..world import World
from .layout import document

ROWS = 50
IDS = re.compile(
    r"&quot;((?:acct|ch|cs_test|cus|du|in|pi|pm|po|price|prod|py|re|seti|sub|tr|trr|txn)_[A-Za-z0-9]+)&quot;"
)
TABS = (("", "Overview"), ("objects", "Objects"), ("money", "Money"), ("events", "Events"), ("trouble", "Trouble"))
SPANS = ((3600, "1 hour"), (86400, "1 day"), (3 * 86400, "3 days"), (7 * 86400, "1 week"), (30 * 86400, "30 days"))
# What can be done to an object of a kind: label, control, and what it is sent.
DEEDS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "charge": [
        ("Dispute as fraudulent", "charges/{}/dispute", {"reason": "fraudulent"}),
        ("Open an inquiry", "charges/{}/dispute", {"reason": "inquiry"}),
        ("Warn of fraud", "charges/{}/warn", {}),
        ("Open a review", "charges/{}/review", {}),
        ("Return the debit", "charges/{}/bounce", {}),
    ],
    "refund": [
        ("Fail", "refunds/{}/fail", {}),
        ("Require action", "refunds/{}/require_action", {}),
    ],
    "payout": [("Return it", "payouts/{}/fail", {})],
    "dispute": [
        ("Win", "disputes/{}/close", {"status": "won"}),
        ("Lose", "disputes/{}/close", {"status": "lost"}),
    ],
    "checkout.session": [("Pay with 4242", "sessions/{}/pay", {"card": "4242424242424242", "timeout": 0})],
    accounts.KIND: [
        ("Finish onboarding", "accounts/{}/onboard", {"succeed": True}),
        ("Refuse onboarding", "accounts/{}/onboard", {"succeed": False}),
        ("Restrict transfers", "accounts/{}/capability", {"status": "restricted"}),
        ("Activate transfers", "accounts/{}/capability", {"status": "active"}),
    ],
}


def guard(world: World, request: Request) -> None:
    """Raises ApiError 403 for a name that is not this machine's, and for a form that another site sent."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    own = urlsplit(world.settings.public_url).hostname
    if host not in ("localhost", "127.0.0.1", "::1", own) and not host.endswith(".localhost"):
        raise ApiError(403, "The console is for this machine only.")
    site = request.headers.get("sec-fetch-site")
    origin = urlsplit(request.headers.get("origin") or "").netloc
    if request.method == "POST" and (
        site not in (None, "same-origin", "none") or origin not in ("", request.headers.get("host", ""))
    ):
        raise ApiError(403, "This form was sent from another site.")


def answer(world: World, dispatcher: Dispatcher, request: Request, form: dict[str, str]) -> Response:
    """A page of the console; a POST carries a control out and leads back with what it said."""
    guard(world, request)
    path = request.path_params.get("path", "").strip("/")
    if request.method == "POST":
        return _do(world, dispatcher, form)
    section, _, rest = path.partition("/")
    asked = dict(request.query_params)
    views: dict[str, Callable[[], str]] = {
        "": lambda: overview(world),
        "objects": lambda: one_object(world, rest) if rest else objects(world, asked.get("kind", "")),
        "money": lambda: money(world, asked.get("account", "")),
        "events": lambda: events(world, asked.get("type", "")),
        "trouble": lambda: trouble(world),
    }
    if section not in views:
        raise ApiError(404, "There is no such page.")
    with world.transaction():
        content = views[section]()
        now = world.now
    return frame(section, content, now, asked.get("said", ""))


def _do(world: World, dispatcher: Dispatcher, form: dict[str, str]) -> Response:
    """Carry out the control that a form names. Fields: ``s.x`` text, ``n.x`` number, ``b.x`` boolean, ``l.x`` list."""
    body: dict[str, Any] = json.loads(form.get("body", "{}"))
    back = form.get("back", "")
    try:
        for name, value in form.items():
            kind, _, key = name.partition(".")
            if key and value.strip():
                body[key] = _value(kind, value.strip())
        said = control.answer(world, dispatcher, form.get("method", "POST"), form.get("control", ""), json.dumps(body))
        told = "Done: " + json.dumps(said)[:300]
    except ApiError as error:
        told = f"This did not work: {error.message}"
    except ValueError as error:
        told = f"This did not work: {error}"
    return RedirectResponse(f"/console/{quote(back)}?{urlencode({'said': told})}", 303)


def _value(kind: str, value: str) -> Any:
    if kind == "n":
        return None if value == "none" else float(value) if "." in value else int(value)
    if kind == "b":
        return value == "true"
    if kind == "l":
        return None if value == "none" else re.split(r"[\s,]+", value)
    return value


# -- pages ---------------------------------------------------------------
def overview(world: World) -> str:
    store = world.store
    kinds = store.sql("SELECT kind, count(*) AS n FROM objects GROUP BY kind ORDER BY kind").fetchall()
    counts = control.deliveries(world)
    rows = [
        (f'<a href="/console/objects?kind={quote(row["kind"])}"><code>{escape(row["kind"])}</code></a>', row["n"])
        for row in kinds
    ]
    spans = "".join(
        button("clock/advance", f"+ {label}", {"seconds": seconds}, kind="plain") for seconds, label in SPANS
    )
    breaches = store.get_meta("breaches", [])
    broken = (
        f'<p class="alert">{len(breaches)} answers or events of the sandbox broke the contract. The last: '
        f"{escape(breaches[-1]['text'])}</p>"
        if breaches
        else '<p class="quiet">Every answer and event kept Stripe\'s contract.</p>'
    )
    return f"""<h1>The sandbox from within</h1>{broken}
<div class="tiles">
{
        card(
            "Clock",
            f'<p class="total">{when(world.now)}</p><div class="row">{spans}</div>'
            + form(
                "clock/advance",
                field("n.seconds", "Seconds", kind="number", min=0, required="required") + submit("Move the clock"),
            ),
        )
    }
{
        card(
            "Webhooks",
            table(("State", "Deliveries"), sorted(counts.items()), numbers=True)
            + button("webhooks/drain", "Try everything now", {"timeout": 3}, kind="plain"),
        )
    }
{card("Objects", table(("Kind", "Count"), rows, numbers=True))}
{
        card(
            "Platform",
            f"<p><code>{escape(world.platform)}</code></p>"
            + form(
                "topup",
                field("n.amount", "Minor units", kind="number", min=1, required="required")
                + field("s.currency", "Currency", world.settings.currency)
                + submit("Add available money"),
            ),
        )
    }
</div>"""


def money(world: World, account: str) -> str:
    owners = [world.platform, *(record.id for record in world.store.all(accounts.KIND))]
    rows = [
        (
            f'<a href="/console/money?account={quote(row["account"])}"><code>{escape(row["account"])}</code></a>',
            row["currency"].upper(),
            escape(show(row["pending"], row["currency"])),
            escape(show(row["available"], row["currency"])),
        )
        for row in world.store.sql("SELECT * FROM balances ORDER BY account = ? DESC, account", world.platform)
        if row["account"] in owners
    ]
    chosen = account if account in owners else world.platform
    moved = [
        (
            f"<code>{escape(body['type'])}</code>",
            f'<a href="/console/objects/{quote(body["source"])}"><code>{escape(body["source"])}</code></a>'
            if body["source"]
            else "",
            escape(body["status"]),
            escape(show(body["amount"], body["currency"])),
            escape(show(body["fee"], body["currency"])),
            escape(show(body["net"], body["currency"])),
        )
        for body in map(
            movement_body,
            world.store.sql("SELECT * FROM movements WHERE account = ? ORDER BY seq DESC LIMIT ?", chosen, ROWS),
        )
    ]
    heads = ("Account", "Currency", "Pending", "Available")
    moves = ("Type", "Source", "Status", "Amount", "Fee", "Net")
    return f"""<h1>Money</h1>{card("Balances", table(heads, rows, numbers=True))}
{card(f"Newest movements of {chosen}", table(moves, moved, numbers=True))}"""


def objects(world: World, kind: str) -> str:
    kinds = [row["kind"] for row in world.store.sql("SELECT DISTINCT kind FROM objects ORDER BY kind")]
    rows = world.store.sql(
        "SELECT * FROM objects WHERE (kind = ? OR ? = '') ORDER BY seq DESC LIMIT ?", kind, kind, ROWS
    ).fetchall()
    shown = [
        (
            f'<a href="/console/objects/{quote(record.id)}"><code>{escape(record.id)}</code></a>',
            escape(record.kind),
            escape(str(record.body.get("status") or "")),
            amount_of(record),
            when(record.created),
        )
        for record in map(read_record, rows)
    ]
    choice = select("kind", "Kind", [("", "All kinds"), *((k, k) for k in kinds)], kind)
    filters = f'<form method="get" action="/console/objects" class="inline">{choice}{submit("Show", "plain")}</form>'
    return f"""<h1>Objects</h1>{filters}
{card(f"The newest {ROWS}", table(("Id", "Kind", "Status", "Amount", "Created"), shown))}"""


def one_object(world: World, id: str) -> str:
    record = world.store.find(id)
    body = show_by_id(world, id)
    if body is None:
        raise ApiError(404, f"There is no {id}.")
    deeds = DEEDS.get(record.kind, []) if record else []
    buttons = "".join(
        button(path.format(id), label, sent, back=f"objects/{id}", kind="plain") for label, path, sent in deeds
    )
    told = world.store.sql("SELECT * FROM events WHERE object_id = ? ORDER BY seq DESC LIMIT 20", id).fetchall()
    heard = [(f"<code>{escape(row['type'])}</code>", when(row["created"])) for row in told]
    act = card("What may happen to it", f'<div class="row">{buttons}</div>') if buttons else ""
    return f"""<h1><code>{escape(id)}</code></h1>{act}
{card("As the API answers it", f'<pre tabindex="0">{linked(json.dumps(body, indent=2))}</pre>')}
{card("Its events", table(("Type", "At"), heard))}"""


def events(world: World, type: str) -> str:
    rows = world.store.sql(
        "SELECT * FROM events WHERE type LIKE ? ORDER BY seq DESC LIMIT ?", f"%{type}%", ROWS
    ).fetchall()
    shown = []
    for row in rows:
        sent = world.store.sql("SELECT * FROM deliveries WHERE event = ? ORDER BY id", row["id"]).fetchall()
        states = "".join(
            f"<li>{escape(one['state'].replace('_', ' '))}, {one['attempts']} tries"
            + (f", {escape(one['trick'].replace('_', ' '))}" if one["trick"] else "")
            + (f": {escape(one['last_error'][:120])}" if one["last_error"] else "")
            + "</li>"
            for one in sent
        )
        how = [("", "as it was"), *((name, name.replace("_", " ")) for name in (*tricks.MISSIGNED, *tricks.FORGED))]
        again = form(
            "webhooks/resend",
            hidden("s.event", row["id"])
            + select("s.as", f"How to send {row['id']}", how, "", quiet=True)
            + submit("Send again", "plain"),
            back="events",
            inline=True,
        )
        shown.append(
            (
                f"<code>{escape(row['type'])}</code><br><code class=quiet>{escape(row['id'])}</code>",
                when(row["created"]),
                f"<ul>{states}</ul>" if states else "nobody listens",
                again,
            )
        )
    filters = (
        '<form method="get" action="/console/events" class="inline">'
        + field("type", "Part of the type", type)
        + submit("Show", "plain")
        + "</form>"
    )
    return f"""<h1>Events and their deliveries</h1>{filters}
{card(f"The newest {ROWS}", table(("Event", "At", "Deliveries", ""), shown))}"""


def trouble(world: World) -> str:
    store = world.store
    faults = [
        (
            escape(f["mode"]),
            f"<code>{escape(f['method'])} {escape(f['path'])}</code>",
            escape(f["account"] or "any"),
            f["remaining"],
        )
        for f in control.faults(store)
    ]
    rules = [
        (escape(r["mode"]), f"<code>{escape(r['type'])}</code>", escape(r["account"] or "any"), r["times"])
        for r in store.get_meta("tricks", [])
    ]
    knobs = world.knobs()
    held = store.one("SELECT count(*) AS n FROM deliveries WHERE state = 'held'")
    booleans = [("false", "no"), ("true", "yes")]
    fault_form = form(
        "fail",
        select("s.mode", "What goes wrong", [(m, m) for m in control.FAULTS], "drop")
        + field("s.path", "Path (may end in *)", "/v1/transfers", required="required")
        + select("s.method", "Method", [(m, m) for m in ("POST", "GET", "DELETE", "*")], "POST")
        + field("s.account", "Account (any if empty)")
        + field("n.times", "Times", "1", kind="number", min=1)
        + field("n.skip", "After so many that go well", "0", kind="number", min=0)
        + field("n.seconds", "Seconds (slow, hang)", "0", kind="number", min=0)
        + submit("Order it"),
        back="trouble",
    )
    trick_form = form(
        "webhooks/misbehave",
        select("s.mode", "What goes wrong with events", [(m, m) for m in tricks.MODES], "duplicate")
        + field("s.type", "Type (with *)", "*", required="required", id="trick-type")
        + field("s.account", "Account (any if empty)", id="trick-account")
        + field("n.times", "Times", "1", kind="number", min=1, id="trick-times")
        + field("n.seconds", "Seconds (delay, late)", "0", kind="number", min=0, id="trick-seconds")
        + submit("Order it"),
        back="trouble",
    )
    always = form(
        "webhooks/config",
        select("b.duplicate", "Every event twice", booleans, str(knobs["duplicate"]).lower())
        + select("b.reverse", "The newest first", booleans, str(knobs["reverse"]).lower())
        + field("n.delay_seconds", "Seconds late", str(knobs["delay_seconds"]), kind="number", min=0)
        + submit("Set"),
        back="trouble",
    )
    limit = "none" if world.rate_limit is None else str(world.rate_limit)
    settled = store.get_meta("settlement_currencies")
    holds = "none" if settled is None else ", ".join(settled)
    rulebook = form(
        "config",
        select(
            "s.reversal_when_short",
            "A reversal from an empty balance",
            [("negative", "drives it below zero"), ("refuse", "is refused")],
            store.get_meta("reversal_when_short", "negative"),
        )
        + field("n.rate_limit", "Calls of an endpoint in a second (none: no limit)", limit)
        + field(
            "l.settlement_currencies",
            "The platform holds (none: all)",
            holds,
        )
        + submit("Set"),
        back="trouble",
    )
    ordered = ("Mode", "For", "Account", "Left")
    clear = button("fail", "Forget the faults", method="DELETE", back="trouble", kind="plain") if faults else ""
    calm = button("webhooks/misbehave", "Behave again", method="DELETE", back="trouble", kind="plain")
    waiting = held["n"] if held else 0
    let_go = "".join(
        button(
            "webhooks/release", f"Let {waiting} held events go, {order}", {"order": order}, back="trouble", kind="plain"
        )
        for order in ("created", "reverse", "shuffle")
        if waiting
    )
    return f"""<h1>Trouble to order</h1><div class="tiles">
{card("Calls that go wrong", fault_form + table(ordered, faults) + clear)}
{card("Events that go wrong", trick_form + table(ordered, rules) + let_go + calm)}
{card("All events", always)}
{card("Rules that Stripe leaves open", rulebook)}
{
        card(
            "Begin again",
            "<p>Objects, money, events, endpoints and the clock are forgotten.</p>"
            + button("reset", "Forget everything", back="", kind="danger"),
        )
    }
</div>"""


# -- pieces --------------------------------------------------------------
def frame(section: str, content: str, now: int, said: str) -> HTMLResponse:
    links = "".join(
        f'<a href="/console/{path}"{" aria-current=page" if path == section else ""}>{label}</a>'
        for path, label in TABS
    )
    alert = f'<p class="told" role="status">{escape(said)}</p>' if said else ""
    nav = f'<nav class="tabs" aria-label="Console">{links}<span class="quiet">{when(now)}</span></nav>'
    return document("Sandbox console", f'<div class="console">{nav}{alert}{content}</div>')


def card(title: str, content: str) -> str:
    return f'<section class="card"><h2>{escape(title)}</h2>{content}</section>'


def table(heads: tuple[str, ...], rows: Any, *, numbers: bool = False) -> str:
    """A table of HTML cells; with ``numbers`` all but the first column may be figures, which stand to the right."""
    rows = list(rows)
    if not rows:
        return '<p class="quiet">None.</p>'
    last = len(heads) - 1
    ends = [numbers and n in range(max(1, last - 2), last + 1) for n in range(len(heads))]
    head = "".join(
        f'<th scope="col"{" class=amount" if end else ""}>{escape(h) or "<span class=unseen>Action</span>"}</th>'
        for h, end in zip(heads, ends, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{' class=amount' if e else ''}>{c}</td>" for c, e in zip(row, ends, strict=True))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(heads[0])}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def form(path: str, content: str, *, back: str = "", inline: bool = False) -> str:
    way = ' class="inline"' if inline else ""
    return (
        f'<form method="post" action="/console/do"{way}>{hidden("control", path)}{hidden("back", back)}{content}</form>'
    )


def button(
    path: str, label: str, sent: dict[str, Any] | None = None, *, method: str = "POST", back: str = "", kind: str = ""
) -> str:
    inside = hidden("body", json.dumps(sent or {})) + hidden("method", method) + submit(label, kind)
    return form(path, inside, back=back, inline=True)


def submit(label: str, kind: str = "") -> str:
    return f'<button type="submit"{f" class={kind}" if kind else ""}>{escape(label)}</button>'


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def field(name: str, label: str, value: str = "", *, kind: str = "text", id: str = "", **more: Any) -> str:
    id = id or name.replace(".", "-")
    extra = "".join(f' {key}="{escape(str(text))}"' for key, text in more.items())
    return (
        f'<p class="field"><label for="{id}">{escape(label)}</label>'
        f'<input id="{id}" name="{name}" type="{kind}" value="{escape(value)}"{extra}></p>'
    )


def select(name: str, label: str, options: list[tuple[str, str]], chosen: str, *, quiet: bool = False) -> str:
    """A choice; ``quiet`` shows its label to screen readers only."""
    id = re.sub(r"[^a-z0-9]+", "-", f"{name}-{label}".lower())
    inside = "".join(
        f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(text)}</option>'
        for value, text in options
    )
    hide = ' class="unseen"' if quiet else ""
    return (
        f'<p class="field"><label for="{id}"{hide}>{escape(label)}</label>'
        f'<select id="{id}" name="{name}">{inside}</select></p>'
    )


def linked(text: str) -> str:
    """JSON whose ids lead to their objects."""
    return IDS.sub(r'&quot;<a href="/console/objects/\1">\1</a>&quot;', escape(text))


def amount_of(record: Record) -> str:
    amount, currency = record.body.get("amount"), record.body.get("currency")
    return escape(show(amount, currency)) if isinstance(amount, int) and currency else ""


def when(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%-d %b %Y, %H:%M")
