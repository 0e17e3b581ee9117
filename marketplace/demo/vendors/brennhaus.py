"""Brennhaus Keramik, Leipzig: wheel-thrown stoneware."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("BH", 2001)
_BRAND = "Brennhaus"
_OAT, _CLAY, _SLATE, _MOSS, _RUST = "#d9cbb2", "#a9683f", "#4d5a63", "#7b8465", "#b4552f"

VENDOR = CastVendor(
    slug="brennhaus",
    name="Brennhaus Keramik",
    trade="Stoneware",
    tagline="Stoneware for every day, thrown in Leipzig",
    story=(
        "Jule Hartwig and Anton Seidel share two wheels and one gas kiln in a former brush factory in Plagwitz. "
        "They mix their own glazes from wood ash and local clay, and fire on Thursdays. "
        "Seconds stay in the studio; whatever leaves it survives a dishwasher and a toddler."
    ),
    country="DE",
    city="Leipzig",
    street="Karl-Heine-Straße 93",
    postal_code="04229",
    contact_name="Jule Hartwig",
    email="jule@brennhaus.example",
    palette=Palette("#efe6d8", "#cdb899", "#3d332b", "#b4552f", "#e3cfb4"),
    shipping_minor=590,
    free_shipping_from_minor=9000,
    handling_days=2,
    products=(
        CastProduct(
            title="Plagwitz mug",
            description=(
                "Our first mug, still the one we drink from: 320 ml, a handle for three fingers and a foot left "
                "unglazed so you can see the clay. Satin oat glaze that darkens a little where it is thin. "
                "Dishwasher and microwave safe."
            ),
            category="mugs-cups",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, ash glaze",
                "dimensions": "9.5 cm high, 8.5 cm across",
                "capacity": "320 ml",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 410,
            },
            variants=(
                _shelf.variant("MUG-OAT", 2800, 34, color="Oat"),
                _shelf.variant("MUG-SLATE", 2800, 21, color="Slate"),
                _shelf.variant("MUG-MOSS", 2800, 3, color="Moss"),
                _shelf.variant("MUG-RUST", 2800, 0, color="Rust"),
            ),
            picture={"kind": "mug", "tone": _OAT, "dip": _CLAY, "tones": [_SLATE, _MOSS], "speckle": True},
        ),
        CastProduct(
            title="Espresso cup, unhandled",
            description=(
                "A 90 ml cup without a handle, thick enough to hold while the coffee is still too hot. "
                "White tin glaze inside, bare iron-rich clay outside. Stacks four high."
            ),
            category="mugs-cups",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, tin glaze",
                "dimensions": "6 cm high, 6.5 cm across",
                "capacity": "90 ml",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 190,
            },
            variants=(_shelf.variant("ESP-IRON", 1600, 48, gtin=SHARED_GTINS["espresso-cup"]),),
            picture={"kind": "cup", "tone": "#8a5138", "inside": "#f2ece0", "count": 3},
        ),
        CastProduct(
            title="Breakfast bowl",
            description=(
                "Wide enough for muesli and half an apple, deep enough for soup at night. Speckled glaze over "
                "grogged clay; the rim is wiped by hand, so its brown line is never quite the same twice."
            ),
            category="bowls-plates",
            brand=_BRAND,
            attributes={
                "material": "Grogged stoneware",
                "dimensions": "16 cm across, 7 cm high",
                "capacity": "700 ml",
                "care": "Dishwasher and microwave safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 560,
            },
            variants=(
                _shelf.variant("BOWL-OAT", 3200, 26, color="Oat"),
                _shelf.variant("BOWL-SLATE", 3200, 17, color="Slate"),
            ),
            picture={"kind": "bowl", "tone": _OAT, "dip": _CLAY, "speckle": True, "tones": [_SLATE]},
        ),
        CastProduct(
            title="Dinner plate with raised rim",
            description=(
                "A flat plate with a 2 cm rim that keeps the sauce where it belongs. Thrown and then turned on the "
                "foot, so it sits level and stacks without wobbling. 27 cm fits standard dishwashers."
            ),
            category="bowls-plates",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, ash glaze",
                "dimensions": "27 cm across, 2.5 cm high",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 890,
            },
            variants=(
                _shelf.variant("PLATE-27", 3900, 40, size="27 cm"),
                _shelf.variant("PLATE-21", 2900, 36, size="21 cm"),
            ),
            picture={"kind": "plate", "tone": "#e4dac6", "rim": _CLAY, "count": 3},
        ),
        CastProduct(
            title="Serving bowl, iron red",
            description=(
                "For salad, pasta or the whole of Sunday's potatoes. Iron red glaze that breaks to black on the "
                "edges; holds 2.4 litres. Warm it before serving and it stays warm for the meal."
            ),
            category="bowls-plates",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, iron glaze",
                "dimensions": "28 cm across, 11 cm high",
                "capacity": "2.4 l",
                "care": "Wash by hand",
                "origin": "Leipzig, Germany",
                "weight_grams": 1620,
            },
            variants=(_shelf.variant("SERVE-RED", 6800, 7, was=7900),),
            picture={"kind": "bowl", "tone": "#9c3d24", "inside": "#c0603b", "wide": 1.22},
        ),
        CastProduct(
            title="Bottle vase",
            description=(
                "A narrow neck for one branch or three tulips. Matt slate glaze outside, glazed inside as well, so "
                "it holds water without sweating onto the sideboard."
            ),
            category="vases-planters",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, matt glaze",
                "dimensions": "24 cm high, 12 cm across",
                "care": "Rinse with warm water and a bottle brush",
                "origin": "Leipzig, Germany",
                "weight_grams": 980,
            },
            variants=(
                _shelf.variant("VASE-SLATE", 5400, 11, color="Slate"),
                _shelf.variant("VASE-OAT", 5400, 9, color="Oat"),
            ),
            picture={"kind": "vase", "tone": _SLATE, "shape": "bottle", "stem": "branch", "tones": [_OAT]},
        ),
        CastProduct(
            title="Moon vase, white",
            description=(
                "Two bowls joined at the middle, the way moon jars have been made for centuries; the seam stays "
                "faintly visible. Crackle glaze that goes on ticking for a day after the kiln is opened."
            ),
            category="vases-planters",
            brand=_BRAND,
            attributes={
                "material": "White stoneware, crackle glaze",
                "dimensions": "22 cm high, 22 cm across",
                "care": "Wipe with a damp cloth",
                "origin": "Leipzig, Germany",
                "weight_grams": 1850,
            },
            variants=(_shelf.variant("MOON-WHITE", 14800, 2),),
            picture={"kind": "vase", "tone": "#ece5d8", "shape": "round"},
        ),
        CastProduct(
            title="Herb planter with saucer",
            description=(
                "Unglazed outside so the roots can breathe, with a hole and a saucer that catches what you overpour. "
                "Sized for a supermarket basil that deserves better."
            ),
            category="vases-planters",
            brand=_BRAND,
            attributes={
                "material": "Red stoneware, unglazed",
                "dimensions": "14 cm across, 13 cm high",
                "care": "Frost-proof to -10 °C",
                "origin": "Leipzig, Germany",
                "weight_grams": 1140,
            },
            variants=(
                _shelf.variant("HERB-14", 3400, 22, size="14 cm"),
                _shelf.variant("HERB-18", 4600, 13, size="18 cm"),
            ),
            picture={"kind": "planter", "tone": "#b86d47", "leaf": "herb"},
        ),
        CastProduct(
            title="Water pitcher, one litre",
            description=(
                "A pitcher that pours in one clean line: the lip is pulled thin and sharp while the clay is wet. "
                "Moss glaze, one litre to the inner ring."
            ),
            category="pitchers-teapots",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, moss glaze",
                "dimensions": "21 cm high, 12 cm across",
                "capacity": "1 l",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 1050,
            },
            variants=(_shelf.variant("PITCH-MOSS", 6200, 14),),
            picture={"kind": "pitcher", "tone": _MOSS, "dip": _CLAY},
        ),
        CastProduct(
            title="Teapot with bamboo handle",
            description=(
                "650 ml, with a strainer of 61 holes drilled behind the spout. The overhead handle is bamboo and can "
                "be replaced. The lid has a small stop, so it stays on to the last cup."
            ),
            category="pitchers-teapots",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, bamboo",
                "dimensions": "19 cm wide, 18 cm high with handle",
                "capacity": "650 ml",
                "care": "Wash by hand",
                "origin": "Leipzig, Germany",
                "weight_grams": 870,
            },
            variants=(_shelf.variant("TEAPOT-RUST", 9800, 5),),
            picture={"kind": "teapot", "tone": _RUST},
        ),
        CastProduct(
            title="Salt cellar with beech lid",
            description=(
                "Stands by the stove and opens with one hand. Glazed inside, waxed clay outside; the beech lid is "
                "turned by our neighbour across the yard."
            ),
            category="storage-jars",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, beech",
                "dimensions": "10 cm across, 9 cm high",
                "capacity": "350 g of coarse salt",
                "care": "Wipe; do not soak the lid",
                "origin": "Leipzig, Germany",
                "weight_grams": 520,
            },
            variants=(_shelf.variant("SALT", 3600, 19),),
            picture={"kind": "jar", "tone": "#d8ccb6", "lid": "#c99a63", "ceramic": True, "low": True},
        ),
        CastProduct(
            title="Flour jar, large",
            description=(
                "Holds two kilos of flour and keeps the moths out: an oak lid with a silicone ring seals it. "
                "Wide enough for a measuring cup and a hand."
            ),
            category="storage-jars",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, oak, silicone",
                "dimensions": "17 cm across, 22 cm high",
                "capacity": "3 l",
                "care": "Jar dishwasher safe, lid by hand",
                "origin": "Leipzig, Germany",
                "weight_grams": 2100,
            },
            variants=(
                _shelf.variant("FLOUR-OAT", 7900, 8, color="Oat"),
                _shelf.variant("FLOUR-SLATE", 7900, 6, color="Slate"),
            ),
            picture={"kind": "jar", "tone": _SLATE, "lid": "#b98a56", "ceramic": True},
        ),
        CastProduct(
            title="Candle holder, stepped",
            description=(
                "Three steps and a cup that takes a standard 22 mm dinner candle. Wax lifts off the glaze when it is "
                "cold. Heavy for its size; it will not tip."
            ),
            category="candles",
            brand=_BRAND,
            attributes={
                "material": "Stoneware",
                "dimensions": "8 cm high, 11 cm across",
                "care": "Chill, then lift the wax off",
                "origin": "Leipzig, Germany",
                "weight_grams": 430,
            },
            variants=(_shelf.variant("STEP-CLAY", 2600, 31),),
            picture={"kind": "candlestick", "tone": _CLAY, "wax": "#efe3cb"},
        ),
        CastProduct(
            title="Egg cup pair",
            description=(
                "Two cups on one shelf of the kiln, so the glaze matches. Narrow waist, broad foot, and room on the "
                "saucer for salt and the top you cut off."
            ),
            category="mugs-cups",
            brand=_BRAND,
            attributes={
                "material": "Stoneware, ash glaze",
                "dimensions": "6.5 cm high, 10 cm saucer",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 310,
            },
            variants=(_shelf.variant("EGG-2", 2400, 16),),
            picture={"kind": "eggcup", "tone": "#cfd2c2"},
        ),
        CastProduct(
            title=(
                "Ramen set for two: deep bowls with notched rims, spoons and rests, in oat and slate, "
                "boxed with a card on how the glaze was made"
            ),
            description=(
                "Two bowls of 1.1 litres, each with a notch for chopsticks, two flat-bottomed spoons and two rests. "
                "One bowl oat, one slate, fired together. Packed in a box of recycled board with wood wool."
            ),
            category="bowls-plates",
            brand=_BRAND,
            attributes={
                "material": "Stoneware",
                "dimensions": "Bowls 18 cm across, 9 cm high",
                "capacity": "1.1 l each",
                "care": "Dishwasher safe",
                "origin": "Leipzig, Germany",
                "weight_grams": 2380,
            },
            variants=(_shelf.variant("RAMEN-2", 11200, 4, was=12800),),
            picture={"kind": "bowl", "tone": _SLATE, "inside": "#d9cbb2", "pair": _OAT, "speckle": True},
        ),
    ),
)
