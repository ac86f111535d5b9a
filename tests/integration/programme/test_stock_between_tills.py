"""The last of a stock: two tills, the line up and down, and never one gift too many."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal_app.bootstrap import Shop
from terminal_app.till.answers import Claim, Posted, Reason, Refusal
from tests.integration.programme.examples import agree, bought, enrolled, may
from tests.integration.terminal.head_office import HeadOffice, found_under
from tests.integration.terminal.tills import sync, till_of
from tests.unit.terminal.counter import posted

SHOP = """
name = "gifts"
version = 1
currency = "EUR"
[[earn]]
name = "all"
per = "1.00"
points = 1
[[rewards]]
name = "mug"
title = "Mug"
cost = 10
gives = "gift"
stock = 3
[offline]
keep = 500
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[HeadOffice]:
    document = tmp_path / "gifts.toml"
    document.write_text(SHOP, "utf-8")
    office = found_under(tmp_path / "office", document)
    office.run("rewards", "stock")
    office.start()
    yield office
    office.stop()


def claim(shop: Shop, member: str) -> Posted | Refusal:
    return shop.till.claim(Claim(member_id=member, reward="mug"))


def is_elsewhere(answer: Posted | Refusal) -> bool:
    return isinstance(answer, Refusal) and answer.reason is Reason.CLAIM_ELSEWHERE


def test_three_mugs_are_three_however_many_tills_ask(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala, ola = enrolled(one, may(1, 9)), enrolled(two, may(1, 9))
        bought(one, ala, may(1), "=100.00")
        bought(two, ola, may(1), "=100.00")
        assert is_elsewhere(claim(one, ala)), "nothing is held here before it is asked for"
        one.till.rewards(ala)
        two.till.rewards(ola)
        sync(one, two)
        assert posted(claim(one, ala)).receipt.rewards[0].title == "Mug"
        assert is_elsewhere(claim(one, ala)), "one was held, the line is down"
        posted(claim(two, ola))
        sync(one, two)
        # The third follows whoever asked first for it; the other till's is asked back in vain.
        given = [posted(claim(shop, who)) for shop, who in ((one, ala),)]
        assert len(given) == 1
        for _ in range(3):
            sync(one, two)
            assert is_elsewhere(claim(one, ala))
            assert is_elsewhere(claim(two, ola))
        agree(office, one, ala, 80)
        agree(office, two, ola, 90)
        assert office.run("rewards", "stock") == "mug: 3 in all, 0 left\n"


def test_the_last_one_goes_to_the_till_that_asks_for_it(office: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as two,
    ):
        ala, ola = enrolled(one, may(1, 9)), enrolled(two, may(1, 9))
        bought(one, ala, may(1), "=100.00")
        bought(two, ola, may(1), "=100.00")
        for _ in range(2):
            claim(one, ala)
            sync(one)
            posted(claim(one, ala))
        sync(one)
        assert is_elsewhere(claim(two, ola)), "the third lies at the first till"
        sync(two, one, two)
        claim(two, ola)
        sync(two, one, two)
        posted(claim(two, ola))
        sync(one, two)
        agree(office, one, ala, 80)
        agree(office, two, ola, 90)
