"""Codes of gift cards: whole and signed, or nothing."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.gift_codes import SoldGiftCard, gift_code, read_gift_code
from loyalty.scans import GiftCardScan, is_gift_code, read_scan

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
CARD = SoldGiftCard("KRK-1.1.42", "PLN", 1_735_689_599_999)
CODE = gift_code(CARD, KEY)


def test_a_code_is_read_as_it_was_signed() -> None:
    read = read_gift_code(CODE)
    assert read is not None
    assert read.card == CARD
    assert read.is_signed_by(KEY.public_key().public_bytes_raw())
    assert not read.is_signed_by(OTHER.public_key().public_bytes_raw())


def test_a_scanner_may_type_it_in_small_letters_and_with_its_own_sign() -> None:
    assert read_scan(f"]Q1{CODE.lower()}\r\n") == GiftCardScan(CODE)
    assert is_gift_code(CODE.lower())
    assert not is_gift_code("PV1:AAAA")


@pytest.mark.parametrize("code", [CODE[:-1], CODE[:40], "PG1:", "PG1:!!", f"{CODE}A"])
def test_a_code_that_is_not_whole_is_none(code: str) -> None:
    assert read_gift_code(code) is None


def test_what_is_no_card_is_none() -> None:
    assert read_gift_code(CODE.replace("PG1:", "PG1:A")) is None


def test_only_the_spelling_that_was_given_out_is_taken() -> None:
    alike = {CODE[:-1] + sign for sign in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"} - {CODE}
    public_key = KEY.public_key().public_bytes_raw()
    taken = [read for code in alike if (read := read_gift_code(code))]
    assert not any(read.is_signed_by(public_key) for read in taken)
