"""G3: nobody spends what they hold no right to, and all rights add up to what members have."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping

from tests.simulation.audit_books import Programmes, programmes_in
from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach, Witness

_SPLIT = """
    SELECT s.member_id, s.points, s.pool,
           coalesce((SELECT sum(points + granted - released - reclaimed) FROM holdings AS h
                     WHERE h.member_id = s.member_id), 0)
    FROM standings AS s
"""


_RECLAIMED = """
    SELECT terminal, epoch, opened_at_ms FROM cases AS c
    WHERE kind = 'reclaimed' AND NOT EXISTS (
        SELECT 1 FROM journals AS j WHERE j.terminal = c.terminal AND j.epoch > c.epoch)
"""


def audit_rights(
    connection: sqlite3.Connection,
    witness: Witness,
    counted: list[Row],
    journals: Mapping[str, list[Row]],
) -> Iterator[Breach]:
    """Every spending beyond its rights, and rights that do not add up."""
    programmes = programmes_in(connection)
    entries = [fields for row in counted if (fields := row.fields) is not None]
    yield from _journals("head office", counted, programmes)
    for name, rows in journals.items():
        yield from _journals(name, rows, programmes)
    yield from _split(connection, witness)
    if not (witness.both_sides_lost and witness.twins):
        yield from _overspent(connection, entries, programmes)
    yield from _vouchers_twice(connection, entries, witness)
    yield from _taken_too_early(connection, witness)


def _journals(where: str, rows: list[Row], programmes: Programmes) -> Iterator[Breach]:
    """No journal redeems more than it held at that moment, but for the shop's overdraft."""
    held: dict[tuple[str, int, str], int] = defaultdict(int)
    for row in sorted(rows, key=lambda row: (row.terminal, row.epoch, row.seq)):
        fields = row.fields
        if fields is None or not fields.member:
            continue
        key = (fields.terminal, fields.epoch, fields.member)
        if fields.kind == "redeem" and not fields.is_salvaged:
            allowed = held[key] + overdraft(programmes, fields)
            if -fields.points > max(allowed, 0):
                yield Breach(
                    "G3",
                    f"{where}: entry {fields.seq} of {key[:2]} spends {-fields.points} points "
                    f"of {fields.member}, who has {held[key]} there",
                )
        points = moved(fields)
        held[key] += points
        if fields.kind == "rights-release" and points and held[key] < 0:
            yield Breach("G3", f"{where}: entry {fields.seq} of {key[:2]} releases what it lacks")


def moved(fields: Fields) -> int:
    """The points whose rights an entry adds to its journal."""
    if fields.kind == "rights-grant":
        return int(fields.payload.get("points", 0))
    if fields.kind == "rights-release":
        return -int(fields.payload.get("points", 0))
    return fields.points


def overdraft(programmes: Programmes, fields: Fields) -> int:
    """What the programme of an entry allows beyond rights."""
    programme = programmes.get(fields.programme, {})
    return int(programme.get("offline", {}).get("overdraft", 0))


def _split(connection: sqlite3.Connection, witness: Witness) -> Iterator[Breach]:
    for member, points, pool, held in connection.execute(_SPLIT):
        if pool + held != points:
            yield Breach(
                "G3", f"{member}: {held} points held and {pool} in the pool are not {points}"
            )
        if pool < 0 and not witness.both_sides_lost:
            yield Breach("G3", f"{member}: the pool holds {pool} points")


def _taken_too_early(connection: sqlite3.Connection, witness: Witness) -> Iterator[Breach]:
    """Rights are taken back only from a till that was silent for its lease and the grace."""
    for terminal, epoch, taken_ms in connection.execute(_RECLAIMED).fetchall():
        since_ms = taken_ms - witness.shortest_hold_ms
        if any(since_ms < heard_ms < taken_ms for heard_ms in witness.heard[terminal]):
            yield Breach("G3", f"{terminal}, epoch {epoch}: rights were taken back too early")


def _overspent(
    connection: sqlite3.Connection, entries: list[Fields], programmes: Programmes
) -> Iterator[Breach]:
    """All spent of a member <= all earned + what the shop chose or was told to risk."""
    earned: dict[str, int] = defaultdict(int)
    redeemed: dict[str, int] = defaultdict(int)
    risked: dict[str, int] = defaultdict(int)
    overdrafts = max(
        int(programme.get("offline", {}).get("overdraft", 0)) for programme in programmes.values()
    )
    spenders: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for fields in entries:
        if fields.kind == "earn":
            earned[fields.member] += fields.points
        if fields.kind == "redeem":
            redeemed[fields.member] -= fields.points
            spenders[fields.member].add((fields.terminal, fields.epoch))
            if fields.is_salvaged:
                risked[fields.member] -= fields.points
    for member, points in connection.execute(
        "SELECT member_id, sum(reclaimed) FROM holdings GROUP BY member_id"
    ):
        risked[member] += points
    for member, points in redeemed.items():
        most = earned[member] + risked[member] + overdrafts * len(spenders[member])
        if points > most:
            yield Breach("G3", f"{member}: {points} points were spent of at most {most}")


def _vouchers_twice(
    connection: sqlite3.Connection, entries: list[Fields], witness: Witness
) -> Iterator[Breach]:
    """A voucher pays once; where a shop takes it anywhere, its second use has a case."""
    uses: dict[str, list[Fields]] = defaultdict(list)
    for fields in entries:
        if fields.kind == "voucher-redeemed":
            uses[fields.payload["number"]].append(fields)
    documents = [
        row[0] for row in connection.execute("SELECT document FROM programmes WHERE version > 1")
    ]
    is_anywhere = any('vouchers = "anywhere"' in document for document in documents)
    cases = {
        (terminal, epoch, seq)
        for terminal, epoch, seq in connection.execute(
            "SELECT terminal, epoch, seq FROM cases WHERE kind = 'double-voucher'"
        )
    }
    reclaimed = connection.execute("SELECT count(*) FROM cases WHERE kind = 'reclaimed'")
    is_excused = is_anywhere or witness.twins or reclaimed.fetchone()[0]
    for number, redeemed in uses.items():
        if len(redeemed) == 1:
            continue
        named = [one for one in redeemed if (one.terminal, one.epoch, one.seq) in cases]
        if len(named) != len(redeemed) - 1:
            yield Breach("G2", f"voucher {number} paid {len(redeemed)} times, {len(named)} named")
        if not is_excused and not any(one.is_salvaged for one in redeemed):
            yield Breach("G2", f"voucher {number} paid {len(redeemed)} times")
