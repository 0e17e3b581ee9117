"""Files, for evidence: what was sent is told by its name, type, size and digest, and not kept."""

from __future__ import annotations

import json
from typing import Any

from ..errors import invalid
from ..listing import page
from ..objects import get
from .registry import Call, endpoint

TYPES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
ENDINGS = {"pdf": "pdf", "jpg": "jpg", "jpeg": "jpg", "png": "png"}


@endpoint("POST", "/v1/files")
def create(call: Call) -> dict[str, Any]:
    try:
        told = json.loads(call.need("file"))
        name, size = str(told["name"] or "file"), int(told["size"])
    except (ValueError, TypeError, KeyError):
        raise invalid("Send the file as multipart/form-data.", param="file") from None
    kind = TYPES.get(told["type"] or "") or ENDINGS.get(name.rpartition(".")[2].lower())
    if kind is None:
        raise invalid("Evidence is a PDF, a JPEG or a PNG.", param="file")
    return call.world.create(
        "file",
        "file",
        call.account,
        {
            "expires_at": None,
            "filename": name,
            "purpose": call.need("purpose"),
            "size": size,
            "title": None,
            "type": kind,
            "url": None,
        },
    ).body


@endpoint("GET", "/v1/files")
def list_files(call: Call) -> dict[str, Any]:
    return page(call.world, call.account, "file", call.params, call.path, by=("purpose",))


@endpoint("GET", "/v1/files/{file}")
def retrieve(call: Call) -> dict[str, Any]:
    return get(call.world, call.account, "file", call.id).body
