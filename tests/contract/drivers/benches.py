"""A printer on each kind of line, ready to be unplugged: real sockets, ptys and files."""

import os
import pty
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Protocol

from drivers.simulators.decoder import decode
from drivers.simulators.paper import Paper
from drivers.simulators.printer import Conversation, PaperTray
from drivers.simulators.tcp_printer import TcpPrinterSimulator
from drivers.transports.delivery import Timeouts, Transport
from drivers.transports.file import FileTransport
from drivers.transports.serial import SerialTransport
from drivers.transports.tcp import TcpTransport

SHORT = Timeouts(
    connect_timeout_ms=500, status_timeout_ms=300, write_timeout_ms=300, answer_timeout_ms=500
)
WAIT_S = 5.0


def until(happened: Callable[[], bool]) -> None:
    """Wait for another thread, and fail when it never gets there."""
    pause = Event()
    for _ in range(int(WAIT_S / 0.01)):
        if happened():
            return
        pause.wait(0.01)
    raise AssertionError("it never happened")


class Bench(Protocol):
    """A printer that a transport leads to, and the hand that unplugs it."""

    transport: Transport
    confirms: bool

    def papers(self) -> list[Paper]: ...
    def unplug(self) -> None: ...
    def plug_in(self) -> None: ...


class TcpBench:
    """A printer on a TCP port."""

    confirms = True

    def __init__(self, printer: TcpPrinterSimulator) -> None:
        self.printer = printer
        self.transport: Transport = TcpTransport(printer.host, printer.port, SHORT)
        self.tray = printer.tray

    def papers(self) -> list[Paper]:
        return list(self.printer.papers)

    def unplug(self) -> None:
        self.printer.offline()

    def plug_in(self) -> None:
        self.printer.online()

    def stall(self) -> None:
        self.printer.stall()

    def recover(self) -> None:
        self.printer.recover()

    def hang_up_after(self, count_bytes: int) -> None:
        self.printer.hang_up_after(count_bytes)


class SerialBench:
    """A printer on a pseudo-terminal, found through a link as udev would make it."""

    confirms = True

    def __init__(self, link: Path) -> None:
        self.link = link
        self.tray = PaperTray()
        self.transport: Transport = SerialTransport(str(link), timeouts=SHORT)
        self._working = Event()
        self._working.set()
        self._hang_up_at: int | None = None
        self._unplugged = Event()
        self._ends: tuple[int, int] = (-1, -1)
        self._reader = Thread()
        self.plug_in()

    def papers(self) -> list[Paper]:
        return list(self.tray.papers)

    def plug_in(self) -> None:
        self._unplugged.clear()
        self._ends = pty.openpty()
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(self._ends[1]))
        self._reader = Thread(target=self._read, args=(self._ends[0],), daemon=True)
        self._reader.start()

    def unplug(self) -> None:
        if not self._unplugged.is_set():
            self._unplugged.set()
            self._reader.join()
            self._close_ends()

    def stall(self) -> None:
        self._working.clear()

    def recover(self) -> None:
        self._working.set()

    def hang_up_after(self, count_bytes: int) -> None:
        self._hang_up_at = count_bytes

    def _close_ends(self) -> None:
        for end in self._ends:
            os.close(end)
        self.link.unlink()

    def _read(self, master: int) -> None:
        conversation = Conversation(self.tray, columns=48)
        taken = 0
        while not self._unplugged.is_set():
            ready = select.select([master], [], [], 0.02)[0]
            if not ready or not self._working.wait(0.02):
                continue
            data = os.read(master, 64)
            taken += len(data)
            if self._hang_up_at is not None and taken >= self._hang_up_at:
                self._unplugged.set()
                self._close_ends()
                break
            os.write(master, conversation.feed(data))


class FileBench:
    """A file in a folder that comes and goes, as a stick does."""

    confirms = False

    def __init__(self, folder: Path) -> None:
        self.path = folder / "stick" / "paper.bin"
        self.transport: Transport = FileTransport(self.path, SHORT)
        self.plug_in()

    def papers(self) -> list[Paper]:
        return self.papers_of(self.path)

    @staticmethod
    def papers_of(path: Path) -> list[Paper]:
        return decode(path.read_bytes()) if path.exists() else []

    def unplug(self) -> None:
        self.path.parent.rename(self.path.parent.with_name("pocket"))

    def plug_in(self) -> None:
        pocket = self.path.parent.with_name("pocket")
        if pocket.exists():
            pocket.rename(self.path.parent)
        else:
            self.path.parent.mkdir()


@contextmanager
def tcp_bench() -> Iterator[TcpBench]:
    with TcpPrinterSimulator() as printer:
        yield TcpBench(printer)


@contextmanager
def serial_bench(folder: Path) -> Iterator[SerialBench]:
    bench = SerialBench(folder / "ttyPRINTER")
    try:
        yield bench
    finally:
        bench.unplug()
