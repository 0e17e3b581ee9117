from tests.support.office import desk, market_day

__all__ = ["desk", "market_day"]
