"""`paragon till|kiosk`: the screens of a till, with the scanner that has a line of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Protocol

import structlog
import typer

from drivers.connect import open_scanner
from drivers.errors import DriverError
from drivers.scanners.serial import SerialScanner
from terminal_app.bootstrap import Shop, log_to, open_till, utc_now
from terminal_app.commands.speaking import HomeOption, Language, faults_in_words, home_of

SCANNER_STOP_TIMEOUT_S = 2.0

log = structlog.get_logger(__name__)

LanguageOption = Annotated[
    Language | None,
    typer.Option(
        help="Language of the screen; the configuration's by default.", show_default=False
    ),
]


class Screen(Protocol):
    """A face of the till; the real ones load a screen library, which other commands need not."""

    def run(self) -> object:
        """Show the screen until its person leaves."""
        ...

    def scanned(self, text: str) -> None:
        """Take what a scanner of its own read; called from its thread."""
        ...


def till(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Open the cashier's screen.

    Example: paragon till --language pl
    """
    from terminal_app.ui.cashier.app import CashierApp

    def screen(shop: Shop) -> CashierApp:
        return CashierApp(
            shop.till,
            language=language or shop.config.language,
            clock=utc_now,
            zone=shop.identity.zone,
        )

    _show(home, screen)


def kiosk(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Open the member's kiosk.

    Example: paragon kiosk --language ru
    """
    from terminal_app.ui.kiosk.app import KioskApp

    def screen(shop: Shop) -> KioskApp:
        return KioskApp(
            shop.till,
            language=language or shop.config.language,
            clock=utc_now,
            zone=shop.identity.zone,
            idle_seconds=shop.config.kiosk_idle_seconds,
        )

    _show(home, screen)


def _show(home: Path | None, screen: Callable[[Shop], Screen]) -> None:
    with faults_in_words():
        place = home_of(home)
        log_to(place)
        with open_till(place) as shop:
            shop.start()
            face = screen(shop)
            with scanning(shop.config.scanner, face.scanned):
                face.run()


@contextmanager
def scanning(url: str, take: Callable[[str], None]) -> Iterator[None]:
    """Hand every scan of the scanner at `url` to `take`; nothing to do for a keyboard wedge."""
    if not url:
        yield
        return
    scanner = open_scanner(url)
    reader = threading.Thread(target=_read, args=(scanner, take), name="scanner", daemon=True)
    reader.start()
    try:
        yield
    finally:
        scanner.close()
        reader.join(SCANNER_STOP_TIMEOUT_S)


def _read(scanner: SerialScanner, take: Callable[[str], None]) -> None:
    try:
        for scan in scanner:
            take(scan.text)
    except DriverError as fault:
        log.error("scanner_failed", reason=str(fault))
