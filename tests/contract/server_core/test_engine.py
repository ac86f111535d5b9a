"""What a transaction may count on, on either database."""

from sqlalchemy import Engine, select, text

from sync_server.store.engine import reading, writing
from sync_server.store.feed import PRODUCT, last_change, tell
from sync_server.store.tables import changes


def test_a_reader_sees_one_state_throughout(engine: Engine) -> None:
    with reading(engine) as connection:
        told = connection.execute(select(changes)).all()
        last = last_change(connection)
        with writing(engine) as writer:
            tell(writer, PRODUCT, ["590"])
        assert connection.execute(select(changes)).all() == told
        assert last_change(connection) == last
    with reading(engine) as connection:
        assert last_change(connection) == last + 1


def test_reading_leaves_nothing_behind_for_the_writer_after_it(engine: Engine) -> None:
    """Connections are used again: a writer must not get one that may only read."""
    with reading(engine) as connection:
        first = last_change(connection)
    for _ in range(3):
        with writing(engine) as connection:
            tell(connection, PRODUCT, ["590"])
            if engine.dialect.name == "postgresql":
                level = connection.execute(text("SHOW transaction_isolation")).scalar_one()
                assert level == "read committed"
        with reading(engine) as connection:
            first += 1
            assert last_change(connection) == first
