"""What `make demo` says when everything stands: where to knock, and as whom."""

from kit.links import absolute_url
from marketplace.demo.acts import PASSWORD
from marketplace.demo.cast import CUSTOMERS, STAFF, VENDORS


def welcome(ready_seconds: float) -> str:
    """Addresses and sign-ins of the four kinds of people, where mail is, how to end it; `ready_seconds` is what it took."""
    vendor, customer = VENDORS[0], CUSTOMERS[0]
    staff = {each.role: each for each in STAFF}
    market = absolute_url("market", "/")
    rows = [
        ("Customer", customer.name, market, customer.email),
        ("Vendor", f"{vendor.contact_name}, {vendor.name}", absolute_url("portal", "/", vendor.slug), vendor.email),
        ("Platform", staff["administrator"].name, absolute_url("office", "/"), staff["administrator"].email),
        ("Finance", staff["accountant"].name, absolute_url("office", "/finance/"), staff["accountant"].email),
    ]
    width = max(len(who) for _, who, _, _ in rows)
    place = max(len(address) for _, _, address, _ in rows)
    lines = [f"  {role:<9} {who:<{width}}  {address:<{place}}  {email}" for role, who, address, email in rows]
    return "\n".join(
        [
            "",
            f"Souk is open at {market} (ready in {ready_seconds:.0f} s)",
            "",
            *lines,
            "",
            f"  Everybody's password is {PASSWORD}. Cards: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.",
            f"  {vendor.name}'s shop front: {absolute_url('shop', '/', vendor.slug)}",
            f"  Mail that was sent: {absolute_url('office', '/mail/')}, and as files in the world's mail folder.",
            "  Ctrl-C ends everything; what you did is kept.",
        ]
    )
