"""A write-ahead log that a disk tore, cut or lost: what is left is whole, and known to be old.

SQLite keeps what it committed last in the log alone. Losing its end puts the database back to an
earlier moment, where all is sound and only too old. What head office confirmed is there still; the
till finds that its end is gone before it spends a point, and goes on in a journal of its own.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from terminal_app.bootstrap import open_till
from terminal_app.store import settings
from terminal_app.till.answers import KnownMember
from tests.crashes.chains import CARDS, Chain, founded
from tests.crashes.comparing import case_kinds, findings, quieten, settle
from tests.crashes.flipping import FOUND, HOLDS, run_till
from tests.crashes.selling import Confirmed, Told
from tests.crashes.stock import sold_offline
from tests.crashes.tills import TillProcess

OFFLINE_SALES = 30
TOLD_SALES = 12
UNTOLD_SALES = 3
CUTS = 10
SEED = 21
DATABASE_FILES = ("till.sqlite", "till.sqlite-wal")
FRAME_BYTES = 4_096 + 24

pytestmark = pytest.mark.timeout(300)


class Killed(msgspec.Struct):
    """A chain whose first till was killed with sales in its log, some of them told."""

    chain: Chain
    told: Told
    untold: list[str]
    files: dict[str, bytes]
    rows: list[tuple[int, bytes]]
    confirmed_seq: int


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Killed]:
    told = Told()
    with founded(tmp_path) as chain:
        for each in chain.tills:
            sold_offline(each.name, each.home, OFFLINE_SALES, told, SEED)
        quieten(chain)
        till = chain.tills[0]
        till.start()
        for number in range(TOLD_SALES):
            sell(till, f"TOLD-{number}", told)
        wait_until_told(till)
        chain.office.kill()
        untold = [f"UNTOLD-{number}" for number in range(UNTOLD_SALES)]
        for reference in untold:
            sell(till, reference, told)
        till.kill()
        files = {name: (till.home / name).read_bytes() for name in DATABASE_FILES}
        rows, confirmed_seq = read(till)
        assert len(rows) > confirmed_seq > 0
        yield Killed(chain, told, untold, files, rows, confirmed_seq)


def sell(till: TillProcess, reference: str, told: Told) -> None:
    number = len(told.confirmed)
    sale: dict[str, Any] = {
        "sale": reference,
        "card": CARDS[number % len(CARDS)],
        "lines": [{"amount_minor": 3_000, "description": "GOODS"}],
        "vouchers": [],
    }
    answer = till.post(sale)
    assert answer.status_code == 200, answer.text
    told.confirmed.append(Confirmed(till.name, sale, answer.json()))


def wait_until_told(till: TillProcess) -> None:
    while till.health()["unsent"]:
        time.sleep(0.1)


def read(till: TillProcess) -> tuple[list[tuple[int, bytes]], int]:
    """The journal, and how far head office confirmed it; leaves the files as they are."""
    with open_till(till.home) as shop, shop.store.reading() as connection:
        rows = connection.execute("SELECT seq, body FROM journal ORDER BY seq").fetchall()
        return rows, settings.read_sync_state(connection).confirmed_seq


def put(killed: Killed, log: bytes | None) -> TillProcess:
    """The files of the killed till with another log; the same files, as a disk would lose it."""
    till = killed.chain.tills[0]
    (till.home / "till.sqlite").write_bytes(killed.files["till.sqlite"])
    (till.home / "till.sqlite-shm").unlink(missing_ok=True)
    (till.home / "till.sqlite-wal").unlink(missing_ok=True)
    if log is not None:
        (till.home / "till.sqlite-wal").write_bytes(log)
    return till


def damaged_logs(log: bytes) -> Iterator[bytes | None]:
    """Logs that a disk could leave: cut off, torn in a frame, wrong in the middle, gone."""
    for cut in range(CUTS):
        yield log[: len(log) * cut // CUTS]
    frames = len(log) // FRAME_BYTES
    torn = bytearray(log)
    torn[-FRAME_BYTES // 2 :] = bytes(FRAME_BYTES // 2)
    yield bytes(torn)
    wrong = bytearray(log)
    wrong[frames // 2 * FRAME_BYTES] ^= 0x10
    yield bytes(wrong)
    yield None


def test_what_is_left_is_whole_and_known_to_be_old(killed: Killed) -> None:
    old = whole = 0
    for log in damaged_logs(killed.files["till.sqlite-wal"]):
        till = put(killed, log)
        with open_till(till.home) as shop:
            with shop.store.reading() as connection:
                rows = connection.execute("SELECT seq, body FROM journal ORDER BY seq").fetchall()
                suspension = settings.read_suspension(connection)
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert rows == killed.rows[: len(rows)]
            known = [shop.till.identify(card) for card in CARDS]
            spendable = [each.safe.points for each in known if isinstance(each, KnownMember)]
        if len(rows) < killed.confirmed_seq:
            old += 1
            assert suspension == "cut-off"
            assert spendable == [0] * len(CARDS)
            code, said = run_till(till.home)
            assert code == FOUND, said
        else:
            whole += 1
            assert suspension == ""
            assert run_till(till.home) == (HOLDS, "")
    assert old > CUTS // 2
    assert whole >= 1


def test_a_till_that_lost_its_log_goes_on_in_a_journal_of_its_own(killed: Killed) -> None:
    """Head office has what it confirmed; what nobody was told of and no disk has is gone."""
    till = put(killed, None)
    untold = set(killed.untold)
    told = killed.told
    told.confirmed = [each for each in told.confirmed if each.sale["sale"] not in untold]
    told.unanswered += killed.untold
    till.start()
    for number in range(UNTOLD_SALES):
        sell(till, f"AFTER-{number}", told)
        assert told.confirmed[-1].answer["points_redeemed"] == 0
    killed.chain.office.start()
    settle_all(killed.chain)
    assert findings(killed.chain, told, lost_end=till.name) == []
    # It sold on under numbers that head office holds other entries under.
    assert case_kinds(killed.chain.office.home) == {"fork"}


def settle_all(chain: Chain) -> None:
    for till in chain.tills[1:]:
        till.start()
    settle(chain)


def test_a_head_office_that_lost_its_log_is_told_again(killed: Killed) -> None:
    """Its tills show what it signed for; it knows then that it was put back, and asks for all."""
    log = killed.chain.office.home / "server.sqlite-wal"
    content = log.read_bytes()
    assert len(content) > 2 * FRAME_BYTES
    log.write_bytes(content[: len(content) // 3])
    (killed.chain.office.home / "server.sqlite-shm").unlink()
    killed.chain.office.start()
    killed.chain.start_tills()
    settle(killed.chain)
    assert findings(killed.chain, killed.told) == []
