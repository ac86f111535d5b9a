"""A till on a real database, without head office: what most tests of the shop stand on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.printers.printer import Printer
from loyalty.balances import fold
from loyalty.baskets import Basket, Line
from loyalty.journal import Entry, Finding, decode_entry, verify_chain
from loyalty.programme.document import classic_document
from loyalty.tallies import DayTally, counted, day_of
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.store import journal, ledger, members, settings
from terminal_app.store.connection import Store, open_store
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Identity
from terminal_app.till.answers import KnownMember, Posted, Refusal

OPENING = datetime(2024, 6, 1, 10, 0, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:9"
"""The discard port of this machine: nobody listens there."""


class ShopClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = OPENING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: int) -> None:
        """Go on by days, hours, minutes or seconds."""
        self.now += timedelta(**by)


def found_till(
    home: Path,
    *,
    terminal: str = "KRK-1",
    number: int = 1,
    server_url: str = NOWHERE,
    timezone: str = "Europe/Warsaw",
    document: str = "",
) -> Identity:
    """Make `home` the home of a till, as an enrolment would."""
    key = Ed25519PrivateKey.generate()
    identity = Identity(
        terminal=terminal,
        terminal_number=number,
        epoch=1,
        branch="KRK",
        branch_name="Kraków",
        shop="Paragon Gifts",
        timezone=timezone,
        server_url=server_url,
        token="told-once",
        private_key=key.private_bytes_raw(),
    )
    home.mkdir(parents=True, exist_ok=True)
    with opened(home) as store, store.writing() as connection:
        settings.write_identity(connection, identity)
        keep_programme(connection, document or classic_document())
        members.put_terminal(
            connection, terminal, identity.branch, {1: key.public_key().public_bytes_raw()}
        )
    return identity


@contextmanager
def opened(home: Path) -> Iterator[Store]:
    """The database in `home`, beside any till that has it open."""
    store = open_store(home / STORE_FILE)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def shop_at(home: Path, clock: ShopClock, printer: Printer | None = None) -> Iterator[Shop]:
    """A till founded in `home` and opened."""
    found_till(home)
    with open_till(home, clock=clock, printer=printer) as shop:
        yield shop


def goods(*amounts_minor: int) -> Basket:
    """A basket with one line for each amount."""
    return Basket(
        tuple(
            Line(f"SKU{number}", f"goods {number}", 1, amount)
            for number, amount in enumerate(amounts_minor, 1)
        )
    )


def posted(answer: Posted | Refusal) -> Posted:
    """`answer`, which must be no refusal."""
    assert isinstance(answer, Posted), answer
    return answer


def known(answer: object) -> KnownMember:
    """`answer`, which must be a member."""
    assert isinstance(answer, KnownMember), answer
    return answer


def entries_in(connection: sqlite3.Connection) -> list[Entry]:
    """Every entry of the till's first epoch."""
    return [decode_entry(row.body) for row in journal.walk(connection, 1)]


def faults_of(home: Path, terminal: str = "KRK-1") -> list[Finding | str]:
    """What is wrong with the books in `home`: chain, balances and tallies against the entries."""
    with opened(home) as store, store.reading() as connection:
        faults: list[Finding | str] = list(verify_chain(terminal, 1, journal.walk(connection, 1)))
        entries = entries_in(connection)
        kept = {
            member: balance
            for member, balance in ledger.parts(connection, ledger.OWN).items()
            if member
        }
        if kept != fold(entries):
            faults.append("balances are not the fold of the entries")
        identity = settings.read_identity(connection)
        assert identity is not None
        if ledger.tallies(connection) != tallies_of(entries, identity.timezone):
            faults.append("tallies are not the sums of the entries")
        damage = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if damage != "ok":
            faults.append(damage)
    return faults


def tallies_of(entries: list[Entry], timezone: str) -> list[DayTally]:
    """The day sums of `entries`, counted from nothing."""
    from zoneinfo import ZoneInfo

    tallies: dict[str, DayTally] = {}
    for entry in entries:
        day = day_of(entry.occurred_at_ms, ZoneInfo(timezone))
        tallies[day] = counted(tallies.get(day, DayTally(day)), entry)
    return [tallies[day] for day in sorted(tallies)]


def next_version(offline: str) -> str:
    """The classic programme's second version, with these terms for tills without a line."""
    document = classic_document().replace("version = 1", "version = 2")
    return f"{document}\n[offline]\n{offline}\n"
