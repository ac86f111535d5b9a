"""Voucher codes: whole and signed, or nothing."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import assume, given
from hypothesis import strategies as st

from loyalty.identifiers import VOUCHER_PREFIX
from loyalty.vouchers import (
    ISSUED,
    REDEEMED,
    Voucher,
    is_signed_by,
    may_become,
    read_voucher,
    voucher_code,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
QR_ALPHANUMERIC = set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")

VOUCHERS = st.builds(
    Voucher,
    number=st.from_regex(r"\A[A-Z0-9-]{1,16}\.[1-9][0-9]?\.[1-9][0-9]{0,6}\Z"),
    amount_minor=st.integers(1, 10**9),
    currency=st.sampled_from(["GBP", "PLN", "RUB"]),
    expires_at_ms=st.integers(0, 4_102_444_800_000),
) | st.builds(
    Voucher,
    number=st.just("KRK-1.1.42"),
    amount_minor=st.just(0),
    currency=st.just("PLN"),
    expires_at_ms=st.just(1_735_689_599_999),
    reward=st.from_regex(r"\A[a-z][a-z0-9_]{0,30}\Z"),
    programme=st.just("coffee_bar@12"),
)
CODE = voucher_code(Voucher("KRK-1.1.42", 500, "PLN", 1_735_689_599_999), KEY)
FIRST_VERSIONS_CODE = (
    "PV1:SSVEWUSLFUYS4MJOGQZM2APUUNIEYTWPAAAADFA7FF577YLOB5HLJJIFHHLWLI37F7DTI7CS4NKW36V6WT3IY4"
    "OLHNQEEY6P3JCVVEB6RZ4IJFS2KD56UFL3MSXG3WK3OK43IYGVSZP65P35ZMDA"
)


def is_good(code: str) -> bool:
    read = read_voucher(code)
    return read is not None and is_signed_by(read, PUBLIC)


@given(VOUCHERS)
def test_a_code_is_read_back_and_verifies(voucher: Voucher) -> None:
    code = voucher_code(voucher, KEY)
    read = read_voucher(code)
    assert read is not None
    assert read.voucher == voucher
    assert is_signed_by(read, PUBLIC)
    assert set(code) <= QR_ALPHANUMERIC
    assert code == voucher_code(voucher, KEY)


def test_every_cut_is_found() -> None:
    assert is_good(CODE)
    for length in range(len(CODE)):
        assert not is_good(CODE[:length])
        assert not is_good(CODE[:length] + CODE[length + 1 :])


def test_every_altered_character_is_found() -> None:
    for place in range(len(VOUCHER_PREFIX), len(CODE)):
        for other in "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567=0a ż":
            if other != CODE[place]:
                assert not is_good(CODE[:place] + other + CODE[place + 1 :]), (place, other)


@given(st.integers(0, len(CODE)), st.text(min_size=1, max_size=8))
def test_anything_put_in_is_found(place: int, text: str) -> None:
    assert not is_good(CODE[:place] + text + CODE[place:])


@given(st.text() | st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", max_size=400))
def test_any_text_is_read_without_a_fault_and_never_verifies(text: str) -> None:
    assume(text != CODE.removeprefix(VOUCHER_PREFIX))
    assert not is_good(VOUCHER_PREFIX + text)
    assert not is_good(text)


def test_fields_nested_without_end_are_no_voucher() -> None:
    import base64

    nested = b"\x95\xa1A\x01\xa1B\x01" + b"\x91" * 100_000 + b"\x00" * 65
    assert read_voucher(VOUCHER_PREFIX + base64.b32encode(nested).decode().rstrip("=")) is None


def test_the_prefix_belongs_to_the_code() -> None:
    assert read_voucher(CODE.removeprefix(VOUCHER_PREFIX)) is None


@given(VOUCHERS)
def test_the_key_of_another_terminal_does_not_verify(voucher: Voucher) -> None:
    read = read_voucher(voucher_code(voucher, Ed25519PrivateKey.generate()))
    assert read is not None
    assert not is_signed_by(read, PUBLIC)


@pytest.mark.parametrize("key", [b"", b"short", b"\x00" * 33])
def test_a_broken_public_key_verifies_nothing(key: bytes) -> None:
    read = read_voucher(CODE)
    assert read is not None
    assert not is_signed_by(read, key)


def test_a_voucher_is_redeemed_once() -> None:
    assert may_become(ISSUED, REDEEMED)
    assert not may_become(REDEEMED, REDEEMED)
    assert not may_become(REDEEMED, ISSUED)
    assert not may_become("lost", REDEEMED)


def test_a_voucher_of_no_reward_has_the_code_of_the_first_version() -> None:
    assert CODE == FIRST_VERSIONS_CODE
    read = read_voucher(CODE)
    assert read is not None
    assert (read.voucher.reward, read.voucher.programme) == ("", "")
