"""Versions of the programme at a till: kept by label, in force from their start."""

import sqlite3

import pytest

from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import classic_document, load_programme
from terminal_app.bootstrap import Shop
from terminal_app.store.programmes import (
    keep_programme,
    programme_in_force,
    programme_labelled,
)
from terminal_app.till.answers import Enrolment
from tests.unit.terminal.counter import known

SECOND = classic_document().replace("version = 1", "version = 2")
START_MS = 2_000_000_000_000
SIGNATURE = bytes(64)
"""Checked before a version is kept, and by `ledger verify`."""


@pytest.fixture
def versions(shop: Shop) -> sqlite3.Connection:
    with shop.store.writing() as connection:
        keep_programme(connection, SECOND, START_MS)
    with shop.store.reading() as connection:
        return connection


@pytest.mark.parametrize(
    ("at_ms", "version"), [(-1, 1), (0, 1), (START_MS - 1, 1), (START_MS, 2), (START_MS + 1, 2)]
)
def test_a_version_is_in_force_from_its_start(
    versions: sqlite3.Connection, at_ms: int, version: int
) -> None:
    assert programme_in_force(versions, at_ms).version == version


def test_every_version_stays(versions: sqlite3.Connection) -> None:
    for version in (1, 2):
        kept = programme_labelled(versions, f"classic@{version}")
        assert kept is not None
        assert kept.version == version
    assert programme_labelled(versions, "classic@3") is None


def test_a_bad_document_leaves_the_good_one(shop: Shop) -> None:
    with shop.store.writing() as connection:
        with pytest.raises(ProgrammeInvalid):
            keep_programme(connection, "name = 1", START_MS)
        assert programme_in_force(connection, START_MS).version == 1


def test_another_text_under_a_label_is_taken_signed_and_where_nothing_was_promised(
    shop: Shop,
) -> None:
    other = SECOND.replace("points = 1", "points = 3")
    with shop.store.writing() as connection:
        keep_programme(connection, SECOND, START_MS)
        with pytest.raises(ProgrammeInvalid, match="with another text"):
            keep_programme(connection, other, START_MS + 1)
        assert programme_labelled(connection, "classic@2") == load_programme(SECOND)
        keep_programme(connection, other, START_MS + 1, SIGNATURE)
        assert programme_labelled(connection, "classic@2") == load_programme(other)
        assert programme_in_force(connection, START_MS).version == 1
        assert programme_in_force(connection, START_MS + 1) == load_programme(other)


def test_a_text_that_an_entry_went_by_stays(shop: Shop) -> None:
    known(shop.till.enrol(Enrolment(name="Ala", language="pl")))
    other = classic_document().replace("points = 1", "points = 3")
    with shop.store.writing() as connection:
        with pytest.raises(ProgrammeInvalid, match="with another text"):
            keep_programme(connection, other, 0, SIGNATURE)
        assert programme_labelled(connection, "classic@1") == load_programme(classic_document())
