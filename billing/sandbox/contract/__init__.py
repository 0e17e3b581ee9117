"""Stripe's contract, derived from the installed SDK: what a request may hold and what an answer must hold."""
from .check import Contract, Operation, Problem
from .cache import load_contract

__all__ = ["Contract", "Operation", "Problem", "load_contract"]
