"""Every page of the gallery, as the browser gets it: nothing inline, everything linked exists, errors speak."""

import re
from pathlib import Path

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory

from ui import assets, errors
from ui.views import PAGES, gallery, gallery_face

CSS = Path(assets.__file__).parent / "static" / "ui" / "css"
ERRORS = {
    400: lambda request: errors.bad_request(request, None),
    403: lambda request: errors.forbidden(request, None),
    404: lambda request: errors.not_found(request, None),
    500: errors.server_error,
}


def pages() -> dict[str, str]:
    request = RequestFactory().get("/gallery")
    shown = {name: gallery_face(request, name).content.decode() for name in PAGES}
    return shown | {"components": gallery(request).content.decode()}


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    return pages()


def test_nothing_is_inline(shown: dict[str, str]) -> None:
    for name, html in shown.items():
        assert not re.findall(r"\sstyle=", html), name
        assert not re.findall(r"<style", html), name
        assert not re.findall(r"\son[a-z]+=", html), name
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html)), name


def test_nothing_comes_from_elsewhere(shown: dict[str, str]) -> None:
    for name, html in shown.items():
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', html), name


def test_everything_linked_is_there(shown: dict[str, str]) -> None:
    linked = {path for html in shown.values() for path in re.findall(r'(?:src|href)="/static/([^"]+)"', html)}
    assert len(linked) > 40
    assert [path for path in linked if not finders.find(path)] == []


def test_no_template_syntax_is_left_over(shown: dict[str, str]) -> None:
    for name, html in shown.items():
        assert not re.findall(r"{%|%}|{{|}}", html), name


def test_every_stylesheet_is_linked_by_a_face_and_keeps_to_its_layer() -> None:
    on_disk = {path.stem for path in CSS.glob("*.css")}
    assert on_disk == set(assets.STYLES["all"]) | {"layers"}
    for path in CSS.glob("*.css"):
        outside = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        rules = [line for line in outside.splitlines() if line and not line[0].isspace() and line != "}"]
        assert all(
            re.match(r"@(layer|font-face|view-transition|media \(prefers-reduced-motion)", line) for line in rules
        ), path.name


def test_layers_come_first_and_print_last() -> None:
    for styles in assets.STYLES.values():
        assert styles[0] == "layers"
        assert styles[-1] == "print"
        assert len(set(styles)) == len(styles)


def test_only_tokens_name_colors() -> None:
    """Components use meanings; a color of their own is only ever derived from light and dark."""
    for path in CSS.glob("*.css"):
        if path.stem != "tokens":
            assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(", path.read_text()), path.name
            assert "--paper-" not in path.read_text(), path.name
            assert "--clay-" not in path.read_text(), path.name


def test_a_message_is_a_toast() -> None:
    html = render_to_string("layouts/plain.html", {"messages": [Message(constants.ERROR, "Nothing <was> saved.")]})
    assert '<souk-toast class="toast toast-bad">' in html
    assert "Nothing &lt;was&gt; saved." in html


def test_a_vendor_s_brand_is_a_stylesheet_after_ours() -> None:
    html = render_to_string("layouts/storefront.html", {"brand_css_url": "/brand.css", "shop": {"name": "Linnéa"}})
    assert html.index("print.css") < html.index('href="/brand.css"')
    assert "Search Linnéa" in html


@pytest.mark.parametrize("code", [400, 403, 404, 500])
def test_an_error_page_says_what_to_do(code: int) -> None:
    response = ERRORS[code](RequestFactory().get("/nowhere"))
    assert response.status_code == code
    assert 'href="/">Go to the start page</a>' in response.content.decode()


def test_a_form_open_too_long_says_so() -> None:
    response = errors.csrf_failure(RequestFactory().post("/cart"), reason="CSRF token missing.")
    assert response.status_code == 403
    assert "This form was open too long" in response.content.decode()


def test_mail_has_the_same_words_in_both_kinds() -> None:
    context = {
        "title": "Your parcel is on its way",
        "action_url": "http://localhost:8000/orders/1?a=1&b=2",
        "action_label": "Follow it",
    }
    html, text = (render_to_string(f"layouts/email.{kind}", context) for kind in ("html", "txt"))
    assert "Your parcel is on its way" in html
    assert 'href="http://localhost:8000/orders/1?a=1&amp;b=2"' in html
    assert "Your parcel is on its way\n" in text
    assert "Follow it:\nhttp://localhost:8000/orders/1?a=1&b=2\n" in text
