"""What was confirmed, held against what the ledgers say.

Shares no code with the product: entries are read as the arrays that they are on disk, and sums are
taken here.
"""

import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import create_engine, text

from tests.crashes.chains import Chain, sync
from tests.crashes.selling import Told
from tests.crashes.tills import TillProcess

QUIET_SYNCS = 3
"""Round trips until rights that were asked back have come home."""

UNSENT_TIMEOUT_S = 60.0


class Row(msgspec.Struct, frozen=True, array_like=True):
    """An entry as its bytes say it; what follows is the auditor's business no more."""

    terminal: str
    epoch: int
    seq: int
    kind: str
    member: str
    points: int
    amount_minor: int
    receipt: str
    programme: str
    occurred_at_ms: int
    recorded_at_ms: int
    payload: dict[str, Any]


def settle(chain: Chain) -> None:
    """Wait until the tills have told all by themselves, then stop them and sync in quiet."""
    deadline = time.monotonic() + UNSENT_TIMEOUT_S
    while any(till.health()["unsent"] for till in chain.tills):
        assert time.monotonic() < deadline, "the tills do not come back to head office"
        time.sleep(0.2)
    for till in chain.tills:
        till.stop()
    quieten(chain)


def quieten(chain: Chain) -> None:
    """Sync tills whose agents do not run until neither side has anything to say."""
    for _ in range(QUIET_SYNCS):
        for till in chain.tills:
            sync(till)


def findings(chain: Chain, told: Told, lost_end: str = "") -> list[str]:
    """Everything that is not as it was confirmed; nothing when G1, G2, G3 and G5 hold.

    The disk of till `lost_end` lost entries that head office holds.
    """
    office = _rows_of_office(chain.database_url)
    found = list(told.contradictions)
    for till in chain.tills:
        kept = _rows_of_till(till)
        theirs = [row for row in office if row[0].terminal == till.name]
        if till.name == lost_end:
            found += _nowhere(kept, theirs)
        elif kept != theirs:
            found.append(f"{till.name} holds {len(kept)} entries, head office {len(theirs)}")
    rows = [row for row, _ in office]
    found += [*_unlike_what_was_said(rows, told), *_spent_twice(rows)]
    return [*found, *_balances(chain, rows), *_verified(chain)]


def case_kinds(home: Path) -> set[str]:
    """What head office, whose books are a file in `home`, wants a person to look at."""
    connection = sqlite3.connect(home / "server.sqlite")
    try:
        return {row[0] for row in connection.execute("SELECT kind FROM cases")}
    finally:
        connection.close()


def _nowhere(kept: list[tuple[Row, bytes]], held: list[tuple[Row, bytes]]) -> Iterable[str]:
    """Entries of a till that head office holds neither in their place nor written again."""
    again = {tuple(row.payload["salvaged"][:2]) for row, _ in held if "salvaged" in row.payload}
    for row in kept:
        if row not in held and (row[0].epoch, row[0].seq) not in again:
            yield f"only {row[0].terminal} has {row[0]}"


def _unlike_what_was_said(rows: Iterable[Row], told: Told) -> Iterable[str]:
    by_receipt: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_receipt[row.terminal, row.receipt].append(row)
    for each in told.confirmed:
        posted = by_receipt[each.till, each.sale["sale"]]
        said = (
            Counter(earn=1),
            each.answer["points"],
            -each.answer["points_redeemed"],
            [voucher["number"] for voucher in each.answer["vouchers"]],
        )
        held = (
            Counter(row.kind for row in posted if row.kind == "earn"),
            sum(row.points for row in posted if row.kind == "earn"),
            sum(row.points for row in posted if row.kind == "redeem"),
            [row.payload["number"] for row in posted if row.kind == "voucher-issued"],
        )
        if said != held:
            yield f"{each.sale['sale']} was answered {said}, the ledger has {held}"
    names = Counter(row.receipt for row in rows if row.kind == "earn")
    for receipt in told.refused:
        if names[receipt]:
            yield f"{receipt} was refused and is in the ledger"
    for receipt in told.unanswered:
        if names[receipt] > 1:
            yield f"{receipt} is in the ledger {names[receipt]} times"
    named = {each.sale["sale"] for each in told.confirmed} | set(told.unanswered)
    yield from (f"{receipt} was never confirmed" for receipt in names.keys() - named)


def _spent_twice(rows: Iterable[Row]) -> Iterable[str]:
    redeemed = Counter(row.payload["number"] for row in rows if row.kind == "voucher-redeemed")
    issued = {row.payload["number"] for row in rows if row.kind == "voucher-issued"}
    yield from (f"voucher {number} paid {n} times" for number, n in redeemed.items() if n > 1)
    yield from (f"voucher {number} was never issued" for number in redeemed.keys() - issued)
    # What a return takes back is a debt, not spending.
    for member, points in _sums(row for row in rows if row.kind != "reverse").items():
        if points < 0:
            yield f"member {member} is at {points}: more was spent than earned"


def _balances(chain: Chain, rows: Iterable[Row]) -> Iterable[str]:
    sums = _sums(rows)
    for till in chain.tills:
        told = dict(_query(till, "SELECT member_id, sum(points) FROM balances GROUP BY member_id"))
        for member, points in sums.items():
            have = told.get(member, 0)
            if have != points:
                yield f"{till.name} has {have} for member {member}, the entries make {points}"


def _verified(chain: Chain) -> Iterable[str]:
    for till in chain.tills:
        done = till.command("ledger", "verify")
        if done.returncode:
            yield f"paragon ledger verify at {till.name}: {done.stdout}{done.stderr}"
    try:
        held = json.loads(chain.office.command("verify", "--json"))
    except Exception as fault:
        yield f"paragon-server verify: {fault}"
        return
    yield from (f"paragon-server verify: {finding}" for finding in held["findings"])


def _sums(rows: Iterable[Row]) -> Mapping[str, int]:
    sums: Counter[str] = Counter()
    for row in rows:
        if row.member:
            sums[row.member] += row.points
    return sums


def _rows_of_office(database_url: str) -> list[tuple[Row, bytes]]:
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT body, seal FROM entries ORDER BY terminal, epoch, seq")
            )
            return [_row(body, seal) for body, seal in rows]
    finally:
        engine.dispose()


def _rows_of_till(till: TillProcess) -> list[tuple[Row, bytes]]:
    rows = _query(till, "SELECT body, seal FROM journal ORDER BY epoch, seq")
    return [_row(body, seal) for body, seal in rows]


def _query(till: TillProcess, statement: str) -> list[Any]:
    connection = sqlite3.connect(f"file:{till.home}/till.sqlite?mode=ro", uri=True)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def _row(body: bytes, seal: bytes) -> tuple[Row, bytes]:
    return msgspec.msgpack.decode(body, type=Row), bytes(seal)
