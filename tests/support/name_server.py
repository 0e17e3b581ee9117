"""A name server for tests: real answers over UDP on loopback, from a zone that the test writes."""

import socketserver
import threading
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset


class NameServer:
    """`server.texts["_souk.shop.example"] = ["souk-domain=…"]`; a name that is not there is NXDOMAIN.

    `broken` names are answered with SERVFAIL; `asked` has every question, as (name, type).
    """

    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        self.addresses: dict[str, str] = {}
        self.broken: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        zone = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, socket = self.request
                socket.sendto(zone.answer(dns.message.from_wire(data)).to_wire(), self.client_address)

        self._server = socketserver.UDPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def answer(self, query: dns.message.Message) -> Any:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        values: list[str] = []
        if kind == "TXT":
            values = [f'"{text[:20]}" "{text[20:]}"' for text in self.texts.get(name, [])]
        elif kind == "A" and name in self.addresses:
            values = [self.addresses[name]]
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            response.answer.append(dns.rrset.from_text_list(question.name, 60, dns.rdataclass.IN, kind, values))
        elif name not in self.texts and name not in self.addresses:
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
