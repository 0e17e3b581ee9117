"""The vendor's pages: onboarding from a single-use link, and a small dashboard behind a login link."""

from __future__ import annotations

from html import escape

from starlette.responses import RedirectResponse, Response

from .. import accounts
from ..ids import token
from ..money.currencies import show
from ..money.movements import balance_body
from ..store import Record, read_record
from ..world import World
from .layout import document, notice, text_field

SESSION_SECONDS = 3600
ACTIONS = ("finish", "fail", "leave")


def start(world: World, secret: str) -> Response:
    """Use up an account link; used or expired, it leads to the address where the platform makes a new one."""
    with world.transaction() as store:
        link = store.find(f"acctlink_{secret}")
        if link is None:
            return notice("Not found", "There is no such link.", status=404)
        if link.hidden["used"] or link.hidden["expires"] < world.now:
            return RedirectResponse(link.hidden["refresh_url"], 303)
        link.hidden["used"] = True
        store.save(link)
        visit = token(40)
        world.create(
            "onboarding_visit",
            "visit",
            world.platform,
            {},
            {
                "account": link.body["account"],
                "return_url": link.hidden["return_url"],
                "expires": world.now + SESSION_SECONDS,
            },
            id=f"visit_{visit}",
        )
    return RedirectResponse(f"/connect/onboarding/{visit}", 303)


def onboarding(world: World, visit: str, method: str, form: dict[str, str]) -> Response:
    """The onboarding form.

    POST (name, email, representative, dob, iban, action): finish and fail decide, leave does not.
    """
    with world.transaction() as store:
        record = store.find(f"visit_{visit}")
        account = store.find(record.hidden["account"]) if record else None
        if record is None or account is None:
            return notice("Not found", "There is no such page.", status=404)
        if record.hidden["expires"] < world.now:
            return notice("This page has expired", "Ask the marketplace for a new link.", status=410)
        if method != "POST":
            return form_page(account, visit, defaults(account), "")
        if form.get("action") not in ACTIONS:
            return form_page(account, visit, form, "Choose one of the buttons.")
        if form["action"] != "leave":
            if not form.get("name", "").strip():
                return form_page(account, visit, form, "Enter the legal name of the business.")
            accounts.onboard(world, account, succeeded=form["action"] == "finish", details=form)
        world.emit_thin(
            "v2.core.account_link.returned",
            None,
            {"account_id": account.id, "configurations": ["recipient"], "use_case": "account_onboarding"},
        )
    back = record.hidden["return_url"]
    return RedirectResponse(back, 303) if back else notice("Thank you", "You can close this page now.")


def defaults(account: Record) -> dict[str, str]:
    return {
        "name": account.body["display_name"] or "",
        "email": account.body["contact_email"] or "",
        "iban": "DE89 3704 0044 0532 0130 00",
        "representative": "",
        "dob": "1901-01-01",
    }


def form_page(account: Record, visit: str, form: dict[str, str], alert: str) -> Response:
    warning = f'<p class="alert" role="alert">{escape(alert)}</p>' if alert else ""
    fields = "".join(
        (
            text_field(
                "name",
                "Legal name of the business",
                form.get("name", ""),
                autocomplete="organization",
                required="required",
            ),
            text_field("email", "E-mail", form.get("email", ""), kind="email", autocomplete="email"),
            text_field("representative", "Representative", form.get("representative", ""), autocomplete="name"),
            text_field(
                "dob", "Date of birth", form.get("dob", ""), kind="date", hint="1901-01-01 is verified at once."
            ),
            text_field(
                "iban",
                "IBAN for payouts",
                form.get("iban", ""),
                hint=f"An IBAN that ends in {accounts.FAILING_IBAN_END} gets its payouts returned.",
                autocomplete="off",
            ),
        )
    )
    return document(
        "Set up payouts",
        f"""<section class="card narrow"><h1>Set up payouts</h1>
<p class="quiet">The marketplace pays you through this account ({escape(account.body["identity"]["country"])}).
Nothing you enter is checked or leaves this machine.</p>
{warning}<form method="post" action="/connect/onboarding/{escape(visit)}">{fields}
<div class="actions"><button name="action" value="finish">Finish and activate payouts</button>
<button name="action" value="fail" class="danger" formnovalidate>Submit documents that are refused</button>
<button name="action" value="leave" class="plain" formnovalidate>Leave without finishing</button>
</div></form></section>""",
        status=422 if alert else 200,
    )


def dashboard(world: World, secret: str) -> Response:
    """The vendor's balance and latest payouts, behind a login link."""
    with world.transaction() as store:
        link = store.find(f"lnk_{secret}")
        account = store.find(link.hidden["account"]) if link else None
        if link is None or account is None or link.hidden["expires"] < world.now:
            return notice("This link has expired", "Open your payouts from the marketplace again.", status=410)
        rows = store.sql(
            "SELECT * FROM objects WHERE account = ? AND kind = 'payout' ORDER BY seq DESC LIMIT 20", account.id
        ).fetchall()
        payouts = [read_record(row).body for row in rows]
        balance = balance_body(world, account.id)
    sums = "".join(
        f"<li><span>{label}</span><span>{escape(show(entry['amount'], entry['currency']))}</span></li>"
        for label, part in (("On its way", "pending"), ("Available", "available"))
        for entry in balance[part]
    )
    table = "".join(
        f"<tr><td><code>{escape(p['id'])}</code></td><td>{escape(p['status'].replace('_', ' '))}</td>"
        f"<td class=amount>{escape(show(p['amount'], p['currency']))}</td></tr>"
        for p in payouts
    )
    listing = (
        (
            f"<table><thead><tr><th scope=col>Payout</th><th scope=col>Status</th><th scope=col "
            f"class=amount>Amount</th></tr></thead>"
            f"<tbody>{table}</tbody></table>"
        )
        if payouts
        else '<p class="quiet">No payouts yet.</p>'
    )
    return document(
        "Your payouts",
        f"""<section class="card"><h1>{escape(account.body["display_name"] or "Your payouts")}</h1>
<ul class="lines">{sums}</ul><h2>Payouts</h2>{listing}</section>""",
    )
