"""Who owes the VAT of what is sold, and whether there is any: one table of rules, asked in its order; the first that holds
counts. Pure functions over plain data.

Destination based, as Directive 2006/112/EC has it for goods sold at a distance (articles 33 and 138): what is delivered
within the Union is taxed where it arrives; what leaves it is free of VAT (146); what a business of another member state
buys is free in the vendor's and accounted for by the customer in its own. Who facilitates imports of small consignments
is deemed to have sold them itself (14a): the platform owes that VAT.
"""

from collections.abc import Callable
from dataclasses import dataclass

from taxonomy.tax import COUNTRY_NAMES, EUROPEAN_UNION

VENDOR, PLATFORM = "vendor", "platform"
# Up to this intrinsic value, without VAT and transport, a consignment from outside is sold by the platform: article 14a.
SMALL_CONSIGNMENT = {"EUR": 15_000}

# The mention that article 226 (11a) asks for, in the vendor's own language.
REVERSE_CHARGE_WORDS = {
    "AT": "Steuerschuldnerschaft des Leistungsempfängers",
    "BE": "Autoliquidation / Btw verlegd",
    "DE": "Steuerschuldnerschaft des Leistungsempfängers",
    "DK": "Omvendt betalingspligt",
    "ES": "Inversión del sujeto pasivo",
    "FI": "Käännetty verovelvollisuus",
    "FR": "Autoliquidation",
    "IT": "Inversione contabile",
    "LU": "Autoliquidation",
    "NL": "Btw verlegd",
    "PL": "Odwrotne obciążenie",
    "PT": "Autoliquidação",
    "SE": "Omvänd betalningsskyldighet",
}


@dataclass(frozen=True, slots=True)
class Seller:
    """`country` is where it is established and sends from."""

    country: str
    is_small_business: bool = False
    vat_id: str = ""


@dataclass(frozen=True, slots=True)
class Buyer:
    """`vat_id` is a valid one, of the company it is bought for, given out by `vat_country`. `exemption` is the document by
    which staff have freed this customer of VAT.
    """

    vat_id: str = ""
    vat_country: str = ""
    exemption: str = ""


CONSUMER = Buyer()


@dataclass(frozen=True, slots=True)
class Case:
    """One vendor's part of a purchase; `value_minor` is what its goods cost without VAT and transport."""

    seller: Seller
    buyer: Buyer
    destination: str
    value_minor: int
    currency: str

    @property
    def from_union(self) -> bool:
        return self.seller.country in EUROPEAN_UNION

    @property
    def to_union(self) -> bool:
        return self.destination in EUROPEAN_UNION

    @property
    def is_domestic(self) -> bool:
        return self.seller.country == self.destination

    @property
    def is_small(self) -> bool:
        """Where the limit is not known in a currency, nothing is small: the importer pays what is due."""
        return self.value_minor <= SMALL_CONSIGNMENT.get(self.currency, -1)


@dataclass(frozen=True, slots=True)
class Treatment:
    """How a part is taxed: by the destination's rates or not at all, and who owes it. `taken_off`: prices, which have VAT in
    them, are charged without it. `reason` is fit for an invoice.
    """

    rule: str
    reason: str
    is_charged: bool = True
    taken_off: bool = False
    liable: str = VENDOR


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    holds: Callable[[Case], bool]
    says: Callable[[Case], str]
    is_charged: bool = False
    taken_off: bool = True
    liable: str = VENDOR


def _name(country: str) -> str:
    return COUNTRY_NAMES.get(country, country)


def _reverse_charge(case: Case) -> str:
    words = REVERSE_CHARGE_WORDS.get(case.seller.country, "")
    return (
        f"Reverse charge{f' ({words})' if words else ''}: supply within the European Union to {case.buyer.vat_id},"
        f" exempt in {_name(case.seller.country)} (Article 138, Directive 2006/112/EC);"
        f" the customer accounts for the VAT of {_name(case.destination)}"
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "exempt_customer",
        lambda case: bool(case.buyer.exemption),
        lambda case: f"Exempt from VAT: the customer is exempt by {case.buyer.exemption}",
    ),
    Rule(
        "small_business",
        lambda case: case.seller.is_small_business and case.from_union and case.to_union,
        lambda case: "No VAT: exempt as a small enterprise (Article 284, Directive 2006/112/EC)",
        taken_off=False,
    ),
    Rule(
        "export",
        lambda case: not case.is_domestic and not case.to_union,
        lambda case: (
            f"Zero rated: export to {_name(case.destination)} (Article 146, Directive 2006/112/EC)"
            if case.from_union
            else f"Zero rated: export from {_name(case.seller.country)} to {_name(case.destination)}"
        ),
    ),
    Rule(
        "domestic",
        lambda case: case.is_domestic,
        lambda case: f"VAT of {_name(case.destination)}",
        is_charged=True,
        taken_off=False,
    ),
    Rule(
        "reverse_charge",
        lambda case: (
            case.from_union
            and bool(case.seller.vat_id)
            and bool(case.buyer.vat_id)
            and case.buyer.vat_country != case.seller.country
        ),
        _reverse_charge,
    ),
    Rule(
        "distance",
        lambda case: case.from_union,
        lambda case: f"VAT of {_name(case.destination)}, where it is delivered (Article 33, Directive 2006/112/EC)",
        is_charged=True,
        taken_off=False,
    ),
    Rule(
        "deemed_supplier",
        lambda case: case.is_small and not case.buyer.vat_id,
        lambda case: (
            f"VAT of {_name(case.destination)}, owed by the marketplace as deemed supplier"
            " (Article 14a, Directive 2006/112/EC)"
        ),
        is_charged=True,
        taken_off=False,
        liable=PLATFORM,
    ),
    Rule(
        "import",
        lambda case: True,
        lambda case: f"No VAT charged: import into {_name(case.destination)}, where the importer pays what is due",
    ),
)


def treat(case: Case) -> Treatment:
    """The first rule that holds."""
    rule = next(rule for rule in RULES if rule.holds(case))
    return Treatment(rule.name, rule.says(case), rule.is_charged, rule.taken_off, rule.liable)


def here(destination: str) -> Treatment:
    """Taxed where it is delivered, by the vendor: what holds where nothing is known of who sells."""
    return Treatment("distance", f"VAT of {_name(destination)}, where it is delivered")
