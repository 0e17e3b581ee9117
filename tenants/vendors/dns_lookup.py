"""What the domain name system says of a vendor's domain: looked up by the worker alone, which reaches the outside."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import dns.exception
import dns.resolver
from django.conf import settings
from dns.rdatatype import RdataType

SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of a name's records; none, and why, in words for the vendor."""

    values: tuple[str, ...] = ()
    problem: str = ""


def texts(name: str) -> Answer:
    """The TXT records of a name, each put together from its parts."""
    try:
        found = _resolver().resolve(name, RdataType.TXT, search=False)
    except dns.exception.DNSException as error:
        return Answer(problem=_words(name, error))
    return Answer(tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found))


def addresses(host: str) -> frozenset[str]:
    """Where a host name leads, by IPv4 and IPv6; nowhere when nobody says."""
    found: set[str] = set()
    for kind in (RdataType.A, RdataType.AAAA):
        try:
            found |= {record.address for record in _resolver().resolve(host, kind, search=False)}
        except dns.exception.DNSException:
            continue  # it has no addresses of this kind, or none that anybody tells
    return frozenset(found)


def _resolver() -> dns.resolver.Resolver:
    servers: Sequence[str] = settings.DNS_SERVERS
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        named = [server.rpartition(":") if server.count(":") == 1 else (server, ":", "53") for server in servers]
        resolver.nameservers = [str(ipaddress.ip_address(address)) for address, _, _ in named]
        resolver.nameserver_ports = {address: int(port) for address, _, port in named}
    resolver.lifetime = SECONDS
    # Remembered nowhere: a vendor who has just set the record is waiting.
    resolver.cache = None
    return resolver


def _words(name: str, error: dns.exception.DNSException) -> str:
    if isinstance(error, (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)):
        return f"There is no TXT record at {name} yet."
    if isinstance(error, dns.exception.Timeout):
        return f"The name servers of {name} did not answer in time."
    return f"The name servers of {name} could not answer."
