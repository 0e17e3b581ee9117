"""Several people who do something at the same moment, each over a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from kit.errors import SoukError


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """What each job gave, or the refusal it raised; all are begun at once. Any other exception is raised."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return job()
        except SoukError as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def outcomes(*jobs: Callable[[], Any]) -> list[str]:
    """How it came out for them, in the order of the alphabet: "done", or the refusal's name."""
    found = together(*jobs)
    return sorted(type(each).__name__ if isinstance(each, SoukError) else "done" for each in found)
