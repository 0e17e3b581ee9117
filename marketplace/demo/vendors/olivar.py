"""Olivar del Soto, Jaén: oil, preserves and what goes with bread."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("OS", 2003)
_BRAND = "Olivar del Soto"
_OLIVE, _GOLD, _WINE, _CREAM, _TERRA = "#5d6b2f", "#d2a43a", "#6b2233", "#f3e9cf", "#b9592f"

VENDOR = CastVendor(
    slug="olivar",
    name="Olivar del Soto",
    trade="Pantry",
    tagline="From four hundred trees and the neighbours' goats",
    story=(
        "The Soto sisters took over their grandfather's grove in the hills east of Jaén and started to bottle what "
        "he had always sold by the barrel. Picual olives are milled within six hours. "
        "The cheese, honey and almonds come from people they can see from the terrace."
    ),
    country="ES",
    city="Jaén",
    street="Camino de la Fuente 6",
    postal_code="23009",
    contact_name="Remedios Soto",
    email="reme@olivardelsoto.example",
    palette=Palette("#f1ead2", "#d3c08d", "#34381c", "#7a8a2e", "#e6d39a"),
    shipping_minor=690,
    free_shipping_from_minor=7500,
    handling_days=1,
    commission_basis_points=900,
    products=(
        CastProduct(
            title="Early harvest olive oil, 500 ml",
            description=(
                "Picual picked green in the last week of October, cold-milled the same day. Tomato leaf, green "
                "almond and a pepper that arrives late. Dark glass; best before two years from milling."
            ),
            category="oils-vinegars",
            brand=_BRAND,
            attributes={
                "material": "Extra virgin olive oil, Picual",
                "dimensions": "500 ml",
                "acidity": "0.14 %",
                "origin": "Sierra Mágina, Spain",
                "weight_grams": 1010,
            },
            variants=(_shelf.variant("OIL-EH-500", 1890, 96, gtin=SHARED_GTINS["early-harvest-oil-500"]),),
            picture={"kind": "bottle", "shape": "oil", "tone": "#3f4a22", "cap": "#1f2016", "label": _CREAM},
        ),
        CastProduct(
            title="Everyday olive oil, can",
            description=(
                "The November oil, rounder and made for the pan as much as the plate. The can keeps light out and "
                "goes into metal recycling when empty."
            ),
            category="oils-vinegars",
            brand=_BRAND,
            attributes={
                "material": "Extra virgin olive oil",
                "dimensions": "1 l or 3 l",
                "origin": "Sierra Mágina, Spain",
                "weight_grams": 1080,
            },
            variants=(
                _shelf.variant("OIL-CAN-1", 1650, 70, size="1 l"),
                _shelf.variant("OIL-CAN-3", 4300, 25, was=4700, size="3 l"),
            ),
            picture={"kind": "can", "tone": _OLIVE, "label": _GOLD},
        ),
        CastProduct(
            title="Sherry vinegar, ten years",
            description=(
                "Aged in a solera of chestnut barrels by a cousin in Jerez. Walnut and dried fig; a teaspoon is "
                "enough for a salad. Cork stopper sealed with wax."
            ),
            category="oils-vinegars",
            brand=_BRAND,
            attributes={
                "material": "Sherry wine vinegar, 7 %",
                "dimensions": "375 ml",
                "origin": "Jerez, Spain",
                "weight_grams": 780,
            },
            variants=(_shelf.variant("VIN-10", 1450, 41),),
            picture={
                "kind": "bottle",
                "shape": "tall",
                "tone": "#5b2a18",
                "cap": "#8c2f22",
                "label": "#efe3c8",
            },
        ),
        CastProduct(
            title="Cracked olives with fennel",
            description=(
                "Green manzanilla cracked with a stone and cured for forty days in brine with wild fennel, garlic "
                "and orange peel. 300 g drained. Keep cold once open and eat within two weeks."
            ),
            category="preserves-honey",
            brand=_BRAND,
            attributes={
                "material": "Olives, water, salt, fennel, garlic",
                "dimensions": "520 ml jar",
                "origin": "Jaén, Spain",
                "weight_grams": 840,
            },
            variants=(_shelf.variant("OLIVES", 890, 64),),
            picture={
                "kind": "jar",
                "tone": "#7f8f3c",
                "lid": "#2d301c",
                "label": _CREAM,
                "content": "olives",
            },
        ),
        CastProduct(
            title="Rosemary honey",
            description=(
                "From hives that stand among wild rosemary above the grove. Pale, quick to crystallize; warm the jar "
                "in a bowl of water if you want it runny. Not heated, not filtered fine."
            ),
            category="preserves-honey",
            brand="Colmenas Alcázar",
            attributes={
                "material": "Raw honey",
                "dimensions": "500 g jar",
                "origin": "Sierra Mágina, Spain",
                "weight_grams": 760,
            },
            variants=(
                _shelf.variant("HONEY-500", 1150, 38, size="500 g"),
                _shelf.variant("HONEY-250", 690, 3, size="250 g"),
            ),
            picture={"kind": "jar", "tone": "#e0a52c", "lid": "#c9a45c", "label": _CREAM, "content": "honey"},
        ),
        CastProduct(
            title="Bitter orange marmalade",
            description=(
                "Seville oranges, cut thick by hand, boiled in copper in batches of twelve jars. 60 % fruit. "
                "Good on toast and better under a roast duck."
            ),
            category="preserves-honey",
            brand=_BRAND,
            attributes={
                "material": "Bitter oranges, cane sugar, lemon",
                "dimensions": "320 g jar",
                "origin": "Jaén, Spain",
                "weight_grams": 520,
            },
            variants=(_shelf.variant("MARM", 720, 58),),
            picture={
                "kind": "jar",
                "tone": "#d9701f",
                "lid": "#f0e6cc",
                "label": "#fbf4e2",
                "cloth": "#c8472e",
            },
        ),
        CastProduct(
            title="Goat cheese aged in paprika",
            description=(
                "A one-kilo wheel of raw goat milk rubbed with sweet paprika and aged for four months. Firm, nutty, "
                "a little salty. Sent with an ice pack; cut wedges come vacuum packed."
            ),
            category="cheese-delicatessen",
            brand="Quesería La Umbría",
            attributes={
                "material": "Raw goat milk, rennet, salt, paprika",
                "dimensions": "Wheel 13 cm across",
                "storage": "4-8 °C",
                "origin": "Jaén, Spain",
                "weight_grams": 1200,
            },
            variants=(
                _shelf.variant("CHEESE-W", 2950, 9, size="Wheel, 1 kg"),
                _shelf.variant("CHEESE-H", 1600, 14, size="Half, 500 g"),
                _shelf.variant("CHEESE-Q", 890, 22, size="Wedge, 250 g"),
            ),
            picture={"kind": "cheese", "tone": "#b9512a", "paste": "#f2e2b4"},
        ),
        CastProduct(
            title="Salt flakes from San Fernando",
            description=(
                "Raked by hand from the top of the pan on windless afternoons. Thin flakes that break between two "
                "fingers. In a tin that has held salt and not much else for a hundred years."
            ),
            category="salt-spices-nuts",
            brand=_BRAND,
            attributes={
                "material": "Sea salt",
                "dimensions": "150 g tin",
                "origin": "Bay of Cádiz, Spain",
                "weight_grams": 230,
            },
            variants=(_shelf.variant("SALT-150", 790, 85),),
            picture={"kind": "tin", "tone": "#6f97a3", "label": "#f2efe4", "low": True},
        ),
        CastProduct(
            title="Smoked paprika, sweet",
            description=(
                "Peppers dried for two weeks over oak smoke, then stone-ground three times. Sweet, deep red, no "
                "heat. Store away from light or the color goes before the taste."
            ),
            category="salt-spices-nuts",
            brand=_BRAND,
            attributes={
                "material": "Smoked pepper",
                "dimensions": "75 g tin",
                "origin": "La Vera, Spain",
                "weight_grams": 120,
            },
            variants=(
                _shelf.variant("PAP-SWEET", 540, 77, heat="Sweet"),
                _shelf.variant("PAP-HOT", 540, 33, heat="Hot"),
            ),
            picture={"kind": "tin", "tone": "#b3261e", "label": _GOLD, "tones": ["#7c1d17"]},
        ),
        CastProduct(
            title="Marcona almonds, fried and salted",
            description=(
                "The flat, sweet almond, blanched and fried in our own oil, salted while hot. Sold in a waxed paper "
                "bag that folds shut."
            ),
            category="salt-spices-nuts",
            brand=_BRAND,
            attributes={
                "material": "Almonds, olive oil, salt",
                "dimensions": "200 g bag",
                "allergens": "Nuts",
                "origin": "Jaén, Spain",
                "weight_grams": 220,
            },
            variants=(_shelf.variant("ALM-200", 980, 52),),
            picture={"kind": "bag", "tone": "#d8bf93", "label": _OLIVE},
        ),
        CastProduct(
            title="Dark chocolate with oil and salt",
            description=(
                "72 % cacao ground with olive oil instead of extra butter, which keeps it soft at the break. Flakes "
                "of salt on the back. Three bars to a bundle if you know yourself."
            ),
            category="sweets-chocolate",
            brand=_BRAND,
            attributes={
                "material": "Cacao, cane sugar, olive oil, salt",
                "dimensions": "80 g bar",
                "origin": "Jaén, Spain",
                "weight_grams": 95,
            },
            variants=(
                _shelf.variant("CHOC-1", 590, 90, size="One bar"),
                _shelf.variant("CHOC-3", 1590, 30, was=1770, size="Three bars"),
            ),
            picture={"kind": "chocolate", "tone": "#4a6b4d", "label": _GOLD},
        ),
        CastProduct(
            title="Mountain tea, loose leaf",
            description=(
                "Rabo de gato, cut in July and dried in the shade of the mill. Tastes of lemon and hay, has no "
                "caffeine. About forty cups."
            ),
            category="tea-coffee",
            brand=_BRAND,
            attributes={
                "material": "Dried Sideritis",
                "dimensions": "60 g tin",
                "origin": "Sierra Mágina, Spain",
                "weight_grams": 150,
            },
            variants=(_shelf.variant("TEA-60", 850, 45),),
            picture={"kind": "tin", "tone": "#c9b458", "label": "#3f4a22", "tall": True},
        ),
        CastProduct(
            title="Old-vine red, unfiltered",
            description=(
                "Garnacha from bush vines at 900 metres, fermented in clay and bottled without filtering, so expect "
                "a little sediment. Cherry skin, thyme, a dry finish. 13.5 % vol. Sold to adults only."
            ),
            category="wine",
            brand="Bodega Tres Lindes",
            attributes={
                "material": "Garnacha",
                "dimensions": "750 ml",
                "alcohol": "13.5 % vol",
                "allergens": "Sulfites",
                "origin": "Granada, Spain",
                "weight_grams": 1320,
            },
            variants=(_shelf.variant("WINE-RED", 1690, 48),),
            picture={"kind": "bottle", "shape": "wine", "tone": "#2b2a1f", "cap": _WINE, "label": "#efe6d2"},
        ),
        CastProduct(
            title="Olive oil soap from Chania",
            description=(
                "Meltemi's soap from Chania, made the way our grandmother made hers: oil, water, lye and two months "
                "of patience. We trade it for oil and sell what we do not use. 150 g."
            ),
            category="soap",
            brand="Meltemi",
            attributes={
                "material": "Saponified olive oil, sea salt",
                "dimensions": "7 x 7 x 3.5 cm",
                "care": "Keep on a draining dish",
                "origin": "Chania, Greece",
                "weight_grams": 155,
            },
            variants=(_shelf.variant("SOAP-PLAIN", 690, 20, gtin=SHARED_GTINS["olive-soap-bar"]),),
            picture={"kind": "soap", "tone": "#b9b77a", "count": 2},
        ),
        CastProduct(
            title="The terrace basket",
            description=(
                "What we put on the table when friends come: oil, cracked olives, marmalade, almonds, salt and a "
                "wedge of goat cheese, in an esparto basket woven in Úbeda. The basket outlives the food."
            ),
            category="cheese-delicatessen",
            brand=_BRAND,
            attributes={
                "material": "Assorted food, esparto grass",
                "dimensions": "Basket 34 x 24 x 16 cm",
                "allergens": "Milk, nuts",
                "origin": "Jaén, Spain",
                "weight_grams": 3900,
            },
            variants=(_shelf.variant("BASKET", 6900, 8),),
            picture={"kind": "basket", "tone": "#c9a566", "filled": True},
        ),
    ),
)
