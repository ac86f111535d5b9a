"""The simulated printer understands real printers' language and survives everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.simulators.decoder import MAX_MARKS, SLOTS, Decoder, decode
from drivers.simulators.events import DrawerOpened, Event, NotUnderstood, PaperCut, StatusAsked
from drivers.simulators.paper import PrintedGap, PrintedImage, PrintedQr
from drivers.simulators.picture import png
from drivers.simulators.text import text
from drivers.simulators.tokens import MAX_PENDING_BYTES

STARTS = [b"\x1b", b"\x1c", b"\x1d", b"\x10", b"\x1d(k", b"\x1dv0\x00", b"\x1bt", b"\x1dk", b"abc"]
HOSTILE = st.lists(st.one_of(st.sampled_from(STARTS), st.binary(max_size=12)), max_size=40).map(
    b"".join
)


def everything(data: bytes) -> list[Event]:
    decoder = Decoder()
    return decoder.feed(data) + decoder.end()


@given(st.one_of(st.binary(max_size=400), HOSTILE))
def test_no_bytes_make_it_raise(data: bytes) -> None:
    for paper in decode(data):
        assert png(paper).startswith(b"\x89PNG")
        seen = text(paper, "blocks")
        assert seen.endswith("\n")
        assert all(line.isprintable() for line in seen.split("\n"))


@given(HOSTILE, st.integers(1, 7))
def test_chunks_make_no_difference(data: bytes, size: int) -> None:
    decoder = Decoder()
    events: list[Event] = []
    for start in range(0, len(data), size):
        events += decoder.feed(data[start : start + size])
    assert events + decoder.end() == everything(data)


def test_every_slot_names_a_codec_that_exists() -> None:
    for slot, codec in SLOTS.items():
        (paper,) = decode(bytes([0x1B, 0x74, slot]) + b"A\xe1\n")
        assert paper.lines[0].text == b"A\xe1".decode(codec, errors="replace")


def test_initialising_brings_back_the_first_page_and_plain_letters() -> None:
    (paper,) = decode(b"\x1bt\x12\x1bE\x01\x1d!\x11\x88\n\x1b@\x88\n")
    polish, american = paper.lines
    assert (polish.text, polish.runs[0].bold, polish.runs[0].wide) == ("ł", True, 2)
    assert (american.text, american.runs[0].bold, american.runs[0].wide) == ("ê", False, 1)


def test_a_slot_the_printer_lacks_is_reported() -> None:
    assert NotUnderstood(b"\x1bt\xc8") in everything(b"\x1bt\xc8\xb1\n")


def test_a_drawer_pulse_is_seen() -> None:
    assert everything(b"\x1bp\x00\x19\xfa") == [DrawerOpened(2)]
    assert everything(b"\x1bp\x01\x19\xfa") == [DrawerOpened(5)]


def test_questions_come_out_in_their_place() -> None:
    events = everything(b"\x10\x04\x01a\n\x1dV\x42\x00\x1dr1")
    assert [type(event) for event in events] == [StatusAsked, PaperCut, StatusAsked]
    assert events[0] == StatusAsked("DLE EOT", 1)
    assert events[2] == StatusAsked("GS r", 1)


def test_a_code_is_stored_and_then_printed() -> None:
    def function(number: int, data: bytes) -> bytes:
        return b"\x1d(k" + (len(data) + 2).to_bytes(2, "little") + bytes([49, number]) + data

    (paper,) = decode(
        b"\x1ba\x01"
        + function(67, b"\x06")
        + function(69, b"1")
        + function(80, b"0Bon")
        + function(81, b"0")
    )
    assert paper.marks == (PrintedQr("Bon", 6, "M", "center"),)


def test_a_raster_picture_is_kept_dot_for_dot() -> None:
    (paper,) = decode(b"\x1dv0\x00\x02\x00\x03\x00" + b"\xff\x00" * 3)
    assert paper.marks == (PrintedImage(16, 3, b"\xff\x00" * 3),)


def test_long_lines_wrap_and_tabs_stop_every_eight_columns() -> None:
    (paper,) = decode(b"x" * 100 + b"\n" + b"a\tb\n")
    assert [len(line.text) for line in paper.lines[:3]] == [48, 48, 4]
    assert paper.lines[3].text == "a       b"


def test_a_line_torn_off_by_the_end_is_on_the_paper() -> None:
    (paper,) = decode(b"no line feed")
    assert paper.lines[0].text == "no line feed"
    assert not paper.cut


@pytest.mark.parametrize("cut", [b"\x1dV\x00", b"\x1dV1", b"\x1dVB\x03", b"\x1bi", b"\x1bm"])
def test_every_cut_ends_a_paper(cut: bytes) -> None:
    assert len(decode(b"a\n" + cut + b"b\n" + cut)) == 2


def test_a_barcode_shows_its_number() -> None:
    (paper,) = decode(b"\x1dk\x02590123412345\x00\x1dk\x49\x05{B123")
    assert [line.text for line in paper.lines] == ["[590123412345]", "[{B123]"]


def test_a_feed_in_dots_is_white_paper_of_that_height() -> None:
    (paper,) = decode(b"a\x1bJ\x28\x1bJ\x05b\n")
    assert paper.marks[1:3] == (PrintedGap(10), PrintedGap(5))
    assert [line.text for line in paper.lines] == ["a", "b"]


def test_a_roll_ends() -> None:
    papers = decode(b"\n" * (MAX_MARKS + 1))
    assert [len(paper.marks) for paper in papers] == [MAX_MARKS, 1]


def test_a_command_without_end_is_given_up() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x1dv0\x00\xff\xff\xff\xff") == []
    assert decoder.feed(b"\x00" * MAX_PENDING_BYTES) == [NotUnderstood(b"\x1dv")]
    assert decoder.feed(b"a\n") == []
    assert [type(event) for event in decoder.end()] == [PaperCut]
