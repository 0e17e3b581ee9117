"""Addresses as programs need them: whole."""

from kit.links import absolute_url


def absolute(url: str) -> str:
    """Files in a folder have addresses of ours, without a host; those in object storage have their own."""
    return absolute_url("market", url) if url.startswith("/") else url
