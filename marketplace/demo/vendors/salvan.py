"""Bottega Salvan, Florence: leather. Has applied and waits for approval."""

from __future__ import annotations

from marketplace.demo.parts import CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("SA", 2012)
_BRAND = "Bottega Salvan"
_COGNAC, _COCOA, _BOTTLE, _BORDEAUX, _SAND = "#a8612f", "#5a3822", "#2f4a3d", "#6d2a32", "#d1b48c"

VENDOR = CastVendor(
    slug="salvan",
    name="Bottega Salvan",
    trade="Leather goods",
    tagline="Vegetable-tanned, saddle-stitched, slow",
    story=(
        "Elio Salvan cut leather for other names for thirty years in the streets behind Santo Spirito. Now his "
        "daughter Mirta draws, he cuts, and two apprentices stitch with waxed linen. "
        "They make about nine bags a week and would rather not make ten."
    ),
    country="IT",
    city="Firenze",
    street="Via Maffia 23r",
    postal_code="50125",
    contact_name="Mirta Salvan",
    email="mirta@salvan.example",
    palette=Palette("#f0e5d8", "#cfae86", "#33241a", "#8a4a24", "#dfc9a8"),
    shipping_minor=890,
    free_shipping_from_minor=20000,
    handling_days=4,
    state="applied",
    products=(
        CastProduct(
            title="Satchel, two buckles",
            description=(
                "Shoulder leather of 3 mm, tanned with chestnut bark in the valley of the Arno. Holds a 14-inch "
                "laptop and a lunch. The strap adjusts from hip to hand."
            ),
            category="shoulder-bags",
            brand=_BRAND,
            attributes={
                "material": "Vegetable-tanned cowhide, brass",
                "dimensions": "36 x 27 x 10 cm",
                "care": "Leather balm twice a year",
                "origin": "Florence, Italy",
                "weight_grams": 1450,
            },
            variants=(
                _shelf.variant("SATCH-COGNAC", 32900, 4, color="Cognac"),
                _shelf.variant("SATCH-BOTTLE", 32900, 2, color="Bottle green"),
            ),
            picture={"kind": "satchel", "tone": _COGNAC, "strap": _COCOA, "tones": [_BOTTLE]},
        ),
        CastProduct(
            title="Half-moon shoulder bag",
            description=(
                "One curve, one seam, one magnet. Big enough for a phone, keys and a novel. The edge is painted in "
                "four layers and polished with a bone."
            ),
            category="shoulder-bags",
            brand=_BRAND,
            attributes={
                "material": "Calfskin, suede lining",
                "dimensions": "26 x 17 x 7 cm",
                "care": "Wipe with a soft cloth",
                "origin": "Florence, Italy",
                "weight_grams": 520,
            },
            variants=(
                _shelf.variant("MOON-BORDEAUX", 21900, 5, color="Bordeaux"),
                _shelf.variant("MOON-SAND", 21900, 3, color="Sand"),
            ),
            picture={"kind": "moonbag", "tone": _BORDEAUX, "tones": [_SAND]},
        ),
        CastProduct(
            title="Open tote",
            description=(
                "Unlined, raw inside, with a pouch on a strap so that keys can be found. Gets darker where you hold "
                "it. Carries A4 and groceries with equal grace."
            ),
            category="backpacks-totes",
            brand=_BRAND,
            attributes={
                "material": "Vegetable-tanned cowhide",
                "dimensions": "40 x 32 x 14 cm",
                "origin": "Florence, Italy",
                "weight_grams": 980,
            },
            variants=(_shelf.variant("TOTE-COGNAC", 24900, 6),),
            picture={"kind": "tote", "tone": _COGNAC, "trim": _COCOA, "leather": True},
        ),
        CastProduct(
            title="Card wallet, six slots",
            description=(
                "Cut from one piece and folded like a letter, so there are only two seams. Six cards, folded notes, "
                "8 mm thick when full."
            ),
            category="wallets-pouches",
            brand=_BRAND,
            attributes={
                "material": "Vegetable-tanned calfskin",
                "dimensions": "10 x 7.5 cm",
                "origin": "Florence, Italy",
                "weight_grams": 48,
            },
            variants=(
                _shelf.variant("CARD-COGNAC", 5900, 12, color="Cognac"),
                _shelf.variant("CARD-BOTTLE", 5900, 9, color="Bottle green"),
                _shelf.variant("CARD-BORDEAUX", 5900, 7, color="Bordeaux"),
            ),
            picture={"kind": "wallet", "tone": _BOTTLE, "tones": [_COGNAC]},
        ),
        CastProduct(
            title="Belt, 3 cm, brass buckle",
            description=(
                "Full thickness butt leather that will not stretch. The buckle is cast sand-rough and smoothed by "
                "hand. Five holes; we punch a sixth if you ask."
            ),
            category="belts",
            brand=_BRAND,
            attributes={
                "material": "Butt leather, solid brass",
                "dimensions": "3 cm wide",
                "origin": "Florence, Italy",
                "weight_grams": 260,
            },
            variants=(
                _shelf.variant("BELT-85", 7900, 6, size="85 cm"),
                _shelf.variant("BELT-95", 7900, 8, size="95 cm"),
                _shelf.variant("BELT-105", 7900, 3, size="105 cm"),
            ),
            picture={"kind": "belt", "tone": _COCOA, "buckle": "#c9a14a"},
        ),
        CastProduct(
            title="Penny loafers, Blake-stitched",
            description=(
                "Soft calf on a leather sole with a thin rubber forepart. The last is a little wide at the toes, as "
                "feet are. Resoled here for a third of the price."
            ),
            category="shoes",
            brand=_BRAND,
            attributes={
                "material": "Calfskin, leather sole",
                "dimensions": "EU 38-44",
                "care": "Shoe trees, cream",
                "origin": "Florence, Italy",
                "weight_grams": 820,
            },
            variants=(
                _shelf.variant("LOAF-38", 23900, 2, size="38"),
                _shelf.variant("LOAF-40", 23900, 3, size="40"),
                _shelf.variant("LOAF-42", 23900, 3, size="42"),
                _shelf.variant("LOAF-44", 23900, 1, size="44"),
            ),
            picture={"kind": "shoes", "tone": _BORDEAUX, "sole": "#3a2418", "style": "loafer"},
        ),
        CastProduct(
            title="Zip pouch for tools or lipsticks",
            description=(
                "A flat-bottomed pouch that opens like a mouth and stays open. Brass zip, suede pull. We use it for "
                "awls."
            ),
            category="wallets-pouches",
            brand=_BRAND,
            attributes={
                "material": "Calfskin, brass",
                "dimensions": "21 x 9 x 7 cm",
                "origin": "Florence, Italy",
                "weight_grams": 170,
            },
            variants=(_shelf.variant("ZIP-SAND", 6900, 10),),
            picture={"kind": "pouch", "tone": _SAND, "leather": True},
        ),
        CastProduct(
            title="Notebook cover, A5",
            description=(
                "Takes any A5 notebook up to 2 cm thick; slips on like a coat. Pen loop, one pocket, initials "
                "stamped on request."
            ),
            category="notebooks",
            brand=_BRAND,
            attributes={
                "material": "Vegetable-tanned cowhide",
                "dimensions": "16 x 22 cm",
                "origin": "Florence, Italy",
                "weight_grams": 240,
            },
            variants=(_shelf.variant("COVER-A5", 7400, 8),),
            picture={
                "kind": "notebook",
                "tone": _COGNAC,
                "spine": _COCOA,
                "elastic": "#33241a",
                "leather": True,
            },
        ),
    ),
)
