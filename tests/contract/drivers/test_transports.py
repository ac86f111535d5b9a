"""What every way to a printer promises, asked of each of them with real sockets, ttys and files."""

import os
import resource
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from drivers.documents import Cut, Document, QrCode, Text
from drivers.errors import DeliveryUnknown, DeviceNotReady, DeviceStalled, DeviceUnreachable
from drivers.printers.escpos import encode
from drivers.printers.profile import WIDE_80MM
from drivers.simulators.in_process import InProcessTransport
from drivers.transports.delivery import Delivery
from drivers.transports.file import FileTransport
from drivers.transports.serial import SerialTransport
from drivers.transports.tcp import TcpTransport
from tests.contract.drivers.benches import (
    SHORT,
    Bench,
    FileBench,
    SerialBench,
    TcpBench,
    serial_bench,
    tcp_bench,
    until,
)

TwoWayBench = TcpBench | SerialBench


def job(name: str, *, ask_ack: bool = True) -> bytes:
    document = Document((Text(f"Paragon {name} Żółw"), QrCode("0123"), Cut()))
    return encode(document, WIDE_80MM, ask_ack=ask_ack)


LONG_JOB = encode(
    Document((*(Text(f"{number:050}") for number in range(1500)), Cut())), WIDE_80MM, ask_ack=True
)


@pytest.fixture(params=["tcp", "serial", "file"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    match request.param:
        case "tcp":
            with tcp_bench() as tcp:
                yield tcp
        case "serial":
            with serial_bench(tmp_path) as serial:
                yield serial
        case _:
            yield FileBench(tmp_path)


@pytest.fixture(params=["tcp", "serial"])
def two_way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TwoWayBench]:
    if request.param == "tcp":
        with tcp_bench() as tcp:
            yield tcp
    else:
        with serial_bench(tmp_path) as serial:
            yield serial


def first_lines(bench: Bench) -> list[str]:
    return [paper.lines[0].text for paper in bench.papers()]


def test_jobs_arrive_whole_and_in_order(bench: Bench) -> None:
    expected = Delivery.CONFIRMED if bench.confirms else Delivery.SENT
    for name in ("1", "2", "3"):
        assert bench.transport.send(job(name)) is expected
    until(lambda: len(bench.papers()) == 3)
    assert first_lines(bench) == [f"Paragon {name} Żółw" for name in ("1", "2", "3")]
    assert all(paper.qr_codes == ("0123",) for paper in bench.papers())


def test_a_job_that_asks_nothing_is_sent(bench: Bench) -> None:
    assert bench.transport.send(job("1", ask_ack=False)) is Delivery.SENT
    until(lambda: first_lines(bench) == ["Paragon 1 Żółw"])


def test_a_long_job_arrives_whole(bench: Bench) -> None:
    bench.transport.send(LONG_JOB)
    until(lambda: len(bench.papers()) == 1)
    (paper,) = bench.papers()
    assert "".join(line.text for line in paper.lines) == "".join(f"{n:050}" for n in range(1500))


def test_a_printer_that_is_away_got_nothing_and_is_found_when_it_is_back(bench: Bench) -> None:
    bench.unplug()
    for _ in range(2):
        with pytest.raises(DeviceUnreachable) as fault:
            bench.transport.send(job("lost"))
        assert fault.value.hint
    bench.plug_in()
    bench.transport.send(job("found"))
    until(lambda: first_lines(bench) == ["Paragon found Żółw"])


def test_a_stalled_printer_got_nothing_even_when_it_wakes(two_way: TwoWayBench) -> None:
    two_way.stall()
    with pytest.raises(DeviceStalled):
        two_way.transport.send(job("lost"))
    two_way.recover()
    assert two_way.transport.send(job("found")) is Delivery.CONFIRMED
    assert first_lines(two_way) == ["Paragon found Żółw"]


def test_a_printer_without_paper_got_nothing_even_after_the_refill(two_way: TwoWayBench) -> None:
    two_way.tray.has_paper = False
    with pytest.raises(DeviceNotReady, match="out of paper"):
        two_way.transport.send(job("lost"))
    two_way.tray.refill()
    assert two_way.transport.send(job("found")) is Delivery.CONFIRMED
    assert first_lines(two_way) == ["Paragon found Żółw"]


@pytest.mark.parametrize("taken_bytes", [10, 20_000])
def test_a_printer_lost_in_the_middle_leaves_it_unknown(
    two_way: TwoWayBench, taken_bytes: int
) -> None:
    two_way.hang_up_after(taken_bytes)
    with pytest.raises(DeliveryUnknown):
        two_way.transport.send(LONG_JOB)


def test_paper_that_ends_during_a_job_leaves_it_unknown_and_prints_it_after_the_refill() -> None:
    with tcp_bench() as bench:
        # A job that asks first would be refused; this is the roll that ends a moment later.
        bench.printer.run_out_of_paper()
        assert bench.transport.send(job("held", ask_ack=False)) is Delivery.SENT
        assert bench.papers() == []
        until(lambda: not bench.printer.open_lines)
        bench.printer.refill()
        until(lambda: first_lines(bench) == ["Paragon held Żółw"])


def test_an_answer_that_does_not_come_leaves_it_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        transport = TcpTransport(host, port, SHORT)

        def answer_only_the_first_question() -> None:
            line, _address = silent.accept()
            with line:
                line.recv(3)
                line.sendall(b"\x14\x00\x12")
                while line.recv(4096):
                    pass

        printer = Thread(target=answer_only_the_first_question)
        printer.start()
        with pytest.raises(DeliveryUnknown, match="did not confirm"):
            transport.send(job("1"))
        printer.join()


def test_a_serial_line_that_holds_us_off_for_ever_leaves_it_unknown(tmp_path: Path) -> None:
    with serial_bench(tmp_path) as bench:
        bench.stall()
        with pytest.raises(DeliveryUnknown):
            bench.transport.send(LONG_JOB[: -len(b"\x1dr1")])


def test_a_host_that_does_not_exist_is_unreachable_in_time() -> None:
    with pytest.raises(DeviceUnreachable, match="No printer answers"):
        TcpTransport("printer.invalid", 9100, SHORT).send(job("1"))


def test_a_device_that_is_no_terminal_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(DeviceUnreachable, match="cannot be opened"):
        SerialTransport(str(tmp_path)).send(job("1"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_takes_nothing() -> None:
    with pytest.raises(DeviceUnreachable, match="takes no data"):
        FileTransport(Path("/dev/full"), SHORT).send(job("1"))


def test_a_file_that_runs_full_keeps_whole_jobs_only(tmp_path: Path) -> None:
    path = tmp_path / "paper.bin"
    transport = FileTransport(path, SHORT)
    transport.send(job("1"))
    size = path.stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
    try:
        with pytest.raises(DeviceUnreachable):
            transport.send(job("2"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.stat().st_size == size
    transport.send(job("3"))
    assert len(FileBench.papers_of(path)) == 2


def test_no_file_is_made_among_the_devices() -> None:
    path = Path("/dev/paragon-no-such-printer")
    with pytest.raises(DeviceUnreachable):
        FileTransport(path, SHORT).send(job("1"))
    assert not path.exists()


def test_a_pipe_that_nobody_reads_holds_nobody_up(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DeviceUnreachable):
        FileTransport(pipe, SHORT).send(job("1"))


def test_a_pipe_that_is_read_too_slowly_leaves_it_unknown(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(DeliveryUnknown):
            FileTransport(pipe, SHORT).send(LONG_JOB * 3)
        assert select.select([reader], [], [], 0)[0]
    finally:
        os.close(reader)


def test_the_printer_in_the_process_prints_before_it_returns() -> None:
    transport = InProcessTransport(columns=48)
    assert transport.send(job("1")) is Delivery.CONFIRMED
    assert transport.send(job("2", ask_ack=False)) is Delivery.SENT
    assert [paper.lines[0].text for paper in transport.tray.papers] == [
        "Paragon 1 Żółw",
        "Paragon 2 Żółw",
    ]
    assert (transport.tray.printed, transport.tray.drawer_pulses) == (2, 0)
    assert not transport.tray.not_understood
