"""The till's own sums against head office's: agreeing, waiting or differing, day by day."""

from io import StringIO

import msgspec
import pytest
from rich.console import Console
from sqlalchemy import Engine

from loyalty.tallies import DayTally
from loyalty.wire import MemberStanding
from sync_server.reconcile.days import DayComparison, DayState, compare_day, compare_days
from sync_server.reconcile.late_versions import LateVersion
from sync_server.reconcile.printing import Reconciliation, print_tables
from sync_server.reconcile.standing import standing_of, terminal_totals
from sync_server.store.engine import reading, writing
from sync_server.store.working_sets import WorkingSets, switch
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import Journal


def compared(engine: Engine, terminal: str | None = None) -> list[DayComparison]:
    with reading(engine) as connection:
        return list(compare_days(connection, terminal))


def selling_days(terminal: str = "KRK-1", hours: int = 30) -> Journal:
    """One sale an hour, so that the journal runs into the next day."""
    till = Journal(terminal)
    for _ in range(hours):
        till.sale("anna", 10)
    return till


def test_days_agree_once_everything_is_there(engine: Engine, ingest: Ingest) -> None:
    ingest.take(selling_days().frame())
    first, second = compared(engine)
    assert (first.day, first.state) == ("2026-05-01", DayState.AGREES)
    assert (second.day, second.state) == ("2026-05-02", DayState.AGREES)
    assert first.office.sales + second.office.sales == 30
    assert first.differences == {}


def test_a_day_waits_for_entries_that_the_till_counted(engine: Engine, ingest: Ingest) -> None:
    till = selling_days(hours=5)
    ingest.take(till.frame(1, 3, tallies=till.tallies(5)))
    [day] = compared(engine)
    assert (day.state, day.till, day.office.sales) == (DayState.WAITING, None, 3)
    ingest.take(till.frame(4))
    assert compared(engine)[0].state is DayState.AGREES


def test_a_day_waits_for_the_word_of_the_till(engine: Engine, ingest: Ingest) -> None:
    till = selling_days(hours=5)
    ingest.take(till.frame(1, 3))
    ingest.take(till.frame(4, tallies=()))
    assert compared(engine)[0].state is DayState.WAITING
    ingest.take(till.frame(6, tallies=till.tallies(5)))
    assert compared(engine)[0].state is DayState.AGREES
    ingest.take(till.frame(6, tallies=till.tallies(2)))
    assert compared(engine)[0].state is DayState.AGREES


def test_other_sums_of_the_same_entries_differ(engine: Engine, ingest: Ingest) -> None:
    till = selling_days(hours=3)
    [tally] = till.tallies(3)
    wrong = msgspec.structs.replace(tally, points_earned=31, sales_minor=1)
    ingest.take(till.frame(tallies=(wrong,)))
    [day] = compared(engine)
    assert day.state is DayState.DIFFERS
    assert day.differences == {"points_earned": (31, 30), "sales_minor": (1, 3_000)}


def test_an_entry_that_does_not_count_makes_its_day_differ(engine: Engine, ingest: Ingest) -> None:
    till = selling_days(hours=2)
    till.sale("eve", 900, points=10**13)
    ingest.take(till.frame())
    assert compared(engine)[0].state is DayState.DIFFERS


@pytest.mark.parametrize(
    ("ours", "theirs", "head", "state"),
    [
        (0, 3, 0, DayState.WAITING),
        (3, None, 3, DayState.WAITING),
        (3, 2, 3, DayState.WAITING),
        (3, 3, 9, DayState.AGREES),
        (2, 3, 3, DayState.AGREES),
    ],
)
def test_what_makes_a_day_wait(ours: int, theirs: int | None, head: int, state: DayState) -> None:
    till = None if theirs is None else DayTally("2026-05-01", theirs)
    assert compare_day(DayTally("2026-05-01", ours), till, head) is state


def test_the_standing_counts_what_does_not_agree(engine: Engine, ingest: Ingest) -> None:
    good, quiet = selling_days("KRK-1"), selling_days("KRK-2", hours=2)
    ingest.take(good.frame())
    ingest.take(quiet.frame(tallies=()))
    with reading(engine) as connection:
        standing = standing_of(connection)
    assert standing.history_id == "history-1"
    assert [(one.terminal, one.entries, one.differences) for one in standing.terminals] == [
        ("KRK-1", 30, 0),
        ("KRK-2", 2, 1),
        ("WAW-1", 0, 0),
    ]
    assert standing.members == (MemberStanding("anna", 320, 320, 0, 0),)
    assert standing.cases == 0


def test_a_till_of_a_branch_is_told_how_its_own_members_stand(
    engine: Engine, ingest: Ingest
) -> None:
    ingest.take(selling_days("KRK-1").frame())
    with writing(engine) as connection:
        switch(connection, WorkingSets.BRANCH)
    with reading(engine) as connection:
        krakow, warsaw = (standing_of(connection, branch) for branch in ("KRK", "WAW"))
    assert krakow.members == (MemberStanding("anna", 300, 300, 0, 0),)
    assert [one.terminal for one in krakow.terminals] == ["KRK-1", "KRK-2"]
    assert warsaw.members == ()
    assert [one.terminal for one in warsaw.terminals] == ["WAW-1"]


LATE = LateVersion(
    terminal="KRK-1",
    used="classic@1",
    in_force="classic@2",
    entries=3,
    points_promised=16,
    points_in_force=32,
    unreadable=0,
    latest="2026-05-01 16:00",
)


def test_the_tables_say_what_to_look_at(engine: Engine, ingest: Ingest) -> None:
    till = selling_days(hours=3)
    [tally] = till.tallies(3)
    ingest.take(till.frame(tallies=(msgspec.structs.replace(tally, sales=4),)))
    with reading(engine) as connection:
        days = compare_days(connection)
        totals = terminal_totals(connection, days)
    page = StringIO()
    outcome = Reconciliation(
        history_id="h",
        currency="GBP",
        terminals=tuple(totals),
        days=tuple(days),
        late_versions=(LATE,),
        cases=2,
    )
    print_tables(outcome, Console(file=page, width=80))
    text = page.getvalue()
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "1 of 1 days do not agree; cases to look at: 2." in text
    [difference] = [line for line in text.splitlines() if "differs" in line]
    assert difference.split() == ["KRK-1", "2026-05-01", "differs", "sales", "4", "3"]
    [late] = [line for line in text.splitlines() if "classic@1" in line]
    assert late.split() == (
        ["KRK-1", "classic@1", "classic@2", "3", "16", "32", "-16", "2026-05-01", "16:00"]
    )
