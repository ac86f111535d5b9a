"""A till that is a copy, was put back or lost its end goes on in a journal of its own.

Whatever happened to its data: nothing is lost, nothing counts twice, both histories are kept, and
till and head office agree.
"""

import json
import shutil
import sqlite3
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from terminal_app.bootstrap import open_till
from terminal_app.commands.ledger import app as ledger
from terminal_app.config import STORE_FILE
from terminal_app.store import epochs, settings
from terminal_app.sync import rounds
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.test_commands import paragon
from tests.integration.terminal.tills import (
    agreed_points,
    at_head_office,
    balance_at,
    enrolled,
    sell,
    sold_to_ala,
    suspension,
    till_of,
)
from tests.unit.terminal.counter import known

MOST_ROUNDS = 30
"""For a dozen entries, however they are cut into frames."""


def findings(home: Path) -> list[Any]:
    told = CliRunner().invoke(ledger, ["verify", "--json", "--home", str(home)])
    found: list[Any] = json.loads(told.stdout)["findings"]
    return found


def test_a_till_put_back_from_a_backup_tells_what_it_sold_since(
    office: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 10)
    shutil.copy(home / STORE_FILE, tmp_path / "backup")
    with open_till(home) as one:
        sell(one, ala, 20, reference="LOST-1")
        one.sync.sync_once()
    shutil.copy(tmp_path / "backup", home / STORE_FILE)
    with open_till(home) as one:
        sell(one, ala, 7, reference="R7")
        sell(one, ala, 5)
        result = one.sync.sync_once()
        assert one.identity.epoch == 2
        assert agreed_points(one, ala) == 42
        assert (suspension(one), one.till.status().unsent) == ("", 0)
        assert result.entries >= 2
        sell(one, ala, 7, reference="R7")
        sell(one, ala, 1)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 43
        last = one.till.last_receipt()
        assert last is not None
        assert last.points == 1
    assert findings(home) == []
    office.run("verify")
    assert "fork" in office.cases()


def test_a_sale_that_comes_back_with_a_backup_again_and_again_counts_once(
    office: HeadOffice, tmp_path: Path
) -> None:
    """The backup holds a sale that head office never took under its number."""
    home = tmp_path / "one"
    ala = sold_to_ala(office, home)
    shutil.copy(home / STORE_FILE, tmp_path / "before")
    with open_till(home) as one:
        sell(one, ala, 20)
        one.sync.sync_once()
    shutil.copy(tmp_path / "before", home / STORE_FILE)
    with open_till(home) as one:
        sell(one, ala, 7)
    shutil.copy(home / STORE_FILE, tmp_path / "backup")
    for points in (100, 200):
        shutil.copy(tmp_path / "backup", home / STORE_FILE)
        with open_till(home) as one:
            one.sync.sync_once()
            sell(one, ala, points)
            one.sync.sync_once()
    with open_till(home) as one:
        assert agreed_points(one, ala) == 327
        assert suspension(one) == ""
    assert findings(home) == []
    office.run("verify")


def test_a_till_that_lost_its_end_and_sold_nothing_since(
    office: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 10)
    shutil.copy(home / STORE_FILE, tmp_path / "backup")
    with open_till(home) as one:
        sell(one, ala, 20)
        one.sync.sync_once()
    shutil.copy(tmp_path / "backup", home / STORE_FILE)
    with open_till(home) as one:
        one.sync.sync_once()
        assert one.identity.epoch == 2
        assert agreed_points(one, ala) == 30
        sell(one, ala, 1)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 31
    assert findings(home) == []
    office.run("verify")
    assert "cut-off" in office.cases()


def test_entries_taken_from_the_end_of_the_file_are_told_back_as_points(
    office: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 10, 10, 10, 10)
    connection = sqlite3.connect(home / STORE_FILE, isolation_level=None)
    connection.execute("DROP TRIGGER journal_stays")
    connection.execute("DELETE FROM journal WHERE seq > 3")
    connection.close()
    assert next(each["seq"] for each in findings(home)) == 3
    with open_till(home) as one:
        one.sync.sync_once()
        assert one.identity.epoch == 2
        assert agreed_points(one, ala) == 40
    # Head office holds the entries; here their receipts alone are left, and are named.
    assert all(each["what"].startswith("receipt") for each in findings(home))
    office.run("verify")


def test_a_cloned_till_and_its_original_both_go_on(office: HeadOffice, tmp_path: Path) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(till_of(office, tmp_path / "one", "KRK-1"))
        ala = enrolled(one)
        sell(one, ala, 10)
        one.sync.sync_once()
        sell(one, ala, 1)
        # The whole home, copied while the till runs: with entries that were not told yet.
        shutil.copytree(tmp_path / "one", tmp_path / "clone")
        clone = stack.enter_context(open_till(tmp_path / "clone"))
        assert suspension(clone) == "copy"
        sell(one, ala, 2)
        sell(clone, ala, 4)
        one.sync.sync_once()
        clone.sync.sync_once()
        # By way of the journal of its fork, which another copy may come to as well.
        assert (one.identity.epoch, clone.identity.epoch) == (1, 3)
        assert suspension(clone) == ""
        sell(clone, ala, 8)
        sell(one, ala, 16)
        for till in (one, clone, one):
            till.sync.sync_once()
        assert at_head_office(one)[ala] == 41
        assert (balance_at(one, ala), balance_at(clone, ala)) == (41, 41)
        cards = {enrolled(shop, "Ola") for shop in (one, clone)}
        assert len(cards) == 2
        for till in (one, clone):
            till.sync.sync_once()
    assert findings(tmp_path / "one") == findings(tmp_path / "clone") == []
    office.run("verify")


@pytest.mark.parametrize("frame", [1, 2, 3])
def test_a_clone_is_found_wherever_frames_end(
    office: HeadOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, frame: int
) -> None:
    monkeypatch.setattr(rounds, "MAX_ENTRIES_A_FRAME", frame)
    with ExitStack() as stack:
        one = stack.enter_context(till_of(office, tmp_path / "one", "KRK-1"))
        ala = enrolled(one)
        for points in (1, 2):
            sell(one, ala, points)
        shutil.copytree(tmp_path / "one", tmp_path / "clone")
        clone = stack.enter_context(open_till(tmp_path / "clone"))
        for till in (one, clone):
            sell(till, ala, 4)
            assert till.sync.sync_once().rounds < MOST_ROUNDS
        one.sync.sync_once()
        assert (balance_at(one, ala), balance_at(clone, ala)) == (11, 11)
    office.run("verify")


def test_a_clone_that_is_first_drives_its_original_to_a_new_journal(
    office: HeadOffice, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        one = stack.enter_context(till_of(office, tmp_path / "one", "KRK-1"))
        ala = enrolled(one)
        one.sync.sync_once()
        shutil.copytree(tmp_path / "one", tmp_path / "clone")
        clone = stack.enter_context(open_till(tmp_path / "clone"))
        sell(clone, ala, 4)
        sell(one, ala, 2)
        clone.sync.sync_once()
        one.sync.sync_once()
        assert sorted((one.identity.epoch, clone.identity.epoch)) == [2, 3]
        clone.sync.sync_once()
        assert at_head_office(one)[ala] == 6
        assert (balance_at(one, ala), balance_at(clone, ala)) == (6, 6)
    assert findings(tmp_path / "one") == findings(tmp_path / "clone") == []
    office.run("verify")


def test_a_till_set_up_again_in_its_home_tells_what_waited(
    office: HeadOffice, tmp_path: Path
) -> None:
    home = tmp_path / "one"
    with till_of(office, home, "KRK-1") as one:
        ala = enrolled(one)
        sell(one, ala, 10)
        one.sync.sync_once()
        sell(one, ala, 5)
    again = ("setup", "--again", "--code", office.new_code("KRK-1"), "--home", str(home))
    done = paragon(*again)
    assert done.returncode == 0, done.stderr
    assert "journal 2" in done.stdout
    with open_till(home) as one:
        assert (suspension(one), one.identity.epoch) == ("", 2)
        assert agreed_points(one, ala) == 15
        sell(one, ala, 1)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 16
    assert findings(home) == []
    assert office.disagreements() == 0
    other = paragon("setup", "--again", "--code", office.new_code("KRK-2"), "--home", str(home))
    assert other.returncode == 2
    assert "This code is of terminal KRK-2" in other.stderr


def test_a_till_set_up_again_with_the_line_down_moves_when_it_is_back(
    office: HeadOffice, tmp_path: Path
) -> None:
    from terminal_app.joining import join_again

    home = tmp_path / "one"
    with till_of(office, home, "KRK-1") as one:
        ala = enrolled(one)
        sell(one, ala, 10)
    join_again(home, "", office.new_code("KRK-1"))
    shown = paragon("status", "--home", str(home))
    assert "suspended: it was set up again" in shown.stdout
    with open_till(home) as one:
        assert (suspension(one), one.identity.epoch) == ("enrolled", 1)
        sell(one, ala, 5)
        one.sync.sync_once()
        assert (suspension(one), one.identity.epoch) == ("", 2)
        assert agreed_points(one, ala) == 15
    assert findings(home) == []
    assert office.disagreements() == 0


@pytest.mark.parametrize(
    ("damage", "lost"),
    [
        ("UPDATE journal SET body = zeroblob(40) WHERE seq = 4", 10),
        ("DELETE FROM journal WHERE seq = 4", 10),
        # Seals are not sent: head office makes them itself, and they come to the same end.
        ("UPDATE journal SET seal = zeroblob(32) WHERE seq = 4", 0),
    ],
)
def test_an_untold_entry_that_is_damaged_stops_none_behind_it(
    office: HeadOffice, tmp_path: Path, damage: str, lost: int
) -> None:
    home = tmp_path / "one"
    with till_of(office, home, "KRK-1") as one:
        ala = enrolled(one)
        one.sync.sync_once()
        for points in (1, 2, 10, 20, 40):
            sell(one, ala, points)
        connection = sqlite3.connect(home / STORE_FILE, isolation_level=None)
        connection.execute("DROP TRIGGER journal_stays")
        connection.execute("DROP TRIGGER journal_keeps")
        connection.execute(damage)
        connection.close()
        one.sync.sync_once()
        assert agreed_points(one, ala) == 73 - lost
        sell(one, ala, 100)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 173 - lost
        assert suspension(one) == ""
    # What is damaged stays, and is named.
    assert any(each["seq"] in (4, 5) for each in findings(home))
    office.run("verify")


def test_a_till_from_before_signatures_learns_who_signs(office: HeadOffice, tmp_path: Path) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        ala = enrolled(one)
        one.sync.sync_once()
        key = one.identity.server_key
        with one.store.writing() as connection:
            settings.write_identity(connection, replace(one.identity, server_key=b""))
            state = settings.read_sync_state(connection)
            settings.write_sync_state(connection, replace(state, told_version=1))
        one.sync.sync_once()
        assert len(key) == 32
        assert one.identity.server_key == key
        assert known(one.till.member(ala)).member.name == "Ala"
        with one.store.reading() as connection:
            receipt = epochs.read_receipt(connection, 1)
        assert receipt is not None
        assert receipt.seq == 1


@pytest.mark.parametrize("reference", ["", "POS-1"])
def test_a_sale_of_a_lost_time_asked_again_counts_once(
    office: HeadOffice, tmp_path: Path, reference: str
) -> None:
    """The till's software repeats a sale after the till was put back: it is one sale here."""
    home = tmp_path / "one"
    ala = sold_to_ala(office, home)
    shutil.copy(home / STORE_FILE, tmp_path / "backup")
    with open_till(home) as one:
        sell(one, ala, 3, reference)
    shutil.copy(tmp_path / "backup", home / STORE_FILE)
    with open_till(home) as one:
        sell(one, ala, 3, reference)
        one.sync.sync_once()
        assert agreed_points(one, ala) == 3
        assert one.identity.epoch == 1
    assert office.disagreements() == 0
