"""Korpi, Helsinki: silver, birch and small clocks for the wrist."""

from __future__ import annotations

from marketplace.demo.parts import CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("KO", 2010)
_BRAND = "Korpi"
_SILVER, _GOLD, _MOSS, _ICE, _BERRY = "#c3c7cb", "#cfa75a", "#6d7a5a", "#a9c4d1", "#7f2f45"

VENDOR = CastVendor(
    slug="korpi",
    name="Korpi",
    trade="Jewelry",
    tagline="Small things from deep woods",
    story=(
        "Eerika Tuomi learned to solder from her grandfather, who made harness buckles. She casts twigs, seeds and "
        "lichen in recycled silver at a bench in Kallio, and her partner Oduya sets the watches. "
        "Every piece carries the Finnish hallmark and the year."
    ),
    country="FI",
    city="Helsinki",
    street="Vaasankatu 9",
    postal_code="00500",
    contact_name="Eerika Tuomi",
    email="eerika@korpi.example",
    palette=Palette("#e3e6e4", "#b9beb6", "#252d2a", "#7f2f45", "#d5c7b3"),
    shipping_minor=450,
    free_shipping_from_minor=5000,
    handling_days=3,
    hold_days=7,
    products=(
        CastProduct(
            title="Twig ring",
            description=(
                "Cast from a birch twig, knots and all, then smoothed inside where it meets the finger. Recycled "
                "sterling silver, about 3 mm wide."
            ),
            category="rings",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver 925",
                "dimensions": "3 mm wide",
                "care": "Polish with a cloth",
                "origin": "Helsinki, Finland",
                "weight_grams": 40,
            },
            variants=(
                _shelf.variant("TWIG-50", 7800, 5, size="50"),
                _shelf.variant("TWIG-54", 7800, 9, size="54"),
                _shelf.variant("TWIG-58", 7800, 7, size="58"),
                _shelf.variant("TWIG-62", 7800, 0, size="62"),
            ),
            picture={"kind": "ring", "tone": _SILVER},
        ),
        CastProduct(
            title="Lake ring with spectrolite",
            description=(
                "A round of Ylämaa spectrolite that goes from black to blue when it catches the window. Set low, so "
                "it does not catch on sleeves."
            ),
            category="rings",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver, spectrolite",
                "dimensions": "Stone 8 mm",
                "care": "Keep away from chlorine",
                "origin": "Helsinki, Finland",
                "weight_grams": 42,
            },
            variants=(
                _shelf.variant("LAKE-52", 14900, 3, size="52"),
                _shelf.variant("LAKE-56", 14900, 4, size="56"),
            ),
            picture={"kind": "ring", "tone": _SILVER, "stone": "#3f6f9a"},
        ),
        CastProduct(
            title="Wedding band, forged",
            description=(
                "Hammered from one rod and soldered with its own gold, so the seam cannot be seen. 14 carat from "
                "recycled watch cases. Engraving up to twenty letters included."
            ),
            category="rings",
            brand=_BRAND,
            attributes={
                "material": "Recycled 14 ct gold",
                "dimensions": "4 mm wide, 1.6 mm thick",
                "origin": "Helsinki, Finland",
                "weight_grams": 45,
            },
            variants=(
                _shelf.variant("BAND-54", 49800, 2, size="54"),
                _shelf.variant("BAND-60", 52800, 2, size="60"),
            ),
            picture={"kind": "ring", "tone": _GOLD, "pair": True, "hammered": True},
        ),
        CastProduct(
            title="Lingonberry necklace",
            description=(
                "Three berries of garnet on a fine trace chain, set as they grow, one behind the other. 42 cm with a "
                "3 cm extension."
            ),
            category="necklaces",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver, garnet",
                "dimensions": "42-45 cm",
                "origin": "Helsinki, Finland",
                "weight_grams": 38,
            },
            variants=(_shelf.variant("LINGON", 9600, 14),),
            picture={"kind": "necklace", "tone": _SILVER, "stone": "#8e2436", "pendant": "berries"},
        ),
        CastProduct(
            title="Seed pod pendant",
            description=(
                "An alder cone cast whole and hung from its stem. Oxidized dark, then brightened at the tips, so it "
                "shows its own shadow."
            ),
            category="necklaces",
            brand=_BRAND,
            attributes={
                "material": "Oxidized sterling silver",
                "dimensions": "Pendant 18 mm, chain 60 cm",
                "origin": "Helsinki, Finland",
                "weight_grams": 44,
            },
            variants=(_shelf.variant("POD", 8900, 8, was=9900),),
            picture={"kind": "necklace", "tone": "#8d9094", "pendant": "pod"},
        ),
        CastProduct(
            title="Sun disc necklace",
            description=(
                "A hammered disc of gold-plated silver the size of a thumbnail, for the months when there is no "
                "other. 45 cm curb chain."
            ),
            category="necklaces",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver, 2 µm gold plating",
                "dimensions": "Disc 16 mm, chain 45 cm",
                "origin": "Helsinki, Finland",
                "weight_grams": 40,
            },
            variants=(_shelf.variant("SUN", 7400, 21),),
            picture={"kind": "necklace", "tone": _GOLD, "pendant": "disc"},
        ),
        CastProduct(
            title="Droplet earrings",
            description=(
                "Two drops of silver let fall into water and kept as they set. No pair is identical; we match them "
                "by weight. Hooks of surgical-grade titanium."
            ),
            category="earrings",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver, titanium",
                "dimensions": "28 mm long",
                "origin": "Helsinki, Finland",
                "weight_grams": 35,
            },
            variants=(_shelf.variant("DROP", 6200, 18),),
            picture={"kind": "earrings", "tone": _SILVER, "shape": "drop"},
        ),
        CastProduct(
            title="Lichen studs",
            description=(
                "Cup lichen from a rock in Nuuksio, cast at life size. They look like tiny goblets and weigh less "
                "than a gram each."
            ),
            category="earrings",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver",
                "dimensions": "7 mm",
                "origin": "Helsinki, Finland",
                "weight_grams": 30,
            },
            variants=(
                _shelf.variant("LICHEN-S", 4800, 24, color="Silver"),
                _shelf.variant("LICHEN-G", 5600, 3, color="Gold plated"),
            ),
            picture={"kind": "earrings", "tone": _GOLD, "shape": "stud"},
        ),
        CastProduct(
            title="Hoops, wide",
            description=(
                "Hollow-formed, so they are big and light: 34 mm across and 3 g each. Click closure that can be "
                "heard, therefore trusted."
            ),
            category="earrings",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver",
                "dimensions": "34 mm across",
                "origin": "Helsinki, Finland",
                "weight_grams": 36,
            },
            variants=(_shelf.variant("HOOP-34", 8400, 11),),
            picture={"kind": "earrings", "tone": _SILVER, "shape": "hoop"},
        ),
        CastProduct(
            title="Rope bracelet",
            description=(
                "Three wires twisted, rolled and closed with a hook that grandfather would have used on a bridle. "
                "Oval, so it stays right side up."
            ),
            category="bracelets",
            brand=_BRAND,
            attributes={
                "material": "Sterling silver",
                "dimensions": "Inside 62 or 66 mm",
                "origin": "Helsinki, Finland",
                "weight_grams": 60,
            },
            variants=(
                _shelf.variant("ROPE-62", 13800, 6, size="62 mm"),
                _shelf.variant("ROPE-66", 13800, 4, size="66 mm"),
            ),
            picture={"kind": "bracelet", "tone": _SILVER, "style": "rope"},
        ),
        CastProduct(
            title="Birch bark bracelet",
            description=(
                "Bark gathered in June, when it comes off without hurting the tree, laid around a silver cuff and "
                "lacquered. Warm to wear and very light."
            ),
            category="bracelets",
            brand=_BRAND,
            attributes={
                "material": "Birch bark, sterling silver",
                "dimensions": "12 mm wide",
                "care": "Keep dry",
                "origin": "Helsinki, Finland",
                "weight_grams": 48,
            },
            variants=(_shelf.variant("BARK", 8800, 9),),
            picture={"kind": "bracelet", "tone": "#c9a070", "style": "cuff"},
        ),
        CastProduct(
            title="Field watch, 36 mm",
            description=(
                "A hand-wound movement under sapphire, numerals you can read at a glance, a case that has been "
                "bead-blasted to lose its shine. 100 m water resistance. Serviced by the person who built it."
            ),
            category="watches",
            brand=_BRAND,
            attributes={
                "material": "Steel, sapphire, vegetable-tanned leather",
                "dimensions": "36 mm, lug width 18 mm",
                "movement": "Hand-wound, 42 h reserve",
                "warranty": "5 years",
                "origin": "Helsinki, Finland",
                "weight_grams": 210,
            },
            variants=(
                _shelf.variant("FIELD-WHITE", 44900, 4, dial="White"),
                _shelf.variant("FIELD-MOSS", 44900, 3, dial="Moss"),
                _shelf.variant("FIELD-BLACK", 44900, 0, dial="Black"),
            ),
            picture={"kind": "watch", "tone": "#b9bdc0", "dial": _MOSS, "strap": "#7b4a2a"},
        ),
        CastProduct(
            title="Midsummer watch, 32 mm",
            description=(
                "A dial the color of the sky at eleven in June, and only one hand: it shows quarter hours, which is "
                "enough in July. Quartz, ten-year cell."
            ),
            category="watches",
            brand=_BRAND,
            attributes={
                "material": "Gold-tone steel, mineral glass, leather",
                "dimensions": "32 mm",
                "movement": "Quartz",
                "warranty": "3 years",
                "origin": "Helsinki, Finland",
                "weight_grams": 150,
            },
            variants=(_shelf.variant("MIDS-ICE", 17900, 12),),
            picture={"kind": "watch", "tone": _GOLD, "dial": _ICE, "strap": "#3c4a52", "one_hand": True},
        ),
        CastProduct(
            title="Cloak pin",
            description=(
                "A ring and a long pin, the way coats were closed here a thousand years ago. Holds a scarf, a "
                "cardigan or a rolled blanket. Forged bronze."
            ),
            category="other",
            brand=_BRAND,
            attributes={
                "material": "Bronze",
                "dimensions": "Ring 45 mm, pin 90 mm",
                "origin": "Helsinki, Finland",
                "weight_grams": 70,
            },
            variants=(_shelf.variant("PIN", 5900, 13),),
            picture={"kind": "brooch", "tone": "#a9743f"},
        ),
        CastProduct(
            title="Ring tray, birch",
            description=(
                "A palm-sized dish hollowed from one block, with a rise in the middle for rings. Waxed inside, bark "
                "left on the outside."
            ),
            category="baskets",
            brand=_BRAND,
            attributes={
                "material": "Birch with bark",
                "dimensions": "11 cm across",
                "origin": "Helsinki, Finland",
                "weight_grams": 160,
            },
            variants=(_shelf.variant("TRAY", 2900, 2),),
            picture={"kind": "dish", "tone": "#dcc195", "rim": "#8b7a66"},
        ),
    ),
)
