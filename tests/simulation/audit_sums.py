"""G5 and G6: what is counted of members over time is the sum of their entries on both sides, and
each sale counts its own amount in its own month."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from tests.simulation.audit_books import Programmes, programmes_in
from tests.simulation.evidence import Fields, Row, opened
from tests.simulation.witness import Breach

SHOP_ZONE = ZoneInfo("Europe/Warsaw")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_Sums = Mapping[str, Mapping[str, int]]
"""By member and key."""


def audit_sums(
    connection: sqlite3.Connection, counted: list[Row], tills: Mapping[str, str]
) -> Iterator[Breach]:
    """Sums that differ, and sales that count what they are not."""
    entries = [fields for row in counted if (fields := row.fields) is not None and fields.member]
    folded = _added((fields.member, fields.payload.get("sums", {})) for fields in entries)
    yield from _differences(
        "head office", _kept(connection, "SELECT member_id, counted FROM sums"), folded
    )
    for name, path in tills.items():
        with opened(Path(path)) as till:
            known = _kept(till, "SELECT member_id, sums FROM sums")
        yield from _differences(name, known, folded)
    yield from _sales(programmes_in(connection), entries)


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


def _sales(programmes: Programmes, entries: Iterable[Fields]) -> Iterator[Breach]:
    for fields in entries:
        if fields.kind != "earn" or "tiers" not in programmes.get(fields.programme, {}):
            continue
        at = _EPOCH + timedelta(milliseconds=fields.occurred_at_ms)
        month = f"{at.astimezone(SHOP_ZONE):%Y-%m}"
        spent = max(sum(line[2] for line in fields.lines), 0)
        due = {f"spend|{month}": spent, f"points|*|{month}": fields.points}
        said = fields.payload.get("sums", {})
        if said != {key: value for key, value in due.items() if value}:
            yield Breach(
                "G6",
                f"entry {fields.seq} of {fields.terminal}, epoch {fields.epoch} counts {said} "
                f"where {due} is due",
            )
