"""Doors of the office beyond who may open which, which tests/isolation walks for every route."""

STAFF = ("moderator", "support", "finance_viewer", "accountant", "controller", "administrator")
ORDERS = set(STAFF) - {"moderator"}


def test_who_left_the_staff_is_out_at_once(desk):
    from accounts.actions import remove_staff_member

    at = desk("support")
    assert at.get("/vendors/").status_code == 200
    remove_staff_member(staff=at.staff)
    assert at.get("/vendors/").status_code == 302


def test_links_lead_nobody_to_a_shut_door(desk, market_day):
    """What a page shows to a role, that role may open."""
    import re

    for role in STAFF:
        at = desk(role)
        start = ["/", "/vendors/", f"/vendors/{market_day.lindqvist.id}/"]
        if role in ORDERS:
            start += ["/orders/", f"/orders/{market_day.paid.id}/"]
        links = {
            link.replace("&amp;", "&")
            for address in start
            for link in re.findall(r'href="(/[^"#]*)', at.page(address))
            if not link.startswith("/static/")
        }
        assert len(links) > 3
        assert {link: status for link in sorted(links) if (status := at.get(link).status_code) != 200} == {}, role
