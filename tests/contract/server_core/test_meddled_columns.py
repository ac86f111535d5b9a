"""Values that a column is not for, as a SQLite shell leaves them: each is named, none stops.

PostgreSQL takes none of them; whether SQLite's books are read to their end is what is asked.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from sync_server.errors import StoreUnavailable
from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import open_engine, reading
from sync_server.store.schema import migrate
from sync_server.store.settings import load_settings
from tests.contract.server_core.journals import (
    ZONE,
    Journal,
    ShopClock,
    found_chain,
    head_office,
    meddling,
)


@pytest.fixture
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('meddled') / 'server.sqlite'}")
    migrate(engine)
    found_chain(engine)
    ingest = head_office(engine, ShopClock())
    one, two = Journal("KRK-1"), Journal("WAW-1")
    one.enrol("anna")
    for _ in range(12):
        one.sale("anna", 50)
    number = one.reward("anna")
    one.spoil(b"\xff no entry at all")
    two.sale("anna", 7)
    two.spend(number)
    ingest.take(one.frame())
    ingest.take(two.frame())
    yield engine
    engine.dispose()


def found(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


def test_books_that_nobody_touched_hold(books: Engine) -> None:
    assert found(books) == []


KRK = "journal KRK-1, epoch 1: "


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "UPDATE entries SET body = CAST(body AS TEXT) WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: body is kept as text, not as blob",
        ),
        (
            "UPDATE entries SET seal = CAST(seal AS TEXT) WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: seal is kept as text, not as blob",
        ),
        (
            "UPDATE entries SET member = CAST('anna' AS BLOB) WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: member is kept as blob, not as text",
        ),
        (
            "UPDATE entries SET member = CAST(x'ff61' AS TEXT) WHERE terminal = 'KRK-1'"
            " AND seq = 3",
            KRK + "entry 3: member is not what its bytes say",
        ),
        (
            "UPDATE entries SET points = 'many' WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: points is kept as text, not as integer",
        ),
        (
            "UPDATE entries SET points = 1.5 WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: points is kept as real, not as integer",
        ),
        (
            "UPDATE entries SET seq = 'third' WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry third: seq is kept as text, not as integer",
        ),
        (
            "UPDATE entries SET epoch = 'first' WHERE terminal = 'KRK-1' AND seq = 3",
            "journal KRK-1, epoch first: entry 3: epoch is kept as text, not as integer",
        ),
        (
            "UPDATE entries SET terminal = x'4b524b2d31' WHERE terminal = 'KRK-1' AND seq = 3",
            KRK + "entry 3: terminal is kept as blob, not as text",
        ),
        (
            "UPDATE quarantine SET body = CAST(body AS TEXT)",
            KRK + "entry 16: body is kept as text, not as blob",
        ),
        ("UPDATE heads SET seal = CAST(seal AS TEXT)", "seal is kept as text, not as blob"),
        ("UPDATE heads SET seq = 'last'", "row KRK-1, 1 of heads: seq is kept as text"),
        ("UPDATE heads SET signature = 'none'", "signature is kept as text, not as blob"),
        ("UPDATE standings SET points = 'many'", "row anna of standings: points is kept as text"),
        ("UPDATE standings SET pool = x'00'", "row anna of standings: pool is kept as blob"),
        ("UPDATE holdings SET granted = 'some'", "of holdings: granted is kept as text"),
        ("UPDATE holdings SET member_id = x'ff'", "of holdings: member_id is kept as blob"),
        ("UPDATE day_tallies SET sales = 'all'", "of day_tallies: sales is kept as text"),
        ("UPDATE vouchers SET held_epoch = 'x'", "of vouchers: held_epoch is kept as text"),
        ("UPDATE members SET card = CAST(card AS BLOB)", "of members: card is kept as blob"),
        ("UPDATE journals SET public_key = 'k'", "of journals: public_key is kept as text"),
        ("UPDATE settings SET value = x'ff' WHERE key = 'server_key'", "server_key of settings"),
    ],
)
def test_what_a_column_is_not_for_is_named_and_what_follows_is_read(
    books: Engine, statement: str, said: str
) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        connection.exec_driver_sql(statement)
        connection.exec_driver_sql(
            "UPDATE entries SET receipt = 'other' WHERE terminal = 'WAW-1' AND seq = 2"
        )
    told = found(books)
    assert any(said in one for one in told), told
    assert "journal WAW-1, epoch 1: entry 2: receipt is not what its bytes say" in told
    assert found(books) == told, "the connection is left as it was"


def test_bytes_that_are_text_are_read_as_the_bytes_they_are(books: Engine) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql("UPDATE entries SET body = CAST(body AS TEXT) WHERE seq = 2")
    assert found(books) == [
        f"journal {terminal}, epoch 1: entry 2: body is kept as text, not as blob"
        for terminal in ("KRK-1", "WAW-1")
    ]


def test_facts_of_the_chain_that_are_no_text_are_refused_in_words(books: Engine) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql("UPDATE settings SET value = x'ff' WHERE key = 'timezone'")
    with reading(books) as connection, pytest.raises(StoreUnavailable, match="timezone") as fault:
        load_settings(connection)
    assert "put the database back" in fault.value.hint
