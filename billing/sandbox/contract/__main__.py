"""Check captured traffic: ``python -m billing.sandbox.contract CAPTURE.jsonl`` prints a line for each breach.

Exit status 0 if there is none, 1 if there is, 2 if the file cannot be read.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from . import Contract, load_contract


def violations(contract: Contract, exchange: dict[str, Any]) -> list[str]:
    """List how one exchange (method, path, query, status, body, response) breaks the contract.

    A request that was refused may well be wrong: that is why it was refused.
    """
    found = contract.find(exchange["method"], exchange["path"])
    if found is None:
        return [f"no such endpoint: {exchange['method']} {exchange['path']}"]
    if exchange["status"] >= 400:
        return []
    problems = contract.read(found[0], exchange.get("query", ""), exchange.get("body", ""))[1]
    answers = contract.judge(found[0].response, exchange["response"])
    return [f"request: {problem.message}" for problem in problems] + [
        f"response: {problem.message}" for problem in answers
    ]


def main(argv: list[str]) -> int:
    if len(argv) != 1:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    contract, count = load_contract(), 0
    try:
        with open(argv[0], encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                exchange = json.loads(line)
                for problem in violations(contract, exchange):
                    count += 1
                    print(f"{argv[0]}:{number}: {exchange['method']} {exchange['path']}: {problem}")
    except (OSError, ValueError, KeyError) as error:
        print(f"{argv[0]}: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
