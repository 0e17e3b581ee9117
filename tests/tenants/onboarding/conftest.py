"""Lindqvist on its way in: let in by staff, with a shop, and a checklist of the test's choosing."""

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

STAFF, OWNER = uuid4(), uuid4()


@pytest.fixture
def ask(db: None) -> Callable[..., None]:
    """`ask(terms="selling", address="payout", review="both")`: these steps are on, all others off."""
    from tenants.onboarding.keeping import publish_terms
    from tenants.onboarding.models import Step, Terms

    def set_up(**doors: str) -> None:
        if "terms" in doors and not Terms.objects.exists():
            publish_terms(text="We sell, you deliver.", by=STAFF)
        Step.objects.update(is_on=False)
        for code, door in doors.items():
            Step.objects.filter(code=code).update(
                is_on=True, for_selling=door in ("selling", "both"), for_payout=door in ("payout", "both")
            )

    return set_up


@pytest.fixture
def paper(db: None) -> str:
    """The code of a document that vendors in Sweden are asked for; off."""
    from tenants.onboarding.keeping import add_document_step

    return add_document_step(title="Trade register", explanation="", countries=["SE"], by=STAFF).code


@pytest.fixture
def newcomer(make_vendor: Callable[..., Any]) -> Any:
    """Lindqvist, onboarding in Sweden, with a shop and neither door open."""
    return make_vendor("lindqvist", country="SE", state="onboarding", selling_cleared_at=None, payouts_cleared_at=None)


def pdf(words: bytes = b"of a shop") -> io.BytesIO:
    return io.BytesIO(b"%PDF-1.7 " + words)
