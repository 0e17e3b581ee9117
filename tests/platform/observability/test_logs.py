import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from kit.context import RequestInfo, current_request
from observability.logs import REDACTED, configure, redact


def cleaned(**event):
    return redact(None, "info", event)


@pytest.mark.parametrize(
    "text",
    [
        "mail to mira.lind@example.org bounced",
        "paid with 4242 4242 4242 4242",
        "paid with 4242424242424242.",
        "paid with 4242-4242-4242-4242",
        "key sk_test_51HqLyjWDarjtT1zdp7dc",
        "secret whsec_abcdef0123456789",
        "Authorization: Bearer abcdefgh12345678",
        "code eyJhbGciOiJFZERTQSJ9.eyJhdWQiOiJhIn0.c2lnbmF0dXJl",
        "postgres://store:hunter2@db/souk",
        "GET /handoff/?code=abc&next=/orders/",
    ],
)
def test_a_line_holds_no_secret_address_or_card(text):
    line = cleaned(event=text)["event"]
    assert REDACTED in line
    for part in ("mira", "4242", "51HqLyj", "0123456789", "abcdefgh", "eyJ", "hunter2", "abc&"):
        assert part not in line


@pytest.mark.parametrize(
    "name", ["password", "new_password", "secret", "access_token", "Cookie", "email", "card_number", "api_key", "phone"]
)
def test_a_value_named_like_a_secret_is_not_told(name):
    assert cleaned(**{name: "anything"}) == {name: REDACTED}
    assert cleaned(data={"deep": [{name: "anything"}]}) == {"data": {"deep": [{name: REDACTED}]}}


def test_what_is_no_secret_stays():
    event = {
        "event": "transfer sent",
        "order": "0192f5a8-4412-7123-8123-123456789012",
        "amount_minor": 1234567,
        "source_key": "sale:17",
        "duration_ms": 12.5,
        "ok": True,
        "nothing": None,
        "sequence": "1234567890123",  # thirteen digits that fail the check digit
    }
    assert cleaned(**event) == event


@given(st.from_regex(r"[0-9]{12,18}", fullmatch=True))
def test_every_number_with_a_valid_check_digit_goes(digits):
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[::-2])
    check = -(doubled + sum(int(digit) for digit in digits[-2::-2])) % 10
    assert cleaned(event=f"number {digits}{check} told")["event"] == f"number {REDACTED} told"


@pytest.fixture
def lines(settings):
    """What is logged as JSON within the test, parsed."""
    stream = io.StringIO()
    configure("json")
    handler = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    configure(settings.LOG_FORMAT)


def test_our_lines_and_the_librarys_leave_by_the_same_pipe(lines):
    token = current_request.set(RequestInfo(request_id="r-1"))
    try:
        structlog.get_logger("orders").info("order_placed", number="SK-1")
        logging.getLogger("celery").warning("lost %s", "broker")
    finally:
        current_request.reset(token)
    ours, theirs = lines()
    assert ours.pop("timestamp")
    assert theirs.pop("timestamp")
    assert ours == {"event": "order_placed", "number": "SK-1", "level": "info", "logger": "orders", "request_id": "r-1"}
    assert theirs == {"event": "lost broker", "level": "warning", "logger": "celery", "request_id": "r-1"}


def test_djangos_message_on_an_error_does_not_quote_the_path(lines):
    logging.getLogger("django.request").error("Internal Server Error: %s", "/accounts/confirm-email/one-time-key/")
    assert [line["event"] for line in lines()] == ["Internal Server Error"]


def test_a_traceback_is_redacted_too(lines):
    try:
        raise ValueError("Key (email)=(mira@example.org) already exists")
    except ValueError:
        structlog.get_logger("accounts").exception("failed")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert "mira" not in line["exception"]


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="choose json or plain"):
        configure("xml")
