"""What the cashier saw confirmed is there, whatever the process died of."""

import itertools
import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from loyalty.journal import EARN
from terminal_app.bootstrap import open_till
from terminal_app.config import STORE_FILE
from terminal_app.store.connection import open_store
from terminal_app.till.answers import Enrolment
from tests.unit.terminal.counter import entries_in, faults_of, found_till, known, opened

ROOT = Path(__file__).resolve().parents[3]
SELLING = Path(__file__).with_name("selling_process.py")
OPENING = Path(__file__).with_name("opening_process.py")
KILLS = 10


def start(command: list[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT)},
    )


def open_seller(
    home: Path, name: str, count: int, member: str, pause_ms: int = 0
) -> "subprocess.Popen[str]":
    seller = start(
        [sys.executable, str(SELLING), str(home), name, str(count), member, str(pause_ms)]
    )
    assert seller.stdout is not None
    assert seller.stdout.readline() == "open\n"
    return seller


def begin(seller: "subprocess.Popen[str]") -> None:
    assert seller.stdin is not None
    seller.stdin.write("go\n")
    seller.stdin.flush()


def sell_at_once(sellers: list["subprocess.Popen[str]"]) -> list[list[str]]:
    """Let all begin together and give what each confirmed."""
    for seller in sellers:
        begin(seller)
    confirmed = [seller.communicate(timeout=60)[0].splitlines() for seller in sellers]
    assert [seller.returncode for seller in sellers] == [0] * len(sellers)
    return confirmed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found_till(tmp_path / "till")
    return tmp_path / "till"


@pytest.fixture
def member(home: Path) -> str:
    with open_till(home) as shop:
        return known(shop.till.enrol(Enrolment(name="Ala Kot"))).member.member_id


def receipts_sold(home: Path) -> list[str]:
    with opened(home) as store, store.reading() as connection:
        return [entry.receipt for entry in entries_in(connection) if entry.kind == EARN]


def test_everything_confirmed_survives_being_killed(home: Path, member: str) -> None:
    """Killed at moments drawn from a seed: after some confirmed sale, in the midst of another."""
    moments = random.Random(20240601)
    confirmed: list[str] = []
    for kill in range(KILLS):
        seller = open_seller(home, f"run{kill}", 100_000, member)
        assert seller.stdout is not None
        begin(seller)
        confirmed += [seller.stdout.readline().strip() for _ in range(moments.randint(1, 40))]
        seller.kill()
        rest, _ = seller.communicate()
        # A line that was cut off by the kill was never read by a cashier.
        confirmed += [line.strip() for line in rest.splitlines(keepends=True) if line[-1] == "\n"]
        assert seller.returncode == -signal.SIGKILL
        sold = receipts_sold(home)
        assert set(confirmed) <= set(sold)
        assert len(sold) == len(set(sold))
        assert faults_of(home) == []
    # Only the one sale in flight at a kill may be recorded without having been confirmed.
    assert len(receipts_sold(home)) <= len(confirmed) + KILLS


def test_two_processes_sell_on_one_till_at_once(home: Path, member: str) -> None:
    names = ("cashier", "agent")
    confirmed = sell_at_once([open_seller(home, name, 100, member, 2) for name in names])
    assert confirmed == [[f"{name}-{number}" for number in range(1, 101)] for name in names]
    sold = receipts_sold(home)
    assert sorted(sold) == sorted(confirmed[0] + confirmed[1])
    assert faults_of(home) == []
    turns = sum(one[0] != other[0] for one, other in itertools.pairwise(sold))
    assert turns > 1, "the two never sold at the same time"


def test_two_processes_sell_one_receipt_once(home: Path, member: str) -> None:
    sell_at_once([open_seller(home, "same", 100, member, 1) for _ in range(2)])
    assert sorted(receipts_sold(home)) == sorted(f"same-{number}" for number in range(1, 101))
    assert faults_of(home) == []


def test_the_programs_of_a_till_start_at_once_after_an_upgrade(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / STORE_FILE)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    command = [sys.executable, str(OPENING), str(tmp_path / STORE_FILE)]
    programs = [start(command) for _ in range(3)]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        begin(program)
    for program in programs:
        program.communicate(timeout=60)
        assert program.returncode == 0
    open_store(tmp_path / STORE_FILE).close()
