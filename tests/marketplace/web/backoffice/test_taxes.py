"""Staff add rates that begin later, and free a customer of VAT by a document."""

from datetime import timedelta

from accounts.models import TaxExemption
from accounts.signup import register_person
from audit.models import AuditEntry
from kit import clock
from taxonomy.models import TaxRate


def test_a_rate_is_added_with_its_law_and_shown_as_to_come(desk, db, django_assert_max_num_queries):
    at, tomorrow = desk("administrator"), clock.today() + timedelta(days=1)
    form = {
        "country": "DE",
        "tax_category": "standard",
        "percent": "20.5",
        "valid_from": str(tomorrow),
        "source": "UStG",
    }
    for wrong, field in (({"percent": "100"}, "percent"), ({"valid_from": str(clock.today())}, "valid_from")):
        refused = at.post("/tax-rates/", form | wrong)
        assert (refused.status_code, f"id_{field}_error" in refused.content.decode()) == (422, True)
    assert at.post("/tax-rates/", form).status_code == 302
    made = TaxRate.objects.get()
    assert (str(made.rate), made.made_by) == ("0.2050", at.staff.user_id)
    assert AuditEntry.objects.get(action="tax_rate.added").subject == f"tax_rate:{made.id}"
    with django_assert_max_num_queries(25):
        page = at.page("/tax-rates/")
    assert ("Standard rate 20.5 % from" in page, "Standard rate 19 %" in page) == (True, True)
    assert desk("support").get("/tax-rates/").status_code == 403


def test_a_customer_is_freed_of_vat_and_pays_it_again(desk, db):
    ada = register_person(email="ada@vermeer.example", name="Ada", password="a long good one")
    at, here = desk("support"), f"/customers/{ada.id}/exemptions/"
    assert f'href="{here}"' in at.page(f"/customers/{ada.id}/")
    today = clock.today()
    form = {"country": "NL", "document": "Certificate 7", "valid_from": str(today), "valid_until": str(today)}
    refused = at.post(here, form | {"valid_until": str(today - timedelta(days=1))})
    assert (refused.status_code, "id_valid_until_error" in refused.content.decode()) == (422, True)
    assert at.post(here, form).status_code == 302
    page, granted = at.page(here), TaxExemption.objects.get()
    assert ("Certificate 7" in page, "In force" in page) == (True, True)
    assert at.post(f"/exemptions/{granted.id}/end/").status_code == 302
    granted.refresh_from_db()
    assert granted.ended_by == at.staff.user_id
    assert "Over" in at.page(here)
    assert desk("moderator").get(here).status_code == 403
