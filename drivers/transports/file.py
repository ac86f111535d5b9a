"""A file or device node that takes the bytes: a spool folder, `/dev/usb/lp0`, a pipe."""

import os
import select
import stat
from contextlib import suppress
from pathlib import Path
from time import monotonic

from drivers.errors import DeliveryUnknown, DeviceUnreachable
from drivers.transports.delivery import DEFAULT_TIMEOUTS, Delivery, Timeouts

_NEW_FILE_MODE = 0o640
_DEVICE_FOLDER = "/dev"


class FileTransport:
    """Appends each job to `path`, made when it is missing (never under `/dev`).

    A file that runs full is cut back to where the job began, so that it holds whole jobs only.
    """

    def __init__(self, path: Path, timeouts: Timeouts = DEFAULT_TIMEOUTS) -> None:
        self._path = path
        self._timeouts = timeouts

    def send(self, data: bytes) -> Delivery:
        """Deliver one whole job; see `Transport.send`. Nothing here can confirm it."""
        try:
            handle = self._open()
        except OSError as fault:
            raise DeviceUnreachable(
                f"The print file {self._path} cannot be opened: {fault.strerror}.",
                "Check that its folder exists and that this user may write there.",
            ) from fault
        try:
            self._append(handle, data)
        finally:
            os.close(handle)
        return Delivery.SENT

    def _open(self) -> int:
        # Without waiting: opening a pipe that nobody reads would block for ever.
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
        if not self._path.is_relative_to(_DEVICE_FOLDER):
            flags |= os.O_CREAT
        return os.open(self._path, flags, _NEW_FILE_MODE)

    def _append(self, handle: int, data: bytes) -> None:
        start = os.fstat(handle)
        taken = 0
        try:
            while taken < len(data):
                taken += self._write_some(handle, memoryview(data)[taken:])
        except OSError as fault:
            if taken and stat.S_ISREG(start.st_mode):
                with suppress(OSError):
                    os.ftruncate(handle, start.st_size)
                    taken = 0
            if taken == 0:
                raise DeviceUnreachable(
                    f"The print file {self._path} takes no data: {fault.strerror}.",
                    "Make room on its disk, or look at the printer behind it.",
                ) from fault
            raise DeliveryUnknown(
                f"{self._path} took {taken} of {len(data)} bytes: {fault.strerror}.",
                "Look at the paper before printing again.",
            ) from fault

    def _write_some(self, handle: int, data: memoryview) -> int:
        deadline = monotonic() + self._timeouts.write_timeout_ms / 1000
        while True:
            try:
                return os.write(handle, data)
            except BlockingIOError:
                left_s = deadline - monotonic()
                if left_s <= 0:
                    raise
                select.select([], [handle], [], left_s)
