"""The twelve vendors of the demo, one module each, in the order in which they joined."""

from __future__ import annotations

from marketplace.demo.parts import CastVendor
from marketplace.demo.vendors import (
    brennhaus,
    carraig,
    kade_noord,
    korpi,
    linho_mar,
    marelle,
    meltemi,
    norrljus,
    olivar,
    salvan,
    sygnal,
    waldspiel,
)

VENDORS: tuple[CastVendor, ...] = (
    brennhaus.VENDOR,
    olivar.VENDOR,
    marelle.VENDOR,
    linho_mar.VENDOR,
    kade_noord.VENDOR,
    waldspiel.VENDOR,
    norrljus.VENDOR,
    meltemi.VENDOR,
    sygnal.VENDOR,
    korpi.VENDOR,
    carraig.VENDOR,
    salvan.VENDOR,
)
