"""What the gallery shows: a small market with long names, missing pictures and every state."""

from datetime import timedelta
from typing import Any

from django import forms
from django.templatetags.static import static

from kit import clock
from ui.statuses import STATUSES

EUR = "EUR"
VENDOR = {"name": "Atelier Brunnen", "url": "#", "logo_url": "", "shop_url": "#"}
OTHER = {"name": "Kestrel & Sons Lighting Company of Rotterdam", "url": "#", "logo_url": ""}


class DeliveryForm(forms.Form):
    """One of each control, in each state."""

    full_name = forms.CharField(label="Full name")
    email = forms.EmailField(label="E-mail", help_text="For the receipt and news of your parcels.")
    phone = forms.CharField(required=False)
    country = forms.ChoiceField(choices=[("DE", "Germany"), ("NL", "Netherlands"), ("FR", "France")])
    note = forms.CharField(label="Note for the vendor", widget=forms.Textarea, required=False)
    method = forms.ChoiceField(
        label="Delivery",
        choices=[("standard", "Standard, 2 to 4 days"), ("pickup", "Pick up")],
        widget=forms.RadioSelect,
    )
    picture = forms.FileField(required=False)
    terms = forms.BooleanField(label="I have read the terms of sale")


def products() -> list[dict[str, Any]]:
    rows = [
        (
            "Stoneware vase, tall, saffron glaze",
            "vase",
            "Atelier Brunnen",
            8420,
            9900,
            4.8,
            212,
            "Tomorrow, free",
            "",
        ),
        (
            "Fruit bowl, turned by hand",
            "bowl",
            "Holz & Feuer",
            5600,
            None,
            4.6,
            38,
            "Tue 24 Nov, 4.90 EUR",
            "New",
        ),
        (
            "Table lamp “Heron”, linen shade, dimmable, with a brass foot",
            "lamp",
            OTHER["name"],
            129900,
            149900,
            4.2,
            9,
            "",
            "",
        ),
        ("Tea towels, set of three", "cloth", "Linnéa", 2450, None, 5.0, 1, "Thu 26 Nov", ""),
        ("Bread knife", "", "Holz & Feuer", 4100, None, None, None, "Tomorrow, free", ""),
        ("Vase, small", "vase", "Atelier Brunnen", 3900, None, 4.9, 64, "Tomorrow, free", ""),
        ("Serving bowl, ash", "bowl", "Holz & Feuer", 7250, None, 4.4, 21, "Tue 24 Nov", ""),
        ("Blanket, wool, undyed", "cloth", "Linnéa", 13900, 15900, 4.7, 87, "Thu 26 Nov", "Last 3"),
    ]
    return [
        {
            "title": title,
            "url": "#",
            "image_url": static(f"ui/gallery/{picture}.svg") if picture else "",
            "vendor_name": vendor,
            "amount_minor": amount,
            "currency": EUR,
            "compare_at_minor": before,
            "rating": rating,
            "review_count": count,
            "delivery": delivery,
            "flag": flag,
            "from_price": position == 5,
            "sold_out": position == 6,
        }
        for position, (title, picture, vendor, amount, before, rating, count, delivery, flag) in enumerate(rows)
    ]


def lines() -> list[dict[str, Any]]:
    def line(title: str, picture: str, options: str, quantity: int, unit: int, problem: str = "") -> dict[str, Any]:
        return {
            "title": title,
            "url": "#",
            "image_url": static(f"ui/gallery/{picture}.svg") if picture else "",
            "options": options,
            "quantity": quantity,
            "max_quantity": 12,
            "unit_minor": unit,
            "amount_minor": unit * quantity,
            "currency": EUR,
            "problem": problem,
        }

    return [
        line("Stoneware vase, tall, saffron glaze", "vase", "Height 31 cm", 1, 8420),
        line("Fruit bowl, turned by hand", "bowl", "Ash, 28 cm", 2, 5600),
        line("Table lamp “Heron”, linen shade, dimmable", "", "Brass", 1, 129900, "Only 1 left. Order soon."),
    ]


def events() -> list[dict[str, Any]]:
    now = clock.now()
    return [
        {
            "title": "Paid",
            "at": now - timedelta(days=2),
            "icon": "credit-card",
            "tone": "good",
            "note": "84.20 EUR by card",
        },
        {
            "title": "Packed by Atelier Brunnen",
            "at": now - timedelta(days=1),
            "icon": "package",
            "tone": "info",
        },
        {
            "title": "Handed to DHL",
            "at": now - timedelta(hours=3),
            "icon": "truck",
            "tone": "info",
            "note": "Hamburg",
        },
        {"title": "Delivery", "at": now + timedelta(days=2), "icon": "house", "tone": "next"},
    ]


def nav(face: str) -> list[dict[str, Any]]:
    items = {
        "portal": "Home:house Orders:package:7 Products:tag Stock:boxes:3 Returns:undo-2:1 Questions:message-square "
        "Promotions:ticket Money:wallet:0:Money Statements:file-text Team:users:0:Shop Settings:settings",
        "office": "Overview:layout-dashboard Vendors:store:4 Orders:package Catalog:layers Reviews:star:2 "
        "Commission:percent:0:Rules Promotions:megaphone Audit:history",
        "finance": "Overview:chart-line Payments:credit-card Payouts:landmark Holds:lock:2 Disputes:scale:1 "
        "Ledger:book-open:0:Books Reconciliation:badge-check:3 Exports:download",
    }[face]
    rows = []
    for position, item in enumerate(items.split()):
        label, icon, count, title = [*item.split(":"), "", "", ""][:4]
        rows.append(
            {
                "label": label,
                "icon": icon,
                "count": int(count or 0),
                "title": title,
                "url": "#",
                "current": not position,
            }
        )
    return rows


def context() -> dict[str, Any]:
    """Everything the gallery's templates show."""
    now = clock.now()
    faulty = DeliveryForm({"full_name": "Ada", "email": "ada@", "country": "NL"})
    orders = [
        {
            "number": f"S-10{40 - i}",
            "customer": customer,
            "placed_at": now - timedelta(hours=5 * i * i + 1),
            "total_minor": amount,
            "fee_minor": amount // 10,
            "status": word,
        }
        for i, (customer, amount, word) in enumerate(
            [
                ("Ada Osei", 8420, "paid"),
                ("Johannes van der Wijngaarden-Oosterhuis", 1249900, "ready_to_ship"),
                ("Mira Aydın", 2450, "shipped"),
                ("Paul Dubois", 5600, "return_requested"),
                ("Siri Lund", 13900, "payment_failed"),
                ("Tomás Reis", 760, "delivered"),
            ]
        )
    ]
    days = [
        (f"{7 + i} Nov", value) for i, value in enumerate([31, 42, 28, 55, 61, 48, 72, 66, 80, 58, 91, 77, 104, 96])
    ]
    return {
        "products": products(),
        "categories": [
            {"label": name, "url": "#", "current": not i}
            for i, name in enumerate(
                ["Home", "Kitchen", "Lighting", "Textiles", "Garden", "Paper", "Toys", "Gifts", "Vintage"]
            )
        ],
        "cart_count": 3,
        "person": {"name": "Ada Osei", "email": "ada@example.com", "role": "Owner"},
        "vendor": VENDOR,
        "other_vendor": OTHER,
        "environment": "Sandbox",
        "images": [
            {"url": static(f"ui/gallery/{name}.svg"), "alt": f"The {name}"}
            for name in ("vase", "bowl", "lamp", "cloth")
        ],
        "lines": lines(),
        "events": events(),
        "parcel": {
            "label": "Parcel 1 of 2",
            "carrier": "DHL",
            "tracking_code": "00340434161094042557",
            "tracking_url": "#",
            "status": "shipped",
            "events": events(),
        },
        "totals": [
            {"label": "Articles", "amount_minor": 149520},
            {"label": "Delivery", "note": "2 vendors", "amount_minor": 980},
            {"label": "Promotion SPRING", "amount_minor": -1500},
        ],
        "flow": [
            {
                "label": "Paid by customers",
                "amount_minor": 482000,
                "currency": EUR,
                "note": "last 30 days",
                "icon": "credit-card",
                "url": "#",
            },
            {
                "label": "Held",
                "amount_minor": 126040,
                "currency": EUR,
                "note": "until 28 Nov: return period",
                "icon": "lock",
            },
            {
                "label": "On its way",
                "amount_minor": 58000,
                "currency": EUR,
                "note": "arrives Monday",
                "icon": "send",
            },
            {
                "label": "In the bank",
                "amount_minor": 297960,
                "currency": EUR,
                "note": "DE•• 4821",
                "icon": "landmark",
            },
        ],
        "steps": [
            {"label": "Address", "state": "done", "url": "#"},
            {"label": "Delivery", "state": "current"},
            {"label": "Pay", "state": ""},
        ],
        "facets": [
            {
                "name": "material",
                "label": "Material",
                "options": [
                    {"value": "s", "label": "Stoneware", "count": 128, "selected": True},
                    {"value": "w", "label": "Wood", "count": 64, "selected": False},
                    {"value": "l", "label": "Linen", "count": 9, "selected": False},
                ],
            },
            {
                "name": "delivery",
                "label": "Arrives",
                "kind": "radio",
                "options": [
                    {"value": "1", "label": "Tomorrow", "count": 12, "selected": False},
                    {"value": "7", "label": "Within a week", "count": 171, "selected": True},
                ],
            },
        ],
        "chips": [{"label": "Stoneware", "url": "#"}, {"label": "Within a week", "url": "#"}],
        "trail": [
            {"label": "Home", "url": "#"},
            {"label": "Vases", "url": "#"},
            {"label": "Stoneware vase, tall"},
        ],
        "facts": [
            {"label": "Height", "value": "31 cm"},
            {"label": "Material", "value": "Stoneware"},
            {"label": "Care", "value": "By hand"},
        ],
        "money_facts": [
            {"label": "Gross", "value": "84.20 EUR"},
            {"label": "Commission", "value": "−8.42 EUR"},
            {"label": "Earnings", "value": "75.78 EUR", "url": "#"},
        ],
        "orders": orders,
        "days": [(label, value * 1000) for label, value in days],
        "visits": days,
        "trend": [value for _, value in days],
        "todo": [
            {"icon": "package", "title": "7 orders to ship", "note": "2 must leave today"},
            {
                "icon": "triangle-alert",
                "title": "3 products are almost sold out",
                "note": "Vase, small: 2 left",
            },
            {"icon": "undo-2", "title": "1 return to decide", "note": "Answer before Sunday"},
            {
                "icon": "message-square",
                "title": "2 questions from customers",
                "note": "The oldest is a day old",
            },
        ],
        "tabs": [
            {"label": "To ship", "url": "#", "count": 7, "current": True},
            {"label": "Shipped", "url": "#", "count": 31},
            {"label": "Delivered", "url": "#"},
            {"label": "Canceled", "url": "#", "count": 0},
        ],
        "address": {
            "name": "Ada Osei",
            "line1": "Lindenallee 4",
            "postal_code": "20259",
            "city": "Hamburg",
            "country": "Germany",
        },
        "offers": [
            {
                "vendor_name": "Holz & Feuer",
                "amount_minor": 9100,
                "currency": EUR,
                "condition": "New",
                "delivery": "Thu 26 Nov",
            },
            {
                "vendor_name": OTHER["name"],
                "amount_minor": 11000,
                "currency": EUR,
                "condition": "As new",
                "rating": 4.2,
            },
        ],
        "reviews": [
            {
                "author": "Mira A.",
                "rating": 5,
                "at": now - timedelta(days=2),
                "verified": True,
                "text": "Heavier than it looks, and the glaze changes with the light.",
                "answer": "Thank you! It comes from iron in the clay.",
                "vendor_name": "Atelier Brunnen",
            },
            {"author": "Paul", "rating": 3, "at": now - timedelta(days=60), "text": "Fine, but the parcel was late."},
        ],
        "stars": [(5, 148), (4, 41), (3, 14), (2, 4), (1, 5)],
        "statuses": list(STATUSES),
        "form": DeliveryForm(),
        "faulty": faulty,
        "now": now,
    }
