"""G5: what is counted of members over time is the sum of their entries on both sides."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from tests.simulation.evidence import Row, opened
from tests.simulation.witness import Breach

_Sums = Mapping[str, Mapping[str, int]]
"""By member and key."""


def audit_sums(
    connection: sqlite3.Connection, counted: list[Row], tills: Mapping[str, str]
) -> Iterator[Breach]:
    """Sums that differ."""
    entries = [fields for row in counted if (fields := row.fields) is not None and fields.member]
    folded = _added((fields.member, fields.payload.get("sums", {})) for fields in entries)
    yield from _differences(
        "head office", _kept(connection, "SELECT member_id, counted FROM sums"), folded
    )
    for name, path in tills.items():
        with opened(Path(path)) as till:
            known = _kept(till, "SELECT member_id, sums FROM sums")
        yield from _differences(name, known, folded)


def _kept(connection: sqlite3.Connection, statement: str) -> _Sums:
    rows = connection.execute(statement)
    return _added((member, msgspec.msgpack.decode(packed)) for member, packed in rows)


def _added(parts: Iterable[tuple[str, Mapping[str, int]]]) -> _Sums:
    total: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for member, part in parts:
        for key, value in part.items():
            total[member][key] += value
    return total


def _differences(where: str, kept: _Sums, folded: _Sums) -> Iterator[Breach]:
    for member in sorted(kept.keys() | folded.keys()):
        ours, theirs = kept.get(member, {}), folded.get(member, {})
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key, 0) != theirs.get(key, 0):
                yield Breach(
                    "G5",
                    f"{where}: {ours.get(key, 0)} is counted of {member} as {key}, "
                    f"the entries make {theirs.get(key, 0)}",
                )
