"""Words that shoppers use for one another. Short, and only where a title nearly always has the other word."""

import re
from itertools import product
from math import prod

GROUPS = (
    "laptop notebook",
    "tv television",
    "fridge refrigerator",
    "earbuds earphones headphones",
    "cellphone smartphone",
    "smartwatch \"smart watch\"",
    "rucksack backpack",
    "couch sofa",
    "mug cup",
    "necklace pendant",
    "duvet comforter",
    "lamp light",
    "rug carpet",
    "jumper sweater pullover",
    "trousers pants",
    "trainers sneakers",
    "screen monitor display",
    "ssd \"solid state drive\"",
    "memory ram",
)


def _read() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in GROUPS:
        words = re.findall(r'"[^"]+"|\w+', group)
        for word in words:
            found[word.strip('"')] = [word, *[other for other in words if other != word]]
    return found


ALTERNATIVES = _read()


MAX_COMBINATIONS = 8


def expanded(words: str) -> str:
    """The search with every combination of such words, as `websearch_to_tsquery` reads it.

    Left as typed when it uses that language itself (quotes, "or", a minus), or would grow beyond MAX_COMBINATIONS.
    """
    parts = words.casefold().split()
    if '"' in words or any(part == "or" or part.startswith("-") for part in parts):
        return words
    choices = [ALTERNATIVES.get(part) or ALTERNATIVES.get(part.removesuffix("s")) or [part] for part in parts]
    if all(len(choice) == 1 for choice in choices) or prod(map(len, choices)) > MAX_COMBINATIONS:
        return words
    return " or ".join(" ".join(combination) for combination in product(*choices))
