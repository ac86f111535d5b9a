"""G3: nobody spends what they hold no right to, and all rights add up to what members have."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tests.simulation.audit_books import Programmes, programmes_in
from tests.simulation.evidence import Fields, Row, opened, till_terminal
from tests.simulation.witness import Breach, Witness

_HOLDINGS = """
    SELECT terminal, epoch, member_id, points, granted, released, reclaimed FROM holdings
"""
_GIVEN = """
    SELECT terminal, epoch, member_id, sum(points) FROM grants WHERE voucher = ''
    GROUP BY terminal, epoch, member_id
"""
_TAKEN_BACK = "SELECT terminal, epoch, member_id FROM cases WHERE kind = 'reclaimed'"
_STANDING = "SELECT member_id FROM serving WHERE until_ms > 0"
_NEWEST = "SELECT terminal, max(epoch) FROM journals GROUP BY terminal"
_RECLAIMED = """
    SELECT terminal, epoch, opened_at_ms FROM cases AS c
    WHERE kind = 'reclaimed' AND NOT EXISTS (
        SELECT 1 FROM journals AS j WHERE j.terminal = c.terminal AND j.epoch > c.epoch)
"""


class Key(NamedTuple):
    """A member's part in one journal."""

    terminal: str
    epoch: int
    member: str


def audit_rights(
    connection: sqlite3.Connection,
    witness: Witness,
    counted: list[Row],
    journals: Mapping[str, list[Row]],
    tills: Mapping[str, str],
) -> Iterator[Breach]:
    """Every spending beyond its rights, and rights that do not add up."""
    programmes = programmes_in(connection)
    yield from _journals("head office", counted, programmes)
    for name, rows in journals.items():
        yield from _journals(name, rows, programmes)
    going_on, standing = _told_by(tills)
    yield from _split(connection, counted, witness, going_on)
    yield from _unsettled(connection, going_on, standing)
    yield from _taken_too_early(connection, witness)


def _told_by(
    tills: Mapping[str, str],
) -> tuple[set[tuple[str, int]], set[tuple[tuple[str, int], str]]]:
    """The journals that are written, by what their tills say, and the members who stand there."""
    going_on, standing = set(), set()
    for path in tills.values():
        with opened(Path(path)) as till:
            journal = till_terminal(till)
            standing |= {(journal, member) for (member,) in till.execute(_STANDING)}
        going_on.add(journal)
    return going_on, standing


def _unsettled(
    connection: sqlite3.Connection,
    going_on: set[tuple[str, int]],
    standing: set[tuple[tuple[str, int], str]],
) -> Iterator[Breach]:
    """No till that goes on owes what others could give: all that tills hold is then more than the
    member has, and without the line it could be spent.

    It goes on in the journal that it says is its own, with or without an entry there yet; a debt
    in one that it left is nobody's to settle. Nor is one where another journal followed, whoever
    still writes in it: its lease runs out, and without a lease a till moves no rights.

    What was asked back and not given yet is on its way, or held for a member who is served; a
    debt where the member still stands is asked for when they have left.
    """
    newest = set(connection.execute(_NEWEST))
    asked = {row[0] for row in connection.execute("SELECT member_id FROM recalls")}
    pools = dict(connection.execute("SELECT member_id, pool FROM standings"))
    owes: dict[str, dict[tuple[str, int], int]] = defaultdict(dict)
    holds: dict[str, int] = defaultdict(int)
    for terminal, epoch, member, *moved_points, reclaimed in connection.execute(_HOLDINGS):
        points, granted, released = moved_points
        held = points + granted - released - reclaimed
        if held < 0:
            owes[member][terminal, epoch] = held if reclaimed == 0 else 0
        elif (terminal, epoch) in going_on:
            holds[member] += held
    for member, debts in owes.items():
        for journal in going_on & newest & debts.keys():
            if (journal, member) in standing:
                continue
            others = sum(owed for other, owed in debts.items() if other != journal)
            free = max(pools[member] + others, 0) + holds[member]
            if debts[journal] and free > 0 and member not in asked:
                yield Breach(
                    "G3", f"{journal} owes {-debts[journal]} of {member}; {free} are to be had"
                )


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


def _split(
    connection: sqlite3.Connection,
    counted: list[Row],
    witness: Witness,
    going_on: set[tuple[str, int]],
) -> Iterator[Breach]:
    """What journals hold, by their entries and the grants given, and the pool make up all."""
    holdings = {Key(*row[:3]): row[3:] for row in connection.execute(_HOLDINGS)}
    yield from _holdings(connection, counted, holdings)
    held: dict[str, int] = defaultdict(int)
    # Books that were put back wait for each terminal, and hear of the grants of one of its two
    # machines after they grant again.
    forgotten: dict[str, int] = defaultdict(int)
    # What lies in a journal that its one till has left nobody can spend: it is taken back as soon
    # as somebody asks, as it was before the books were put back.
    alone = {terminal for terminal, _ in going_on} - set(witness.copied) - witness.lost_terminals
    for key, (points, granted, released, reclaimed) in holdings.items():
        held[key.member] += points + granted - released - reclaimed
        if witness.office_was_put_back and key.terminal in witness.copied:
            forgotten[key.member] += granted
        is_left = key.terminal in alone and (key.terminal, key.epoch) not in going_on
        if witness.office_was_put_back and is_left:
            forgotten[key.member] += max(points + granted - released - reclaimed, 0)
    for member, points, pool in connection.execute("SELECT member_id, points, pool FROM standings"):
        if pool + held[member] != points:
            yield Breach(
                "G3",
                f"{member}: {held[member]} points held and {pool} in the pool are not {points}",
            )
        if pool < -forgotten[member] and not witness.both_sides_lost:
            yield Breach("G3", f"{member}: the pool holds {pool} points")


def _holdings(
    connection: sqlite3.Connection,
    counted: list[Row],
    holdings: Mapping[Key, tuple[int, int, int, int]],
) -> Iterator[Breach]:
    """Each journal's part, made again of its entries, its grants and the cases of it."""
    given = {Key(*row[:3]): row[3] for row in connection.execute(_GIVEN)}
    taken_back = {Key(*row) for row in connection.execute(_TAKEN_BACK)}
    points: dict[Key, int] = defaultdict(int)
    released: dict[Key, int] = defaultdict(int)
    for row in counted:
        fields = row.fields
        if fields is None or not fields.member:
            continue
        key = Key(row.terminal, row.epoch, fields.member)
        points[key] += fields.points
        released[key] -= min(moved(fields), 0) if fields.kind == "rights-release" else 0
    for key in sorted(points.keys() | given.keys() | holdings.keys()):
        kept = holdings.get(key, (0, 0, 0, 0))
        if kept[:3] != (points[key], given.get(key, 0), released[key]):
            made = (points[key], given.get(key, 0), released[key])
            yield Breach("G3", f"head office has {kept[:3]} for {key}, its entries make {made}")
        if kept[3] and key not in taken_back:
            yield Breach("G3", f"{kept[3]} points of {key} were taken back, and no case says so")


def _taken_too_early(connection: sqlite3.Connection, witness: Witness) -> Iterator[Breach]:
    """Rights are taken back only from a till that was silent for its lease and the grace."""
    for terminal, epoch, taken_ms in connection.execute(_RECLAIMED).fetchall():
        since_ms = taken_ms - witness.shortest_hold_ms
        if any(since_ms < heard_ms < taken_ms for heard_ms in witness.heard[terminal]):
            yield Breach("G3", f"{terminal}, epoch {epoch}: rights were taken back too early")
