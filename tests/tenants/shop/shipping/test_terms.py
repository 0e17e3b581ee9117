"""What a parcel costs and when it arrives: exact at every border, whatever the bands."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from tenants.shop.shipping.terms import (
    Departures,
    Item,
    Place,
    Profile,
    Rate,
    ShippingTerms,
    Zone,
    as_json,
    from_json,
    leave_by,
    methods_for,
)

# A Wednesday, before noon in Berlin.
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)


def rate(name: str, price_minor: int, **bands: object) -> Rate:
    return Rate(uuid4(), name, price_minor, **bands)  # type: ignore[arg-type]


def terms(*rates: Rate, countries: tuple[str, ...] = (), handling_days: int = 0) -> ShippingTerms:
    return ShippingTerms((Profile(uuid4(), "All", handling_days, (Zone(uuid4(), "Zone", countries, rates),)),))


def names(found: ShippingTerms, *items: Item, country: str = "DE") -> list[str]:
    return [method.name for method in methods_for(found, items, country=country, now=NOW).methods]


borders = st.lists(st.integers(1, 100_000), min_size=1, max_size=6, unique=True).map(sorted)


@given(borders, st.integers(0, 100_001))
def test_bands_that_share_a_border_take_every_weight_exactly_once(weights, grams):
    bands = [
        rate(f"{low}", 100, over_grams=low, up_to_grams=high)
        for low, high in zip([None, *weights], [*weights, None], strict=True)
    ]
    for border in (grams, *weights, *(each + 1 for each in weights)):
        found = names(terms(*bands), Item(1000, 1, border))
        above = [each for each in weights if each < border]
        assert found == [f"{above[-1] if above else None}"]


@given(borders, st.integers(0, 100_001), st.integers(1, 50))
def test_the_same_holds_of_goods_and_of_pieces(limits, amount, pieces):
    goods = [
        rate(f"{low}", 100, from_goods_minor=low, below_goods_minor=high)
        for low, high in zip([None, *limits], [*limits, None], strict=True)
    ]
    for border in (amount, *limits, *(each - 1 for each in limits)):
        below = [each for each in limits if each <= border]
        assert names(terms(*goods), Item(border, 1)) == [f"{below[-1] if below else None}"]
    few, many = rate("few", 100, to_pieces=10), rate("many", 200, from_pieces=11)
    assert names(terms(few, many), Item(100, pieces)) == ["few" if pieces <= 10 else "many"]


def test_the_weight_is_that_of_all_pieces_and_the_cheapest_way_comes_first():
    small, large = rate("Parcel", 900, up_to_grams=5000), rate("Letter", 400, up_to_grams=2000)
    assert names(terms(small, large), Item(100, 2, 1000)) == ["Letter", "Parcel"]
    assert names(terms(small, large), Item(100, 1, 1000), Item(100, 1, 1001)) == ["Parcel"]


def test_what_nothing_takes_is_refused_for_the_right_reason():
    light = terms(rate("Letter", 400, up_to_grams=2000), countries=("DE",))
    heavy = methods_for(light, [Item(100, 1, 2001)], country="DE", now=NOW)
    abroad = methods_for(light, [Item(100, 1, 1)], country="FR", now=NOW)
    assert (heavy.methods, heavy.refusal, heavy.load.grams) == ((), "load", 2001)
    assert (abroad.methods, abroad.refusal) == ((), "country")
    assert methods_for(ShippingTerms(), [Item(100, 1)], country="DE", now=NOW).refusal == "country"


def test_a_zone_that_names_the_country_goes_before_the_one_for_the_rest():
    home, rest = rate("Home", 400), rate("Abroad", 1400)
    zones = (Zone(uuid4(), "Rest", (), (rest,)), Zone(uuid4(), "Home", ("DE", "AT"), (home,)))
    found = ShippingTerms((Profile(uuid4(), "All", 0, zones),))
    assert (names(found, Item(100, 1)), names(found, Item(100, 1), country="FR")) == (["Home"], ["Abroad"])
    assert found.countries == []


def test_goods_of_so_much_go_free_and_what_is_missing_is_told():
    found = terms(rate("Parcel", 490, free_from_minor=5000))
    (below,) = methods_for(found, [Item(4999, 1)], country="DE", now=NOW).methods
    (reached,) = methods_for(found, [Item(2500, 1), Item(2500, 1)], country="DE", now=NOW).methods
    assert (below.price_minor, below.missing_minor) == (490, 1)
    assert (reached.price_minor, reached.missing_minor) == (0, 0)


def test_things_of_two_profiles_go_together_as_cheap_or_as_fast_as_each_can():
    slow, fast = rate("Post", 400), rate("Express", 1200, transit_min_days=1, transit_max_days=1)
    van = rate("Van", 4900, transit_min_days=5, transit_max_days=8)
    bulky = Profile(uuid4(), "Bulky", 3, (Zone(uuid4(), "All", (), (van,)),))
    usual = Profile(uuid4(), "Usual", 0, (Zone(uuid4(), "All", (), (slow, fast)),))
    both = ShippingTerms((usual, bulky))
    items = [Item(1000, 1), Item(90000, 1, profile_id=bulky.id)]
    offered = methods_for(both, items, country="DE", now=NOW)
    assert {method.name: method.price_minor for method in offered.methods} in (
        {"Post + Van": 5300, "Express + Van": 6100},
        {"Van + Post": 5300, "Van + Express": 6100},
    )
    assert offered.preselected is not None
    assert offered.preselected.price_minor == 5300
    # The van's three working days from Wednesday end on Monday; with five to eight more it is Monday to Thursday.
    assert (offered.preselected.first_on, offered.preselected.last_on) == (date(2026, 12, 14), date(2026, 12, 17))
    assert names(both, Item(1, 1, profile_id=uuid4())) == ["Post", "Express"]  # a profile that is gone: the default


def test_days_are_working_days_of_whoever_sends_and_of_the_carrier():
    parcel = rate("Parcel", 490, transit_min_days=1, transit_max_days=2)

    def arrives(now: datetime, handling_days: int = 0, *departures: Departures, later: date | None = None):
        found = replace(terms(parcel, handling_days=handling_days), departures=departures)
        (method,) = methods_for(found, [Item(100, 1, ships_on=later)], country="DE", now=now).methods
        return method.first_on, method.last_on

    assert arrives(NOW) == (date(2026, 12, 3), date(2026, 12, 4))
    after_noon = datetime(2026, 12, 4, 12, tzinfo=UTC)  # a Friday: it leaves on Monday
    assert arrives(after_noon) == (date(2026, 12, 8), date(2026, 12, 9))
    assert arrives(after_noon, 0, Departures("123456", time(18))) == (date(2026, 12, 7), date(2026, 12, 8))
    assert arrives(NOW, 2) == (date(2026, 12, 7), date(2026, 12, 8))
    # Which warehouse packs it is not known yet: the slowest is promised.
    assert arrives(NOW, 0, Departures(), Departures("5")) == (date(2026, 12, 7), date(2026, 12, 8))
    assert arrives(NOW, 0, later=date(2026, 12, 12)) == (date(2026, 12, 15), date(2026, 12, 16))


def test_what_is_paid_leaves_by_the_end_of_a_working_day():
    found = terms(rate("Parcel", 490), handling_days=1)
    assert leave_by(found, now=NOW).isoformat() == "2026-12-03T23:59:00+01:00"
    assert leave_by(found, now=datetime(2026, 12, 4, 12, tzinfo=UTC)).date() == date(2026, 12, 8)


def test_a_place_is_offered_everywhere_and_never_chosen_for_anybody():
    place = Place(uuid4(), "Workshop", "Sand 1", "20095", "Hamburg", "DE", "Fri 10 to 18", price_minor=0)
    found = replace(terms(rate("Parcel", 490), countries=("DE",), handling_days=1), places=(place,))
    home = methods_for(found, [Item(100, 1)], country="DE", now=NOW)
    abroad = methods_for(found, [Item(100, 1)], country="FR", now=NOW)
    assert [method.key for method in home.methods][1:] == [f"pickup.{place.id}"]
    assert home.preselected == home.methods[0]
    assert (abroad.preselected, [method.place for method in abroad.methods]) == (None, [place])
    assert abroad.methods[0].first_on == date(2026, 12, 3)


ids = st.uuids(version=4)
some = st.none() | st.integers(0, 10_000)
rates = st.builds(Rate, ids, st.text(max_size=9), st.integers(0, 999), st.text(max_size=9), some, some, some, some)
zones = st.builds(Zone, ids, st.text(max_size=9), st.lists(st.sampled_from(["DE", "FR"])).map(tuple), st.tuples(rates))
made = st.builds(
    ShippingTerms,
    st.lists(st.builds(Profile, ids, st.text(max_size=9), st.integers(0, 9), st.tuples(zones))).map(tuple),
    st.lists(st.builds(Place, ids, *[st.text(max_size=9)] * 6, st.integers(0, 99))).map(tuple),
    st.just((Departures(), Departures("67", time(8, 30), "UTC"))),
)


@given(made)
def test_terms_come_back_from_json_as_they_were(found):
    assert from_json(as_json(found)) == found


def test_ids_of_methods_stay_while_the_offer_does():
    found = terms(rate("Post", 400), rate("Express", 900))
    keys = [method.key for method in methods_for(found, [Item(100, 1)], country="DE", now=NOW).methods]
    again = methods_for(from_json(as_json(found)), [Item(900, 3, 70)], country="AT", now=NOW)
    assert [method.key for method in again.methods] == keys
    assert [UUID(key) for key in keys]
