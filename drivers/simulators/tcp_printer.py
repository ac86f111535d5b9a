"""A receipt printer on a TCP port, with the faults that real ones have."""

import socket
import socketserver
from collections import deque
from contextlib import suppress
from threading import Event, Lock, Thread
from types import TracebackType

from drivers.simulators.paper import Paper
from drivers.simulators.printer import Conversation, OnPaper, PaperTray

POLL_INTERVAL_MS = 20
"""How soon a printer that is switched off closes its port."""

_CHUNK_BYTES = 65_536


class TcpPrinterSimulator:
    """A printer that listens on `host`:`port` while the context is open; port 0 picks a free one.

    Each connection prints its own papers. `on_paper` is called with every paper, on the thread of
    its connection. Faults: `offline` and `online`, `stall` (it accepts and then does nothing),
    `recover`, `run_out_of_paper`, `refill`, and `hang_up_after` some bytes of the next connections.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        columns: int = 48,
        on_paper: OnPaper | None = None,
    ) -> None:
        self.host = host
        self.port = port
        self.columns = columns
        self.tray = PaperTray(on_paper)
        self.working = Event()
        self.working.set()
        self.hang_up_at: int | None = None
        self._server: _Server | None = None
        self._power = Lock()

    @property
    def url(self) -> str:
        """The address that `open_printer` takes."""
        width_mm = 80 if self.columns > 32 else 58
        return f"escpos+tcp://{self.host}:{self.port}?width={width_mm}"

    @property
    def papers(self) -> deque[Paper]:
        """The last papers printed, oldest first."""
        return self.tray.papers

    @property
    def open_lines(self) -> int:
        """How many connections are open now."""
        return len(self._server.lines) if self._server is not None else 0

    def __enter__(self) -> "TcpPrinterSimulator":
        self.online()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.offline()

    def online(self) -> None:
        """Switch the printer on, on the same port as before."""
        with self._power:
            if self._server is None:
                self._server = _Server((self.host, self.port), self)
                self.port = self._server.server_address[1]
                Thread(
                    target=self._server.serve_forever,
                    kwargs={"poll_interval": POLL_INTERVAL_MS / 1000},
                    name=f"printer-{self.port}",
                    daemon=True,
                ).start()

    def offline(self) -> None:
        """Switch the printer off: lines break, and new connections are refused."""
        with self._power:
            if self._server is not None:
                self._server.shutdown()
                self._server.hang_up()
                self._server.server_close()
                self._server = None

    def stall(self) -> None:
        """Accept connections and neither read nor answer, until `recover`."""
        self.working.clear()

    def recover(self) -> None:
        """End a stall: what was sent meanwhile is read and printed."""
        self.working.set()

    def run_out_of_paper(self) -> None:
        """Answer that the paper ended, and hold what comes, until `refill`."""
        self.tray.has_paper = False

    def refill(self) -> None:
        """Put in a new roll; what was held is printed."""
        self.tray.refill()

    def hang_up_after(self, count_bytes: int | None) -> None:
        """Close each new connection after that many bytes; None ends it."""
        self.hang_up_at = count_bytes


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], printer: TcpPrinterSimulator) -> None:
        self.printer = printer
        self.closing = Event()
        self.lines: set[socket.socket] = set()
        super().__init__(address, _Connection)

    def hang_up(self) -> None:
        """Break every line; the threads that read them end by themselves."""
        self.closing.set()
        for line in tuple(self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.server.lines.add(self.request)

    def finish(self) -> None:
        self.server.lines.discard(self.request)

    def handle(self) -> None:
        printer = self.server.printer
        conversation = Conversation(printer.tray, printer.columns)
        taken = 0
        # A till that hangs up, or power that goes: what arrived is printed all the same.
        with suppress(OSError):
            while self._wait_while_stalled():
                wanted = _CHUNK_BYTES
                if printer.hang_up_at is not None:
                    wanted = min(wanted, printer.hang_up_at - taken)
                data = self.request.recv(wanted) if wanted > 0 else b""
                if not data:
                    break
                taken += len(data)
                answer = conversation.feed(data)
                if answer:
                    self.request.sendall(answer)
        conversation.end()

    def _wait_while_stalled(self) -> bool:
        while not self.server.printer.working.wait(POLL_INTERVAL_MS / 1000):
            if self.server.closing.is_set():
                return False
        return not self.server.closing.is_set()
