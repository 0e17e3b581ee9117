"""Stripe's contract, derived from the installed SDK: what a request may hold and what an answer must hold."""

from .cache import load_contract
from .check import Contract, Operation, Problem

__all__ = ["Contract", "Operation", "Problem", "load_contract"]
