"""Debts and copies between tills and head office: what one lacks or shares, no other spends."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

from loyalty.rights import Wait
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.errors import HeadOfficeRefused
from terminal_app.store import rights
from terminal_app.till.answers import GoodsReturn, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.people import CARD
from tests.integration.terminal.test_rights_between_tills import (
    SAVING,
    SPENDING,
    spent,
    till_in_touch,
    under,
)
from tests.integration.terminal.tills import enrolled, sync
from tests.unit.terminal.counter import goods, known, posted

SPENDS_ALL = SPENDING.replace("1000.00", "100000.00")
"""A small sale earns nothing, and every point that may be spent goes with it."""


def buys(shop: Shop, member: str, amount_minor: int) -> None:
    posted(shop.till.sell(Sale(basket=goods(amount_minor), member_id=member)))


def held(shop: Shop, member: str) -> int:
    with shop.store.reading() as connection:
        return rights.held(connection, member)


def test_a_return_elsewhere_is_settled_and_no_more_than_the_balance_is_spent(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_in_touch(office, tmp_path / "k1", "KRK-1") as one,
        till_in_touch(office, tmp_path / "k2", "KRK-2") as two,
        till_in_touch(office, tmp_path / "w1", "WAW-1") as away,
    ):
        every = (one, two, away)
        for shop in every:
            under(shop, SAVING)
        member = enrolled(one, card=CARD)
        sync(*every)
        buys(one, member, 100_00)
        sync(*every)
        posted(away.till.take_back(GoodsReturn(basket=goods(100_00), member_id=member)))
        sync(away, one, two)
        buys(one, member, 500_00)
        sync(*every)
        known(two.till.identify(CARD))
        sync(*every, *every, *every)
        assert held(away, member) == 0
        office.kill()
        for shop in every:
            under(shop, SPENDS_ALL)
        assert known(one.till.member(member)).balance.points == 500
        assert sum(spent(shop, member) for shop in every) <= 500
        office.start()
        sync(*every, *every)
        assert known(two.till.member(member)).balance.points >= 0
    assert "overspent" not in office.cases()


def test_a_copy_gives_nothing_back_that_the_till_it_was_made_of_spends(
    office: HeadOffice, tmp_path: Path
) -> None:
    with (
        till_in_touch(office, tmp_path / "k1", "KRK-1") as one,
        till_in_touch(office, tmp_path / "k2", "KRK-2") as two,
    ):
        for shop in (one, two):
            under(shop, SAVING)
        member = enrolled(one, card=CARD)
        sync(one, two)
        buys(one, member, 500_00)
        sync(one, two)
        copy_home = tmp_path / "copy"
        _copied(tmp_path / "k1", copy_home)
        known(two.till.identify(CARD))
        sync(two)
        with open_till(copy_home) as copy:
            assert known(copy.till.member(member)).safe.wait is Wait.COPY
            sync(copy)
        sync(two)
        for shop in (one, two):
            under(shop, SPENDS_ALL)
        assert (spent(two, member), spent(one, member)) == (0, 500)
        for _ in range(3):
            for shop in (one, two):
                _sync_or_refused(shop)
        assert known(two.till.member(member)).balance.points == 0
    assert "overspent" not in office.cases()


def _copied(home: Path, to: Path) -> None:
    """The till's data as a backup program that knows SQLite copies it, while it goes on."""
    to.mkdir()
    with (
        contextlib.closing(sqlite3.connect(home / STORE_FILE)) as source,
        contextlib.closing(sqlite3.connect(to / STORE_FILE)) as target,
    ):
        source.backup(target)
    for file in home.iterdir():
        if file.is_file() and not file.name.startswith(STORE_FILE):
            shutil.copy(file, to / file.name)


def _sync_or_refused(shop: Shop) -> None:
    """A till whose journal another wrote on in may be refused once, before it goes its own way."""
    with contextlib.suppress(HeadOfficeRefused):
        shop.sync.sync_once()
