"""The feed's order: every change gets the next number, in the order of commits.

A thing that changes again moves to the end, so the feed is never longer than what there is to
tell, and a till that was away for a year is told each thing once.

A database put back from a backup draws numbers again that tills were told before. Beside every
draw stands a random mark, so that a number of that other life is known for what it is.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, insert, select, update

from sync_server.store.engine import CHANGES_COUNTER
from sync_server.store.statements import inserting
from sync_server.store.tables import changes, counters, feed_marks

MEMBER = "member"
BALANCE = "balance"
VOUCHER = "voucher"
NOTICE = "notice"
TERMINAL = "terminal"
PRODUCT = "product"
PROGRAMME = "programme"

MARK_BYTES = 12

_MEMBERS_OWN = (MEMBER, BALANCE)
"""Topics whose keys are members."""

PROGRAMME_IN_FORCE = "in-force"
"""The one key of topic `programme`: tills are told the document in force alone."""


class Told(msgspec.Struct, frozen=True):
    """One thing that changed: what kind, which one, and the number of its latest change."""

    topic: str
    key: str
    change_no: int


def tell(connection: Connection, topic: str, keys: Collection[str]) -> None:
    """Put the things `keys` of `topic` at the end of the feed; inside a writing transaction.

    A mapping says of each thing which member it is about; tills that are told of some members
    alone hear of it only then. Members and balances say so by themselves.
    """
    wanted = sorted(set(keys))
    about = keys if isinstance(keys, Mapping) else {}
    if not wanted:
        return
    last = connection.execute(_DRAW_NUMBERS, {"drawn": len(wanted)}).scalar_one()
    first = last - len(wanted) + 1
    mark = secrets.token_urlsafe(MARK_BYTES)
    connection.execute(insert(feed_marks).values(change_no=last, mark=mark))
    statement = inserting(connection, changes)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[changes.c.topic, changes.c.key],
            set_={
                "change_no": statement.excluded.change_no,
                "member_id": statement.excluded.member_id,
            },
        ),
        [
            {
                "topic": topic,
                "key": key,
                "change_no": number,
                "member_id": key if topic in _MEMBERS_OWN else about.get(key, ""),
            }
            for number, key in enumerate(wanted, first)
        ],
    )


def last_change(connection: Connection) -> int:
    """The number of the latest change; 0 when nothing ever changed."""
    value: int = connection.execute(_LAST_NUMBER).scalar_one()
    return value


def mark_at(connection: Connection, number: int) -> str | None:
    """The mark of the draw that change `number` came from; None when it was never drawn."""
    if not 0 < number <= last_change(connection):
        return None
    return connection.execute(_MARK_AT, {"number": number}).scalar()


def changes_after(connection: Connection, cursor: int, limit: int) -> Sequence[Told]:
    """The next changes above number `cursor`, oldest first, at most `limit`."""
    rows = connection.execute(_CHANGES_AFTER, {"cursor": cursor, "most": limit})
    return [Told(topic, key, number) for topic, key, number in rows]


_DRAW_NUMBERS = (
    update(counters)
    .where(counters.c.name == CHANGES_COUNTER)
    .values(value=counters.c.value + bindparam("drawn"))
    .returning(counters.c.value)
)
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
