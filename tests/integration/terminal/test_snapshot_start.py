"""A new till starts from a snapshot, however it is cut short, and never half-knows."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx
import pytest

from loyalty.identifiers import minted_card
from terminal_app.bootstrap import Shop, open_till
from terminal_app.errors import HeadOfficeBusy, HeadOfficeUnreachable
from terminal_app.joining import join_chain
from terminal_app.store import settings
from terminal_app.store.connection import open_store
from terminal_app.sync.changes import forget_told
from terminal_app.sync.loop import SyncResult
from terminal_app.sync.snapshot import FILE_SUFFIX, OnProgress, Progress, is_to_start
from terminal_app.sync.uplink import Uplink
from terminal_app.till.answers import Enrolment, Sale
from tests.integration.terminal.head_office import HeadOffice
from tests.integration.terminal.tills import at_head_office, balance_at, till_of
from tests.unit.terminal.counter import goods, known, posted

MEMBERS = 2_500
FRAMES = 3
"""Of the feed, for so many members: a start from a snapshot needs no more than two."""

LONGEST_WAIT_S = 20

Chunks = Callable[[Iterator[bytes]], Iterator[bytes]]


class CutShort(Exception):
    """The end of a process, in the midst of a start."""


@pytest.fixture(scope="session")
def big_founded(founded: HeadOffice, tmp_path_factory: pytest.TempPathFactory) -> HeadOffice:
    """A head office with more members than a frame holds, and one who has points."""
    place = tmp_path_factory.mktemp("big")
    rows = [f"{minted_card(9, count)},Member {count},KRK" for count in range(MEMBERS)]
    people = place / "people.csv"
    people.write_text("\n".join(["card,name,branch", *rows, ""]), encoding="utf-8")
    office = founded.copied(place / "office")
    office.run("members", "import", str(people))
    office.start()
    with till_of(office, place / "first", "KRK-1") as first:
        posted(first.till.sell(Sale(basket=goods(12_300), member_id=minted_card(9, 7))))
        first.sync.sync_once()
    office.stop()
    return office


@pytest.fixture
def big_office(big_founded: HeadOffice, tmp_path: Path) -> Iterator[HeadOffice]:
    """The same for one test alone, serving."""
    office = big_founded.copied(tmp_path / "office")
    office.start()
    yield office
    office.stop()


@contextmanager
def new_till(
    office: HeadOffice, home: Path, on_progress: OnProgress = lambda _: None
) -> Iterator[Shop]:
    if not home.exists():
        join_chain(home, office.url, office.codes["KRK-2"])
    with open_till(home, on_progress=on_progress) as shop:
        yield shop


def require_all_known(shop: Shop) -> None:
    for count in (0, 7, MEMBERS - 1):
        assert known(shop.till.member(minted_card(9, count))).member.name == f"Member {count}"
    assert balance_at(shop, minted_card(9, 7)) == 123
    with shop.store.reading() as connection:
        assert connection.execute("SELECT count(*) FROM members").fetchone()[0] == MEMBERS
        state = settings.read_sync_state(connection)
    assert state.cursor > MEMBERS
    assert not is_to_start(shop.store)
    assert not shop.store.path.with_name(shop.store.path.name + FILE_SUFFIX).exists()
    assert shop.sync.sync_once().changes == 0


def altered(monkeypatch: pytest.MonkeyPatch, alter: Chunks) -> None:
    """Let what the line brings of a snapshot pass through `alter`."""
    whole: Callable[[Uplink, int], AbstractContextManager[Iterator[bytes]]] = Uplink.snapshot

    @contextmanager
    def snapshot(uplink: Uplink, epoch: int) -> Iterator[Iterator[bytes]]:
        with whole(uplink, epoch) as chunks:
            try:
                yield alter(chunks)
            except httpx.HTTPError as fault:
                raise HeadOfficeUnreachable("The line broke.") from fault

    monkeypatch.setattr(Uplink, "snapshot", snapshot)


def test_a_new_till_knows_all_after_two_rounds(big_office: HeadOffice, tmp_path: Path) -> None:
    heard: list[Progress] = []
    with new_till(big_office, tmp_path / "new", heard.append) as shop:
        result = shop.sync.sync_once()
        assert result.rounds < FRAMES
        assert heard[-1].recorded == heard[-1].parts > 1
        require_all_known(shop)
        # From there on the feed goes on.
        people = tmp_path / "more.csv"
        people.write_text(f"card,name\n{minted_card(8, 1)},Late\n", encoding="utf-8")
        big_office.run("members", "import", str(people))
        assert shop.sync.sync_once().changes == 1
        assert known(shop.till.member(minted_card(8, 1))).member.name == "Late"


def test_sales_before_the_start_count_once(big_office: HeadOffice, tmp_path: Path) -> None:
    member = minted_card(9, 7)
    with new_till(big_office, tmp_path / "new") as shop:
        posted(shop.till.sell(Sale(basket=goods(1_000), member_id=member)))
        assert shop.sync.sync_once().entries == 1
        assert balance_at(shop, member) == 133
        held = at_head_office(shop)
        assert held[member] == 133


@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_start_that_is_cut_short_goes_on(
    big_office: HeadOffice, tmp_path: Path, parts: int
) -> None:
    def cut(progress: Progress) -> None:
        if progress.recorded == parts:
            raise CutShort

    heard: list[Progress] = []
    with new_till(big_office, tmp_path / "new", cut) as shop, pytest.raises(CutShort):
        shop.sync.sync_once()
    with new_till(big_office, tmp_path / "new", heard.append) as shop:
        assert is_to_start(shop.store)
        shop.sync.sync_once()
        # Neither fetched nor recorded twice.
        assert heard[0].recorded == parts + 1
        require_all_known(shop)


def test_a_line_that_breaks_costs_the_way_to_there(
    big_office: HeadOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(chunks: Iterator[bytes]) -> Iterator[bytes]:
        yield next(chunks)
        raise httpx.ReadError("cut")

    with new_till(big_office, tmp_path / "new") as shop:
        with monkeypatch.context() as line:
            altered(line, broken)
            with pytest.raises(HeadOfficeUnreachable):
                shop.sync.sync_once()
        assert is_to_start(shop.store)
        assert synced_once_let_go(shop).rounds < FRAMES
        require_all_known(shop)


def synced_once_let_go(shop: Shop) -> SyncResult:
    """The first sync after head office has noticed that nobody reads what it sends: until then the
    terminal has a snapshot on its way, and is told to come again."""
    until_s = time.monotonic() + LONGEST_WAIT_S
    while True:
        try:
            return shop.sync.sync_once()
        except HeadOfficeBusy:
            assert time.monotonic() < until_s
            time.sleep(0.05)


def flipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    whole = bytearray(b"".join(chunks))
    whole[len(whole) // 2] ^= 1
    yield bytes(whole)


def cut_off(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield b"".join(chunks)[:-1]


def not_one(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield b"<html>Welcome to the hotel's network.</html>"


@pytest.mark.parametrize("alter", [flipped, cut_off, not_one])
def test_a_snapshot_that_cannot_be_believed_is_not_taken(
    big_office: HeadOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alter: Chunks
) -> None:
    heard: list[Progress] = []
    with new_till(big_office, tmp_path / "new", heard.append) as shop:
        altered(monkeypatch, alter)
        assert shop.sync.sync_once().rounds >= FRAMES
        assert not any(progress.recorded for progress in heard)
        require_all_known(shop)


def test_who_is_told_from_the_start_meanwhile_hears_it_all(
    big_office: HeadOffice, tmp_path: Path
) -> None:
    """Another program of the till forgets what was told, the first parts of the start with it."""

    def meddle(progress: Progress) -> None:
        if progress.recorded == 2:
            other = open_store(tmp_path / "new" / "till.sqlite")
            with other.writing() as connection:
                forget_told(connection)
            other.close()

    with new_till(big_office, tmp_path / "new", meddle) as shop:
        assert shop.sync.sync_once().rounds >= FRAMES
        require_all_known(shop)


def test_a_branch_meets_a_stranger(office: HeadOffice, tmp_path: Path) -> None:
    office.run("working-sets", "branch")
    with (
        till_of(office, tmp_path / "krakow", "KRK-1") as krakow,
        till_of(office, tmp_path / "warsaw", "WAW-1") as warsaw,
    ):
        anna = known(krakow.till.enrol(Enrolment(name="Anna"))).member.member_id
        posted(krakow.till.sell(Sale(basket=goods(30_000), member_id=anna)))
        krakow.sync.sync_once()
        warsaw.sync.sync_once()
        with warsaw.store.reading() as connection:
            assert connection.execute("SELECT count(*) FROM members").fetchone()[0] == 0
        # Unknown: it earns, nothing of it can be spent, and it is looked up.
        posted(warsaw.till.sell(Sale(basket=goods(1_000), member_id=anna)))
        warsaw.sync.sync_once()
        assert known(warsaw.till.member(anna)).member.name == "Anna"
        assert balance_at(warsaw, anna) == 310
        krakow.sync.sync_once()
        assert balance_at(krakow, anna) == 310
        posted(krakow.till.sell(Sale(basket=goods(500), member_id=anna)))
        krakow.sync.sync_once()
        warsaw.sync.sync_once()
        assert balance_at(warsaw, anna) == 315
    assert office.disagreements() == 0
