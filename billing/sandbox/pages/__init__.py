"""The pages that people see: checkout, 3-D Secure, onboarding, the vendor's dashboard.

Server-rendered, without scripts.
"""
