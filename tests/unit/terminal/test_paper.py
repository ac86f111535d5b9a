"""Receipts on paper: the very lines a customer reads, and codes a foreign eye reads back.

The expected papers lie in tests/snapshots/paper. After a change that is meant, write them anew
with PARAGON_NEW_PAPERS=1 and look at the difference.
"""

import os
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from msgspec.structs import replace
from PIL import Image

from drivers.simulators.picture import png
from drivers.simulators.text import text
from loyalty.baskets import MAX_LINES, Line
from loyalty.receipts import Receipt
from terminal_app.printing.compose import compose_document
from tests.unit.terminal.papers import RECEIPT_CODE, VOUCHER_CODE, papers_of, receipts_in

KEPT = Path(__file__).resolve().parents[2] / "snapshots" / "paper"
WARSAW = ZoneInfo("Europe/Warsaw")
KINDS = (
    "sale",
    "return",
    "voucher",
    "copy",
    "anonymous",
    "notice",
    "coded",
    "large",
    "item",
    "tier",
    "money",
    "stamps",
    "tickets",
)
LANGUAGES = ("en", "pl", "ru")
COLUMNS = {80: 48, 58: 32}


def printed(receipt: Receipt, width_mm: int) -> str:
    """The papers of `receipt` as text, one after the other, with a line where each was cut."""
    papers = papers_of(compose_document(receipt, WARSAW), f"sim:?width={width_mm}&qr=native")
    cut = "-" * 3 + "8<" + "-" * 3
    return "".join(f"{text(paper)}{cut}\n" for paper in papers)


@pytest.mark.parametrize("width_mm", COLUMNS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_paper_is_the_expected_one(kind: str, language: str, width_mm: int) -> None:
    paper = printed(receipts_in(language)[kind], width_mm)
    kept = KEPT / f"{kind}.{language}.{width_mm}mm.txt"
    if os.environ.get("PARAGON_NEW_PAPERS"):
        kept.write_text(paper, encoding="utf-8")
    assert paper == kept.read_text(encoding="utf-8")
    assert max(map(len, paper.splitlines())) <= COLUMNS[width_mm]


def test_every_kept_paper_is_expected() -> None:
    names = {
        f"{kind}.{language}.{width_mm}mm.txt"
        for kind in KINDS
        for language in LANGUAGES
        for width_mm in COLUMNS
    }
    assert {path.name for path in KEPT.iterdir()} == names


@pytest.mark.parametrize(
    "url", ["sim:?width=80", "sim:?width=58", "sim:?width=80&qr=raster", "sim:?width=58&qr=native"]
)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "code"), [("voucher", VOUCHER_CODE), ("coded", RECEIPT_CODE)])
def test_a_foreign_eye_reads_the_code_off_the_paper(
    kind: str, code: str, language: str, url: str
) -> None:
    receipt = receipts_in(language)[kind]
    papers = papers_of(compose_document(receipt, WARSAW), url)
    codes = []
    for paper in papers:
        with Image.open(BytesIO(png(paper))) as picture:
            codes += [read.text for read in zxingcpp.read_barcodes(picture.convert("RGB"))]
    assert codes == [code]


def test_each_voucher_is_a_slip_of_its_own() -> None:
    receipt = receipts_in("en")["voucher"]
    many = replace(receipt, vouchers=receipt.vouchers * 3)
    papers = papers_of(compose_document(many, WARSAW), "sim:?width=80")
    assert [len(paper.qr_codes) for paper in papers] == [0, 1, 1, 1]


def test_what_a_member_calls_themselves_cannot_drive_the_printer() -> None:
    hostile = "Ala\x1b@\x1d(k\n\r\x1bp\x00 \x9b2J {balance} %s"
    receipt = replace(
        receipts_in("en")["sale"],
        member_name=hostile,
        reference="R{0}",
        lines=(Line("", hostile, 1, 100),),
        notices=(hostile,),
    )
    (paper,) = papers_of(compose_document(receipt, WARSAW), "sim:?width=80")
    lines = text(paper)
    assert "{balance}" in lines
    assert "R{0}" in lines
    assert not {letter for letter in lines if ord(letter) < 32 and letter != "\n"}
    assert not {letter for letter in lines if 0x7F <= ord(letter) < 0xA0}


def test_the_clock_on_the_shops_wall_is_on_the_paper() -> None:
    receipt = receipts_in("en")["sale"]
    assert "09:26" in printed(receipt, 80)
    document = compose_document(receipt, ZoneInfo("Europe/London"))
    (paper,) = papers_of(document, "sim:?width=80")
    assert "08:26" in text(paper)


def test_the_longest_receipt_is_printed() -> None:
    lines = tuple(Line(f"SKU{number}", "goods", 2, number) for number in range(MAX_LINES))
    receipt = replace(receipts_in("pl")["sale"], lines=lines)
    papers = papers_of(compose_document(receipt, WARSAW), "sim:?width=58")
    said = "".join(map(text, papers))
    assert said.count("2 x goods") == MAX_LINES
    assert "1 250,85" in said
