"""Snapshots say what the feed says, of one moment, to the till that asks."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, QueuePool, insert

from loyalty.clock import epoch_ms
from loyalty.identifiers import minted_card
from loyalty.members import Member
from loyalty.snapshots import SnapshotHead, read_parts, verified
from loyalty.wire import BalanceChange, Change, MemberChange, VoucherChange
from sync_server.errors import TooManySnapshots
from sync_server.store.engine import reading, writing
from sync_server.store.feed import NOTICE, TERMINAL, tell
from sync_server.store.register import Product, put_members, put_products
from sync_server.store.server_key import server_key
from sync_server.store.tables import notices
from sync_server.store.working_sets import WorkingSets, note_branches, switch
from sync_server.terminals import feed, snapshot
from sync_server.terminals.feed import news_for
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.snapshot import MAX_SNAPSHOTS_AT_ONCE, STALE_CLOCK_MS, Snapshots
from tests.contract.server_core.journals import START, TILLS, VOUCHER_GONE_MS, Journal

NOW_MS = epoch_ms(START)
NOT_ISSUED = "KRK-1.1.99"
LATER_MS = epoch_ms(START + timedelta(days=365))


@pytest.fixture
def snapshots(engine: Engine) -> Snapshots:
    with writing(engine) as connection:
        server_key(connection)
    return Snapshots(engine)


def public_key(engine: Engine) -> bytes:
    with reading(engine) as connection:
        return server_key(connection).public_key().public_bytes_raw()


def taken(
    engine: Engine, snapshots: Snapshots, terminal: str, epoch: int = 1, now_ms: int = NOW_MS
) -> tuple[SnapshotHead, list[Change]]:
    content = list(snapshots.stream(terminal, epoch, now_ms))
    head = verified(content, public_key(engine)).head
    return head, [change for part in read_parts(content) for change in part]


def fill(engine: Engine, ingest: Ingest) -> None:
    """Members, sales, vouchers open and spent, goods and a notice."""
    with writing(engine) as connection:
        put_members(connection, [Member(member_id="boris", card="boris", name="Boris")])
        put_products(connection, [Product("590", "Tea", 450), Product("591", "Milk", 120)])
        connection.execute(
            insert(notices),
            [
                {
                    "notice_id": name,
                    "member_id": "anna",
                    "campaign": name,
                    "texts": {"en": "Hello"},
                    "created_at_ms": 1,
                    "printed_at_ms": printed,
                }
                for name, printed in (("n1", None), ("n2", 7))
            ],
        )
        tell(connection, NOTICE, {"n1": "anna"})
        tell(connection, TERMINAL, TILLS)
    for number, name in enumerate(TILLS, 1):
        till = Journal(name)
        card = minted_card(number, 1)
        till.enrol(card, name)
        till.sale(card, 1_500 * number)
        till.sale("anna", 700)
        till.reward(card)
        till.spend(till.reward(card))
        if name == TILLS[0]:
            till.spend(NOT_ISSUED)
        ingest.take(till.frame())


def test_a_snapshot_says_what_the_feed_says(
    engine: Engine, ingest: Ingest, snapshots: Snapshots
) -> None:
    fill(engine, ingest)
    for journal in (("KRK-1", 1), ("WAW-1", 2)):
        head, changes = taken(engine, snapshots, *journal)
        with reading(engine) as connection:
            news = news_for(connection, feed.Journal(*journal), 0)
        assert set(map(repr, changes)) == set(map(repr, news.changes))
        assert len(changes) == len(news.changes)
        assert (head.cursor, head.mark) == (news.cursor, news.mark)
        assert (head.terminal, head.epoch, head.branch, head.members) == (*journal, "", 4)
        assert head.history_id == "history-1"


def test_what_was_spent_is_told_while_its_code_could_pass(
    engine: Engine, ingest: Ingest, snapshots: Snapshots
) -> None:
    fill(engine, ingest)

    def states(now_ms: int) -> list[str]:
        _, changes = taken(engine, snapshots, "KRK-1", now_ms=now_ms)
        return sorted(change.state for change in changes if isinstance(change, VoucherChange))

    assert states(NOW_MS) == ["issued"] * 3 + ["redeemed"] * 4
    assert states(VOUCHER_GONE_MS + STALE_CLOCK_MS - 1) == ["issued"] * 3 + ["redeemed"] * 4
    # Of the one whose issue has not arrived nobody knows until when it could pass.
    assert states(VOUCHER_GONE_MS + STALE_CLOCK_MS) == ["issued"] * 3 + ["redeemed"]


def test_a_branch_is_sent_its_own_members_alone(
    engine: Engine, ingest: Ingest, snapshots: Snapshots
) -> None:
    fill(engine, ingest)
    with writing(engine) as connection:
        switch(connection, WorkingSets.BRANCH)
        note_branches(connection, "WAW-1", ["boris"])
    head, changes = taken(engine, snapshots, "WAW-1")
    members = {change.member.member_id for change in changes if isinstance(change, MemberChange)}
    # Tills of this test enrol at home in KRK; WAW-1 sold to its own card and to anna as well.
    assert members == {minted_card(3, 1), "boris"}
    balances = {change.member_id for change in changes if isinstance(change, BalanceChange)}
    assert balances == {minted_card(3, 1), "anna"}
    vouchers = {change.member_id for change in changes if isinstance(change, VoucherChange)}
    # One that was spent before its issue arrived is nobody's yet, and told to all.
    assert vouchers == {minted_card(3, 1), ""}
    assert (head.branch, head.members) == ("WAW", 3)
    with reading(engine) as connection:
        news = news_for(connection, feed.Journal("WAW-1", 1, "WAW"), 0)
    assert set(map(repr, changes)) == set(map(repr, news.changes))


def test_many_parts_of_one_moment(
    engine: Engine, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are written while it is read belong to the feed after it."""
    with writing(engine) as connection:
        put_products(connection, [Product(f"{code:03}", "", code) for code in range(25)])
    small = {name: keys.limit(10) for name, keys in snapshot._KEYS.items()}
    monkeypatch.setattr(snapshot, "_KEYS", small)
    stream = snapshots.stream("KRK-1", 1, NOW_MS)
    content = [next(stream)]
    with writing(engine) as connection:
        put_products(connection, [Product("000", "changed", 1), Product("999", "new", 1)])
    content += stream
    head = verified(content, public_key(engine)).head
    parts = list(read_parts(content))
    products = [change for part in parts for change in part if getattr(change, "code", "")]
    assert len(products) == 25
    assert sum(any(hasattr(change, "code") for change in part) for part in parts) == 3
    with reading(engine) as connection:
        news = news_for(connection, feed.Journal("KRK-1", 1), head.cursor, head.mark)
    assert {getattr(change, "code", "") for change in news.changes} == {"000", "999"}


def test_it_takes_no_more_snapshots_than_it_can_serve(snapshots: Snapshots) -> None:
    names = [f"POZ-{number}" for number in range(MAX_SNAPSHOTS_AT_ONCE + 2)]
    streams = [snapshots.stream(name, 1, NOW_MS) for name in names]
    for stream in streams[:MAX_SNAPSHOTS_AT_ONCE]:
        next(stream)
    with pytest.raises(TooManySnapshots):
        next(streams[MAX_SNAPSHOTS_AT_ONCE])
    streams[0].close()
    next(streams[MAX_SNAPSHOTS_AT_ONCE + 1])
    for stream in streams:
        stream.close()


def test_a_terminal_takes_one_snapshot_at_a_time(snapshots: Snapshots) -> None:
    first, second, other = (snapshots.stream(name, 1, NOW_MS) for name in ("KRK-1", "KRK-1", "W-1"))
    next(first)
    with pytest.raises(TooManySnapshots):
        next(second)
    next(other)
    del first
    again = snapshots.stream("KRK-1", 1, NOW_MS)
    next(again)


def test_a_stream_that_ends_early_gives_its_connection_back(
    engine: Engine, snapshots: Snapshots
) -> None:
    assert isinstance(engine.pool, QueuePool)
    before = engine.pool.checkedout()
    stream = snapshots.stream("KRK-1", 1, NOW_MS)
    next(stream)
    assert engine.pool.checkedout() == before + 1
    del stream
    assert engine.pool.checkedout() == before
