"""The words, figures and controls that the tags make."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.template import Context, Template, TemplateSyntaxError

from kit import clock
from kit.money import Money
from ui.icons import FOLDER, UnknownIcon, icon, shapes
from ui.statuses import STATUSES, status
from ui.templatetags.ui import ago, amount, columns, mark, money, percent


def render(source: str, **values: Any) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (8420, "EUR", "84.20 EUR"),
        (8420, "eur", "84.20 EUR"),
        (1249900, "EUR", "12,499.00 EUR"),
        (0, "EUR", "0.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-1250, "EUR", "−12.50 EUR"),
        (8420, "JPY", "8,420 JPY"),
        (8420, "KWD", "8.420 KWD"),
        (Money(8420, "SEK"), "", "84.20 SEK"),
        (None, "EUR", ""),
        ("", "EUR", ""),
    ],
)
def test_money_shows_the_decimals_of_its_currency(value: Any, currency: str, shown: str) -> None:
    assert money(value, currency) == shown


def test_an_amount_reads_the_same_in_messages_as_on_pages() -> None:
    assert str(Money(31932773, "EUR")) == money(31932773, "EUR") == "319,327.73 EUR"
    assert str(Money(-123456, "JPY")) == "-123,456 JPY"


def test_money_without_a_currency_is_refused() -> None:
    with pytest.raises(ValueError, match="not an ISO 4217 code"):
        money(8420, "")


def test_an_amount_carries_its_minor_units() -> None:
    assert amount(8420, "EUR") == '<data class="amount" value="8420">84.20 EUR</data>'
    assert amount(8420, "EUR", signed=True) == '<data class="amount" value="8420">+84.20 EUR</data>'
    assert amount(-8420, "EUR", signed=True) == '<data class="amount" value="-8420">−84.20 EUR</data>'


@pytest.mark.parametrize(
    ("span", "shown"),
    [
        (timedelta(seconds=-10), "just now"),
        (timedelta(seconds=-50), "1 minute ago"),
        (timedelta(minutes=-59, seconds=-30), "59 minutes ago"),
        (timedelta(hours=-1, seconds=-5), "1 hour ago"),
        (timedelta(hours=-23, minutes=-30), "23 hours ago"),
        (timedelta(days=-1, seconds=-5), "1 day ago"),
        (timedelta(days=-7, hours=-5), "7 days ago"),
        (timedelta(days=2, hours=1), "in 2 days"),
    ],
)
def test_recent_instants_are_relative(span: timedelta, shown: str) -> None:
    assert words(ago(clock.now() + span)) == shown


def test_an_instant_long_ago_is_a_date_with_the_full_time_on_hover() -> None:
    html = ago(datetime(2024, 2, 29, 13, 5, tzinfo=UTC))
    assert html == ('<time datetime="2024-02-29T13:05:00+00:00" title="29 Feb 2024, 13:05 UTC">29 Feb 2024</time>')


def test_a_date_has_no_time_and_nothing_has_no_words() -> None:
    assert ago(date(2024, 2, 29)) == '<time datetime="2024-02-29">29 Feb 2024</time>'
    assert ago(None) == ""


def test_the_clock_of_the_world_decides_what_is_recent(move_clock: Callable[[timedelta], None]) -> None:
    placed_at = clock.now()
    move_clock(timedelta(days=3, minutes=1))
    assert words(ago(placed_at)) == "3 days ago"


def test_an_icon_is_decoration_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in icon("truck")
    assert 'role="img" aria-label="Shipped &amp; gone"' in icon("truck", label="Shipped & gone")
    assert 'width="14" height="14"' in icon("truck", size=14)


@pytest.mark.parametrize("name", ["no-such-icon", "../../apps", "Truck", ""])
def test_an_unknown_icon_is_an_error(name: str) -> None:
    with pytest.raises(UnknownIcon):
        icon(name)


def test_every_vendored_icon_has_shapes() -> None:
    names = [path.stem for path in FOLDER.glob("*.svg")]
    assert len(names) >= 80
    assert all(shapes(name).startswith("<") and "<svg" not in shapes(name) for name in names)


def test_the_design_s_status_words_are_all_known() -> None:
    shown_to_customers = (
        "pending_payment payment_processing payment_failed paid processing ready_to_ship shipped out_for_delivery "
        "delivered return_requested returned canceled refunded partially_refunded"
    )
    of_money = "due sent done failed held released open resolved reversed in_transit"
    of_shops = "draft published active applied pending restricted approved suspended"
    assert set(f"{shown_to_customers} {of_money} {of_shops}".split()) <= set(STATUSES)


def test_a_status_has_an_icon_and_a_word() -> None:
    html = render('{% status "partially_refunded" %}')
    assert 'class="badge badge--calm"' in html
    assert "<svg" in html
    assert words(html) == "Partly refunded"
    assert words(render('{% status "paid" label="Paid in full" %}')) == "Paid in full"
    for look in STATUSES.values():
        assert shapes(look.icon)
        assert look.label


def test_a_status_the_table_lacks_is_shown_as_it_is_written() -> None:
    assert status("on_the_moon").label == "On the moon"
    assert words(render("{% status word %}", word="<b>")) == "&lt;b&gt;"


def test_a_mark_shows_initials_in_a_color_that_stays() -> None:
    assert ">HF</text>" in mark("Holz & Feuer")
    assert ">L</text>" in mark("Linnéa")
    assert ">?</text>" in mark("  ")
    assert mark("Linnéa") == mark("Linnéa")
    assert mark("Linnéa", src="/m/l.svg", size=32).startswith('<img class="mark" src="/m/l.svg" alt="" width="32"')


def test_a_rating_is_told_in_words_too() -> None:
    assert "4.8 out of 5, 212 reviews" in render("{% rating 4.8 212 %}")
    assert "5.0 out of 5, 1 review<" in render("{% rating 5 1 %}")
    assert "4.2 out of 5<" in render("{% rating 4.2 missing %}")
    assert render("{% rating none %}", none=None) == ""


def test_percent_of_nothing_is_nothing() -> None:
    assert percent(1, 3) == 33
    assert percent(5, 0) == 0


def test_columns_are_read_from_their_names() -> None:
    assert columns("Order, Total:num") == [{"label": "Order", "kind": ""}, {"label": "Total", "kind": "num"}]


class AddressForm(forms.Form):
    street = forms.CharField(help_text="With the house number.")
    floor = forms.CharField(required=False)
    way = forms.ChoiceField(choices=[("a", "Post")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I am sure")
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_field_ties_label_help_and_error_to_its_control() -> None:
    html = render("{% field form.street %}", form=AddressForm({"street": ""}))
    assert '<label class="field-label" for="id_street">' in html
    assert 'aria-describedby="id_street_help id_street_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_street_help">With the house number.</p>' in html
    assert "This field is required." in html
    assert "optional" not in html


def test_what_need_not_be_filled_says_so() -> None:
    assert words(render("{% field form.floor %}", form=AddressForm())) == "Floor optional"


def test_choices_are_a_fieldset_and_a_check_box_stands_before_its_label() -> None:
    form = AddressForm({"way": ""})
    choices = render("{% field form.way %}", form=form)
    assert '<fieldset class="field choices" aria-describedby="id_way_error">' in choices
    assert words(choices).startswith("Way Post")
    check = render("{% field form.sure %}", form=form)
    assert check.index("<input") < check.index("I am sure")
    assert (
        render("{% field form.secret %}", form=form).strip()
        == '<input type="hidden" name="secret" class="input" id="id_secret">'
    )


def test_units_stand_beside_the_control() -> None:
    html = render('{% field form.street suffix="kg" hide_label=True %}', form=AddressForm())
    assert '<span class="affix">kg</span>' in html
    assert 'class="field-label visually-hidden"' in html


def test_a_component_sees_its_values_and_slots_and_nothing_else() -> None:
    html = render(
        '{% component "card" title=heading %}<p>{{ inside }}</p>'
        '{% slot "footer" %}{{ inside }}!{% endslot %}{% endcomponent %}',
        heading="Orders & more",
        inside="<i>",
        flush=True,
    )
    assert "<h2>Orders &amp; more</h2>" in html
    assert '<div class="card-body"><p>&lt;i&gt;</p></div>' in html
    assert '<div class="card-foot">&lt;i&gt;!</div>' in html


def test_a_table_without_rows_says_what_would_be_there() -> None:
    html = render(
        '{% component "table" caption="Orders" columns="Order, Total:num" empty="No orders yet" %}{% endcomponent %}'
    )
    assert '<td colspan="2">' in html
    assert "No orders yet" in html
    assert '<th scope="col" class="num">Total</th>' in html


@pytest.mark.parametrize(
    "source", ["{% component %}{% endcomponent %}", '{% component "card" title %}{% endcomponent %}']
)
def test_a_component_that_is_written_wrong_is_an_error(source: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        render(source)


@pytest.mark.parametrize(
    ("cookie", "attribute"),
    [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ('"><script>', ""), ("", "")],
)
def test_the_theme_comes_from_the_cookie_and_only_if_it_is_one(cookie: str, attribute: str) -> None:
    request = SimpleNamespace(COOKIES={"theme": cookie})
    assert render("{% theme_attribute %}", request=request) == attribute
    assert render("{% theme_attribute %}") == ""
