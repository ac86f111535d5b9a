"""The floor: the same rows with the same durability over the same HTTP, and nothing else.

No chain, no rights, no signatures, no tokens, no tallies: what is left is the least that a
program in Python does to move these rows between two durable databases. A benchmark runs it
beside the product, so that its ratios say what the promises cost.

`python -m tests.benchmarks.floor office DATABASE MEMBERS` serves,
`python -m tests.benchmarks.floor till DATABASE URL WORK COUNT MEMBERS` is a till at one task.
"""

import json
import socket
import sqlite3
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx
import msgspec
import uvicorn
import zstandard
from litestar import Litestar, Response, post
from msgspec.structs import astuple

from loyalty.journal import EARN, Entry, decode_entry, encode_entry
from tests.benchmarks.floor_books import (
    BALANCE,
    MEMBER,
    Books,
    FloorAnswer,
    FloorFrame,
    open_books,
)
from tests.benchmarks.made_rows import made_balances, made_members, made_sales
from tests.benchmarks.processes import READY, spent

ENTRIES_A_FRAME = 1_000
ROWS_A_FRAME = 1_000
TERMINAL = "KRK-1"
_pack, _unpack = zstandard.compress, zstandard.decompress


def build_office(books: Books) -> Litestar:
    """The floor's head office: one address, both ways."""

    @post("/sync", status_code=200, sync_to_thread=True)
    def sync(body: bytes) -> Response[bytes]:
        frame = msgspec.msgpack.decode(_unpack(body), type=FloorFrame)
        if frame.bodies:
            books.put_entries([decode_entry(one) for one in frame.bodies], frame.bodies)
        told, member_place = books.told_after(MEMBER, frame.member_place, ROWS_A_FRAME)
        room = ROWS_A_FRAME - len(told)
        more_told, balance_place = (
            books.told_after(BALANCE, frame.balance_place, room)
            if room
            else ([], frame.balance_place)
        )
        answer = FloorAnswer(
            books.head(frame.terminal),
            (*told, *more_told),
            member_place,
            balance_place,
            len(told) + len(more_told) == ROWS_A_FRAME,
        )
        return Response(_pack(msgspec.msgpack.encode(answer)), media_type="application/msgpack")

    return Litestar([sync], openapi_config=None)


def serve(database: str, members: int) -> None:
    """Serve books with so many members until told to stop."""
    books = open_books(database)
    rows = [(member.member_id, msgspec.msgpack.encode(member)) for member in made_members(members)]
    if rows:
        books.put_members(rows)
        ids = [row[0] for row in rows]
        balances = [astuple(balance) for balance in made_balances(members)]
        books.put_balances([(one, *sums) for one, sums in zip(ids, balances, strict=True)])
        del ids, balances
    del rows
    # The protocol is named as the product names it: asyncio sends small answers at once on such
    # sockets alone.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        print(f"{READY}http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
        uvicorn.Server(
            uvicorn.Config(build_office(books), log_level="warning", access_log=False)
        ).run(sockets=[listener])


class FloorTill:
    """The floor's till: a journal, balances and how far both sides know of each other."""

    def __init__(self, database: str, url: str) -> None:
        self._connection = sqlite3.connect(database, isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",
            "CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, body BLOB)",
            "CREATE TABLE IF NOT EXISTS balances (member TEXT PRIMARY KEY, points INTEGER, "
            "earned INTEGER, clawed_back INTEGER, redeemed INTEGER) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS members (member TEXT PRIMARY KEY, facts BLOB) "
            "WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS cards (card TEXT PRIMARY KEY, member TEXT) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS state (one INTEGER PRIMARY KEY, confirmed INTEGER, "
            "member_place INTEGER, balance_place INTEGER)",
            "INSERT OR IGNORE INTO state VALUES (1, 0, 0, 0)",
        ):
            self._connection.execute(statement)
        self._client = httpx.Client(base_url=url, timeout=60)
        self.bytes_up = self.bytes_down = 0

    def write(self, count: int, members: int) -> None:
        """Write the next `count` sales into the journal, and their balances, in one commit."""
        (held,) = self._connection.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()
        sales = [
            _entry(seq, sale) for seq, sale in enumerate(made_sales(held, count, members), held + 1)
        ]
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(
            "INSERT INTO journal VALUES (?, ?)", [(one.seq, encode_entry(one)) for one in sales]
        )
        self._connection.execute("COMMIT")

    def sync(self) -> tuple[int, int, int]:
        """Tell and be told until neither has more; entries, rows told and round trips."""
        entries = rows = trips = 0
        while True:
            sent, told, more = self._round()
            entries, rows, trips = entries + sent, rows + told, trips + 1
            if not more and sent < ENTRIES_A_FRAME:
                return entries, rows, trips

    def _round(self) -> tuple[int, int, bool]:
        confirmed, member_place, balance_place = self._connection.execute(
            "SELECT confirmed, member_place, balance_place FROM state"
        ).fetchone()
        bodies = tuple(
            row[0]
            for row in self._connection.execute(
                "SELECT body FROM journal WHERE seq > ? ORDER BY seq LIMIT ?",
                (confirmed, ENTRIES_A_FRAME),
            )
        )
        packed = _pack(
            msgspec.msgpack.encode(FloorFrame(TERMINAL, bodies, member_place, balance_place))
        )
        content = self._client.post("/sync", content=packed).raise_for_status().content
        self.bytes_up += len(packed)
        self.bytes_down += len(content)
        answer = msgspec.msgpack.decode(_unpack(content), type=FloorAnswer)
        self._connection.execute("BEGIN IMMEDIATE")
        members = [row[1:] for row in answer.told if row[0] == MEMBER]
        self._put("members", members)
        # A made member's card is their own number, so the facts need not be opened for it.
        self._put("cards", [(member, member) for member, *_ in members])
        self._put("balances", [row[1:] for row in answer.told if row[0] == BALANCE])
        self._connection.execute(
            "UPDATE state SET confirmed = ?, member_place = ?, balance_place = ?",
            (answer.head if bodies else confirmed, answer.member_place, answer.balance_place),
        )
        self._connection.execute("COMMIT")
        return len(bodies), len(answer.told), answer.more

    def _put(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({places})", rows)

    def timed_sync(self) -> dict[str, Any]:
        """One sync, with what it took."""
        self.bytes_up = self.bytes_down = 0
        began_cpu, began = spent().cpu_s, time.perf_counter()
        entries, rows, trips = self.sync()
        return {
            "seconds": time.perf_counter() - began,
            "cpu_s": spent().cpu_s - began_cpu,
            "entries": entries,
            "changes": rows,
            "rounds": trips,
            "bytes_up": self.bytes_up,
            "bytes_down": self.bytes_down,
        }


def _entry(seq: int, sale: Any) -> Entry:
    return Entry(
        terminal=TERMINAL,
        epoch=1,
        seq=seq,
        kind=EARN,
        member=sale.member_id,
        points=sale.points,
        amount_minor=sale.amount_minor,
        receipt=f"{TERMINAL}.1.{seq}",
        programme="classic@1",
        occurred_at_ms=sale.occurred_at_ms,
        recorded_at_ms=sale.occurred_at_ms,
        payload={"lines": sale.lines},
    )


def work(database: str, url: str, task: str, count: int, members: int) -> dict[str, Any]:
    """One task of a till: `sell` COUNT sales, `sync`, `small` (COUNT times 100 new sales and a
    sync) or `idle` (COUNT syncs with nothing to say). A till of the floor has nothing that it
    could ask `again`: both sides hold the same, and it syncs once."""
    till = FloorTill(database, url)
    done: dict[str, Any] = {}
    if task == "sell":
        till.write(count, members)
    elif task in ("sync", "again"):
        done = till.timed_sync()
    elif task == "small":
        till.sync()
        turns = []
        for _ in range(count):
            till.write(100, members)
            turns.append(till.timed_sync())
        done = {"turns": turns}
    elif task == "idle":
        till.sync()
        done = {"turns": [till.timed_sync() for _ in range(count)]}
    return done | {"peak_bytes": spent().peak_bytes}


def main() -> None:
    """Serve or work, as the words of the command say."""
    role, *words = sys.argv[1:]
    if role == "office":
        serve(words[0], int(words[1]))
    else:
        database, url, task, count, members = words
        print(json.dumps(work(database, url, task, int(count), int(members))))


if __name__ == "__main__":
    main()
