"""Sygnał Works, Wrocław: electronics that can be opened."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("SY", 2009)
_BRAND = "Sygnał Works"
_GRAPHITE, _OAT, _ORANGE, _TEAL, _WALNUT = "#474c52", "#d9cdb7", "#d9662b", "#4d8a88", "#7a4f32"

VENDOR = CastVendor(
    slug="sygnal",
    name="Sygnał Works",
    trade="Electronics",
    tagline="Held together by screws, on purpose",
    story=(
        "Four engineers left a lab in Wrocław to build things that come with a circuit diagram. Every product can be "
        "opened with one screwdriver, every part has a number and a price, and the firmware is public. "
        "They also take old radios apart and sell them better than new."
    ),
    country="PL",
    city="Wrocław",
    street="ulica Legnicka 61",
    postal_code="54-203",
    contact_name="Hubert Zawada",
    email="hubert@sygnal.example",
    palette=Palette("#e5e3e0", "#c2bdb6", "#23262a", "#d9662b", "#cfdad8"),
    shipping_minor=620,
    free_shipping_from_minor=10000,
    handling_days=2,
    hold_days=14,
    commission_basis_points=800,
    products=(
        CastProduct(
            title="On-ear headphones One",
            description=(
                "Forty-millimetre drivers, leather pads that snap off, a band you can bend back. Bluetooth 5.3 or "
                "the cable in the box. Thirty-two hours; the battery is one screw away."
            ),
            category="headphones",
            brand=_BRAND,
            attributes={
                "material": "Recycled aluminium, leather, foam",
                "dimensions": "17 x 18 x 7 cm",
                "battery": "32 hours",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 420,
            },
            variants=(
                _shelf.variant("HP1-OAT", 12900, 26, gtin=SHARED_GTINS["on-ear-headphones"], color="Oat"),
                _shelf.variant("HP1-GRAPH", 12900, 31, color="Graphite"),
                _shelf.variant("HP1-TEAL", 12900, 5, color="Teal"),
            ),
            picture={"kind": "headphones", "tone": _OAT, "pads": "#7b5a3f", "tones": [_TEAL]},
        ),
        CastProduct(
            title="Studio headphones Two, wired",
            description=(
                "Over-ear, closed, flat in response and in look. Coiled cable to 3 metres, 64 ohm, velour pads you "
                "can wash. Made for long edits."
            ),
            category="headphones",
            brand=_BRAND,
            attributes={
                "material": "Aluminium, velour",
                "dimensions": "19 x 20 x 9 cm",
                "impedance": "64 ohm",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 610,
            },
            variants=(_shelf.variant("HP2", 18900, 12),),
            picture={
                "kind": "headphones",
                "tone": _GRAPHITE,
                "pads": "#2b2d30",
                "trim": _ORANGE,
                "big": True,
            },
        ),
        CastProduct(
            title="Earbuds with replaceable cells",
            description=(
                "The case opens, the buds open, and a pair of new cells costs nine euros. Seven hours, three more "
                "charges in the case. Four sizes of tips."
            ),
            category="headphones",
            brand=_BRAND,
            attributes={
                "material": "Recycled polycarbonate, silicone",
                "dimensions": "Case 6.2 x 5 x 2.6 cm",
                "battery": "7 + 21 hours",
                "warranty": "3 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 62,
            },
            variants=(
                _shelf.variant("BUDS-OAT", 8900, 33, color="Oat"),
                _shelf.variant("BUDS-GRAPH", 8900, 29, was=9900, color="Graphite"),
            ),
            picture={"kind": "earbuds", "tone": "#ebe4d6", "inner": _GRAPHITE},
        ),
        CastProduct(
            title="Pocket speaker",
            description=(
                "One driver, two passive radiators and a mesh woven from wool. Splash-proof, twelve hours, pairs "
                "with a second one for stereo. Sounds like a small room, not like a tin."
            ),
            category="speakers-radios",
            brand=_BRAND,
            attributes={
                "material": "Aluminium, wool mesh",
                "dimensions": "9 x 9 x 4 cm",
                "battery": "12 hours",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 310,
            },
            variants=(
                _shelf.variant("SPK-GRAPH", 6900, 44, gtin=SHARED_GTINS["pocket-speaker"], color="Graphite"),
                _shelf.variant("SPK-ORANGE", 6900, 27, color="Orange"),
            ),
            picture={
                "kind": "speaker",
                "shape": "pocket",
                "tone": _GRAPHITE,
                "trim": _ORANGE,
                "tones": [_ORANGE],
            },
        ),
        CastProduct(
            title="Shelf speakers, walnut, pair",
            description=(
                "A two-way active pair with a Class D amplifier in one box and a cable to the other. Bluetooth, "
                "line, phono and optical in. Veneer from one log, matched left and right."
            ),
            category="speakers-radios",
            brand=_BRAND,
            attributes={
                "material": "Walnut veneer, MDF, paper cone",
                "dimensions": "16 x 26 x 20 cm each",
                "power": "2 x 40 W",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 7400,
            },
            variants=(_shelf.variant("SHELF-PAIR", 34900, 6),),
            picture={"kind": "speaker", "shape": "shelf", "tone": _WALNUT, "trim": "#d6c9b2", "count": 2},
        ),
        CastProduct(
            title="Kitchen radio, DAB+",
            description=(
                "Three knobs and no app. DAB+, FM and a line in; remembers the station when the power goes. The "
                "front is oak, the grille is paper cord."
            ),
            category="speakers-radios",
            brand=_BRAND,
            attributes={
                "material": "Oak, paper cord, aluminium",
                "dimensions": "24 x 14 x 11 cm",
                "power": "8 W",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 1900,
            },
            variants=(
                _shelf.variant("RADIO-OAK", 15900, 14, color="Oak"),
                _shelf.variant("RADIO-BLACK", 15900, 3, color="Black ash"),
            ),
            picture={"kind": "radio", "tone": "#c39a66", "grille": "#e9dcc2", "knob": _GRAPHITE},
        ),
        CastProduct(
            title="Restored tube radio, 1962",
            description=(
                "One of nineteen we found in a school cellar: cabinet oiled, capacitors replaced, tubes measured and "
                "paired. Receives FM, and Bluetooth through a small board that leaves no trace if removed."
            ),
            category="speakers-radios",
            brand="Sygnał Works, restored",
            condition="refurbished",
            attributes={
                "material": "Walnut, brass, glass",
                "dimensions": "52 x 34 x 24 cm",
                "power": "45 W",
                "warranty": "2 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 9800,
            },
            variants=(_shelf.variant("TUBE-62", 42000, 1),),
            picture={"kind": "radio", "tone": "#6d3f22", "grille": "#cbb27c", "knob": "#d6c28a", "old": True},
        ),
        CastProduct(
            title="Compact keyboard, hot-swap",
            description=(
                "65 % layout, aluminium case, switches that pull out without solder. PBT caps with legends that "
                "cannot wear off, because they go all the way through."
            ),
            category="keyboards-desk",
            brand=_BRAND,
            attributes={
                "material": "Aluminium, PBT",
                "dimensions": "31 x 11 x 3 cm",
                "layout": "ISO",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 940,
            },
            variants=(
                _shelf.variant("KB65-LIN", 14900, 17, switch="Linear"),
                _shelf.variant("KB65-TAC", 14900, 13, switch="Tactile"),
                _shelf.variant("KB65-SIL", 15900, 0, switch="Silent"),
            ),
            picture={"kind": "keyboard", "tone": _OAT, "keys": "#f3ede1", "accent": _ORANGE},
        ),
        CastProduct(
            title="Vertical mouse",
            description=(
                "Fifty-seven degrees, so the forearm lies as it does when you shake hands. Six buttons, one of them "
                "yours. Runs on an AA cell you already own."
            ),
            category="keyboards-desk",
            brand=_BRAND,
            attributes={
                "material": "Recycled ABS, rubber",
                "dimensions": "11 x 7 x 7 cm",
                "battery": "AA, 14 months",
                "warranty": "3 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 130,
            },
            variants=(
                _shelf.variant("MOUSE-R", 5400, 22, hand="Right"),
                _shelf.variant("MOUSE-L", 5400, 8, hand="Left"),
            ),
            picture={"kind": "mouse", "tone": "#4a4f55", "trim": _ORANGE},
        ),
        CastProduct(
            title="Desk microphone, USB",
            description=(
                "A cardioid capsule on a stand with real weight. Mute is a slider, so you can see it. Works with "
                "anything that has a USB port, since it says it is a sound card and nothing else."
            ),
            category="keyboards-desk",
            brand=_BRAND,
            attributes={
                "material": "Steel, aluminium",
                "dimensions": "11 x 11 x 22 cm",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 780,
            },
            variants=(_shelf.variant("MIC", 9900, 15),),
            picture={"kind": "microphone", "tone": "#53595f", "trim": _ORANGE},
        ),
        CastProduct(
            title="Angle desk lamp, black",
            description=(
                "Norrljus's lamp from Umeå, which stands on every bench in our workshop. Friction joints, touch "
                "dimmer, warm to neutral white. Ships with our longer cable."
            ),
            category="table-lamps",
            brand="Norrljus",
            attributes={
                "material": "Powder-coated steel",
                "dimensions": "Reach 62 cm, base 18 cm",
                "energy": "9 W LED, 2700-4000 K",
                "origin": "Umeå, Sweden",
                "weight_grams": 2600,
            },
            variants=(_shelf.variant("LAMP-ANGLE", 15990, 4, gtin=SHARED_GTINS["angle-desk-lamp"], color="Black"),),
            picture={"kind": "desklamp", "tone": "#34373a"},
        ),
        CastProduct(
            title="Wall charger, 65 W",
            description=(
                "Three ports, gallium nitride, no bigger than a box of matches. The plug is exchangeable for EU, UK "
                "and CH sockets. Runs warm, never hot."
            ),
            category="charging-power",
            brand=_BRAND,
            attributes={
                "material": "Recycled polycarbonate",
                "dimensions": "6.4 x 3.4 x 3 cm",
                "power": "65 W, 2 USB-C, 1 USB-A",
                "warranty": "3 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 120,
            },
            variants=(
                _shelf.variant("CHG-EU", 4400, 60, plug="EU"),
                _shelf.variant("CHG-UK", 4400, 19, plug="UK"),
                _shelf.variant("CHG-CH", 4400, 11, plug="CH"),
            ),
            picture={"kind": "charger", "tone": "#efe9de", "trim": _ORANGE},
        ),
        CastProduct(
            title="Power bank with screws, 10 Ah",
            description=(
                "Two standard 21700 cells in an aluminium shell. When they tire, open four screws and put in new "
                "ones. Charges a phone twice and a laptop for the length of a meeting."
            ),
            category="charging-power",
            brand=_BRAND,
            attributes={
                "material": "Aluminium",
                "dimensions": "11 x 5 x 2.6 cm",
                "capacity": "10 Ah, 36 Wh",
                "warranty": "5 years",
                "origin": "Wrocław, Poland",
                "weight_grams": 260,
            },
            variants=(_shelf.variant("BANK-10", 5900, 28),),
            picture={"kind": "powerbank", "tone": _TEAL, "trim": "#cfd6d4"},
        ),
        CastProduct(
            title="Charging cable, braided, 1.5 m",
            description=(
                "USB-C to USB-C, 100 W, in cotton braid with strain relief as long as a thumb joint. Survived twenty "
                "thousand bends on our test rig; then the rig broke."
            ),
            category="charging-power",
            brand=_BRAND,
            attributes={
                "material": "Copper, cotton, aluminium",
                "dimensions": "1.5 m",
                "power": "100 W",
                "origin": "Wrocław, Poland",
                "weight_grams": 65,
            },
            variants=(
                _shelf.variant("CABLE-ORANGE", 1700, 75, color="Orange"),
                _shelf.variant("CABLE-GRAPH", 1700, 82, color="Graphite"),
            ),
            picture={"kind": "cable", "tone": _ORANGE, "plug": "#c9ccce", "tones": [_GRAPHITE]},
        ),
        CastProduct(
            title="Repair kit, 42 parts",
            description=(
                "The screwdriver that opens everything we make, 32 bits, spudgers, tweezers and a magnetic mat. Also "
                "opens most things we did not make. No photograph yet: the first batch sold before we took one."
            ),
            category="other",
            brand=_BRAND,
            attributes={
                "material": "S2 steel, beech, canvas roll",
                "dimensions": "Roll 28 x 10 cm",
                "warranty": "Lifetime on bits",
                "origin": "Wrocław, Poland",
                "weight_grams": 540,
            },
            variants=(_shelf.variant("KIT-42", 3900, 23),),
            picture=None,
        ),
    ),
)
