"""Carraig Knit, Donegal: wool from the sheep up. Still setting up its shop."""

from __future__ import annotations

from marketplace.demo.parts import CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("CK", 2011)
_BRAND = "Carraig Knit"
_OAT, _HEATHER, _PEAT, _GORSE, _SEA = "#ddd2bd", "#8a7f98", "#5a4636", "#d0a238", "#4f7480"

VENDOR = CastVendor(
    slug="carraig",
    name="Carraig Knit",
    trade="Knitwear",
    tagline="Knitted where the wool grows",
    story=(
        "Gráinne Mac Suibhne buys fleece from eleven farms on the Donegal coast and has it spun in Kilcar. "
        "Six knitters work at home, on their own machines and in their own hours, and sign each label. "
        "What comes back worn is darned for the price of the post."
    ),
    country="IE",
    city="Glencolumbkille",
    street="Cashel Road 4",
    postal_code="F94 X2P7",
    contact_name="Gráinne Mac Suibhne",
    email="grainne@carraig.example",
    palette=Palette("#e7e6dd", "#c4c0ad", "#2d332f", "#4f7480", "#d9c9b2"),
    shipping_minor=750,
    free_shipping_from_minor=15000,
    handling_days=5,
    state="onboarding",
    products=(
        CastProduct(
            title="Fisherman's sweater, cable",
            description=(
                "Honeycomb, cable and moss stitch, as the island women set them, in undyed wool with some of its "
                "lanolin left in. Heavy, wind-tight, made for forty winters."
            ),
            category="sweaters",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "Chest 112 cm (M)",
                "care": "Wash by hand, dry flat",
                "origin": "Donegal, Ireland",
                "weight_grams": 980,
            },
            variants=(
                _shelf.variant("CABLE-S", 18900, 4, size="S"),
                _shelf.variant("CABLE-M", 18900, 6, size="M"),
                _shelf.variant("CABLE-L", 18900, 5, size="L"),
                _shelf.variant("CABLE-XL", 18900, 2, size="XL"),
            ),
            picture={"kind": "sweater", "tone": _OAT, "knit": "cable"},
        ),
        CastProduct(
            title="Tweed-flecked crew neck",
            description=(
                "A plain sweater that is not plain at all: look close and find gorse, heather and sea in the yarn. "
                "Set-in sleeves, ribbed hem."
            ),
            category="sweaters",
            brand=_BRAND,
            attributes={
                "material": "90 % wool, 10 % silk nep",
                "dimensions": "Chest 108 cm (M)",
                "care": "Wool program, 30 °C",
                "origin": "Donegal, Ireland",
                "weight_grams": 610,
            },
            variants=(
                _shelf.variant("CREW-SEA-M", 14900, 7, size="M", color="Sea"),
                _shelf.variant("CREW-SEA-L", 14900, 5, size="L", color="Sea"),
                _shelf.variant("CREW-PEAT-M", 14900, 6, size="M", color="Peat"),
            ),
            picture={"kind": "sweater", "tone": _SEA, "knit": "fleck"},
        ),
        CastProduct(
            title="Shawl-collar cardigan",
            description=(
                "Five leather buttons and pockets that take a paperback. Knitted in one piece from the hem up, so "
                "there is no side seam to give way."
            ),
            category="sweaters",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "Chest 116 cm (M)",
                "care": "Wash by hand, dry flat",
                "origin": "Donegal, Ireland",
                "weight_grams": 890,
            },
            variants=(
                _shelf.variant("CARDI-PEAT-M", 19900, 3, size="M"),
                _shelf.variant("CARDI-PEAT-L", 19900, 3, size="L"),
            ),
            picture={"kind": "sweater", "tone": _PEAT, "knit": "rib", "open": True},
        ),
        CastProduct(
            title="Child's sweater with elbow patches",
            description=(
                "Buttons on the shoulder for large heads, patches on the elbows for small adventures. Spare yarn "
                "included."
            ),
            category="sweaters",
            brand=_BRAND,
            attributes={
                "material": "100 % merino",
                "dimensions": "98 to 122 cm",
                "care": "Wool program, 30 °C",
                "origin": "Donegal, Ireland",
                "weight_grams": 290,
            },
            variants=(
                _shelf.variant("CHILD-98", 6900, 5, size="98"),
                _shelf.variant("CHILD-110", 6900, 6, size="110"),
                _shelf.variant("CHILD-122", 6900, 4, size="122"),
            ),
            picture={"kind": "sweater", "tone": _GORSE, "knit": "stripes", "second": _OAT},
        ),
        CastProduct(
            title="Ribbed beanie",
            description=(
                "Two-by-two rib, deep enough to fold twice. One size stretches from a teenager to a farmer. Knitted "
                "in an evening, blocked overnight."
            ),
            category="hats-scarves",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "One size",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 95,
            },
            variants=(
                _shelf.variant("BEANIE-GORSE", 3400, 14, color="Gorse"),
                _shelf.variant("BEANIE-SEA", 3400, 12, color="Sea"),
                _shelf.variant("BEANIE-OAT", 3400, 9, color="Oat"),
            ),
            picture={"kind": "beanie", "tone": _GORSE, "tones": [_SEA]},
        ),
        CastProduct(
            title="Long scarf, heather stripe",
            description=(
                "Two metres, so it goes around twice with ends to spare. Soft twist lambswool, fringe knotted by "
                "whoever is nearest the fire."
            ),
            category="hats-scarves",
            brand=_BRAND,
            attributes={
                "material": "100 % lambswool",
                "dimensions": "200 x 30 cm",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 240,
            },
            variants=(_shelf.variant("SCARF-HEATHER", 5900, 11),),
            picture={"kind": "scarf", "tone": _HEATHER, "second": _OAT},
        ),
        CastProduct(
            title="Snood, moss stitch",
            description=(
                "A ring of wool that needs no knot and cannot be lost on a bicycle. Moss stitch lies flat and looks "
                "the same from both sides."
            ),
            category="hats-scarves",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "62 cm around, 28 cm high",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 160,
            },
            variants=(_shelf.variant("SNOOD", 4400, 10),),
            picture={"kind": "snood", "tone": _OAT},
        ),
        CastProduct(
            title="Boot socks, pair",
            description=(
                "Cushioned sole, ribbed leg, toe closed by hand so no seam rubs. A fifth nylon in the heel, because "
                "wool alone is too honest for boots."
            ),
            category="socks-gloves",
            brand=_BRAND,
            attributes={
                "material": "80 % wool, 20 % nylon",
                "dimensions": "EU 36-46",
                "care": "40 °C",
                "origin": "Donegal, Ireland",
                "weight_grams": 120,
            },
            variants=(
                _shelf.variant("SOCK-36", 2200, 25, size="36-39"),
                _shelf.variant("SOCK-40", 2200, 28, size="40-43"),
                _shelf.variant("SOCK-44", 2200, 16, size="44-46"),
            ),
            picture={"kind": "socks", "tone": "#b9b2a0", "second": _SEA},
        ),
        CastProduct(
            title="Mittens with cord",
            description=(
                "Lined with fleece and joined by a cord through the sleeves, for grown-ups as well. Palm doubled "
                "where a lead or a handle runs."
            ),
            category="socks-gloves",
            brand=_BRAND,
            attributes={
                "material": "Wool, fleece lining",
                "dimensions": "S, M, L",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 130,
            },
            variants=(
                _shelf.variant("MITT-S", 3200, 8, size="S"),
                _shelf.variant("MITT-M", 3200, 10, size="M"),
                _shelf.variant("MITT-L", 3200, 7, size="L"),
            ),
            picture={"kind": "mittens", "tone": _HEATHER, "second": _OAT},
        ),
        CastProduct(
            title="Wool throw, basket weave",
            description=(
                "Woven on a Hattersley loom worked by foot. Basket weave traps air, so it is warmer than it is "
                "heavy. Purled fringe on two sides."
            ),
            category="cushions-throws",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "135 x 180 cm",
                "care": "Air; wash by hand at need",
                "origin": "Donegal, Ireland",
                "weight_grams": 1150,
            },
            variants=(
                _shelf.variant("THROW-SEA", 12900, 6, color="Sea"),
                _shelf.variant("THROW-PEAT", 12900, 4, color="Peat"),
            ),
            picture={"kind": "blanket", "tone": _SEA, "tones": [_OAT], "weave": "check"},
        ),
        CastProduct(
            title="Yarn, hand-dyed, 100 g",
            description=(
                "Double-knit weight, 220 metres, dyed with gorse, lichen and madder in lots of ten. Buy enough of "
                "one lot; the next will differ, as the weather does."
            ),
            category="other",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "100 g, 220 m",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 105,
            },
            variants=(
                _shelf.variant("YARN-GORSE", 1600, 20, color="Gorse"),
                _shelf.variant("YARN-LICHEN", 1600, 20, color="Lichen"),
                _shelf.variant("YARN-MADDER", 1600, 1, color="Madder"),
            ),
            picture={"kind": "yarn", "tone": _GORSE, "tones": ["#8f9a72", "#b0543c"]},
        ),
        CastProduct(
            title="Tea cosy, bobble",
            description=(
                "Keeps a six-cup pot hot for an hour and makes it look like a sheep in a hat. Openings for spout and "
                "handle are edged so they do not stretch."
            ),
            category="table-linen",
            brand=_BRAND,
            attributes={
                "material": "100 % Donegal wool",
                "dimensions": "For pots of 1 to 1.4 l",
                "care": "Wash by hand",
                "origin": "Donegal, Ireland",
                "weight_grams": 140,
            },
            variants=(_shelf.variant("COSY", 2800, 9),),
            picture={"kind": "beanie", "tone": _HEATHER, "bobble": _OAT},
        ),
    ),
)
