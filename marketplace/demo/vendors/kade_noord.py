"""Kade Noord, Utrecht: bicycle bags and what a rider carries."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("KN", 2005)
_BRAND = "Kade Noord"
_OCHRE, _PETROL, _INK, _SIGNAL, _STONE = "#c98b2b", "#2f5f66", "#2b3036", "#e2552d", "#b9b4a6"

VENDOR = CastVendor(
    slug="kade-noord",
    name="Kade Noord",
    trade="Cycling and carry",
    tagline="Made to be rained on",
    story=(
        "Bram Verhoef rode as a courier for nine years and mended everybody's bags, until mending turned into "
        "making. Kade Noord sews by the canal in Utrecht from waxed canvas and old sailcloth. "
        "Every bag has a number; send it back and they will repair it, whoever owns it now."
    ),
    country="NL",
    city="Utrecht",
    street="Kanaalweg 58",
    postal_code="3533 HH",
    contact_name="Bram Verhoef",
    email="bram@kadenoord.example",
    palette=Palette("#e6e4de", "#bdbdb4", "#22292c", "#c98b2b", "#d7cdb8"),
    shipping_minor=495,
    free_shipping_from_minor=8000,
    handling_days=1,
    products=(
        CastProduct(
            title="Handlebar bag, waxed canvas",
            description=(
                "Five litres within reach: roll closure, map pocket, two leather straps that fit any bar from 22 to "
                "32 mm. Rewax the top once a year and it stays dry inside."
            ),
            category="bike-bags",
            brand=_BRAND,
            attributes={
                "material": "Waxed cotton, bridle leather",
                "dimensions": "26 x 16 x 13 cm",
                "capacity": "5 l",
                "care": "Brush off, rewax yearly",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 480,
            },
            variants=(
                _shelf.variant("BAR-OCHRE", 8900, 18, color="Ochre"),
                _shelf.variant("BAR-PETROL", 8900, 13, color="Petrol"),
            ),
            picture={"kind": "barbag", "tone": _OCHRE, "strap": "#6b4126", "tones": [_PETROL]},
        ),
        CastProduct(
            title="Single pannier, sailcloth",
            description=(
                "Twenty litres cut from sails that have crossed the North Sea at least once. Hooks lock onto racks "
                "of 8 to 12 mm; a shoulder strap hides in the back pocket."
            ),
            category="bike-bags",
            brand=_BRAND,
            attributes={
                "material": "Reclaimed sailcloth, aluminium hooks",
                "dimensions": "32 x 40 x 16 cm",
                "capacity": "20 l",
                "care": "Hose down",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 960,
            },
            variants=(
                _shelf.variant("PAN-WHITE", 11900, 9, color="Sail white"),
                _shelf.variant("PAN-INK", 11900, 12, color="Ink"),
            ),
            picture={"kind": "pannier", "tone": "#dcd8cc", "strap": _SIGNAL, "tones": [_INK]},
        ),
        CastProduct(
            title="Saddle bag, leather straps",
            description=(
                "Holds a tube, two levers, a multitool and a bar of chocolate. Sits tight on the rails, so nothing "
                "rattles on cobbles."
            ),
            category="bike-bags",
            brand=_BRAND,
            attributes={
                "material": "Waxed cotton, leather",
                "dimensions": "17 x 9 x 8 cm",
                "capacity": "0.9 l",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 190,
            },
            variants=(_shelf.variant("SADDLE", 4400, 25),),
            picture={"kind": "barbag", "tone": _PETROL, "strap": "#7a4b2b", "small": True},
        ),
        CastProduct(
            title="Courier backpack, roll-top",
            description=(
                "Eighteen litres that stretch to twenty-six. A sleeve for a 16-inch laptop hangs above the base, so "
                "it survives being dropped. Reflective thread in the seams, invisible by day."
            ),
            category="backpacks-totes",
            brand=_BRAND,
            attributes={
                "material": "Waxed canvas, recycled nylon",
                "dimensions": "30 x 46 x 15 cm",
                "capacity": "18-26 l",
                "care": "Sponge clean",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 1180,
            },
            variants=(
                _shelf.variant("PACK-PETROL", 15900, 11, color="Petrol"),
                _shelf.variant("PACK-OCHRE", 15900, 7, was=17900, color="Ochre"),
                _shelf.variant("PACK-INK", 15900, 16, color="Ink"),
            ),
            picture={"kind": "backpack", "tone": _PETROL, "strap": "#2a2f33", "tones": [_OCHRE]},
        ),
        CastProduct(
            title="Musette, cotton",
            description=(
                "A flat bag on a long strap, the kind handed to riders at speed. Weighs as much as an egg and holds "
                "lunch, a jersey and the newspaper."
            ),
            category="shoulder-bags",
            brand=_BRAND,
            attributes={
                "material": "Organic cotton",
                "dimensions": "36 x 30 cm",
                "care": "40 °C",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 110,
            },
            variants=(_shelf.variant("MUSETTE", 1900, 60),),
            picture={"kind": "tote", "tone": "#e8e2d2", "trim": _SIGNAL, "strap": "long", "band": _PETROL},
        ),
        CastProduct(
            title="Brass bell",
            description=(
                "A turned brass dome that rings for four seconds, politely. Clamps to bars of 22.2 to 31.8 mm with "
                "the strap supplied. It will go brown; polish it or let it."
            ),
            category="lights-bells",
            brand=_BRAND,
            attributes={
                "material": "Brass, steel, leather",
                "dimensions": "4.2 cm across",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 95,
            },
            variants=(_shelf.variant("BELL", 2600, 44),),
            picture={"kind": "bell", "tone": "#c9a14a"},
        ),
        CastProduct(
            title="Front light, 60 lux",
            description=(
                "A beam with a flat top that lights the path and not the eyes of whoever comes the other way. "
                "Charges over USB-C, runs five hours at full, thirty at low."
            ),
            category="lights-bells",
            brand=_BRAND,
            attributes={
                "material": "Aluminium, glass lens",
                "dimensions": "3.4 x 3.4 x 6 cm",
                "battery": "2600 mAh",
                "origin": "Eindhoven, Netherlands",
                "weight_grams": 140,
            },
            variants=(_shelf.variant("LIGHT-F60", 5900, 20),),
            picture={"kind": "bikelight", "tone": "#3a4046", "lens": "#fff3cf"},
        ),
        CastProduct(
            title="Rear light, clip-on",
            description=(
                "Clips to a bag, a belt or a seat post. Brightens when you brake, thanks to a sensor smaller than a "
                "lentil. Fifty hours on one charge."
            ),
            category="lights-bells",
            brand=_BRAND,
            attributes={
                "material": "Recycled polycarbonate",
                "dimensions": "4 x 6 x 2.5 cm",
                "battery": "600 mAh",
                "origin": "Eindhoven, Netherlands",
                "weight_grams": 48,
            },
            variants=(_shelf.variant("LIGHT-R", 3400, 4),),
            picture={"kind": "bikelight", "tone": "#2c2f33", "lens": "#e23a2e", "small": True},
        ),
        CastProduct(
            title="City helmet, eight vents",
            description=(
                "A low, round helmet with a felt-lined brim and a dial at the back. Meets EN 1078. Folds flat? No. "
                "Lasts? Five years, or one real fall."
            ),
            category="helmets-locks",
            brand=_BRAND,
            attributes={
                "material": "EPS, polycarbonate, wool felt",
                "dimensions": "54-58 or 58-62 cm",
                "care": "Wipe; padding at 30 °C",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 340,
            },
            variants=(
                _shelf.variant("HELM-M", 9500, 10, size="M (54-58 cm)"),
                _shelf.variant("HELM-L", 9500, 8, size="L (58-62 cm)"),
            ),
            picture={"kind": "helmet", "tone": "#d9d2c3", "strap": "#3a3a38"},
        ),
        CastProduct(
            title="Chain lock in canvas sleeve",
            description=(
                "Ninety centimetres of 8 mm hardened chain in a sleeve that does not scratch paint. Three keys; the "
                "fourth is registered with us. Heavy, as a lock should be."
            ),
            category="helmets-locks",
            brand=_BRAND,
            attributes={
                "material": "Hardened steel, canvas",
                "dimensions": "90 cm, 8 mm links",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 1750,
            },
            variants=(_shelf.variant("CHAIN-90", 6900, 15),),
            picture={"kind": "lock", "tone": _INK, "accent": _OCHRE},
        ),
        CastProduct(
            title="Steel bottle, cork base",
            description=(
                "Single-wall steel, 750 ml, fits a standard cage. The cork ring stops it rattling and sweating on "
                "the desk. No paint inside, so it tastes of nothing."
            ),
            category="other",
            brand=_BRAND,
            attributes={
                "material": "Stainless steel, cork",
                "dimensions": "7.3 cm across, 24 cm high",
                "capacity": "750 ml",
                "care": "Dishwasher safe without the cork",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 230,
            },
            variants=(
                _shelf.variant("BTL-STEEL", 2900, 33, color="Steel"),
                _shelf.variant("BTL-OCHRE", 2900, 21, color="Ochre"),
            ),
            picture={"kind": "bottle", "shape": "flask", "tone": "#aeb4b6", "cap": _INK, "base": "#c69a63"},
        ),
        CastProduct(
            title="Rain cape, packable",
            description=(
                "Covers you and half the handlebar; thumb loops hold it down in a headwind. Hood with a see-through "
                "window on each side. Packs into its own pocket."
            ),
            category="shirts-jackets",
            brand=_BRAND,
            attributes={
                "material": "Recycled polyester, taped seams",
                "dimensions": "One size, 105 cm long",
                "care": "30 °C, no softener",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 390,
            },
            variants=(
                _shelf.variant("CAPE-OCHRE", 8500, 14, color="Ochre"),
                _shelf.variant("CAPE-PETROL", 8500, 0, color="Petrol"),
            ),
            picture={"kind": "jacket", "tone": _OCHRE, "trim": "#9c681b"},
        ),
        CastProduct(
            title="Wool cycling cap",
            description=(
                "Three panels of Shetland tweed, a short peak and an ear flap that folds down in January. Fits under "
                "the helmet."
            ),
            category="hats-scarves",
            brand=_BRAND,
            attributes={
                "material": "Wool tweed, cotton lining",
                "dimensions": "56-60 cm",
                "care": "Wash by hand, cold",
                "origin": "Utrecht, Netherlands",
                "weight_grams": 85,
            },
            variants=(_shelf.variant("CAP", 4200, 19),),
            picture={"kind": "cap", "tone": "#7a6a55", "trim": _SIGNAL},
        ),
        CastProduct(
            title="Dotted notebook A5, night blue",
            description=(
                "The notebook we log repairs in, bound in Nantes. Lies flat on a workbench, takes pencil, oil and "
                "ink. 176 numbered pages and two ribbons."
            ),
            category="notebooks",
            brand="Atelier Marelle",
            attributes={
                "material": "Uncoated paper, book cloth",
                "dimensions": "14.8 x 21 cm",
                "pages": 176,
                "origin": "Nantes, France",
                "weight_grams": 340,
            },
            variants=(
                _shelf.variant("NB-BLUE", 2050, 12, gtin=SHARED_GTINS["dotted-notebook-a5"], color="Night blue"),
            ),
            picture={"kind": "notebook", "tone": "#2f4d7a", "spine": "#d8694f", "ribbon": "#d9a441"},
        ),
        CastProduct(
            title="Pocket speaker, graphite",
            description=(
                "Sygnał's small speaker, which we strap to handlebars on slow Sundays. Splash-proof, twelve hours, "
                "louder than it looks. Comes with our leather loop."
            ),
            category="speakers-radios",
            brand="Sygnał Works",
            attributes={
                "material": "Aluminium, wool mesh",
                "dimensions": "9 x 9 x 4 cm",
                "battery": "12 hours",
                "origin": "Wrocław, Poland",
                "weight_grams": 310,
            },
            variants=(_shelf.variant("SPK-GRAPH", 6790, 9, gtin=SHARED_GTINS["pocket-speaker"], color="Graphite"),),
            picture={"kind": "speaker", "shape": "pocket", "tone": "#474c52", "trim": "#c98b2b"},
        ),
        CastProduct(
            title="On-ear headphones, oat",
            description=(
                "For the train home after the ride: light, foldable, with a cable you can replace. From Wrocław, "
                "where they also sell every spare part down to the screws."
            ),
            category="headphones",
            brand="Sygnał Works",
            attributes={
                "material": "Recycled aluminium, leather, foam",
                "dimensions": "17 x 18 x 7 cm",
                "battery": "32 hours",
                "origin": "Wrocław, Poland",
                "weight_grams": 420,
            },
            variants=(_shelf.variant("HP-OAT", 13400, 6, gtin=SHARED_GTINS["on-ear-headphones"], color="Oat"),),
            picture={"kind": "headphones", "tone": "#d9cdb7", "pads": "#7b5a3f"},
        ),
    ),
)
