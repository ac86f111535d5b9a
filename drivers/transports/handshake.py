"""The talk with a two-way receipt printer around one job, whatever line carries it.

    ask DLE EOT 1 ── no answer ──► DeviceStalled     nothing was sent
         │       └── not ready ──► DeviceNotReady    nothing was sent
         ▼
    write the job ── fault ──────► DeviceUnreachable before the first byte, DeliveryUnknown after
         ▼
    await GS r 1  ── no answer ──► DeliveryUnknown
         ▼
    CONFIRMED

Asking first is what makes a printer without paper a safe retry instead of a second voucher: it
takes bytes into its memory like a healthy one, and prints them after the refill.
"""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from drivers.errors import DeliveryUnknown, DeviceNotReady, DeviceStalled, DeviceUnreachable
from drivers.transports.delivery import Delivery, Timeouts

PAPER_STATUS_REQUEST = b"\x1dr1"
"""A job that ends with `GS r 1` asks to be acknowledged; any other job is sent one way."""

_STATUS_REQUEST = b"\x10\x04\x01"
_OFFLINE_CAUSE_REQUEST = b"\x10\x04\x02"
_OFFLINE = 0x08
_COVER_OPEN = 0x04
_PAPER_END = 0x20
_PAPER_SENSOR_END = 0x0C

_SUPPORTS_NOTHING = "If this printer never answers, add ack=no to its address."
_LOOK_AT_THE_PAPER = "Look at the paper before printing again."


class LineBroken(Exception):
    """The line failed; `taken` bytes had been accepted by it, none of them when it is 0."""

    def __init__(self, cause: str, taken: int = 0) -> None:
        super().__init__(cause)
        self.taken = taken


class Line(Protocol):
    """An open connection to a printer."""

    name: str

    def write(self, data: bytes) -> None:
        """Hand over all of `data`; raises LineBroken saying how much was taken."""
        ...

    def read_byte(self, timeout_ms: int) -> int | None:
        """Return the next byte, or None after `timeout_ms`; raises LineBroken when it closed."""
        ...


def deliver(line: Line, data: bytes, timeouts: Timeouts) -> Delivery:
    """Send one job over an open line, with questions around it when the job asks for them."""
    two_way = data.endswith(PAPER_STATUS_REQUEST)
    if two_way:
        _check_ready(line, timeouts)
    try:
        line.write(data)
    except LineBroken as broken:
        if broken.taken == 0:
            raise DeviceStalled(
                f"The printer {line.name} takes no data: {broken}.",
                "Switch it off and on; nothing was printed.",
            ) from broken
        extent = f"{broken.taken} of {len(data)} bytes"
        raise DeliveryUnknown(
            f"The printer {line.name} was lost after {extent}: {broken}.", _LOOK_AT_THE_PAPER
        ) from broken
    if not two_way:
        return Delivery.SENT
    _await_confirmation(line, timeouts)
    return Delivery.CONFIRMED


def _check_ready(line: Line, timeouts: Timeouts) -> None:
    status = _ask(line, _STATUS_REQUEST, timeouts)
    if not status & _OFFLINE:
        return
    cause = _ask(line, _OFFLINE_CAUSE_REQUEST, timeouts)
    if cause & _PAPER_END:
        raise DeviceNotReady(f"The printer {line.name} is out of paper.", "Put in a new roll.")
    if cause & _COVER_OPEN:
        raise DeviceNotReady(f"The cover of printer {line.name} is open.", "Close the cover.")
    raise DeviceNotReady(
        f"The printer {line.name} says that it is offline.",
        "Look at its lights; feed the paper or switch it off and on.",
    )


def _ask(line: Line, request: bytes, timeouts: Timeouts) -> int:
    try:
        line.write(request)
        status = _next(line, _is_real_time_status, timeouts.status_timeout_ms)
    except LineBroken as broken:
        raise DeviceUnreachable(
            f"The printer {line.name} was lost before the job: {broken}.",
            "Check that it is on and that no other program holds it; nothing was printed.",
        ) from broken
    if status is None:
        raise DeviceStalled(
            f"The printer {line.name} does not answer.",
            f"Switch it off and on; nothing was printed. {_SUPPORTS_NOTHING}",
        )
    return status


def _await_confirmation(line: Line, timeouts: Timeouts) -> None:
    try:
        status = _next(line, _is_paper_status, timeouts.answer_timeout_ms)
    except LineBroken as broken:
        raise DeliveryUnknown(
            f"The printer {line.name} took the job and was lost: {broken}.", _LOOK_AT_THE_PAPER
        ) from broken
    if status is None:
        raise DeliveryUnknown(
            f"The printer {line.name} took the job and did not confirm it.", _LOOK_AT_THE_PAPER
        )
    if status & _PAPER_SENSOR_END:
        raise DeliveryUnknown(
            f"The printer {line.name} ran out of paper during the job.",
            f"Put in a new roll. {_LOOK_AT_THE_PAPER}",
        )


def _next(line: Line, wanted: Callable[[int], bool], timeout_ms: int) -> int | None:
    """Read until a byte that is `wanted`; printers also send status that nobody asked for."""
    deadline = monotonic() + timeout_ms / 1000
    while (left_ms := round((deadline - monotonic()) * 1000)) > 0:
        byte = line.read_byte(left_ms)
        if byte is not None and wanted(byte):
            return byte
    return None


def _is_real_time_status(byte: int) -> bool:
    return byte & 0x93 == 0x12


def _is_paper_status(byte: int) -> bool:
    return byte & 0x90 == 0
