"""Pictures of the main pages, at a phone's and a desk's width, light and dark, with what is wrong with them.

Wrong is: it scrolls sideways, or axe finds a violation of WCAG 2.2 A or AA.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db.models import Count
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from billing.commissions.models import Simulation
from billing.disputes.models import TO_ANSWER, Dispute
from billing.ledger.models import AccountCode, JournalEntry, LedgerAccount
from billing.reconciliation.models import ReconciliationException
from billing.statements.models import Document
from kit.links import absolute_url
from marketplace.catalog.models import Listing
from marketplace.demo.acts import PASSWORD
from marketplace.demo.cast import CUSTOMERS, STAFF, VENDORS
from marketplace.demo.progress import Progress
from marketplace.orders.models import Fulfillment, Order, VendorOrder
from marketplace.returns.models import RefundRequest, RequestState
from tenants.isolation.doors import acting_as, bind_vendor
from tenants.shop.catalog.models import Product, ProductState
from tenants.vendors.models import Vendor, VendorState

WIDTHS = {390: 844, 1440: 900}
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--hide-scrollbars"]
OWNERS = {each.email: each.slug for each in VENDORS}
PATIENCE_MS = 30_000
Row = TypeVar("Row")
HEIGHT = "document.documentElement.scrollHeight"
LOAD_PICTURES = """async () => {
    for (const image of document.images) image.loading = "eager";
    await Promise.all([...document.images].map(image => image.decode().catch(() => null)));
    await document.fonts.ready;
}"""


@dataclass(frozen=True)
class Screen:
    """A page: its name, its address, who looks at it (an e-mail address; "" for a guest)."""

    name: str
    url: str
    person: str = ""


@dataclass
class Found:
    """What was written, and what is wrong: a line each."""

    files: list[Path] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def screens() -> list[Screen]:
    """The main pages over what the demo has. Raises LookupError when it lacks something to show."""
    with acting_as("platform"):
        order = _or_say(
            "an order over several shops",
            Order.objects.filter(user_id__isnull=False, vendor_orders__fulfillment=Fulfillment.SHIPPED)
            .annotate(shops=Count("vendor_orders", distinct=True))
            .select_related("user")
            .order_by("-shops", "-placed_at")
            .first(),
        )
        own = Order.objects.filter(user_id__isnull=False).select_related("user").order_by("-placed_at")
        given_back = _or_say(
            "an order of which money went back",
            own.filter(id__in=RefundRequest.objects.filter(state=RequestState.DONE).values("order_id")).first(),
        )
        cancelable = _or_say(
            "an order that its customer may cancel",
            own.filter(vendor_orders__fulfillment=Fulfillment.NEW, vendor_orders__paid_at__isnull=False).first(),
        )
        listing = _or_say(
            "a listing with several offers",
            Listing.objects.filter(is_visible=True, in_stock=True).order_by("-vendor_count", "-sold_recently").first(),
        )
        applied = _or_say(
            "a vendor that applied", Vendor.objects.filter(state=VendorState.APPLIED).order_by("applied_at").first()
        )
        vendor = Vendor.objects.get(slug=VENDORS[0].slug)
        dispute = _or_say(
            "a dispute of its first shop that waits for an answer",
            Dispute.objects.filter(
                state__in=TO_ANSWER, slices__vendor_id=vendor.id, answers__vendor_id=vendor.id
            ).first(),
        )
        asked = _or_say(
            "a refund that waits for a second person",
            RefundRequest.objects.filter(state=RequestState.WAITING).order_by("-id").first(),
        )
        sold = _or_say(
            "an order of its first shop that could be refunded",
            VendorOrder.objects.filter(vendor_id=vendor.id, fulfillment=Fulfillment.DELIVERED).order_by("-id").first(),
        )
        simulation = _or_say("a simulation of commission rules", Simulation.objects.order_by("-created_at").first())
        document = _or_say("a document of a closed month", Document.objects.order_by("-issued_at", "-id").first())
        documented = Vendor.objects.get(id=document.vendor_id)
        exception = _or_say(
            "a difference that was explained", ReconciliationException.objects.order_by("-first_seen_at").first()
        )
        account = _or_say(
            "an account of its first shop",
            LedgerAccount.objects.filter(vendor_id=vendor.id, code=AccountCode.VENDOR_PAYABLE).first(),
        )
        entry = _or_say("an entry", JournalEntry.objects.filter(kind="sale").order_by("-occurred_at").first())
    with bind_vendor(vendor):
        published = Product.objects.filter(state=ProductState.PUBLISHED)
        product = _or_say("a product", published.annotate(n=Count("variants")).order_by("-n", "title").first())
    keeper = next(each for each in VENDORS if each.slug == documented.slug)
    staff = {each.role: each.email for each in STAFF}
    owner, office, money = VENDORS[0].email, staff["administrator"], staff["accountant"]
    portal = {
        "refund": f"/orders/{sold.id}/refund/?kind=refund",
        "refunds": "/refunds/",
        "money": "/money/",
        "way": "/money/way/",
        "ledger": "/money/ledger/",
        "holds": "/money/holds/",
        "stock": "/stock/",
        "stock-held": "/stock/holds/",
        "stock-low": "/stock/low/",
        "stock-counts": "/stock/counts/",
        "stock-files": "/stock/files/",
        "purchases": "/purchases/",
        "suppliers": "/purchases/suppliers/",
        "warehouses": "/warehouses/",
        "shipping": "/shipping/",
        "returns": "/returns/",
        "messages": "/messages/",
        "invoices": "/money/invoices/",
        "reviews": "/reviews/",
        "promotions": "/promotions/",
        "promotion": "/promotions/new/",
        "waiting-rooms": "/waiting-rooms/",
        "waiting-room": "/waiting-rooms/new/",
        "shop": "/shop/",
        "vat": "/shop/vat/",
        "shop-texts": "/shop/texts/",
        "domains": "/shop/domains/",
        "payouts": "/money/payouts/",
        "disputes": "/disputes/",
        "dispute": f"/disputes/{dispute.id}/",
    }
    backoffice = {
        "approval": f"/vendors/{applied.id}/",
        "commissions": "/commissions/",
        "draft": f"/commissions/drafts/{simulation.draft_id}/",
        "simulation": f"/commissions/simulations/{simulation.id}/",
        "refunds": "/refunds/",
        "refund": f"/refunds/{asked.id}/",
        "plans": "/plans/",
        "plan": "/plans/new/",
        "claims": "/claims/",
        "messages": "/messages/",
        "data-requests": "/data-requests/",
        "mails": "/mail/previews/",
        "gift-cards": "/gift-cards/",
        "tax-rates": "/tax-rates/",
        "waiting-rooms": "/waiting-rooms/",
        "waiting-room": "/waiting-rooms/new/",
        "reviews": "/reviews/",
        "promotions": "/promotions/",
        "promotion": "/promotions/new/",
        "fleet": "/fleet/",
    }
    console = {
        "home": "",
        "reconciliation": "reconciliation/",
        "exceptions": "reconciliation/?state=resolved",
        "exception": f"reconciliation/exceptions/{exception.id}/",
        "approvals": "approvals/",
        "decided": "approvals/?state=decided",
        "credits": "credits/",
        "debits": "debits/",
        "hold-rules": "hold-rules/",
        "refunds": "refunds/",
        "bank": "bank/",
        "ledger": "ledger/",
        "journal": "ledger/entries/",
        "account": f"ledger/accounts/{account.id}/",
        "entry": f"ledger/entries/{entry.id}/",
        "transfers": "transfers/",
        "payouts": "payouts/",
        "disputes": "disputes/",
        "dispute": f"disputes/{dispute.id}/",
        "debts": "debts/",
        "months": "periods/",
        "documents": "documents/",
        "exports": "exports/",
        "accounts": "exports/accounts/",
        "jobs": "jobs/",
    }
    customers_own = {
        "wishlist": "/wishlist/",
        "messages": "/account/messages/",
        "data": "/account/data/",
        "mail": "/account/mail/",
        "credit": "/account/credit/",
    }
    front = {"home": "/", "about": "/about/", "imprint": "/policies/imprint/", "search": "/search/?q=a"}
    return [
        Screen("home", _market("/")),
        *(Screen(f"front-{name}", absolute_url("shop", path, vendor.slug)) for name, path in front.items()),
        Screen("category", _market(f"/c/{listing.category_path.split('/')[0]}/")),
        Screen("listing", _market(f"/p/{listing.slug}/")),
        Screen("cart", _market("/cart/")),
        Screen("checkout", _market("/checkout/")),
        *(
            Screen(name, _market(f"/orders/{each.number}/{page}"), each.user.email if each.user else "")
            for name, each, page in (
                ("order", order, ""),
                ("order-refunded", given_back, ""),
                ("order-cancellation", cancelable, "cancellation/"),
            )
        ),
        Screen("gift-cards", _market("/gift-cards/")),
        Screen("gift-card-balance", _market("/gift-cards/balance/")),
        *(Screen(f"account-{name}", _market(path), CUSTOMERS[0].email) for name, path in customers_own.items()),
        Screen("plan", _market(f"/sell/{vendor.slug}/plan/"), owner),
        Screen("portal-home", absolute_url("portal", "/", vendor.slug), owner),
        Screen("portal-orders", absolute_url("portal", "/orders/", vendor.slug), owner),
        Screen("portal-product", absolute_url("portal", f"/products/{product.id}/", vendor.slug), owner),
        *(Screen(f"portal-{name}", absolute_url("portal", path, vendor.slug), owner) for name, path in portal.items()),
        Screen("portal-documents", absolute_url("portal", "/money/documents/", keeper.slug), keeper.email),
        *(Screen(f"office-{name}", absolute_url("office", path), office) for name, path in backoffice.items()),
        *(
            Screen(f"finance-{name}", absolute_url("office", f"/finance/{path}"), money)
            for name, path in console.items()
        ),
    ]


def take(wanted: list[Screen], chromium: str, folder: Path, progress: Progress) -> Found:
    """Look at these pages in each width and theme. Files are `<page>-<width>-<theme>.png` in `folder`."""
    found = Found()
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        people = {person: _signed_in(browser, person) for person in dict.fromkeys(each.person for each in wanted)}
        looks = [(screen, width, theme) for width in WIDTHS for theme in THEMES for screen in wanted]
        progress.step("Look at pages")
        for screen, width, theme in progress.over(looks):
            with _page(browser, width, theme, people[screen.person]) as page:
                name = f"{screen.name}-{width}-{theme}"
                answer = page.goto(screen.url, wait_until="load")
                if answer is None or answer.status != 200:
                    found.wrong.append(f"{name}: answers {answer.status if answer else 'nothing'}")
                    continue
                page.evaluate(LOAD_PICTURES)
                found.wrong += [f"{name}: {words}" for words in _wrong_with(page, width)]
                found.files.append(folder / f"{name}.png")
                # A window as high as the page: what sticks to its edges is at the page's.
                page.set_viewport_size({"width": width, "height": page.evaluate(HEIGHT)})
                page.screenshot(path=found.files[-1])
        browser.close()
    progress.finish(f"{len(found.files)} pictures in {folder}")
    return found


def _wrong_with(page: Page, width: int) -> Iterator[str]:
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width:
        yield f"scrolls sideways, {wide} px wide"
    for rule in Axe().run(page, options={"runOnly": RULES}).response["violations"]:
        for node in rule["nodes"]:
            html = re.sub(r"\s+", " ", node["html"])[:160]
            yield f"{rule['id']} ({rule['help']}): {html}"


@contextmanager
def _page(browser: Browser, width: int, theme: str, state: dict[str, object]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=state,  # type: ignore[arg-type]
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def _signed_in(browser: Browser, person: str) -> dict[str, object]:
    """The cookies of somebody who is signed in on every face that is theirs; of a guest with a filled cart for ""."""
    context = browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    if person:
        page.goto(_market(settings.LOGIN_URL))
        page.get_by_label("E-mail").fill(person)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: settings.LOGIN_URL not in url)
        if person in {each.email for each in STAFF}:
            page.goto(absolute_url("office", "/"))
        elif person in OWNERS:
            page.goto(absolute_url("portal", "/", OWNERS[person]))
    else:
        _fill_cart(page)
    return _cookies(context)


def _fill_cart(page: Page) -> None:
    """Something from each of the first three shops."""
    for vendor in VENDORS[:3]:
        page.goto(_market(f"/v/{vendor.slug}/"))
        page.locator(".product-title a").first.click()
        page.get_by_role("button", name="Add to cart", exact=True).first.click()
        page.get_by_text("is in your cart").first.wait_for()


def _cookies(context: BrowserContext) -> dict[str, object]:
    state = dict(context.storage_state())
    context.close()
    return state


def _market(path: str) -> str:
    return absolute_url("market", path)


def _or_say(what: str, found: Row | None) -> Row:
    if found is None:
        raise LookupError(f"The demo has no {what} to show.")
    return found
