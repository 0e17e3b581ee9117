"""Every task: whose work it is, and that a process which serves vendors cannot do the platform's.

All process groups may ring, so anybody's ring may name any task, on either queue. What runs there runs with the rights of the
process that hears it.
"""

from typing import Any

from django.db import DatabaseError

from config.worker import SWEEPS, app
from tests.support.api import undone
from tests.support.browser import served_by

# Done by the shopworker, which is logged in as the doorman and becomes one vendor after the other.
OF_VENDORS = {"shop_catalog.run_imports"}


def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_has_its_queue_and_its_turn() -> None:
    assert ours() == SWEEPS.keys()
    assert {name for name, (_, queue) in SWEEPS.items() if queue == "shops"} == OF_VENDORS
    assert {queue for _, queue in SWEEPS.values()} == {"platform", "shops"}


def test_who_serves_vendors_can_do_no_work_of_the_platforms(two_vendors: Any) -> None:
    told = {}
    for name in sorted(ours() - OF_VENDORS):
        with served_by("portal"), undone():
            try:
                told[name] = f"done: {app.tasks[name]()}"
            except DatabaseError as error:
                told[name] = str(error)
    assert len(told) > 25
    assert {name: said for name, said in told.items() if not said.startswith("permission denied")} == {}
    # The control: whom the work is given to may begin it.
    with served_by("office"), undone():
        assert app.tasks["vendors.open_shops"]() == 0
