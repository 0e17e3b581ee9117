"""What keeps the place running: categories, mail, facts that nobody could take in, the trail of who did what."""

import pytest

from audit.models import AuditEntry
from kit.ids import uuid7
from notifications.models import Mail
from outbox.models import Delivery, Fact
from taxonomy.models import Category
from taxonomy.queries import forget_tree


@pytest.fixture
def home(db):
    home = Category.objects.create(slug="home", name="Home", path="home")
    Category.objects.create(slug="kitchen", name="Kitchen", path="home/kitchen", parent=home, depth=1, position=0)
    Category.objects.create(slug="bath", name="Bath", path="home/bath", parent=home, depth=1, position=1)
    forget_tree()
    return home


def below(parent):
    return list(parent.children.order_by("position").values_list("name", flat=True))


def test_the_tree_is_shown_and_grows(desk, home):
    at = desk("administrator")
    page = at.page("/categories/")
    assert page.index("Kitchen") < page.index("Bath")
    form = {"parent": "home", "name": "Living & Dining", "slug": "", "tax_category": "standard"}
    assert at.post("/categories/new/", form).status_code == 302
    made = Category.objects.get(slug="living-dining")
    assert (made.path, made.depth, made.position, made.name) == ("home/living-dining", 1, 2, "Living & Dining")
    assert AuditEntry.objects.get(action="category.added").subject == f"category:{made.id}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "Bath"}, "There is a category “bath” already"),
        ({"name": "…"}, "Enter a slug"),
        ({"slug": "not a slug"}, "valid “slug”"),
        ({"tax_category": "none"}, "Select a valid choice"),
        ({"parent": "nowhere"}, "Select a valid choice"),
    ],
)
def test_a_category_that_cannot_be_is_refused_at_its_field(desk, home, change, said):
    form = {"parent": "home", "name": "Garden", "tax_category": "standard", **change}
    answer = desk("administrator").post("/categories/new/", form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert below(home) == ["Kitchen", "Bath"]


def test_a_category_is_renamed_taxed_otherwise_and_moved_and_keeps_its_address(desk, home):
    bath = Category.objects.get(slug="bath")
    form = {"name": "Bathroom", "position": "1", "tax_category": "books"}
    assert desk("administrator").post(f"/categories/{bath.id}/", form).status_code == 302
    bath.refresh_from_db()
    assert (bath.path, bath.tax_category) == ("home/bath", "books")
    assert below(home) == ["Bathroom", "Kitchen"]


def test_the_tree_ends_at_five_levels(desk, home):
    parent = home
    for level in range(1, 5):
        slug = f"level-{level}"
        parent = Category.objects.create(slug=slug, name=slug, path=f"{parent.path}/{slug}", parent=parent, depth=level)
    forget_tree()
    form = {"parent": parent.path, "name": "Deeper", "tax_category": "standard"}
    answer = desk("administrator").post("/categories/new/", form)
    assert "at most 5 levels" in answer.content.decode()


def mail(**changes):
    fields = {
        "key": f"x:{uuid7()}",
        "template": "confirm_email",
        "to": "ada@vermeer.example",
        "subject": "Confirm your address",
        "text": "Open http://localhost:8000/confirm/1/ <b>soon</b>",
        "html": "<html><head></head><body><script>alert(1)</script><p>Confirm</p></body></html>",
    }
    return Mail.objects.create(**{**fields, **changes})


def test_mail_is_read_with_its_links_and_nothing_in_it_runs(desk, db):
    at, message = desk("support"), mail(private=True)
    assert "Confirm your address" in at.page("/mail/")
    page = at.page(f"/mail/{message.id}/")
    assert 'href="http://localhost:8000/confirm/1/"' in page
    assert "&lt;b&gt;soon&lt;/b&gt;" in page
    assert f'src="/mail/{message.id}/html/"' in page
    assert "<script>alert" not in page
    html = at.get(f"/mail/{message.id}/html/")
    policy = html["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert html["X-Frame-Options"] == "SAMEORIGIN"


def test_in_production_nobody_of_the_staff_reads_what_signs_others_in(desk, db, settings):
    at, message = desk("administrator"), mail(private=True)
    settings.PRODUCTION = True
    page = at.page(f"/mail/{message.id}/")
    assert "The text is not shown" in page
    assert "/confirm/1/" not in page
    assert "confirm" not in at.get(f"/mail/{message.id}/html/").content.decode().lower()


def test_mail_is_found_by_state_address_and_subject(desk, db):
    mail(), mail(to="noor@haddad.example", subject="Your order", state="failed", error="SMTPRecipientsRefused")
    at = desk("support")
    assert "Your order" not in at.page("/mail/?q=ada@")
    assert "Your order" in at.page("/mail/?q=ORDER")
    failed = at.page("/mail/?state=failed")
    assert "SMTPRecipientsRefused" in failed
    assert "Confirm your address" not in failed
    assert "1 message not sent" in at.page("/")


def delivery(state="failed", attempts=20):
    fact = Fact.objects.create(name="order.paid", payload={"order": "1"})
    return Delivery.objects.create(
        fact=fact,
        listener="marketplace.orders.events.mail_confirmation",
        state=state,
        attempts=attempts,
        error="KeyError: 'order'",
    )


def test_a_delivery_that_was_given_up_is_tried_again_by_a_button(desk, db):
    at, given_up = desk("administrator"), delivery()
    page = at.page("/facts/")
    assert "KeyError" in page
    assert "1 delivery given up" in at.page("/")
    answer = at.post(f"/facts/{given_up.id}/retry/", follow=True)
    assert "order.paid is being delivered again." in answer.content.decode()
    given_up.refresh_from_db()
    assert (given_up.state, given_up.attempts) == ("due", 0)
    entry = AuditEntry.objects.get(action="delivery.retried")
    assert entry.data == {"fact": "order.paid", "listener": "marketplace.orders.events.mail_confirmation"}
    again = at.post(f"/facts/{given_up.id}/retry/", follow=True)
    assert "being tried again already" in again.content.decode()
    assert AuditEntry.objects.filter(action="delivery.retried").count() == 1


def test_deliveries_that_still_try_are_shown_apart(desk, db):
    delivery(state="due", attempts=3)
    at = desk("administrator")
    assert "KeyError" not in at.page("/facts/")
    assert "KeyError" in at.page("/facts/?state=retrying")


def test_the_trail_is_narrowed_by_action_kind_and_person(desk, two_vendors):
    at = desk("administrator")
    note = AuditEntry.objects.create
    note(
        action="vendor.approved",
        subject=f"vendor:{two_vendors[0].id}",
        actor_kind="staff",
        actor_id=at.staff.user_id,
        vendor_id=two_vendors[0].id,
    )
    note(
        action="shop.product_published",
        subject="product:1",
        actor_kind="member",
        actor_id=uuid7(),
        data={"title": "<i>Lamp</i>"},
    )
    page = at.page("/audit/")
    assert f'href="/vendors/{two_vendors[0].id}/"' in page
    assert "&lt;i&gt;Lamp&lt;/i&gt;" in page
    assert "product_published" not in at.page("/audit/?q=vendor.")
    assert ">vendor.approved<" not in at.page("/audit/?kind=member")
    assert "product_published" not in at.page(f"/audit/?actor={at.staff.user_id}")
    assert "product_published" in at.page("/audit/?actor=nonsense&since=then")


@pytest.mark.parametrize("path", ["/categories/", "/mail/", "/facts/", "/audit/"])
def test_lists_take_few_queries(desk, market_day, home, path, django_assert_max_num_queries):
    for _ in range(3):
        mail(), delivery()
    at = desk("administrator")
    with django_assert_max_num_queries(10):
        at.page(path)
