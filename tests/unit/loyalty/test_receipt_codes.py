"""The code on a receipt: read back whole, refused when anything of it was touched."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from loyalty.baskets import Basket, Line
from loyalty.identifiers import RECEIPT_PREFIX
from loyalty.journal import EARN, Entry
from loyalty.programme.document import classic_document, load_programme
from loyalty.programme.sale_facts import lines_payload
from loyalty.receipt_codes import (
    MAX_CODE_CHARACTERS,
    MAX_FIELDS_BYTES,
    SoldReceipt,
    read_receipt,
    receipt_code,
    sold_receipt,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC_KEY = KEY.public_key().public_bytes_raw()
WARSAW = ZoneInfo("Europe/Warsaw")
CLASSIC = load_programme(classic_document())


def basket(lines: int) -> Basket:
    """So many different articles of a supermarket, by their EAN."""
    return Basket(
        tuple(
            Line(str(5_900_000_000_000 + 7_654_321 * number), "", number % 3 + 1, 199 + 37 * number)
            for number in range(lines)
        )
    )


def sold(lines: int = 2, **more: object) -> SoldReceipt:
    entry = Entry(
        terminal="KRK-1",
        epoch=3,
        seq=41,
        kind=EARN,
        member="2900001000000077",
        points=12,
        amount_minor=12_34,
        receipt="KRK-1.3.41",
        programme="classic@1",
        occurred_at_ms=1_732_280_000_000,
        recorded_at_ms=1_732_280_000_000,
        payload={**lines_payload(CLASSIC, basket(lines)), **more},
    )
    return sold_receipt(entry, voucher_paid_minor=500)


def test_a_code_reads_back_as_it_was_sold() -> None:
    code = receipt_code(sold(paid={"points": 200}), KEY)
    read = read_receipt(code)
    assert read is not None
    assert read.is_signed_by(PUBLIC_KEY)
    assert not read.is_signed_by(bytes(32))
    assert read.sold == sold(paid={"points": 200})
    assert read.sold.number == "KRK-1.3.41"
    at = read.sold.at_hand(WARSAW)
    assert at is not None
    assert at.facts.occasion.at == datetime(2024, 11, 22, 13, 53, 20, tzinfo=WARSAW)
    assert [line.sku for line in at.lines] == [line.sku for line in basket(2).lines]
    assert (at.points, at.is_member, at.voucher_paid_minor) == (12, True, 500)
    assert at.facts.occasion.paid == {"points": 200}


def test_an_entry_written_again_keeps_its_first_place() -> None:
    again = sold(salvaged=[2, 17])
    assert (again.epoch, again.seq, again.number) == (2, 17, "KRK-1.2.17")
    assert "salvaged" not in again.payload


def test_a_basket_of_forty_articles_fits_and_a_giant_one_has_no_code() -> None:
    code = receipt_code(sold(40), KEY)
    assert 0 < len(code) <= MAX_CODE_CHARACTERS
    assert receipt_code(sold(120), KEY) == ""
    assert receipt_code(sold(MAX_FIELDS_BYTES // 10), KEY) == ""


def test_a_code_is_what_a_scanner_types_under_any_keyboard() -> None:
    assert set(receipt_code(sold(), KEY)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")


@given(st.integers(0, 10**6), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_letter_that_was_touched_breaks_the_signature(place: int, letter: str) -> None:
    code = receipt_code(sold(), KEY)
    # The last letter has bits to spare: either spelling is the same code.
    place = len(RECEIPT_PREFIX) + place % (len(code) - len(RECEIPT_PREFIX) - 1)
    if code[place] == letter:
        return
    read = read_receipt(code[:place] + letter + code[place + 1 :])
    assert read is None or not read.is_signed_by(PUBLIC_KEY)


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    read = read_receipt(RECEIPT_PREFIX + text)
    assert read is None or not read.is_signed_by(PUBLIC_KEY)


@pytest.mark.parametrize("code", ["", RECEIPT_PREFIX, "PR1:ABC", "PR1:1", "nothing", "PR1:ą"])
def test_what_is_no_code_is_none(code: str) -> None:
    assert read_receipt(code) is None


@pytest.mark.parametrize("payload", [{}, {"lines": [["A", 0.5, 1]]}, {"lines": "A"}])
def test_lines_that_cannot_be_read_are_no_sale(payload: dict[str, object]) -> None:
    broken = SoldReceipt("T", 1, 1, "R", "", 0, "classic@1", 0, payload)
    assert broken.at_hand(WARSAW) is None
    beyond = SoldReceipt("T", 1, 1, "R", "", 0, "classic@1", 10**18, {"lines": []})
    assert beyond.at_hand(WARSAW) is None
