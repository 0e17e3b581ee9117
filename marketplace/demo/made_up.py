"""A catalogue file made up by code, for measuring where no real one is at hand: as many rows, brands and kinds as one
consumer-electronics catalogue has, as unevenly spread, with titles and attributes as long. The same at every making."""

import csv
import json
import random
from pathlib import Path

from marketplace.demo.parts import gtin_check_digit

PRODUCTS, BRANDS, KINDS = 19_406, 161, 220
ATTRIBUTES = 19
COLUMNS = ("id", "brand", "gtin", "title", "description", "price_minor", "attributes")
SYLLABLES = (
    "ba",
    "cor",
    "den",
    "fi",
    "gan",
    "hol",
    "ix",
    "jun",
    "kel",
    "lo",
    "mar",
    "nor",
    "op",
    "pix",
    "ra",
    "sol",
    "tek",
    "vi",
)
THINGS = (
    *("notebook", "mouse", "cable", "toner", "monitor", "battery", "label", "scanner", "keyboard", "switch", "headset"),
    *("charger", "printer", "memory", "rack", "fan", "projector", "router", "adapter", "speaker", "tablet", "server"),
)
QUALITIES = (
    "black",
    "silver",
    "compact",
    "wireless",
    "wired",
    "original",
    "gigabit",
    "portable",
    "professional",
    "slim",
)


def write_catalogue(path: Path) -> None:
    """Write the file: columns as `manage.py journey --catalogue` reads them."""
    chance = random.Random(19_406)
    brands = _shares(PRODUCTS, BRANDS, steepness=1.3)
    names = _names(chance, BRANDS)
    kinds = ["Other"] * (PRODUCTS * 3 // 4)
    for place, count in enumerate(_shares(PRODUCTS - len(kinds), KINDS - 1, steepness=1.6)):
        kinds += [f"{THINGS[place % len(THINGS)].capitalize()} kind {place}"] * count
    chance.shuffle(kinds)
    vocabulary = _names(chance, 400)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        number = 0
        for brand, count in zip(names, brands, strict=True):
            for _ in range(count):
                writer.writerow(_row(chance, number, brand, kinds[number], vocabulary))
                number += 1


def _row(chance: random.Random, number: int, brand: str, kind: str, vocabulary: list[str]) -> list[str]:
    thing = chance.choice(THINGS)
    body = f"0{number + 1:011d}"
    model = f"{chance.choice(vocabulary)} {chance.randrange(100, 10_000)}"
    attributes: dict[str, object] = {"type": kind} if kind != "Other" else {}
    for name in chance.sample(vocabulary, chance.randrange(2, 2 * ATTRIBUTES)):
        attributes[f"{name.casefold()}_{thing}"] = chance.choice(
            [True, False, chance.randrange(5_000), chance.choice(vocabulary)]
        )
    return [
        str(number + 1),
        brand,
        body + gtin_check_digit(body),
        f"{brand} {model} {thing} {' '.join(chance.sample(QUALITIES, 2))}",
        " ".join(chance.choice(vocabulary) for _ in range(chance.randrange(16))),
        str(chance.randrange(199, 150_000)),
        json.dumps(attributes),
    ]


def _shares(whole: int, parts: int, *, steepness: float) -> list[int]:
    """`whole` in so many parts, the first by far the biggest, none empty."""
    weights = [1 / (place + 3) ** steepness for place in range(parts)]
    shares = [max(1, int(whole * weight / sum(weights))) for weight in weights]
    shares[0] += whole - sum(shares)
    return shares


def _names(chance: random.Random, count: int) -> list[str]:
    """So many different words that nobody has used."""
    found: dict[str, None] = {}
    while len(found) < count:
        found["".join(chance.choice(SYLLABLES) for _ in range(chance.randrange(2, 4))).capitalize()] = None
    return list(found)
