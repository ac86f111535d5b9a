"""The demo's cards and goods are such as a real shop's scanner reads."""

import re
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from loyalty.identifiers import is_card_number
from loyalty.members import LANGUAGES
from loyalty.scans import ForeignScan, read_scan
from terminal_app.demo import cast
from terminal_app.demo.cards import card_picture, write_cards

ZOOM = 8


def drawn(svg: str) -> Image.Image:
    """The QR path of a card, painted as a camera would see it."""
    data = re.search(r'd="([^"]+)"', svg)
    assert data is not None
    cells = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", data[1])]
    side = (max(max(cell) for cell in cells) + 5) * ZOOM
    image = Image.new("L", (side, side), 255)
    pen = ImageDraw.Draw(image)
    for x, y in cells:
        pen.rectangle((x * ZOOM, y * ZOOM, (x + 1) * ZOOM - 1, (y + 1) * ZOOM - 1), fill=0)
    png = BytesIO()
    image.save(png, "PNG")
    return Image.open(png)


@pytest.mark.parametrize("member", cast.MEMBERS, ids=lambda member: str(member.card))
def test_a_foreign_decoder_reads_each_card(member: cast.Customer) -> None:
    [found] = zxingcpp.read_barcodes(drawn(card_picture(member)))
    assert found.text == member.card


def test_the_cards_are_written_and_a_name_cannot_break_one(tmp_path: Path) -> None:
    write_cards(tmp_path)
    assert {path.stem for path in tmp_path.glob("*.svg")} == {
        member.card for member in cast.MEMBERS
    }
    hostile = cast.Customer(cast.MEMBERS[0].card, "<script>&", "en", "LDN")
    assert "&lt;script&gt;&amp;" in card_picture(hostile)


def test_the_goods_have_good_and_different_barcodes() -> None:
    codes = [goods.code for goods in cast.PRODUCTS]
    assert len(set(codes)) == len(codes) >= 12
    assert {read_scan(code) for code in codes} == {ForeignScan("ean")}


def test_a_known_barcode_has_its_known_check_digit() -> None:
    assert cast.ean13("590123412345") == "5901234123457"


def test_the_members_speak_every_language_and_hold_good_cards() -> None:
    assert {member.language for member in cast.MEMBERS} == set(LANGUAGES)
    assert all(is_card_number(member.card) for member in cast.MEMBERS)
    assert {member.branch for member in cast.MEMBERS} == {branch for branch, _ in cast.BRANCHES}
