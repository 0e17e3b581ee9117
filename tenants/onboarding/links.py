"""Addresses in mails. None of them is a key: they lead somewhere, and who follows them signs in there like anybody else."""

from uuid import UUID

from kit.links import absolute_url


def invitation_url(invitation_id: UUID) -> str:
    return absolute_url("market", f"/sell/invited/{invitation_id}/")


def resume_url(link_id: UUID) -> str:
    return absolute_url("market", f"/sell/resume/{link_id}/")


def step_path(code: str) -> str:
    """Where a step is done, on the vendor's portal."""
    return f"/onboarding/?step={code}" if code else "/onboarding/"
