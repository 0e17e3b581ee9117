"""What staff do leaves a trace, in the transaction of the deed itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.http import HttpRequest

from audit.actions import record
from marketplace.web.backoffice.roles import staff_of


@contextmanager
def traced(request: HttpRequest, action: str, subject: str = "", **data: Any) -> Iterator[dict[str, Any]]:
    """Run the actions within as one transaction, and note who did it. What it gives may be filled in on the way.

    `subject` is "kind:id"; one that is known only afterwards is put into what it gives, under "subject".
    """
    told: dict[str, Any] = dict(data)
    with transaction.atomic():
        yield told
        about = str(told.pop("subject", subject))
        record(action=action, subject=about, actor_kind="staff", actor_id=staff_of(request).user_id, data=told)
