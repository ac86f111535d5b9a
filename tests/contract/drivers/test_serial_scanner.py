"""A scanner on a real terminal device, unplugged and plugged in again."""

import os
import pty
from pathlib import Path
from queue import Queue
from threading import Thread

import pytest

from drivers.connect import open_scanner
from drivers.errors import DeviceUnreachable
from drivers.scanners.lines import Scan
from drivers.scanners.serial import SerialScanner
from tests.contract.drivers.benches import WAIT_S, until


class ScannerOnPty:
    """The scanner's end of a line, behind a link as udev would make it."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.master = -1
        self._slave = -1

    def plug_in(self) -> None:
        self.master, self._slave = pty.openpty()
        self.link.symlink_to(os.ttyname(self._slave))

    def unplug(self) -> None:
        self.link.unlink()
        os.close(self.master)
        os.close(self._slave)

    def read(self, data: bytes) -> None:
        os.write(self.master, data)


def test_scans_come_through_unplugging(tmp_path: Path) -> None:
    hardware = ScannerOnPty(tmp_path / "ttySCANNER")
    hardware.plug_in()
    seen: Queue[Scan] = Queue()
    states: list[bool] = []
    scanner = open_scanner(f"serial://{hardware.link}", states.append)

    def run() -> None:
        for scan in scanner:
            seen.put(scan)

    reader = Thread(target=run)
    reader.start()
    try:
        until(lambda: states == [True])
        hardware.read(b"]Q10123456")
        hardware.read(b"78901234\r\n5901234123457\r\n")
        assert seen.get(timeout=WAIT_S) == Scan("012345678901234", "]Q1")
        assert seen.get(timeout=WAIT_S) == Scan("5901234123457")

        hardware.read(b"cut off by the plu")
        hardware.unplug()
        until(lambda: states == [True, False])
        hardware.plug_in()
        until(lambda: states == [True, False, True])
        hardware.read(b"back\r")
        assert seen.get(timeout=WAIT_S) == Scan("back")
    finally:
        scanner.close()
        reader.join(WAIT_S)
        hardware.unplug()
    assert not reader.is_alive()
    assert seen.empty()


def test_a_scanner_that_never_comes_is_given_up(tmp_path: Path) -> None:
    scanner = SerialScanner(str(tmp_path / "nothing"), reconnect_limit=2)
    with pytest.raises(DeviceUnreachable, match="cannot be reached") as fault:
        list(scanner)
    assert "cable" in fault.value.hint
