"""A vendor's promotions on its portal, written by the vendor's own database role, and what the office proposes to it."""

import pytest
from django.db import ProgrammingError, transaction

from audit.models import AuditEntry
from kit.ids import uuid7
from marketplace.carts.actions import add_to_cart, ensure_cart, new_token
from marketplace.checkout.actions import place_order
from marketplace.promotions.actions import Given, Maker, create_promotion
from marketplace.promotions.models import Promotion, PromotionAgreement, PromotionUse
from tenants.isolation.doors import bind_vendor

pytestmark = pytest.mark.usefixtures("everything_ten_percent")
FORM = {"name": "Light again", "kind": "percentage", "rate": "12.5", "code": "light", "priority": "0", "budget": "50"}


def test_an_owner_makes_changes_pauses_and_ends_one_and_sees_what_it_costs(
    put_on_shelf, desk_of, address, django_assert_max_num_queries
):
    lamp = put_on_shelf("lindqvist", price_minor=8000)
    desk = desk_of(lamp.vendor)
    answer = desk.post("/promotions/new/", {**FORM, "rate": "", "products": str(lamp.offer.product_id)})
    assert answer.status_code == 422
    assert "Take off more than 0" in answer.content.decode()
    assert desk.post("/promotions/new/", {**FORM, "products": str(lamp.offer.product_id)}).status_code == 302
    made = Promotion.objects.get()
    assert (made.vendor_id, made.made_by, made.code, made.rate_bps, made.budget_minor, made.platform_share_bps) == (
        lamp.vendor.id,
        "vendor",
        "LIGHT",
        1250,
        5000,
        0,
    )
    again = desk.post("/promotions/new/", FORM)
    assert "There is a promotion with the code LIGHT already." in again.content.decode()
    cart = ensure_cart(user=None, token=new_token(), country="NL")
    add_to_cart(cart=cart, offer_id=lamp.offer.id, quantity=2)
    cart.codes = ["LIGHT"]
    cart.save()
    place_order(cart=cart, version=cart.version, email="ada@vermeer.example", ship_to=address)
    with django_assert_max_num_queries(20):
        text = desk.text("/promotions/")
    for words in ("Light again", "Coupon LIGHT", "12.5 % off", "20.00 EUR", "30.00 EUR", "Running"):
        assert words in text, words
    assert desk.post(f"/promotions/{made.id}/", {**FORM, "rate": "20"}).status_code == 302
    made.refresh_from_db()
    assert (made.rate_bps, made.product_ids) == (2000, [])
    for step, state in (("pause", "Paused"), ("resumption", "Running"), ("end", "Ended")):
        assert desk.post(f"/promotions/{made.id}/{step}/").status_code == 302
        assert state in desk.text("/promotions/")
    assert AuditEntry.objects.filter(action="shop.promotion_ended", vendor_id=lamp.vendor.id).count() == 1


def test_a_vendor_agrees_to_what_is_proposed_and_can_write_nothing_that_the_platform_would_pay(put_on_shelf, desk_of):
    lamp, soap = put_on_shelf("lindqvist"), put_on_shelf("moreau")
    by, given = Maker(uuid7()), Given(name="Half is ours", kind="percentage", rate_bps=1000)
    proposed = create_promotion(given=given, by=by, for_vendor=lamp.vendor.id, platform_share_bps=5000)
    ours = create_promotion(given=given, by=by)
    desk, manager = desk_of(lamp.vendor), desk_of(lamp.vendor, "manager")
    assert "It bears 50 % of each discount" in desk.text(f"/promotions/{proposed.id}/")
    assert manager.post(f"/promotions/{proposed.id}/agreement/").status_code == 403
    assert desk.post(f"/promotions/{proposed.id}/agreement/").status_code == 302
    assert PromotionAgreement.objects.get().agreed_by == desk.member.user_id
    for path in (f"/promotions/{ours.id}/", f"/promotions/{proposed.id}/pause/"):
        answer = desk.get(path) if path.count("/") == 3 else desk.post(path)
        assert answer.status_code in (403, 404), path
    assert desk_of(soap.vendor).get(f"/promotions/{proposed.id}/").status_code == 404
    # What the pages refuse the database refuses too.
    terms = {"made_by": "vendor", "name": "Free", "kind": "free_shipping", "currency": "EUR", "created_by": uuid7()}
    with bind_vendor(lamp.vendor):
        for said in (
            {"vendor_id": lamp.vendor.id, "made_by": "platform", "platform_share_bps": 10_000},
            {"vendor_id": None, "made_by": "platform", "platform_share_bps": 10_000},
            {"vendor_id": soap.vendor.id, "platform_share_bps": 0},
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                Promotion.objects.create(**{**terms, **said})
        with pytest.raises(ProgrammingError), transaction.atomic():
            Promotion.objects.filter(id=proposed.id).update(rate_bps=1)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Promotion.objects.filter(id=proposed.id).update(platform_share_bps=10_000)
        with pytest.raises(ProgrammingError), transaction.atomic():
            PromotionUse.objects.update(returned_at=None)
        assert list(Promotion.objects.values_list("id", flat=True)) == [proposed.id]
