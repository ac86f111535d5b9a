"""What a till counts of members: own entries and what it is told, and no file can say otherwise."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from loyalty.sums import packed
from loyalty.wire import SumsChange
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands import ledger_checks
from terminal_app.store import ledger, sums
from terminal_app.store.journal import entries_of
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from tests.unit.terminal.counter import ShopClock, entries_in, found_till, goods, known, posted
from tests.unit.terminal.test_rounds import hear

DOCUMENT = """
name = "club"
version = 1
currency = "GBP"
[[earn]]
name = "shopping"
per = "1.00"
cap = { day = 150 }
[[multiply]]
name = "silver"
times = "2"
when = { tiers = ["silver"] }
[tiers]
months = 2
[[tier]]
name = "silver"
at = "100.00"
"""
MONTH = "spend|2024-06"
DAY = "points|shopping|2024-06-01"


@pytest.fixture
def club(tmp_path: Path, clock: ShopClock) -> Iterator[Shop]:
    found_till(tmp_path / "club", document=DOCUMENT)
    with open_till(tmp_path / "club", clock=clock) as shop:
        yield shop


@pytest.fixture
def ala(club: Shop) -> str:
    return known(club.till.enrol(Enrolment(name="Ala"))).member.member_id


def points_of_a_sale(shop: Shop, member: str, minor: int) -> int:
    return posted(shop.till.sell(Sale(basket=goods(minor), member_id=member))).receipt.points


def sums_at(shop: Shop, member: str) -> dict[str, int]:
    with shop.store.reading() as connection:
        return sums.sums_of(connection, member)


def findings(shop: Shop) -> list[str]:
    with shop.store.reading() as connection:
        return [finding.what for finding in ledger_checks.verify(connection, shop.identity)]


def test_a_tier_is_there_with_the_sale_after_the_one_that_reached_it(club: Shop, ala: str) -> None:
    assert points_of_a_sale(club, ala, 100_00) == 100
    assert points_of_a_sale(club, ala, 20_00) == 40
    assert sums_at(club, ala) == {MONTH: 120_00, DAY: 140}


def test_a_cap_holds_over_the_sales_of_a_day_and_the_next_day_begins_anew(
    club: Shop, clock: ShopClock, ala: str
) -> None:
    assert [points_of_a_sale(club, ala, 90_00) for _ in range(3)] == [90, 60, 0]
    clock.move(days=1)
    assert points_of_a_sale(club, ala, 10_00) == 20
    assert sums_at(club, ala) == {
        MONTH: 280_00,
        DAY: 150,
        "points|shopping|2024-06-02": 20,
    }


def test_what_other_tills_counted_is_counted_with_it(
    club: Shop, clock: ShopClock, ala: str
) -> None:
    points_of_a_sale(club, ala, 30_00)
    told = SumsChange(ala, {MONTH: 70_00, "spend|2024-05": 1, DAY: 100})
    hear(club, clock, changes=(told, SumsChange("boris", {MONTH: 5})), cursor=1, mark="m")
    assert sums_at(club, ala) == {MONTH: 100_00, "spend|2024-05": 1, DAY: 130}
    assert points_of_a_sale(club, ala, 30_00) == 20
    # Told whole each time: what is not said any more is gone.
    hear(club, clock, changes=(SumsChange(ala, {MONTH: 1}), SumsChange("boris", {})), cursor=2)
    assert sums_at(club, ala) == {MONTH: 60_01, DAY: 50}
    with club.store.reading() as connection:
        assert sums.parts(connection, ledger.OTHERS) == {ala: {MONTH: 1}}


def test_a_feed_from_its_start_takes_the_place_of_all_told_before(
    club: Shop, clock: ShopClock, ala: str
) -> None:
    hear(club, clock, changes=(SumsChange("boris", {MONTH: 5}),), cursor=1, mark="m")
    hear(club, clock, from_start=True, cursor=1, mark="m1", changes=(SumsChange(ala, {MONTH: 2}),))
    with club.store.reading() as connection:
        assert sums.parts(connection, ledger.OTHERS) == {ala: {MONTH: 2}}


def test_a_return_without_its_receipt_is_no_spend(club: Shop, ala: str) -> None:
    points_of_a_sale(club, ala, 100_00)
    posted(club.till.take_back(GoodsReturn(basket=goods(40_00), member_id=ala)))
    assert sums_at(club, ala)[MONTH] == 60_00
    assert findings(club) == []


def test_nothing_is_counted_of_shoppers_without_a_card_or_under_a_plain_programme(
    club: Shop, shop: Shop
) -> None:
    points_of_a_sale(club, "", 100_00)
    member = known(shop.till.enrol(Enrolment(name="Ola"))).member.member_id
    points_of_a_sale(shop, member, 100_00)
    for each in (club, shop):
        with each.store.reading() as connection:
            assert sums.parts(connection, ledger.OWN) == {}
            assert not [entry for entry in entries_in(connection) if "sums" in entry.payload]


@pytest.mark.parametrize(
    ("statement", "value", "said"),
    [
        ("UPDATE sums SET sums = ?", packed({MONTH: 1}), "counted of 29"),
        ("UPDATE sums SET sums = ?", b"\xc1", "what cannot be read"),
        ("UPDATE sums SET sums = ?", "text", "what cannot be read"),
        ("UPDATE sums SET source = ?", "others", "counted of 29"),
        ("INSERT INTO sums VALUES ('boris', 'own', ?)", packed({MONTH: 1}), "counted of boris"),
    ],
)
def test_a_change_of_the_table_is_found_and_rebuilt(
    club: Shop, ala: str, statement: str, value: bytes | str, said: str
) -> None:
    points_of_a_sale(club, ala, 100_00)
    points_of_a_sale(club, ala, 20_00)
    before = sums_at(club, ala)
    assert findings(club) == []
    with club.store.writing() as connection:
        connection.execute(statement, (value,))
    assert any(said in what for what in findings(club)), findings(club)
    with club.store.writing() as connection:
        rebuilt = ledger_checks.rebuild(connection, club.identity)
        sums.forget(connection, ledger.OTHERS)
    assert any(said in what for what in rebuilt.different)
    assert findings(club) == []
    assert sums_at(club, ala) == before


def test_the_entry_says_what_it_counts_and_what_was_known(club: Shop, ala: str) -> None:
    points_of_a_sale(club, ala, 100_00)
    points_of_a_sale(club, ala, 20_00)
    with club.store.reading() as connection:
        last = entries_of(connection, 1, ala)[-1]
    assert last.payload["sums"] == {MONTH: 20_00, DAY: 40}
    assert last.payload["standing"] == {"tier": "silver", "earned": {DAY: 100}}
