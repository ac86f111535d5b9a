"""A journal whose seals do not come to what head office holds: it syncs on in another one, once."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from loyalty.journal import Entry, decode_entry, encode_entry, first_seal, next_seal
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.store import settings
from terminal_app.sync import loop, rounds
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.tills import (
    agreed_points,
    enrolled,
    sell,
    sold_to_ala,
    suspension,
    till_of,
)

Change = Callable[[Sequence[Entry]], Sequence[Entry]]
FRAME_ENTRIES = 2
FEW_ROUNDS = 40


@pytest.fixture(autouse=True)
def _small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """A journal of a few entries is told in several frames, and endless rounds end soon."""
    monkeypatch.setattr(rounds, "MAX_ENTRIES_A_FRAME", FRAME_ENTRIES)
    monkeypatch.setattr(loop, "MAX_ROUNDS", FEW_ROUNDS)


def damage(home: Path, *statements: str) -> None:
    connection = sqlite3.connect(home / STORE_FILE, isolation_level=None)
    for statement in ("DROP TRIGGER journal_stays", "DROP TRIGGER journal_keeps", *statements):
        connection.execute(statement)
    connection.close()


def seal_again(home: Path, change: Change) -> None:
    """Write the whole journal anew, as somebody would who hides a change."""
    damage(home)
    connection = sqlite3.connect(home / STORE_FILE)
    rows = connection.execute("SELECT body FROM journal WHERE epoch = 1 ORDER BY seq")
    changed = change([decode_entry(row[0]) for row in rows])
    connection.execute("DELETE FROM journal")
    seal = first_seal("KRK-1", 1)
    for seq, entry in enumerate(changed, 1):
        body = encode_entry(replace(entry, seq=seq))
        seal = next_seal(seal, body)
        row = (1, seq, entry.kind, entry.member, entry.receipt, body, seal)
        connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    connection.execute("UPDATE heads SET seq = ?, seal = ?", (len(changed), seal))
    connection.commit()
    connection.close()


def confirm_less(shop: Shop, entries: int) -> None:
    """The till never heard that head office took its last `entries`."""
    with shop.store.writing() as connection:
        state = settings.read_sync_state(connection)
        settings.write_sync_state(
            connection, replace(state, confirmed_seq=state.confirmed_seq - entries)
        )


@pytest.mark.parametrize("unheard", [0, 1, 2])
@pytest.mark.parametrize(
    ("change", "points"),
    [
        (lambda entries: [entries[0], replace(entries[1], points=900), *entries[2:]], 127 + 900),
        (lambda entries: [entries[0], entries[2], entries[1], *entries[3:]], 127),
        (lambda entries: [entries[0], *entries[2:]], 127),
    ],
    ids=["changed", "reordered", "removed"],
)
def test_a_journal_that_was_sealed_again_is_left_and_named(
    office: HeadOffice, tmp_path: Path, change: Change, points: int, unheard: int
) -> None:
    """Entries behind the change that head office holds are written again, under other numbers too,
    and do not count again: the journal that has them is left as well."""
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 1, 2, 4, 8)
    with open_till(home) as one:
        confirm_less(one, unheard)
        sell(one, ala, 16)
        sell(one, ala, 32)
    seal_again(home, change)
    with open_till(home) as one:
        one.sync.sync_once()
        assert (one.identity.epoch, suspension(one)) == (3, "")
        sell(one, ala, 64)
        one.sync.sync_once()
        assert one.till.status().unsent == 0
        assert agreed_points(one, ala) == points
    assert "fork" in office.cases()
    office.run("verify")


@pytest.mark.parametrize("changed_seq", [3, 4, 5])
def test_a_change_among_confirmed_entries_is_found_wherever_frames_end(
    office: HeadOffice, tmp_path: Path, changed_seq: int
) -> None:
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 1, 2, 4, 8, 16)
    with open_till(home) as one:
        sell(one, ala, 16)
    seal_again(
        home,
        lambda entries: [
            replace(entry, points=900) if entry.seq == changed_seq else entry for entry in entries
        ],
    )
    with open_till(home) as one:
        one.sync.sync_once()
        assert one.identity.epoch > 1
        assert one.till.status().unsent == 0
    assert "fork" in office.cases()


@pytest.mark.parametrize("sold", [4, 5, 6])
def test_a_damaged_entry_at_the_beginning_of_a_frame_is_found(
    office: HeadOffice, tmp_path: Path, sold: int
) -> None:
    """What was told before it ends where a frame ends, so that it begins the next one."""
    home = tmp_path / "one"
    with till_of(office, home, "KRK-1") as one:
        ala = enrolled(one)
        for _ in range(sold):
            sell(one, ala, 1)
        damage(home, f"UPDATE journal SET body = zeroblob(40) WHERE seq = {sold}")
        one.sync.sync_once()
        assert one.identity.epoch == 2
        assert agreed_points(one, ala) == sold - 1
    office.run("verify")


def test_seals_alone_that_were_lost_before_the_head_cost_nothing(
    office: HeadOffice, tmp_path: Path
) -> None:
    """Every entry is as it was told; the seals after one of them were made from another."""
    home = tmp_path / "one"
    ala = sold_to_ala(office, home, 1, 2, 4)
    damage(
        home,
        "UPDATE journal SET seal = zeroblob(32) WHERE seq = 4",
        "UPDATE heads SET seal = zeroblob(32)",
    )
    with open_till(home) as one:
        for points in (8, 16, 32):
            sell(one, ala, points)
        one.sync.sync_once()
        assert one.identity.epoch == 2
        assert agreed_points(one, ala) == 63
    office.run("verify")
