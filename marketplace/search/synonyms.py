"""Words that shoppers use for one another. Short, and only where a title nearly always has the other word."""

from itertools import product
from math import prod

GROUPS = (
    "laptop notebook",
    "tv television",
    "fridge refrigerator",
    "earbuds earphones",
    "cellphone smartphone",
    "backpack rucksack",
    "couch sofa",
    "duvet comforter",
    "rug carpet",
    "jumper sweater pullover",
    "trousers pants",
    "trainers sneakers",
)


def _read() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for group in GROUPS:
        words = group.split()
        for word in words:
            found[word] = [word, *[other for other in words if other != word]]
    return found


ALTERNATIVES = _read()


MAX_COMBINATIONS = 8


def expanded(words: str) -> str:
    """The search with every combination of such words, as `websearch_to_tsquery` reads it.

    Two words may also be one: "smart watch" finds smartwatches. Left as typed when it uses that language itself
    (quotes, "or", a minus), or would grow beyond MAX_COMBINATIONS.
    """
    parts = words.casefold().split()
    if '"' in words or any(part == "or" or part.startswith("-") for part in parts):
        return words
    choices = [ALTERNATIVES.get(part) or ALTERNATIVES.get(part.removesuffix("s")) or [part] for part in parts]
    if prod(map(len, choices)) > MAX_COMBINATIONS:
        return words
    joined = ["".join(parts)] if len(parts) == 2 and all(part.isalpha() for part in parts) else []
    return " or ".join([*(" ".join(combination) for combination in product(*choices)), *joined])
