"""A programme published while the shop trades: each till takes its next version on time."""

import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from loyalty.clock import epoch_ms
from loyalty.journal import EARN, ENROL
from loyalty.programme.document import classic_document, load_programme
from terminal_app.bootstrap import Shop
from terminal_app.commands.ledger_checks import verify
from terminal_app.errors import HeadOfficeUnreachable
from terminal_app.store.journal import entries_of
from terminal_app.store.programmes import dated_versions, programme_in_force, programme_labelled
from terminal_app.till.answers import Sale
from tests.integration.terminal.head_office import BOOKS_FILE, HeadOffice
from tests.integration.terminal.people import CARD
from tests.integration.terminal.tills import enrolled, till_of
from tests.unit.terminal.counter import goods, posted

SECOND = (
    classic_document().replace("version = 1", "version = 2").replace("points = 1", "points = 2")
)
START_IN = timedelta(seconds=10)
"""Longer than a busy machine takes to publish and to sync."""

LATER = timedelta(days=9)


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "second.toml"
    path.write_text(SECOND, "utf-8")
    return path


def points_of_a_sale(shop: Shop, member: str) -> int:
    return posted(shop.till.sell(Sale(basket=goods(1000), member_id=member))).receipt.points


def wait_until(moment: datetime) -> None:
    time.sleep(max((moment - datetime.now(UTC)).total_seconds(), 0) + 0.05)


def test_a_till_starts_the_next_version_on_time_and_one_that_missed_it_stays_right(
    office: HeadOffice, tmp_path: Path, document: Path
) -> None:
    with (
        till_of(office, tmp_path / "one", "KRK-1") as one,
        till_of(office, tmp_path / "two", "KRK-2") as missed,
    ):
        member = enrolled(one, "Ala Kot", CARD)
        one.sync.sync_once()
        missed.sync.sync_once()
        start = datetime.now(UTC) + START_IN
        office.run("programme", "publish", str(document), "--from", start.isoformat())
        one.sync.sync_once()
        office.kill()
        assert points_of_a_sale(one, member) == 10
        with pytest.raises(HeadOfficeUnreachable):
            missed.sync.sync_once()
        wait_until(start)
        assert points_of_a_sale(one, member) == 20
        assert points_of_a_sale(missed, member) == 10
        assert labels(one) == ["classic@1", "classic@1", "classic@2"]
        assert labels(missed) == ["classic@1"]
        office.start()
        one.sync.sync_once()
        missed.sync.sync_once()
        assert points_of_a_sale(missed, member) == 20
        assert office.disagreements() == 0
        [late] = office.late_versions()
        del late["latest"]
        assert late == {
            "terminal": "KRK-2",
            "used": "classic@1",
            "in_force": "classic@2",
            "entries": 1,
            "points_promised": 10,
            "points_in_force": 20,
            "unreadable": 0,
        }


def labels(shop: Shop) -> list[str]:
    with shop.store.reading() as connection:
        return [
            entry.programme
            for entry in entries_of(connection, shop.identity.epoch, CARD)
            if entry.kind in (ENROL, EARN)
        ]


def test_a_version_taken_back_before_its_start_never_starts(
    office: HeadOffice, tmp_path: Path, document: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        start = datetime.now(UTC) + LATER
        office.run("programme", "publish", str(document), "--from", start.isoformat())
        one.sync.sync_once()
        assert due_at(one, start) == "classic@2"
        office.run("programme", "withdraw", "classic@2")
        one.sync.sync_once()
        assert due_at(one, start) == "classic@1"


def test_another_text_under_the_number_of_a_version_that_was_lost_heals_what_was_not_used(
    office: HeadOffice, tmp_path: Path, document: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        start = datetime.now(UTC) + LATER
        office.run("programme", "publish", str(document), "--from", start.isoformat())
        one.sync.sync_once()
        with sqlite3.connect(office.home / BOOKS_FILE) as books:
            # What a backup from before the publishing leaves of it.
            books.execute("DELETE FROM programmes WHERE version = 2")
        other = SECOND.replace("points = 2", "points = 3")
        document.write_text(other, "utf-8")
        office.run("programme", "publish", str(document), "--from", start.isoformat())
        one.sync.sync_once()
        with one.store.reading() as connection:
            assert programme_labelled(connection, "classic@2") == load_programme(other)
            assert programme_in_force(connection, epoch_ms(start)) == load_programme(other)


def test_a_text_that_was_changed_on_the_disk_of_a_till_is_found(
    office: HeadOffice, tmp_path: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        one.sync.sync_once()
        with one.store.writing() as connection:
            assert verify(connection, one.identity) == []
            [told] = dated_versions(connection)
            doctored = told.document.replace("points = 1", "points = 90")
            for column, value in (("document", doctored), ("starts_at_ms", 1), ("signature", None)):
                kept = connection.execute(f"SELECT {column} FROM programmes").fetchone()
                connection.execute(f"UPDATE programmes SET {column} = ?", (value,))
                [finding] = verify(connection, one.identity)
                assert finding.what == "programme classic@1 is not as head office signed it"
                connection.execute(f"UPDATE programmes SET {column} = ?", kept)
            assert verify(connection, one.identity) == []


def due_at(shop: Shop, moment: datetime) -> str:
    with shop.store.reading() as connection:
        return programme_in_force(connection, epoch_ms(moment)).label


def test_a_version_that_head_office_did_not_sign_is_not_taken(
    office: HeadOffice, tmp_path: Path, document: Path
) -> None:
    with till_of(office, tmp_path / "one", "KRK-1") as one:
        member = enrolled(one, "Ala Kot", CARD)
        one.sync.sync_once()
        office.run("programme", "publish", str(document))
        with sqlite3.connect(office.home / BOOKS_FILE) as books:
            forged = SECOND.replace("points = 2", "points = 900")
            books.execute("UPDATE programmes SET document = ? WHERE version = 2", (forged,))
        one.sync.sync_once()
        assert points_of_a_sale(one, member) == 10
        with one.store.reading() as connection:
            assert programme_labelled(connection, "classic@2") is None
