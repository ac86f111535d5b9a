"""Defences against disks: a log that is lost, no room, a byte that changed, power gone midway."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from loyalty.baskets import Basket, Line
from terminal_app import bootstrap
from terminal_app.bootstrap import Shop, open_till
from terminal_app.commands import ledger, ledger_checks
from terminal_app.errors import StoreFull
from terminal_app.store import connection as store_door
from terminal_app.store.connection import Store
from terminal_app.store.ledger import OWN
from terminal_app.store.migrations import till_migrations
from terminal_app.till.answers import KnownMember, Posted, Sale
from tests.crashes import dying_process
from tests.crashes.chains import CARDS
from tests.crashes.first_version import TILLS, unpacked
from tests.crashes.flipping import FOUND, HOLDS, SILENT, run_till, till_verdict
from tests.crashes.planted import Planted
from tests.crashes.planted_till import StockedTill
from tests.crashes.test_lost_log import damaged_logs
from tests.crashes.test_migration_killed import OF_JOURNAL, asked, open_now, tables

LOGS_STRIDE = 4
FULL_DISKS = 6
MAX_SALES = 300
STRIDE = 4
"""A migration is killed before every so manieth statement."""


def _lost_log(till: StockedTill) -> str:
    """Logs cut off, torn and gone; what was confirmed is not in what is left."""
    for number, log in enumerate(damaged_logs(till.log)):
        if number % LOGS_STRIDE:
            continue
        file = till.put(log)
        left = asked(file, "SELECT max(seq) FROM journal")[0][0]
        assert isinstance(left, int)
        spendable = sum(till.spendable())
        code, _ = run_till(till.home)
        if left < till.confirmed_seq and (spendable or code != FOUND):
            return (
                f"{left} of {till.confirmed_seq} confirmed entries are left, may spend {spendable}"
            )
    return ""


def _nothing_lost(*_of: object) -> None:
    """Whatever the journal ends with is taken to be its end."""


def _full_disk(till: StockedTill) -> str:
    """No more pages, a few times, wherever in a sale the last one goes; then room again."""
    till.put(till.log)
    for disk in range(FULL_DISKS):
        with open_till(till.home) as shop:
            refused = _sell_until_full(shop, disk)
        code, said = run_till(till.home)
        if code != HOLDS:
            return f"ledger verify: {said.strip() or 'entries and what is kept of them differ'}"
        with open_till(till.home) as shop:
            answer = shop.till.sell(refused)
        if not isinstance(answer, Posted) or answer.repeated:
            return "a sale that was refused for want of room was recorded"
    return ""


def _sell_until_full(shop: Shop, disk: int) -> Sale:
    """Sell on a disk that has no room but what the file has; the sale that was refused."""
    known = shop.till.identify(CARDS[disk % len(CARDS)])
    assert isinstance(known, KnownMember)
    with shop.store.reading() as connection:
        # SQLite counts its pages as it would find a disk full; it holds for this connection.
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(MAX_SALES):
        sale = Sale(
            basket=Basket((Line("", f"GOODS {number} " * 20, 1, 3_000),)),
            reference=f"FULL-{disk}-{number}",
            member_id=known.member.member_id,
        )
        try:
            assert isinstance(shop.till.sell(sale), Posted)
        except StoreFull:
            return sale
    raise AssertionError("the disk never filled")


@contextmanager
def _each_for_itself(self: Store) -> Iterator[sqlite3.Connection]:
    """Every statement is committed as it is done."""
    with self._lock, store_door._in_words(self.path):
        yield self._connection


def _flipped_balance(till: StockedTill) -> str:
    """One bit of the points of each balance of the till's own, one after the other."""
    file = till.put(till.log)
    till.spendable()  # the log is written back as the till is closed
    verdict, whole = till_verdict(till.home), file.read_bytes()
    flipped = 0
    for card in CARDS:
        place = whole.find(card.encode() + OWN.encode())
        if place < 0:
            continue
        damaged = bytearray(whole)
        damaged[place + len(card) + len(OWN)] ^= 4
        file.write_bytes(damaged)
        came = verdict(file)
        flipped += 1
        if came == SILENT:
            return f"flipping: a balance is {came}"
    assert flipped, "no balance was found in the file"
    return ""


def _no_difference(*_of: object) -> Iterator[str]:
    """What is kept is taken to be what the journal says."""
    yield from ()


def _killed_migration(till: StockedTill) -> str:
    """A till of the first version with unsent entries, killed before one statement or another."""
    folder = till.room()
    first = unpacked(f"{TILLS[0]}.sqlite", folder / "first.sqlite")
    old, journal = tables(first), asked(first, OF_JOURNAL["till"])
    open_whole = unpacked(f"{TILLS[0]}.sqlite", folder / "whole.sqlite")
    open_now("till", open_whole)
    new = tables(open_whole)
    statement = 1
    while True:
        path = unpacked(f"{TILLS[0]}.sqlite", folder / f"{statement}.sqlite")
        if not _dies(path, statement):
            return ""
        if tables(path) not in (old, new):
            return f"half a migration is left by a kill before statement {statement}"
        open_now("till", path)
        if asked(path, OF_JOURNAL["till"]) != journal:
            return "entries that nobody was sent are gone"
        statement += STRIDE


def _dies(path: Path, statement: int) -> bool:
    """Open the till's file in a child that is killed before that statement, if it comes to it."""
    child = os.fork()
    if child == 0:
        dying_process.open_till(str(path), dying_process.Dying(statement))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _step_by_step(connection: sqlite3.Connection, _path: Path) -> None:
    till_migrations.apply(Database(connection))


def _not_atomic(*_of: Any) -> Any:
    return nullcontext()


DISK_FAULTS = (
    Planted(
        "a torn log, or none; a history cut off by a disk",
        "what was confirmed is noted beside the database, not in it",
        "rights and ledger verify after each log that a disk could leave",
        _lost_log,
        lambda: ((bootstrap, "lost_end", _nothing_lost), (ledger, "lost_end", _nothing_lost)),
    ),
    Planted(
        "a full disk",
        "a sale is one transaction",
        "ledger verify",
        _full_disk,
        lambda: ((Store, "writing", _each_for_itself),),
    ),
    Planted(
        "a flipped byte",
        "balances are held against the fold of the entries",
        "the flipping of bits: balances wrong and unnamed",
        _flipped_balance,
        lambda: ((ledger_checks, "_differing", _no_difference),),
    ),
    Planted(
        "a migration interrupted with unsent rows",
        "a migration is one transaction",
        "the tables that a kill leaves",
        _killed_migration,
        lambda: (
            (store_door, "_bring_forward", _step_by_step),
            (Database, "atomic", _not_atomic),
        ),
    ),
)
"""What is planted on disks."""
