"""Who hears of what: the one table from facts to listeners.

INSIDE listeners run in the transaction that announces, with its database role, and may refuse by raising. AFTER listeners
run in the worker once it has committed, each in a transaction of its own; they may run twice.
"""

INSIDE: dict[str, list[str]] = {}

AFTER: dict[str, list[str]] = {}
