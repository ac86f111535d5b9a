"""Receipt lines become invoices, or are rejected with a reason."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty.clock import epoch_ms
from loyalty.identifiers import is_card_number, minted_card
from terminal_app.commands.replay import default_replay_home
from terminal_app.replay.errors import ReplayMismatch
from terminal_app.replay.invoices import InvoiceFile, card_of, read_invoices
from terminal_app.replay.plan import Plan, same_plan
from terminal_app.replay.receipt_lines import Reject
from terminal_app.replay.rejects import write_rejects
from terminal_app.replay.rows import COLUMNS

LONDON = ZoneInfo("Europe/London")


def line(
    invoice: str = "536365",
    sku: str = "85123A",
    description: str = "LANTERN",
    quantity: str = "6",
    moment: str = "2010-12-01 08:26:00",
    price: str = "2.55",
    customer: str = "17850.0",
) -> tuple[str, ...]:
    return (invoice, sku, description, quantity, moment, price, customer, "United Kingdom")


def read(tmp_path: Path, *lines: tuple[str, ...]) -> InvoiceFile:
    path = tmp_path / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([COLUMNS, *lines])
    return read_invoices(path, LONDON)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line(invoice=" "), "no invoice number"),
        (line(invoice="53 65"), "holds blanks"),
        (line(invoice="5" * 65), "more than 64"),
        (line(quantity="6.5"), "quantity is not a whole number"),
        (line(quantity="six"), "quantity is not a whole number"),
        (line(quantity="٦"), "quantity is not a whole number"),
        (line(quantity="0"), "quantity is zero"),
        (line(quantity="-6"), "a stock correction, not a sale"),
        (line(invoice="C536365"), "a positive quantity on a return"),
        (line(price="free"), "price is not a number"),
        (line(price="NaN"), "price is not a number"),
        (line(price="1e999999"), "price is not a number"),
        (line(price="1_0"), "price is not a number"),
        (line(price=""), "price is not a number"),
        (line(price="-2.55"), "price is below 0"),
        (line(quantity="999999999", price="9999999999"), "amount is out of range"),
        (line(moment="yesterday"), "date is not readable"),
        (line(moment="2010-02-30 08:00:00"), "date is not readable"),
        (line(moment="1066-10-14 09:00:00"), "date is not readable"),
        (line(customer="17850.5"), "customer id is not a number"),
        (line(customer="nan"), "customer id is not a number"),
        (line(customer="0"), "customer id is zero"),
        (line(customer="0.0"), "customer id is zero"),
        (line(price="1,234"), "price is ambiguous"),
        (line(customer="123456789"), "customer id is not a number"),
    ],
)
def test_a_line_that_cannot_be_a_sale_is_named_and_stops_nothing(
    tmp_path: Path, bad: tuple[str, ...], reason: str
) -> None:
    held = read(tmp_path, line(invoice="1"), bad, line(invoice="2"))
    assert [invoice.number for invoice in held.invoices] == ["1", "2"]
    [reject] = held.rejects
    assert reject.line == 3
    assert reason in reject.reason
    assert reject.content.split(",")[1] == "85123A"
    assert held.lines == 3


def test_an_invoice_is_one_however_its_lines_are_strewn(tmp_path: Path) -> None:
    held = read(
        tmp_path, line("A", sku="1"), line("B", sku="2"), line("A", sku="3"), line("A", sku="1")
    )
    assert [invoice.number for invoice in held.invoices] == ["A", "B"]
    assert [goods.sku for goods in held.invoices[0].lines] == ["1", "3", "1"]


def test_another_customer_on_an_invoice_is_rejected(tmp_path: Path) -> None:
    held = read(tmp_path, line("A"), line("A", customer="17851"), line("A", customer=""))
    assert [reject.line for reject in held.rejects] == [3, 4]
    assert {reject.reason for reject in held.rejects} == {
        "another customer than on line 2 of the same invoice"
    }


def test_a_bad_first_line_leaves_the_invoice_to_the_others(tmp_path: Path) -> None:
    held = read(tmp_path, line("A", quantity="0", customer="1"), line("A", customer="2"))
    assert [(invoice.customer, invoice.first_line) for invoice in held.invoices] == [(2, 3)]


def test_an_invoice_of_too_many_lines_keeps_those_that_fit(tmp_path: Path) -> None:
    held = read(tmp_path, *[line("A")] * 5_001)
    assert len(held.invoices[0].lines) == 5_000
    assert [reject.reason for reject in held.rejects] == ["the invoice has more than 5000 lines"]


@pytest.mark.parametrize(
    ("quantity", "price", "amount_minor"),
    [("6", "2.55", 1530), ("3", "0.335", 101), ("1", "0.005", 1), ("7", "0", 0), ("2", "1,5", 300)],
)
def test_an_amount_is_rounded_half_up_once_a_line(
    tmp_path: Path, quantity: str, price: str, amount_minor: int
) -> None:
    for invoice, sign in (("1", ""), ("C1", "-")):
        held = read(tmp_path, line(invoice, quantity=sign + quantity, price=price))
        assert held.invoices[0].lines[0].amount_minor == amount_minor
        assert held.invoices[0].lines[0].quantity == int(quantity)
        assert held.invoices[0].is_return is bool(sign)


@pytest.mark.parametrize(
    ("moment", "utc"),
    [
        ("2010-12-01 08:26:00", datetime(2010, 12, 1, 8, 26, tzinfo=UTC)),
        ("2011-07-01 08:26:00", datetime(2011, 7, 1, 7, 26, tzinfo=UTC)),
        ("2011-07-01", datetime(2011, 6, 30, 23, 0, tzinfo=UTC)),
        ("2011-07-01T08:26:00+02:00", datetime(2011, 7, 1, 6, 26, tzinfo=UTC)),
    ],
)
def test_times_are_of_the_shop(tmp_path: Path, moment: str, utc: datetime) -> None:
    held = read(tmp_path, line(moment=moment))
    assert held.invoices[0].occurred_at_ms == epoch_ms(utc)


@pytest.mark.parametrize("written", ["17850", "17850.0", " 17850.00 ", "00017850"])
def test_a_customer_has_one_card_however_their_number_is_written(
    tmp_path: Path, written: str
) -> None:
    [invoice] = read(tmp_path, line(customer=written)).invoices
    assert (invoice.customer, invoice.card) == (17850, card_of(17850))
    assert is_card_number(invoice.card)


def test_no_terminal_can_mint_a_customers_card() -> None:
    assert card_of(17850)[:7] == "2900000"
    assert minted_card(1, 17850)[:7] != card_of(17850)[:7]


def test_a_shopper_without_a_card_has_none(tmp_path: Path) -> None:
    [invoice] = read(tmp_path, line(customer="")).invoices
    assert invoice.card == ""


def test_the_rejects_file_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "rejects.csv"
    write_rejects(path, [Reject(2, "torn", '=HYPERLINK("x")'), Reject(7, "zero", 'a,"b"')])
    with path.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["line", "reason", "content"],
            ["2", "torn", '\'=HYPERLINK("x")'],
            ["7", "zero", 'a,"b"'],
        ]


def test_a_rejects_file_that_cannot_be_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "rejects"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        write_rejects(folder, [])
    assert list(tmp_path.iterdir()) == [folder]


def test_two_files_of_one_name_have_homes_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    homes = [default_replay_home(tmp_path / place / "day.csv.gz") for place in "ab"]
    assert homes[0] != homes[1]
    assert all(home.name.startswith("day-") for home in homes)
    assert default_replay_home(Path("a") / "day.csv.gz") == homes[0]


def test_a_server_is_the_same_with_and_without_a_slash(tmp_path: Path) -> None:
    def plan(url: str) -> Plan:
        return Plan(terminals=1, programme_document="", timezone="UTC", server_url=url)

    same_plan(tmp_path, plan("http://127.0.0.1:9/"), plan("http://127.0.0.1:9"))
    with pytest.raises(ReplayMismatch):
        same_plan(tmp_path, plan("http://127.0.0.1:9/"), plan("http://127.0.0.1:8"))
