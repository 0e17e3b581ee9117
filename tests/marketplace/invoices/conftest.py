from tests.support.bought import bought, buy
from tests.support.going_back import arrived

__all__ = ["arrived", "bought", "buy"]
