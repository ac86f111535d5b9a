"""The spool: receipts wait for a printer that is away, and none comes out twice by itself."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from drivers.simulators.paper import Paper
from drivers.simulators.tcp_printer import TcpPrinterSimulator
from drivers.simulators.text import text
from loyalty.receipts import VoucherSlip
from terminal_app.bootstrap import open_till
from terminal_app.config import TillConfig, save_config
from terminal_app.store import spool
from terminal_app.till.answers import Enrolment, Sale
from tests.unit.terminal.counter import found_till, goods, known, opened, posted

ROOT = Path(__file__).resolve().parents[3]
PRINTING = Path(__file__).with_name("printing_process.py")
WAIT_S = 10.0


@pytest.fixture
def printer() -> Iterator[TcpPrinterSimulator]:
    with TcpPrinterSimulator() as printer:
        yield printer


@pytest.fixture
def home(tmp_path: Path, printer: TcpPrinterSimulator) -> Path:
    found_till(tmp_path / "till")
    save_config(tmp_path / "till", TillConfig(printer=printer.url))
    return tmp_path / "till"


def states_in(home: Path) -> dict[str, int]:
    with opened(home) as store, store.reading() as connection:
        return spool.counts(connection)


def references_on(printer: TcpPrinterSimulator) -> list[str]:
    """The receipts that came out, as their paper names them, in order."""
    return [
        line.split()[1]
        for paper in printer.papers
        for line in text(paper).splitlines()
        if line.startswith("Receipt ")
    ]


def sell(home: Path, *references: str) -> None:
    with open_till(home) as shop:
        for reference in references:
            posted(shop.till.sell(Sale(basket=goods(100), reference=reference)))


def test_receipts_come_out_in_order_and_are_confirmed(
    home: Path, printer: TcpPrinterSimulator
) -> None:
    sell(home, "R1", "R2", "R3")
    with open_till(home) as shop:
        assert shop.till.status().waiting_jobs == 3
        assert shop.spool.drain() == 3
        assert shop.till.status().waiting_jobs == 0
        assert shop.spool.drain() == 0
    assert references_on(printer) == ["R1", "R2", "R3"]
    assert states_in(home) == {spool.CONFIRMED: 3}


def test_a_printer_that_is_away_is_waited_for_over_a_restart(
    home: Path, printer: TcpPrinterSimulator
) -> None:
    printer.offline()
    with open_till(home) as shop:
        posted(shop.till.sell(Sale(basket=goods(100), reference="R1")))
        assert shop.spool.drain() == 0
        assert shop.till.status().waiting_jobs == 1
        assert shop.till.status().trouble
    with open_till(home) as shop:
        assert shop.spool.drain() == 0
        printer.online()
        assert shop.spool.drain() == 1
        assert (shop.till.status().waiting_jobs, shop.till.status().trouble) == (0, "")
    assert references_on(printer) == ["R1"]


def test_without_paper_nothing_is_sent(home: Path, printer: TcpPrinterSimulator) -> None:
    printer.run_out_of_paper()
    sell(home, "R1")
    with open_till(home) as shop:
        assert shop.spool.drain() == 0
        assert "paper" in shop.till.status().trouble.lower()
        printer.refill()
        assert shop.spool.drain() == 1
    assert references_on(printer) == ["R1"]


def test_what_may_be_on_paper_is_never_printed_again_by_itself(
    home: Path, printer: TcpPrinterSimulator
) -> None:
    sell(home, "R1", "R2")
    printer.hang_up_after(120)
    with open_till(home) as shop:
        assert shop.spool.drain() == 0
        status = shop.till.status()
        assert (status.waiting_jobs, status.unknown_jobs) == (1, 1)
    printer.hang_up_after(None)
    with open_till(home) as shop:
        assert shop.spool.drain() == 1
        assert shop.spool.drain() == 0
    assert states_in(home) == {spool.UNKNOWN: 1, spool.CONFIRMED: 1}
    assert references_on(printer)[-1] == "R2"
    assert references_on(printer).count("R2") == 1


def test_a_job_cut_off_by_a_kill_is_unknown(tmp_path: Path) -> None:
    """Killed when the paper is out and the printer has not answered yet: nobody can tell."""
    is_on_paper, may_answer = threading.Event(), threading.Event()

    def hold(_: Paper) -> None:
        is_on_paper.set()
        may_answer.wait(WAIT_S)

    home = tmp_path / "till"
    found_till(home)
    with TcpPrinterSimulator(on_paper=hold) as printer:
        save_config(home, TillConfig(printer=printer.url))
        sell(home, "R1", "R2")
        printing = subprocess.Popen(
            [sys.executable, str(PRINTING), str(home)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
        )
        assert is_on_paper.wait(WAIT_S)
        printing.kill()
        assert printing.wait() == -signal.SIGKILL
        assert states_in(home) == {spool.PRINTING: 1, spool.PENDING: 1}
        may_answer.set()
        with open_till(home) as shop:
            assert shop.spool.drain() == 1
            assert shop.till.status().unknown_jobs == 1
        assert references_on(printer) == ["R1", "R2"]
        assert states_in(home) == {spool.UNKNOWN: 1, spool.CONFIRMED: 1}


def test_looking_at_a_till_that_prints_does_not_disturb_it(tmp_path: Path) -> None:
    is_on_paper, may_answer = threading.Event(), threading.Event()

    def hold(_: Paper) -> None:
        is_on_paper.set()
        may_answer.wait(WAIT_S)

    home = tmp_path / "till"
    found_till(home)
    with TcpPrinterSimulator(on_paper=hold) as printer:
        save_config(home, TillConfig(printer=printer.url))
        sell(home, "R1", "R2")
        printing = subprocess.Popen(
            [sys.executable, str(PRINTING), str(home)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert is_on_paper.wait(WAIT_S)
        with open_till(home) as shop:
            assert shop.spool.drain() == 0
            assert shop.till.status().unknown_jobs == 0
        may_answer.set()
        assert printing.communicate(timeout=WAIT_S)[0] == "2\n"
        assert references_on(printer) == ["R1", "R2"]
        assert states_in(home) == {spool.CONFIRMED: 2}


def test_a_receipt_that_no_printer_could_print_stops_none_behind_it(
    home: Path, printer: TcpPrinterSimulator
) -> None:
    sell(home, "R1")
    with open_till(home) as shop:
        receipt = posted(shop.till.reprint("R1")).receipt
        with shop.store.writing() as connection:
            connection.execute("DELETE FROM spool")
            slip = VoucherSlip("KRK-1.1.1", 500, 0, "PV1:" + "A" * 8000)
            spool.put(connection, replace(receipt, vouchers=(slip,)))
        posted(shop.till.sell(Sale(basket=goods(100), reference="R2")))
        shop.spool.drain()
        assert shop.till.status().unknown_jobs == 1
    assert references_on(printer) == ["R2"]


def test_a_sale_is_printed_in_the_background_with_its_vouchers(tmp_path: Path) -> None:
    came_out = threading.Semaphore(0)
    home = tmp_path / "till"
    found_till(home)
    with TcpPrinterSimulator(on_paper=lambda _: came_out.release()) as printer:
        save_config(home, TillConfig(printer=printer.url))
        with open_till(home) as shop:
            shop.spool.start()
            member = known(shop.till.enrol(Enrolment(name="Ala"))).member.member_id
            sale = Sale(basket=goods(1000_00), member_id=member, reference="R1")
            receipt = posted(shop.till.sell(sale)).receipt
            # The receipt with the code for returns, and two vouchers.
            for _ in range(3):
                assert came_out.acquire(timeout=WAIT_S)
        codes = [code for paper in printer.papers for code in paper.qr_codes]
        assert codes == [receipt.code, *(slip.code for slip in receipt.vouchers)]
    assert states_in(home) == {spool.CONFIRMED: 1}


def test_without_a_printer_receipts_wait(tmp_path: Path) -> None:
    found_till(tmp_path)
    sell(tmp_path, "R1")
    with open_till(tmp_path) as shop:
        assert shop.spool.drain() == 0
        assert shop.till.status().waiting_jobs == 1
