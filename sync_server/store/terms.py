"""The terms of rights: how long they last, by the programme in force and the ones before it."""

from functools import lru_cache

import msgspec
from sqlalchemy import Connection, Text, cast, exists, func, select
from sqlalchemy.sql.expression import bindparam, literal

from loyalty.programme.document import load_programme
from loyalty.programme.terms.offline import Offline
from sync_server.store.cases import RESTORED
from sync_server.store.held import DAY_MS, lease_from_ms
from sync_server.store.keyed import rows_of
from sync_server.store.settings import PROGRAMME
from sync_server.store.tables import cases, journals, programmes, recalls, settings, terminals

MAX_PROGRAMMES_KEPT = 64


class Lease(msgspec.Struct, frozen=True):
    """Until when a journal's rights may be spent, and whether some of them were asked back."""

    until_ms: int
    has_recalls: bool


def lease_of(connection: Connection, terminal: str, epoch: int) -> Lease:
    """The lease of a journal by the contact that was noted last."""
    rows = rows_of(connection, _LEASE_OF, {"terminal": terminal, "epoch": epoch})
    if not rows:
        return Lease(0, has_recalls=False)
    last_contact_ms, document, followed_at_ms, has_recalls = rows[0]
    from_ms = lease_from_ms(last_contact_ms, followed_at_ms)
    return Lease(from_ms + _offline(document).days * DAY_MS, bool(has_recalls))


def offline_terms(connection: Connection) -> Offline:
    """What the programme in force says of rights."""
    return _offline(connection.execute(_IN_FORCE).scalar_one())


class LongestLease(msgspec.Struct, frozen=True):
    """What to wait for before a till's rights are surely over.

    It may hold a lease of a programme before the present one, and books that were put back at
    `restored_at_ms` may not know that it was in touch before that.
    """

    days: int
    restored_at_ms: int

    def until_ms(self, lease_from_ms: int) -> int:
        """The end of a lease that was given at `lease_from_ms`, as far as the books know."""
        return max(lease_from_ms, self.restored_at_ms) + self.days * DAY_MS


def longest_lease(connection: Connection) -> LongestLease:
    """The longest lease that any programme gave which was ever in force here."""
    days = max(_offline(document).days for document in connection.execute(_EVERY).scalars())
    restored_at_ms = connection.execute(_RESTORED_AT).scalar()
    return LongestLease(days, restored_at_ms or 0)


@lru_cache(MAX_PROGRAMMES_KEPT)
def _offline(document: str) -> Offline:
    return load_programme(document).offline


_IN_FORCE = select(programmes.c.document).join(
    settings,
    (settings.c.key == PROGRAMME)
    & (settings.c.value == programmes.c.name + literal("@") + cast(programmes.c.version, Text)),
)
_RESTORED_AT = select(func.max(cases.c.opened_at_ms)).where(cases.c.kind == RESTORED)
_EVERY = select(programmes.c.document)
_LEASE_OF = select(
    terminals.c.last_contact_ms,
    _IN_FORCE.scalar_subquery().label("document"),
    select(func.min(journals.c.started_at_ms))
    .where(journals.c.terminal == terminals.c.terminal, journals.c.epoch > bindparam("epoch"))
    .scalar_subquery()
    .label("followed_at_ms"),
    exists()
    .where(recalls.c.terminal == terminals.c.terminal, recalls.c.epoch == bindparam("epoch"))
    .label("has_recalls"),
).where(terminals.c.terminal == bindparam("terminal"))
