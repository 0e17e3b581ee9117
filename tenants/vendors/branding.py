"""The colors of a shop front: what a palette names, and what a chosen color must be able to do.

Pages never show a color that cannot be read: `marketplace.web.storefront.brand` would change it. So it is said here, while
it is being chosen, and with the nearest color that stays as it is.
"""

from collections.abc import Sequence

from kit.errors import InvalidInput
from ui.colors import DAY, INK, NIGHT, RGB, SHAPE, TEXT, between, contrast, css, parse

# What a palette names: paper, surface, ink, accent, soft.
INKED, ACCENT, SOFT = 2, 3, 4


class HardToRead(InvalidInput):
    """A color that customers could not read, or not tell from the page. `field` is "palette.<place>"."""

    code = "hard_to_read"


def check_contrast(palette: Sequence[str]) -> None:
    """Raise HardToRead for the first color that falls short of WCAG 2.2 AA, by day or by night, with one that does not.

    The accent, which fills buttons, must stand out 3:1 from both pages; words on it are black or white, whichever can be
    read. The soft color lies under text by day, and text in ink on paper is what a reader of the brand expects: 4.5:1.
    """
    colors = [parse(color) for color in palette]
    accent = colors[ACCENT] if len(colors) > ACCENT else None
    if accent is not None and min(contrast(accent, DAY), contrast(accent, NIGHT)) < SHAPE:
        by_day, by_night = contrast(accent, DAY), contrast(accent, NIGHT)
        where = "the light page" if by_day < by_night else "the dark page"
        raise HardToRead(
            f"Buttons in this color would be hard to see on {where}: its contrast is {_ratio(min(by_day, by_night))}, and "
            f"it takes 3:1 in light and dark.{_nearest(between(accent, (DAY, NIGHT), SHAPE))}",
            field=f"palette.{ACCENT}",
        )
    soft = colors[SOFT] if len(colors) > SOFT else None
    if soft is not None and contrast(INK, soft) < TEXT:
        raise HardToRead(
            f"Text on this color would be hard to read: its contrast is {_ratio(contrast(INK, soft))}, and it takes 4.5:1."
            f"{_nearest(between(soft, (INK,), TEXT))}",
            field=f"palette.{SOFT}",
        )
    paper, ink = (colors[0], colors[INKED]) if len(colors) > INKED else (None, None)
    if paper is not None and ink is not None and contrast(paper, ink) < TEXT:
        raise HardToRead(
            f"Ink on paper would be hard to read: their contrast is {_ratio(contrast(paper, ink))}, and it takes 4.5:1."
            f"{_nearest(between(ink, (paper,), TEXT))}",
            field=f"palette.{INKED}",
        )


def _nearest(color: RGB | None) -> str:
    return f" The nearest that has it is {css(color)}." if color else ""


def _ratio(value: float) -> str:
    # Cut, not rounded: 4.46 is not 4.5.
    return f"{int(value * 10) / 10:.1f}:1"
