"""A barcode reader on a serial line, or on USB that looks like one."""

from collections.abc import Callable, Iterator
from threading import Event

import serial

from drivers.errors import DeviceUnreachable
from drivers.scanners.lines import Scan, ScanSplitter

READ_TIMEOUT_MS = 200
"""How soon a reader that is being closed notices it."""

RECONNECT_WAIT_MS = 500
RECONNECT_LIMIT = 172_800
"""Attempts in a row before giving up: a day. A reader unplugged over night still comes back."""

_CHUNK_BYTES = 512


class SerialScanner:
    """Iterates over what is scanned on `device`, through unplugging and plugging in again.

    One thread iterates; `close` may be called from any other. `on_connection` is told True when
    the reader is there and False when it is not, each once a change, so that a screen can show it.
    Iterating raises DeviceUnreachable after `RECONNECT_LIMIT` vain attempts in a row.
    """

    def __init__(
        self,
        device: str,
        baud: int = 9600,
        on_connection: Callable[[bool], None] | None = None,
        reconnect_limit: int = RECONNECT_LIMIT,
    ) -> None:
        self.device = device
        self._baud = baud
        self._on_connection = on_connection
        self._reconnect_limit = reconnect_limit
        self._connected: bool | None = None
        self._closed = Event()

    def close(self) -> None:
        """End the iteration within `READ_TIMEOUT_MS`."""
        self._closed.set()

    def __iter__(self) -> Iterator[Scan]:
        splitter = ScanSplitter()
        attempts = 0
        while not self._closed.is_set():
            try:
                with self._open() as port:
                    attempts = 0
                    self._tell(connected=True)
                    yield from self._read(port, splitter)
            except OSError as fault:
                splitter.reset()
                self._tell(connected=False)
                attempts += 1
                if attempts >= self._reconnect_limit:
                    raise DeviceUnreachable(
                        f"The scanner {self.device} cannot be reached: {fault}.",
                        "Check its cable and the device name; the user must be in group dialout.",
                    ) from fault
                self._closed.wait(RECONNECT_WAIT_MS / 1000)

    def _open(self) -> serial.Serial:
        return serial.Serial(
            self.device, self._baud, timeout=READ_TIMEOUT_MS / 1000, exclusive=True
        )

    def _read(self, port: serial.Serial, splitter: ScanSplitter) -> Iterator[Scan]:
        while not self._closed.is_set():
            first = port.read(1)
            if first:
                yield from splitter.feed(first + port.read(min(port.in_waiting, _CHUNK_BYTES)))

    def _tell(self, *, connected: bool) -> None:
        if connected != self._connected:
            self._connected = connected
            if self._on_connection is not None:
                self._on_connection(connected)
