"""The till's database: private, durable, and honest when it cannot be used."""

import itertools
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from loyalty.journal import Finding
from terminal_app.bootstrap import Shop, open_till
from terminal_app.config import STORE_FILE
from terminal_app.errors import NotSetUp, StoreBusy, StoreFault, StoreFull, StoreTooNew
from terminal_app.store.claim import Claim
from terminal_app.store.connection import open_store
from terminal_app.till.answers import Enrolment, GoodsReturn, Sale
from tests.unit.terminal.counter import ShopClock, faults_of, found_till, goods, known, posted


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found_till(tmp_path / "till")
    return tmp_path / "till"


@pytest.fixture
def shop(home: Path) -> Iterator[Shop]:
    with open_till(home, clock=ShopClock()) as shop:
        yield shop


def test_only_the_owner_may_read_the_files(home: Path, shop: Shop) -> None:
    posted(shop.till.sell(Sale(basket=goods(100))))
    modes = {path.name: path.stat().st_mode & 0o777 for path in home.glob(f"{STORE_FILE}*")}
    assert set(modes) == {STORE_FILE, f"{STORE_FILE}-wal", f"{STORE_FILE}-shm"}
    assert set(modes.values()) == {0o600}


def test_a_confirmed_commit_survives_a_power_cut(shop: Shop) -> None:
    """Only a full sync of a write-ahead log has the bytes on the disk before COMMIT returns."""
    full = 2
    with shop.store.reading() as connection:
        assert connection.execute("PRAGMA synchronous").fetchone() == (full,)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_journal_entries_cannot_be_changed_or_removed(shop: Shop, home: Path) -> None:
    posted(shop.till.sell(Sale(basket=goods(100))))
    for statement, said in [
        ("UPDATE journal SET body = x'00'", "never change"),
        ("UPDATE journal SET seq = 9", "never change"),
        ("DELETE FROM journal", "never removed"),
    ]:
        with pytest.raises(StoreFault, match=said), shop.store.writing() as connection:
            connection.execute(statement)
    assert faults_of(home) == []


def test_tampering_below_the_triggers_is_found(home: Path, shop: Shop) -> None:
    for amount in (100, 200, 300):
        posted(shop.till.sell(Sale(basket=goods(amount))))
    raw = sqlite3.connect(home / STORE_FILE)
    try:
        raw.execute("DROP TRIGGER journal_keeps")
        body = raw.execute("SELECT body FROM journal WHERE seq = 2").fetchone()[0]
        changed = body.replace(b"classic@1", b"classic@9")
        raw.execute("UPDATE journal SET body = ? WHERE seq = 2", (changed,))
        raw.commit()
    finally:
        raw.close()
    assert faults_of(home) == [Finding(2, "its bytes or the entry before it were changed")]


def test_a_folder_without_a_till(tmp_path: Path) -> None:
    with pytest.raises(NotSetUp, match="paragon setup"), open_till(tmp_path):
        pass
    open_store(tmp_path / STORE_FILE).close()
    with pytest.raises(NotSetUp, match="There is no till"), open_till(tmp_path):
        pass


def test_a_database_of_a_newer_version_is_left_alone(home: Path) -> None:
    raw = sqlite3.connect(home / STORE_FILE)
    try:
        raw.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('till', 'm999_rights', '2030-01-01')"
        )
        raw.commit()
        kept = list(raw.iterdump())
        with pytest.raises(StoreTooNew, match="m999_rights") as caught:
            open_store(home / STORE_FILE)
        assert "Install that version" in caught.value.hint
        assert list(raw.iterdump()) == kept
    finally:
        raw.close()


@pytest.mark.parametrize("content", [b"not a database, but long enough to be read" * 99, b"x" * 9])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / STORE_FILE
    path.write_bytes(content)
    with pytest.raises(StoreFault, match="is damaged"):
        open_store(path)
    assert path.read_bytes() == content


def touch_everything(home: Path) -> None:
    with open_till(home) as shop:
        for number in range(1, 201):
            shop.till.sell(Sale(basket=goods(number)))
            shop.till.reprint(f"KRK-1.1.{number}")


def test_a_torn_page_is_a_sentence(home: Path, shop: Shop) -> None:
    for number in range(200):
        posted(shop.till.sell(Sale(basket=goods(number + 1))))
    raw = sqlite3.connect(home / STORE_FILE)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    path = home / STORE_FILE
    content = bytearray(path.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    path.write_bytes(content)
    with pytest.raises(StoreFault, match="is damaged"):
        touch_everything(home)


def test_a_home_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault, match="cannot be used"):
        open_store(tmp_path / "file" / STORE_FILE)


def test_a_database_that_another_program_keeps_locked(home: Path, shop: Shop) -> None:
    raw = sqlite3.connect(home / STORE_FILE, isolation_level=None)
    try:
        raw.execute("BEGIN IMMEDIATE")
        with shop.store.reading() as connection:
            connection.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(StoreBusy, match="was not recorded"):
            shop.till.sell(Sale(basket=goods(100)))
        raw.execute("ROLLBACK")
    finally:
        raw.close()
    posted(shop.till.sell(Sale(basket=goods(100))))
    assert faults_of(home) == []


def long_sale(member: str, number: int) -> Sale:
    return Sale(basket=goods(*range(100, 160)), member_id=member, reference=f"sale-{number}")


def fill_until_full(shop: Shop, member: str) -> int:
    """Sell until the disk is full and give how many sales were confirmed."""
    for number in itertools.count(1):
        try:
            posted(shop.till.sell(long_sale(member, number)))
        except StoreFull as fault:
            refusal = fault
            break
    assert "is full; this was not recorded" in refusal.message
    assert "Make room" in refusal.hint
    return number - 1


def hold_to_books(shop: Shop, home: Path, member: str, confirmed: int) -> None:
    """What was confirmed is there, what was refused is not, not even in part."""
    assert posted(shop.till.reprint(f"sale-{confirmed}")).receipt.reference == f"sale-{confirmed}"
    sale = long_sale(member, confirmed + 1)
    assert not posted(shop.till.sell(sale)).repeated
    assert posted(shop.till.sell(sale)).repeated
    posted(shop.till.take_back(GoodsReturn(basket=goods(100), member_id=member)))
    assert faults_of(home) == []


def test_a_full_database_records_nothing_and_goes_on_after(home: Path, shop: Shop) -> None:
    member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
    with shop.store.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    confirmed = fill_until_full(shop, member)
    assert confirmed > 0
    assert faults_of(home) == []
    with shop.store.reading() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    hold_to_books(shop, home, member, confirmed)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with room for a few sales."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a disk can only be mounted by root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_records_nothing_and_goes_on_after(small_disk: Path) -> None:
    home = small_disk / "till"
    found_till(home)
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(400_000))
    with open_till(home, clock=ShopClock()) as shop:
        member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
        confirmed = fill_until_full(shop, member)
        with pytest.raises(StoreFull):
            shop.till.sell(long_sale(member, confirmed + 2))
        assert known(shop.till.member(member)).balance.points > 0
        ballast.unlink()
        hold_to_books(shop, home, member, confirmed)


def fill(disk: Path) -> Path:
    """Take the last byte of `disk`; gives the file that holds it."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, suppress(OSError):
        while True:
            stream.write(bytes(4096))
    return ballast


def test_a_start_on_a_full_disk_says_that_it_is_full(small_disk: Path) -> None:
    home = small_disk / "till"
    found_till(home)
    ballast = fill(small_disk)
    with pytest.raises(StoreFull, match="is full"), open_till(home) as shop:
        posted(shop.till.sell(Sale(basket=goods(100))))
    with pytest.raises(StoreFull, match="is full"):
        open_store(small_disk / "new.sqlite")
    ballast.unlink()
    with open_till(home) as shop:
        posted(shop.till.sell(Sale(basket=goods(100))))
    assert faults_of(home) == []


def test_a_claim_speaks_of_room_as_the_store_does(small_disk: Path) -> None:
    place = small_disk / "folder.lock"
    place.mkdir()
    with pytest.raises(StoreFault, match="cannot be used"):
        Claim(place).take()
    fill(small_disk)
    with pytest.raises(StoreFull, match="is full"):
        Claim(place).take()
