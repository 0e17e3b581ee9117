import pytest
from prometheus_client import REGISTRY

from kit.errors import InvalidInput
from marketplace.carts import actions
from marketplace.carts.metrics import counted
from marketplace.carts.models import Cart


def count(operation, result):
    return REGISTRY.get_sample_value("cart_operations_total", {"operation": operation, "result": result}) or 0


def test_an_operation_is_counted_with_what_became_of_it():
    @counted("test")
    def operate(error=None):
        """Told."""
        if error:
            raise error
        return "done"

    assert operate() == "done"
    with pytest.raises(actions.NotForSale):
        operate(actions.NotForSale("Gone."))
    with pytest.raises(ZeroDivisionError):
        operate(ZeroDivisionError("mira@example.org"))
    assert operate.__doc__ == "Told."
    assert (count("test", "ok"), count("test", "not_for_sale"), count("test", "error")) == (1, 1, 1)


@pytest.mark.django_db
def test_a_refused_quantity_counts_under_its_code():
    before = count("add", "invalid_input")
    cart = Cart.objects.create(token_hash="0" * 64, country="DE")
    with pytest.raises(InvalidInput):
        actions.add_to_cart(cart=cart, offer_id=cart.id, quantity=0)
    assert count("add", "invalid_input") == before + 1
