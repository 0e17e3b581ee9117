"""Gift cards and store credit: sold, given, held for an order, paid with, given back, ended.

Locks: the payment, then the balances by id, then the books; whoever places an order locks them after stock and promotions.
"""

from billing.prepaid.actions.cards import (
    CardEnded,
    CardGiven,
    CodeShown,
    begin_purchase,
    deliver_due,
    end_expired,
    freeze,
    send_again,
    show_code,
    unfreeze,
    void,
)
from billing.prepaid.actions.credit import give_credit
from billing.prepaid.actions.tenders import (
    LessLeft,
    credit_refunds,
    give_back,
    give_back_due,
    hold,
    pay_covered,
    release,
    use,
)

__all__ = [
    "CardEnded",
    "CardGiven",
    "CodeShown",
    "LessLeft",
    "begin_purchase",
    "credit_refunds",
    "deliver_due",
    "end_expired",
    "freeze",
    "give_back",
    "give_back_due",
    "give_credit",
    "hold",
    "pay_covered",
    "release",
    "send_again",
    "show_code",
    "unfreeze",
    "use",
    "void",
]
