"""What is counted of members over time: by key, in any order, and no more than is told."""

import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.journal import EARN, REVERSE, Entry
from loyalty.programme.checks.limits import (
    MAX_GRACE_DAYS,
    MAX_MONTHS,
    MAX_NAME_CHARACTERS,
    MAX_PENDING_DAYS,
    MAX_RULES,
    MAX_WALLETS,
)
from loyalty.programme.occasions import cap_key
from loyalty.sums import (
    MAX_KEY_CHARACTERS,
    MAX_SUM_AN_ENTRY,
    MAX_SUMS_A_MEMBER,
    MAX_SUMS_AN_ENTRY,
    MAX_SUMS_BYTES,
    added,
    broken_sums,
    fold_sums,
    latest,
    packed,
    period_of,
    sum_key,
    sums_in,
    unpacked,
    worth_telling,
)
from loyalty.wire import MAX_CHANGES_A_FRAME, MAX_FRAME_BYTES, SumsChange

PERIODS = st.one_of(
    st.just("ever"),
    st.integers(2020, 2060).map(str),
    st.dates().map(lambda day: day.isoformat()[:7]),
    st.dates().map(lambda day: day.isoformat()),
)
KEYS = st.builds(sum_key, st.sampled_from(["spend", "visits", "points|rule"]), PERIODS)
SUMS = st.dictionaries(KEYS, st.integers(-1000, 1000), max_size=8)


def entry(sums: Any, member: str = "anna", kind: str = EARN) -> Entry:
    return Entry(
        terminal="KRK-1",
        epoch=1,
        seq=1,
        kind=kind,
        member=member,
        points=0,
        amount_minor=0,
        receipt="",
        programme="shop@1",
        occurred_at_ms=0,
        recorded_at_ms=0,
        payload={} if sums is None else {"sums": sums},
    )


def many(count: int, key: str) -> dict[str, int]:
    """`count` keys; `key` gets their number, the oldest first."""
    return {key.format(place): 1 for place in range(count)}


def test_a_key_ends_with_its_period() -> None:
    assert sum_key("spend", "2026-11") == "spend|2026-11"
    assert period_of("points|five_a_day|2026-11-22") == "2026-11-22"


def test_entries_are_folded_by_member_and_key() -> None:
    entries = [
        entry({"spend|2026-11": 1200, "visits|ever": 1}),
        entry({"spend|2026-11": -200}, kind=REVERSE),
        entry({"spend|2026-11": 5}, member="boris"),
        entry({"spend|2026-11": 9}, member=""),
        entry(None),
    ]
    assert fold_sums(entries) == {
        "anna": {"spend|2026-11": 1000, "visits|ever": 1},
        "boris": {"spend|2026-11": 5},
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ([1], "its sums are not at most 500 numbers by key"),
        (many(MAX_SUMS_AN_ENTRY + 1, "a{}|ever"), "its sums are not at most 500 numbers by key"),
        ({1: 1}, "a key of its sums names no period"),
        ({"spend": 1}, "a key of its sums names no period"),
        ({"a|b|c|ever": 1}, "a key of its sums names no period"),
        ({"spend|2026-1": 1}, "a key of its sums names no period"),
        ({"spend|ever\n": 1}, "a key of its sums names no period"),
        ({"x" * MAX_KEY_CHARACTERS + "|ever": 1}, "a key of its sums names no period"),
        ({"spend|ever": 1.0}, "one of its sums is no whole number within bounds"),
        ({"spend|ever": True}, "one of its sums is no whole number within bounds"),
        ({"spend|ever": MAX_SUM_AN_ENTRY + 1}, "one of its sums is no whole number within bounds"),
    ],
)
def test_what_is_no_sums_is_said(said: Any, why: str) -> None:
    assert broken_sums(said) == why


@pytest.mark.parametrize("said", [[1], "much", 5])
def test_what_is_no_map_at_all_is_never_folded(said: Any) -> None:
    with pytest.raises(TypeError, match="numbers by key"):
        fold_sums([entry(said)])


def test_whatever_has_a_period_is_counted() -> None:
    said = {"event:BIRTHDAY|2026": 1, "points|*|2026-11-22": -MAX_SUM_AN_ENTRY, "spend|ever": 3}
    assert broken_sums(said) == ""
    assert sums_in(entry(said)) == said


def test_the_latest_are_kept_of_each_kind_of_key() -> None:
    ever, days = many(250, "a{:03}|ever"), many(650, "points|r|2{:03}-01-01")
    months, limits = many(650, "spend|2{:03}-01"), many(650, "points|r|2{:03}-01")
    kept = latest({**ever, **days, **months, **limits})
    assert [len(key) for key in kept].count(len("a000|ever")) == 200
    assert min(key for key in kept if key.endswith("-01-01")) == "points|r|2050-01-01"
    assert min(key for key in kept if key.startswith("spend")) == "spend|2050-01"
    assert len(kept) == 200 + 600 + 600 + 600


def test_a_window_as_long_as_a_document_may_ask_for_is_told_whole() -> None:
    months = MAX_MONTHS + MAX_GRACE_DAYS // 28 + 2
    keys = {f"spend|{2000 + month // 12}-{month % 12 + 1:02}": 1 for month in range(months)}
    limits = many(300, "points|rule-{:03}|2026-11-22") | many(300, "points|rule-{:03}|2026-11")
    assert keys.keys() <= worth_telling({**limits, **keys, "spend|ever": 1}).keys()
    assert keys.keys() <= latest({**limits, **keys}).keys()


def test_a_sale_by_every_rule_of_the_largest_document_can_be_counted() -> None:
    limits = 2 * (MAX_RULES + 1 + MAX_WALLETS)
    assert limits + len(["spend", "points", "visits"]) * 2 <= MAX_SUMS_AN_ENTRY
    longest = cap_key("w" * MAX_NAME_CHARACTERS, "r" * MAX_NAME_CHARACTERS, "2026-11-22")
    assert broken_sums({longest: 1}) == ""


@given(st.lists(st.dictionaries(KEYS, st.integers(-9, 9)), max_size=12), st.randoms())
def test_folding_comes_to_the_same_one_by_one_and_at_once(
    parts: list[dict[str, int]], dice: random.Random
) -> None:
    crowd = many(95, "spend|21{:02}-01-01") | many(598, "points|rule|3{:03}-01-01")
    at_once = latest(added(crowd, *parts))
    dice.shuffle(parts)
    one_by_one: dict[str, int] = {}
    for part in (*parts, crowd):
        one_by_one = latest(added(one_by_one, part))
    assert one_by_one == at_once


def test_a_till_is_told_what_may_still_be_consulted() -> None:
    sums = {
        **many(55, "points|rule|20{:02}-03-03"),
        **many(150, "spend|2{:03}-05"),
        "visits|ever": 7,
        "spend|ever": 0,
    }
    told = worth_telling(sums)
    assert told["visits|ever"] == 7
    assert "spend|ever" not in told
    assert min(key for key in told if key.startswith("points")) == "points|rule|2005-03-03"
    assert min(key for key in told if key.startswith("spend")) == "spend|2010-05"
    assert len(told) == 1 + 50 + 140


def test_a_frame_full_of_the_largest_sums_is_one_that_is_taken() -> None:
    long = "ż" * 80
    told = worth_telling(
        {f"{long}{place:03}|{period}": 2**53 for place in range(300) for period in ("ever", "2026")}
    )
    change = SumsChange("2900007000000017", told)
    size = len(msgspec.msgpack.encode(change))
    assert 0 < len(told) <= MAX_SUMS_A_MEMBER
    assert size < MAX_SUMS_BYTES + 100 < MAX_FRAME_BYTES // MAX_CHANGES_A_FRAME


def test_no_member_is_told_more_than_a_change_may_hold() -> None:
    forms = ("{}|ever", "{}|2{:03}-01-01", "{}|2{:03}-01", "{}|2{:03}")
    sums: dict[str, int] = {}
    for form in forms:
        for what in ("a", "a|b"):
            sums |= {form.format(what, place): 1 for place in range(999)}
    sums |= {f"{chr(97 + place // 26)}{chr(97 + place % 26)}|ever": 1 for place in range(99)}
    told = worth_telling(sums)
    assert 300 < len(told) <= MAX_SUMS_A_MEMBER
    message = msgspec.msgpack.encode(SumsChange("anna", told))
    assert msgspec.msgpack.decode(message, type=SumsChange).sums == told


def test_the_days_that_points_wait_for_are_told_before_limits() -> None:
    waiting = {
        f"pending|2026-{11 + day // 30}-{day % 30 + 1:02}": 5 for day in range(MAX_PENDING_DAYS)
    }
    months = {f"spend|{year}-{month:02}": 1 for year in range(2016, 2027) for month in range(1, 13)}
    limits = many(300, "points|rule-{:03}|2026-11-22") | many(300, "points|rule-{:03}|2026-11")
    assert {*waiting, *months} <= worth_telling({**limits, **waiting, **months}).keys()


@given(SUMS)
def test_what_is_kept_is_read_and_the_same_sums_are_the_same_bytes(sums: dict[str, int]) -> None:
    assert unpacked(packed(sums)) == sums
    assert packed(dict(reversed(list(sums.items())))) == packed(sums)


def test_what_is_no_sums_is_not_read() -> None:
    with pytest.raises(ValueError, match="Expected"):
        unpacked(msgspec.msgpack.encode({"spend|ever": "much"}))
