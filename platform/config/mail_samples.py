"""What each mail is shown with in the office's preview: invented, and the same every time."""

from datetime import UTC, datetime
from typing import Any

AT = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
URL = "https://souk.example/"

_ARTICLE = {"title": "Brass reading lamp", "sku": "LAMP-01", "quantity": 2, "total_minor": 17800, "count": 1}
_LINE: dict[str, Any] = {
    **_ARTICLE,
    "vendor_order": {"currency": "EUR"},
    "order_line": _ARTICLE,
    "offer": {"listing": _ARTICLE},
    "ordered": 12,
}
_PART: dict[str, Any] = {
    "number": "SK7H2M9QX-1",
    "vendor_name": "Lindqvist Ljus",
    "currency": "EUR",
    "lines": {"all": [_LINE]},
    "promotions": [{"name": "Spring", "code": "SPRING", "vendor_minor": 500, "platform_minor": 0}],
    "shipping_minor": 490,
    "shipping_name": "Standard",
    "total_minor": 17790,
    "promised_from": AT,
    "promised_to": AT,
    "ship_by": AT,
    "canceled_at": None,
    "is_fetched": False,
    "pickup_at": {
        "name": "Lindqvist, Visby",
        "street": "Strandgatan 1",
        "postal_code": "621 56",
        "city": "Visby",
        "hours": "Mon to Fri 10 to 18",
    },
}
SAMPLE: dict[str, Any] = {
    "order": {
        "number": "SK7H2M9QX",
        "currency": "EUR",
        "ship_to": {"name": "Ada Vermeer"},
        "expected_on": AT,
        "supplier": {"name": "Messing & Co"},
        "warehouse": {
            "name": "Main",
            "street": "Strandgatan 1",
            "postal_code": "621 56",
            "city": "Visby",
            "country": "SE",
        },
    },
    "part": _PART,
    "parts": [_PART],
    "parcel": {"carrier": "PostNord", "number": 1, "tracking_number": "SE1234"},
    "lines": [_LINE],
    "rows": [{"title": "Brass reading lamp", "sku": "LAMP-01", "left": 2, "warehouse": "Main"}],
    "items": [{"order_line": _ARTICLE, "units": 1, "amount_minor": 8900}],
    "canceled": [_LINE],
    "request": {
        "number": "SK7H2M9QX-F1",
        "reason": "Arrived broken",
        "currency": "EUR",
        "asked_kind": "customer",
        "decision_note": "The photos show it",
        "problem": "",
        "get_kind_display": "Refund",
        "get_state_display": "Done",
    },
    "refund": {"error": "The bank does not take it"},
    "vendor": {"name": "Lindqvist Ljus", "legal_name": "Lindqvist AB", "email": "liv@lindqvist.example"},
    "user": {"short_name": "Ada"},
    "card": {
        "number": "G7H2-M9QX",
        "buyer_name": "Noor Haddad",
        "recipient_name": "Ada",
        "recipient_email": "ada@vermeer.example",
        "message": "For your new desk.",
        "deliver_on": AT,
        "expires_on": AT,
    },
    "article": "Brass reading lamp",
    "is_back": True,
    "price": "79.00 EUR",
    "was": "89.00 EUR",
    "from_name": "Noor Haddad",
    "amount": "89.00 EUR",
    "net": "79.02 EUR",
    "tax": "14.21 EUR",
    "total": "177.90 EUR",
    "owed": "120.00 EUR",
    "limit": "100.00 EUR",
    "next": "Pay it by hand, or send it again.",
    "words": "Refund",
    "who": "Lindqvist Ljus",
    "number": "SK7H2M9QX-1",
    "order_number": "SK7H2M9QX",
    "text": "What this step means, in a sentence or two.",
    "note": "Words of the other side, as they were written.",
    "subject": "What has happened, in a line",
    "left": ["Bank account", "Proof of identity"],
    "hosts": ["lindqvist.example", "ljus.example"],
    "host": "lindqvist.example",
    "obstacles": ["Return SK7H2M9QX-1-R1 is not done with"],
    "reason_given": "The name servers do not name us.",
    "notice": "Your password was changed",
    "plan": "Growth",
    "kept_days": 30,
    "role": "Orders",
    "may": "Accept, pack and ship orders",
    "name": "Noor Haddad",
    "email": "noor@haddad.example",
    "to_email": "ada@vermeer.example",
    "invited_by": "Liv Lindqvist",
    "vendor_name": "Lindqvist Ljus",
    "shop_name": "Lindqvist Ljus",
    "message": "We would like to have you here.",
    "step": "Proof of identity",
    "title": "What has happened, in a line",
    "days": 14,
    "preheader": "",
    "reason": "",
    "is_won": True,
    "has_photos": True,
    "payouts_held": True,
    "action_url": URL,
    "action_label": "Open the page",
    **dict.fromkeys(
        ("url", "end_url", "cart_url", "about_url", "account_url", "shop_url", "market_url", "off_url"), URL
    ),
    **dict.fromkeys(
        ("expires_at", "grace_ends", "trial_ends", "due_at", "timestamp"),
        AT,
    ),
    **dict.fromkeys(("until", "due"), "12 March 2026"),
}
# Where one name means something else.
OTHERWISE: dict[str, dict[str, Any]] = {
    "return_news": {"lines": ["2 × Brass reading lamp"]},
    "data_erased": {"request": "01957a3e-7c1b-7d5e-8f00-3a5d1c9b2e4f"},
    "data_copy_ready": {"until": AT},
    "vendor_order_refunded": {"canceled": [_ARTICLE]},
}


def sample_of(template: str) -> dict[str, Any]:
    return {**SAMPLE, **OTHERWISE.get(template, {})}
