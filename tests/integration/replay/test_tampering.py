"""Somebody with the till's file and a SQLite shell: whatever they do to the journal is named.

Each deed is done twice: plainly, and by somebody who knows the house and also repairs what they
can: columns, seals behind the deed, and the anchor of the journal's end. Head office's signature
over the confirmed end they cannot make.
"""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace
from typer.testing import CliRunner

from loyalty.journal import decode_entry, encode_entry, first_seal, next_seal
from loyalty.wire import SignedHead, head_words
from terminal_app.bootstrap import Shop
from terminal_app.commands.ledger import app
from terminal_app.store import epochs, journal, members, settings

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
CONFIRMED = 5
"""Of six entries: the last one was not told to head office yet."""

Rows = dict[int, bytes]
Deed = Callable[[Rows], Rows]


@pytest.fixture
def told(sold: Shop) -> Shop:
    """The till with head office's signed word on its first entries."""
    with sold.store.writing() as connection:
        identity = settings.require_identity(connection)
        settings.write_identity(
            connection, replace(identity, server_key=KEY.public_key().public_bytes_raw())
        )
        state = settings.read_sync_state(connection)
        settings.write_sync_state(connection, replace(state, confirmed_seq=CONFIRMED))
        seal = journal.seal_at(connection, "T1", 1, CONFIRMED)
        assert seal is not None
        signature = KEY.sign(head_words("h", "T1", 1, CONFIRMED, seal))
        epochs.write_receipt(connection, 1, SignedHead("h", CONFIRMED, seal, signature))
    return sold


def changed(rows: Rows) -> Rows:
    entry = decode_entry(rows[2])
    return rows | {2: encode_entry(replace(entry, points=entry.points + 100))}


def removed(rows: Rows) -> Rows:
    return {seq - (seq > 3): body for seq, body in rows.items() if seq != 3}


def inserted(rows: Rows) -> Rows:
    shifted = {seq + (seq > 2): body for seq, body in rows.items()}
    return shifted | {3: rows[2]}


def reordered(rows: Rows) -> Rows:
    return rows | {2: rows[5], 5: rows[2]}


def cut_off(rows: Rows) -> Rows:
    return {seq: body for seq, body in rows.items() if seq <= 3}


def last_cut_off(rows: Rows) -> Rows:
    return {seq: body for seq, body in rows.items() if seq <= CONFIRMED}


def appended(rows: Rows) -> Rows:
    return rows | {7: rows[6]}


def write_plainly(connection: sqlite3.Connection, rows: Rows) -> None:
    """The bytes alone: seals stay with their numbers, columns with their rows."""
    kept = {
        row[0]: row
        for row in connection.execute("SELECT seq, kind, member_id, receipt, seal FROM journal")
    }
    connection.execute("DELETE FROM journal")
    for seq, body in rows.items():
        _, kind, member, receipt, seal = kept.get(seq, kept[max(kept)])
        connection.execute(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?, ?, ?)",
            (seq, kind, member, receipt, body, seal),
        )


def write_knowingly(connection: sqlite3.Connection, rows: Rows) -> None:
    """With numbers and columns as the bytes say, all seals made again, and the anchor moved."""
    connection.execute("DELETE FROM journal")
    seal = first_seal("T1", 1)
    for seq in sorted(rows):
        entry = replace(decode_entry(rows[seq]), seq=seq)
        body = encode_entry(entry)
        seal = next_seal(seal, body)
        connection.execute(
            "INSERT INTO journal VALUES (1, ?, ?, ?, ?, ?, ?)",
            (seq, entry.kind, entry.member, entry.receipt, body, seal),
        )
    connection.execute("UPDATE heads SET seq = ?, seal = ?", (max(rows), seal))


def do(home: Path, deed: Deed, write: Callable[[sqlite3.Connection, Rows], None]) -> None:
    connection = sqlite3.connect(home / "till.sqlite", isolation_level=None)
    connection.execute("DROP TRIGGER journal_keeps")
    connection.execute("DROP TRIGGER journal_stays")
    rows: Rows = dict(connection.execute("SELECT seq, body FROM journal").fetchall())
    write(connection, deed(rows))
    connection.close()


def found(home: Path) -> list[tuple[int, str]]:
    told = CliRunner().invoke(app, ["verify", "--json", "--home", str(home)])
    findings: list[Any] = json.loads(told.stdout)["findings"]
    assert (told.exit_code == 1) == bool(findings)
    return [(each["seq"], each["what"]) for each in findings]


def is_named(home: Path, seq: int, what: str) -> None:
    assert any(place == seq and what in said for place, said in found(home)), found(home)


def test_nothing_is_found_where_nothing_was_done(told: Shop, home: Path) -> None:
    assert found(home) == []


@pytest.mark.parametrize(
    ("deed", "seq", "what"),
    [
        (changed, 2, "were changed"),
        (removed, 3, "were changed"),
        (inserted, 3, "were changed"),
        (reordered, 2, "were changed"),
        (cut_off, 3, "written up to 6"),
        (last_cut_off, 5, "written up to 6"),
        (appended, 7, "put behind the journal's end"),
    ],
)
def test_a_plain_deed_is_named_where_it_was_done(
    told: Shop, home: Path, deed: Deed, seq: int, what: str
) -> None:
    do(home, deed, write_plainly)
    is_named(home, seq, what)


@pytest.mark.parametrize(
    ("deed", "seq", "what"),
    [
        (changed, CONFIRMED, "it or an entry before it is not what head office signed"),
        (removed, CONFIRMED, "it or an entry before it is not what head office signed"),
        (inserted, CONFIRMED, "it or an entry before it is not what head office signed"),
        (reordered, CONFIRMED, "it or an entry before it is not what head office signed"),
        (cut_off, 3, "head office signed that it holds entry 5"),
    ],
)
def test_a_deed_by_somebody_who_knows_the_house_breaks_the_signature(
    told: Shop, home: Path, deed: Deed, seq: int, what: str
) -> None:
    do(home, deed, write_knowingly)
    is_named(home, seq, what)


def test_an_untold_entry_cut_off_knowingly_is_missed_by_what_was_made_from_it(
    told: Shop, home: Path
) -> None:
    do(home, last_cut_off, write_knowingly)
    assert [what for _, what in found(home) if what.startswith("receipt C3")]


def test_a_forged_word_of_head_office_is_none(told: Shop, home: Path) -> None:
    with told.store.writing() as connection:
        receipt = epochs.read_receipt(connection, 1)
        assert receipt is not None
        epochs.write_receipt(connection, 1, replace(receipt, seq=2))
    is_named(home, 2, "not signed by head office")
    connection = sqlite3.connect(home / "till.sqlite", isolation_level=None)
    connection.execute("UPDATE settings SET value = x'ff' WHERE key = 'receipt.1'")
    connection.close()
    is_named(home, 0, "word on the journal cannot be read")


@pytest.mark.parametrize(("told_version", "is_missed"), [(1, False), (2, True)])
def test_a_word_of_head_office_that_is_gone_is_missed(
    told: Shop, home: Path, told_version: int, *, is_missed: bool
) -> None:
    with told.store.writing() as connection:
        state = settings.read_sync_state(connection)
        settings.write_sync_state(connection, replace(state, told_version=told_version))
        epochs.drop_receipt(connection, 1)
    expected = [(0, "head office confirmed entries, but its signed word on them is gone")]
    assert found(home) == (expected if is_missed else [])


@pytest.mark.parametrize("is_own", [True, False])
def test_a_key_that_tills_are_told_in_place_of_this_one_is_found(
    told: Shop, home: Path, *, is_own: bool
) -> None:
    with told.store.writing() as connection:
        own = settings.require_identity(connection).signing_key.public_key().public_bytes_raw()
        members.put_terminal(connection, "T1", "B", {1: own if is_own else bytes(32)})
    what = "tills are told another key for this one than its vouchers are signed with"
    assert found(home) == ([] if is_own else [(0, what)])


def test_a_journal_that_was_left_is_held_against_its_end_too(told: Shop, home: Path) -> None:
    with told.store.writing() as connection:
        identity = settings.require_identity(connection)
        settings.write_identity(connection, replace(identity, epoch=2, earlier_epochs=(1,)))
    do(home, changed, write_plainly)
    is_named(home, 2, "in journal 1 of this till, its bytes or the entry before it were changed")


def test_the_deeds_are_what_they_say(told: Shop) -> None:
    with told.store.reading() as connection:
        rows = {row.seq: row.body for row in journal.walk(connection, 1)}
    assert sorted(removed(rows)) == [1, 2, 3, 4, 5]
    assert sorted(inserted(rows)) == [1, 2, 3, 4, 5, 6, 7]
    assert msgspec.msgpack.decode(changed(rows)[2])[5] == 620
