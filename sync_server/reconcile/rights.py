"""Who may spend what, checked: every point's right lies in one place, as grants and entries say."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import Connection, and_, func, select

from loyalty.rights import NO_RIGHTS, Rights
from sync_server.reconcile.fold import JournalMember
from sync_server.store.cases import STRANGE
from sync_server.store.tables import cases, grants, holdings, recalls, standings


class Misplaced(msgspec.Struct, frozen=True):
    """Rights that do not add up: whose, or in which journal, and how."""

    where: str
    what: str


def misplaced_rights(
    connection: Connection,
    folded: Mapping[JournalMember, Rights],
    unfounded: Iterable[tuple[str, int, int]],
) -> Iterator[Misplaced]:
    """Everything in the books of rights that does not add up; nothing when they hold.

    `folded` is what the entries of each journal say was granted and released, `unfounded` are
    those that are not what was granted: a case has named them when they came.
    """
    named = {(row.terminal, row.epoch, row.seq) for row in connection.execute(_STRANGE)}
    for terminal, epoch, seq in unfounded:
        if (terminal, epoch, seq) not in named:
            what = f"entry {seq}: it takes a grant that is not written down so"
            yield Misplaced(f"journal {terminal}, epoch {epoch}", what)
    # Added up here: numbers that somebody put there may be more than a database adds.
    held_of: dict[str, int] = {}
    for one in connection.execute(_HELD):
        held = one.points + one.granted - one.released - one.reclaimed
        held_of[one.member_id] = held_of.get(one.member_id, 0) + held
    for kept in connection.execute(_STANDINGS):
        held = held_of.get(kept.member_id, 0)
        where = f"member {kept.member_id}"
        if held + kept.pool != kept.points:
            yield Misplaced(
                where,
                f"tills hold the rights to {held} points and head office to {kept.pool}, "
                f"the balance is {kept.points}",
            )
        if kept.pool < 0:
            yield Misplaced(where, f"head office holds the rights to {kept.pool} points")
    yield from _grants(connection, folded)
    for row in connection.execute(_UNASKED):
        yield Misplaced(
            f"journal {row.terminal}, epoch {row.epoch}, member {row.member_id}",
            f"{row.reclaimed} points were taken back without its word, it is not asked for them",
        )


def _grants(connection: Connection, folded: Mapping[JournalMember, Rights]) -> Iterator[Misplaced]:
    kept = {(row[0], row[1], row[2]): Rights(row[3], row[4]) for row in connection.execute(_KEPT)}
    given = _given(connection)
    for journal in sorted(kept.keys() | given.keys() | folded.keys()):
        books, said = kept.get(journal, NO_RIGHTS), folded.get(journal, NO_RIGHTS)
        granted, taken = given.get(journal, (0, 0))
        where = f"journal {journal[0]}, epoch {journal[1]}, member {journal[2]}"
        for what, ours, theirs in (
            ("points were granted, the grants come to", books.granted, granted),
            ("granted points were taken, the entries say", taken, said.granted),
            ("points were released, the entries say", books.released, said.released),
        ):
            if ours != theirs:
                yield Misplaced(where, f"{ours} {what} {theirs}")


def _given(connection: Connection) -> dict[JournalMember, tuple[int, int]]:
    """Points granted by what is written down, and those of them whose entry arrived."""
    given: dict[JournalMember, tuple[int, int]] = {}
    for row in connection.execute(_GIVEN):
        journal = (row.terminal, row.epoch, row.member_id)
        granted, taken = given.get(journal, (0, 0))
        is_taken = row.taken_at_ms is not None
        given[journal] = (granted + row.points, taken + (row.points if is_taken else 0))
    return given


_HELD = select(
    holdings.c.member_id,
    holdings.c.points,
    holdings.c.granted,
    holdings.c.released,
    holdings.c.reclaimed,
)
_STANDINGS = select(standings.c.member_id, standings.c.points, standings.c.pool).order_by(
    standings.c.member_id
)
_KEPT = select(
    holdings.c.terminal,
    holdings.c.epoch,
    holdings.c.member_id,
    holdings.c.granted,
    holdings.c.released,
).where((holdings.c.granted != 0) | (holdings.c.released != 0))
_GIVEN = select(
    grants.c.terminal,
    grants.c.epoch,
    grants.c.member_id,
    grants.c.points,
    grants.c.taken_at_ms,
).where(grants.c.voucher == "")
_STRANGE = select(cases.c.terminal, cases.c.epoch, cases.c.seq).where(cases.c.kind == STRANGE)
_UNASKED = (
    select(holdings.c.terminal, holdings.c.epoch, holdings.c.member_id, holdings.c.reclaimed)
    .outerjoin(
        recalls,
        and_(
            recalls.c.terminal == holdings.c.terminal,
            recalls.c.epoch == holdings.c.epoch,
            recalls.c.member_id == holdings.c.member_id,
            recalls.c.voucher == "",
        ),
    )
    .where(
        holdings.c.reclaimed != 0,
        (holdings.c.reclaimed < 0) | (func.coalesce(recalls.c.points, 0) < holdings.c.reclaimed),
    )
    .order_by(holdings.c.terminal, holdings.c.epoch, holdings.c.member_id)
)
