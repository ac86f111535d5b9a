"""Tills as head office meets them: journals of real entries, cut into frames."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, delete, insert, select, update

from loyalty.clock import Clock, epoch_ms
from loyalty.errors import EntryInvalid
from loyalty.journal import (
    EARN,
    ENROL,
    REDEEM,
    REVERSE,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
    decode_entry,
    encode_entry,
    first_seal,
    next_seal,
)
from loyalty.programme.document import classic_document
from loyalty.programme.expiry import end_of_days_ms
from loyalty.tallies import DayTally, counted, day_of
from loyalty.wire import WIRE_VERSION, SyncRequest
from sync_server.store import settings
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.store.statements import inserting
from sync_server.store.tables import branches, changes, counters, journals, metadata, terminals
from sync_server.terminals.ingest import Ingest, Taken

ZONE = ZoneInfo("Europe/Warsaw")
PROGRAMME = "classic@1"
START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
TILLS = ("KRK-1", "KRK-2", "WAW-1")
VOUCHER_GONE_MS = end_of_days_ms(90, epoch_ms(START), ZONE)
"""The last moment of vouchers that came out on the first day."""

EPOCHS = (1, 2, 3)
"""The journals that each of them was given."""


class ShopClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, step: timedelta) -> None:
        self.now += step


class Journal:
    """What one till wrote, entry by entry; `bodies` may also hold bytes that are no entry."""

    def __init__(self, terminal: str = "KRK-1", epoch: int = 1) -> None:
        self.terminal = terminal
        self.epoch = epoch
        self.bodies: list[bytes] = []

    @property
    def next_seq(self) -> int:
        return len(self.bodies) + 1

    def add(self, kind: str, member: str = "", points: int = 0, **changed: Any) -> Entry:
        moment = epoch_ms(START) + 3_600_000 * self.next_seq
        fields: dict[str, Any] = {
            "terminal": self.terminal,
            "epoch": self.epoch,
            "seq": self.next_seq,
            "kind": kind,
            "member": member,
            "points": points,
            "amount_minor": 0,
            "receipt": f"{self.terminal}/{self.next_seq}",
            "programme": PROGRAMME,
            "occurred_at_ms": moment,
            "recorded_at_ms": moment,
            "payload": {},
        }
        entry = Entry(**{**fields, **changed})
        self.bodies.append(encode_entry(entry))
        return entry

    def sale(self, member: str, whole_amounts: int, **changed: Any) -> Entry:
        """A sale of so many whole major units, which earns as many points."""
        return self._receipt(EARN, member, whole_amounts, changed)

    def goods_return(self, member: str, whole_amounts: int) -> Entry:
        return self._receipt(REVERSE, member, -whole_amounts, {})

    def enrol(self, member: str, name: str = "Anna") -> Entry:
        payload = {"member_id": member, "card": member, "name": name, "branch": "KRK"}
        return self.add(ENROL, member, payload=payload)

    def reward(self, member: str, points: int = 500) -> str:
        """Redeem points and issue their voucher; gives its number."""
        return self.issue(member, self.add(REDEEM, member, -points).receipt)

    def issue(self, member: str, receipt: str, programme: str = PROGRAMME, **said: Any) -> str:
        """Issue the voucher that comes out by itself, on `receipt`; gives its number."""
        number = f"{self.terminal}.{self.epoch}.{self.next_seq}"
        moment = epoch_ms(START) + 3_600_000 * self.next_seq
        payload = {
            "number": number,
            "amount_minor": 500,
            "currency": "GBP",
            "expires_at_ms": end_of_days_ms(90, moment, ZONE),
            **said,
        }
        self.add(VOUCHER_ISSUED, member, payload=payload, receipt=receipt, programme=programme)
        return number

    def spend(self, number: str, amount_minor: int = 500) -> Entry:
        payload = {"number": number, "amount_minor": amount_minor}
        return self.add(VOUCHER_REDEEMED, payload=payload)

    def spoil(self, body: bytes = b"\xc1 torn") -> None:
        """Write bytes that are no entry."""
        self.bodies.append(body)

    def _receipt(
        self, kind: str, member: str, whole_amounts: int, changed: Mapping[str, Any]
    ) -> Entry:
        fields = {
            "points": whole_amounts if member else 0,
            "amount_minor": whole_amounts * 100,
            "payload": {"lines": [["TEA", 1, abs(whole_amounts) * 100]]},
            **changed,
        }
        return self.add(kind, member, **fields)

    def seal_at(self, seq: int) -> bytes:
        seals = accumulate(
            self.bodies[:seq], next_seal, initial=first_seal(self.terminal, self.epoch)
        )
        return list(seals)[-1]

    def tallies(self, last_seq: int) -> tuple[DayTally, ...]:
        """The till's own sums as of an entry; it never wrote what cannot be read."""
        days: dict[str, DayTally] = {}
        for body in self.bodies[:last_seq]:
            try:
                entry = decode_entry(body)
            except EntryInvalid:
                continue
            day = day_of(entry.occurred_at_ms, ZONE)
            days[day] = counted(days.get(day, DayTally(day)), entry)
        return tuple(days.values())

    def frame(self, first_seq: int = 1, count: int | None = None, **changed: Any) -> SyncRequest:
        """The frame of `count` entries (all that follow) from `first_seq` on."""
        bodies = self.bodies[first_seq - 1 :][:count]
        last_seq = first_seq - 1 + len(bodies)
        fields: dict[str, Any] = {
            "version": WIRE_VERSION,
            "terminal": self.terminal,
            "epoch": self.epoch,
            "first_seq": first_seq,
            "bodies": tuple(bodies),
            "last_seal": self.seal_at(last_seq),
            "history_id": "",
            "cursor": 0,
            "sent_at_ms": epoch_ms(START),
            "product_version": "0.1.0",
            "tallies": self.tallies(last_seq),
            "count": len(bodies),
            "length": sum(map(len, bodies)),
        }
        return SyncRequest(**{**fields, **changed})


@contextmanager
def meddling(engine: Engine) -> Iterator[Connection]:
    """A transaction of someone who knows how to switch the database's own guards off."""
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            return
        guards = connection.exec_driver_sql(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).all()
        for name, _ in guards:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        for _, statement in guards:
            connection.exec_driver_sql(statement)


def found_chain(engine: Engine) -> None:
    """Empty the database and found a chain with every till of TILLS in it."""
    with meddling(engine) as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not counters:
                connection.execute(delete(table))
        connection.execute(update(counters).values(value=0))
        for key, value in (
            (settings.HISTORY_ID, "history-1"),
            (settings.SHOP, "Shop"),
            (settings.CURRENCY, "GBP"),
            (settings.TIMEZONE, ZONE.key),
            (settings.LINK_SECRET, "secret"),
            (settings.SERVER_KEY, bytes(range(32)).hex()),
        ):
            settings.write_setting(connection, key, value)
        put_in_force(connection, classic_document(), epoch_ms(START))
        for branch in sorted({till[:3] for till in TILLS}):
            connection.execute(insert(branches).values(branch=branch, name=f"Branch {branch}"))
        for number, till in enumerate(TILLS, 1):
            connection.execute(
                insert(terminals).values(terminal=till, branch=till[:3], number=number)
            )


def give_journals(engine: Engine) -> None:
    """Give every till the journals of EPOCHS, as setting it up does."""
    with writing(engine) as connection:
        for number, till in enumerate(TILLS, 1):
            for epoch in EPOCHS:
                connection.execute(
                    inserting(connection, journals)
                    .values(
                        terminal=till,
                        epoch=epoch,
                        number=100 * number + epoch,
                        public_key=bytes(32),
                        reason="enrolled",
                    )
                    .on_conflict_do_nothing()
                )


def head_office(engine: Engine, clock: Clock) -> Ingest:
    """An ingest without campaigns, of a chain whose tills are set up."""
    give_journals(engine)
    return Ingest(engine, clock, ZONE, [])


def hand_in(ingest: Ingest, frames: Iterable[SyncRequest]) -> list[Taken]:
    return [ingest.take(frame) for frame in frames]


def rows(engine: Engine, table_name: str) -> list[dict[str, Any]]:
    """Every row of a table, in the order of its key."""
    table = metadata.tables[table_name]
    with engine.begin() as connection:
        found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
        return [dict(row) for row in found]


def books(engine: Engine, *left_out: str) -> dict[str, Sequence[object]]:
    """All that follows from entries. Of the feed, what it tells, not in which order."""
    names = [
        "heads",
        "entries",
        "quarantine",
        "members",
        "standings",
        "holdings",
        "vouchers",
        "day_tallies",
        "till_tallies",
    ]
    held: dict[str, Sequence[object]] = {name: rows(engine, name) for name in names}
    held["cases"] = [case for case in rows(engine, "cases") if case["kind"] not in left_out]
    with engine.begin() as connection:
        told = connection.execute(select(changes.c.topic, changes.c.key))
        held["changes"] = sorted(tuple(row) for row in told)
    return held
