from tests.support.bought import bought, buy

__all__ = ["bought", "buy"]
