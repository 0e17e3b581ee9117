"""Where time begins: an empty sandbox may begin in the past, so that a history can be played up to today."""

import time

import httpx
import pytest
import stripe

from tests.billing.sandbox.harness import Sandbox, open_account, open_session


def test_an_empty_sandbox_begins_where_it_is_told(own_sandbox: Sandbox) -> None:
    begins = int(time.time()) - 31 * 86400
    assert own_sandbox.control("clock/start", {"at": begins}) == {"now": begins}
    session = open_session(own_sandbox.client())
    assert 0 <= session.created - begins <= 60
    own_sandbox.kill()
    own_sandbox.start()
    assert 0 <= own_sandbox.control("clock", method="GET")["now"] - begins <= 60


def test_what_was_begun_in_the_past_reaches_today_by_moving_ahead(own_sandbox: Sandbox) -> None:
    own_sandbox.control("clock/start", {"at": int(time.time()) - 31 * 86400})
    open_account(own_sandbox.client())
    own_sandbox.control("clock/advance", {"to": int(time.time())})
    assert own_sandbox.control("clock", method="GET")["offset"] in (-1, 0)


def test_time_cannot_begin_anew_once_something_has_happened(sandbox: Sandbox, client: stripe.StripeClient) -> None:
    open_account(client)
    before = sandbox.control("clock", method="GET")["offset"]
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.control("clock/start", {"at": int(time.time()) - 86400})
    with pytest.raises(httpx.HTTPStatusError):
        sandbox.control("clock/start", {"at": "yesterday"})
    assert sandbox.control("clock", method="GET")["offset"] == before


def test_resetting_brings_the_clock_back_to_today(sandbox: Sandbox) -> None:
    sandbox.control("clock/start", {"at": int(time.time()) - 86400})
    sandbox.control("reset")
    assert sandbox.control("clock", method="GET")["offset"] == 0


def test_whoever_reads_the_clock_file_comes_along(own_sandbox: Sandbox) -> None:
    assert not own_sandbox.clock_file.exists()
    own_sandbox.advance(days=3)
    assert 0 <= int(own_sandbox.clock_file.read_text()) - 3 * 86400 <= 1
    own_sandbox.advance(days=5)
    assert 0 <= int(own_sandbox.clock_file.read_text()) - 8 * 86400 <= 2


def test_a_clock_file_that_is_further_ahead_is_left_alone(own_sandbox: Sandbox) -> None:
    own_sandbox.clock_file.write_text(str(30 * 86400))
    own_sandbox.advance(days=3)
    assert own_sandbox.clock_file.read_text() == str(30 * 86400)
