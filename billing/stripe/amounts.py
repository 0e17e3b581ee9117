"""Amounts as Stripe writes them, where it counts a currency otherwise than we do: every amount goes out and comes in here.

Source: https://docs.stripe.com/currencies#special-cases. By kind of currency:

- ISK and UGX have no decimals with us, as ISO 4217 says; Stripe takes them with two that are always 00.
- MGA has none on either side: ISO 4217 gives it two, but an ariary has fifths, which nobody counts (see `kit.money`).
- BHD, JOD, KWD, OMR and TND have three on both sides; Stripe refuses a last digit that is not 0, and says so.
- HUF and TWD have two on both sides, but are paid out to banks in whole units.
"""

# How many of Stripe's units are one of ours.
TWO_MORE_DECIMALS = frozenset({"ISK", "UGX"})
PAID_OUT_WHOLE = frozenset({"HUF", "TWD"})


class NotWhole(ValueError):
    """Stripe named an amount between two of our units: nothing of it may be rounded away."""


def to_stripe(amount_minor: int, currency: str) -> int:
    """Our minor units of a currency (of any case) as Stripe's."""
    return amount_minor * 100 if currency.upper() in TWO_MORE_DECIMALS else amount_minor


def from_stripe(amount: int, currency: str) -> int:
    """Stripe's units as ours. Raises NotWhole."""
    if currency.upper() not in TWO_MORE_DECIMALS:
        return amount
    whole, rest = divmod(amount, 100)
    if rest:
        raise NotWhole(f"Stripe says {amount} of {currency.upper()}, which is no whole number of its units.")
    return whole


def paid_out_at_most(amount_minor: int, currency: str) -> int:
    """How much of an amount a payout can carry; the rest stays for the next one."""
    return amount_minor - amount_minor % 100 if currency.upper() in PAID_OUT_WHOLE else amount_minor
