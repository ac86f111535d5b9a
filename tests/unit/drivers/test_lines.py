"""Scans come out whole, however the line cuts them."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.scanners.lines import MAX_SCAN_BYTES, Scan, ScanSplitter

CODE = st.text(
    st.characters(min_codepoint=0x21, max_codepoint=0x44F, exclude_categories=["C", "Z"]),
    min_size=1,
)


@given(st.lists(CODE.filter(lambda code: not code.startswith("]"))), st.integers(1, 9))
def test_codes_survive_any_chunks(codes: list[str], size: int) -> None:
    stream = b"".join(code.encode() + b"\r\n" for code in codes)
    splitter = ScanSplitter()
    scans: list[Scan] = []
    for start in range(0, len(stream), size):
        scans += splitter.feed(stream[start : start + size])
    assert [scan.text for scan in scans] == codes


@given(st.binary())
def test_no_bytes_make_it_raise_and_no_scan_is_empty(noise: bytes) -> None:
    assert all(scan.text for scan in ScanSplitter().feed(noise + b"\r"))


def test_each_way_to_end_a_scan() -> None:
    assert ScanSplitter().feed(b"1\r2\n3\r\n\x024\x03") == [
        Scan("1"),
        Scan("2"),
        Scan("3"),
        Scan("4"),
    ]


def test_the_kind_of_code_is_told_apart_from_its_text() -> None:
    scans = ScanSplitter().feed(b"]Q1012345678901234\r]E05901234123457\r]C1\r[Q1x\r")
    assert scans == [
        Scan("012345678901234", "]Q1"),
        Scan("5901234123457", "]E0"),
        Scan("[Q1x"),
    ]


def test_a_group_separator_stays() -> None:
    assert ScanSplitter().feed(b"0112345\x1d21ABC\r") == [Scan("0112345\x1d21ABC")]


def test_an_endless_scan_is_dropped_whole_and_the_next_one_is_read() -> None:
    splitter = ScanSplitter()
    for _ in range(3):
        assert splitter.feed(b"9" * MAX_SCAN_BYTES) == []
    assert splitter.feed(b"tail\rnext\r") == [Scan("next")]
    assert splitter.dropped == 1


def test_a_scan_of_the_greatest_length_is_read() -> None:
    assert ScanSplitter().feed(b"9" * MAX_SCAN_BYTES + b"\r") == [Scan("9" * MAX_SCAN_BYTES)]


def test_a_broken_line_takes_the_scan_that_had_begun_with_it() -> None:
    splitter = ScanSplitter()
    splitter.feed(b"0123")
    splitter.reset()
    assert splitter.feed(b"4567\r") == [Scan("4567")]
