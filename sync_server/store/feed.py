"""The feed's order: every change gets the next number, in the order of commits.

A thing that changes again moves to the end, so the feed is never longer than what there is to
tell, and a till that was away for a year is told each thing once.
"""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from sync_server.store.engine import CHANGES_COUNTER
from sync_server.store.statements import inserting
from sync_server.store.tables import changes, counters

MEMBER = "member"
BALANCE = "balance"
VOUCHER = "voucher"
NOTICE = "notice"
TERMINAL = "terminal"
PRODUCT = "product"
PROGRAMME = "programme"

PROGRAMME_IN_FORCE = "in-force"
"""The one key of topic `programme`: tills are told the document in force alone."""


class Told(msgspec.Struct, frozen=True):
    """One thing that changed: what kind, which one, and the number of its latest change."""

    topic: str
    key: str
    change_no: int


def tell(connection: Connection, topic: str, keys: Collection[str]) -> None:
    """Put the things `keys` of `topic` at the end of the feed; inside a writing transaction."""
    wanted = sorted(set(keys))
    if not wanted:
        return
    last = connection.execute(_DRAW_NUMBERS, {"drawn": len(wanted)}).scalar_one()
    first = last - len(wanted) + 1
    insert = inserting(connection, changes)
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=[changes.c.topic, changes.c.key],
            set_={"change_no": insert.excluded.change_no},
        ),
        [
            {"topic": topic, "key": key, "change_no": number}
            for number, key in enumerate(wanted, first)
        ],
    )


def last_change(connection: Connection) -> int:
    """The number of the latest change; 0 when nothing ever changed."""
    value: int = connection.execute(_LAST_NUMBER).scalar_one()
    return value


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
_CHANGES_AFTER = (
    select(changes.c.topic, changes.c.key, changes.c.change_no)
    .where(changes.c.change_no > bindparam("cursor"))
    .order_by(changes.c.change_no)
    .limit(bindparam("most"))
)
