"""Tags and filters of the design system: `{% load ui %}`.

{% icon "truck" label="Shipped" %}      {% status order.status %}       {{ line.amount_minor|money:line.currency }}
{% ago order.placed_at %}               {% field form.email %}          {% amount total_minor "EUR" %}
{% component "card" title="Orders" %} … {% slot "footer" %} … {% endslot %} {% endcomponent %}
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from django import template
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    HiddenInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.template import Context, Engine, Node, NodeList, TemplateSyntaxError
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from kit import clock
from kit.money import Money
from ui import charts
from ui.assets import SCRIPTS, STYLES
from ui.icons import icon as draw_icon
from ui.statuses import status as look_up_status

register = template.Library()

THEMES = ("light", "dark")
MARK_COLORS = 8
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STAR = "M12 2.8l2.8 5.9 6.4.9-4.7 4.5 1.2 6.4-5.7-3.1-5.7 3.1 1.2-6.4L2.8 9.6l6.4-.9z"


# -- the head of a page


@register.simple_tag
@cache
def ui_styles(face: str) -> SafeString:
    """The stylesheet links of a face, in the order of the layers."""
    links = ((static(f"ui/css/{name}.css"),) for name in STYLES[face])
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
@cache
def ui_scripts(face: str) -> SafeString:
    """The scripts of a face: htmx, and the custom elements as modules. Nothing waits for them."""
    if not SCRIPTS[face]:
        return mark_safe("")
    htmx = format_html('<script src="{}" defer></script>\n', static("ui/js/vendor/htmx.min.js"))
    modules = ((static(f"ui/js/{name}.js"),) for name in SCRIPTS[face])
    return htmx + format_html_join("\n", '<script type="module" src="{}"></script>', modules)


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString:
    """` data-theme="dark"` when the `theme` cookie says so; nothing (the system's choice) otherwise."""
    request = context.get("request")
    chosen = request.COOKIES.get("theme") if request is not None else None
    return format_html(' data-theme="{}"', chosen) if chosen in THEMES else mark_safe("")


# -- words and figures


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """A lucide icon as inline SVG; `label` names it for screen readers. Raises UnknownIcon."""
    return draw_icon(name, label=label, size=size)


@register.filter
def money(value: Any, currency: str = "") -> str:
    """Minor units and a currency (`8420|money:"EUR"`), or a Money, as "84.20 EUR"; nothing for None or ""."""
    if value is None or value == "":
        return ""
    amount = value if isinstance(value, Money) else Money(int(value), currency.upper())
    return str(amount).replace("-", "−", 1)


@register.simple_tag
def amount(value: Any, currency: str = "", signed: bool = False) -> SafeString:
    """An amount as `<data>` that never breaks over lines and lines up in columns; `signed` shows a plus, too."""
    words = money(value, currency)
    minor = value.amount_minor if isinstance(value, Money) else int(value or 0)
    sign = "+" if signed and minor > 0 else ""
    return format_html('<data class="amount" value="{}">{}{}</data>', minor, sign, words)


@register.simple_tag
def ago(when: datetime | date | None) -> SafeString:
    """A `<time>`: relative within a week ("3 hours ago", "in 2 days"), a date beyond; the full instant on hover."""
    if when is None:
        return mark_safe("")
    if not isinstance(when, datetime):
        return format_html('<time datetime="{}">{}</time>', when.isoformat(), date_format(when, "j M Y"))
    moment = when if timezone.is_aware(when) else when.replace(tzinfo=UTC)
    local = timezone.localtime(moment)
    full = f"{_day(local)} {local.year}, {local:%H:%M} {local.tzname()}"
    now = clock.now()
    shown = _distance(moment - now)
    if not shown:
        same_year = local.year == timezone.localtime(now).year
        shown = _day(local) if same_year else f"{_day(local)} {local.year}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), full, shown)


def _day(when: date) -> str:
    """ "3 Nov". Lists have a hundred of these, and Django's own formatting asks for a translation of each part."""
    return f"{when.day} {MONTHS[when.month - 1]}"


def _distance(span: timedelta) -> str:
    """A time span in words, nothing beyond a week."""
    seconds = int(abs(span.total_seconds()))
    if seconds < 45:
        return "just now"
    if seconds >= 8 * 86400:
        return ""
    size, unit = next((s, u) for s, u in ((86400, "day"), (3600, "hour"), (60, "minute")) if seconds >= s or s == 60)
    count = max(seconds // size, 1)
    words = f"{count} {unit}{'' if count == 1 else 's'}"
    return f"in {words}" if span > timedelta(0) else f"{words} ago"


@register.simple_tag
def status(word: str, label: str = "") -> SafeString:
    """A badge with icon and word for a status; `label` replaces the table's word."""
    look = look_up_status(str(word))
    return format_html(
        '<span class="badge badge--{}">{}{}</span>',
        look.tone,
        draw_icon(look.icon, size=14),
        label or look.label,
    )


@register.filter
def status_label(word: str) -> str:
    """The word shown for a status, without the badge."""
    return look_up_status(str(word)).label


@register.simple_tag
def mark(name: str, src: str = "", size: int = 40) -> SafeString:
    """A vendor's or person's mark: the picture, or initials on a color that stays the same for the name."""
    if src:
        return format_html('<img class="mark" src="{0}" alt="" width="{1}" height="{1}" loading="lazy">', src, size)
    words = [word for word in str(name).split() if word[0].isalnum()] or ["?"]
    initials = words[0][0] + (words[1][0] if len(words) > 1 else "")
    color = zlib.crc32(str(name).encode()) % MARK_COLORS + 1
    return format_html(
        '<svg class="mark mark--{0}" width="{1}" height="{1}" viewBox="0 0 40 40" aria-hidden="true">'
        '<rect width="40" height="40"/><text x="20" y="25.5" text-anchor="middle">{2}</text></svg>',
        color,
        size,
        initials.upper(),
    )


@register.simple_tag
def rating(value: float | None, count: int | None = None, compact: bool = False) -> SafeString:
    """Stars out of five with the figure, and how many reviews; nothing when there is no rating."""
    if value is None or value == "":
        return mark_safe("")
    score, count = float(value), None if count == "" else count
    reviews = "" if count is None else f", {count} review{'' if count == 1 else 's'}"
    stars, width = (1, 16) if compact else (5, 80)
    share = 100 if compact else round(score / 5 * 100, 1)
    outlines = format_html_join(
        "", '<path d="{}" transform="translate({} 0)"/>', ((STAR, 24 * position) for position in range(stars))
    )
    drawing = format_html(
        '<svg width="{0}" height="16" viewBox="0 0 {1} 24" aria-hidden="true"><g class="rating-off">{2}</g>'
        '<svg width="{3}%" height="24"><g class="rating-on">{2}</g></svg></svg>',
        width,
        24 * stars,
        outlines,
        share,
    )
    tail = "" if count is None else format_html(' <span class="rating-count">({})</span>', count)
    return format_html(
        '<span class="rating">{}<span aria-hidden="true">{}{}</span>'
        '<span class="visually-hidden">{} out of 5{}</span></span>',
        drawing,
        f"{score:.1f}",
        tail,
        f"{score:.1f}",
        reviews,
    )


@register.filter
def percent(part: Any, whole: Any) -> int:
    """How many percent `part` is of `whole`, a whole number; 0 of nothing."""
    return round(100 * float(part) / float(whole)) if whole else 0


@register.filter
def columns(names: Any) -> list[dict[str, str]]:
    """Table columns from "Order, Placed, Total:num": label and kind.

    `num` is right-aligned, `check` is a box that checks all rows, `icon` is narrow and its label for screen readers,
    `wide` is shown only where there is room (its cells are of the class `wide-cell`).
    """
    if not isinstance(names, str):
        return list(names)
    parts = (name.strip().partition(":") for name in names.split(","))
    return [{"label": label, "kind": kind} for label, _, kind in parts]


# -- forms


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, hide_label: bool = False, prefix: str = "", suffix: str = "") -> dict[str, Any]:
    """A form field whole: label, help, control, errors, wired together for screen readers.

    `prefix` and `suffix` stand beside the control ("EUR", "kg"); `hide_label` keeps the label for screen readers alone.
    """
    widget = bound.field.widget
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    control_id = bound.id_for_label or bound.auto_id
    help_id, error_id = f"{bound.auto_id}_help", f"{bound.auto_id}_error"
    described = " ".join(part for part, on in ((help_id, bound.help_text), (error_id, bound.errors)) if on)
    attributes: dict[str, Any] = {}
    if described and not many:
        attributes["aria-describedby"] = described
    if bound.errors and not many:
        attributes["aria-invalid"] = "true"
    if not many:
        attributes["class"] = " ".join(filter(None, (_control_class(widget), widget.attrs.get("class"))))
    kind = "input"
    if isinstance(widget, HiddenInput):
        kind = "hidden"
    elif many:
        kind = "choices"
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    return {
        "bound": bound,
        "kind": kind,
        "control": bound.as_widget(attrs=attributes),
        "control_id": control_id,
        "help_id": help_id,
        "error_id": error_id,
        "described": described,
        "hide_label": hide_label,
        "prefix": prefix,
        "suffix": suffix,
        "optional": not bound.field.required and kind == "input",
    }


def _control_class(widget: Any) -> str:
    if isinstance(widget, CheckboxInput):
        return "check-input"
    if isinstance(widget, Select):
        return "input input--select"
    if isinstance(widget, Textarea):
        return "input input--area"
    return "input input--file" if isinstance(widget, FileInput) else "input"


# -- charts


def _pairs(points: Iterable[Any]) -> list[tuple[str, float]]:
    if isinstance(points, Mapping):
        points = points.items()
    return [
        (str(point["label"]), point["value"]) if isinstance(point, Mapping) else (str(point[0]), point[1])
        for point in points
    ]


def _chart(points: Iterable[Any], label: str, currency: str, column: str, of: str) -> dict[str, Any]:
    def words(value: float) -> str:
        return money(round(value), currency) if currency else f"{value:,.10g}"

    drawing = charts.draw(_pairs(points), words)
    return {"chart": drawing, "label": label, "column": column, "of": of, "height": charts.HEIGHT}


@register.inclusion_tag("components/bar_chart.html")
def bar_chart(points: Any, label: str, currency: str = "", column: str = "Value", of: str = "Day") -> dict[str, Any]:
    """Bars of (label, value) pairs; with `currency` values are minor units. `column` and `of` head the table below."""
    return _chart(points, label, currency, column, of)


@register.inclusion_tag("components/line_chart.html")
def line_chart(points: Any, label: str, currency: str = "", column: str = "Value", of: str = "Day") -> dict[str, Any]:
    """A line through (label, value) pairs; as `bar_chart`."""
    return _chart(points, label, currency, column, of)


@register.simple_tag
def sparkline(values: Sequence[float], label: str) -> SafeString:
    """A line as small as a word. `label` says what it shows; the figures themselves stand beside it."""
    highest = max(values, default=0) or 1
    return format_html(
        '<svg class="sparkline" width="96" height="28" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        'aria-label="{}"><path d="{}" vector-effect="non-scaling-stroke"/></svg>',
        label,
        charts.path([value / highest for value in values]),
    )


@register.simple_tag
def meter(value: float, most: float = 100, label: str = "", tone: str = "accent") -> SafeString:
    """A bar filled by `value` of `most`; `label` says it in words. `tone`: accent, good, warn, bad, star."""
    share = round(min(max(100 * value / most, 0), 100), 2) if most else 0
    return format_html(
        '<svg class="meter meter--{}" width="100%" height="8" role="img" aria-label="{}">'
        '<rect class="meter-track" width="100%" height="8" rx="4"/>'
        '<rect class="meter-fill" width="{}%" height="8" rx="4"/></svg>',
        tone,
        label or f"{share:g} %",
        share,
    )


# -- components with content


class SlotNode(Node):
    """A named part of a component's content; rendered where the component's template says so."""

    def __init__(self, name: str, nodelist: NodeList):
        self.name, self.nodelist = name, nodelist

    def render(self, context: Context) -> str:
        return self.nodelist.render(context)


class ComponentNode(Node):
    def __init__(self, name: FilterExpression, values: dict[str, FilterExpression], nodelist: NodeList):
        self.name, self.values = name, values
        self.slots = {node.name: node for node in nodelist if isinstance(node, SlotNode)}
        self.content = NodeList(node for node in nodelist if not isinstance(node, SlotNode))

    def render(self, context: Context) -> str:
        given = {key: value.resolve(context) for key, value in self.values.items()}
        # What a template renders is escaped already, value by value.
        given.update({name: mark_safe(node.render(context).strip()) for name, node in self.slots.items()})  # noqa: S308
        given["slot"] = mark_safe(self.content.render(context).strip())  # noqa: S308
        for shared in ("request", "csrf_token"):
            if shared in context:
                given[shared] = context[shared]
        template_of_ours = Engine.get_default().get_template(f"components/{self.name.resolve(context)}.html")
        return template_of_ours.render(context.new(given))


@register.tag
def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component "card" title="Orders" %} content {% endcomponent %}`: a component with content.

    The template `components/card.html` sees the values given and nothing else, the content as `slot`, and each
    `{% slot "footer" %}…{% endslot %}` under its own name.
    """
    bits = token.split_contents()[1:]
    if not bits:
        raise TemplateSyntaxError("component needs the name of a component")
    name, rest = parser.compile_filter(bits[0]), bits[1:]
    values = token_kwargs(rest, parser)
    if rest:
        raise TemplateSyntaxError(f"component takes name=value after its name, not {rest[0]!r}")
    nodelist = parser.parse(("endcomponent",))
    parser.delete_first_token()
    return ComponentNode(name, values, nodelist)


@register.tag
def slot(parser: Parser, token: Token) -> SlotNode:
    """`{% slot "footer" %}…{% endslot %}`: a named part of a component's content."""
    bits = token.split_contents()
    if len(bits) != 2 or bits[1][0] not in "\"'" or not bits[1][1:-1].isidentifier():
        raise TemplateSyntaxError('slot takes one quoted name: {% slot "footer" %}')
    nodelist = parser.parse(("endslot",))
    parser.delete_first_token()
    return SlotNode(bits[1][1:-1], nodelist)
