"""Where mail goes while no SMTP server is configured: a folder."""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from kit.ids import uuid7


class FolderBackend(BaseEmailBackend):
    """One `.eml` file a message in `settings.EMAIL_FILE_PATH`, readable by its owner only; names sort by time."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in messages:
            _write(folder / f"{uuid7()}.eml", message.message().as_bytes())
        return len(messages)


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: a reader of the folder never meets half a message."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)
