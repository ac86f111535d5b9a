"""A journal is checked beside the till that writes it: what is confirmed meanwhile is not lost."""

import sqlite3
from pathlib import Path

import pytest

from loyalty.journal import Finding
from terminal_app.bootstrap import open_till
from terminal_app.commands import ledger_checks
from terminal_app.store.settings import Identity
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.test_new_journal import findings
from tests.integration.terminal.tills import agreed_points, sell, sold_to_ala


def test_what_is_sold_and_confirmed_during_a_check_is_not_lost(
    office: HeadOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 10)
    check = ledger_checks.verify
    with open_till(home) as one:

        def sold_meanwhile(connection: sqlite3.Connection, identity: Identity) -> list[Finding]:
            """The real check, at the moment when the till goes on beside it."""
            list(connection.execute("SELECT count(*) FROM journal"))
            sell(one, ala, 5)
            one.sync.sync_once()
            return check(connection, identity)

        monkeypatch.setattr(ledger_checks, "verify", sold_meanwhile)
        assert findings(home) == []
        assert agreed_points(one, ala) == 15
