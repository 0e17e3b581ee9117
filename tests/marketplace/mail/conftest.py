from tests.marketplace.web.storefront.conftest import ada, another, shopper, sign_in
from tests.support.bought import bought, buy
from tests.support.going_back import arrived
from tests.support.office import desk

__all__ = ["ada", "another", "arrived", "bought", "buy", "desk", "shopper", "sign_in"]
