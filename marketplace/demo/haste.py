"""Making a played market do at once what would be due within seconds, or minutes."""

from datetime import timedelta

from marketplace.demo.acts import let_time_pass
from marketplace.demo.sandbox import Sandbox
from outbox.doorbell import ring

SWEEPS = (
    "outbox.deliver",
    "stripe.process_inbox",
    "stripe.expire_sessions",
    "stripe.send_transfers",
    "stripe.send_refunds",
    "stripe.sync_balance",
    "stripe.sync_payouts",
    "checkout.release_expired_holds",
    "notifications.send_due",
    "vendors.open_shops",
    "shop_catalog.run_imports",
)


def ring_all() -> None:
    """Wake every sweep for which something may be due; beat would do it within seconds."""
    for sweep in SWEEPS:
        ring(sweep)


def hurry(sandbox: Sandbox) -> None:
    """Let a minute pass: what a killed process had claimed is then due again, and is looked for at once."""
    let_time_pass(timedelta(minutes=1), sandbox)
    ring_all()
