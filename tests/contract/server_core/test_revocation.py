"""Lost tills: locked out at once, their rights back at once or in time; and who holds what."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert

from loyalty.clock import epoch_ms
from sync_server.errors import UnknownSubject
from sync_server.reports.rights import exposure, find_member, member_rights
from sync_server.reports.terminals import terminals_now
from sync_server.rights.revocation import reclaim_earlier, revoke
from sync_server.store.engine import reading, writing
from sync_server.store.tables import journals
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ShopClock, rows
from tests.contract.server_core.rights_tills import (
    RightsTill,
    Tills,
    books_hold,
    findings,
    held_at,
    pool_of,
    rights_tills,
)


@pytest.fixture
def tills(engine: Engine, ingest: Ingest, clock: ShopClock) -> Tills:
    """The first earned 600 for anna and holds a voucher and 100 points of hers."""
    first, second = rights_tills(engine, clock, "KRK-1", "WAW-1")
    first.sale("anna", 600)
    first.vouchers.add(first.reward("anna"))
    first.sync(ingest)
    second.sync(ingest)
    return first, second


def test_a_revoked_till_keeps_its_rights_through_lease_and_grace(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    with writing(engine) as connection:
        taken = revoke(connection, "KRK-1", epoch_ms(clock()), is_now=False)
    assert (taken.points, taken.vouchers) == (0, 0)
    [row] = [row for row in rows(engine, "terminals") if row["terminal"] == "KRK-1"]
    assert (row["token_hash"], row["revoked_at_ms"]) == (None, epoch_ms(clock()))
    second = tills[1]
    second.draw("anna", 100)
    # Nobody will answer, so nobody is asked.
    assert second.sync(ingest).rights.grants[0].reason == "none"
    assert rows(engine, "recalls") == []
    clock.move(timedelta(days=14, minutes=1))
    second.draw("anna", 100)
    second.sync(ingest)
    assert second.may_spend("anna") == 100


def test_revoked_now_it_gives_all_back_at_once_and_a_case_names_the_amount(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    with writing(engine) as connection:
        taken = revoke(connection, "KRK-1", epoch_ms(clock()), is_now=True)
    assert (taken.points, taken.members, taken.vouchers) == (100, 1, 1)
    assert (held_at(engine, "KRK-1", "anna"), pool_of(engine, "anna")) == (0, 100)
    assert [row["held_terminal"] for row in rows(engine, "vouchers")] == [None]
    details = sorted(case["detail"] for case in rows(engine, "cases"))
    assert len(details) == 2
    assert details[0].startswith("The rights to 100 points were taken back from KRK-1")
    books_hold(engine)
    second = tills[1]
    second.draw("anna", 100)
    second.sync(ingest)
    assert second.may_spend("anna") == 100


def test_what_an_earlier_journal_holds_comes_back_by_order_or_in_time(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    clock.move(timedelta(days=1))
    with writing(engine) as connection:
        connection.execute(
            insert(journals).values(
                terminal="KRK-1",
                epoch=2,
                number=900,
                public_key=bytes(32),
                reason="copy",
                started_at_ms=epoch_ms(clock()),
            )
        )
    again = RightsTill("KRK-1", clock, epoch=2)
    again.sync(ingest)
    clock.move(timedelta(days=6))
    # The copy that still writes the first journal gets no longer lease.
    first.sync(ingest)
    assert first.lease_until_ms == epoch_ms(clock()) + 86_400_000
    with writing(engine) as connection:
        connection.exec_driver_sql("UPDATE terminals SET epoch = 2 WHERE terminal = 'KRK-1'")
        assert reclaim_earlier(connection, "KRK-1", epoch_ms(clock())).points == 100
        assert reclaim_earlier(connection, "KRK-1", epoch_ms(clock())).points == 0
    assert pool_of(engine, "anna") == 100
    second.sync(ingest)
    books_hold(engine)


def test_a_terminal_that_is_not_there(engine: Engine, ingest: Ingest) -> None:
    with pytest.raises(UnknownSubject), writing(engine) as connection:
        revoke(connection, "KRK-9", 0, is_now=True)
    with pytest.raises(UnknownSubject), writing(engine) as connection:
        reclaim_earlier(connection, "KRK-9", 0)


def test_head_office_says_who_holds_what(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    first, second = tills
    second.draw("anna", 60)
    second.sync(ingest)
    with reading(engine) as connection:
        assert find_member(connection, "anna") == "anna"
        assert find_member(connection, "boris") is None
        found = member_rights(connection, "anna")
        total = exposure(connection)
        state = {one.terminal: one for one in terminals_now(connection, epoch_ms(clock()))}
    [holder] = found.holders
    assert (found.points, found.pool) == (100, 0)
    assert (holder.terminal, holder.branch, holder.points) == ("KRK-1", "KRK", 100)
    assert (holder.asked_back, holder.lease_until_ms) == (60, first.lease_until_ms)
    assert [(one.terminal, one.is_asked_back) for one in found.vouchers] == [("KRK-1", False)]
    assert (total.points, total.held, total.pool, total.debts) == (100, 100, 0, 0)
    assert (state["KRK-1"].rights_held, state["WAW-1"].rights_held) == (100, 0)
    assert state["KRK-1"].lease_until_ms == first.lease_until_ms


def test_refused_entries_are_named_with_their_reasons(
    engine: Engine, ingest: Ingest, clock: ShopClock, tills: Tills
) -> None:
    second = tills[1]
    second.spoil()
    second.add("earn", "anna", 5, payload={"lines": []}, amount_minor=10**18)
    ingest.take(second.frame())
    with reading(engine) as connection:
        [one] = [o for o in terminals_now(connection, 0) if o.terminal == "WAW-1"]
    assert one.refused_count == 2
    assert [(refused.epoch, refused.seq) for refused in one.refused] == [(1, 2), (1, 1)]
    assert "out of range" in one.refused[0].reason


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE standings SET pool = pool + 5", "tills hold the rights to 100 points"),
        ("UPDATE holdings SET reclaimed = 7", "tills hold the rights to 93 points"),
        ("UPDATE standings SET pool = -1", "head office holds the rights to -1 points"),
        ("UPDATE holdings SET granted = granted + 3", "3 points were granted, the grants come to"),
        ("UPDATE holdings SET released = 3", "3 points were released, the entries say 0"),
    ],
)
def test_meddling_with_rights_shows(
    engine: Engine, tills: Tills, statement: str, said: str
) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql(statement)
    found = findings(engine)
    assert any(said in one and "anna" in one for one in found), found
