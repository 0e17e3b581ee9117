"""What every answer says about where a page may reach."""

from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

# Where Stripe's hosted pages are: checkout, onboarding, billing portal.
STRIPE_PAGES = ("https://checkout.stripe.com", "https://connect.stripe.com", "https://billing.stripe.com")


class ContentSecurityPolicyMiddleware:
    """A strict Content-Security-Policy on every answer that does not bring its own: nothing inline, nothing foreign."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response


@lru_cache(maxsize=1)
def content_security_policy() -> str:
    """The header's value.

    A form's whole chain of redirects must be allowed: from a cart to the provider's pages, from the portal to the
    marketplace and on to the provider.
    """
    forms = " ".join(["'self'", *_faces(), *_provider_pages()])
    rules = {
        "default-src": "'self'",
        "base-uri": "'none'",
        "connect-src": " ".join(["'self'", *_streams()]),
        "form-action": forms,
        "frame-ancestors": "'none'",
        "img-src": " ".join(["'self'", "data:", *_pictures()]),
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _streams() -> list[str]:
    """Where pages listen, when that is another port of their host."""
    if not settings.LIVE_PORT:
        return []
    hosts = {face["host"].format(vendor="*"): None for face in settings.FACES.values()}
    return [f"{settings.SCHEME}://{host}:{settings.LIVE_PORT}" for host in hosts]


def _faces() -> list[str]:
    """Every face's origin; a vendor's label becomes a wildcard."""
    usual = {"http": "80", "https": "443"}[settings.SCHEME]
    origins = []
    for face in settings.FACES.values():
        port = "" if face["port"] == usual else f":{face['port']}"
        origins.append(f"{settings.SCHEME}://{face['host'].format(vendor='*')}{port}")
    return origins


def _pictures() -> list[str]:
    """Where public pictures lie, when that is not here."""
    return [] if settings.MEDIA_URL.startswith("/") else [settings.MEDIA_URL]


def _provider_pages() -> tuple[str, ...]:
    if not settings.STRIPE_API_BASE:
        return STRIPE_PAGES
    base = urlsplit(settings.STRIPE_API_BASE)
    return (f"{base.scheme}://{base.netloc}",)
