"""What is counted of members over time: folded once, told to each till without its own part."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, REVERSE
from loyalty.members import Member
from loyalty.snapshots import read_parts
from loyalty.sums import MAX_SUM_AN_ENTRY, packed
from loyalty.wire import MemberChange, SumsChange
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading, writing
from sync_server.store.register import put_members
from sync_server.store.sums import sums_of
from sync_server.store.working_sets import WorkingSets, switch
from sync_server.terminals import feed
from sync_server.terminals.ingest import Ingest
from sync_server.terminals.lookups import found_for
from sync_server.terminals.snapshot import Snapshots
from sync_server.terminals.sum_book import LARGE_SUM, MAX_SUM
from tests.contract.server_core.journals import START, ZONE, Journal, meddling, rows
from tests.contract.server_core.test_feed import news, told
from tests.contract.server_core.test_snapshot import taken

NOVEMBER = "spend|2026-11"


def counting(till: Journal, member: str, sums: dict[str, Any], kind: str = EARN) -> None:
    till.add(kind, member, payload={"lines": [], "sums": sums})


def told_to(engine: Engine, terminal: str, epoch: int = 1) -> dict[str, dict[str, int]]:
    changes = told(news(engine, terminal, epoch=epoch), SumsChange)
    return {change.member_id: change.sums for change in changes}


def findings(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


@pytest.fixture
def three(ingest: Ingest) -> list[Journal]:
    """Anna bought at three tills and brought something back; boris bought at one."""
    tills = [Journal("KRK-1"), Journal("KRK-2"), Journal("WAW-1")]
    for till, spent in zip(tills, (1000, 200, 30), strict=True):
        counting(till, "anna", {NOVEMBER: spent, "visits|ever": 1})
    counting(tills[1], "anna", {NOVEMBER: -50}, REVERSE)
    counting(tills[2], "boris", {NOVEMBER: 7})
    counting(tills[2], "", {NOVEMBER: 9})
    for till in tills:
        assert not ingest.take(till.frame()).refused
    return tills


def test_each_till_is_told_what_all_others_counted(engine: Engine, three: list[Journal]) -> None:
    assert told_to(engine, "KRK-1") == {
        "anna": {NOVEMBER: 180, "visits|ever": 2},
        "boris": {NOVEMBER: 7},
    }
    assert told_to(engine, "KRK-2")["anna"] == {NOVEMBER: 1030, "visits|ever": 2}
    assert told_to(engine, "WAW-1") == {
        "anna": {NOVEMBER: 1150, "visits|ever": 2},
        "boris": {},
    }
    with reading(engine) as connection:
        assert sums_of(connection, ["anna", "boris", "celina"]) == {
            "anna": {NOVEMBER: 1180, "visits|ever": 3},
            "boris": {NOVEMBER: 7},
        }


def test_a_till_set_up_again_is_told_what_its_terminal_counted_before(
    engine: Engine, three: list[Journal]
) -> None:
    assert told_to(engine, "KRK-1", epoch=2)["anna"] == {NOVEMBER: 1180, "visits|ever": 3}


def test_what_a_till_sends_again_counts_once(
    engine: Engine, ingest: Ingest, three: list[Journal]
) -> None:
    before = rows(engine, "sums")
    for till in three:
        ingest.take(till.frame())
        counting(till, "anna", {"visits|ever": 1})
        ingest.take(till.frame(first_seq=1))
    assert told_to(engine, "KRK-1")["anna"] == {NOVEMBER: 180, "visits|ever": 4}
    assert len(rows(engine, "sums")) == len(before)
    assert findings(engine) == []


def test_a_snapshot_and_a_lookup_say_what_the_feed_says(
    engine: Engine, three: list[Journal]
) -> None:
    with writing(engine) as connection:
        put_members(connection, [Member(member_id="anna", card="anna", birthday="02-29")])
    snapshots = Snapshots(engine)
    _, changes = taken(engine, snapshots, "KRK-1")
    assert {
        change.member_id: change.sums for change in changes if isinstance(change, SumsChange)
    } == told_to(engine, "KRK-1")
    with reading(engine) as connection:
        found = found_for(connection, feed.Journal("KRK-1", 1), ["anna"])
    assert SumsChange("anna", {NOVEMBER: 180, "visits|ever": 2}) in found
    assert [one.member.birthday for one in found if isinstance(one, MemberChange)] == ["02-29"]


def test_a_branch_is_told_of_those_it_meets(engine: Engine, ingest: Ingest) -> None:
    with writing(engine) as connection:
        switch(connection, WorkingSets.BRANCH)
    krakow, warsaw = Journal("KRK-1"), Journal("WAW-1")
    counting(krakow, "anna", {NOVEMBER: 500})
    ingest.take(krakow.frame())
    snapshots = Snapshots(engine)
    before = list(snapshots.stream("WAW-1", 1, epoch_ms(START)))
    assert not [one for part in read_parts(before) for one in part if isinstance(one, SumsChange)]
    warsaw.sale("anna", 1)
    ingest.take(warsaw.frame())
    _, changes = taken(engine, snapshots, "WAW-1")
    assert SumsChange("anna", {NOVEMBER: 500}) in changes


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("much", "its sums are not at most 500 numbers by key"),
        ({"spend": 5}, "a key of its sums names no period"),
        ({"spend|ever": 1.5}, "one of its sums is no whole number within bounds"),
    ],
)
def test_an_entry_whose_sums_are_none_does_not_count(
    engine: Engine, ingest: Ingest, said: Any, reason: str
) -> None:
    till = Journal()
    till.add(EARN, "anna", 5, payload={"sums": said})
    counting(till, "anna", {"visits|ever": 1})
    assert [(one.seq, one.reason) for one in ingest.take(till.frame()).refused] == [(1, reason)]
    assert told_to(engine, "KRK-2") == {"anna": {"visits|ever": 1}}
    assert findings(engine) == []


def test_forged_sums_stay_within_what_tills_read(engine: Engine, ingest: Ingest) -> None:
    forger, other = Journal("KRK-1"), Journal("WAW-1")
    most = MAX_SUM // MAX_SUM_AN_ENTRY
    for _ in range(most + 1):
        counting(forger, "anna", {"spend|ever": MAX_SUM_AN_ENTRY})
    counting(forger, "boris", {"spend|ever": 3})
    counting(other, "anna", {"spend|ever": -LARGE_SUM - 1})
    counting(other, "anna", {"spend|ever": MAX_SUM_AN_ENTRY})
    refused = [(one.seq, one.reason) for one in ingest.take(forger.frame(count=600)).refused]
    refused += [(one.seq, one.reason) for one in ingest.take(forger.frame(601)).refused]
    assert refused == [(most + 1, "what is counted of member anna would leave its bounds")]
    assert [one.seq for one in ingest.take(other.frame()).refused] == [2]
    assert told_to(engine, "KRK-2") == {
        "anna": {"spend|ever": MAX_SUM - LARGE_SUM - 1},
        "boris": {"spend|ever": 3},
    }
    assert findings(engine) == []


def test_old_periods_make_way_and_the_books_still_hold(engine: Engine, ingest: Ingest) -> None:
    till = Journal()
    for day in range(650):
        iso = (START + timedelta(days=day)).date().isoformat()
        counting(till, "anna", {f"points|*|{iso}": 1, f"spend|{iso[:7]}": 100})
    ingest.take(till.frame(count=320))
    ingest.take(till.frame(321))
    assert findings(engine) == []
    sums = told_to(engine, "KRK-2")["anna"]
    assert sum(key.startswith("points") for key in sums) == 50
    assert sums["points|*|2028-02-09"] == 1
    assert sums["spend|2026-05"] == 3100
    with reading(engine) as connection:
        assert sum(key.startswith("points") for key in sums_of(connection, ["anna"])["anna"]) == 600


@pytest.mark.parametrize(
    ("counted", "said"),
    [
        (packed({NOVEMBER: 1001, "visits|ever": 1}), "1001 is counted as spend|2026-11, the entr"),
        (packed({NOVEMBER: 1000}), "None is counted as visits|ever, the entries make 1"),
        (b"\xc1", "what is counted of them cannot be read"),
        (None, "nothing is counted of them, the entries make 2 sums"),
    ],
)
def test_meddling_shows(
    engine: Engine, three: list[Journal], counted: bytes | None, said: str
) -> None:
    assert findings(engine) == []
    where = "WHERE member_id = 'anna' AND terminal = 'KRK-1'"
    with meddling(engine) as connection:
        if counted is None:
            connection.exec_driver_sql(f"DELETE FROM sums {where}")
        else:
            mark = "?" if engine.dialect.name == "sqlite" else "%s"
            connection.exec_driver_sql(f"UPDATE sums SET counted = {mark} {where}", (counted,))
    (found,) = findings(engine)
    assert found.startswith("journal KRK-1, epoch 1, member anna: ")
    assert said in found


def test_a_programme_that_asks_for_nothing_costs_no_statement(
    engine: Engine, ingest: Ingest
) -> None:
    statements: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    plain = Journal("KRK-1")
    plain.sale("anna", 10)
    ingest.take(plain.frame())
    assert statements
    assert not [one for one in statements if "sums" in one.replace("_sums", "")]
    counting(plain, "anna", {NOVEMBER: 1})
    ingest.take(plain.frame(2))
    assert [one for one in statements if "INTO sums" in one]
    event.remove(engine, "before_cursor_execute", _note)
