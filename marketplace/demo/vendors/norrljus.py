"""Norrljus, Umeå: lamps and quiet furniture."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("NL", 2007)
_BRAND = "Norrljus"
_BIRCH, _PINE, _BLACK, _LICHEN, _ROSE = "#e2c79c", "#c79a62", "#2e2f30", "#a9b29a", "#c98d7c"

VENDOR = CastVendor(
    slug="norrljus",
    name="Norrljus",
    trade="Lamps and furniture",
    tagline="For the dark half of the year",
    story=(
        "In Umeå the sun sets at half past one in December, so Saga Ekdahl takes lamps seriously. She draws them, "
        "her brother Nils bends the birch, and a metal shop in Skellefteå spins the shades. "
        "Everything packs flat, comes with spare screws, and can be taken apart again."
    ),
    country="SE",
    city="Umeå",
    street="Västra Norrlandsgatan 22",
    postal_code="903 29",
    contact_name="Saga Ekdahl",
    email="saga@norrljus.example",
    palette=Palette("#e9e7e4", "#cbb792", "#2a2c2e", "#b9603f", "#d6dbd6"),
    shipping_minor=1290,
    free_shipping_from_minor=25000,
    handling_days=4,
    products=(
        CastProduct(
            title="Dusk table lamp",
            description=(
                "A spun aluminium shade on a turned birch foot. Light falls down and out through a slit at the top, "
                "so the ceiling is never quite dark. Dimmer on the cord, E27, bulb included."
            ),
            category="table-lamps",
            brand=_BRAND,
            attributes={
                "material": "Aluminium, birch, textile cord",
                "dimensions": "38 cm high, shade 28 cm across",
                "energy": "8 W LED, 2700 K",
                "origin": "Umeå, Sweden",
                "weight_grams": 1900,
            },
            variants=(
                _shelf.variant("DUSK-LICHEN", 14900, 12, color="Lichen"),
                _shelf.variant("DUSK-BLACK", 14900, 9, color="Black"),
                _shelf.variant("DUSK-ROSE", 14900, 4, color="Rose"),
            ),
            picture={"kind": "lamp", "tone": _LICHEN, "foot": _BIRCH, "shade": "dome", "tones": [_ROSE]},
        ),
        CastProduct(
            title="Paper moon lamp",
            description=(
                "A globe of rice paper on a low black foot. Fold it flat in summer, take it out in September. "
                "Replacement globes cost less than the bulb."
            ),
            category="table-lamps",
            brand=_BRAND,
            attributes={
                "material": "Rice paper, steel",
                "dimensions": "32 cm across",
                "energy": "6 W LED, 2200 K",
                "origin": "Umeå, Sweden",
                "weight_grams": 720,
            },
            variants=(_shelf.variant("MOON-32", 7900, 21),),
            picture={"kind": "lamp", "tone": "#f6ecd6", "foot": _BLACK, "shade": "globe"},
        ),
        CastProduct(
            title="Angle desk lamp",
            description=(
                "Two arms, three joints, no springs: friction holds it, and one screw sets the friction. The head "
                "turns all the way round. Warm to neutral white by touch."
            ),
            category="table-lamps",
            brand=_BRAND,
            attributes={
                "material": "Powder-coated steel",
                "dimensions": "Reach 62 cm, base 18 cm",
                "energy": "9 W LED, 2700-4000 K",
                "origin": "Umeå, Sweden",
                "weight_grams": 2600,
            },
            variants=(
                _shelf.variant("ANGLE-BLACK", 16900, 10, gtin=SHARED_GTINS["angle-desk-lamp"], color="Black"),
                _shelf.variant("ANGLE-ROSE", 16900, 6, color="Rose"),
            ),
            picture={"kind": "desklamp", "tone": "#34373a", "tones": [_ROSE]},
        ),
        CastProduct(
            title="Bell pendant",
            description=(
                "Hangs low over a table and keeps its light there. Enamelled steel, white inside. Three metres of "
                "cloth cord, ceiling cup included."
            ),
            category="pendant-floor-lamps",
            brand=_BRAND,
            attributes={
                "material": "Enamelled steel",
                "dimensions": "36 cm across, 22 cm high",
                "energy": "E27, max 15 W",
                "origin": "Skellefteå, Sweden",
                "weight_grams": 1700,
            },
            variants=(
                _shelf.variant("BELL-BLACK", 18900, 8, color="Black"),
                _shelf.variant("BELL-LICHEN", 18900, 5, was=21900, color="Lichen"),
            ),
            picture={"kind": "pendant", "tone": _BLACK, "shade": "bell"},
        ),
        CastProduct(
            title="Birch veneer pendant",
            description=(
                "Forty strips of 0.6 mm veneer clipped between two rings; you build it in an hour with the clips "
                "supplied. The wood turns the light the color of tea."
            ),
            category="pendant-floor-lamps",
            brand=_BRAND,
            attributes={
                "material": "Birch veneer",
                "dimensions": "45 cm across",
                "energy": "E27, max 12 W",
                "origin": "Umeå, Sweden",
                "weight_grams": 640,
            },
            variants=(_shelf.variant("VENEER-45", 12900, 0),),
            picture={"kind": "pendant", "tone": _BIRCH, "shade": "veneer"},
        ),
        CastProduct(
            title="Reading floor lamp",
            description=(
                "A bent birch stem leans over your shoulder with a linen shade at the end. The base is cast iron, so "
                "it stays where you put it, cat or no cat."
            ),
            category="pendant-floor-lamps",
            brand=_BRAND,
            attributes={
                "material": "Laminated birch, linen, cast iron",
                "dimensions": "148 cm high",
                "energy": "E27, max 15 W",
                "origin": "Umeå, Sweden",
                "weight_grams": 7200,
            },
            variants=(_shelf.variant("FLOOR-BIRCH", 32900, 3),),
            picture={"kind": "floorlamp", "tone": "#efe4cc", "stem": _BIRCH},
        ),
        CastProduct(
            title="Milking stool, oiled pine",
            description=(
                "Dense slow-grown pine from Västerbotten, legs wedged from above. A seat, a bedside table, a step to "
                "the top shelf. 44 cm high."
            ),
            category="stools-chairs",
            brand=_BRAND,
            attributes={
                "material": "Solid pine, hard wax oil",
                "dimensions": "34 cm across, 44 cm high",
                "origin": "Umeå, Sweden",
                "weight_grams": 3400,
            },
            variants=(
                _shelf.variant("STOOL-OIL", 9900, 14, finish="Oiled"),
                _shelf.variant("STOOL-BLACK", 10900, 9, finish="Black stain"),
            ),
            picture={"kind": "stool", "tone": _PINE, "tones": [_BLACK]},
        ),
        CastProduct(
            title="Spindle chair",
            description=(
                "Nine spindles, each a little different, in a back that gives when you lean. Birch, soap-finished; "
                "comes assembled because we do not trust anyone else to do it."
            ),
            category="stools-chairs",
            brand=_BRAND,
            attributes={
                "material": "Solid birch, soap finish",
                "dimensions": "46 x 50 x 82 cm",
                "origin": "Umeå, Sweden",
                "weight_grams": 5200,
            },
            variants=(_shelf.variant("CHAIR-BIRCH", 38900, 5),),
            picture={"kind": "chair", "tone": _BIRCH},
        ),
        CastProduct(
            title="Tray table",
            description=(
                "A round tray with a rim rests on three folding legs; carry it in with the coffee and out with the "
                "cups. 46 cm across."
            ),
            category="tables-shelves",
            brand=_BRAND,
            attributes={
                "material": "Birch plywood, steel",
                "dimensions": "46 cm across, 48 cm high",
                "origin": "Umeå, Sweden",
                "weight_grams": 3800,
            },
            variants=(_shelf.variant("TRAY-46", 16900, 8),),
            picture={"kind": "table", "tone": _BIRCH, "legs": _BLACK},
        ),
        CastProduct(
            title="String shelf, two boards",
            description=(
                "Two pine boards hang from four leather straps and two brass screws. Holds fifteen kilos on a solid "
                "wall. Boards are numbered, so the grain runs on."
            ),
            category="tables-shelves",
            brand=_BRAND,
            attributes={
                "material": "Pine, leather, brass",
                "dimensions": "60 x 20 cm boards",
                "origin": "Umeå, Sweden",
                "weight_grams": 2900,
            },
            variants=(_shelf.variant("SHELF-60", 8900, 17),),
            picture={"kind": "shelf", "tone": _PINE, "strap": "#7a4a2c"},
        ),
        CastProduct(
            title="Peg mirror",
            description=(
                "A round mirror on a leather loop and a turned peg. The back is felt, so it does not mark the wall. "
                "40 cm shows a face and half a collar."
            ),
            category="mirrors-clocks",
            brand=_BRAND,
            attributes={
                "material": "Glass, birch, leather",
                "dimensions": "40 cm across",
                "origin": "Umeå, Sweden",
                "weight_grams": 2400,
            },
            variants=(_shelf.variant("MIRROR-40", 9800, 11),),
            picture={"kind": "mirror", "tone": _BIRCH, "strap": "#7a4a2c"},
        ),
        CastProduct(
            title="Silent wall clock",
            description=(
                "A sweep movement, so nothing ticks in the night. Dial of limewashed birch, hands cut from one sheet "
                "of brass. Runs on one AA cell for two years."
            ),
            category="mirrors-clocks",
            brand=_BRAND,
            attributes={
                "material": "Birch, brass",
                "dimensions": "30 cm across",
                "origin": "Umeå, Sweden",
                "weight_grams": 900,
            },
            variants=(_shelf.variant("CLOCK-30", 7400, 19),),
            picture={"kind": "clock", "tone": "#ead9b8", "hands": "#2e2f30"},
        ),
        CastProduct(
            title="Candle bridge, five lights",
            description=(
                "An arc of birch with five brass cups for Advent, or for any evening with a power cut. Takes 12 mm "
                "candles; twenty are included."
            ),
            category="candles",
            brand=_BRAND,
            attributes={
                "material": "Bent birch, brass",
                "dimensions": "48 x 8 x 22 cm",
                "origin": "Umeå, Sweden",
                "weight_grams": 780,
            },
            variants=(_shelf.variant("BRIDGE-5", 6900, 2),),
            picture={"kind": "candlebridge", "tone": _BIRCH, "wax": "#f4ead5"},
        ),
        CastProduct(
            title="Bread board with crumb channel",
            description=(
                "End-grain birch that is kind to a blade and closes up again after the cut. The channel on one side "
                "catches crumbs, the other side is flat for everything else. Hangs from its own hole."
            ),
            category="boards-knives",
            brand=_BRAND,
            attributes={
                "material": "End-grain birch, linseed oil",
                "dimensions": "38 x 24 x 2.5 cm",
                "care": "Wipe, dry upright, oil monthly",
                "origin": "Umeå, Sweden",
                "weight_grams": 1350,
            },
            variants=(_shelf.variant("BOARD-38", 5900, 16),),
            picture={"kind": "board", "tone": _BIRCH},
        ),
        CastProduct(
            title="Butter knives, set of four",
            description=(
                "Whittled from juniper, which smells of pepper when it is warm. Blunt on purpose, wide enough for "
                "cold butter. Each one has its own bend."
            ),
            category="boards-knives",
            brand=_BRAND,
            attributes={
                "material": "Juniper",
                "dimensions": "18 cm",
                "care": "Wash by hand",
                "origin": "Umeå, Sweden",
                "weight_grams": 120,
            },
            variants=(_shelf.variant("KNIFE-4", 2800, 22),),
            picture={"kind": "knives", "tone": "#b98a58"},
        ),
        CastProduct(
            title="Espresso cup without handle, iron clay",
            description=(
                "Brennhaus of Leipzig throws these; we keep a shelf of them because they look right on the tray "
                "table. 90 ml, white inside, bare clay outside."
            ),
            category="mugs-cups",
            brand="Brennhaus",
            attributes={
                "material": "Stoneware, tin glaze",
                "dimensions": "6 cm high, 6.5 cm across",
                "capacity": "90 ml",
                "origin": "Leipzig, Germany",
                "weight_grams": 190,
            },
            variants=(_shelf.variant("ESP-CUP", 1750, 20, gtin=SHARED_GTINS["espresso-cup"]),),
            picture={"kind": "cup", "tone": "#8a5138", "inside": "#f2ece0", "count": 3},
        ),
        CastProduct(
            title="Linen cushion cover, clay",
            description=(
                "The cushion on our reading chair, woven in Guimarães from washed linen. Envelope back, piped edge. "
                "50 cm, cover only."
            ),
            category="cushions-throws",
            brand="Linho & Mar",
            attributes={
                "material": "100 % European linen",
                "dimensions": "50 x 50 cm",
                "care": "40 °C",
                "origin": "Guimarães, Portugal",
                "weight_grams": 210,
            },
            variants=(_shelf.variant("CUSH-CLAY", 3450, 8, gtin=SHARED_GTINS["washed-linen-cushion"], color="Clay"),),
            picture={"kind": "cushion", "tone": "#c08463"},
        ),
    ),
)
