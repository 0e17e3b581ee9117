"""The one word of a purchase says no more than all of its parts have reached."""

from itertools import product

import pytest

from marketplace.orders.status import WHOLE_WORDS, WORDS, whole_status
from ui.statuses import STATUSES

OVER = {"canceled", "refunded"}
TRAVELS = {"shipped", "out_for_delivery"}
ARRIVED = {"delivered", "return_requested", "returned"}
HERE = {"paid", "processing", "ready_to_ship"}


@pytest.mark.parametrize(
    ("words", "whole"),
    [
        ("paid paid", "paid"),
        ("paid processing", "processing"),
        ("processing ready_to_ship", "processing"),
        ("paid shipped", "partly_shipped"),
        ("ready_to_ship shipped", "partly_shipped"),
        ("shipped shipped", "shipped"),
        ("shipped out_for_delivery", "shipped"),
        ("shipped delivered", "partly_delivered"),
        ("paid delivered", "partly_delivered"),
        ("paid shipped delivered", "partly_delivered"),
        ("delivered delivered", "delivered"),
        ("delivered returned", "delivered"),
        ("canceled paid", "paid"),
        ("refunded shipped", "shipped"),
        ("refunded delivered", "delivered"),
        ("canceled refunded delivered shipped", "partly_delivered"),
        ("partially_refunded delivered", "partly_delivered"),
        ("partially_refunded shipped", "partly_shipped"),
        ("partially_refunded paid", "processing"),
        ("canceled refunded", "partially_refunded"),
        ("refunded refunded", "refunded"),
        ("pending_payment pending_payment", "pending_payment"),
    ],
)
def test_the_word_of_parts(words, whole):
    assert whole_status(words.split()) == whole


def test_no_combination_says_more_than_its_parts():
    paid = [word for word in WORDS if word not in ("pending_payment", "payment_processing", "payment_failed")]
    for words in product(paid, repeat=3):
        whole, counted = whole_status(words), set(words) - OVER
        assert whole in WHOLE_WORDS
        assert whole in STATUSES
        assert whole_status(words[::-1]) == whole
        if whole == "delivered":
            assert counted <= ARRIVED, words
        if whole == "shipped":
            assert counted <= TRAVELS, words
        if whole == "partly_delivered":
            assert counted & ARRIVED, words
        if whole == "partly_shipped":
            assert counted & TRAVELS, words
            assert not counted & ARRIVED, words
        if whole in HERE:
            assert not counted & (TRAVELS | ARRIVED), words
