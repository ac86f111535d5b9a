"""What one till counted of a member the others go by: told, kept apart, and never counted twice."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.errors import HeadOfficeUnreachable
from terminal_app.store import ledger, sums
from terminal_app.till.answers import Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.test_new_journal import findings
from tests.integration.terminal.tills import agreed_points, enrolled, sync, till_of
from tests.unit.terminal.counter import goods, posted

DOCUMENT = """
name = "classic"
version = 2
currency = "GBP"
[[earn]]
name = "shopping"
per = "1.00"
cap = { month = 1000 }
[[multiply]]
name = "silver"
times = "2"
when = { tiers = ["silver"] }
[tiers]
months = 12
[[tier]]
name = "silver"
at = "100.00"
"""


@pytest.fixture
def club(office: HeadOffice, tmp_path: Path) -> HeadOffice:
    """The chain with a programme of tiers and a limit for each month."""
    path = tmp_path / "club.toml"
    path.write_text(DOCUMENT, "utf-8")
    office.run("programme", "publish", str(path))
    return office


def points_of_a_sale(shop: Shop, member: str, whole: int, reference: str = "") -> int:
    sale = Sale(basket=goods(whole * 100), member_id=member, reference=reference)
    return posted(shop.till.sell(sale)).receipt.points


def spent_at(shop: Shop, member: str) -> int:
    """What the till knows of a member's spend in this month."""
    with shop.store.reading() as connection:
        return sums.sums_of(connection, member).get(_month(shop), 0)


def _month(shop: Shop) -> str:
    return f"spend|{datetime.now(shop.identity.zone):%Y-%m}"


def holds(office: HeadOffice, *homes: Path) -> None:
    """Whether till and head office find nothing wrong with their own books."""
    assert [findings(home) for home in homes] == [[]] * len(homes)
    office.run("verify")


def test_a_tier_reached_at_one_till_counts_at_the_others(club: HeadOffice, tmp_path: Path) -> None:
    with (
        till_of(club, tmp_path / "one", "KRK-1") as one,
        till_of(club, tmp_path / "two", "WAW-1") as two,
    ):
        sync(one, two)
        ala = enrolled(one)
        assert points_of_a_sale(one, ala, 60) == 60
        sync(one, two)
        assert points_of_a_sale(two, ala, 40) == 40
        assert points_of_a_sale(two, ala, 10) == 20, "the till that reached it knows at once"
        club.kill()
        assert points_of_a_sale(one, ala, 10) == 10, "the other one has not heard of it"
        with pytest.raises(HeadOfficeUnreachable):
            one.sync.sync_once()
        club.start()
        sync(two, one)
        assert spent_at(one, ala) == 120_00
        assert club.cases() == ["stale-standing"], "what it had not heard of is listed"
        assert points_of_a_sale(one, ala, 10) == 20
        sync(one, two, one)
        assert spent_at(two, ala) == spent_at(one, ala) == 130_00
        assert agreed_points(one, ala) == agreed_points(two, ala) == 150
        with till_of(club, tmp_path / "three", "KRK-2") as three:
            sync(three)
            assert spent_at(three, ala) == 130_00
            assert points_of_a_sale(three, ala, 500) == 850, "the month's limit holds over tills"
            sync(three)
    holds(club, tmp_path / "one", tmp_path / "two", tmp_path / "three")


def test_a_till_put_back_from_a_backup_counts_its_sales_once(
    club: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "one"
    with till_of(club, home, "KRK-1") as one:
        sync(one)
        ala = enrolled(one)
        points_of_a_sale(one, ala, 10)
        sync(one)
    shutil.copy(home / STORE_FILE, tmp_path / "backup")
    with open_till(home) as one:
        points_of_a_sale(one, ala, 20, "LOST-1")
        sync(one)
    shutil.copy(tmp_path / "backup", home / STORE_FILE)
    with open_till(home) as one:
        points_of_a_sale(one, ala, 7)
        sync(one)
        assert one.identity.epoch == 2
        sync(one)
        assert spent_at(one, ala) == 37_00
        with one.store.reading() as connection:
            assert sums.part_of(connection, ala, ledger.OTHERS)[_month(one)] == 30_00
        points_of_a_sale(one, ala, 1)
        sync(one)
        assert spent_at(one, ala) == 38_00
    assert findings(home) == []


def test_a_till_whose_journal_is_lost_is_told_all_it_counted(
    club: HeadOffice, tmp_path: Path
) -> None:
    with till_of(club, tmp_path / "one", "KRK-1") as one:
        sync(one)
        ala = enrolled(one)
        points_of_a_sale(one, ala, 60)
        sync(one)
    club.codes["KRK-1"] = club.new_code("KRK-1")
    with till_of(club, tmp_path / "new", "KRK-1") as new:
        sync(new)
        assert spent_at(new, ala) == 60_00
        points_of_a_sale(new, ala, 40)
        assert points_of_a_sale(new, ala, 10) == 20
        sync(new)
    holds(club, tmp_path / "new")
