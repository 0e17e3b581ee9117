"""Putting numbers into sentences."""


def counted(number: int, one: str, many: str) -> str:
    """ "1 order waits", "2 orders wait"."""
    return f"{number:,} {one if number == 1 else many}"
