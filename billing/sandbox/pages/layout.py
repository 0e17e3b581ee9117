"""The frame of every page, and the pieces that pages share."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

STYLE = (Path(__file__).parent / "style.css").read_text()
# No form-action: browsers apply it to the redirect after a form, and that one leads to the shop.
POLICY = "default-src 'none'; img-src data:; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def document(title: str, content: str, *, status: int = 200) -> HTMLResponse:
    """A whole page around ``content``, which is HTML already."""
    html = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<link rel="stylesheet" href="/c/style.css">
<link rel="icon" href="data:,">
</head>
<body>
<header class="band"><p><strong>Sandbox</strong> No real money moves here. Use test cards only.</p></header>
<main>
{content}
</main>
</body>
</html>
"""
    return HTMLResponse(
        html,
        status_code=status,
        headers={
            "Content-Security-Policy": POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def notice(
    title: str, text: str, *, link: str | None = None, label: str = "Continue", status: int = 200
) -> HTMLResponse:
    """A page that says one thing and offers one way on."""
    way_on = f'<p><a class="button" href="{escape(link)}">{escape(label)}</a></p>' if link else ""
    return document(
        title,
        f'<section class="card narrow"><h1>{escape(title)}</h1><p>{escape(text)}</p>{way_on}</section>',
        status=status,
    )


def text_field(
    name: str, label: str, value: str = "", *, hint: str = "", error: str = "", kind: str = "text", **attributes: Any
) -> str:
    """A labeled input; ``attributes`` are further HTML attributes, with ``_`` for ``-``, and ``id`` if not ``name``."""
    id = attributes.pop("id", name)
    extra = "".join(f' {key.replace("_", "-")}="{escape(str(text))}"' for key, text in attributes.items())
    described = [f"{id}-hint"] * bool(hint) + [f"{id}-error"] * bool(error)
    aria = (f' aria-describedby="{" ".join(described)}"' if described else "") + (
        ' aria-invalid="true"' if error else ""
    )
    below = (f'<span class="hint" id="{id}-hint">{escape(hint)}</span>' if hint else "") + (
        f'<span class="error" id="{id}-error">{escape(error)}</span>' if error else ""
    )
    return (
        f'<p class="field"><label for="{id}">{escape(label)}</label>'
        f'<input id="{id}" name="{name}" type="{kind}" value="{escape(value)}"{aria}{extra}>{below}</p>'
    )
