"""G2 and G3 over all journals: no points and no voucher are spent twice, but for what was risked.

What may be spent beyond what was earned is what the shop chose (an overdraft, vouchers taken
anywhere), what was taken back from a silent till, and what a journal held when it was copied: its
copy holds the same once more. Each excuses the journals it is about, and no others.
"""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.simulation.audit_books import programmes_in
from tests.simulation.audit_rights import Key, moved
from tests.simulation.evidence import Fields, Row
from tests.simulation.witness import Breach, Witness

_GRANTS = "SELECT terminal, epoch, member_id, number, voucher, points FROM grants"
_NAMED = "SELECT terminal, epoch, seq FROM cases WHERE kind = 'double-voucher'"
_TAKEN_BACK = "SELECT terminal, detail FROM cases WHERE kind = 'reclaimed'"


def audit_spending(
    connection: sqlite3.Connection, witness: Witness, counted: list[Row]
) -> Iterator[Breach]:
    """Points and vouchers that were spent more often than anybody risked."""
    entries = [fields for row in counted if (fields := row.fields) is not None]
    if not (witness.both_sides_lost and witness.twins):
        yield from _overspent(connection, entries)
    yield from _vouchers_twice(connection, entries, witness)


def _overspent(connection: sqlite3.Connection, entries: list[Fields]) -> Iterator[Breach]:
    """All spent of a member <= all earned + what the shop chose or was told to risk."""
    earned: dict[str, int] = defaultdict(int)
    redeemed: dict[str, int] = defaultdict(int)
    risked = _copied(connection, entries)
    spenders: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for fields in entries:
        if fields.kind in ("earn", "event"):
            earned[fields.member] += fields.points
        if fields.kind == "redeem":
            redeemed[fields.member] -= fields.points
            first, _ = fields.stood_at
            spenders[fields.member].add((fields.terminal, fields.epoch, first))
    for member, points in connection.execute(
        "SELECT member_id, sum(reclaimed) FROM holdings GROUP BY member_id"
    ):
        risked[member] += points
    overdraft = max(
        int(programme.get("offline", {}).get("overdraft", 0))
        for programme in programmes_in(connection).values()
    )
    for member, points in redeemed.items():
        most = earned[member] + risked[member] + overdraft * len(spenders[member])
        if points > most:
            yield Breach("G3", f"{member}: {points} points were spent of at most {most}")


def _copied(connection: sqlite3.Connection, entries: list[Fields]) -> dict[str, int]:
    """What copies spent, up to what the journal that was copied held then, by member.

    A copy may be told of grants that the journal was given after it: their numbers are the same.
    """
    parted: dict[tuple[str, int, int], int] = {}
    spent: dict[tuple[str, int, int, str], int] = defaultdict(int)
    for fields in entries:
        if not fields.is_salvaged:
            continue
        epoch, seq = fields.stood_at
        copy = (fields.terminal, epoch, fields.epoch)
        parted[copy] = min(seq, parted.get(copy, seq))
        if fields.kind == "redeem":
            spent[*copy, fields.member] -= fields.points
    grants: dict[Key, dict[int, int]] = defaultdict(dict)
    for terminal, epoch, member, number, voucher, points in connection.execute(_GRANTS):
        grants[Key(terminal, epoch, member)][number] = 0 if voucher else points
    risked: dict[str, int] = defaultdict(int)
    for (terminal, epoch, into, member), points in spent.items():
        key = Key(terminal, epoch, member)
        later = dict(grants[key])
        held = 0
        for fields in entries:
            before = fields.seq < parted[terminal, epoch, into]
            if before and Key(fields.terminal, fields.epoch, fields.member) == key:
                held += moved(fields)
                if fields.kind == "rights-grant":
                    later.pop(fields.payload.get("draw", 0), None)
        risked[member] += min(points, max(held, 0) + sum(later.values()))
    return risked


def _vouchers_twice(
    connection: sqlite3.Connection, entries: list[Fields], witness: Witness
) -> Iterator[Breach]:
    """A voucher pays once; its second use has a case, and somebody risked it."""
    uses: dict[str, list[Fields]] = defaultdict(list)
    for fields in entries:
        if fields.kind == "voucher-redeemed":
            uses[fields.payload["number"]].append(fields)
    twice = {number: redeemed for number, redeemed in uses.items() if len(redeemed) > 1}
    if not twice:
        return
    documents = [
        row[0] for row in connection.execute("SELECT document FROM programmes WHERE version > 1")
    ]
    is_anywhere = any('vouchers = "anywhere"' in document for document in documents)
    cases = set(connection.execute(_NAMED).fetchall())
    given = {
        (terminal, epoch, voucher)
        for terminal, epoch, _, _, voucher, _ in connection.execute(_GRANTS)
    }
    taken_back = connection.execute(_TAKEN_BACK).fetchall()
    for number, redeemed in twice.items():
        named = [one for one in redeemed if (one.terminal, one.epoch, one.seq) in cases]
        if len(named) != len(redeemed) - 1:
            yield Breach("G2", f"voucher {number} paid {len(redeemed)} times, {len(named)} named")
        users = {one.terminal for one in redeemed} | {_issuer(number)[0]}
        is_excused = (
            is_anywhere
            or users & witness.twins
            or any(
                terminal in users and f" voucher {number} " in detail
                for terminal, detail in taken_back
            )
            or any(_was_copied(one, given, witness) for one in redeemed)
        )
        if not is_excused:
            counts = Counter((one.terminal, one.epoch) for one in redeemed)
            yield Breach("G2", f"voucher {number} paid {len(redeemed)} times, at {dict(counts)}")


def _was_copied(use: Fields, given: set[tuple[str, int, str]], witness: Witness) -> bool:
    """Whether a copy used a voucher that the journal it was copied from might use."""
    if not use.is_salvaged:
        return False
    number, (epoch, _) = use.payload["number"], use.stood_at
    journal = (use.terminal, epoch)
    is_its_own = _issuer(number) == journal or (*journal, number) in given
    return is_its_own or witness.office_was_put_back


def _issuer(number: str) -> tuple[str, int]:
    """The journal that a voucher's number names."""
    terminal, epoch, _ = number.rsplit(".", 2)
    return terminal, int(epoch)
