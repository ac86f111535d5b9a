"""What an entry keeps of a sale is what its award was computed from, and no more."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from loyalty.baskets import Basket, Line
from loyalty.journal import Entry, decode_entry, encode_entry
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, Standing
from loyalty.programme.sale_facts import (
    SaleFacts,
    asks_for_branch,
    lines_payload,
    sale_facts,
    sale_payload,
)

CLASSIC = load_programme(classic_document())
GROUPED = load_programme(
    classic_document()
    + """
[goods.drinks]
categories = ["drinks"]
[excluded]
tenders = ["voucher"]
[[earn]]
name = "here"
each = "visit"
goods = ["drinks"]
when = { branches = ["KRK"] }
"""
)
AT = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
BASKET = Basket(
    (
        Line("590", "Tea", 2, 900, "drinks", ("vegan", "hot")),
        Line("", "", 1, 100),
        Line("591", "Pads", 1, 500, "", ("vegan",)),
    )
)
NOTHING = Award(points=0, wallets={}, base_minor=0)


def kept_and_read(payload: dict[str, Any]) -> SaleFacts | None:
    """`payload` on its way through a journal."""
    entry = Entry(
        terminal="T1",
        epoch=1,
        seq=1,
        kind="earn",
        member="M",
        points=0,
        amount_minor=0,
        receipt="R",
        programme="p@1",
        occurred_at_ms=0,
        recorded_at_ms=0,
        payload=payload,
    )
    return sale_facts(decode_entry(encode_entry(entry)).payload, AT)


def test_a_plain_programme_keeps_the_lines_alone() -> None:
    occasion = Occasion(basket=BASKET, at=AT, branch="KRK", paid={"voucher": 500})
    assert sale_payload(CLASSIC, occasion, NEWCOMER, NOTHING, {}) == {
        "lines": [["590", 2, 900], ["", 1, 100], ["591", 1, 500]]
    }


def test_what_the_programme_asks_for_is_kept_and_read_back() -> None:
    occasion = Occasion(
        basket=BASKET, at=AT, branch="KRK", paid={"voucher": 500, "points": 20, "deposit": 7}
    )
    standing = Standing(tier="gold", visits=3, segments=("seniors",), earned={"points|*|2026": 7})
    award = replace(NOTHING, discounts_minor=(10, 0, 5))
    payload = sale_payload(GROUPED, occasion, standing, award, {"visits|ever": 1})
    assert payload["marks"] == {"0": ["drinks", "vegan", "hot"], "2": ["", "vegan"]}
    assert payload["paid"] == {"voucher": 500, "points": 20}
    read = kept_and_read(payload)
    assert read is not None
    assert [(line.category, line.tags) for line in read.occasion.basket.lines] == [
        ("drinks", ("vegan", "hot")),
        ("", ()),
        ("", ("vegan",)),
    ]
    assert (read.occasion.at, read.occasion.branch) == (AT, "KRK")
    assert read.occasion.paid == {"voucher": 500, "points": 20}
    assert (read.standing, read.sums, read.discount_minor) == (standing, {"visits|ever": 1}, 15)


def test_points_that_pay_are_kept_whatever_the_programme_leaves_out() -> None:
    occasion = Occasion(basket=BASKET, at=AT, paid={"points": 20, "voucher": 0})
    assert sale_payload(CLASSIC, occasion, NEWCOMER, NOTHING, {})["paid"] == {"points": 20}
    assert "branch" not in sale_payload(GROUPED, occasion, NEWCOMER, NOTHING, {})


def test_goods_without_words_have_no_marks() -> None:
    plain = Basket((Line("590", "Tea", 1, 450),))
    assert lines_payload(GROUPED, plain) == {"lines": [["590", 1, 450]]}


def test_only_a_condition_on_branches_asks_for_the_branch() -> None:
    assert asks_for_branch(GROUPED)
    assert not asks_for_branch(CLASSIC)


def test_the_entries_of_a_first_version_are_read() -> None:
    read = kept_and_read({"lines": [["590", 2, 900]]})
    assert read == SaleFacts(occasion=Occasion(basket=Basket((Line("590", "", 2, 900),)), at=AT))


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"lines": "590"},
        {"lines": [["590", 1.5, 900]]},
        {"lines": [["590", 1, 2**63]]},
        {"lines": [["590", 1, -(2**63)]]},
        {"lines": [["590", 1]]},
        {"lines": [["590", 1, 1]], "marks": {"1": ["a"]}},
        {"lines": [["590", 1, 1]], "marks": {"-1": ["a"]}},
        {"lines": [["590", 1, 1]], "marks": {"9" * 5_000: ["a"]}},
        {"lines": [["590", 1, 1]], "marks": {"0": []}},
        {"lines": [["590", 1, 1]], "marks": {"0": ["a"] * 22}},
        {"lines": [["590", 1, 1]], "paid": {"shells": 3}},
        {"lines": [["590", 1, 1]], "standing": {"visits": "many"}},
        {"lines": [["590", 1, 1]], "sums": {"visits|ever": 0.5}},
    ],
)
def test_what_is_no_sale_is_not_read(payload: dict[str, Any]) -> None:
    assert sale_facts(msgspec.msgpack.decode(msgspec.msgpack.encode(payload)), AT) is None
