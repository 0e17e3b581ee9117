"""Logs: one structured line an event, for machines (`json`) or people (`plain`), without secrets or personal data.

Redaction is a net under the rule, not the rule: code does not log addresses, codes or cards in the first place.
"""

import logging
import logging.config
import re
import sys
from typing import Any

import structlog
from celery import current_task
from structlog.types import EventDict, Processor, WrappedLogger

from kit.context import current_request, current_vendor

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"pass(word|wd|phrase)|secret|token|authorization|cookie|csrf|session_?(id|key)|signature"
    r"|(api|signing|private|role)_?key|card_?(number|no)|cvc|cvv|iban|e_?mail|phone|recovery|otp",
    re.IGNORECASE,
)
_SECRET_VALUES = (
    re.compile(r"[\w.+%'-]+@[\w-]+(\.[\w-]+)*"),  # e-mail addresses
    re.compile(r"\b(sk|rk|pk|whsec)_\w{6,}"),  # Stripe's keys and signing secrets
    re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"),  # JSON web tokens
    re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"),
)
_PASSWORD_IN_URL = re.compile(r"(?<=://)[^\s/@]*:[^\s/@]*@")
_QUERY_STRING = re.compile(r"(?<=[\w/])\?[\w.%~+-]+=[^\s\"'<>]*")
# Thirteen to nineteen digits, in groups or not, and no part of a longer word (identifiers have digits and dashes too).
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")


def add_context(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Which request and person, which sweep, and which vendor a line belongs to."""
    if (request := current_request.get()) is not None:
        event.setdefault("request_id", request.request_id)
        if request.person_id:
            event.setdefault("person", request.person_id)
    if current_task:
        event.setdefault("sweep", current_task.name)
        if current_task.request.id:
            event.setdefault("task_id", current_task.request.id)
    if (vendor := current_vendor.get()) is not None:
        event.setdefault("vendor", vendor.slug)
    return event


def name_django_errors(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Django's own message on a failed request quotes the path, which may hold a one-time key; the route is logged."""
    if event.get("logger") == "django.request":
        event["event"] = str(event["event"]).partition(":")[0]
    return event


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace what looks like a secret, an address or a card number, by name or by form, at any depth."""
    return {key: _clean(key, value) for key, value in event.items()}


def _clean(key: object, value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(key, str) and _SECRET_NAME.search(key) and not isinstance(value, int | float):
        return REDACTED
    if isinstance(value, str):
        return _clean_text(value)
    if isinstance(value, bytes):
        return _clean_text(value.decode(errors="replace"))
    if isinstance(value, int):
        return REDACTED if value >= 10**12 and _is_card(str(value)) else value
    if isinstance(value, dict):
        return {name: _clean(name, part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", part) for part in value]
    if isinstance(value, float):
        return value
    return _clean_text(str(value))


def _clean_text(text: str) -> str:
    text = _PASSWORD_IN_URL.sub(f"{REDACTED}@", text)
    text = _QUERY_STRING.sub("?" + REDACTED, text)
    for pattern in _SECRET_VALUES:
        text = pattern.sub(REDACTED, text)
    return _DIGITS.sub(lambda found: REDACTED if _is_card(found[0]) else found[0], text)


def _is_card(text: str) -> bool:
    """13 to 19 digits that pass ISO/IEC 7812's check digit (Luhn)."""
    digits = [int(character) for character in text if character.isdigit()]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


# Done to every line, whoever wrote it.
SHARED: list[Processor] = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    add_context,
    name_django_errors,
]
# Loggers keep this very list from their first line on.
OURS: list[Processor] = [
    structlog.stdlib.filter_by_level,
    structlog.stdlib.PositionalArgumentsFormatter(),
    *SHARED,
    structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
]


def configure(log_format: str) -> None:
    """Send structlog's and the standard library's lines through one pipe to standard error.

    `log_format` is "json" or "plain". Raises ValueError for another.
    """
    if log_format not in ("json", "plain"):
        raise ValueError(f"SOUK_LOG={log_format!r}: choose json or plain")
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        structlog.processors.JSONRenderer(default=str)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
    ]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": SHARED,
                    "processors": last,
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                # Our own line tells of refused requests; Django's would repeat them.
                "django.request": {"level": "ERROR"},
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                # It tells each ring it hears, every few seconds; what a sweep did is a line of ours.
                "celery": {"level": "WARNING"},
                # These tell every call, addresses and bodies included.
                "stripe": {"level": "WARNING"},
                "httpx": {"level": "WARNING"},
                "botocore": {"level": "WARNING"},
                "fontTools": {"level": "WARNING"},
            },
        }
    )
    structlog.configure(
        processors=OURS,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
