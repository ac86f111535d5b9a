"""Paper can be looked at: as a picture that a foreign eye reads, and as text."""

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from drivers.connect import open_printer
from drivers.documents import Columns, Cut, Document, QrCode, Rule, Text
from drivers.simulators.paper import Paper, PrintedLine, PrintedQr, Run
from drivers.simulators.picture import draw, png
from drivers.simulators.text import text, text_lines
from drivers.typeface import CELL_HEIGHT_DOTS, CELL_WIDTH_DOTS, draw_line, has_glyph

VOUCHER = "PGN1:7XK2-" + "0123456789ABCDEFGHIJ" * 5


def paper_of(document: Document, url: str) -> Paper:
    papers: list[Paper] = []
    open_printer(url, papers.append).print(document)
    (paper,) = papers
    return paper


def codes_on(picture: bytes) -> list[str]:
    with Image.open(BytesIO(picture)) as image:
        return [code.text for code in zxingcpp.read_barcodes(image.convert("RGB"))]


@pytest.mark.parametrize(
    "url", ["sim:", "sim:?width=58", "sim:?width=58&qr=native", "sim:?qr=raster"]
)
@pytest.mark.parametrize("data", ["012345678901234", VOUCHER])
def test_a_foreign_decoder_reads_the_voucher_from_the_rendered_paper(url: str, data: str) -> None:
    document = Document((Text("Sklep „Żółw”", large=True), QrCode(data, caption="Bon 5,00"), Cut()))
    assert codes_on(png(paper_of(document, url))) == [data]


def test_the_picture_is_the_paper_with_its_margins() -> None:
    paper = paper_of(Document((Text("a"), Cut())), "sim:")
    picture = draw(paper)
    assert picture.width == 48 * CELL_WIDTH_DOTS + 56
    assert picture.mode == "RGBA"
    assert png(paper) == png(paper)


@pytest.mark.parametrize(
    "letters", ["ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", "─€№"]
)
def test_the_typeface_draws_every_letter_differently(letters: str) -> None:
    assert all(has_glyph(letter) for letter in letters)
    assert len({draw_line(letter).tobytes() for letter in letters}) == len(letters)


def test_the_typeface_admits_what_it_lacks() -> None:
    assert not has_glyph("中")
    assert not has_glyph("😀")


def test_letters_grow_by_cells_and_bold_is_heavier() -> None:
    assert draw_line("ab").size == (2 * CELL_WIDTH_DOTS, CELL_HEIGHT_DOTS)
    assert draw_line("ab", wide=2, high=3).size == (4 * CELL_WIDTH_DOTS, 3 * CELL_HEIGHT_DOTS)
    plain, bold = (sum(draw_line("ł", bold=bold).tobytes()) for bold in (False, True))
    assert bold < plain


def test_text_keeps_sides_and_widths() -> None:
    document = Document(
        (
            Text("Żółw", align="center", large=True),
            Text("prawo", align="right"),
            Columns("Итого", "5,00"),
            Rule(),
            QrCode("0123"),
            Text("Łódź / Москва"),
            Cut(),
        )
    )
    assert text_lines(paper_of(document, "sim:?width=58&qr=native&cut=yes")) == [
        "            Ż ó ł w",
        "                           prawo",
        "Итого                       5,00",
        "─" * 32,
        "           [QR 0123]",
        "[image 160x30]",
    ]


def test_a_code_in_half_blocks_is_read_by_a_foreign_decoder() -> None:
    lines = text_lines(Paper((PrintedQr(VOUCHER, 4, "M"),), columns=80), "blocks")
    width = max(map(len, lines)) + 8
    image = Image.new("L", (width, 2 * len(lines) + 8), 255)
    for row, line in enumerate(lines):
        for column, char in enumerate(line):
            if char in "▀█":
                image.putpixel((column + 4, 2 * row + 4), 0)
            if char in "▄█":
                image.putpixel((column + 4, 2 * row + 5), 0)
    large = image.resize((image.width * 4, image.height * 4), Image.Resampling.NEAREST)
    assert [code.text for code in zxingcpp.read_barcodes(large)] == [VOUCHER]


def test_a_code_too_wide_for_the_pane_stays_a_label() -> None:
    lines = text_lines(Paper((PrintedQr("x" * 300, 2, "M"),), columns=32), "blocks")
    assert "".join(lines) == f"[QR {'x' * 300}]"
    assert all(len(line) <= 32 for line in lines)


def test_text_ends_each_line() -> None:
    paper = Paper((PrintedLine((Run("a"), Run("b", bold=True))), PrintedLine()), columns=32)
    assert text(paper) == "ab\n\n"
