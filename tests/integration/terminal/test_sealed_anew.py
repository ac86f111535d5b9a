"""A journal out of which somebody took an entry and sealed the rest anew, on a real till.

What stood behind the entry goes to head office again under other numbers: it must not count twice,
and what was taken out stays counted.
"""

import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from loyalty.journal import decode_entry, encode_entry, first_seal, next_seal
from terminal_app.bootstrap import open_till
from terminal_app.commands.ledger import app as ledger
from terminal_app.config import STORE_FILE
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.tills import agreed_points, sell, sold_to_ala


def seal_anew(home: Path, without: int) -> None:
    """Take entry `without` out of the till's journal and make all else as if it had never been."""
    connection = sqlite3.connect(home / STORE_FILE, isolation_level=None)
    guards = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall()
    for name, _ in guards:
        connection.execute(f"DROP TRIGGER {name}")
    bodies = [row[0] for row in connection.execute("SELECT body FROM journal ORDER BY seq")]
    del bodies[without - 1]
    connection.execute("DELETE FROM journal")
    terminal = decode_entry(bodies[0]).terminal
    seal = first_seal(terminal, 1)
    for seq, body in enumerate(bodies, 1):
        entry = replace(decode_entry(body), seq=seq)
        sealed = encode_entry(entry)
        seal = next_seal(seal, sealed)
        connection.execute(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?, ?, ?)",
            (seq, entry.kind, entry.member, entry.receipt, sealed, seal),
        )
    connection.execute("UPDATE heads SET seq = ?, seal = ?", (len(bodies), seal))
    for _, guard in guards:
        connection.execute(guard)
    connection.close()


@pytest.mark.parametrize("without", [2, 3, 5])
def test_what_stood_behind_it_counts_once(office: HeadOffice, tmp_path: Path, without: int) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 10, 20, 40, 80)
    seal_anew(home, without)
    found = CliRunner().invoke(ledger, ["verify", "--home", str(home)])
    assert found.exit_code == 1
    with open_till(home) as one:
        sell(one, ala, 5)
        for _ in range(4):
            one.sync.sync_once()
        assert agreed_points(one, ala) == 155
        sell(one, ala, 1)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 156
    office.run("verify")
    assert "fork" in office.cases()
