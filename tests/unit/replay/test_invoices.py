"""Replayed invoices: their customers' cards, and the file of what could not be sold."""

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from loyalty.errors import FileUnreadable
from loyalty.identifiers import is_card_number, minted_card
from loyalty.receipt_files.receipt_lines import Reject
from terminal_app.commands.replay import default_replay_home
from terminal_app.replay.errors import ReplayMismatch
from terminal_app.replay.invoices import card_of, read_invoices
from terminal_app.replay.plan import Plan, same_plan
from terminal_app.replay.rejects import write_rejects

LONDON = ZoneInfo("Europe/London")


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.csv", tmp_path):
        with pytest.raises(FileUnreadable, match="cannot be read"):
            read_invoices(path, LONDON)


def test_no_terminal_can_mint_a_customers_card() -> None:
    assert card_of(17850)[:7] == "2900000"
    assert minted_card(1, 17850)[:7] != card_of(17850)[:7]


def test_a_customer_has_a_good_card_and_a_shopper_without_one_has_none() -> None:
    assert is_card_number(card_of(17850))
    assert card_of(0) == ""


def test_the_rejects_file_is_safe_to_open_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "rejects.csv"
    write_rejects(path, [Reject(2, "torn", '=HYPERLINK("x")'), Reject(7, "zero", 'a,"b"')])
    with path.open(encoding="utf-8", newline="") as stream:
        assert list(csv.reader(stream)) == [
            ["line", "reason", "content"],
            ["2", "torn", '\'=HYPERLINK("x")'],
            ["7", "zero", 'a,"b"'],
        ]


def test_a_rejects_file_that_cannot_be_written_leaves_nothing_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "rejects"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        write_rejects(folder, [])
    assert list(tmp_path.iterdir()) == [folder]


def test_two_files_of_one_name_have_homes_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    homes = [default_replay_home(tmp_path / place / "day.csv.gz") for place in "ab"]
    assert homes[0] != homes[1]
    assert all(home.name.startswith("day-") for home in homes)
    assert default_replay_home(Path("a") / "day.csv.gz") == homes[0]


def test_a_server_is_the_same_with_and_without_a_slash(tmp_path: Path) -> None:
    def plan(url: str) -> Plan:
        return Plan(terminals=1, programme_document="", timezone="UTC", server_url=url)

    same_plan(tmp_path, plan("http://127.0.0.1:9/"), plan("http://127.0.0.1:9"))
    with pytest.raises(ReplayMismatch):
        same_plan(tmp_path, plan("http://127.0.0.1:9/"), plan("http://127.0.0.1:8"))
