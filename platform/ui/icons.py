"""Icons as inline SVG: lucide outlines from `static/ui/icons`, in the color of the text around them."""

import re
from functools import cache, lru_cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).parent / "static" / "ui" / "icons"


class UnknownIcon(LookupError):
    """No such file among the vendored icons."""


@cache
def shapes(name: str) -> SafeString:
    """What is inside the `<svg>` of the icon `name`. Raises UnknownIcon."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise UnknownIcon(f"not an icon name: {name!r}")
    try:
        text = (FOLDER / f"{name}.svg").read_text()
    except FileNotFoundError:
        raise UnknownIcon(f"no icon named {name!r}; the names are the files of ui/static/ui/icons") from None
    inside = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    return mark_safe(re.sub(r"\s*\n\s*", "", inside))  # noqa: S308, a file of our own


@lru_cache(maxsize=512)
def icon(name: str, *, label: str = "", size: int = 20) -> SafeString:
    """The icon as `<svg>`: decoration, unless `label` gives it a name for screen readers. Raises UnknownIcon."""
    meaning = (
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true" focusable="false"')
    )
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" {1}>{2}</svg>',
        size,
        meaning,
        shapes(name),
    )
