"""Several processes on one database: frames that share members, side by side, and no deadlock."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, insert

from loyalty.clock import epoch_ms
from loyalty.wire import Draw
from sync_server.campaigns.triggers import on_entries
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import open_engine, reading, writing
from sync_server.store.feed import changes_after
from sync_server.store.history import settled_history
from sync_server.store.tables import journals, terminals
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import START, ZONE, Journal, ShopClock, rows

TERMINALS = tuple(f"GDA-{number}" for number in range(1, 9))
FRAMES_A_TILL = 63
MEMBERS = tuple(f"shared-{number}" for number in range(5))


@pytest.fixture
def processes(engine: Engine, clock: ShopClock) -> Iterator[list[Ingest]]:
    """Two head offices on one database, each with connections of its own."""
    with writing(engine) as connection:
        settled_history(connection, epoch_ms(START))
        for number, terminal in enumerate(TERMINALS, 500):
            connection.execute(
                insert(terminals).values(terminal=terminal, branch="KRK", number=number, epoch=1)
            )
            connection.execute(
                insert(journals).values(
                    terminal=terminal, epoch=1, number=number, public_key=bytes(32)
                )
            )
    url = engine.url.render_as_string(hide_password=False)
    engines = [open_engine(url) for _ in range(2)]
    yield [Ingest(each, clock, ZONE, [on_entries]) for each in engines]
    for each in engines:
        each.dispose()


def shop(name: str, processes: list[Ingest]) -> None:
    """One till's day: frames of entries and draws about the same few members as all others."""
    dice = random.Random(name)
    till = Journal(name)
    for number in range(1, FRAMES_A_TILL + 1):
        first = till.next_seq
        for member in dice.sample(MEMBERS, 4):
            till.sale(member, dice.randint(1, 9))
        if dice.random() < 0.3:
            till.enrol(f"{name}-{number}")
        if dice.random() < 0.2:
            till.sale(dice.choice(MEMBERS), 600)
            till.spend(till.reward(dice.choice(MEMBERS)))
        draw = Draw(number, dice.choice(MEMBERS), 50)
        taken = dice.choice(processes).take(till.frame(first, tallies=(), draws=(draw,)))
        assert taken.head.seq == till.next_seq - 1
        assert len(taken.rights.grants) == 1


def follow(engine: Engine, finished: Event) -> set[tuple[str, str]]:
    """All that a reader is told while the others write, never going back."""
    seen: set[tuple[str, str]] = set()
    cursor = 0
    while True:
        is_last = finished.is_set()
        with reading(engine) as connection:
            found = changes_after(connection, cursor, 20)
        seen |= {(one.topic, one.key) for one in found}
        cursor = found[-1].change_no if found else cursor
        if is_last and not found:
            return seen


def test_frames_of_two_processes_neither_lock_each_other_nor_hide_a_change(
    engine: Engine, processes: list[Ingest]
) -> None:
    finished = Event()
    with ThreadPoolExecutor(len(TERMINALS) + 1) as pool:
        reader = pool.submit(follow, engine, finished)
        tills = [pool.submit(shop, name, processes) for name in TERMINALS]
        try:
            for till in tills:
                till.result()
        finally:
            finished.set()
        seen = reader.result()
    assert {(row["topic"], row["key"]) for row in rows(engine, "changes")} <= seen
    numbers = [row["change_no"] for row in rows(engine, "changes")]
    assert len(set(numbers)) == len(numbers)
    with reading(engine) as connection:
        assert list(verify_books(connection, ZONE)) == []


def test_a_frame_waits_for_no_other_terminal(engine: Engine, processes: list[Ingest]) -> None:
    """On PostgreSQL one till's open transaction keeps back only those who share its members."""
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time, by design")
    one, two = Journal(TERMINALS[0]), Journal(TERMINALS[1])
    one.sale("anna", 10)
    two.sale("boris", 10)
    arrived, may_end = Event(), Event()

    def waits(*_: object) -> None:
        arrived.set()
        assert may_end.wait(20)

    slow = Ingest(engine, ShopClock(), ZONE, [waits])
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(slow.take, one.frame(tallies=()))
        assert arrived.wait(20)
        assert processes[0].take(two.frame(tallies=())).head.seq == 1
        assert not first.done()
        may_end.set()
        assert first.result().head.seq == 1
