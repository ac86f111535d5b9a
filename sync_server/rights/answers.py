"""What a till is answered about rights, and what follows from those that its entries moved.

At all times the parts that journals hold and the pool at head office make up a member's points. A
grant counts from the moment it is written down here, before its till knows; a release from the
moment its entry arrives.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.wire import Grant, Recall, SyncRequest
from sync_server.rights.draws import answer_draws
from sync_server.rights.moves import Moved
from sync_server.rights.recalls import Asked, ask, drop_spent, recalls_for, settle
from sync_server.store.feed import BALANCE, tell
from sync_server.store.tables import holdings
from sync_server.store.terms import lease_of


class Answer(msgspec.Struct, frozen=True):
    """What a till is told of rights; `rights_until_ms` is on head office's clock."""

    grants: tuple[Grant, ...]
    recalls: tuple[Recall, ...]
    rights_until_ms: int


NO_ANSWER = Answer((), (), 0)


def answer(
    connection: Connection,
    request: SyncRequest,
    history_id: str,
    now_ms: int,
    *,
    is_at_head: bool,
    writes: bool,
) -> Answer:
    """What the till of `request` is told, after its entries were posted and its contact noted.

    `history_id` is that of the books, in which the till's cursor counts. In a transaction that
    `writes`, what is asked of it in vain is forgotten.
    Draws are answered only when it `is_at_head`: a frame that ends before the last entry held is
    an old one, or a copy's, and what it asks for is not for its sender.
    """
    given = answer_draws(connection, request, now_ms) if is_at_head else ()
    lease = lease_of(connection, request.terminal, request.epoch)
    asked: Sequence[Asked] = ()
    if lease.has_recalls:
        cursor = request.cursor if request.history_id == history_id else 0
        if writes:
            drop_spent(connection, request.terminal, request.epoch, cursor)
        asked = recalls_for(connection, request.terminal, request.epoch, cursor)
    until_ms = lease.until_ms
    if any(recall.is_overdue for recall in asked):
        # Some rights were taken back, and the till does not know it yet: until it has released
        # them it may spend nothing.
        until_ms = min(until_ms, now_ms - 1)
    return Answer(given, tuple(recall.told for recall in asked), until_ms)


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


_RECLAIMED_OF = select(holdings.c.reclaimed).where(
    holdings.c.terminal == bindparam("of_terminal"),
    holdings.c.epoch == bindparam("of_epoch"),
    holdings.c.member_id == bindparam("of_member"),
)
