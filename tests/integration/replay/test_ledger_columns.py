"""Values that a column was not made for, as a SQLite shell or a flipped bit leaves them.

`paragon ledger verify` names each and reads on; a till whose bytes are called text goes on selling.
"""

import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner

from loyalty.clock import epoch_ms
from loyalty.journal import VOUCHER_ISSUED, Entry, next_seal
from loyalty.tallies import day_of
from terminal_app.bootstrap import Shop
from terminal_app.commands.ledger import app
from terminal_app.store import journal, ledger, members, settings
from terminal_app.till.answers import Posted, Sale
from tests.integration.replay.conftest import CARD, NOON, goods


def meddle(home: Path, *statements: str) -> None:
    connection = sqlite3.connect(home / "till.sqlite", isolation_level=None)
    for name, guard in connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
        statements += (guard,)
    for statement in statements:
        connection.execute(statement)
    connection.close()


def found(home: Path) -> list[tuple[int, str]]:
    told = CliRunner().invoke(app, ["verify", "--json", "--home", str(home)])
    assert told.exit_code in (0, 1), told.output
    return [(each["seq"], each["what"]) for each in json.loads(told.stdout)["findings"]]


BODY_IS_TEXT = "UPDATE journal SET body = CAST(body AS TEXT) WHERE seq = {}"


@pytest.mark.parametrize(
    ("statement", "seq", "what"),
    [
        (BODY_IS_TEXT.format(2), 2, "journal 1, entry 2: body is kept as text, not as blob"),
        ("UPDATE journal SET seal = CAST(seal AS TEXT) WHERE seq = 2", 2, "entry 2: seal is kept"),
        ("UPDATE journal SET member_id = x'ff' WHERE seq = 2", 2, "member_id is kept as blob"),
        (
            "UPDATE journal SET member_id = CAST(x'ff61' AS TEXT) WHERE seq = 2",
            2,
            "column member_id is '\\\\xffa', the entry says",
        ),
        ("UPDATE journal SET seq = 'two' WHERE seq = 2", 0, "journal 1, entry two: seq is kept as"),
        ("UPDATE journal SET epoch = 'one' WHERE seq = 2", 2, "journal one, entry 2: epoch is"),
        ("UPDATE heads SET seal = CAST(seal AS TEXT)", 0, "row 1 of heads: seal is kept as text"),
        ("UPDATE heads SET seq = 'last'", 0, "row 1 of heads: seq is kept as text"),
        ("UPDATE balances SET points = 'many'", 0, "of balances: points is kept as text"),
        ("UPDATE tallies SET tally = CAST(tally AS TEXT)", 0, "of tallies: tally is kept as text"),
        ("UPDATE vouchers SET amount_minor = 'x'", 0, "of vouchers: amount_minor is kept as text"),
        ("UPDATE receipts SET receipt = 'none'", 0, "of receipts: receipt is kept as text"),
        (
            "UPDATE settings SET value = CAST(value AS TEXT) WHERE key = 'identity'",
            0,
            "row identity of settings: value is kept as text",
        ),
    ],
)
def test_what_a_column_was_not_made_for_is_named_and_what_follows_is_read(
    sold: Shop, home: Path, statement: str, seq: int, what: str
) -> None:
    assert found(home) == []
    meddle(home, statement, "UPDATE journal SET receipt = 'other' WHERE seq = 5")
    told = found(home)
    assert any(place == seq and what in said for place, said in told), told
    assert any(place == 5 and "column receipt is 'other'" in said for place, said in told), told


def test_an_entry_that_says_what_cannot_be_is_named_and_what_follows_is_read(
    sold: Shop, home: Path
) -> None:
    with sold.store.writing() as connection:
        identity = settings.require_identity(connection)
        at = journal.head(connection, "T1", 1)
        strange = Entry(
            terminal="T1",
            epoch=1,
            seq=at.seq + 1,
            kind=VOUCHER_ISSUED,
            member="",
            points=0,
            amount_minor=0,
            receipt="",
            programme="",
            occurred_at_ms=epoch_ms(NOON),
            recorded_at_ms=epoch_ms(NOON),
            payload={"number": 5},
        )
        journal.append(connection, at, [strange])
        ledger.count_in(connection, day_of(strange.occurred_at_ms, identity.zone), [strange])
    assert found(home) == [
        (7, "it cannot be counted: Expected `str`, got `int` - at `$.number`"),
    ]
    meddle(home, "UPDATE balances SET points = points + 1 WHERE source = 'own'")
    assert len(found(home)) == 2
    refused = CliRunner().invoke(app, ["rebuild", "--home", str(home)])
    assert refused.exit_code not in (0, 1)
    assert "Entry 7: it cannot be counted" in refused.output


def test_the_voucher_of_a_copy_that_goes_on_in_another_journal_is_no_meddling(
    sold: Shop, home: Path
) -> None:
    meddle(
        home,
        "INSERT INTO vouchers SELECT 'T1.1.99', member_id, amount_minor, currency,"
        " expires_at_ms, state, 'T1.2' FROM vouchers",
    )
    assert [what for _, what in found(home) if "T1.1.99" in what]
    with sold.store.writing() as connection:
        members.put_terminal(connection, "T1", "B", {2: bytes(32)})
    assert found(home) == []
    meddle(home, "UPDATE vouchers SET held_by = 'T1.1' WHERE number = 'T1.1.99'")
    assert [what for _, what in found(home) if "T1.1.99: it is kept as of this till" in what]


def test_a_till_whose_bytes_are_called_text_goes_on_and_tells_the_bytes(
    sold: Shop, home: Path
) -> None:
    meddle(home, "UPDATE journal SET body = CAST(body AS TEXT), seal = CAST(seal AS TEXT)")
    answer = sold.till.sell(
        Sale(basket=goods(5_00), reference="4", member_id=CARD, occurred_at_ms=epoch_ms(NOON))
    )
    assert isinstance(answer, Posted)
    with sold.store.reading() as connection:
        first, *rest = journal.read_sealed(connection, 1, 1, 100)
    seal = first.seal
    for row in rest:
        assert next_seal(seal, row.body) == row.seal
        seal = row.seal
    assert rest[-1].seq == 7
