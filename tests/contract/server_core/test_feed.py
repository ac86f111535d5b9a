"""What tills are told: everything once, in the order of commits, and never their own points."""

import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TypeVar

import msgspec
from sqlalchemy import Engine, delete, insert, update

from loyalty.members import Member
from loyalty.programme.document import classic_document
from loyalty.wire import (
    BalanceChange,
    Holder,
    MemberChange,
    NoticeChange,
    ProductChange,
    ProgrammeChange,
    TerminalChange,
    VoucherChange,
)
from sync_server.store.engine import reading, writing
from sync_server.store.feed import NOTICE, TERMINAL, changes_after, mark_at, tell
from sync_server.store.register import Product, put_members, put_products
from sync_server.store.tables import changes, counters, feed_marks, terminals
from sync_server.terminals import feed
from sync_server.terminals.feed import News, news_for
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import (
    EPOCHS,
    TILLS,
    VOUCHER_GONE_MS,
    Journal,
    ShopClock,
    head_office,
    rows,
)

_Kind = TypeVar("_Kind")


def news(
    engine: Engine, terminal: str, cursor: int = 0, limit: int = 1_000, epoch: int = 1
) -> News:
    with reading(engine) as connection:
        mark = mark_at(connection, cursor) or ""
        return news_for(connection, feed.Journal(terminal, epoch), cursor, mark, limit)


def told(found: News, kind: type[_Kind]) -> list[_Kind]:
    return [change for change in found.changes if isinstance(change, kind)]


def test_a_till_is_told_the_points_of_all_others(engine: Engine, ingest: Ingest) -> None:
    for name, amount in zip(TILLS, (10, 20, 40), strict=True):
        till = Journal(name)
        till.sale("anna", amount)
        ingest.take(till.frame())
    points = {name: told(news(engine, name), BalanceChange)[0].points for name in TILLS}
    assert points == {"KRK-1": 60, "KRK-2": 50, "WAW-1": 30}


def test_a_till_set_up_again_is_told_what_its_terminal_did_before(
    engine: Engine, ingest: Ingest
) -> None:
    for epoch, amount in ((1, 10), (2, 20)):
        till = Journal("KRK-1", epoch)
        till.sale("anna", amount)
        ingest.take(till.frame())
    points = {
        (name, epoch): told(news(engine, name, epoch=epoch), BalanceChange)[0].points
        for name, epoch in (("KRK-1", 1), ("KRK-1", 2), ("KRK-1", 3), ("KRK-2", 1))
    }
    assert points == {("KRK-1", 1): 20, ("KRK-1", 2): 10, ("KRK-1", 3): 30, ("KRK-2", 1): 30}


def test_own_and_others_parts_add_up_to_the_standing(engine: Engine, ingest: Ingest) -> None:
    first, second = Journal("KRK-1"), Journal("KRK-2")
    first.sale("anna", 700)
    first.reward("anna")
    second.goods_return("anna", 100)
    ingest.take(first.frame())
    ingest.take(second.frame())
    assert told(news(engine, "KRK-1"), BalanceChange) == [BalanceChange("anna", -100, 0, 100, 0)]
    holder = Holder("KRK-1", 200)
    assert told(news(engine, "KRK-2"), BalanceChange) == [
        BalanceChange("anna", 200, 700, 0, 500, 0, (holder,))
    ]


def test_everything_a_till_needs_is_told(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        put_members(connection, [Member(member_id="boris", card="boris", name="Boris")])
        put_products(connection, [Product("590", "Tea", 450, "drinks", ("vegan", "hot"))])
        connection.exec_driver_sql(
            "INSERT INTO notices (notice_id, member_id, campaign, texts, created_at_ms) "
            "VALUES ('n1', 'anna', 'welcome', '{\"en\": \"Hello\"}', 1)"
        )
        tell(connection, NOTICE, ["n1"])
        # A terminal that is not set up has no key to tell.
        connection.execute(insert(terminals).values(terminal="WAW-9", branch="WAW", number=9))
        tell(connection, TERMINAL, ["WAW-1", "WAW-9"])
    till = Journal()
    till.sale("anna", 500)
    number = till.reward("anna")
    ingest.take(till.frame())
    found = news(engine, "KRK-2")
    assert told(found, ProgrammeChange) == [ProgrammeChange(classic_document())]
    assert [change.member.name for change in told(found, MemberChange)] == ["Boris"]
    assert told(found, ProductChange) == [
        ProductChange("590", "Tea", 450, "drinks", ("vegan", "hot"))
    ]
    assert told(found, NoticeChange) == [NoticeChange("n1", "anna", {"en": "Hello"})]
    keys = tuple((epoch, bytes(32)) for epoch in EPOCHS)
    assert told(found, TerminalChange) == [TerminalChange("WAW-1", "WAW", keys, "Branch WAW")]
    assert told(found, VoucherChange) == [
        VoucherChange(number, "anna", 500, "GBP", VOUCHER_GONE_MS, "issued", "KRK-1.1")
    ]
    ingest.take(Journal("KRK-2").frame(printed_notices=("n1",)))
    assert told(news(engine, "KRK-1", found.cursor), NoticeChange) == [
        NoticeChange("n1", "anna", {})
    ]


def test_a_cursor_pages_and_a_thing_that_changes_moves_to_the_end(engine: Engine) -> None:
    with writing(engine) as connection:
        put_products(connection, [Product(f"{code}", "", code) for code in range(5)])
    first = news(engine, "KRK-1", limit=3)
    assert (len(first.changes), first.more) == (3, True)
    with writing(engine) as connection:
        put_products(connection, [Product("0", "Tea", 1)])
    rest = news(engine, "KRK-1", first.cursor, limit=1_000)
    assert not rest.more
    everything = [*told(first, ProductChange), *told(rest, ProductChange)]
    assert {change.code for change in everything} == {"0", "1", "2", "3", "4"}
    assert everything[-1] == ProductChange("0", "Tea", 1)
    nothing = News((), rest.cursor, rest.mark, more=False, from_start=False)
    assert news(engine, "KRK-1", rest.cursor) == nothing
    assert (first.from_start, rest.from_start) == (True, False)


def test_a_cursor_that_was_never_told_starts_anew(engine: Engine) -> None:
    for cursor in (10**9, sys.maxsize, 2**64 - 1, -1):
        assert news(engine, "KRK-1", cursor) == news(engine, "KRK-1")


def test_a_number_that_a_restored_backup_gives_again_is_not_taken_for_the_old_one(
    engine: Engine,
) -> None:
    def put(*codes: str) -> None:
        with writing(engine) as connection:
            put_products(connection, [Product(code, "", 1) for code in codes])

    def asked(cursor: int, mark: str) -> News:
        with reading(engine) as connection:
            return news_for(connection, feed.Journal("KRK-1", 1), cursor, mark)

    put("1", "2", "3")
    before = news(engine, "KRK-1")
    put("4", "5", "6")
    lost = news(engine, "KRK-1")
    assert (lost.cursor, lost.mark != before.mark) == (before.cursor + 3, True)
    # What a backup does: all that was written after it is gone, and numbers are drawn again.
    with writing(engine) as connection:
        for table in (changes, feed_marks):
            connection.execute(delete(table).where(table.c.change_no > before.cursor))
        connection.execute(update(counters).values(value=before.cursor))
    put("7")
    put("8", "9", "10", "11")
    anew = asked(lost.cursor, lost.mark)
    assert anew.from_start
    assert {change.code for change in told(anew, ProductChange)} == set("123789") | {"10", "11"}
    kept = asked(before.cursor, before.mark)
    assert not kept.from_start
    assert [change.code for change in told(kept, ProductChange)] == ["7", "10", "11", "8", "9"]
    inside = asked(before.cursor + 3, anew.mark)
    assert not inside.from_start
    assert len(inside.changes) == 2


def test_members_imported_again_are_told_when_they_changed(engine: Engine) -> None:
    anna = Member(member_id="anna", card="anna", name="Anna", enrolled_at_ms=7)
    with writing(engine) as connection:
        assert msgspec.structs.astuple(put_members(connection, [anna])) == (1, 0, 0)
    cursor = news(engine, "KRK-1").cursor
    renamed = msgspec.structs.replace(anna, name="Ann", enrolled_at_ms=9)
    with writing(engine) as connection:
        assert msgspec.structs.astuple(put_members(connection, [anna])) == (0, 0, 1)
        assert msgspec.structs.astuple(put_members(connection, [renamed])) == (0, 1, 0)
    [change] = told(news(engine, "KRK-1", cursor), MemberChange)
    assert (change.member.name, change.member.enrolled_at_ms) == ("Ann", 7)


def test_a_reader_misses_nothing_while_many_write(engine: Engine, clock: ShopClock) -> None:
    """Numbers must follow commits: a number below the cursor may never come to light later."""
    ingest = head_office(engine, clock)
    finished = Event()
    rounds = 30

    def work(name: str) -> None:
        till = Journal(name)
        for step in range(rounds):
            till.enrol(f"{name}-{step}")
            till.sale(f"shared-{step % 7}", 5)
            ingest.take(till.frame(till.next_seq - 2, tallies=()))

    def follow() -> set[tuple[str, str]]:
        seen: set[tuple[str, str]] = set()
        cursor = 0
        while True:
            is_last = finished.is_set()
            with reading(engine) as connection:
                found = changes_after(connection, cursor, 10)
            assert [one.change_no for one in found] == sorted({one.change_no for one in found})
            seen |= {(one.topic, one.key) for one in found}
            cursor = found[-1].change_no if found else cursor
            if is_last and not found:
                return seen

    with ThreadPoolExecutor(len(TILLS) + 2) as pool:
        readers = [pool.submit(follow) for _ in range(2)]
        for future in [pool.submit(work, name) for name in TILLS]:
            future.result()
        finished.set()
        seen = [reader.result() for reader in readers]
    everything = {(row["topic"], row["key"]) for row in rows(engine, "changes")}
    programme = 2  # what is in force, and its version
    assert len(everything) == programme + rounds * len(TILLS) + 7
    assert seen == [everything, everything]
    assert sum(row["points"] for row in rows(engine, "standings")) == rounds * len(TILLS) * 5
