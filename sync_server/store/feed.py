"""The feed's order: every change gets the next number, in the order of commits.

A thing that changes again moves to the end, so the feed is never longer than what there is to
tell, and a till that was away for a year is told each thing once.
"""

from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import told_with
from sync_server.store.change_numbers import CHANGES_COUNTER
from sync_server.store.engine import untold
from sync_server.store.keyed import rows_of
from sync_server.store.tables import changes, counters, feed_marks

MEMBER = "member"
BALANCE = "balance"
SUMS = "sums"
VOUCHER = "voucher"
NOTICE = "notice"
TERMINAL = "terminal"
PRODUCT = "product"
PROGRAMME = "programme"

MAX_NUMBER = 2**63 - 1
"""What either engine holds of a number; a till may name any."""

_MEMBERS_OWN = (MEMBER, BALANCE, SUMS)
"""Topics whose keys are members, or accounts of theirs."""

PROGRAMME_IN_FORCE = "in-force"
"""The key of topic `programme` under which the document in force is told; versions have theirs."""


class Told(msgspec.Struct, frozen=True):
    """One thing that changed: what kind, which one, and the number of its latest change."""

    topic: str
    key: str
    change_no: int


def tell(connection: Connection, topic: str, keys: Collection[str] | Mapping[str, str]) -> None:
    """Have the things `keys` of `topic` told; inside a writing transaction.

    They get their numbers as it ends, each thing once. A mapping says of each thing which member
    it is about; tills that are told of some members alone hear of it only then. Members,
    balances and sums say so by themselves.
    """
    about = keys if isinstance(keys, Mapping) else {}
    waiting = untold(connection)
    for key in keys:
        waiting[topic, key] = told_with(key) if topic in _MEMBERS_OWN else about.get(key, "")


def last_change(connection: Connection) -> int:
    """The number of the latest change; 0 when nothing ever changed."""
    value: int = connection.execute(_LAST_NUMBER).scalar_one()
    return value


def mark_at(connection: Connection, number: int) -> str | None:
    """The mark of the draw that change `number` came from; None when it was never drawn."""
    if not 0 < number <= MAX_NUMBER:
        return None
    rows = rows_of(connection, _MARK_AT, {"number": number})
    return rows[0][0] if rows else None


def changes_after(connection: Connection, cursor: int, limit: int) -> Sequence[Told]:
    """The next changes above number `cursor`, oldest first, at most `limit`."""
    rows = rows_of(connection, _CHANGES_AFTER, {"cursor": cursor, "most": limit})
    return [Told(*row) for row in rows]


_LAST_NUMBER = select(counters.c.value).where(counters.c.name == CHANGES_COUNTER)
_MARK_AT = (
    select(feed_marks.c.mark)
    .where(feed_marks.c.change_no >= bindparam("number"))
    .order_by(feed_marks.c.change_no)
    .limit(1)
)
_CHANGES_AFTER = (
    select(changes.c.topic, changes.c.key, changes.c.change_no)
    .where(changes.c.change_no > bindparam("cursor"))
    .order_by(changes.c.change_no)
    .limit(bindparam("most"))
)
