"""A printer on a serial line, or on USB that looks like one."""

from contextlib import suppress

import serial

from drivers.errors import DeviceUnreachable, DriverError
from drivers.transports.delivery import DEFAULT_TIMEOUTS, Delivery, Timeouts
from drivers.transports.handshake import LineBroken, deliver

WRITE_PART_BYTES = 256
"""Bytes handed over at once: at 9600 baud 0.3 s of line, well inside one write time-out."""


class SerialTransport:
    """Opens `device` for each job, alone, and closes it after.

    `flow` is how the printer holds us off when its memory is full: `rtscts`, `xonxoff` or `none`.
    """

    def __init__(
        self,
        device: str,
        baud: int = 9600,
        flow: str = "none",
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        self._device = device
        self._baud = baud
        self._flow = flow
        self._timeouts = timeouts

    def send(self, data: bytes) -> Delivery:
        """Deliver one whole job; see `Transport.send`."""
        try:
            port = serial.Serial(
                self._device,
                self._baud,
                write_timeout=self._timeouts.write_timeout_ms / 1000,
                rtscts=self._flow == "rtscts",
                xonxoff=self._flow == "xonxoff",
                exclusive=True,
            )
        except (OSError, ValueError) as fault:
            raise DeviceUnreachable(
                f"The serial printer {self._device} cannot be opened: {fault}.",
                "Check its cable, the device name, and that this user may use it (group dialout).",
            ) from fault
        with port:
            try:
                return deliver(_SerialLine(port, self._device), data, self._timeouts)
            except DriverError:
                # Closing waits for the line to drain; what is left must neither hold up the till
                # nor come out of the printer after we have said that it may not have.
                _discard_unsent(port)
                raise


class _SerialLine:
    def __init__(self, port: serial.Serial, name: str) -> None:
        self.name = name
        self._port = port

    def write(self, data: bytes) -> None:
        for start in range(0, len(data), WRITE_PART_BYTES):
            part = data[start : start + WRITE_PART_BYTES]
            try:
                self._port.write(part)
            except OSError as fault:
                # The port does not say how much of a part it took: all of it counts as gone.
                raise LineBroken(str(fault).lower(), start + len(part)) from fault

    def read_byte(self, timeout_ms: int) -> int | None:
        try:
            self._port.timeout = max(timeout_ms, 1) / 1000
            received = self._port.read(1)
        except OSError as fault:
            raise LineBroken(str(fault).lower()) from fault
        return received[0] if received else None


def _discard_unsent(port: serial.Serial) -> None:
    # A port that is already gone raises what its platform likes, and has nothing left to discard.
    with suppress(Exception):
        port.reset_output_buffer()
