"""What pages offer to a role; which of them it opens, tests/isolation walks for every route."""

import re


def test_a_refusal_is_worded(make_vendor, desk_of):
    answer = desk_of(make_vendor("lindqvist"), "viewer").post("/shop/", {"name": "X"})
    assert answer.status_code == 403
    assert "Your role does not include this page. Ask an owner of the shop." in answer.content.decode()


def test_a_viewer_is_offered_nothing_to_press(paid, desk_of):
    order, lamp, _ = paid()
    desk = desk_of(lamp.vendor, "viewer")
    part = order.vendor_orders.get(vendor_slug="lindqvist")
    for path in (
        "/",
        "/orders/",
        "/orders/board/",
        f"/orders/{part.id}/",
        "/products/",
        "/stock/",
        "/shop/",
        "/shipping/",
    ):
        main = desk.text(path).split("<main", 1)[1].split("</main>")[0]
        buttons = re.findall(r"<button[^>]*>(.*?)</button>", main)
        assert [button for button in buttons if "Search" not in button] == [], path


def test_a_member_who_left_or_signed_out_is_out(make_vendor, desk_of):
    desk = desk_of(make_vendor("lindqvist"))
    assert desk.get("/").status_code == 200
    desk.member.access_version += 1
    desk.member.save()
    assert desk.get("/").status_code == 302
