"""Who and what the demo chain is made of: branches, tills, goods and members."""

import csv
from collections.abc import Sequence
from pathlib import Path

import msgspec

from loyalty.amounts import plain_amount
from loyalty.identifiers import card_number

SHOP = "Paragon Demo"
CURRENCY = "GBP"
TIMEZONE = "Europe/London"

BRANCHES = (("LDN", "London"), ("KRK", "Kraków"))
TILLS = (("LDN-1", "LDN"), ("LDN-2", "LDN"), ("KRK-1", "KRK"))


class Product(msgspec.Struct, frozen=True):
    """Goods with an EAN-13 and a price in minor units."""

    code: str
    description: str
    price_minor: int


class Customer(msgspec.Struct, frozen=True):
    """A member of the demo chain; the e-mail domain is one that is never anybody's (RFC 2606)."""

    card: str
    name: str
    language: str
    branch: str

    @property
    def email(self) -> str:
        """An address made of the card, as names are written in three alphabets."""
        return f"member{self.card[-4:]}@example.com"


def ean13(body: str) -> str:
    """The EAN-13 whose first 12 digits are `body` (GS1 General Specifications, 7.9)."""
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-weighted % 10}"


def _goods(number: int, description: str, price_minor: int) -> Product:
    # GS1 keeps prefixes 20 to 29 for numbers used inside one shop.
    return Product(ean13(f"20{number:010d}"), description, price_minor)


def _customer(number: int, name: str, language: str, branch: str) -> Customer:
    # Terminal number 0 is nobody's, so no till mints these cards a second time.
    return Customer(card_number(f"29{0:05d}{number:08d}"), name, language, branch)


PRODUCTS = (
    _goods(1, "Coffee beans 1 kg", 18_90),
    _goods(2, "Loose tea 250 g", 7_50),
    _goods(3, "Teapot, cast iron", 64_00),
    _goods(4, "Porcelain cup", 12_00),
    _goods(5, "Honey 400 g", 6_20),
    _goods(6, "Dark chocolate 70 %", 3_40),
    _goods(7, "Ginger biscuits", 2_80),
    _goods(8, "Espresso machine", 249_00),
    _goods(9, "Milk frother", 34_50),
    _goods(10, "Żubrówka biscuit tin", 9_90),
    _goods(11, "Самовар, brass", 185_00),
    _goods(12, "Paper bag", 10),
)

MEMBERS = (
    _customer(1, "Anna Kowalska", "pl", "KRK"),
    _customer(2, "John Smith", "en", "LDN"),
    _customer(3, "Ольга Иванова", "ru", "KRK"),
    _customer(4, "Łukasz Żółć", "pl", "KRK"),
    _customer(5, "Mary O'Neill", "en", "LDN"),
    _customer(6, "Дмитрий Соколов", "ru", "LDN"),
    _customer(7, "Zofia Dąbrowska", "pl", "KRK"),
    _customer(8, "Priya Patel", "en", "LDN"),
)


def write_products(path: Path) -> None:
    """Write the goods as head office imports them: code, description, price."""
    rows = [(goods.code, goods.description, plain_amount(goods.price_minor)) for goods in PRODUCTS]
    _write(path, ("code", "description", "price"), rows)


def write_members(path: Path) -> None:
    """Write the members as head office imports them."""
    columns = ("card", "name", "phone", "email", "email_consent", "language", "branch")
    rows = [
        (member.card, member.name, "", member.email, "yes", member.language, member.branch)
        for member in MEMBERS
    ]
    _write(path, columns, rows)


def _write(path: Path, columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)
