"""How many queries a call asks: every GET of the vendor API, read from its document, so that new ones are held too."""

from typing import Any

import pytest

from tests.support.api import Operation, operations

READS = [operation for operation in operations("vendor") if operation.method == "get"]
MOST = 9


@pytest.mark.parametrize("operation", READS, ids=str)
def test_lists_and_details_ask_little(trade: Any, at: Any, asks_at_most: Any, operation: Operation) -> None:
    mine, _ = trade
    caller = at(mine.vendor)
    with asks_at_most(MOST):
        answer = caller.get(operation.at(mine.ids))
    assert answer.status_code in (200, 409), answer.content  # what is not sent yet has no packing slip
