"""Who may spend what, checked: every point's right lies in one place, as grants and entries say."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from sqlalchemy import BigInteger, Connection, and_, cast, func, select

from loyalty.rights import NO_RIGHTS, Rights
from sync_server.reconcile.fold import JournalMember
from sync_server.store.cases import STRANGE
from sync_server.store.held import HELD
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
    for row in connection.execute(_SPLIT):
        held = int(row.held or 0)
        if held + row.pool != row.points:
            yield Misplaced(
                f"member {row.member_id}",
                f"tills hold the rights to {held} points and head office to {row.pool}, "
                f"the balance is {row.points}",
            )
        if row.pool < 0:
            yield Misplaced(
                f"member {row.member_id}", f"head office holds the rights to {row.pool} points"
            )
    yield from _grants(connection, folded)
    for row in connection.execute(_UNASKED):
        yield Misplaced(
            f"journal {row.terminal}, epoch {row.epoch}, member {row.member_id}",
            f"{row.reclaimed} points were taken back without its word, it is not asked for them",
        )


def _grants(connection: Connection, folded: Mapping[JournalMember, Rights]) -> Iterator[Misplaced]:
    kept = {(row[0], row[1], row[2]): Rights(row[3], row[4]) for row in connection.execute(_KEPT)}
    given = {(row[0], row[1], row[2]): (int(row[3]), int(row[4])) for row in _given(connection)}
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


def _given(connection: Connection) -> Iterator[tuple[str, int, str, int, int]]:
    for row in connection.execute(_GIVEN):
        yield row.terminal, row.epoch, row.member_id, row.points, row.taken


_PARTS = (
    select(holdings.c.member_id, cast(func.sum(HELD), BigInteger).label("held"))
    .group_by(holdings.c.member_id)
    .subquery()
)
_SPLIT = (
    select(standings.c.member_id, standings.c.points, standings.c.pool, _PARTS.c.held)
    .outerjoin(_PARTS, _PARTS.c.member_id == standings.c.member_id)
    .where(
        (standings.c.pool + func.coalesce(_PARTS.c.held, 0) != standings.c.points)
        | (standings.c.pool < 0)
    )
    .order_by(standings.c.member_id)
)
_KEPT = select(
    holdings.c.terminal,
    holdings.c.epoch,
    holdings.c.member_id,
    holdings.c.granted,
    holdings.c.released,
).where((holdings.c.granted != 0) | (holdings.c.released != 0))
_IS_TAKEN = grants.c.taken_at_ms.is_not(None)
_GIVEN = (
    select(
        grants.c.terminal,
        grants.c.epoch,
        grants.c.member_id,
        cast(func.sum(grants.c.points), BigInteger).label("points"),
        cast(func.coalesce(func.sum(grants.c.points).filter(_IS_TAKEN), 0), BigInteger).label(
            "taken"
        ),
    )
    .where(grants.c.voucher == "")
    .group_by(grants.c.terminal, grants.c.epoch, grants.c.member_id)
)
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
