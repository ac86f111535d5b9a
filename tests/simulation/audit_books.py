"""G5: every balance is the sum of its entries on both sides."""

import sqlite3
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.simulation.evidence import Row, opened
from tests.simulation.witness import Breach

Programmes = Mapping[str, Mapping[str, Any]]


def audit_books(
    connection: sqlite3.Connection, counted: list[Row], tills: Mapping[str, str]
) -> Iterator[Breach]:
    """Balances that differ."""
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
