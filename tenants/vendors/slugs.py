"""The word under which a vendor is found: a label of a host name, chosen once."""

import re

from kit.errors import InvalidInput

# A DNS label (RFC 1035), shorter, and with no double hyphen: "xn--" and its like mean something to browsers.
_SLUG = re.compile(r"[a-z0-9](?:-?[a-z0-9])+")
SHORTEST, LONGEST = 3, 40

# Hosts that are the platform's own, now or some day, and words that would make a shop look official.
_WORDS = """
    about account accounts admin administrator administration api app apps assets auth autoconfig autodiscover billing
    blog careers cdn cart checkout contact dashboard demo dev developer developers docs download downloads email example
    faq files finance forum ftp gateway handoff help host hostmaster imap img images info internal invoice invoices journey
    legal live local localhost localdomain login logout mail market marketplace media metrics monitor mta mx news ns1
    ns2 office official oauth order orders partner partners pay payment payments payout payouts platform pop portal
    postmaster press privacy prod production public refund refunds register root sandbox search secure security seller
    sellers server settings shop shops signin signup sign-in sign-up smtp sso staff staging static status store stores
    storefront stripe sub support system terms test testing tls trust upload uploads vendor vendors verify webhook
    webhooks webmail webmaster wildcard world wpad www www1 www2
"""
RESERVED = frozenset(_WORDS.split())
_OFFICIAL = re.compile(r"souk(?:-|$)|(?:^|-)souk$|^stripe-|-official$")


def clean_slug(text: str) -> str:
    """The slug as it will be kept, in lower case. Raises InvalidInput (field "slug"), saying which rule it breaks."""
    slug = text.strip().lower()
    if not SHORTEST <= len(slug) <= LONGEST:
        raise InvalidInput(f"A shop address has {SHORTEST} to {LONGEST} characters.", field="slug")
    if not _SLUG.fullmatch(slug):
        raise InvalidInput(
            "A shop address consists of the letters a–z, digits and single hyphens between them.", field="slug"
        )
    if slug in RESERVED or _OFFICIAL.search(slug):
        raise InvalidInput(f"“{slug}” is kept for the marketplace itself. Choose another address.", field="slug")
    return slug
