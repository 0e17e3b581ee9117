"""Minor units and countries, as far as the sandbox needs them. Source: https://docs.stripe.com/currencies"""

from __future__ import annotations

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
SUPPORTED = ZERO_DECIMAL | frozenset(
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
SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£"}


def default_currency(country: str) -> str:
    return CURRENCY_OF.get(country, "eur")


def show(amount: int, currency: str) -> str:
    """Write an amount of minor units for people: ``show(120050, "eur") == "€1,200.50"``."""
    figure = f"{abs(amount):,}" if currency in ZERO_DECIMAL else f"{abs(amount) // 100:,}.{abs(amount) % 100:02}"
    symbol = SYMBOLS.get(currency)
    return ("-" if amount < 0 else "") + (f"{symbol}{figure}" if symbol else f"{figure} {currency.upper()}")
