"""Charts are the figures they show, no more and no less."""

import pytest
from django.template import Context, Template

from ui.charts import HEIGHT, ceiling, draw, path


@pytest.mark.parametrize(
    ("value", "top"),
    [(0, 1), (-5, 1), (1, 1), (7, 8), (10, 10), (104000, 120000), (99, 100), (0.5, 1), (12500, 16000)],
)
def test_the_top_of_a_chart_is_round_and_not_below_the_highest_value(value: float, top: float) -> None:
    assert ceiling(value) == top


def test_bars_are_as_high_as_their_share() -> None:
    chart = draw([("Mon", 5), ("Tue", 10), ("Wed", 0), ("Thu", -3)], str)
    assert [point.height for point in chart.points] == [66.0, 132.0, 0, 0]
    assert [point.y + point.height for point in chart.points] == [chart.baseline] * 4 == [HEIGHT - 24] * 4
    assert [point.words for point in chart.points] == ["5", "10", "0", "-3"]
    assert [words for _, words in chart.grid] == ["5.0", "10.0"]


def test_not_every_point_is_labeled() -> None:
    chart = draw([(f"{day} Nov", day) for day in range(1, 31)], str)
    assert [point.label for point in chart.points if point.shows_label] == [
        "1 Nov",
        "6 Nov",
        "11 Nov",
        "16 Nov",
        "21 Nov",
        "26 Nov",
    ]


def test_a_line_stays_in_its_box() -> None:
    assert path([0, 0.5, 2]) == "M0,100L50,50L100,0"
    assert path([1]) == "M0,0L100,0"
    assert path([]) == ""


def test_a_chart_has_its_figures_in_a_table() -> None:
    source = '{% load ui %}{% bar_chart points label="Sales" currency="EUR" column="Sales" %}'
    html = Template(source).render(Context({"points": [("7 Nov", 8420), ("8 Nov", 1000)]}))
    assert '<th scope="row">7 Nov</th><td class="num">84.20 EUR</td>' in html
    assert '<th scope="row">8 Nov</th><td class="num">10.00 EUR</td>' in html
    assert 'role="img" aria-label="Sales"' in html


def test_a_chart_of_nothing_is_drawn() -> None:
    assert "<table" in Template('{% load ui %}{% line_chart none label="Sales" %}').render(Context({"none": []}))
