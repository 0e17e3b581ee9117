"""The sweep that follows vacations."""

from celery import shared_task

from marketplace.catalog import projection


@shared_task(name="listings.follow_vacations")
def follow_vacations() -> int:
    return projection.follow_vacations()
