"""One of the staff looking at a vendor's portal."""

from typing import Any

from tests.support.browser import Browser

REASON = "Looks like a bug, says the shop"


class Visit:
    """A browser with the session of a visit: `get("/orders/")`, `post(...)`, redirects not followed."""

    def __init__(self, settings: Any, visit: Any):
        self.browser, self.visit = Browser(settings), visit
        self.host = f"http://{visit.vendor.slug}.portal.localhost:8001"
        client = self.browser.client(self.host)
        session = client.session
        session["visit"] = {"id": str(visit.id), "version": 1, "host": self.host[7:]}
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def get(self, path: str, **headers: str) -> Any:
        return self.browser.get(self.host + path, follow=False, **headers)

    def post(self, path: str, data: dict[str, Any] | None = None) -> Any:
        return self.browser.post(self.host + path, data, follow=False)


def support(email: str = "nia@souk.example", role: str = "support") -> Any:
    """A member of staff."""
    from accounts.actions import add_staff_member
    from accounts.models import StaffRole
    from accounts.signup import register_person

    user = register_person(email=email, name="Nia Osei", password="a long good one")
    return add_staff_member(user=user, role=StaffRole(role))


def visiting(settings: Any, vendor: Any, staff: Any = None) -> Visit:
    """Nia of support looks at the vendor's portal."""
    from tenants.vendors.visits import begin_visit

    return Visit(settings, begin_visit(vendor=vendor, staff=staff or support(), reason=REASON))
