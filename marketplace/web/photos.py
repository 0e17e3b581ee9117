"""A customer's photos as pages of the portal and the office show them: small, leading to all of each."""

from django.urls import reverse

from marketplace.returns.models import Claim, Return


def photos_with(route: str, of: Return | Claim) -> list[dict[str, str]]:
    """For `components/_photos.html`; `route` takes a photo's id, and gives all of it with `?whole=1`."""
    urls = [reverse(route, args=[photo.id]) for photo in of.photos.all()]
    return [{"url": url, "whole_url": f"{url}?whole=1"} for url in urls]
