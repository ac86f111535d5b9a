"""`paragon till|kiosk`: the screens of a till, with the scanner that has a line of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import structlog
import typer

from drivers.connect import open_scanner
from drivers.errors import DriverError
from drivers.scanners.serial import SerialScanner
from loyalty.members import LANGUAGES
from terminal_app.bootstrap import log_to, open_till, utc_now
from terminal_app.commands.speaking import HomeOption, faults_in_words, home_of

SCANNER_STOP_TIMEOUT_S = 2.0

log = structlog.get_logger(__name__)

LanguageOption = Annotated[
    str | None, typer.Option("--language", help=f"{', '.join(LANGUAGES)}.", show_default=False)
]


def till(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Open the cashier's screen.

    Example: paragon till --language pl
    """
    from terminal_app.ui.cashier.app import CashierApp

    with faults_in_words():
        place = home_of(home)
        log_to(place)
        with open_till(place) as shop:
            shop.start()
            app = CashierApp(
                shop.till,
                language=language or shop.config.language,
                clock=utc_now,
                zone=shop.identity.zone,
            )
            with scanning(shop.config.scanner, app.scanned):
                app.run()


def kiosk(home: HomeOption = None, language: LanguageOption = None) -> None:
    """Open the member's kiosk.

    Example: paragon kiosk --language ru
    """
    from terminal_app.ui.kiosk.app import KioskApp

    with faults_in_words():
        place = home_of(home)
        log_to(place)
        with open_till(place) as shop:
            shop.start()
            app = KioskApp(
                shop.till,
                language=language or shop.config.language,
                clock=utc_now,
                idle_seconds=shop.config.kiosk_idle_seconds,
                zone=shop.identity.zone,
            )
            with scanning(shop.config.scanner, app.scanned):
                app.run()


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
