"""Whether what is kept of rights is what the journal says, and making it anew.

Who holds which points and vouchers, and which requests for rights were answered, is folded from
entries as balances are: whoever changed the tables alone is found out by the bytes.
"""

import sqlite3
from collections.abc import Iterator

import msgspec

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, VOUCHER_ISSUED, Entry
from loyalty.rights import NO_RIGHTS, Rights, rights_after, voucher_of
from loyalty.vouchers import ISSUED
from terminal_app.store import draws, rights, vouchers
from terminal_app.store.settings import Identity


class FoldedRights(msgspec.Struct):
    """What the entries of one journal come to: rights by member, vouchers held, draws answered."""

    members: dict[str, Rights] = msgspec.field(default_factory=dict)
    vouchers: set[str] = msgspec.field(default_factory=set)
    answered: set[int] = msgspec.field(default_factory=set)


def count(folded: FoldedRights, entry: Entry) -> None:
    """Count `entry` in. Raises KeyError, TypeError or ValueError when it says what cannot be."""
    if entry.kind == VOUCHER_ISSUED:
        folded.vouchers.add(str(entry.payload["number"]))
        return
    if entry.kind not in (RIGHTS_GRANT, RIGHTS_RELEASE):
        return
    if entry.member:
        before = folded.members.get(entry.member, NO_RIGHTS)
        folded.members[entry.member] = rights_after(before, entry)
    voucher = voucher_of(entry)
    if entry.kind == RIGHTS_GRANT:
        folded.answered.add(int(entry.payload["draw"]))
        if voucher:
            folded.vouchers.add(voucher)
    else:
        folded.vouchers.discard(voucher)


def differing(
    connection: sqlite3.Connection, identity: Identity, folded: FoldedRights
) -> Iterator[str]:
    """What is kept of rights otherwise than the journal says, and a rebuild puts right."""
    kept = rights.all_rights(connection)
    for member in sorted(folded.members.keys() | kept.keys()):
        said = folded.members.get(member)
        if said != kept.get(member):
            yield f"rights of {member}: {kept.get(member)} is kept, the journal says {said}"
    for number, is_held in sorted(_misplaced(connection, identity, folded).items()):
        where = "here" if is_held else "not here"
        yield f"right to voucher {number}: the journal says that it is {where}"
    for draw in sorted(_reopened(connection, folded)):
        yield f"draw {draw}: it is kept as open, the journal says that it was granted"
    last = max(folded.answered, default=0)
    if last > draws.last_number(connection):
        yield f"draws: the journal tells of number {last}, which would be given again"


def rebuild(connection: sqlite3.Connection, identity: Identity, folded: FoldedRights) -> None:
    """Make what is kept of rights anew, in the transaction of `connection`."""
    rights.forget_rights(connection)
    rights.put_rights(connection, folded.members)
    for number, is_held in _misplaced(connection, identity, folded).items():
        vouchers.hold(connection, number, identity.journal if is_held else "")
    for draw in _reopened(connection, folded):
        draws.close(connection, draw)
    draws.count_from(connection, max(folded.answered, default=0))


def _misplaced(
    connection: sqlite3.Connection, identity: Identity, folded: FoldedRights
) -> dict[str, bool]:
    """Unspent vouchers kept as held here, or not, against the journal; whether they are."""
    kept = {
        number: row.held_by == identity.journal
        for number, row in vouchers.kept(connection).items()
        if row.state == ISSUED
    }
    return {
        number: number in folded.vouchers
        for number, is_held in kept.items()
        if is_held != (number in folded.vouchers)
    }


def _reopened(connection: sqlite3.Connection, folded: FoldedRights) -> set[int]:
    return {draw.number for draw in draws.open_draws(connection, -1)} & folded.answered
