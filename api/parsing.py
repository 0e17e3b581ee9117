"""Reading bodies. What cannot be read is told as that, whatever it was that could not be read."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils.json import strict_constant

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JsonBody(JSONParser):
    """JSON in UTF-8 (RFC 8259, 8.1) that we could write ourselves: no NaN, no half of a character, no bottomless nesting."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = stream.read().decode()
            found = json.loads(text, parse_constant=strict_constant)
            if _SURROGATE.search(text):
                json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError("The body is not JSON in UTF-8 that can be read.") from error
        return found
