"""Files of members and goods: good lines are taken, each bad one is named with its reason."""

from pathlib import Path

import pytest

from loyalty.identifiers import card_number
from sync_server.commands.csv_files import RejectedLine, read_members, read_products
from sync_server.errors import ConfigInvalid
from sync_server.store.register import Product

CARD = card_number("290000100000001")
OTHER_CARD = card_number("290000100000002")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def test_a_member_is_read_with_all_columns(file: Path) -> None:
    grouped = f"{CARD[:4]} {CARD[4:8]}-{CARD[8:]}"
    file.write_text(
        "card,name,phone,email,email_consent,language,branch\r\n"
        f'{grouped},"Nowak, Anna",600 100,a@example.com,YES,PL,KRK\r\n',
        encoding="utf-8-sig",
    )
    [member], rejected = read_members(file, 7)
    assert rejected == []
    assert (member.member_id, member.card, member.name) == (CARD, CARD, "Nowak, Anna")
    assert (member.email_consent, member.language, member.branch) == (True, "pl", "KRK")
    assert member.enrolled_at_ms == 7


def test_a_birthday_and_segments_are_read(file: Path) -> None:
    file.write_text(
        f"card,birthday,segments\n{CARD},29.02,staff; students\n{OTHER_CARD},,\n", "utf-8"
    )
    [told, untold], rejected = read_members(file, 7)
    assert rejected == []
    assert (told.birthday, told.segments) == ("02-29", ("staff", "students"))
    assert (untold.birthday, untold.segments) == ("", ())


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("30.02,staff", "birthday '30.02' is no day, such as 1990-02-28 or 02-28"),
        ("," + "; ".join(f"s{place}" for place in range(21)), "more than 20 segments"),
        ("," + "x" * 61, "or one of over 60 characters"),
    ],
)
def test_a_birthday_or_segments_that_are_none_cost_their_line(
    file: Path, cells: str, reason: str
) -> None:
    file.write_text(f"card,birthday,segments\n{CARD},{cells}\n", "utf-8")
    members, [rejected] = read_members(file, 7)
    assert members == []
    assert reason in rejected.reason


def test_consent_without_an_address_is_none(file: Path) -> None:
    file.write_text(f"card,email_consent\n{CARD},yes\n", encoding="utf-8")
    [member], _ = read_members(file, 7)
    assert member.email_consent is False


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (f"{CARD[:-1]},x,yes,en", "is no card number of 16 digits"),
        (f"{CARD},x,perhaps,en", "email_consent 'perhaps' is neither yes nor no"),
        (f"{CARD},x,yes,xx", "language 'xx' is none of en, pl, ru"),
        (f"{CARD},x,yes,en,more", "more cells than the header has columns"),
        (f"{CARD},{'x' * 301},yes,en", "name is too long or holds a NUL"),
        (f"{OTHER_CARD},x,yes,en", "stands in an earlier line"),
    ],
    ids=lambda value: value[:30],
)
def test_a_bad_line_costs_itself_alone(file: Path, line: str, reason: str) -> None:
    file.write_text(
        f"card,name,email_consent,language\n{OTHER_CARD},Anna,no,en\n{line}\n", encoding="utf-8"
    )
    members, [rejected] = read_members(file, 7)
    assert [member.card for member in members] == [OTHER_CARD]
    assert (rejected.line, reason in rejected.reason) == (3, True)


def test_goods_are_read_with_their_price(file: Path) -> None:
    file.write_text(
        "code,description,price,category,tags\n"
        '590,Tea,"4,50",drinks,vegan; hot;;vegan\n591,Free,\n592,Odd,4.505\n,None,1\n593,Debt,-1\n'
        f"594,Many,1,,{';'.join(f't{number}' for number in range(21))}\n",
        encoding="utf-8",
    )
    goods, rejected = read_products(file, "PLN")
    assert goods == [
        Product("590", "Tea", 450, "drinks", ("vegan", "hot")),
        Product("591", "Free", 0),
    ]
    assert rejected == [
        RejectedLine(4, "'4.505' is not an amount of money"),
        RejectedLine(5, "the code is empty"),
        RejectedLine(6, "the price is below zero"),
        RejectedLine(7, "it has more than 20 tags"),
    ]


@pytest.mark.parametrize(
    ("currency", "price", "price_minor"),
    [
        ("JPY", "1200", 1_200),
        ("JPY", "1200.00", 1_200),
        ("JPY", "4.5", None),
        ("PLN", "4,50", 450),
        ("KWD", "4.505", 4_505),
        ("KWD", "4.5", 4_500),
        ("KWD", "4.5055", None),
    ],
)
def test_prices_have_the_decimals_of_the_currency(
    file: Path, currency: str, price: str, price_minor: int | None
) -> None:
    file.write_text(f'code,price\n590,"{price}"\n', encoding="utf-8")
    goods, rejected = read_products(file, currency)
    assert [one.price_minor for one in goods] == ([] if price_minor is None else [price_minor])
    assert bool(rejected) is (price_minor is None)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "has no column 'card'"),
        (b"name\nAnna\n", "has no column 'card'"),
        ("card\nŻ\n".encode("cp1250"), "is not UTF-8 text"),
        (b'card\n"' + b"x" * 200_000, "is not a CSV file"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_such_table_is_refused(file: Path, content: bytes, sentence: str) -> None:
    file.write_bytes(content)
    with pytest.raises(ConfigInvalid, match=sentence):
        read_members(file, 7)
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        read_members(file.parent, 7)
