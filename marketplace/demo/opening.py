"""Opening the demo's market: its world made ready and seeded, then all its processes."""

from billing.stripe.webhooks import register_endpoints
from embedded.processes import Fleet
from marketplace.demo import setup
from marketplace.demo.progress import Progress
from marketplace.demo.seed import is_seeded, seed
from tenants.isolation.doors import acting_as

# Two to begin with, and the others.
EVERYBODY = ("sandbox", "web", "portal", "office", "worker", "shopworker", "builder", "beat", "live")
OTHERS = EVERYBODY[2:]


def open_market(fleet: Fleet, progress: Progress) -> None:
    """Until every face answers. The fleet's world must be this process's, and nobody else at work in it."""
    setup.prepare(fleet.world, progress)
    if not is_seeded():
        # A month is lived through before anybody else wakes up: its time is not theirs.
        fleet.start(["sandbox"])
        fleet.wait_until_serving(["sandbox"])
        seed(progress)
        progress.step("Open the marketplace")
        fleet.start(["web"])
    else:
        progress.step("Open the marketplace")
        fleet.start(["web", "sandbox"])
    fleet.wait_until_serving(["web", "sandbox"])
    progress.step("Start the other processes")
    fleet.start(OTHERS)
    with acting_as("platform"):
        register_endpoints()  # the port may be another one than last time
    fleet.wait_until_serving(["portal", "office", "live"])
    progress.finish()
