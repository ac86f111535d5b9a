"""Head office's books against their own entries: whole books hold, every meddling shows."""

import pytest
from sqlalchemy import Engine

from sync_server.reconcile.verification import verify_books
from sync_server.store.engine import reading
from sync_server.terminals.ingest import Ingest
from tests.contract.server_core.journals import ZONE, Journal, meddling


def found(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [f"{one.where}: {one.what}" for one in verify_books(connection, ZONE)]


@pytest.fixture
def books(engine: Engine, ingest: Ingest) -> Engine:
    """Two tills' books, a day apart, with an entry in one chain that cannot be read."""
    one, two = Journal("KRK-1"), Journal("WAW-1")
    one.enrol("anna")
    for _ in range(30):
        one.sale("anna", 50)
    one.reward("anna")
    one.bodies.append(b"no entry at all")
    one.goods_return("anna", 20)
    two.sale("anna", 7)
    two.sale("", 900)
    assert ingest.take(one.frame()).refused
    ingest.take(two.frame())
    return engine


def test_whole_books_hold(books: Engine) -> None:
    assert found(books) == []


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("DELETE FROM entries WHERE terminal = 'KRK-1' AND seq = 5", "entries 5 to 5 are missing"),
        ("DELETE FROM entries WHERE terminal = 'WAW-1' AND seq = 2", "it ends at entry 1"),
        ("UPDATE entries SET points = 5000 WHERE seq = 4", "entry 4: points is not"),
        ("UPDATE entries SET receipt = 'other' WHERE seq = 2", "entry 2: receipt is not"),
        ("UPDATE standings SET points = points + 5000", "member anna: the balance is"),
        ("UPDATE holdings SET earned = earned + 1", "the sum of the terminals' parts is"),
        ("UPDATE day_tallies SET sales_minor = 0", "are not its entries'"),
        ("DELETE FROM day_tallies WHERE day = '2026-05-02'", "the sums of 2026-05-02"),
        ("UPDATE heads SET seq = seq + 1 WHERE terminal = 'KRK-1'", "its head is"),
        ("DELETE FROM quarantine", "are missing"),
    ],
)
def test_meddling_shows(books: Engine, statement: str, said: str) -> None:
    with meddling(books) as connection:
        connection.exec_driver_sql(statement)
    assert any(said in one for one in found(books)), found(books)


def test_a_changed_byte_breaks_the_seal(books: Engine) -> None:
    with meddling(books) as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM entries WHERE terminal = 'KRK-1' AND seq = 9"
        ).scalar_one()
        changed = bytes(body)[:-1] + bytes([bytes(body)[-1] ^ 1])
        mark = "%s" if books.dialect.name == "postgresql" else "?"
        connection.exec_driver_sql(
            f"UPDATE entries SET body = {mark} WHERE terminal = 'KRK-1' AND seq = 9", (changed,)
        )
    assert any("do not make the seal" in one for one in found(books))
