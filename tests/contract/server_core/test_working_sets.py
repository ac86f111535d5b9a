"""Working sets: a branch is told of its own members, whole, and misses none of them."""

import pytest
from sqlalchemy import Engine

from loyalty.identifiers import minted_card
from loyalty.members import Member
from loyalty.wire import (
    BalanceChange,
    Change,
    Draw,
    Holder,
    MemberChange,
    NoticeChange,
    ProductChange,
    VoucherChange,
)
from sync_server.store import working_sets
from sync_server.store.engine import reading, writing
from sync_server.store.feed import NOTICE, mark_at, tell
from sync_server.store.register import Product, put_members, put_products
from sync_server.store.working_sets import WorkingSets, branch_told, changes_for, switch
from sync_server.terminals import feed
from sync_server.terminals.feed import News, news_for
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.lookups import found_for
from tests.contract.server_core.journals import Journal, rows

CARD = minted_card(7, 1)


@pytest.fixture(autouse=True)
def _by_branch(engine: Engine) -> None:
    """A chain that tells each branch of its own members."""
    with writing(engine) as connection:
        assert switch(connection, WorkingSets.BRANCH)
        assert not switch(connection, WorkingSets.BRANCH)


class Listener:
    """A till that is told, a page at a time, and keeps what it heard last of each thing."""

    def __init__(self, engine: Engine, terminal: str) -> None:
        self._engine = engine
        self._terminal = terminal
        self._cursor = 0
        self.heard: dict[str, Change] = {}

    def page(self, limit: int = 1_000) -> News:
        with reading(self._engine) as connection:
            mark = mark_at(connection, self._cursor) or ""
            journal = feed.Journal(self._terminal, 1, branch_told(connection, self._terminal))
            found = news_for(connection, journal, self._cursor, mark, limit)
        self._cursor = found.cursor
        for change in found.changes:
            self.heard[_name(change)] = change
        return found

    def listen(self, limit: int = 1_000) -> "Listener":
        while self.page(limit).more:
            pass
        return self

    def names(self, kind: type) -> set[str]:
        return {name for name, change in self.heard.items() if isinstance(change, kind)}


def _name(change: Change) -> str:
    if isinstance(change, MemberChange):
        return f"member {change.member.member_id}"
    if isinstance(change, BalanceChange):
        return f"balance {change.member_id}"
    return repr(change)


def test_a_branch_hears_of_those_who_buy_there(engine: Engine, ingest: Ingest) -> None:
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    krakow.enrol("anna", "Anna")
    krakow.sale("anna", 600)
    number = krakow.reward("anna")
    ingest.take(krakow.frame())
    with writing(engine) as connection:
        put_products(connection, [Product("590", "Tea", 450)])
    there, here = Listener(engine, "KRK-2").listen(), Listener(engine, "WAW-1").listen()
    assert {"member anna", "balance anna"} <= set(there.heard)
    assert here.names(ProductChange)
    assert not here.names(MemberChange) | here.names(BalanceChange) | here.names(VoucherChange)
    # A stranger's sale: told whole from now on, the voucher of before included.
    warsaw.sale("anna", 5)
    ingest.take(warsaw.frame())
    here.listen()
    assert {"member anna", "balance anna"} <= set(here.heard)
    assert [one.number for one in here.heard.values() if isinstance(one, VoucherChange)] == [number]
    krakow.sale("anna", 40)
    ingest.take(krakow.frame(krakow.next_seq - 1))
    here.listen()
    told = here.heard["balance anna"]
    assert isinstance(told, BalanceChange)
    assert told.points == 600 - 500 + 40


def test_a_waiting_notice_comes_with_its_member(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO notices (notice_id, member_id, campaign, texts, created_at_ms) "
            "VALUES ('n1', 'anna', 'welcome', '{\"en\": \"Hello\"}', 1)"
        )
        tell(connection, NOTICE, {"n1": "anna"})
    here = Listener(engine, "WAW-1").listen()
    assert not here.names(NoticeChange)
    warsaw = Journal("WAW-1")
    warsaw.sale("anna", 5)
    ingest.take(warsaw.frame())
    assert here.listen().names(NoticeChange)


def test_an_imported_member_is_known_at_home(engine: Engine) -> None:
    with writing(engine) as connection:
        put_members(
            connection,
            [
                Member(member_id="anna", card="anna", branch="KRK"),
                Member(member_id="boris", card="boris", branch="nowhere"),
            ],
        )
    assert "member anna" in Listener(engine, "KRK-1").listen().heard
    assert not Listener(engine, "WAW-1").listen().names(MemberChange)
    assert [row["member_id"] for row in rows(engine, "member_branches")] == ["anna"]


@pytest.mark.parametrize("limit", [1, 3, 1_000])
def test_what_is_passed_over_starves_nobody(
    engine: Engine, ingest: Ingest, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(working_sets, "MAX_CHANGES_SCANNED", 7)
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    for count in range(40):
        krakow.sale(f"krakow-{count:02}", 5)
        if count % 10 == 0:
            warsaw.sale(f"warsaw-{count:02}", 5)
    ingest.take(krakow.frame())
    ingest.take(warsaw.frame())
    here = Listener(engine, "WAW-1")
    pages = 0
    while here.page(limit).more:
        pages += 1
        assert pages < 40
    assert here.names(BalanceChange) == {f"balance warsaw-{count:02}" for count in (0, 10, 20, 30)}
    # Nothing is left: the cursor stands at the last change of all, though it was not theirs.
    assert here.page().changes == ()
    with reading(engine) as connection:
        assert changes_for(connection, here._cursor, 1, "").told == []


def test_a_card_that_is_looked_up_is_answered_and_stays_known(
    engine: Engine, ingest: Ingest
) -> None:
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    krakow.enrol(CARD, "Anna")
    krakow.sale(CARD, 600)
    krakow.reward(CARD)
    ingest.take(krakow.frame())
    here = Listener(engine, "WAW-1").listen()
    unknown = minted_card(7, 2)
    request = warsaw.frame(lookups=(CARD, unknown, "torn\0card"))
    with reading(engine) as connection:
        found = found_for(connection, feed.Journal("WAW-1", 1, "WAW"), request.lookups)
    assert [type(change) for change in found] == [MemberChange, BalanceChange, VoucherChange]
    assert "balance " + CARD not in here.listen().heard
    ingest.take(request)
    assert f"balance {CARD}" in here.listen().heard
    assert len(rows(engine, "member_branches")) == 2


def test_a_draw_makes_its_member_known_to_the_branch(engine: Engine, ingest: Ingest) -> None:
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    krakow.sale("anna", 600)
    ingest.take(krakow.frame())
    here = Listener(engine, "WAW-1").listen()
    ingest.take(warsaw.frame(draws=(Draw(1, "anna", 600),)))
    assert "balance anna" in here.listen().heard


def test_going_back_tells_every_till_what_it_missed(engine: Engine, ingest: Ingest) -> None:
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    for count in range(5):
        krakow.sale(f"krakow-{count}", 5)
    ingest.take(krakow.frame())
    warsaw.sale("warsaw", 5)
    ingest.take(warsaw.frame())
    here = Listener(engine, "WAW-1").listen()
    assert here.names(BalanceChange) == {"balance warsaw"}
    for _ in range(2):
        with writing(engine) as connection:
            assert switch(connection, WorkingSets.ALL)
        assert not here.page(limit=2).from_start
        assert len(here.listen(limit=2).names(BalanceChange)) == 6
        with writing(engine) as connection:
            assert switch(connection, WorkingSets.BRANCH)
    # Those who have points from a branch, or are at home there, are its first set.
    sets = {(row["branch"], row["member_id"]) for row in rows(engine, "member_branches")}
    assert sets == {("WAW", "warsaw"), *(("KRK", f"krakow-{count}") for count in range(5))}
    krakow.sale("krakow-1", 7)
    ingest.take(krakow.frame(krakow.next_seq - 1))
    holder = Holder("KRK-1", 5)
    told = here.listen().heard["balance krakow-1"]
    assert told == BalanceChange("krakow-1", 5, 5, 0, 0, 0, (holder,))
