"""Waldspiel, Salzburg: wooden toys."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("WS", 2006)
_BRAND = "Waldspiel"
_BEECH, _RED, _BLUE, _YELLOW, _GREEN = "#dfbd8b", "#cf4b3c", "#3f78a8", "#e7b53c", "#6f9b5a"

VENDOR = CastVendor(
    slug="waldspiel",
    name="Waldspiel",
    trade="Wooden toys",
    tagline="Toys from trees we can name",
    story=(
        "Resi and Korbinian Moser turned a cowshed outside Salzburg into a workshop when their twins kept chewing "
        "the paint off things. Every toy is beech, maple or alder from within forty kilometres, finished with "
        "linseed oil or water color that meets EN 71-3. The offcuts heat the shed."
    ),
    country="AT",
    city="Salzburg",
    street="Glanfeldstraße 31",
    postal_code="5020",
    contact_name="Resi Moser",
    email="resi@waldspiel.example",
    palette=Palette("#f4ecdd", "#dcc49a", "#3a2f24", "#cf4b3c", "#cfe0dc"),
    shipping_minor=580,
    free_shipping_from_minor=7000,
    handling_days=2,
    products=(
        CastProduct(
            title="Forest blocks, 50 pieces",
            description=(
                "Seven shapes in three woods, sanded and left plain, so a block can be a bus today and a cake "
                "tomorrow. Cubes measure 4 cm. In a cotton sack with a drawstring."
            ),
            category="building-toys",
            brand=_BRAND,
            attributes={
                "material": "Beech, maple, alder",
                "dimensions": "Cubes of 4 cm",
                "age": "From 1 year",
                "origin": "Salzburg, Austria",
                "weight_grams": 2300,
            },
            variants=(_shelf.variant("BLOCKS-50", 5900, 35, gtin=SHARED_GTINS["forest-blocks-50"]),),
            picture={"kind": "blocks", "tone": "#d8b27c", "tones": ["#b98353", "#e9d3a8"]},
        ),
        CastProduct(
            title="Rainbow arch, six pieces",
            description=(
                "Cut from one piece of lime wood, so the arches nest with the thickness of a saw blade between them. "
                "A bridge, a cave, a cradle, a fence."
            ),
            category="building-toys",
            brand=_BRAND,
            attributes={
                "material": "Lime wood, water color",
                "dimensions": "28 x 14 x 7 cm",
                "age": "From 1 year",
                "origin": "Salzburg, Austria",
                "weight_grams": 940,
            },
            variants=(_shelf.variant("ARCH-6", 4600, 18, was=5200),),
            picture={"kind": "arches", "tones": [_RED, "#e0803c", _YELLOW, _GREEN, _BLUE, "#6a5a9a"]},
        ),
        CastProduct(
            title="Stacking rings on a peg",
            description=(
                "Five rings that fit in any order, because being wrong is half the game. The peg wobbles on purpose "
                "and rights itself."
            ),
            category="baby-toys",
            brand=_BRAND,
            attributes={
                "material": "Beech, water color",
                "dimensions": "12 cm across, 20 cm high",
                "age": "From 10 months",
                "origin": "Salzburg, Austria",
                "weight_grams": 560,
            },
            variants=(
                _shelf.variant("RINGS-COLOR", 3200, 27, color="Colored"),
                _shelf.variant("RINGS-PLAIN", 2900, 14, color="Plain"),
            ),
            picture={"kind": "rings", "tones": [_RED, _YELLOW, _GREEN, _BLUE, "#e0803c"], "tone": _BEECH},
        ),
        CastProduct(
            title="Grasping ring with bells",
            description=(
                "A maple ring with three loose discs and one steel bell shut inside the wood, where no tooth will "
                "find it. Rubbed with linseed oil only."
            ),
            category="baby-toys",
            brand=_BRAND,
            attributes={
                "material": "Maple, steel bell",
                "dimensions": "9 cm across",
                "age": "From birth",
                "origin": "Salzburg, Austria",
                "weight_grams": 90,
            },
            variants=(_shelf.variant("GRASP", 1500, 46),),
            picture={"kind": "rattle", "tone": "#e6cd9f", "tones": [_RED, _BLUE, _YELLOW]},
        ),
        CastProduct(
            title="Pull-along hedgehog",
            description=(
                "Wags as it rolls, since its axles are set a little off centre. Comes when called, if you hold the "
                "string. Cord 55 cm, shorter than a neck is dangerous."
            ),
            category="vehicles-animals",
            brand=_BRAND,
            attributes={
                "material": "Alder, beech, cotton cord",
                "dimensions": "18 x 11 x 8 cm",
                "age": "From 1 year",
                "origin": "Salzburg, Austria",
                "weight_grams": 420,
            },
            variants=(_shelf.variant("HEDGE", 3400, 12),),
            picture={"kind": "animal", "shape": "hedgehog", "tone": "#a8744a", "wheels": _RED},
        ),
        CastProduct(
            title="Timber truck with logs",
            description=(
                "Six real logs with bark, a trailer that unhooks and axles that have survived our twins. Wheels have "
                "a rubber ring for quiet on parquet."
            ),
            category="vehicles-animals",
            brand=_BRAND,
            attributes={
                "material": "Beech, alder, rubber",
                "dimensions": "38 x 11 x 13 cm",
                "age": "From 2 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 1250,
            },
            variants=(_shelf.variant("TRUCK", 5400, 9),),
            picture={"kind": "truck", "tone": _BEECH, "cab": _RED, "load": "#8a5f3c"},
        ),
        CastProduct(
            title="Little train, three wagons",
            description=(
                "An engine and two wagons joined by magnets set so deep that they cannot come out. Runs on common "
                "wooden tracks and on tablecloths."
            ),
            category="vehicles-animals",
            brand=_BRAND,
            attributes={
                "material": "Beech, maple, magnets",
                "dimensions": "31 cm long",
                "age": "From 3 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 470,
            },
            variants=(_shelf.variant("TRAIN", 3600, 23),),
            picture={"kind": "train", "tone": _BLUE, "tones": [_YELLOW, _RED]},
        ),
        CastProduct(
            title="Small car",
            description=(
                "Palm-sized, rounded, oiled. Rolls across a table from one push and off the other end from two. "
                "Four colors to settle who owns which."
            ),
            category="vehicles-animals",
            brand=_BRAND,
            attributes={
                "material": "Beech, water color",
                "dimensions": "11 x 6 x 5 cm",
                "age": "From 1 year",
                "origin": "Salzburg, Austria",
                "weight_grams": 150,
            },
            variants=(
                _shelf.variant("CAR-RED", 1400, 40, color="Red"),
                _shelf.variant("CAR-BLUE", 1400, 36, color="Blue"),
                _shelf.variant("CAR-YELLOW", 1400, 3, color="Yellow"),
                _shelf.variant("CAR-GREEN", 1400, 22, color="Green"),
            ),
            picture={"kind": "car", "tone": _RED, "tones": [_BLUE, _YELLOW]},
        ),
        CastProduct(
            title="Fox and friends, five animals",
            description=(
                "Fox, hare, owl, badger and a deer, sawn from 2 cm maple and painted on one side only, so there is a "
                "plain herd too. They stand on grass."
            ),
            category="vehicles-animals",
            brand=_BRAND,
            attributes={
                "material": "Maple, water color",
                "dimensions": "6 to 11 cm high",
                "age": "From 2 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 380,
            },
            variants=(_shelf.variant("FOX-5", 3900, 16),),
            picture={"kind": "animal", "shape": "fox", "tone": "#c8683a"},
        ),
        CastProduct(
            title="Spinning tops, set of three",
            description=(
                "Turned on a pole lathe. The widest spins for over two minutes on a smooth table; the record is "
                "written on the workshop door."
            ),
            category="games-puzzles",
            brand=_BRAND,
            attributes={
                "material": "Maple, water color",
                "dimensions": "4, 5 and 6 cm across",
                "age": "From 4 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 120,
            },
            variants=(_shelf.variant("TOPS-3", 1800, 51),),
            picture={"kind": "tops", "tones": [_BLUE, _YELLOW, _RED]},
        ),
        CastProduct(
            title="Forest memory, 40 tiles",
            description=(
                "Twenty pairs of leaves, tracks and birds, printed on wooden tiles thick enough for cold fingers. "
                "The box is also the score board."
            ),
            category="games-puzzles",
            brand=_BRAND,
            attributes={
                "material": "Birch plywood",
                "dimensions": "Tiles of 5 cm",
                "age": "From 3 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 640,
            },
            variants=(_shelf.variant("MEMO-40", 2900, 20),),
            picture={"kind": "tiles", "tone": "#ead2a2", "tones": [_GREEN, _RED, _BLUE]},
        ),
        CastProduct(
            title="Alpine puzzle, five layers",
            description=(
                "Five mountains on top of each other, from valley to summit; under each layer is the one before. "
                "Forty-one pieces, frame included."
            ),
            category="games-puzzles",
            brand=_BRAND,
            attributes={
                "material": "Birch plywood, water color",
                "dimensions": "30 x 21 cm",
                "age": "From 4 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 720,
            },
            variants=(_shelf.variant("ALPS", 3300, 0),),
            picture={"kind": "puzzle", "tone": _BEECH, "tones": ["#7fa7b8", _GREEN, "#4f7d56", "#f1efe6"]},
        ),
        CastProduct(
            title="Balance moon",
            description=(
                "A rocking half moon and twelve sticks to be laid on one by one. It teaches patience to children and "
                "takes it from uncles."
            ),
            category="games-puzzles",
            brand=_BRAND,
            attributes={
                "material": "Maple, beech, water color",
                "dimensions": "24 cm wide",
                "age": "From 3 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 430,
            },
            variants=(_shelf.variant("MOON", 2700, 15),),
            picture={"kind": "moon", "tone": "#e5c98f", "tones": [_RED, _BLUE, _YELLOW, _GREEN]},
        ),
        CastProduct(
            title="Xylophone, eight bars",
            description=(
                "Tuned by ear and a file to a clean C major, mounted on felt. Two beaters with rubber heads, because "
                "we live in a house as well."
            ),
            category="baby-toys",
            brand=_BRAND,
            attributes={
                "material": "Beech, steel bars, felt",
                "dimensions": "28 x 19 x 4 cm",
                "age": "From 2 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 880,
            },
            variants=(_shelf.variant("XYLO", 4400, 11),),
            picture={
                "kind": "xylophone",
                "tone": _BEECH,
                "tones": [_RED, "#e0803c", _YELLOW, _GREEN, _BLUE, "#6a5a9a"],
            },
        ),
        CastProduct(
            title="Child's stool, three legs",
            description=(
                "Three legs never rock, not even on our yard. Seat at 26 cm; takes a grandmother of 90 kilos if it "
                "has to. Wedged joints, no screws."
            ),
            category="stools-chairs",
            brand=_BRAND,
            attributes={
                "material": "Solid beech, linseed oil",
                "dimensions": "28 cm across, 26 cm high",
                "age": "From 2 years",
                "origin": "Salzburg, Austria",
                "weight_grams": 1900,
            },
            variants=(_shelf.variant("STOOL-26", 6400, 7),),
            picture={"kind": "stool", "tone": _BEECH, "low": True},
        ),
    ),
)
