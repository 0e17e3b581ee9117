"""Meltemi, Chania: soap, oils and brushes."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("ME", 2008)
_BRAND = "Meltemi"
_SEA, _FOAM, _SAGE, _AMBER, _ROSE = "#2f7f93", "#e9efe9", "#a8b48f", "#a8641f", "#d9a08f"

VENDOR = CastVendor(
    slug="meltemi",
    name="Meltemi",
    trade="Bath and body",
    tagline="Oil, salt, wind",
    story=(
        "Danai Vlachou boils soap in her uncle's old raki copper in the harbour of Chania, with oil that is too "
        "young for the kitchen and perfect for the skin. The bars dry for two months on racks in the north wind that "
        "gave the shop its name. Sponges come from the last two divers on Kalymnos who still sell by the piece."
    ),
    country="GR",
    city="Chania",
    street="Odos Theotokopoulou 48",
    postal_code="731 31",
    contact_name="Danai Vlachou",
    email="danai@meltemi.example",
    palette=Palette("#e4eeee", "#c3d3cf", "#1e3a42", "#2f7f93", "#f0e2cf"),
    shipping_minor=650,
    free_shipping_from_minor=6500,
    handling_days=2,
    products=(
        CastProduct(
            title="Olive oil soap, plain",
            description=(
                "Three ingredients and two months of drying. No scent at all, which is the point: it is the bar for "
                "skin that objects to everything. 150 g, lasts a household about five weeks."
            ),
            category="soap",
            brand=_BRAND,
            attributes={
                "material": "Saponified olive oil, sea salt",
                "dimensions": "7 x 7 x 3.5 cm",
                "care": "Keep on a draining dish",
                "origin": "Chania, Greece",
                "weight_grams": 155,
            },
            variants=(_shelf.variant("SOAP-PLAIN", 650, 110, gtin=SHARED_GTINS["olive-soap-bar"]),),
            picture={"kind": "soap", "tone": "#b9b77a", "count": 2},
        ),
        CastProduct(
            title="Sage and sea salt soap",
            description=(
                "Wild sage steeped in the oil for six weeks, salt stirred in at the end for a fine scrub. Smells "
                "like a hillside at noon. Wrapped in a paper band."
            ),
            category="soap",
            brand=_BRAND,
            attributes={
                "material": "Olive oil, sage, sea salt",
                "dimensions": "7 x 7 x 3.5 cm",
                "origin": "Chania, Greece",
                "weight_grams": 150,
            },
            variants=(_shelf.variant("SOAP-SAGE", 790, 62),),
            picture={"kind": "soap", "tone": _SAGE, "band": "#f3efe3", "count": 3},
        ),
        CastProduct(
            title="Rose clay soap",
            description=(
                "Pink clay from Milos and a little damask rose. Soft lather, slightly drying, so better for the face "
                "in summer than in January."
            ),
            category="soap",
            brand=_BRAND,
            attributes={
                "material": "Olive oil, pink clay, rose",
                "dimensions": "7 x 7 x 3.5 cm",
                "origin": "Chania, Greece",
                "weight_grams": 150,
            },
            variants=(_shelf.variant("SOAP-ROSE", 850, 47, was=950),),
            picture={"kind": "soap", "tone": _ROSE, "band": "#fff6ee"},
        ),
        CastProduct(
            title="Soap dish, olive wood",
            description=(
                "Turned from prunings that would have gone to the stove. Slats let the water through, feet keep it "
                "off the basin. Oil it when it looks thirsty."
            ),
            category="soap",
            brand=_BRAND,
            attributes={
                "material": "Olive wood",
                "dimensions": "12 x 8 x 2.5 cm",
                "care": "Oil now and then",
                "origin": "Chania, Greece",
                "weight_grams": 110,
            },
            variants=(_shelf.variant("DISH", 1400, 26),),
            picture={"kind": "soapdish", "tone": "#a5723f", "soap": "#dfe3c6"},
        ),
        CastProduct(
            title="Hand wash, bay and lemon",
            description=(
                "Liquid soap from the same copper, thinned with bay-leaf water. Amber glass with a pump that can be "
                "taken apart; the refill pouch holds three bottles' worth."
            ),
            category="soap",
            brand=_BRAND,
            attributes={
                "material": "Olive oil soap, bay water, lemon oil",
                "dimensions": "300 ml",
                "origin": "Chania, Greece",
                "weight_grams": 560,
            },
            variants=(
                _shelf.variant("WASH-300", 1600, 40, size="300 ml bottle"),
                _shelf.variant("WASH-REFILL", 2900, 18, size="900 ml refill"),
            ),
            picture={
                "kind": "bottle",
                "shape": "pump",
                "tone": "#8a4a18",
                "cap": "#24211c",
                "label": "#f4ecd9",
            },
        ),
        CastProduct(
            title="Face oil, prickly pear",
            description=(
                "Cold-pressed prickly pear seed and jojoba; three drops on damp skin. It takes thirty kilos of fruit "
                "to make one bottle, hence the price and the size."
            ),
            category="skin-care",
            brand=_BRAND,
            attributes={
                "material": "Prickly pear seed oil, jojoba",
                "dimensions": "30 ml",
                "storage": "Use within 6 months",
                "origin": "Crete, Greece",
                "weight_grams": 120,
            },
            variants=(_shelf.variant("FACE-30", 3400, 22),),
            picture={
                "kind": "bottle",
                "shape": "dropper",
                "tone": "#7c3f16",
                "cap": "#2a2620",
                "label": "#efe6d4",
            },
        ),
        CastProduct(
            title="Beeswax balm, thyme",
            description=(
                "For knuckles, lips, cuticles and the heels of walkers. Beeswax from thyme hives, olive oil, nothing "
                "with water in it. A 50 ml tin."
            ),
            category="skin-care",
            brand=_BRAND,
            attributes={
                "material": "Beeswax, olive oil, thyme",
                "dimensions": "50 ml tin",
                "origin": "Crete, Greece",
                "weight_grams": 75,
            },
            variants=(_shelf.variant("BALM-50", 1200, 58),),
            picture={"kind": "tin", "tone": "#c9ccc8", "label": _SEA, "flat": True},
        ),
        CastProduct(
            title="Bath salts, wild herbs",
            description=(
                "Coarse sea salt with dried lavender, sage and lemon verbena. One handful, warm water, twenty "
                "minutes, no telephone."
            ),
            category="skin-care",
            brand=_BRAND,
            attributes={
                "material": "Sea salt, lavender, sage, verbena",
                "dimensions": "450 g jar",
                "origin": "Chania, Greece",
                "weight_grams": 720,
            },
            variants=(_shelf.variant("SALTS", 1500, 3),),
            picture={
                "kind": "jar",
                "tone": "#dfe3e6",
                "lid": "#b78a55",
                "label": "#ffffff",
                "content": "salt",
            },
        ),
        CastProduct(
            title="Natural sea sponge",
            description=(
                "Honeycomb sponge cut, not torn, so that it grows again. Softens in water, lasts a year if you wring "
                "it out and let it dry."
            ),
            category="brushes-sponges",
            brand=_BRAND,
            attributes={
                "material": "Hippospongia communis",
                "dimensions": "See size",
                "care": "Rinse, wring, air dry",
                "origin": "Kalymnos, Greece",
                "weight_grams": 40,
            },
            variants=(
                _shelf.variant("SPONGE-S", 1100, 24, size="10 cm"),
                _shelf.variant("SPONGE-M", 1700, 16, size="14 cm"),
                _shelf.variant("SPONGE-L", 2600, 5, size="18 cm"),
            ),
            picture={"kind": "sponge", "tone": "#d9b06a"},
        ),
        CastProduct(
            title="Back brush, long handle",
            description=(
                "Sisal bristles set in pear wood on a handle that reaches between the shoulder blades. The head "
                "comes off for the basin."
            ),
            category="brushes-sponges",
            brand=_BRAND,
            attributes={
                "material": "Pear wood, sisal",
                "dimensions": "42 cm",
                "care": "Hang bristles down",
                "origin": "Chania, Greece",
                "weight_grams": 180,
            },
            variants=(_shelf.variant("BRUSH-BACK", 2400, 13),),
            picture={"kind": "brush", "tone": "#b9814d", "bristle": "#ead9b0", "long": True},
        ),
        CastProduct(
            title="Nail brush",
            description=(
                "Two sides, one firm and one firmer. Sits in the palm; made for gardeners and print makers. Oiled "
                "olive wood that likes soap."
            ),
            category="brushes-sponges",
            brand=_BRAND,
            attributes={
                "material": "Olive wood, tampico fibre",
                "dimensions": "9.5 x 4 cm",
                "origin": "Chania, Greece",
                "weight_grams": 65,
            },
            variants=(_shelf.variant("BRUSH-NAIL", 1300, 31),),
            picture={"kind": "brush", "tone": "#9a6a38", "bristle": "#f0e6cc"},
        ),
        CastProduct(
            title="Harbour candle, fig leaf",
            description=(
                "Olive wax and beeswax in a cup thrown by a potter two doors down; when it has burnt out you have a "
                "cup. About 38 hours, cotton wick."
            ),
            category="candles",
            brand=_BRAND,
            attributes={
                "material": "Olive wax, beeswax, clay",
                "dimensions": "8 cm across, 9 cm high",
                "care": "Trim the wick to 5 mm",
                "origin": "Chania, Greece",
                "weight_grams": 480,
            },
            variants=(
                _shelf.variant("CANDLE-FIG", 2600, 28, scent="Fig leaf"),
                _shelf.variant("CANDLE-SALT", 2600, 17, scent="Sea salt"),
            ),
            picture={"kind": "candle", "tone": "#8fb3b5", "wax": "#f6eedb", "vessel": "ceramic"},
        ),
        CastProduct(
            title="Waffle bath towel, sand",
            description=(
                "The towel we would weave if we had a loom. Linho & Mar in Guimarães have seven. Combed cotton, "
                "dries before the next swim. 75 x 140 cm."
            ),
            category="towels-robes",
            brand="Linho & Mar",
            attributes={
                "material": "100 % combed cotton",
                "dimensions": "75 x 140 cm",
                "care": "60 °C, tumble dry low",
                "origin": "Guimarães, Portugal",
                "weight_grams": 420,
            },
            variants=(_shelf.variant("TOWEL-SAND", 2750, 10, gtin=SHARED_GTINS["waffle-bath-towel"], color="Sand"),),
            picture={"kind": "towels", "tone": "#dccbb0", "tones": ["#9aa58a", "#b9c6cb"], "weave": "waffle"},
        ),
        CastProduct(
            title="Early harvest Picual oil, 500 ml",
            description=(
                "We are Cretan and still we sell this Spanish oil, because the Soto sisters are right about October. "
                "Green, peppery, milled the day it was picked."
            ),
            category="oils-vinegars",
            brand="Olivar del Soto",
            attributes={
                "material": "Extra virgin olive oil, Picual",
                "dimensions": "500 ml",
                "acidity": "0.14 %",
                "origin": "Sierra Mágina, Spain",
                "weight_grams": 1010,
            },
            variants=(_shelf.variant("OIL-SOTO", 1980, 18, gtin=SHARED_GTINS["early-harvest-oil-500"]),),
            picture={
                "kind": "bottle",
                "shape": "oil",
                "tone": "#3f4a22",
                "cap": "#1f2016",
                "label": "#f3e9cf",
            },
        ),
        CastProduct(
            title="Bath basket, sea grass",
            description=(
                "Woven on the boat between two fishing seasons. Holds a towel, a brush and three bars, or a week of "
                "post. Two handles wrapped in cotton cord."
            ),
            category="baskets",
            brand=_BRAND,
            attributes={
                "material": "Sea grass, cotton cord",
                "dimensions": "30 x 20 x 18 cm",
                "origin": "Chania, Greece",
                "weight_grams": 540,
            },
            variants=(_shelf.variant("BASKET-30", 3900, 9),),
            picture={"kind": "basket", "tone": "#bda26a", "cloth": _FOAM},
        ),
    ),
)
