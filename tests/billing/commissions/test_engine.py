"""What a line pays: the first rule that matches, half up, never above the line, never by a rule that was not meant."""

from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.commissions.conditions import Conditions, DateRange, PriceBand, UnreadableRule, read_conditions
from billing.commissions.engine import (
    CommissionInput,
    NoRule,
    Rule,
    RuleBroken,
    RuleCurrency,
    Tier,
    commission_for,
    percentage,
    read_rule,
)
from billing.commissions.vat import REVERSE_CHARGE, vat_on_commission

LINDQVIST = UUID("01900000-0000-7000-8000-000000000001")
MOREAU = UUID("01900000-0000-7000-8000-000000000002")
DAY = date(2026, 11, 30)


def rule(position, bps=0, /, fixed=0, **fields):
    conditions = Conditions(**{name: fields.pop(name) for name in list(fields) if name in Conditions.__annotations__})
    amounts = {"EUR": fixed} if isinstance(fixed, int) and fixed else fixed or {}
    return Rule(UUID(int=position), position, bps, f"Rule {position}", conditions=conditions, fixed=amounts, **fields)


def line(base=8000, quantity=1, *, vendor=LINDQVIST, path="home/kitchen", currency="EUR", key="line", **fields):
    return CommissionInput(key, vendor, path, base, quantity, currency, on=DAY, **fields)


def one(line, *rules):
    (found,) = commission_for([line], rules)
    return found


def amounts(lines, *rules):
    return {found.key: found.net_minor for found in commission_for(lines, rules)}


def test_the_first_rule_by_position_wins_whatever_it_covers():
    everything = rule(1, 1000)
    kitchen, vendor = rule(2, 500, category={"home"}), rule(3, 100, vendor={LINDQVIST})
    assert one(line(), vendor, kitchen, everything).amount_minor == 800
    assert one(line(), kitchen, vendor).amount_minor == 400
    assert one(line(path="toys"), kitchen, vendor).amount_minor == 80


@pytest.mark.parametrize(
    ("conditions", "covered"),
    [
        ({"category": {"home"}}, True),
        ({"category": {"home/kitchen"}}, True),
        ({"category": {"home/kit"}}, False),
        ({"category": {"toys", "home"}}, True),
        ({"vendor": {MOREAU}}, False),
        ({"vendor": {MOREAU, LINDQVIST}}, True),
        ({"plan": {"pro"}}, True),
        ({"plan": {"start"}}, False),
        ({"tag": {"used", "sale"}}, True),
        ({"tag": {"used"}}, False),
        ({"price": (PriceBand("EUR", 5000, 8000),)}, False),
        ({"price": (PriceBand("EUR", 8000),)}, True),
        ({"price": (PriceBand("SEK", 0),)}, False),
        ({"price": (PriceBand("SEK", 0), PriceBand("EUR", 0, 8001))}, True),
        ({"country": {"AT", "DE"}}, True),
        ({"country": {"AT"}}, False),
        ({"dates": (DateRange(None, DAY),)}, True),
        ({"dates": (DateRange(date(2026, 12, 1), None), DateRange(DAY, DAY))}, True),
        ({"dates": (DateRange(date(2026, 12, 1), None),)}, False),
        ({"category": {"home"}, "country": {"AT"}}, False),
        ({"category": {"home"}, "country": {"DE"}, "plan": {"pro"}}, True),
    ],
)
def test_kinds_are_joined_by_and_values_by_or(conditions, covered):
    sold = line(plan="pro", tags=frozenset({"sale"}), unit_price_minor=8000, country="DE")
    assert one(sold, rule(1, 500, **conditions), rule(2, 1000)).amount_minor == (400 if covered else 800)


def test_percentage_and_fixed_part_for_each_item():
    found = one(line(quantity=3), rule(1, 1250, 30))
    assert found.amount_minor == 1000 + 90
    assert found.reason == "Rule 1 (version 1): 12.5 % of 80.00 EUR + 0.30 EUR × 3"


def test_what_is_once_for_an_order_is_divided_over_its_lines():
    lines = [line(1000, key="a", group=1), line(1000, key="b", group=1), line(1000, key="c", group=1)]
    once = rule(1, 0, 100, fixed_per="order")
    assert amounts(lines, once) == amounts(lines[::-1], once) == {"a": 34, "b": 33, "c": 33}
    assert amounts([*lines[:2], line(1000, key="c", group=2)], once) == {"a": 50, "b": 50, "c": 100}
    assert one(lines[0], once).reason == "Rule 1 (version 1): 1.00 EUR of 1.00 EUR an order"


def test_floor_and_cap_for_items_and_for_orders():
    each = rule(1, 1000, minimum={"EUR": 50}, maximum={"EUR": 300})
    assert one(line(100, 2), each).reason == "Rule 1 (version 1): 10 % of 1.00 EUR, at least 0.50 EUR an item"
    assert [one(line(base, quantity), each).net_minor for base, quantity in ((100, 2), (2000, 1), (9000, 2))] == [
        *(100, 200, 600)
    ]
    whole = replace(each, limits_per="order")
    lines = [line(3000, key="a", group=1), line(1000, key="b", group=1)]
    assert amounts(lines, whole) == {"a": 225, "b": 75}
    assert amounts([line(40, key="a", group=1), line(20, key="b", group=1)], whole) == {"a": 33, "b": 17}


def test_the_percentage_is_of_what_the_rule_says():
    sold = line(11900, goods_tax_minor=1900, shipping_minor=595, shipping_tax_minor=95)
    plain = rule(1, 1000)
    assert [
        one(sold, replace(plain, on_shipping=shipping, includes_tax=tax)).net_minor
        for shipping, tax in ((False, False), (True, False), (False, True), (True, True))
    ] == [1000, 1050, 1190, 1250]


def test_tiers_hold_from_their_amount_on_in_their_currency():
    tiered = rule(1, 1200, tiers=(Tier("EUR", 100_000, 1000), Tier("EUR", 500_000, 800)))
    sold = [one(line(10000, volume_minor=volume), tiered).net_minor for volume in (0, 99_999, 100_000, 600_000)]
    assert sold == [1200, 1200, 1000, 800]
    with pytest.raises(RuleCurrency):
        one(line(currency="SEK", volume_minor=600_000), tiered)


@pytest.mark.parametrize(
    ("base", "bps", "amount"), [(5, 1000, 1), (4, 1000, 0), (333, 1500, 50), (1, 5000, 1), (0, 9999, 0)]
)
def test_half_a_cent_is_rounded_up(base, bps, amount):
    assert percentage(base, bps) == amount


def test_vat_comes_on_top_and_both_stay_within_the_line():
    found = one(line(11900, goods_tax_minor=1900, vat_rate=Decimal("0.19")), rule(1, 1000))
    assert (found.net_minor, found.tax_minor, found.amount_minor) == (1000, 190, 1190)
    untaxed = one(line(100, vat_rate=Decimal("0.19")), rule(1, 10000))
    assert (untaxed.net_minor, untaxed.tax_minor) == (84, 16)
    assert untaxed.reason.endswith("at most the line itself")


def test_never_more_than_the_line():
    found = one(line(base=50, quantity=4), rule(1, 1000, 30))
    assert found.amount_minor == 50
    assert found.reason == "Rule 1 (version 1): 10 % of 0.50 EUR + 0.30 EUR × 4, at most the line itself"


def test_without_a_rule_nothing_is_sold():
    with pytest.raises(NoRule, match="home/kitchen"):
        one(line(), rule(1, 500, vendor={MOREAU}))
    with pytest.raises(NoRule):
        one(line())


@pytest.mark.parametrize("part", ["fixed", "minimum", "maximum"])
def test_amounts_in_another_currency_refuse_rather_than_being_converted_or_left_out(part):
    in_euro = rule(1, 1000, **{part: {"EUR": 30, "JPY": 40}})
    with pytest.raises(RuleCurrency):
        one(line(currency="SEK"), in_euro, rule(2, 1000))
    assert one(line(currency="JPY", base=100), in_euro).net_minor in (10, 40, 50)


def test_a_rule_that_cannot_be_read_refuses_what_comes_as_far_as_it():
    broken = replace(rule(2), problem="nobody knows “moon”")
    first, last = rule(1, 500, category={"home"}), rule(3, 1000)
    assert one(line(), first, broken, last).net_minor == 400
    with pytest.raises(RuleBroken, match="moon"):
        one(line(path="toys"), first, broken, last)


STORED = {
    "name": "Kept",
    "conditions": {"category": ["home"]},
    "rate_bps": 1000,
    "tiers": [],
    "fixed": {},
    "fixed_per": "item",
    "minimum": {},
    "maximum": {},
    "limits_per": "item",
    "on_shipping": False,
    "includes_tax": False,
}


@pytest.mark.parametrize(
    ("part", "stored", "at"),
    [
        ("conditions", {"moon": ["full"]}, "conditions"),
        ("conditions", ["home"], "conditions"),
        ("conditions", {"category": []}, "category"),
        ("conditions", {"category": "home"}, "category"),
        ("conditions", {"category": ["home/"]}, "category"),
        ("conditions", {"category": ["home", None]}, "category"),
        ("conditions", {"vendor": ["lindqvist"]}, "vendor"),
        ("conditions", {"country": ["Germany"]}, "country"),
        ("conditions", {"tag": ["Used"]}, "tag"),
        ("conditions", {"plan": [""]}, "plan"),
        ("conditions", {"price": [{"from_minor": 0}]}, "price"),
        ("conditions", {"price": [{"currency": "EUR", "from_minor": 5, "below_minor": 5}]}, "price"),
        ("conditions", {"price": [{"currency": "EUR", "to_minor": 5}]}, "price"),
        ("conditions", {"dates": [{}]}, "dates"),
        ("conditions", {"dates": [{"first": "2026-02-30"}]}, "dates"),
        ("conditions", {"dates": [{"first": "2026-02-02", "last": "2026-02-01"}]}, "dates"),
        ("rate_bps", 10001, "rate_bps"),
        ("rate_bps", "1000", "rate_bps"),
        ("tiers", [{"currency": "EUR", "from_minor": 1}], "tiers"),
        ("tiers", [{"currency": "EUR", "from_minor": 1, "rate_bps": bps} for bps in (1, 2)], "tiers"),
        ("fixed", {"euro": 5}, "fixed"),
        ("fixed", {"EUR": 0.3}, "fixed"),
        ("fixed", {"EUR": -1}, "fixed"),
        ("fixed", 30, "fixed"),
        ("fixed_per", "parcel", "fixed_per"),
        ("maximum", None, "maximum"),
        ("minimum", {"EUR": True}, "minimum"),
    ],
)
def test_what_cannot_be_read_is_refused_and_never_left_out(part, stored, at):
    with pytest.raises(UnreadableRule) as refused:
        read_rule(id=UUID(int=1), position=1, version=1, **{**STORED, part: stored})
    assert refused.value.field == at


def test_a_floor_above_its_cap_is_refused():
    with pytest.raises(UnreadableRule):
        read_rule(id=UUID(int=1), position=1, version=1, **{**STORED, "minimum": {"EUR": 2}, "maximum": {"EUR": 1}})


conditions = st.builds(
    Conditions,
    vendor=st.frozensets(st.sampled_from([LINDQVIST, MOREAU]), max_size=2),
    plan=st.frozensets(st.sampled_from(["start", "pro"]), max_size=2),
    category=st.frozensets(st.sampled_from(["home", "home/kitchen", "toys"]), max_size=2),
    tag=st.frozensets(st.sampled_from(["used", "sale"]), max_size=2),
    price=st.lists(
        st.builds(
            lambda currency, start, width: PriceBand(currency, start, start + width if width else None),
            st.sampled_from(["EUR", "JPY", "KWD"]),
            st.integers(0, 5000),
            st.integers(0, 5000),
        ),
        max_size=2,
    ).map(tuple),
    country=st.frozensets(st.sampled_from(["DE", "AT"]), max_size=2),
    dates=st.lists(
        st.builds(lambda first: DateRange(first, None), st.dates(date(2026, 11, 1), date(2026, 12, 31))), max_size=2
    ).map(tuple),
)
by_currency = st.one_of(
    st.just({}), st.fixed_dictionaries({code: st.integers(0, 900) for code in ("EUR", "JPY", "KWD")})
)


@st.composite
def any_rule(draw):
    position = draw(st.integers(1, 30))
    low, high = draw(by_currency), draw(by_currency)
    return Rule(
        UUID(int=position),
        position,
        draw(st.integers(0, 10000)),
        f"Rule {position}",
        conditions=draw(conditions),
        tiers=tuple(Tier(code, 1000, draw(st.integers(0, 10000))) for code in ("EUR", "JPY", "KWD"))
        if draw(st.booleans())
        else (),
        fixed=draw(by_currency),
        fixed_per=draw(st.sampled_from(["item", "order"])),
        minimum={code: min(amount, high.get(code, amount)) for code, amount in low.items()},
        maximum=high,
        limits_per=draw(st.sampled_from(["item", "order"])),
        on_shipping=draw(st.booleans()),
        includes_tax=draw(st.booleans()),
    )


@st.composite
def any_order(draw):
    """Lines of up to two vendor orders, in a currency without decimals, with two, or with three."""
    currency, country = draw(st.sampled_from(["JPY", "EUR", "KWD"])), draw(st.sampled_from(["DE", "AT"]))
    rate = draw(st.sampled_from([Decimal(0), Decimal("0.19"), Decimal("0.255")]))
    lines = []
    for number in range(draw(st.integers(1, 6))):
        goods, shipping = draw(st.integers(0, 10**7)), draw(st.integers(0, 5000))
        vendor = draw(st.sampled_from([LINDQVIST, MOREAU]))
        lines.append(
            CommissionInput(
                key=f"line {number}",
                vendor_id=vendor,
                group=vendor,
                category_path=draw(st.sampled_from(["home", "home/kitchen", "homeware", "toys"])),
                goods_minor=goods,
                goods_tax_minor=draw(st.integers(0, goods // 4)),
                shipping_minor=shipping,
                shipping_tax_minor=draw(st.integers(0, shipping // 4)),
                quantity=draw(st.integers(1, 50)),
                unit_price_minor=draw(st.integers(0, 9000)),
                currency=currency,
                country=country,
                on=DAY,
                plan=draw(st.sampled_from(["start", "pro"])),
                tags=draw(st.frozensets(st.sampled_from(["used", "sale"]), max_size=2)),
                volume_minor=draw(st.integers(0, 2000)),
                vat_rate=rate,
            )
        )
    return lines


@settings(max_examples=60, deadline=None)
@given(any_order(), st.lists(any_rule(), max_size=5, unique_by=lambda rule: rule.position), st.randoms())
def test_any_order_under_any_rules(lines, rules, random):
    """Exactly the first matching rule's; sums, floors and caps hold to the unit; in whatever order all is given."""
    rules = [*rules, rule(99, 1000)]
    found = {outcome.key: outcome for outcome in commission_for(lines, rules)}
    shuffled, mixed = random.sample(lines, len(lines)), random.sample(rules, len(rules))
    assert {outcome.key: outcome for outcome in commission_for(shuffled, mixed)} == found
    groups = {}
    for each in lines:
        first = min((r for r in rules if r.conditions.match(each)), key=lambda rule: rule.position)
        outcome = found[each.key]
        assert outcome.rule_id == first.id
        assert outcome.tax_minor >= 0
        assert 0 <= outcome.net_minor <= max(each.base_of(first), 0)
        assert outcome.amount_minor <= each.goods_minor
        if outcome.amount_minor < each.goods_minor:
            exact = (outcome.net_minor * each.vat_rate).quantize(Decimal(1), ROUND_HALF_UP)
            assert outcome.tax_minor == exact
        groups.setdefault((each.group, first.id), (first, []))[1].append(each)
    for first, together in groups.values():
        taken = sum(found[each.key].net_minor for each in together)
        most = first.maximum.get(together[0].currency)
        if most is not None:
            times = sum(each.quantity for each in together) if first.limits_per == "item" else 1
            assert taken <= most * times
        if all(found[each.key].net_minor < min(each.base_of(first), each.goods_minor) // 2 for each in together):
            # Nothing was cut off by a line being too small: the rule is carried out to the unit.
            assert taken == exactly(first, together)


def exactly(rule, lines):
    """The same sum, by another way: fractions, line by line, then the whole."""
    currency = lines[0].currency
    total = 0
    per_order_fixed = rule.fixed.get(currency, 0) if rule.fixed_per == "order" else 0
    if per_order_fixed and rule.limits_per == "item" and (rule.minimum or rule.maximum):
        return sum(outcome.net_minor for outcome in commission_for(lines, [rule]))
    for each in lines:
        bps = next(
            (t.rate_bps for t in rule.tiers if t.currency == currency and t.from_minor <= each.volume_minor), None
        )
        bps = rule.rate_bps if bps is None else bps
        amount = int((Decimal(each.base_of(rule)) * bps / 10000).quantize(Decimal(1), ROUND_HALF_UP))
        amount += rule.fixed.get(currency, 0) * each.quantity if rule.fixed_per == "item" else 0
        if rule.limits_per == "item":
            amount = max(amount, rule.minimum.get(currency, 0) * each.quantity)
            amount = min(amount, rule.maximum[currency] * each.quantity) if rule.maximum else amount
        total += amount
    total += per_order_fixed
    if rule.limits_per == "order":
        total = max(total, rule.minimum.get(currency, 0))
        total = min(total, rule.maximum[currency]) if rule.maximum else total
    return total


@settings(max_examples=60, deadline=None)
@given(conditions, conditions, any_order())
def test_conditions_that_cover_others_take_all_their_lines_and_survive_being_stored(wide, narrow, lines):
    assert read_conditions(wide.data()).match(lines[0]) == wide.match(lines[0])
    if wide.cover(narrow):
        assert all(wide.match(each) for each in lines if narrow.match(each))
    assert Conditions().cover(narrow)
    assert narrow.cover(narrow)


@pytest.mark.parametrize(
    ("platform", "vendor", "number", "rate", "why"),
    [
        ("DE", "DE", "", "0.19", "VAT of DE, 19 %: platform and vendor are both there"),
        ("EE", "EE", "EE123", "0.24", "VAT of EE, 24 %: platform and vendor are both there"),
        ("DE", "FR", "FR 12 345678901", "0", f"{REVERSE_CHARGE}, VAT number FR12345678901"),
        ("DE", "GR", "EL123456789", "0", f"{REVERSE_CHARGE}, VAT number EL123456789"),
        ("DE", "FR", "", "0.19", "VAT of DE, 19 %: the vendor has shown no VAT number of its own"),
        ("DE", "FR", "DE123456789", "0.19", "VAT of DE, 19 %: the vendor has shown no VAT number of its own"),
        ("DE", "GB", "GB123456789", "0", "No VAT: the service is supplied outside DE, in GB"),
        ("CH", "DE", "DE123456789", "0", "No VAT: the service is supplied outside CH, in DE"),
        ("CH", "CH", "", "0.081", "VAT of CH, 8.1 %: platform and vendor are both there"),
        ("", "DE", "", "0", "No VAT: the platform has not said where it is established"),
    ],
)
def test_vat_on_commission_goes_by_where_both_are(platform, vendor, number, rate, why):
    found = vat_on_commission(platform_country=platform, vendor_country=vendor, vendor_vat_id=number, on=DAY)
    assert (found.rate, found.reason) == (Decimal(rate), why)


def test_vat_on_commission_is_that_of_the_day():
    found = vat_on_commission(platform_country="EE", vendor_country="EE", vendor_vat_id="", on=date(2024, 6, 1))
    assert found.rate == Decimal("0.22")
