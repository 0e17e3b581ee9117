"""Linho & Mar, Guimarães: linen, cotton and wool for the house."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("LM", 2004)
_BRAND = "Linho & Mar"
_SAND, _SAGE, _CLAY, _MIST, _INDIGO = "#dccbb0", "#9aa58a", "#c08463", "#b9c6cb", "#3f5578"

VENDOR = CastVendor(
    slug="linho-mar",
    name="Linho & Mar",
    trade="House textiles",
    tagline="Linen that gets better with every wash",
    story=(
        "In the valley of the Ave every second house once had a loom. Duarte Meireles's family kept theirs, added "
        "six more, and weaves flax and cotton to order for people who keep their sheets for twenty years. "
        "Off-cuts become pouches; nothing goes to the tip."
    ),
    country="PT",
    city="Guimarães",
    street="Rua da Caldeiroa 140",
    postal_code="4810-523",
    contact_name="Duarte Meireles",
    email="ola@linhoemar.example",
    palette=Palette("#eef0ec", "#cfd3c6", "#2f3a3d", "#7d9aa0", "#e7d9c6"),
    shipping_minor=550,
    free_shipping_from_minor=12000,
    handling_days=3,
    products=(
        CastProduct(
            title="Waffle bath towel",
            description=(
                "Honeycomb weave in combed cotton: it drinks like terry, dries in half the time and shrinks by a "
                "hand's width in the first wash, which we have allowed for. 75 x 140 cm after washing."
            ),
            category="towels-robes",
            brand=_BRAND,
            attributes={
                "material": "100 % combed cotton",
                "dimensions": "75 x 140 cm",
                "care": "60 °C, tumble dry low",
                "origin": "Guimarães, Portugal",
                "weight_grams": 420,
            },
            variants=(
                _shelf.variant("WAF-SAND", 2900, 44, gtin=SHARED_GTINS["waffle-bath-towel"], color="Sand"),
                _shelf.variant("WAF-SAGE", 2900, 37, color="Sage"),
                _shelf.variant("WAF-MIST", 2900, 2, color="Mist"),
            ),
            picture={"kind": "towels", "tone": _SAND, "tones": [_SAGE, _MIST], "weave": "waffle"},
        ),
        CastProduct(
            title="Guest towels, striped, set of three",
            description=(
                "Small linen towels with a woven stripe and a hanging loop. They dry a glass without lint, should "
                "the guests not come."
            ),
            category="towels-robes",
            brand=_BRAND,
            attributes={
                "material": "55 % linen, 45 % cotton",
                "dimensions": "40 x 60 cm",
                "care": "60 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 330,
            },
            variants=(_shelf.variant("GUEST-3", 2700, 29),),
            picture={"kind": "towels", "tone": "#e9e3d5", "tones": [_INDIGO, _CLAY], "weave": "stripes"},
        ),
        CastProduct(
            title="Kimono robe, washed linen",
            description=(
                "Cut straight with deep pockets and a belt that does not slip, because it is stitched at the back. "
                "Heavy 230 g linen, washed with stones until it hangs."
            ),
            category="towels-robes",
            brand=_BRAND,
            attributes={
                "material": "100 % European linen",
                "dimensions": "Length 112 cm (M)",
                "care": "40 °C, hang to dry",
                "origin": "Guimarães, Portugal",
                "weight_grams": 740,
            },
            variants=(
                _shelf.variant("ROBE-S", 11900, 6, size="S"),
                _shelf.variant("ROBE-M", 11900, 9, size="M"),
                _shelf.variant("ROBE-L", 11900, 1, size="L"),
            ),
            picture={"kind": "robe", "tone": _SAGE, "trim": "#7f8b70"},
        ),
        CastProduct(
            title="Washed linen cushion cover",
            description=(
                "Envelope back without zip or button, so nothing scratches a cheek. Piped edge in the same cloth. "
                "Cover only, for a 50 cm filling."
            ),
            category="cushions-throws",
            brand=_BRAND,
            attributes={
                "material": "100 % European linen",
                "dimensions": "50 x 50 cm",
                "care": "40 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 210,
            },
            variants=(
                _shelf.variant("CUSH-CLAY", 3200, 30, gtin=SHARED_GTINS["washed-linen-cushion"], color="Clay"),
                _shelf.variant("CUSH-SAGE", 3200, 27, color="Sage"),
                _shelf.variant("CUSH-INDIGO", 3200, 19, color="Indigo"),
            ),
            picture={"kind": "cushion", "tone": _CLAY, "tones": [_INDIGO]},
        ),
        CastProduct(
            title="Herringbone throw",
            description=(
                "Merino and recycled cotton in a small herringbone, with a hand-knotted fringe. Light enough for a "
                "summer evening, long enough to reach the feet of a tall person."
            ),
            category="cushions-throws",
            brand=_BRAND,
            attributes={
                "material": "60 % merino, 40 % recycled cotton",
                "dimensions": "140 x 200 cm",
                "care": "Wool program, 30 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 860,
            },
            variants=(
                _shelf.variant("THROW-MIST", 8900, 15, was=9800, color="Mist"),
                _shelf.variant("THROW-SAND", 8900, 12, was=9800, color="Sand"),
            ),
            picture={"kind": "blanket", "tone": _MIST, "tones": [_SAND], "weave": "herringbone"},
        ),
        CastProduct(
            title="Duvet cover, stonewashed",
            description=(
                "Flax from Normandy, spun and woven here, closed with coconut buttons along the foot. Feels crisp on "
                "the first night and soft from the tenth."
            ),
            category="bed-linen",
            brand=_BRAND,
            attributes={
                "material": "100 % European linen, 170 g/m²",
                "dimensions": "See size",
                "care": "40 °C, line dry",
                "origin": "Guimarães, Portugal",
                "weight_grams": 1450,
            },
            variants=(
                _shelf.variant("DUV-135", 14900, 8, size="135 x 200 cm"),
                _shelf.variant("DUV-200", 19900, 6, size="200 x 200 cm"),
                _shelf.variant("DUV-240", 22900, 0, size="240 x 220 cm"),
            ),
            picture={"kind": "folded", "tone": "#d9d5c9", "tones": [_MIST, _SAND], "buttons": True},
        ),
        CastProduct(
            title="Pillowcases, pair, percale",
            description=(
                "200-thread cotton percale, matt and cool, with a flap that holds the pillow in. The hem is drawn "
                "thread by thread in the old way of Guimarães."
            ),
            category="bed-linen",
            brand=_BRAND,
            attributes={
                "material": "100 % organic cotton",
                "dimensions": "50 x 70 cm",
                "care": "60 °C, iron damp",
                "origin": "Guimarães, Portugal",
                "weight_grams": 290,
            },
            variants=(_shelf.variant("PILL-2", 3900, 33),),
            picture={"kind": "cushion", "tone": "#f0ede4", "shape": "pillow", "count": 2, "trim": _INDIGO},
        ),
        CastProduct(
            title="Cross-back apron",
            description=(
                "No strings at the neck: the straps cross and the weight sits on your shoulders. Two pockets, one "
                "deep enough for a phone you should not be using with floury hands."
            ),
            category="table-linen",
            brand=_BRAND,
            attributes={
                "material": "Linen and cotton canvas",
                "dimensions": "88 cm long, one size",
                "care": "60 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 380,
            },
            variants=(
                _shelf.variant("APRON-INDIGO", 4900, 20, color="Indigo"),
                _shelf.variant("APRON-CLAY", 4900, 14, color="Clay"),
            ),
            picture={"kind": "apron", "tone": _INDIGO, "trim": "#2c3d58"},
        ),
        CastProduct(
            title="Napkins, set of four",
            description=(
                "Generous 45 cm squares with mitred corners. Wash them wild and fold them warm; they were never "
                "meant to be ironed."
            ),
            category="table-linen",
            brand=_BRAND,
            attributes={
                "material": "100 % European linen",
                "dimensions": "45 x 45 cm",
                "care": "60 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 260,
            },
            variants=(
                _shelf.variant("NAP-CLAY", 3400, 41, color="Clay"),
                _shelf.variant("NAP-SAND", 3400, 38, color="Sand"),
                _shelf.variant("NAP-SAGE", 3400, 26, color="Sage"),
            ),
            picture={"kind": "folded", "tone": _CLAY, "tones": [_SAND, _SAGE, "#e8dfcf"], "ring": True},
        ),
        CastProduct(
            title="Table runner, drawn thread",
            description=(
                "A long strip of undyed linen with a ladder hem at both ends, two days of hand work. 45 x 180 cm "
                "suits a table for six."
            ),
            category="table-linen",
            brand=_BRAND,
            attributes={
                "material": "Undyed linen",
                "dimensions": "45 x 180 cm",
                "care": "40 °C, iron damp",
                "origin": "Guimarães, Portugal",
                "weight_grams": 300,
            },
            variants=(_shelf.variant("RUNNER", 5600, 10),),
            picture={"kind": "roll", "tone": "#d8ccb4", "trim": "#b4a588"},
        ),
        CastProduct(
            title="Flat-woven rug, dunes",
            description=(
                "Rag rug woven from the mill's own selvedges, so each has its own order of stripes. Reversible, "
                "machine washable in the smaller size."
            ),
            category="rugs",
            brand=_BRAND,
            attributes={
                "material": "Recycled cotton",
                "dimensions": "See size",
                "care": "30 °C or beat outdoors",
                "origin": "Guimarães, Portugal",
                "weight_grams": 1900,
            },
            variants=(
                _shelf.variant("RUG-60", 4800, 17, size="60 x 90 cm"),
                _shelf.variant("RUG-80", 8900, 9, size="80 x 150 cm"),
                _shelf.variant("RUG-160", 23900, 2, size="160 x 230 cm"),
            ),
            picture={"kind": "rug", "tone": _SAND, "tones": [_CLAY, "#8c9a8f", "#efe6d4"]},
        ),
        CastProduct(
            title="Market tote, canvas",
            description=(
                "Loom-end canvas with long handles and a flat base that stands up while you pack it. Carries twelve "
                "kilos; we tried with oranges."
            ),
            category="backpacks-totes",
            brand=_BRAND,
            attributes={
                "material": "Recycled cotton canvas",
                "dimensions": "42 x 38 x 14 cm",
                "care": "40 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 310,
            },
            variants=(
                _shelf.variant("TOTE-SAND", 2400, 52, color="Sand"),
                _shelf.variant("TOTE-INDIGO", 2400, 31, color="Indigo"),
            ),
            picture={"kind": "tote", "tone": _SAND, "trim": _CLAY, "tones": [_INDIGO]},
        ),
        CastProduct(
            title="Off-cut pouches, three sizes",
            description=(
                "Made of whatever was on the loom last month, lined and zipped. For pencils, cables and the small "
                "things that live at the bottom of a bag."
            ),
            category="wallets-pouches",
            brand=_BRAND,
            attributes={
                "material": "Linen and cotton off-cuts",
                "dimensions": "12, 18 and 24 cm",
                "care": "40 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 160,
            },
            variants=(_shelf.variant("POUCH-3", 2200, 24),),
            picture={"kind": "pouch", "tone": _SAGE, "tones": [_CLAY, _MIST], "count": 3},
        ),
        CastProduct(
            title="Band-collar shirt",
            description=(
                "A straight linen shirt with a band collar and mother-of-pearl buttons, side vents, room to move. "
                "Cut for anyone; the size table gives the chest in centimetres."
            ),
            category="shirts-jackets",
            brand=_BRAND,
            attributes={
                "material": "100 % European linen, 150 g/m²",
                "dimensions": "Chest 108 cm (M)",
                "care": "40 °C, hang to dry",
                "origin": "Guimarães, Portugal",
                "weight_grams": 280,
            },
            variants=(
                _shelf.variant("SHIRT-MIST-S", 7900, 7, size="S", color="Mist"),
                _shelf.variant("SHIRT-MIST-M", 7900, 12, size="M", color="Mist"),
                _shelf.variant("SHIRT-MIST-L", 7900, 10, size="L", color="Mist"),
                _shelf.variant("SHIRT-SAND-S", 7900, 4, size="S", color="Sand"),
                _shelf.variant("SHIRT-SAND-M", 7900, 0, size="M", color="Sand"),
                _shelf.variant("SHIRT-SAND-L", 7900, 8, size="L", color="Sand"),
            ),
            picture={"kind": "shirt", "tone": _MIST, "trim": "#8fa3aa", "collar": "band"},
        ),
        CastProduct(
            title="Espadrilles, jute sole",
            description=(
                "Canvas uppers stitched by hand to a jute sole in a workshop two streets away. They stretch; order "
                "the size that is just too tight."
            ),
            category="shoes",
            brand=_BRAND,
            attributes={
                "material": "Cotton canvas, jute, rubber",
                "dimensions": "EU 37-44",
                "care": "Keep dry; brush clean",
                "origin": "Guimarães, Portugal",
                "weight_grams": 420,
            },
            variants=(
                _shelf.variant("ESP-37", 4500, 5, size="37"),
                _shelf.variant("ESP-38", 4500, 8, size="38"),
                _shelf.variant("ESP-40", 4500, 6, size="40"),
                _shelf.variant("ESP-42", 4500, 7, size="42"),
                _shelf.variant("ESP-44", 4500, 2, size="44"),
            ),
            picture={"kind": "shoes", "tone": _INDIGO, "sole": "#cdaa74", "style": "espadrille"},
        ),
    ),
)
