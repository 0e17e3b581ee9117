"""The sweep that asks how it is."""

from celery import shared_task

from marketplace.reviews.mails import ask_for_reviews


@shared_task(name="reviews.ask")
def ask() -> int:
    """Ask whose order has come some days ago; gives how many were written to. Each order once."""
    return ask_for_reviews()
