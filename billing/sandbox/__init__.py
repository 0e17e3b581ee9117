"""A sandbox of Stripe: a stand-alone HTTP server that the real stripe-python SDK talks to.

It imports nothing of the marketplace. ``python -m billing.sandbox --state DIR`` starts it; `docs/sandbox.md` tells
the rest.
"""
