"""The account's page about one's own data: a copy behind signing in, erasure behind the password, nobody else's."""

from accounts.models import User
from accounts.signup import register_person
from privacy.models import DataRequest
from privacy.tasks import carry_out_due
from tests.marketplace.web.storefront.test_returns import statements
from tests.support.going_back import moved

PASSWORD = "a-long-enough-word-42"


def test_a_customer_takes_a_copy_and_is_erased_by_password(shopper, another, ada, sign_in):
    assert shopper.get("/account/data/").status_code == 302
    sign_in(shopper, ada)
    assert shopper.post("/account/data/copies/").status_code == 303
    carry_out_due()
    count, page = statements(shopper, "/account/data/")
    fetched = f"/account/data/copies/{DataRequest.objects.get().id}.zip"
    assert (count <= 8, f'href="{fetched}"' in page) == (True, True), count
    answer = shopper.get(fetched)
    assert (answer.content[:2], answer["Content-Type"]) == (b"PK", "application/zip")
    ines = register_person(email="ines@moreau.example", name="Ines Moreau", password=PASSWORD)
    thief = another()
    sign_in(thief, ines)
    assert thief.get(fetched).status_code == 404
    here = "/account/data/erasure/"
    answer = shopper.post(here, {"password": "no", "words": "too"})
    page = answer.content.decode()
    assert (answer.status_code, 'id="password-problem"' in page, 'value="too" checked' in page) == (422, True, True)
    for _ in range(2):
        assert shopper.post(here, {"password": PASSWORD, "words": "too"}).status_code == 303
    assert DataRequest.objects.get(kind="erasure").words_too
    assert "about to be erased" in shopper.text("/account/data/")
    assert shopper.post(f"{here}taken-back/").status_code == 303
    assert "about to be erased" not in shopper.text("/account/data/")
    shopper.post(here, {"password": PASSWORD})
    with moved(days=15):
        carry_out_due()
    # Signed out everywhere, and nobody signs in as her again.
    assert shopper.get("/account/").status_code == 302
    sign_in(shopper, ada)
    assert shopper.get("/account/").status_code == 302
    assert not User.objects.filter(email=ada.email).exists()


def test_who_guesses_the_password_is_stopped(shopper, ada, sign_in):
    sign_in(shopper, ada)
    for _ in range(6):
        answer = shopper.post("/account/data/erasure/", {"password": "guess"})
    assert "Wait a minute" in answer.content.decode()
    assert not DataRequest.objects.exists()
