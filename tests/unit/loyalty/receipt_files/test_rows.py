"""Reading a file of receipt lines: what is no such file is a sentence, a torn row costs itself."""

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.errors import FileUnreadable
from loyalty.receipt_files import rows as rows_module
from loyalty.receipt_files.rows import COLUMNS, Row, TornRow, read_rows

HEADER = ",".join(COLUMNS)
GOOD = "536365,85123A,LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def rows_of(path: Path) -> Iterator[Row | TornRow]:
    with path.open("rb") as file:
        yield from read_rows(str(path), file)


def written(tmp_path: Path, text: str, name: str = "lines.csv") -> Path:
    path = tmp_path / name
    data = text.encode("utf-8")
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["lines.csv", "lines.csv.gz"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_rows_come_with_their_line_numbers(
    tmp_path: Path, name: str, start: str, ending: str
) -> None:
    text = ending.join([start + HEADER, GOOD, "", GOOD.replace("536365", "536366"), ""])
    found = list(rows_of(written(tmp_path, text, name)))
    assert [row.line for row in found] == [2, 4]
    assert all(isinstance(row, Row) for row in found)
    assert found[0].text.rstrip() == GOOD
    assert isinstance(found[1], Row)
    assert found[1].cells == tuple(GOOD.replace("536365", "536366").split(",")[:-1])


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Till,CustomerID,UnitPrice,InvoiceDate,Quantity,Description,StockCode,InvoiceNo\n"
        "9,17850,2.55,2010-12-01 08:26:00,6,LANTERN,85123A,536365\n",
    )
    [row] = rows_of(path)
    assert isinstance(row, Row)
    assert row.cells == (
        *("536365", "85123A", "LANTERN", "6", "2010-12-01 08:26:00", "2.55", "17850"),
    )


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"", "a.csv", "is empty"),
        (gzip.compress(b""), "a.csv.gz", "is empty"),
        (HEADER.encode(), "a.csv.gz", "is no gzip file"),
        (gzip.compress((HEADER + "\n" + GOOD * 99).encode())[:60], "a.csv.gz", "cut off"),
        (b"\x1f\x8b" + b"junk" * 9, "a.csv", "damaged"),
        ((HEADER + "\n" + GOOD.replace("LANTERN", "\xe9")).encode("latin-1"), "a.csv", "UTF-8"),
        (HEADER.encode("utf-16"), "a.csv", "UTF-8"),
        (HEADER.replace("UnitPrice", "Price").encode(), "a.csv", "has no column UnitPrice"),
        (HEADER.replace(",", ";").encode(), "a.csv", "has no column"),
        ((HEADER + ",Quantity").encode(), "a.csv", "has the column Quantity twice"),
        (b'"InvoiceNo', "a.csv", "is empty or has no header"),
        (b"9" * 70_000, "a.csv", "is empty or has no header"),
    ],
    ids=[f"file {number}" for number in range(12)],
)
def test_what_is_no_such_file_is_refused_in_a_sentence(
    tmp_path: Path, data: bytes, name: str, sentence: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileUnreadable, match=sentence) as told:
        list(rows_of(path))
    assert str(path) in told.value.message
    assert told.value.hint


def test_a_file_of_too_many_lines_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "MAX_FILE_LINES", 3)
    with pytest.raises(FileUnreadable, match="more than 3 lines"):
        list(rows_of(written(tmp_path, "\n".join([HEADER, *[GOOD] * 3]))))


@pytest.mark.parametrize(
    "torn",
    [
        "536365,85123A,LANTERN,6",
        GOOD + ",extra",
        '536365,85123A,"LANTERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom',
        '536365,85123A,"LAN"TERN,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom',
        '"',
    ],
)
def test_a_torn_row_costs_itself_alone(tmp_path: Path, torn: str) -> None:
    path = written(tmp_path, "\n".join([HEADER, GOOD, torn, *[GOOD] * 30, ""]))
    found = list(rows_of(path))
    assert [row.line for row in found if isinstance(row, TornRow)] == [3]
    assert [row.line for row in found if isinstance(row, Row)] == [2, *range(4, 34)]


@pytest.mark.parametrize("length", [65_537, 65_538, 140_000])
@pytest.mark.parametrize("start", ["", GOOD.replace("LANTERN", '"LANTERN') + "\n"])
def test_a_line_that_is_too_long_costs_itself_alone(
    tmp_path: Path, length: int, start: str
) -> None:
    lines = start + "9" * length
    found = list(rows_of(written(tmp_path, "\n".join([HEADER, GOOD, lines, GOOD, ""]))))
    torn = [row for row in found if isinstance(row, TornRow)]
    at = 4 if start else 3
    assert [row.line for row in torn] == list(range(3, at + 1))
    assert torn[-1].reason == "a line is longer than 65,536 characters"
    assert [row.line for row in found if isinstance(row, Row)] == [2, at + 1]


def test_a_quote_left_open_on_the_last_line_is_found(tmp_path: Path) -> None:
    path = written(tmp_path, "\n".join([HEADER, GOOD, GOOD.replace("LANTERN", '"LANTERN')]))
    assert [type(row) for row in rows_of(path)] == [Row, TornRow]


def test_a_description_may_hold_commas_quotes_and_line_breaks(tmp_path: Path) -> None:
    text = 'POPPY\'S "BIG", HOUSE\nSECOND LINE'
    quoted = '"' + text.replace('"', '""') + '"'
    path = written(tmp_path, "\n".join([HEADER, GOOD.replace("LANTERN", quoted), GOOD]))
    found = list(rows_of(path))
    assert isinstance(found[0], Row)
    assert found[0].cells[2] == text
    assert [row.line for row in found] == [2, 4]


def test_columns_that_tell_more_are_kept_where_a_file_has_them(tmp_path: Path) -> None:
    text = f"{HEADER},Tags,Branch\n{GOOD},hot;sweet,KRK\n"
    [row] = rows_of(written(tmp_path, text))
    assert isinstance(row, Row)
    assert row.more == ("", "KRK", "", "hot;sweet")
    twice = f"{HEADER},Tags,Tags\n"
    with pytest.raises(FileUnreadable, match="has the column Tags twice"):
        list(rows_of(written(tmp_path, twice)))


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=15), min_size=7, max_size=7
        ),
        max_size=8,
    )
)
def test_what_csv_writes_is_read_back_whole(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([COLUMNS[:-1], *table])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(text.getvalue().encode())
    found = [row.cells for row in rows_of(path) if isinstance(row, Row)]
    assert found == [tuple(cells) for cells in table]


@given(st.binary(max_size=400))
def test_any_bytes_after_the_header_are_rows_torn_rows_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.csv"
    path.write_bytes(HEADER.encode() + b"\n" + noise)
    try:
        lines = [row.line for row in rows_of(path)]
    except FileUnreadable:
        return
    assert lines == sorted(set(lines))
