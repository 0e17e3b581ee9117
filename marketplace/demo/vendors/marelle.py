"""Atelier Marelle, Nantes: books, paper and print."""

from __future__ import annotations

from marketplace.demo.parts import SHARED_GTINS, CastProduct, CastVendor, Palette, Shelf

_shelf = Shelf("MA", 2002)
_BRAND = "Atelier Marelle"
_BLUE, _CORAL, _MUSTARD, _CREAM, _PINE = "#2f4d7a", "#d8694f", "#d9a441", "#f1e8d6", "#3f6658"

VENDOR = CastVendor(
    slug="marelle",
    name="Atelier Marelle",
    trade="Books and paper",
    tagline="Paper that asks to be written on",
    story=(
        "Three friends bought a proofing press from a closing print shop in Nantes and learned it from the man who "
        "had run it for forty years. They bind notebooks on Mondays, print on the other days, and publish four small "
        "books a year. Everything is made within cycling distance of the Loire."
    ),
    country="FR",
    city="Nantes",
    street="17 rue de l'Hermitage",
    postal_code="44100",
    contact_name="Noémie Tessier",
    email="bonjour@marelle.example",
    palette=Palette("#e8ebee", "#c9d0d8", "#1f2f4a", "#d8694f", "#f0d9c6"),
    shipping_minor=490,
    free_shipping_from_minor=6000,
    handling_days=1,
    products=(
        CastProduct(
            title="Dotted notebook A5, thread-sewn",
            description=(
                "176 pages of 100 g paper that takes fountain pen without bleeding, sewn in sections so it lies flat "
                "at any page. Cloth spine, numbered pages, two ribbons."
            ),
            category="notebooks",
            brand=_BRAND,
            attributes={
                "material": "Uncoated paper, book cloth",
                "dimensions": "14.8 x 21 cm",
                "pages": 176,
                "origin": "Nantes, France",
                "weight_grams": 340,
            },
            variants=(
                _shelf.variant("NB-A5-BLUE", 1950, 60, gtin=SHARED_GTINS["dotted-notebook-a5"], color="Night blue"),
                _shelf.variant("NB-A5-CORAL", 1950, 42, color="Coral"),
                _shelf.variant("NB-A5-PINE", 1950, 18, color="Pine"),
            ),
            picture={
                "kind": "notebook",
                "tone": _BLUE,
                "spine": _CORAL,
                "tones": [_CORAL, _PINE],
                "ribbon": _MUSTARD,
            },
        ),
        CastProduct(
            title="Pocket sketchbook, accordion",
            description=(
                "A single strip of 200 g cotton paper folded into 24 panels: draw the whole journey without turning "
                "a page. Boards covered in marbled paper, no two alike."
            ),
            category="notebooks",
            brand=_BRAND,
            attributes={
                "material": "Cotton paper, marbled paper",
                "dimensions": "10 x 14 cm, 2.4 m unfolded",
                "pages": 24,
                "origin": "Nantes, France",
                "weight_grams": 190,
            },
            variants=(_shelf.variant("ACC-24", 1600, 25),),
            picture={"kind": "notebook", "tone": "#6f93a8", "spine": "#e9dcc3", "pattern": "waves"},
        ),
        CastProduct(
            title="Weekly planner, undated",
            description=(
                "Fifty-four weeks without dates, so you can begin in March or skip August. Left page for days, right "
                "page for everything else. Rounded corners, elastic, pocket for receipts."
            ),
            category="notebooks",
            brand=_BRAND,
            attributes={
                "material": "90 g paper, bonded leather board",
                "dimensions": "12 x 19 cm",
                "pages": 128,
                "origin": "Nantes, France",
                "weight_grams": 260,
            },
            variants=(_shelf.variant("PLAN-MUS", 2200, 33, was=2600),),
            picture={
                "kind": "notebook",
                "tone": _MUSTARD,
                "spine": "#b4832c",
                "ribbon": _BLUE,
                "elastic": _BLUE,
            },
        ),
        CastProduct(
            title="The Loire, Walked",
            description=(
                "A small book of drawings and notes from twenty-nine days on foot from the source to the sea. "
                "Written and drawn by a retired ferryman. In English and French, printed in two colors."
            ),
            category="books",
            brand=_BRAND,
            attributes={
                "material": "Paper, sewn softcover",
                "dimensions": "16 x 22 cm",
                "pages": 144,
                "language": "English, French",
                "origin": "Nantes, France",
                "weight_grams": 380,
            },
            variants=(_shelf.variant("BOOK-LOIRE", 2400, 54),),
            picture={"kind": "book", "tone": "#4f7f8c", "motif": "river", "ink": _CREAM},
        ),
        CastProduct(
            title="Bread for Beginners and the Impatient",
            description=(
                "Twelve loaves, each explained on one spread, from soda bread in an hour to a sourdough that takes "
                "your weekend. Lies flat on the counter; pages are coated against wet hands."
            ),
            category="books",
            brand=_BRAND,
            attributes={
                "material": "Coated paper, hardcover",
                "dimensions": "19 x 24 cm",
                "pages": 96,
                "language": "English",
                "origin": "Nantes, France",
                "weight_grams": 520,
            },
            variants=(_shelf.variant("BOOK-BREAD", 2800, 39),),
            picture={"kind": "book", "tone": _MUSTARD, "motif": "wheat", "ink": "#5a3a1c"},
        ),
        CastProduct(
            title="A Field Guide to City Weeds",
            description=(
                "Sixty plants that grow in the cracks between paving stones, each with a life-size drawing, its "
                "names in five languages and whether you can eat it. Fits a coat pocket."
            ),
            category="books",
            brand=_BRAND,
            attributes={
                "material": "Paper, flexible cover",
                "dimensions": "11 x 18 cm",
                "pages": 160,
                "language": "English",
                "origin": "Nantes, France",
                "weight_grams": 240,
            },
            variants=(_shelf.variant("BOOK-WEEDS", 1900, 71),),
            picture={"kind": "book", "tone": _PINE, "motif": "leaf", "ink": "#e6e2c4"},
        ),
        CastProduct(
            title="Night Trains: stories",
            description=(
                "Nine short stories that all begin on a platform after midnight. Letterpress cover in three passes; "
                "the text block is set in a typeface cut for timetables."
            ),
            category="books",
            brand=_BRAND,
            attributes={
                "material": "Paper, sewn softcover",
                "dimensions": "12 x 19 cm",
                "pages": 208,
                "language": "English",
                "origin": "Nantes, France",
                "weight_grams": 270,
            },
            variants=(_shelf.variant("BOOK-TRAINS", 1700, 0),),
            picture={"kind": "book", "tone": "#27324f", "motif": "moon", "ink": "#e8c66a"},
        ),
        CastProduct(
            title="Tide, linocut print",
            description=(
                "Four blocks, four inks, edition of 120, each signed and numbered in pencil. Printed on 250 g "
                "mould-made paper with a torn edge. Sent flat between boards; the frame is shown for scale."
            ),
            category="prints",
            brand=_BRAND,
            attributes={
                "material": "Oil-based ink on cotton paper",
                "dimensions": "30 x 40 cm",
                "edition": "120",
                "origin": "Nantes, France",
                "weight_grams": 460,
            },
            variants=(
                _shelf.variant("TIDE-30", 6500, 14, size="30 x 40 cm"),
                _shelf.variant("TIDE-50", 11000, 4, size="50 x 70 cm"),
            ),
            picture={"kind": "print", "motif": "tide", "tone": _BLUE, "ink": _CORAL},
        ),
        CastProduct(
            title="Three Pears, risograph",
            description=(
                "A still life in fluorescent orange, yellow and blue, printed one drum at a time. The colors overlap "
                "where the pears touch. A3 on recycled paper."
            ),
            category="prints",
            brand=_BRAND,
            attributes={
                "material": "Soy ink on recycled paper",
                "dimensions": "29.7 x 42 cm",
                "origin": "Nantes, France",
                "weight_grams": 210,
            },
            variants=(_shelf.variant("PEARS-A3", 2600, 47),),
            picture={"kind": "print", "motif": "pears", "tone": _MUSTARD, "ink": _CORAL},
        ),
        CastProduct(
            title="Perpetual birthday calendar",
            description=(
                "Twelve sheets without weekdays, so no birthday is lost with the old year. Each month has a "
                "letterpress ornament; hangs on a brass bar."
            ),
            category="prints",
            brand=_BRAND,
            attributes={
                "material": "300 g board, brass",
                "dimensions": "15 x 40 cm",
                "origin": "Nantes, France",
                "weight_grams": 330,
            },
            variants=(_shelf.variant("CAL-PERP", 2300, 28),),
            picture={"kind": "print", "motif": "sun", "tone": _CORAL, "ink": _PINE, "frame": "bar"},
        ),
        CastProduct(
            title="Turned fountain pen, ash",
            description=(
                "Ash barrel turned on a hand lathe, steel nib in fine or medium, takes standard short cartridges. "
                "At 21 g it is light enough for a whole chapter."
            ),
            category="pens-ink",
            brand=_BRAND,
            attributes={
                "material": "Ash wood, brass, steel nib",
                "dimensions": "13.5 cm capped",
                "origin": "Nantes, France",
                "weight_grams": 60,
            },
            variants=(
                _shelf.variant("PEN-F", 7400, 12, nib="Fine"),
                _shelf.variant("PEN-M", 7400, 9, nib="Medium"),
            ),
            picture={"kind": "pen", "tone": "#c39a66", "ink": _BLUE},
        ),
        CastProduct(
            title="Ink, Atlantic blue, 50 ml",
            description=(
                "A blue that dries towards gray, mixed without shellac so it never clogs. Fades to violet at the "
                "edge of a stroke. Glass bottle with a low centre for the last drops."
            ),
            category="pens-ink",
            brand=_BRAND,
            attributes={
                "material": "Dye-based ink, glass",
                "dimensions": "6 x 6 x 5 cm",
                "capacity": "50 ml",
                "origin": "Nantes, France",
                "weight_grams": 210,
            },
            variants=(
                _shelf.variant("INK-ATL", 1400, 38, color="Atlantic blue"),
                _shelf.variant("INK-BRICK", 1400, 22, color="Brick"),
                _shelf.variant("INK-LICHEN", 1400, 2, color="Lichen"),
            ),
            picture={"kind": "bottle", "shape": "ink", "tone": "#31507f", "cap": "#22252b", "label": _CREAM},
        ),
        CastProduct(
            title="Letterpress cards, set of eight",
            description=(
                "Eight cards, four drawings, deep enough to feel with a thumb. Blank inside. Envelopes of kraft "
                "paper with a gummed flap."
            ),
            category="cards-wrap",
            brand=_BRAND,
            attributes={
                "material": "600 g cotton card",
                "dimensions": "10.5 x 14.8 cm",
                "origin": "Nantes, France",
                "weight_grams": 180,
            },
            variants=(_shelf.variant("CARDS-8", 1800, 56),),
            picture={"kind": "cards", "tone": _CREAM, "ink": _CORAL, "envelope": "#b98f62"},
        ),
        CastProduct(
            title="Wrapping paper, hopscotch",
            description=(
                "Five sheets printed in coral on cream, folded once and rolled. Made of unbleached paper, so it can "
                "go in the paper bin after the birthday."
            ),
            category="cards-wrap",
            brand=_BRAND,
            attributes={
                "material": "Unbleached paper, 80 g",
                "dimensions": "50 x 70 cm",
                "origin": "Nantes, France",
                "weight_grams": 170,
            },
            variants=(_shelf.variant("WRAP-5", 950, 80),),
            picture={"kind": "rolls", "tone": _CORAL, "tones": [_BLUE, _MUSTARD]},
        ),
        CastProduct(
            title="Waldspiel forest blocks, 50 pieces",
            description=(
                "The only toy we sell: fifty unpainted blocks from Salzburg that have lived on our studio floor for "
                "years. Beech, maple and alder in seven shapes, in a cotton sack."
            ),
            category="building-toys",
            brand="Waldspiel",
            attributes={
                "material": "Beech, maple, alder",
                "dimensions": "Cubes of 4 cm",
                "age": "From 1 year",
                "origin": "Salzburg, Austria",
                "weight_grams": 2300,
            },
            variants=(_shelf.variant("BLOCKS-50", 6150, 6, gtin=SHARED_GTINS["forest-blocks-50"]),),
            picture={"kind": "blocks", "tone": "#d8b27c", "tones": ["#b98353", "#e9d3a8"]},
        ),
    ),
)
