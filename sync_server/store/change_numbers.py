"""Numbers of changes: drawn once a transaction, as its last act.

The row that numbers are drawn from is held until the commit, so numbers follow the order of
commits; and because it is locked after everything else, no writer that holds it waits for another.

Beside every draw stands a mark of its own, so that a number which was drawn in a life of the
database that a backup does not know is known for what it is.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, ScalarSelect, bindparam, select, update

from sync_server.store.bulk import Rows
from sync_server.store.marks import put_mark
from sync_server.store.settings import HISTORY_ID, SERVER_KEY
from sync_server.store.tables import changes, counters, settings

CHANGES_COUNTER = "changes"

Untold = dict[tuple[str, str], str]
"""(topic, key) of each thing that changed in a transaction -> the member it is of, or empty."""


def draw_numbers(connection: Connection, untold: Mapping[tuple[str, str], str]) -> None:
    """Put what changed at the end of the feed; inside a writing transaction, and last in it."""
    last, history_id, key = connection.execute(_DRAW, {"drawn": len(untold)}).one()
    put_mark(connection, last, history_id or "", key or "")
    first = last - len(untold) + 1
    _CHANGES.put(
        connection,
        [(*thing, number, untold[thing]) for number, thing in enumerate(sorted(untold), first)],
    )


def fact(key: str) -> ScalarSelect[str]:
    """Setting `key`, read in the statement that draws."""
    return select(settings.c.value).where(settings.c.key == key).scalar_subquery()


_CHANGES = Rows(
    changes, ("topic", "key", "change_no", "member_id"), replaced=("change_no", "member_id")
)
_DRAW = (
    update(counters)
    .where(counters.c.name == CHANGES_COUNTER)
    .values(value=counters.c.value + bindparam("drawn"))
    .returning(counters.c.value, fact(HISTORY_ID), fact(SERVER_KEY))
)
