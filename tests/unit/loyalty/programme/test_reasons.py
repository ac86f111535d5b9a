"""An entry says why it has its points: every rule of its own version, in three languages."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from loyalty.journal import EARN, REVERSE, Entry
from loyalty.programme.document import load_programme
from loyalty.programme.reasons import Reasons, reasons

ZONE = ZoneInfo("Europe/Warsaw")
CLUB = load_programme(
    """
name = "club"
version = 3
currency = "PLN"
[[earn]]
name = "tuesday"
title = { en = "Tuesday", pl = "Wtorek" }
each = "visit"
points = 20
when = { weekdays = ["tuesday"] }
[[earn]]
name = "shopping"
title = { en = "Shopping", pl = "Zakupy" }
per = "1.00"
[[multiply]]
name = "silver"
times = "2"
when = { tiers = ["silver"] }
[[tier]]
name = "silver"
at = "100.00"
"""
)
THURSDAY_MS = 1_772_715_840_000


def entry(kind: str = EARN, member: str = "ala", **payload: Any) -> Entry:
    return Entry(
        terminal="T1",
        epoch=1,
        seq=1,
        kind=kind,
        member=member,
        points=0,
        amount_minor=0,
        receipt="R",
        programme="club@3",
        occurred_at_ms=THURSDAY_MS,
        recorded_at_ms=THURSDAY_MS,
        payload={"lines": [["TEA", 2, 1_250]], **payload},
    )


def test_what_gave_something_comes_first() -> None:
    assert reasons(entry(), CLUB, ZONE, "en") == Reasons(
        12,
        (
            "Shopping: PLN12.50, 1 point for each full PLN1.00 = 12 points.",
            "Tuesday: 0 points. Only on: Tuesday.",
        ),
    )


def test_it_goes_by_what_the_entry_knew_of_the_member() -> None:
    told = reasons(entry(standing={"tier": "silver"}), CLUB, ZONE, "pl")
    assert told is not None
    assert told.points == 24
    assert told.sentences[0].startswith("Zakupy: ")


def test_a_return_takes_what_the_goods_would_earn() -> None:
    told = reasons(entry(REVERSE), CLUB, ZONE, "en")
    assert told is not None
    assert told.points == -12


@pytest.mark.parametrize("kind", [EARN, REVERSE])
def test_without_a_card_there_is_nothing_to_say(kind: str) -> None:
    assert reasons(entry(kind, member=""), CLUB, ZONE, "en") == Reasons(0, ())


def test_goods_that_cannot_be_read_have_no_reasons() -> None:
    assert reasons(entry(lines="TEA"), CLUB, ZONE, "en") is None
