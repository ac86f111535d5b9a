"""What both sides of a benchmark write: the same members, the same sales, every time."""

import random
from collections.abc import Iterator

import msgspec

from loyalty.balances import Balance
from loyalty.identifiers import card_number
from loyalty.members import Member

FIRST_CARD_TERMINAL = 90_000
"""Cards of a range that no terminal of a benchmark mints from."""

START_MS = 1_750_000_000_000
BETWEEN_SALES_MS = 41_000
ARTICLES = 400
MOST_POINTS = 400
"""Below a reward's worth."""

ENROLLED_AT_MS = 1_700_000_000_000
_FIRST_NAMES = ("Anna", "Jan", "Maria", "Piotr", "Katarzyna", "Olga", "Emma", "Thomas", "Zofia")
_LAST_NAMES = ("Nowak", "Kowalska", "Wójcik", "Smith", "Ivanova", "Zieliński", "Brown", "Lis")


class MadeSale(msgspec.Struct, frozen=True):
    """A sale as its entry has it; `lines` are (sku, quantity, amount in minor units)."""

    member_id: str
    points: int
    amount_minor: int
    occurred_at_ms: int
    lines: list[tuple[str, int, int]]


def card(number: int) -> str:
    """The card of made member `number`, counted from 0."""
    terminal, counter = divmod(number, 10**8)
    return card_number(f"29{FIRST_CARD_TERMINAL + terminal:05d}{counter:08d}")


def made_members(count: int) -> Iterator[Member]:
    """The first `count` members: all with a name, most with an address, half with a number."""
    dice = random.Random(count)
    for number in range(count):
        first, last = dice.choice(_FIRST_NAMES), dice.choice(_LAST_NAMES)
        year = dice.randrange(1940, 2008)
        yield Member(
            member_id=card(number),
            card=card(number),
            name=f"{first} {last}",
            phone=f"+48{dice.randrange(5 * 10**8, 9 * 10**8)}" if dice.random() < 0.5 else "",
            email=f"{first}{number}.{year}@example.com".lower() if dice.random() < 0.8 else "",
            email_consent=dice.random() < 0.4,
            language=dice.choice(("pl", "pl", "pl", "en", "ru")),
            branch="KRK",
            enrolled_at_ms=ENROLLED_AT_MS + number * 61_000 + dice.randrange(60_000),
        )


def made_balances(count: int) -> Iterator[Balance]:
    """What the first `count` members have to begin with: nobody's first sale is still to come, as
    it is with most of a shop's members."""
    dice = random.Random(count)
    for _ in range(count):
        points, redeemed = dice.randrange(1, MOST_POINTS), 500 * dice.randrange(3)
        yield Balance(points, points + redeemed, 0, redeemed)


def price_of(article: int) -> int:
    """What an article costs, in minor units."""
    return 99 + article * 7_919 % 4_900


def made_sales(first: int, count: int, members: int, seed: int = 1) -> Iterator[MadeSale]:
    """Sales `first`, `first + 1`, ...; each member's turn comes once in `members` sales, in an
    order as mixed as shoppers come. A few articles sell most."""
    order = list(range(members))
    random.Random(seed).shuffle(order)
    for number in range(first, first + count):
        dice = random.Random(f"{seed} {number}")
        lines = []
        for _ in range(dice.randint(1, 3)):
            article = int(ARTICLES * dice.random() ** 2)
            quantity = 1 if dice.random() < 0.8 else dice.randint(2, 4)
            lines.append((f"SKU-{article:04d}", quantity, quantity * price_of(article)))
        amount_minor = sum(line[2] for line in lines)
        yield MadeSale(
            member_id=card(order[number % members]) if members else "",
            points=amount_minor // 100 if members else 0,
            amount_minor=amount_minor,
            occurred_at_ms=START_MS + number * BETWEEN_SALES_MS + dice.randrange(20_000),
            lines=lines,
        )
