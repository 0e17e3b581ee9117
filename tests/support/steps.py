"""What random walks and races did, printed at the end of a run: also of those that ran in other processes."""

from collections import Counter
from typing import Any

STEPS_TAKEN = "steps taken"
RACE = "race"


def told(taken: Counter[str]) -> str:
    turns = ", ".join(f"{name} {count}" for name, count in taken.most_common())
    return f"money machine: {taken.total()} steps: {turns}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    taken: Counter[str] = Counter()
    races = []
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, value in report.user_properties:
            if name == STEPS_TAKEN:
                taken.update(value)
            elif name == RACE:
                races.append(value)
    if taken:
        terminalreporter.write_line(told(taken))
    for race in races:
        terminalreporter.write_line(f"race: {race}")
