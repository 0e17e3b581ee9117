"""The cache of what belongs to one vendor."""

from uuid import uuid4

import pytest

from kit.cache import vendor_cache
from kit.context import CurrentVendor, NoVendor, acting_for


def vendor(slug: str) -> CurrentVendor:
    return CurrentVendor(id=uuid4(), slug=slug, schema="v_0123456789ab")


def test_each_vendor_has_a_part_of_its_own():
    lindqvist, moreau = vendor("lindqvist"), vendor("moreau")
    with acting_for(lindqvist):
        vendor_cache.set("secret", "mine", 60)
        assert vendor_cache.add("calls", 1, 60)
    with acting_for(moreau):
        assert vendor_cache.get("secret") is None
        assert vendor_cache.get("secret", "nothing") == "nothing"
        assert vendor_cache.add("calls", 5, 60)
        vendor_cache.delete("secret")
        assert vendor_cache.incr("calls") == 6
    with acting_for(lindqvist):
        assert vendor_cache.get("secret") == "mine"
        assert not vendor_cache.add("calls", 9, 60)
        assert vendor_cache.incr("calls") == 2


@pytest.mark.parametrize(
    "use",
    [
        lambda: vendor_cache.get("secret"),
        lambda: vendor_cache.set("secret", 1, 60),
        lambda: vendor_cache.add("secret", 1, 60),
        lambda: vendor_cache.incr("secret"),
        lambda: vendor_cache.delete("secret"),
    ],
)
def test_for_nobody_it_refuses(use):
    with pytest.raises(NoVendor):
        use()
