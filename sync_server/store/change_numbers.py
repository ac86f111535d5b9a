"""Numbers of changes: drawn once a transaction, as its last act.

The row that numbers are drawn from is held until the commit, so numbers follow the order of
commits; and because it is locked after everything else, no writer that holds it waits for another.

A database put back from a backup draws numbers again that tills were told before. Beside every
draw stands a random mark, so that a number of that other life is known for what it is.
"""

import secrets
from collections.abc import Mapping

from sqlalchemy import Connection, bindparam, insert, update

from sync_server.store.statements import inserting
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
            {"topic": topic, "key": key, "change_no": number, "member_id": untold[topic, key]}
            for number, (topic, key) in enumerate(sorted(untold), last - len(untold) + 1)
        ],
    )


_DRAW = (
    update(counters)
    .where(counters.c.name == CHANGES_COUNTER)
    .values(value=counters.c.value + bindparam("drawn"))
    .returning(counters.c.value)
)
