"""Books of the first version come forward whole, in one step or not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from sqlalchemy import Connection, Engine, event, insert, table, text
from sqlalchemy.sql.expression import column

from loyalty.clock import epoch_ms
from loyalty.programme.document import classic_document
from loyalty.wire import Outcome
from sync_server.reconcile.verification import verify_books
from sync_server.store import schema
from sync_server.store.engine import migrating, open_engine, reading, writing
from sync_server.store.schema import migrate, newest_schema_version, schema_version
from sync_server.store.server_key import server_key
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import (
    START,
    VOUCHER_GONE_MS,
    ZONE,
    Journal,
    ShopClock,
    rows,
)

FIRST = "0001"


def first_tables(engine: Engine) -> None:
    """Make the tables as the first version made them."""
    scripts = schema._scripts()
    with (
        migrating(engine) as connection,
        EnvironmentContext(
            Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs(FIRST, revision)
        ) as environment,
    ):
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def put(connection: Connection, name: str, /, **values: Any) -> None:
    connection.execute(insert(table(name, *map(column, values))).values(**values))


def write_first_books(connection: Connection, till: Journal, refused: int) -> None:
    """What the first version held of `till`: its entry `refused` cannot be read."""
    _first_chain(connection)
    _first_entries(connection, till, refused)
    _first_sums(connection, till)


def _first_chain(connection: Connection) -> None:
    settings = {
        "history_id": "history-1",
        "shop": "Shop",
        "currency": "GBP",
        "timezone": ZONE.key,
        "programme": "classic@1",
        "link_secret": "secret",
    }
    for key, value in settings.items():
        put(connection, "settings", key=key, value=value)
    put(
        connection,
        "programmes",
        version=1,
        name="classic",
        document=classic_document(),
        published_at_ms=1,
    )
    put(connection, "branches", branch="KRK", name="Kraków")
    put(connection, "terminals", terminal="KRK-1", number=7, epoch=2, branch="KRK", token_hash="t")
    for epoch in (1, 2):
        put(
            connection,
            "terminal_keys",
            terminal="KRK-1",
            epoch=epoch,
            public_key=bytes([epoch]) * 32,
        )


def _first_entries(connection: Connection, till: Journal, refused: int) -> None:
    for seq, body in enumerate(till.bodies[:4], 1):
        place = {"terminal": "KRK-1", "epoch": 1, "seq": seq, "body": body, "received_at_ms": 1}
        if seq == refused:
            put(connection, "quarantine", id="q", reason="torn", in_chain=True, **place)
            continue
        is_sale = seq == 1
        put(
            connection,
            "entries",
            **place,
            kind="earn" if is_sale else "redeem" if seq == 3 else "voucher-issued",
            member="anna",
            points=600 if is_sale else -500 if seq == 3 else 0,
            amount_minor=60_000 if is_sale else 0,
            receipt=f"KRK-1/{min(seq, 3)}",
            programme="classic@1",
            occurred_at_ms=epoch_ms(START) + 3_600_000 * seq,
            recorded_at_ms=epoch_ms(START) + 3_600_000 * seq,
            day="2026-05-01",
        )


def _first_sums(connection: Connection, till: Journal) -> None:
    put(connection, "heads", terminal="KRK-1", epoch=1, seq=4, seal=till.seal_at(4))
    balance = {"points": 100, "earned": 600, "redeemed": 500}
    put(connection, "standings", member_id="anna", sales=1, sales_minor=60_000, **balance)
    put(connection, "holdings", member_id="anna", terminal="KRK-1", epoch=1, **balance)
    put(
        connection,
        "vouchers",
        number="KRK-1.1.4",
        member_id="anna",
        amount_minor=500,
        currency="GBP",
        expires_at_ms=VOUCHER_GONE_MS,
        issued_terminal="KRK-1",
        issued_at_ms=epoch_ms(START) + 3_600_000 * 4,
        state="issued",
    )
    put(
        connection,
        "vouchers",
        number="KRK-1.1.2",
        member_id="anna",
        amount_minor=500,
        state="redeemed",
    )
    put(
        connection,
        "day_tallies",
        terminal="KRK-1",
        epoch=1,
        day="2026-05-01",
        last_seq=4,
        entries=3,
        sales=1,
        sales_minor=60_000,
        points_earned=600,
        points_redeemed=500,
        vouchers_issued=1,
    )


@pytest.fixture
def till() -> Journal:
    """A till with entries that are held, and one more that was never sent."""
    till = Journal()
    till.sale("anna", 600)
    till.spoil()
    till.reward("anna")
    till.sale("anna", 20)
    return till


@pytest.fixture
def first_books(empty_url: str, till: Journal) -> Iterator[Engine]:
    engine = open_engine(empty_url)
    first_tables(engine)
    with migrating(engine) as connection:
        write_first_books(connection, till, refused=2)
    yield engine
    engine.dispose()


def assert_whole(engine: Engine, till: Journal) -> None:
    with writing(engine) as connection:
        # As a server does when it starts.
        server_key(connection)
    with reading(engine) as connection:
        assert schema_version(connection) == newest_schema_version()
        # Of this one the fixture holds no entry.
        assert [finding.where for finding in verify_books(connection, ZONE)] == [
            "voucher KRK-1.1.2"
        ]
    kept = {row["seq"]: row for row in [*rows(engine, "entries"), *rows(engine, "quarantine")]}
    assert [kept[seq]["body"] for seq in range(1, 5)] == till.bodies[:4]
    assert [kept[seq]["seal"] for seq in range(1, 5)] == [till.seal_at(seq) for seq in range(1, 5)]
    held = {
        row["number"]: (row["held_terminal"], row["held_epoch"]) for row in rows(engine, "vouchers")
    }
    assert held == {"KRK-1.1.4": ("KRK-1", 1), "KRK-1.1.2": (None, 0)}
    given = {row["epoch"]: (row["number"], row["public_key"]) for row in rows(engine, "journals")}
    assert given == {1: (-701, b"\1" * 32), 2: (7, b"\2" * 32)}


def test_books_of_the_first_version_are_carried_over(first_books: Engine, till: Journal) -> None:
    migrate(first_books)
    assert_whole(first_books, till)
    taken = Ingest(first_books, ShopClock(), ZONE, []).take(till.frame(5, version=1))
    assert (taken.outcome, taken.head.seq) == (Outcome.ACCEPTED, 5)
    assert taken.signature
    assert rows(first_books, "standings")[0]["points"] == 120


@pytest.mark.parametrize(
    "at", ["CREATE TABLE recalls", "INSERT INTO entries", "DROP TABLE entries_before"]
)
def test_a_step_cut_off_half_way_leaves_the_old_books(
    first_books: Engine, till: Journal, at: str
) -> None:
    def cut_off(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if at in " ".join(statement.split()):
            raise KeyboardInterrupt

    event.listen(first_books, "before_cursor_execute", cut_off)
    with pytest.raises(KeyboardInterrupt):
        migrate(first_books)
    event.remove(first_books, "before_cursor_execute", cut_off)
    with reading(first_books) as connection:
        assert schema_version(connection) == FIRST
        held = connection.execute(text("SELECT seq FROM entries ORDER BY seq")).scalars().all()
    assert held == [1, 3, 4]
    migrate(first_books)
    assert_whole(first_books, till)
