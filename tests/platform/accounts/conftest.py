from tests.support.faces import browser

__all__ = ["browser"]
