"""Doing all that is due at once, in this process: for a market that is played while nobody works in it."""

from collections.abc import Callable

from billing.disputes.tasks import remind
from billing.ledger.tasks import keep_checkpoints
from billing.payouts.tasks import follow_debts, release_opened
from billing.prepaid import tasks as prepaid
from billing.reconciliation.tasks import reconcile_when_due
from billing.statements import tasks as statements
from billing.stripe import tasks as stripe
from billing.subscriptions import tasks as plans
from marketplace.carts.tasks import drop_stale, tell_of_wishes
from marketplace.catalog.tasks import follow_vacations
from marketplace.checkout.tasks import release_expired_holds, remind_of_carts, simulate_commissions
from marketplace.demo.settled import unsettled
from marketplace.invoices import tasks as invoices
from marketplace.returns.tasks import carry_out_due, file_photos, pass_deadlines
from marketplace.reviews.tasks import ask
from notifications.tasks import send_due
from outbox.tasks import deliver
from privacy.tasks import carry_out_due as carry_out_data_requests
from privacy.tasks import forget as forget_data
from tenants.isolation.doors import acting_as
from tenants.shop.catalog.tasks import run_imports
from tenants.vendors.tasks import check_domains, close_what_is_done, export_shops, measure_shops, open_shops

# The worker's sweeps in the order in which one gives the next its work; the shopworker's bind their vendors themselves.
PLATFORM: tuple[Callable[[], int], ...] = (
    open_shops,
    stripe.expire_sessions,
    release_expired_holds,
    stripe.heal_events,
    stripe.process_inbox,
    carry_out_due,
    stripe.send_transfers,
    stripe.send_refunds,
    prepaid.give_back,
    stripe.send_reversals,
    stripe.sync_balance,
    stripe.sync_payouts,
    plans.dun,
    plans.recognize_revenue,
    deliver,
    prepaid.deliver_cards,
    send_due,
)
SHOPS: tuple[Callable[[], int], ...] = (run_imports,)
# What nobody misses in a played month: the worker does it when there is one.
LATER: tuple[Callable[[], int], ...] = (
    prepaid.end_expired,
    stripe.send_credits,
    stripe.keep_floor,
    stripe.apply_payout_wishes,
    stripe.settle_debt_checkouts,
    stripe.sync_disputes,
    stripe.sync_plans,
    stripe.refresh_subscriptions,
    remind,
    follow_debts,
    release_opened,
    keep_checkpoints,
    simulate_commissions,
    statements.issue_due,
    statements.render_due,
    invoices.render_due,
    statements.run_exports,
    check_domains,
    close_what_is_done,
    follow_vacations,
    drop_stale,
    tell_of_wishes,
    remind_of_carts,
    pass_deadlines,
    file_photos,
    export_shops,
    measure_shops,
    ask,
    carry_out_data_requests,
    forget_data,
)
# Matching means something when nothing is on its way.
IN_THE_END: tuple[Callable[[], int], ...] = (reconcile_when_due,)
MOST_ROUNDS = 20


def settle(*, to_the_last: bool = False) -> None:
    """Sweep until nothing is due any more; `to_the_last`, also until the provider has no news of what we did.

    Raises RuntimeError naming what does not get done.
    """
    for _ in range(MOST_ROUNDS):
        for sweep in SHOPS:
            sweep()
        with acting_as("platform"):
            done = sum(sweep() for sweep in PLATFORM)
            left = unsettled()
            if not left and not (done and to_the_last):
                for sweep in IN_THE_END:
                    sweep()
                return
    raise RuntimeError(f"after {MOST_ROUNDS} rounds there are still {', '.join(left) or 'sweeps that find work'}")


def tell() -> None:
    """Let everybody hear what has just happened, and send the mail about it."""
    with acting_as("platform"):
        deliver()
        send_due()
