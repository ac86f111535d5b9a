"""The order of the feed on PostgreSQL, where transactions do commit side by side."""

import atexit
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from uuid import uuid4

from sqlalchemy import Connection, Engine, bindparam, event, func, select, text

from sync_server.store import change_numbers
from sync_server.store.engine import open_engine, reading, writing_beside
from sync_server.store.feed import changes_after, last_change
from sync_server.store.register import Product, put_products
from sync_server.store.schema import migrate
from sync_server.store.settings import HISTORY_ID, SERVER_KEY
from tests.benchmarks.processes import new_database, postgres
from tests.crashes.planted import Planted
from tests.crashes.planted_till import StockedTill

WAITING_S = 0.5
"""How long a transaction that is let by at once would take, many times over."""

PATIENCE_S = 20.0
MOST = 100
EARLY = "numbers_drawn_early"


def _late_commit(_till: StockedTill) -> str:
    """One transaction draws its numbers and commits after another that draws after it."""
    with _books() as engine:
        drawn, may_commit = threading.Event(), threading.Event()

        def put(code: str) -> None:
            with writing_beside(engine) as connection:
                put_products(connection, [Product(code, "", 1)])

        slow, fast = (threading.Thread(target=put, args=(code,)) for code in ("slow", "fast"))

        def hold(_connection: Connection) -> None:
            if threading.current_thread() is slow:
                drawn.set()
                may_commit.wait()

        event.listen(engine, "commit", hold)
        slow.start()
        assert drawn.wait(PATIENCE_S), "nothing was committed"
        fast.start()
        fast.join(WAITING_S)
        seen, cursor = _told(engine, 0)
        may_commit.set()
        slow.join()
        fast.join()
        seen |= _told(engine, cursor)[0]
    missed = {"slow", "fast"} - seen
    return f"a till that follows the feed is never told of {', '.join(missed)}" if missed else ""


def _told(engine: Engine, cursor: int) -> tuple[set[str], int]:
    with reading(engine) as connection:
        found = changes_after(connection, cursor, MOST)
    return {one.key for one in found}, found[-1].change_no if found else cursor


@cache
def _server_url() -> str:
    """One server for all that looks here; it ends with the process."""
    running = ExitStack()
    atexit.register(running.close)
    return running.enter_context(postgres()).url


@contextmanager
def _books() -> Iterator[Engine]:
    engine = open_engine(new_database(_server_url(), f"planted_{uuid4().hex}"))
    try:
        migrate(engine)
        with writing_beside(engine) as connection:
            first = last_change(connection) + 1
            connection.execute(text(f"CREATE SEQUENCE {EARLY} START {first}"))
        yield engine
    finally:
        engine.dispose()


_NEXTVAL = select(
    func.nextval(EARLY),
    change_numbers.fact(HISTORY_ID),
    change_numbers.fact(SERVER_KEY),
).where(bindparam("drawn") == 1)
"""Numbers as a sequence gives them, which no transaction holds."""

FEED_FAULTS = (
    Planted(
        "a cursor against out-of-order commits, on PostgreSQL",
        "the row that numbers are drawn from is held until the commit",
        "a reader of the feed",
        _late_commit,
        lambda: ((change_numbers, "_DRAW", _NEXTVAL),),
    ),
)
"""What is planted in the feed."""
