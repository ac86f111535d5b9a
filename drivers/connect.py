"""Devices by their address, so that a till is set up by writing one line."""

from collections.abc import Callable
from pathlib import Path
from typing import get_args
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import structs

from drivers.errors import DeviceUrlInvalid
from drivers.printers.printer import Printer
from drivers.printers.profile import (
    DOTS_PER_COLUMN,
    PROFILES_BY_WIDTH_MM,
    CodePage,
    PrinterProfile,
)
from drivers.scanners.serial import SerialScanner
from drivers.simulators.in_process import InProcessTransport
from drivers.simulators.printer import OnPaper
from drivers.transports.file import FileTransport
from drivers.transports.serial import SerialTransport
from drivers.transports.tcp import TcpTransport

PRINTER_FORMS = (
    "escpos+tcp://192.168.1.50:9100?width=80",
    "escpos+serial:///dev/ttyUSB0?baud=9600&width=58",
    "file:///var/spool/receipts.bin?width=80",
    "sim:",
)
SCANNER_FORMS = ("serial:///dev/ttyACM0?baud=9600",)

DEFAULT_PORT = 9100
DEFAULT_BAUD = 9600
MIN_COLUMNS, MAX_COLUMNS = 24, 64
MAX_SLOT = 255

_PROFILE_OPTIONS = frozenset({"width", "columns", "pages", "qr", "cut"})
_FLOWS = ("none", "rtscts", "xonxoff")


def open_printer(url: str, on_paper: OnPaper | None = None) -> Printer:
    """Return the printer at `url`; nothing is connected before the first job.

    Every form takes `width` (80 or 58 mm), `columns` (24 to 64 of font A, when the printer has
    another number), `pages` (`CP852:54,CP866:59`: code pages and their `ESC t` slots), `qr`
    (`native` or `raster`) and `cut` (`yes` or `no`). Network and serial printers take `ack` (`no`
    for one that never answers); serial ones `baud` and `flow` (`none`, `rtscts`, `xonxoff`).
    `on_paper` is called with every paper of a `sim:` printer. Raises DeviceUrlInvalid.
    """
    address = _Address(url, PRINTER_FORMS)
    match address.scheme:
        case "escpos+tcp":
            address.allow(_PROFILE_OPTIONS | {"ack"})
            host, port = address.host_and_port()
            return Printer(
                url,
                _profile(address),
                TcpTransport(host, port),
                two_way=address.choice("ack", ("yes", "no")) == "yes",
            )
        case "escpos+serial":
            address.allow(_PROFILE_OPTIONS | {"ack", "baud", "flow"})
            baud = address.number("baud", DEFAULT_BAUD, 300, 1_000_000)
            return Printer(
                url,
                _profile(address),
                SerialTransport(address.device(), baud, address.choice("flow", _FLOWS)),
                two_way=address.choice("ack", ("yes", "no")) == "yes",
            )
        case "file":
            address.allow(_PROFILE_OPTIONS)
            return Printer(url, _profile(address), FileTransport(address.path()), two_way=False)
        case "sim":
            address.allow(_PROFILE_OPTIONS)
            profile = _profile(address)
            return Printer(
                url, profile, InProcessTransport(profile.columns, on_paper), two_way=True
            )
        case other:
            raise address.invalid(f"{other or 'nothing'} is no kind of printer")


def open_scanner(url: str, on_connection: Callable[[bool], None] | None = None) -> SerialScanner:
    """Return the scanner at `url`, to be iterated over; raises DeviceUrlInvalid.

    `on_connection` is told True when the scanner is there and False when it is gone.
    """
    address = _Address(url, SCANNER_FORMS)
    if address.scheme != "serial":
        raise address.invalid(f"{address.scheme or 'nothing'} is no kind of scanner")
    address.allow(frozenset({"baud"}))
    baud = address.number("baud", DEFAULT_BAUD, 300, 1_000_000)
    return SerialScanner(address.device(), baud, on_connection)


def _profile(address: "_Address") -> PrinterProfile:
    profile = PROFILES_BY_WIDTH_MM[int(address.choice("width", ("80", "58")))]
    columns = address.number("columns", profile.columns, MIN_COLUMNS, MAX_COLUMNS)
    own_qr, own_cut = (
        "native" if profile.native_qr else "raster",
        "yes" if profile.cutter else "no",
    )
    return structs.replace(
        profile,
        columns=columns,
        dots=columns * DOTS_PER_COLUMN,
        code_pages=address.code_pages() or profile.code_pages,
        native_qr=address.choice("qr", ("native", "raster"), own_qr) == "native",
        cutter=address.choice("cut", ("yes", "no"), own_cut) == "yes",
    )


class _Address:
    """A URL taken apart; every complaint says what is wrong and lists the forms that are right."""

    def __init__(self, url: str, forms: tuple[str, ...]) -> None:
        self._url = url
        self._forms = forms
        try:
            self._parts: SplitResult = urlsplit(url)
            pairs = parse_qsl(
                self._parts.query, keep_blank_values=True, strict_parsing=bool(self._parts.query)
            )
        except ValueError as fault:
            raise self.invalid(str(fault)) from fault
        self.scheme = self._parts.scheme
        self._options = dict(pairs)
        if len(self._options) != len(pairs):
            raise self.invalid("an option is given twice")

    def invalid(self, reason: str) -> DeviceUrlInvalid:
        return DeviceUrlInvalid(
            f"The device address {self._url!r} cannot be used: {reason}.",
            "Write it like one of: " + "  ".join(self._forms),
        )

    def allow(self, names: frozenset[str]) -> None:
        for name in self._options.keys() - names:
            raise self.invalid(f"it has no option {name!r}, only {', '.join(sorted(names))}")

    def host_and_port(self) -> tuple[str, int]:
        try:
            host, port = self._parts.hostname, self._parts.port
        except ValueError as fault:
            raise self.invalid("its port is not a number from 1 to 65535") from fault
        if not host or self._parts.path not in ("", "/"):
            raise self.invalid("it must name a host, and a port after a colon, and no more")
        if port == 0:
            raise self.invalid("its port is not a number from 1 to 65535")
        return host, port or DEFAULT_PORT

    def device(self) -> str:
        """The path after three slashes, or a Windows port as in `serial://COM3`."""
        device = unquote(self._parts.netloc + self._parts.path)
        if not device.strip("/"):
            raise self.invalid("it names no device or file")
        return device

    def path(self) -> Path:
        """The path after `file://` or `file:`, on this machine only."""
        if self._parts.netloc not in ("", "localhost"):
            raise self.invalid("a file is on this machine, so three slashes come before its path")
        if not self._parts.path.strip("/"):
            raise self.invalid("it names no file")
        return Path(unquote(self._parts.path))

    def number(self, name: str, default: int, least: int, most: int) -> int:
        given = self._options.get(name, str(default))
        if not (_is_number(given) and least <= int(given) <= most):
            raise self.invalid(f"{name} must be a whole number from {least} to {most}")
        return int(given)

    def choice(self, name: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        given = self._options.get(name, default or allowed[0])
        if given not in allowed:
            raise self.invalid(f"{name} must be {' or '.join(allowed)}")
        return given

    def code_pages(self) -> tuple[tuple[CodePage, int], ...]:
        given = self._options.get("pages")
        if given is None:
            return ()
        pages: list[tuple[CodePage, int]] = []
        known = {name: name for name in get_args(CodePage)}
        for pair in given.split(","):
            name, _colon, slot = pair.partition(":")
            if name not in known or not (_is_number(slot) and int(slot) <= MAX_SLOT):
                raise self.invalid(
                    f"pages must be like CP852:18,CP866:17 with pages of {', '.join(known)}"
                )
            pages.append((known[name], int(slot)))
        return tuple(pages)


def _is_number(given: str) -> bool:
    return given.isascii() and given.isdigit() and len(given) < 10
