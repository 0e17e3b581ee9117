"""A vendor's way in over the pages: the portal, the office, and where mails lead, each with its own database role."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kit import clock
from notifications.models import Mail
from outbox.tasks import deliver
from tenants.onboarding.models import Event, ResumeLink, Step, Terms, VendorDocument, VendorInvitation
from tenants.onboarding.resuming import make_link
from tenants.vendors.models import Member, Vendor
from tests.marketplace.web.portal.conftest import asks_at_most
from tests.marketplace.web.portal.conftest import desk_of as portal_of
from tests.marketplace.web.storefront.conftest import ada, another, shopper, sign_in
from tests.support.office import desk

__all__ = ["ada", "another", "asks_at_most", "desk", "portal_of", "shopper", "sign_in"]

LONG = "Because " * 100


def paper(data=b"%PDF-1.7 of a shop", name="utdrag.pdf"):
    return SimpleUploadedFile(name, data)


@pytest.fixture
def office(desk):
    """An administrator, who has set the checklist up over the pages."""
    at = desk("administrator")
    assert at.post("/onboarding/steps/terms/", STEP).status_code == 422  # none are published
    assert at.post("/onboarding/terms/", {"text": "We sell.\n\nYou deliver."}).status_code == 302
    for code, more in (
        ("terms", {"for_selling": "on"}),
        ("address", {"for_payout": "on"}),
        ("payout_account", {"is_on": ""}),
        ("review", {"for_selling": "on"}),
    ):
        assert at.post(f"/onboarding/steps/{code}/", {**STEP, "title": code.title(), **more}).status_code == 302, code
    made = at.post("/onboarding/", {"title": "Trade register", "explanation": "Not older", "countries": "se, no"})
    assert made["Location"] == "/onboarding/steps/trade_register/"
    given = {**STEP, "title": "Trade register", "countries": "SE,NO", "for_selling": "on"}
    assert at.post(made["Location"], given).status_code == 302
    assert at.post("/onboarding/steps/trade_register/position/", {"to": "up"}).status_code == 302
    return at


STEP = {"title": "Terms", "explanation": "", "is_on": "on"}


@pytest.fixture
def newcomer(make_vendor):
    return make_vendor("lindqvist", country="SE", state="onboarding", selling_cleared_at=None, payouts_cleared_at=None)


def of(vendor, code):
    return f"/vendors/{vendor.id}/steps/{code}/decision/"


def test_a_vendor_is_led_from_its_checklist_to_its_first_sale(office, newcomer, portal_of, asks_at_most):
    owner, manager, viewer = portal_of(newcomer), portal_of(newcomer, "manager"), portal_of(newcomer, "viewer")
    page = owner.text("/")
    for words in ("Your checklist", "Agree to the terms, version 1", "You:", "Souk:", "Send it as a PDF, PNG or JPEG"):
        assert words in page
    assert "Selling is not open yet" in viewer.text("/onboarding/")
    assert 'type="file"' not in viewer.text("/onboarding/")
    # Agreeing is an owner's, in the version that was read.
    assert "Agree for Lindqvist" not in manager.text("/onboarding/terms/")
    assert manager.post("/onboarding/terms/", {"version": "1"}).status_code == 403
    stale = owner.post("/onboarding/terms/", {"version": "7"})
    assert stale.status_code == 422
    assert "The terms have changed meanwhile" in stale.content.decode()
    assert owner.post("/onboarding/terms/", {"version": "1"}).status_code == 302
    assert "You agreed to this version" in owner.text("/onboarding/terms/")
    # A paper: refused at its field, then sent, and read by who may.
    refused = manager.post("/onboarding/trade_register/documents/", {"file": paper(b"MZ\x90", "a.exe")})
    assert refused.status_code == 422
    assert 'id="error-trade_register"' in refused.content.decode()
    assert "Choose a file." in manager.post("/onboarding/trade_register/documents/").content.decode()
    assert manager.post("/onboarding/review/documents/", {"file": paper()}).status_code == 422
    assert manager.post("/onboarding/nothing/documents/", {"file": paper()}).status_code == 404
    assert manager.post("/onboarding/trade_register/documents/", {"file": paper()}).status_code == 302
    sent = VendorDocument.objects.get()
    assert owner.get(f"/onboarding/files/{sent.id}/")["Content-Disposition"].endswith('filename="utdrag.pdf"')
    assert viewer.get(f"/onboarding/files/{sent.id}/").status_code == 403
    deliver()

    # The office finds it, reads it, sends it back with a long reason, and accepts the next.
    assert "1 vendor with a step to look at" in office.page("/")
    listed = office.page("/vendors/?waits=us")
    assert "We: Trade register, look at the document" in listed
    assert "No vendor is found" in office.page("/vendors/?waits=us&q=moreau")
    page = office.page(f"/vendors/{newcomer.id}/")
    for words in ("Trade register", "utdrag.pdf", "What happened on the way", "agreed to version 1", "Send back"):
        assert words in page
    assert office.get(f"/vendors/{newcomer.id}/documents/{sent.id}/").status_code == 200
    seen = Event.objects.get(name="document_sent").id
    back = {"decision": "reject", "reason": LONG, "seen": seen}
    assert (
        "Sent back; the vendor gets a mail"
        in office.post(of(newcomer, "trade_register"), back, follow=True).content.decode()
    )
    again = office.post(of(newcomer, "trade_register"), back, follow=True).content.decode()
    assert "could be sent back" in again
    assert LONG.strip() in owner.text("/onboarding/")
    assert owner.post("/onboarding/trade_register/documents/", {"file": paper(b"\x89PNG", "b.png")}).status_code == 302
    for code in ("trade_register", "review"):
        found = Event.objects.filter(step=code).order_by("id").last()
        answer = office.post(of(newcomer, code), {"decision": "accept", "seen": found.id if found else ""}, follow=True)
        assert "Accepted." in answer.content.decode(), code
    deliver()
    newcomer.refresh_from_db()
    assert (newcomer.state, newcomer.may_sell, newcomer.payouts_cleared_at) == ("active", True, None)
    page = owner.text("/")
    assert "You sell already. What you earn is kept for you" in page
    assert "Give street, postal code and city" in page
    with asks_at_most(13):
        owner.get("/onboarding/")
    waived = {"decision": "waive", "reason": "Known to us.", "seen": ""}
    assert "Waived." in office.post(of(newcomer, "address"), waived, follow=True).content.decode()
    newcomer.refresh_from_db()
    assert newcomer.payouts_cleared_at is not None
    assert "Your checklist" not in owner.text("/")
    assert "You need not do this: Known to us." in owner.text("/onboarding/")


def test_who_may_decide_and_who_may_only_look(office, newcomer, desk, django_assert_max_num_queries):
    reader = desk("support")
    assert 'value="waive"' not in reader.page(f"/vendors/{newcomer.id}/")
    assert reader.post(of(newcomer, "terms"), {"decision": "waive", "reason": "x"}).status_code == 403
    moderator = desk("moderator")
    assert 'value="waive"' in moderator.page(f"/vendors/{newcomer.id}/")
    assert moderator.get("/onboarding/").status_code == 403
    for given, words in (
        ({"decision": "waive", "seen": ""}, "Say why."),
        ({"decision": "accept", "seen": ""}, "does not wait for us"),
        ({"decision": "maybe", "seen": ""}, "That was not understood"),
    ):
        assert words in moderator.post(of(newcomer, "terms"), given, follow=True).content.decode()
    assert not Event.objects.exclude(name__endswith="opened").exists()
    with django_assert_max_num_queries(32):
        moderator.page(f"/vendors/{newcomer.id}/")


def test_the_office_keeps_the_checklist_over_its_pages(office):
    page = office.page("/onboarding/")
    for words in ("Trade register", "in NO, SE", "Terms, version 1", "Needed for"):
        assert words in page
    assert list(Step.objects.order_by("position").values_list("code", flat=True))[-2:] == ["trade_register", "review"]
    odd = office.post("/onboarding/steps/trade_register/", {**STEP, "countries": "Sweden"})
    assert odd.status_code == 422
    assert "No vendor can be in SWEDEN" in odd.content.decode()
    twice = office.post("/onboarding/", {"title": "Trade  Register"})
    assert "There is a step of this name." in twice.content.decode()
    same = office.post("/onboarding/terms/", {"text": "We sell.\r\n\r\nYou deliver."})
    assert "word for word" in same.content.decode()
    assert Terms.objects.count() == 1
    assert office.get("/onboarding/steps/nothing/").status_code == 404


def test_somebody_is_invited_applies_by_it_and_nobody_is_who_could_not_be_paid(desk, shopper, ada, sign_in):
    at = desk("moderator")
    assert "Nobody was invited yet" in at.page("/vendors/invitations/")
    given = {
        "email": "jule@brennhaus.example",
        "name": "Brennhaus",
        "country": "de",
        "currency": "EUR",
        "message": "Hi",
    }
    for wrong, words in (
        ({"country": "BR"}, "We cannot pay vendors in this country yet."),
        ({"currency": "SEK"}, "a vendor cannot be paid in SEK"),
        ({"email": "jule"}, "Enter a valid email address."),
    ):
        answer = at.post("/vendors/invitations/", {**given, **wrong})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert at.post("/vendors/invitations/", given).status_code == 302
    found = VendorInvitation.objects.get()
    assert "jule@brennhaus.example" in at.page("/vendors/invitations/")
    deliver()
    assert f"http://localhost:8000/sell/invited/{found.id}/" in Mail.objects.get(template="onboarding_invited").text

    # It leads to the application, by way of signing in, with what is known filled in.
    there = shopper.get(f"/sell/invited/{found.id}/")["Location"]
    assert there == f"/sell/apply/?invitation={found.id}"
    assert shopper.get(there)["Location"].startswith("/accounts/login/?next=/sell/apply/")
    sign_in(shopper, ada)
    page = shopper.get(there).content.decode()
    assert "You are invited" in page
    assert 'value="Brennhaus"' in page
    form = {"name": "Brennhaus", "slug": "", "legal_name": "Brennhaus GbR", "country": "DE", "email": found.email}
    assert shopper.post("/sell/apply/", {**form, "invitation": str(found.id)})["Location"] == "/sell/brennhaus/"
    found.refresh_from_db()
    assert (found.state, found.accepted_vendor.slug) == ("accepted", "brennhaus")
    assert "This invitation was used" in shopper.get(f"/sell/invited/{found.id}/").content.decode()
    assert "was accepted" in at.post(f"/vendors/invitations/{found.id}/withdrawal/", follow=True).content.decode()


def test_an_old_invitation_is_had_again_at_the_address_it_was_sent_to(desk, shopper):
    at = desk("moderator")
    given = {"email": "jule@brennhaus.example", "country": "DE", "currency": "EUR"}
    at.post("/vendors/invitations/", given)
    found = VendorInvitation.objects.get()
    long_ago = clock.now() - timedelta(days=31)
    VendorInvitation.objects.update(invited_at=long_ago, expires_at=long_ago + timedelta(days=30))
    old = shopper.get(f"/sell/invited/{found.id}/")
    assert old.status_code == 410
    assert "This invitation has grown old" in old.content.decode()
    assert found.email not in old.content.decode()
    assert shopper.post(f"/sell/invited/{found.id}/").status_code == 303
    shopper.post(f"/sell/invited/{found.id}/")  # at once again: the mail is on its way
    found.refresh_from_db()
    assert (found.state, found.sent_count) == ("pending", 2)
    assert at.post(f"/vendors/invitations/{found.id}/withdrawal/").status_code == 302
    assert "everybody may" in shopper.get(f"/sell/invited/{found.id}/").content.decode()


def test_a_mails_link_leads_its_people_back_to_the_step_and_nobody_else(
    office, newcomer, shopper, another, ada, sign_in
):
    Member.objects.create(vendor=newcomer, user_id=ada.id, name=ada.name, email=ada.email, role="manager")
    assert (
        "gets a mail with what is left"
        in office.post(f"/vendors/{newcomer.id}/reminder/", follow=True).content.decode()
    )
    deliver()
    link = make_link(vendor=newcomer, step="trade_register")
    path = f"/sell/resume/{link.id}/"
    assert shopper.get(path)["Location"].startswith("/accounts/login/?next=/sell/resume/")
    sign_in(shopper, ada)
    landed = shopper.browser.get(f"http://localhost:8000{path}")
    assert shopper.browser.address == "http://lindqvist.portal.localhost:8001/onboarding/?step=trade_register"
    assert "card--meant" in landed.content.decode()
    link.refresh_from_db()
    assert link.opened_at is not None
    # To the payout account it leads by the marketplace, where the provider is known.
    account = make_link(vendor=newcomer, step="payout_account")
    assert shopper.get(f"/sell/resume/{account.id}/")["Location"] == "/sell/lindqvist/"
    # Grown old, it says so and is renewed, to the shop's own address.
    ResumeLink.objects.update(made_at=clock.now() - timedelta(days=15), expires_at=clock.now())
    old = shopper.get(path)
    assert old.status_code == 410
    assert "This link has grown old" in old.content.decode()
    assert shopper.post(f"{path}mail/")["Location"] == "/sell/lindqvist/"
    deliver()
    assert Mail.objects.filter(template="onboarding_resume", to=newcomer.email).count() == 2
    Member.objects.filter(user_id=ada.id).update(left_at=clock.now())
    assert shopper.get(path).status_code == 404
    assert shopper.post(f"{path}mail/").status_code == 404
    assert Vendor.objects.get(id=newcomer.id).state == "onboarding"
