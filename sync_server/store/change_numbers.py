"""Numbers of changes: drawn once a transaction, as its last act.

The row that numbers are drawn from is held until the commit, so numbers follow the order of
commits; and because it is locked after everything else, no writer that holds it waits for another.

A database put back from a backup draws numbers again that tills were told before. Beside every
draw stands a random mark, so that a number of that other life is known for what it is.
"""

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, update

from sync_server.store.bulk import Rows
from sync_server.store.tables import changes, counters, feed_marks

CHANGES_COUNTER = "changes"
MARK_BYTES = 12

Untold = dict[tuple[str, str], str]
"""(topic, key) of each thing that changed in a transaction -> the member it is of, or empty."""


def draw_numbers(connection: Connection, untold: Mapping[tuple[str, str], str]) -> None:
    """Put what changed at the end of the feed; inside a writing transaction, and last in it."""
    last = connection.execute(_DRAW, {"drawn": len(untold)}).scalar_one()
    mark = secrets.token_urlsafe(MARK_BYTES)
    connection.execute(insert(feed_marks).values(change_no=last, mark=mark))
    first = last - len(untold) + 1
    _CHANGES.put(
        connection,
        [(*thing, number, untold[thing]) for number, thing in enumerate(sorted(untold), first)],
    )


_CHANGES = Rows(
    changes, ("topic", "key", "change_no", "member_id"), replaced=("change_no", "member_id")
)
_DRAW = (
    update(counters)
    .where(counters.c.name == CHANGES_COUNTER)
    .values(value=counters.c.value + bindparam("drawn"))
    .returning(counters.c.value)
)
