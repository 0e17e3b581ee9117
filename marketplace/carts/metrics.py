"""What happens to carts, as this process sees it."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from prometheus_client import Counter

from kit.errors import SoukError

CART_OPERATIONS = Counter(
    "cart_operations", "Changes of carts, by what became of them: ok, or why not.", ["operation", "result"]
)
P = ParamSpec("P")
R = TypeVar("R")


def counted(operation: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Count each call of an action, with the stable code of what it was refused with."""

    def decorate(action: Callable[P, R]) -> Callable[P, R]:
        @wraps(action)
        def counting(*args: P.args, **kwargs: P.kwargs) -> R:
            result = "error"
            try:
                done = action(*args, **kwargs)
                result = "ok"
                return done
            except SoukError as error:
                result = error.code
                raise
            finally:
                CART_OPERATIONS.labels(operation, result).inc()

        return counting

    return decorate
