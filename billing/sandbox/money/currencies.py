"""Minor units and countries, as far as the sandbox needs them. Source: https://docs.stripe.com/currencies"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ..errors import ApiError, invalid

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
# Three decimals, of which Stripe takes two: the last digit must be 0.
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Sent with two decimals that must be 00. UGX stands in Stripe's list of zero-decimal currencies too: this rule wins.
WHOLE_UNITS = frozenset(["isk", "ugx"])
# Charged with two decimals, paid out in whole units only.
WHOLE_PAYOUTS = frozenset(["huf", "twd"])
SUPPORTED = (ZERO_DECIMAL | THREE_DECIMAL | WHOLE_UNITS | WHOLE_PAYOUTS) | frozenset(
    [
        "aed",
        "aud",
        "bgn",
        "brl",
        "cad",
        "chf",
        "cny",
        "czk",
        "dkk",
        "eur",
        "gbp",
        "hkd",
        "huf",
        "idr",
        "ils",
        "inr",
        "isk",
        "mxn",
        "myr",
        "nok",
        "nzd",
        "php",
        "pln",
        "ron",
        "sek",
        "sgd",
        "thb",
        "try",
        "usd",
        "zar",
    ]
)
EEA = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IS",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
# Separate charges and transfers may cross borders among these. Source: https://docs.stripe.com/connect/marketplace
TRANSFER_REGION = EEA | {"US", "CA", "GB", "CH"}
CURRENCY_OF = {
    "US": "usd",
    "CA": "cad",
    "GB": "gbp",
    "CH": "chf",
    "DK": "dkk",
    "SE": "sek",
    "NO": "nok",
    "PL": "pln",
    "CZ": "czk",
    "HU": "huf",
    "RO": "ron",
    "IS": "isk",
    "LI": "chf",
    "JP": "jpy",
    "BR": "brl",
    "AU": "aud",
    "MX": "mxn",
    "IN": "inr",
    "BG": "bgn",
}
# The least that a card can be charged, about half a dollar. Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
MINIMUM = {
    "gbp": 30,
    "dkk": 250,
    "nok": 300,
    "sek": 300,
    "pln": 200,
    "czk": 1500,
    "huf": 17500,
    "ron": 200,
    "bgn": 100,
    "mxn": 1000,
    "hkd": 400,
    "aed": 200,
    "myr": 200,
    "thb": 1000,
    "inr": 50,
    "isk": 6900,
    "ugx": 190000,
    "kwd": 160,
    "bhd": 190,
    "jod": 360,
    "omr": 200,
    "tnd": 1600,
    "krw": 700,
    "vnd": 13000,
}
MINIMUM_OTHERWISE = 50
MAXIMUM_MINOR = 99_999_999
# The sandbox's fixed rates: how many units of a currency one euro buys. Others change one to one.
RATES = {
    "eur": "1",
    "usd": "1.08",
    "gbp": "0.85",
    "chf": "0.95",
    "jpy": "160",
    "kwd": "0.33",
    "cad": "1.48",
    "sek": "11.3",
    "nok": "11.6",
    "dkk": "7.46",
    "pln": "4.3",
    "czk": "25",
    "huf": "395",
    "ron": "4.97",
    "aud": "1.64",
    "isk": "150",
    "ugx": "4000",
}
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£"}


def default_currency(country: str) -> str:
    return CURRENCY_OF.get(country, "eur")


def decimals(currency: str) -> int:
    return 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2


def check_amount(amount: int, currency: str, param: str = "amount") -> None:
    """Raises ApiError unless this amount of minor units can be charged in this currency.

    Amounts have eight digits at most; three-decimal currencies end in 0, ISK and UGX in 00.
    """
    if currency != currency.lower() or currency not in SUPPORTED:
        raise ApiError(400, f"Invalid currency: {currency}.", param="currency")
    check_digits(amount, currency, param)
    least = least_charge(currency)
    if amount < least:
        raise ApiError(400, f"Amount must be at least {show(least, currency)}.", code="amount_too_small", param=param)
    if amount > MAXIMUM_MINOR:
        raise ApiError(
            400, f"Amount must be no more than {show(MAXIMUM_MINOR, currency)}.", code="amount_too_large", param=param
        )


def least_charge(currency: str) -> int:
    return MINIMUM.get(currency, MINIMUM_OTHERWISE)


def check_digits(amount: int, currency: str, param: str = "amount") -> None:
    """Raises ApiError for an amount that the currency's smallest coin at Stripe does not divide."""
    step = 10 if currency in THREE_DECIMAL else 100 if currency in WHOLE_UNITS else 1
    if amount % step:
        raise invalid(
            f"Invalid amount: amounts in {currency.upper()} must be evenly divisible by {step}.",
            param=param,
            code="parameter_invalid_integer",
        )


def whole_payout(amount: int, currency: str) -> int:
    """How much of an amount can be paid out: of HUF and TWD whole units only."""
    return amount - amount % 100 if currency in WHOLE_PAYOUTS else amount


def rate_between(source: str, target: str) -> Decimal:
    """How many units of ``target`` one unit of ``source`` buys, at the sandbox's fixed rates."""
    return (Decimal(RATES.get(target, "1")) / Decimal(RATES.get(source, "1"))).quantize(Decimal("0.000001"))


def convert(amount: int, source: str, target: str) -> int:
    """Change minor units of one currency into minor units of another, rounded half up (away from zero)."""
    if source == target:
        return amount
    units = Decimal(amount).scaleb(-decimals(source)) * rate_between(source, target)
    if target in WHOLE_UNITS:
        return int(units.to_integral_value(ROUND_HALF_UP)) * 100
    return int(units.scaleb(decimals(target)).to_integral_value(ROUND_HALF_UP))


def show(amount: int, currency: str) -> str:
    """Write an amount of minor units for people: ``show(120050, "eur") == "€1,200.50"``."""
    digits = decimals(currency)
    whole, rest = divmod(abs(amount), 10**digits)
    figure = f"{whole:,}" + (f".{rest:0{digits}}" if digits else "")
    symbol = SYMBOLS.get(currency)
    return ("-" if amount < 0 else "") + (f"{symbol}{figure}" if symbol else f"{figure} {currency.upper()}")
