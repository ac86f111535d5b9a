"""A scan is named for what it is, whatever a scanner types."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.identifiers import card_number
from loyalty.scans import (
    MAX_SCAN_CHARACTERS,
    CardScan,
    DamagedScan,
    EmptyScan,
    ForeignScan,
    ReceiptScan,
    Scan,
    VoucherScan,
    read_scan,
    without_aim,
)

CARD = card_number("290000100000007")


@given(st.text(max_size=2 * MAX_SCAN_CHARACTERS) | st.text("0123456789 -]Q1(PVR:", max_size=40))
def test_any_text_gives_a_scan(text: str) -> None:
    scan = read_scan(text)
    assert isinstance(scan, Scan)
    if isinstance(scan, ForeignScan):
        assert scan.kind in {"ean", "gs1", "link", "unknown"}


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        (CARD, CardScan(CARD)),
        (f"]C1{CARD}\r\n", CardScan(CARD)),
        (f"{CARD[:4]} {CARD[4:8]}-{CARD[8:12]} {CARD[12:]}", CardScan(CARD)),
        ("", EmptyScan()),
        ("  \t\n", EmptyScan()),
        ("]Q1", EmptyScan()),
        (CARD[:-1], DamagedScan()),
        (CARD + "1", DamagedScan()),
        (CARD[:-1] + str((int(CARD[-1]) + 1) % 10), DamagedScan()),
        ("PV1:ABC", VoucherScan("PV1:ABC")),
        ("]Q1pv1:abc", VoucherScan("PV1:ABC")),
        ("]Q1pr1:abc", ReceiptScan("PR1:ABC")),
        ("5901234123457", ForeignScan("ean")),
        ("96385074", ForeignScan("ean")),
        ("036000291452", ForeignScan("ean")),
        ("036000291453", ForeignScan("unknown")),
        ("12345", ForeignScan("unknown")),
        ("(01)05901234123457", ForeignScan("gs1")),
        ("\x1d0105901234123457", ForeignScan("gs1")),
        ("https://example.com/menu", ForeignScan("link")),
        ("http://", ForeignScan("unknown")),
        ("http://[half", ForeignScan("unknown")),
        ("ftp://example.com", ForeignScan("unknown")),
        ("Hello", ForeignScan("unknown")),
        ("x" * (MAX_SCAN_CHARACTERS + 1), ForeignScan("unknown")),
    ],
)
def test_scans_by_name(text: str, scan: Scan) -> None:
    assert read_scan(text) == scan


def test_the_code_behind_an_aim_identifier() -> None:
    assert without_aim(" ]E05901234123457\r") == "5901234123457"
    assert without_aim("85123A") == "85123A"
