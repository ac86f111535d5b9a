"""A disk that fills: words instead of tracebacks, nothing half-written, once when there is room."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crashes.chains import CARDS, Chain, founded
from tests.crashes.comparing import findings, settle
from tests.crashes.selling import Confirmed, Told
from tests.crashes.small_disks import (
    limit_files,
    may_mount,
    mounted,
    unlimit_files,
)
from tests.crashes.stock import sold_offline
from tests.crashes.tills import TillProcess

LEFT_BYTES = 400 << 10
MOST_SALES = 2_000
REFUSED_SALES = 5
OFFLINE_SALES = 1_200
PATIENCE_S = 60

on_a_small_disk = pytest.mark.skipif(not may_mount(), reason="mounts a tmpfs, which needs root")


def sale_of(reference: str, number: int) -> dict[str, Any]:
    return {
        "sale": reference,
        "card": CARDS[number % len(CARDS)],
        "lines": [{"amount_minor": 900 + number, "description": "GOODS"}],
        "vouchers": [],
    }


def sell_until_full(till: TillProcess, told: Told) -> list[dict[str, Any]]:
    """Sell until nothing more is taken; gives the sales that were refused for want of room."""
    refused: list[dict[str, Any]] = []
    for number in range(MOST_SALES):
        sale = sale_of(f"{till.name}-{number}", number)
        answer = till.post(sale)
        if answer.status_code == 200:
            told.confirmed.append(Confirmed(till.name, sale, answer.json()))
            continue
        assert_in_words(answer)
        refused.append(sale)
        if len(refused) == REFUSED_SALES:
            return refused
    pytest.fail("the disk never filled")


def assert_in_words(answer: httpx.Response) -> None:
    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert str(answer.json()["detail"]).endswith(".")


def sell_again(till: TillProcess, sales: list[dict[str, Any]], told: Told) -> None:
    for sale in sales:
        answer = till.post(sale)
        assert answer.status_code == 200, answer.text
        assert not answer.json()["repeated"]
        told.confirmed.append(Confirmed(till.name, sale, answer.json()))
    for each in [each for each in told.confirmed if each.till == till.name]:
        again = till.post(each.sale).json()
        assert again == {**each.answer, "repeated": True}


@on_a_small_disk
def test_a_till_on_a_full_disk_says_so_and_goes_on(tmp_path: Path) -> None:
    told = Told()
    with mounted(tmp_path / "tills") as disk, founded(tmp_path) as chain:
        till = chain.tills[0]
        till.start()
        disk.fill(LEFT_BYTES)
        refused = sell_until_full(till, told)
        assert "full" in till.post(refused[0]).json()["detail"]
        assert httpx.get(f"{till.url}/v1/members/{CARDS[0]}").status_code == 200
        assert "Traceback" not in till.said()
        # Killed and started again there, with what the log still holds.
        till.kill()
        done = till.command("status")
        assert done.returncode == 0 or "full" in done.stderr
        assert "Traceback" not in done.stderr
        disk.make_room()
        chain.start_tills()
        sell_again(till, refused, told)
        settle(chain)
        assert findings(chain, told) == []


def test_a_till_whose_files_may_not_grow_says_so_and_goes_on(tmp_path: Path) -> None:
    told = Told()
    with founded(tmp_path) as chain:
        chain.start_tills()
        till = chain.tills[0]
        limit_files(till.pid, (till.home / "till.sqlite").stat().st_size + LEFT_BYTES)
        refused = sell_until_full(till, told)
        assert "Traceback" not in till.said()
        unlimit_files(till.pid)
        sell_again(till, refused, told)
        settle(chain)
        assert findings(chain, told) == []


@on_a_small_disk
def test_tills_keep_what_a_full_head_office_cannot_take(tmp_path: Path) -> None:
    told = Told()
    with mounted(tmp_path / "office") as disk, founded(tmp_path) as chain:
        for till in chain.tills:
            sold_offline(till.name, till.home, OFFLINE_SALES, told, seed=5)
        disk.fill(LEFT_BYTES // 8)
        chain.start_tills()
        wait_until_refused(chain)
        for number, till in enumerate(chain.tills):
            sale = sale_of(f"{till.name}-MEANWHILE", number)
            answer = till.post(sale)
            assert answer.status_code == 200
            told.confirmed.append(Confirmed(till.name, sale, answer.json()))
        disk.make_room()
        settle(chain)
        assert findings(chain, told) == []


def wait_until_refused(chain: Chain) -> None:
    """Head office has no room for what the tills tell, and says so in its log and to them."""
    deadline = time.monotonic() + PATIENCE_S
    logs = [till.home / "till.log" for till in chain.tills]
    while not any(log.exists() and "HTTP 503" in log.read_text("utf-8") for log in logs):
        assert time.monotonic() < deadline, "the disk of head office never filled"
        time.sleep(0.1)
    assert all(till.health()["unsent"] for till in chain.tills)
