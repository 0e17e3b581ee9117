"""How much a shop may say of its shipping. Drafts are refused beyond it, and nothing beyond it is projected."""

MAX_PROFILES, MAX_ZONES, MAX_RATES, MAX_PLACES = 10, 30, 30, 50
MAX_SHIPPING_MINOR = 100_000
MAX_DAYS = 60
MAX_PIECES = 10_000
