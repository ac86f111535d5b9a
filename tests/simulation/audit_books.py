"""G5 and G6: every balance is the sum of its entries on both sides, every entry explains itself."""

import sqlite3
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.simulation.evidence import Fields, Row, opened
from tests.simulation.witness import Breach

Programmes = Mapping[str, Mapping[str, Any]]

_PROMISE_DIFFERS = "SELECT terminal, epoch, seq FROM cases WHERE kind = 'promise-differs'"


def audit_books(
    connection: sqlite3.Connection, counted: list[Row], tills: Mapping[str, str]
) -> Iterator[Breach]:
    """Balances that differ, and entries whose points are not what their programme gives."""
    entries = [fields for row in counted if (fields := row.fields) is not None]
    folded: dict[str, int] = defaultdict(int)
    for fields in entries:
        if fields.member:
            folded[fields.member] += fields.points
    kept = dict(connection.execute("SELECT member_id, points FROM standings").fetchall())
    yield from _differences("head office", kept, folded)
    for name, path in tills.items():
        with opened(Path(path)) as till:
            known = dict(
                till.execute("SELECT member_id, sum(points) FROM balances GROUP BY member_id")
            )
        known.pop("", None)
        yield from _differences(name, known, folded)
    named = set(connection.execute(_PROMISE_DIFFERS).fetchall())
    yield from _explained(programmes_in(connection), entries, named)


def programmes_in(connection: sqlite3.Connection) -> Programmes:
    """Every programme that was in force, by the label that entries carry."""
    return {
        f"{name}@{version}": tomllib.loads(document)
        for name, version, document in connection.execute(
            "SELECT name, version, document FROM programmes"
        )
    }


def _differences(
    where: str, kept: Mapping[str, int], folded: Mapping[str, int]
) -> Iterator[Breach]:
    for member in sorted(kept.keys() | folded.keys()):
        if kept.get(member, 0) != folded.get(member, 0):
            yield Breach(
                "G5",
                f"{where}: {member} has {kept.get(member, 0)} points, "
                f"the entries make {folded.get(member, 0)}",
            )


def _explained(
    programmes: Programmes, entries: list[Fields], named: set[tuple[str, int, int]]
) -> Iterator[Breach]:
    """Points that are not due; `named` are the entries whose promise head office says differs."""
    issues: dict[tuple[str, int, str], int] = defaultdict(int)
    for fields in entries:
        if fields.kind == "voucher-issued":
            issues[fields.terminal, fields.epoch, fields.receipt] += 1
    for fields in entries:
        where = f"entry {fields.seq} of {fields.terminal}, epoch {fields.epoch}"
        if fields.kind not in ("earn", "reverse", "redeem"):
            if fields.points:
                yield Breach("G6", f"{where} moves points and is of kind {fields.kind}")
            continue
        programme = programmes.get(fields.programme)
        if programme is None:
            yield Breach("G6", f"{where} names no programme: {fields.programme!r}")
            continue
        vouchers = issues[fields.terminal, fields.epoch, fields.receipt]
        due = _points_due(programme, fields, vouchers)
        if fields.points != due:
            yield Breach("G6", f"{where} gives {fields.points} points where {due} are due")
        if fields.kind == "redeem":
            continue
        is_named = (fields.terminal, fields.epoch, fields.seq) in named
        if is_named != (fields.points != due):
            yield Breach(
                "G6", f"{where} promises {fields.points} of {due}; a case says so: {is_named}"
            )


def _points_due(programme: Mapping[str, Any], fields: Fields, vouchers: int) -> int:
    if not fields.member:
        return 0
    if fields.kind == "redeem":
        return -int(programme["reward"]["at_points"]) * vouchers
    total = sum(line[2] for line in fields.lines)
    steps = Decimal(total) // (Decimal(programme["earning"]["per"]) * 100)
    points = int(max(steps, Decimal(0))) * int(programme["earning"].get("points", 1))
    return points if fields.kind == "earn" else -points
