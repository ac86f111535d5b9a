"""Rights as entries move them, and what a till is answered about them; see `loyalty.rights`.

At all times the parts that journals hold and the pool at head office make up a member's points. A
grant counts from the moment it is written down here, before its till knows; a release from the
moment its entry arrives.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry
from loyalty.wire import Grant, Recall, SyncRequest
from sync_server.store.feed import BALANCE, tell
from sync_server.store.tables import grants, holdings
from sync_server.store.terms import lease_of
from sync_server.terminals.draws import answer_draws
from sync_server.terminals.grants import find_grants
from sync_server.terminals.inspection import granted, released
from sync_server.terminals.recalls import ask, recalls_for, settle


class Answer(msgspec.Struct, frozen=True):
    """What a till is told of rights; `rights_until_ms` is on head office's clock."""

    grants: tuple[Grant, ...]
    recalls: tuple[Recall, ...]
    rights_until_ms: int


NO_ANSWER = Answer((), (), 0)


class Moved(msgspec.Struct, frozen=True):
    """What entries of one journal add to head office's books of a member's rights."""

    granted: int = 0
    released: int = 0
    reclaimed: int = 0

    @property
    def pool(self) -> int:
        """What they add to the pool."""
        return self.released + self.reclaimed - self.granted


NO_MOVE = Moved()


def answer(
    connection: Connection, request: SyncRequest, now_ms: int, *, is_at_head: bool
) -> Answer:
    """What the till of `request` is told, after its entries were posted and its contact noted.

    Draws are answered only when it `is_at_head`: a frame that ends before the last entry held is
    an old one, or a copy's, and what it asks for is not for its sender.
    """
    given = answer_draws(connection, request, now_ms) if is_at_head else ()
    lease = lease_of(connection, request.terminal, request.epoch)
    asked = recalls_for(connection, request.terminal, request.epoch) if lease.has_recalls else ()
    until_ms = lease.until_ms
    if any(recall.is_overdue for recall in asked):
        # Some rights were taken back, and the till does not know it yet: until it has released
        # them it may spend nothing.
        until_ms = min(until_ms, now_ms - 1)
    return Answer(given, tuple(recall.told for recall in asked), until_ms)


def rights_moved(
    connection: Connection, terminal: str, epoch: int, entries: Sequence[Entry], now_ms: int
) -> dict[str, Moved]:
    """What `entries` of one journal add to the rights of each member whom they move some of.

    A grant's entry is its receipt: the points were counted when it was written down. One that
    head office does not know was given in a time that a restored database has lost, and counts
    now. One that was withdrawn had been taken after all, and counts as taken back.
    """
    moved: dict[str, Moved] = {}
    taken = [entry for entry in entries if entry.kind == RIGHTS_GRANT]
    for entry, was_withdrawn in _uncounted(connection, terminal, epoch, taken, now_ms):
        before, points = moved.get(entry.member, Moved()), granted(entry).points
        moved[entry.member] = msgspec.structs.replace(
            before,
            granted=before.granted + points,
            reclaimed=before.reclaimed + (points if was_withdrawn else 0),
        )
    for entry in entries:
        if entry.kind == RIGHTS_RELEASE and released(entry).points:
            before, points = moved.get(entry.member, Moved()), released(entry).points
            moved[entry.member] = msgspec.structs.replace(before, released=before.released + points)
    return moved


def settle_rights(
    connection: Connection,
    terminal: str,
    epoch: int,
    members: Collection[str],
    moved: Mapping[str, Moved],
    now_ms: int,
) -> None:
    """Bring recalls and reclaims in line after entries of `members` were added to the books."""
    for member, rights in moved.items():
        if rights.reclaimed:
            place = {"of_terminal": terminal, "of_epoch": epoch, "of_member": member}
            total = connection.execute(_RECLAIMED_OF, place).scalar_one()
            ask(connection, terminal, epoch, member, total, terminal, now_ms)
    freed = {member: rights.released for member, rights in moved.items()}
    tell(connection, BALANCE, settle(connection, terminal, epoch, members, freed))


def _uncounted(
    connection: Connection, terminal: str, epoch: int, taken: Sequence[Entry], now_ms: int
) -> list[tuple[Entry, bool]]:
    """The entries of grants whose points are not counted here, and whether they were withdrawn."""
    if not taken:
        return []
    journal = {"of_terminal": terminal, "of_epoch": epoch}
    known = find_grants(connection, terminal, epoch, [granted(entry).draw for entry in taken])
    found, seen = [], set[int]()
    for entry in taken:
        facts = granted(entry)
        points = facts.points or 1
        row = known.get(facts.draw)
        if facts.draw in seen or (row is not None and row.taken_at_ms is not None):
            continue
        seen.add(facts.draw)
        if row is None:
            connection.execute(
                insert(grants).values(
                    terminal=terminal,
                    epoch=epoch,
                    number=facts.draw,
                    member_id=entry.member,
                    voucher=facts.voucher,
                    points=points,
                    given_at_ms=now_ms,
                    taken_at_ms=now_ms,
                )
            )
        else:
            connection.execute(
                _TAKEN,
                {
                    **journal,
                    "of_number": facts.draw,
                    "of_member": entry.member,
                    "given": points,
                    "now_ms": now_ms,
                },
            )
        if facts.points and (row is None or row.points == 0):
            found.append((entry, row is not None))
    return found


_TAKEN = (
    update(grants)
    .where(
        grants.c.terminal == bindparam("of_terminal"),
        grants.c.epoch == bindparam("of_epoch"),
        grants.c.number == bindparam("of_number"),
    )
    .values(
        taken_at_ms=bindparam("now_ms"), points=bindparam("given"), member_id=bindparam("of_member")
    )
)
_RECLAIMED_OF = select(holdings.c.reclaimed).where(
    holdings.c.terminal == bindparam("of_terminal"),
    holdings.c.epoch == bindparam("of_epoch"),
    holdings.c.member_id == bindparam("of_member"),
)
