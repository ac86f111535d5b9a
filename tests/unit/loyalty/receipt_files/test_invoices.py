"""Receipt lines become invoices, or are rejected with a reason."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from loyalty.clock import epoch_ms
from loyalty.receipt_files.invoices import InvoiceFile, read_invoices
from loyalty.receipt_files.rows import COLUMNS, OPTIONAL

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


def read(*lines: tuple[str, ...], currency: str = "") -> InvoiceFile:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([(*COLUMNS, *OPTIONAL), *map(whole, lines)])
    return read_invoices("lines.csv", io.BytesIO(text.getvalue().encode()), LONDON, currency)


def whole(told: tuple[str, ...]) -> tuple[str, ...]:
    """The line with an empty cell for what it does not tell."""
    return (*told, *[""] * (len(COLUMNS) + len(OPTIONAL) - len(told)))


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
    bad: tuple[str, ...], reason: str
) -> None:
    held = read(line(invoice="1"), bad, line(invoice="2"))
    assert [invoice.number for invoice in held.invoices] == ["1", "2"]
    [reject] = held.rejects
    assert reject.line == 3
    assert reason in reject.reason
    assert reject.content.split(",")[1] == "85123A"
    assert held.lines == 3


def test_an_invoice_is_one_however_its_lines_are_strewn() -> None:
    held = read(line("A", sku="1"), line("B", sku="2"), line("A", sku="3"), line("A", sku="1"))
    assert [invoice.number for invoice in held.invoices] == ["A", "B"]
    assert [goods.sku for goods in held.invoices[0].lines] == ["1", "3", "1"]


def test_another_customer_on_an_invoice_is_rejected() -> None:
    held = read(line("A"), line("A", customer="17851"), line("A", customer=""))
    assert [reject.line for reject in held.rejects] == [3, 4]
    assert {reject.reason for reject in held.rejects} == {
        "another customer than on line 2 of the same invoice"
    }


def test_a_bad_first_line_leaves_the_invoice_to_the_others() -> None:
    held = read(line("A", quantity="0", customer="1"), line("A", customer="2"))
    assert [(invoice.customer, invoice.first_line) for invoice in held.invoices] == [(2, 3)]


def test_an_invoice_of_too_many_lines_keeps_those_that_fit() -> None:
    held = read(*[line("A")] * 5_001)
    assert len(held.invoices[0].lines) == 5_000
    assert [reject.reason for reject in held.rejects] == ["the invoice has more than 5000 lines"]


@pytest.mark.parametrize(
    ("quantity", "price", "amount_minor"),
    [("6", "2.55", 1530), ("3", "0.335", 101), ("1", "0.005", 1), ("7", "0", 0), ("2", "1,5", 300)],
)
def test_an_amount_is_rounded_half_up_once_a_line(
    quantity: str, price: str, amount_minor: int
) -> None:
    for invoice, sign in (("1", ""), ("C1", "-")):
        held = read(line(invoice, quantity=sign + quantity, price=price))
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
def test_times_are_of_the_shop(moment: str, utc: datetime) -> None:
    held = read(line(moment=moment))
    assert held.invoices[0].occurred_at_ms == epoch_ms(utc)


def test_a_torn_row_is_rejected_with_its_reason() -> None:
    text = ",".join(COLUMNS) + "\n536365,85123A,LANTERN,6\n"
    held = read_invoices("lines.csv", io.BytesIO(text.encode()), LONDON)
    assert [(one.line, one.reason) for one in held.rejects] == [
        (2, "the row has 4 cells, the header has 8")
    ]


@pytest.mark.parametrize("written", ["17850", "17850.0", " 17850.00 ", "00017850"])
def test_a_customer_is_one_however_their_number_is_written(written: str) -> None:
    [invoice] = read(line(customer=written)).invoices
    assert invoice.customer == 17850


@pytest.mark.parametrize(
    ("currency", "price", "amount_minor"), [("JPY", "300", 900), ("KWD", "0.335", 1005)]
)
def test_amounts_have_the_decimals_of_their_currency(
    currency: str, price: str, amount_minor: int
) -> None:
    told = (*line(quantity="3", price=price), currency)
    [invoice] = read(told, currency=currency).invoices
    assert invoice.basket.total_minor == amount_minor


def test_a_line_in_another_currency_is_rejected() -> None:
    held = read((*line(), "EUR"), line("2"), currency="GBP")
    assert [(one.line, one.reason) for one in held.rejects] == [
        (2, "the amount is in EUR, not in GBP")
    ]
    assert read((*line(), "EUR")).rejects == ()


def test_branch_category_and_tags_are_taken_where_a_file_tells_them() -> None:
    [invoice] = read((*line(), "GBP", "KRK", "coffee", "hot; sweet")).invoices
    assert invoice.branch == "KRK"
    [goods] = invoice.basket.lines
    assert (goods.category, goods.tags) == ("coffee", ("hot", "sweet"))
