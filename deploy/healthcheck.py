"""Ends with 0 when the process in this container answers `/livez`; beat and builder answer nobody (compose.yaml)."""

import http.client
import os
import sys

process = http.client.HTTPConnection("127.0.0.1", 8000, timeout=3)
try:
    process.request("GET", "/livez", headers={"Host": os.environ.get("SOUK_DOMAIN", "localhost")})
    sys.exit(process.getresponse().status != 200)
except OSError as error:
    sys.exit(f"no answer: {error}")
