"""The bytes of a job, read back by a decoder that shares no table with the encoder."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.documents import (
    MAX_BLOCKS,
    MAX_FEED_LINES,
    Block,
    Columns,
    Cut,
    Document,
    Feed,
    QrCode,
    Rule,
    Text,
)
from drivers.errors import DocumentUnprintable
from drivers.printers.escpos import ASK_PAPER_STATUS, encode
from drivers.printers.profile import NARROW_58MM, WIDE_80MM, PrinterProfile
from drivers.simulators.decoder import Decoder, decode
from drivers.simulators.events import PaperCut, StatusAsked
from drivers.simulators.paper import Paper, PrintedGap, PrintedLine, PrintedQr
from drivers.simulators.tokens import next_token

PROFILES = (WIDE_80MM, NARROW_58MM)

COMMANDS_OF_OURS = {
    b"",
    b"\n",
    b"\x1b@",
    b"\x1c.",
    b"\x1bt",
    b"\x1ba",
    b"\x1b!",
    b"\x1bE",
    b"\x1bd",
    b"\x1bJ",
    b"\x1dv",
    b"\x1d(",
    b"\x1dV",
    b"\x1dr",
}

LETTERS = {
    "en": "The quick brown fox jumps over the lazy dog 0123456789 £5.00",
    "pl": "Zażółć gęślą jaźń ZAŻÓŁĆ GĘŚLĄ JAŹŃ 12,50 zł",
    "ru": "Съешь ещё этих мягких французских булок, да выпей чаю ЁЖИК № 5",
}


def print_on(profile: PrinterProfile, *blocks: Block) -> Paper:
    (paper,) = decode(encode(Document(blocks), profile), profile.columns)
    return paper


def words(paper: Paper) -> list[str]:
    return " ".join(line.text for line in paper.lines).split()


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@pytest.mark.parametrize("language", LETTERS)
def test_the_letters_of_every_language_arrive_on_every_width(
    profile: PrinterProfile, language: str
) -> None:
    text = LETTERS[language]
    for look in (Text(text), Text(text, bold=True), Text(text, large=True)):
        paper = print_on(profile, look, Cut())
        assert words(paper) == text.split()
        assert not paper.images


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_all_languages_share_one_receipt(profile: PrinterProfile) -> None:
    paper = print_on(profile, *(Columns(text, "1,00") for text in LETTERS.values()))
    assert words(paper) == [word for text in LETTERS.values() for word in (*text.split(), "1,00")]


@given(st.text(), st.text(), st.text(), st.sampled_from(PROFILES))
def test_no_text_reaches_the_printer_as_a_command(
    text: str, right: str, caption: str, profile: PrinterProfile
) -> None:
    blocks = (Text(text), Columns(text, right, bold=True), QrCode("1", caption), Text(text))
    job = encode(Document((*blocks, Cut())), profile, ask_ack=True)
    position = 0
    while position < len(job):
        step = next_token(job, position)
        assert step is not None
        token, position = step
        assert token.known
        assert token.name in COMMANDS_OF_OURS
    decoder = Decoder(profile.columns)
    events = decoder.feed(job) + decoder.end()
    assert {type(event) for event in events} <= {PaperCut, StatusAsked}


@given(
    st.text(st.sampled_from((LETTERS["pl"] + LETTERS["ru"] + "\n").replace("№", "")), min_size=1)
)
def test_a_mix_of_alphabets_is_printed_or_drawn_and_never_replaced(text: str) -> None:
    paper = print_on(WIDE_80MM, Text(text + "x"))
    drawn = len(paper.images)
    assert "?" not in "".join(words(paper))
    assert drawn or "".join(words(paper)) == "".join((text + "x").split())


def test_a_job_begins_by_forgetting_all_others() -> None:
    assert encode(Document((Text("x"),)), WIDE_80MM).startswith(b"\x1b@\x1c.")


def test_the_first_text_names_its_code_page() -> None:
    job = encode(Document((Text("abc"),)), WIDE_80MM)
    assert b"\x1bt\x12abc" in job


def test_a_job_asks_for_confirmation_only_when_told() -> None:
    document = Document((Text("x"), Cut()))
    assert not encode(document, WIDE_80MM).endswith(ASK_PAPER_STATUS)
    assert encode(document, WIDE_80MM, ask_ack=True).endswith(ASK_PAPER_STATUS)


def test_looks_and_sides_arrive() -> None:
    paper = print_on(
        WIDE_80MM,
        Text("big", align="center", bold=True, large=True),
        Text("small", align="right"),
        Columns("Razem", "5,00", bold=True),
    )
    big, small, total = paper.lines
    assert (big.side, big.runs[0].bold, big.runs[0].wide, big.runs[0].high) == (
        "center",
        True,
        2,
        2,
    )
    assert (small.side, small.runs[0].bold, small.runs[0].wide) == ("right", False, 1)
    assert total.text == "Razem" + "5,00".rjust(43)
    assert total.runs[0].bold


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_no_line_is_wider_than_the_paper(profile: PrinterProfile) -> None:
    long = "słowo " * 40
    document = Document((Text(long), Text(long, large=True), Columns(long, "1,00"), Rule()))
    wide_paper = decode(encode(document, profile), columns=200)[0]
    assert all(line.columns <= profile.columns for line in wide_paper.lines)


def test_a_printer_that_draws_codes_gets_the_data_and_others_a_picture() -> None:
    wide = print_on(WIDE_80MM, QrCode("012345678901234", caption="Bon"))
    above, code, below, caption = wide.marks
    assert above == below == PrintedGap(4 * 8)
    assert isinstance(code, PrintedQr)
    assert (code.data, code.side, code.correction) == ("012345678901234", "center", "M")
    assert isinstance(caption, PrintedLine)
    assert (caption.text, caption.side) == ("Bon", "center")

    narrow = print_on(NARROW_58MM, QrCode("012345678901234"))
    (image,) = narrow.images
    assert image.side == "center"
    assert image.width <= NARROW_58MM.dots
    assert any(image.rows)


def test_a_code_is_as_large_as_the_paper_allows() -> None:
    sizes = [print_on(WIDE_80MM, QrCode("x" * length)).marks[1] for length in (10, 200, 1000)]
    dots = [mark.module_dots for mark in sizes if isinstance(mark, PrintedQr)]
    assert dots == sorted(dots, reverse=True)
    assert dots[0] == 8
    assert dots[-1] >= 2


@pytest.mark.parametrize("data", ["", "a\x1bp", "a\nb", "x" * 3000])
def test_a_code_that_cannot_be_is_refused(data: str) -> None:
    with pytest.raises(DocumentUnprintable) as refusal:
        encode(Document((QrCode(data),)), WIDE_80MM)
    assert refusal.value.hint


def test_a_code_too_fine_for_narrow_paper_is_refused() -> None:
    narrower = msgspec.structs.replace(NARROW_58MM, columns=24, dots=288)
    with pytest.raises(DocumentUnprintable):
        encode(Document((QrCode("x" * 2000),)), narrower)


def test_limits_are_kept() -> None:
    with pytest.raises(DocumentUnprintable):
        encode(Document((Rule(),) * (MAX_BLOCKS + 1)), WIDE_80MM)
    with pytest.raises(DocumentUnprintable):
        encode(Document((Feed(MAX_FEED_LINES + 1),)), WIDE_80MM)


def test_feeding_and_cutting() -> None:
    job = encode(Document((Text("a"), Feed(2), Cut(), Text("b"), Cut())), WIDE_80MM)
    first, second = decode(job)
    assert [line.text for line in first.lines] == ["a", "", ""]
    assert (first.cut, second.cut) == (True, True)
    assert encode(Document((Feed(0),)), WIDE_80MM) == encode(Document(()), WIDE_80MM)


def test_a_printer_without_a_cutter_feeds_to_the_edge() -> None:
    paper = print_on(NARROW_58MM, Text("a"), Cut())
    assert not paper.cut
    assert [line.text for line in paper.lines] == ["a", "", "", "", ""]


def test_a_rule_is_dashed_where_no_page_has_a_line() -> None:
    windows_pages = msgspec.structs.replace(WIDE_80MM, code_pages=(("CP1250", 45),))
    assert print_on(WIDE_80MM, Rule()).lines[0].text == "─" * 48
    assert print_on(windows_pages, Rule()).lines[0].text == "-" * 48


def test_nothing_is_written_to_standard_output(capfd: pytest.CaptureFixture[str]) -> None:
    encode(Document((QrCode("1"), Text("Łódź / Москва"))), NARROW_58MM)
    assert capfd.readouterr() == ("", "")
