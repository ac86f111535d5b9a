"""Bytes of a barcode reader as scans: no port, no clock, chunks split anywhere.

A reader on a serial line must end each scan with CR, LF or both, as they leave the factory.
Switched to send AIM identifiers it also says which kind of code it read: `]Q1` before a QR code.
"""

import re

from msgspec import Struct

MAX_SCAN_BYTES = 1024
"""The longest scan taken: a signed voucher has 113 characters; a QR code of a tax form, 700."""

_END = re.compile(rb"[\r\n\x03]")
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_FRAME_NOISE = dict.fromkeys([*range(0x1D), 0x1E, 0x1F, 0x7F])
"""Framing such as STX goes; GS (0x1d) stays, as it parts the fields of a GS1 code."""


class Scan(Struct, frozen=True):
    """One code that was read; `symbology` is its AIM identifier, as `]Q1`, or empty."""

    text: str
    symbology: str = ""


class ScanSplitter:
    """Collects chunks and gives out whole scans.

    `dropped` counts those longer than `MAX_SCAN_BYTES`, which are noise or an attack: half a code
    could be another code's number, so nothing of them is given out.
    """

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overlong = False
        self.dropped = 0

    def feed(self, chunk: bytes) -> list[Scan]:
        """Take the next bytes from the line and return the scans they complete."""
        scans: list[Scan] = []
        *ended, rest = _END.split(chunk)
        for part in ended:
            self._collect(part)
            scan = self._finish()
            if scan is not None:
                scans.append(scan)
        self._collect(rest)
        return scans

    def reset(self) -> None:
        """Forget a scan that has begun: its line broke, and the rest will never come."""
        self._pending.clear()
        self._overlong = False

    def _collect(self, part: bytes) -> None:
        if self._overlong or len(self._pending) + len(part) > MAX_SCAN_BYTES:
            self._overlong = True
            self._pending.clear()
        else:
            self._pending += part

    def _finish(self) -> Scan | None:
        if self._overlong:
            self.dropped += 1
            self.reset()
            return None
        text = self._pending.decode("utf-8", errors="replace").translate(_FRAME_NOISE).strip()
        self._pending.clear()
        aim = _AIM.match(text)
        if aim:
            return Scan(text[aim.end() :], aim.group()) if text[aim.end() :] else None
        return Scan(text) if text else None
