"""The only place that wires the shop's side together; nothing opens before it is called."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from drivers.connect import open_printer
from drivers.errors import DriverError
from drivers.printers.printer import Printer
from loyalty.clock import Clock
from terminal_app.config import (
    LOG_FILE,
    PRIVATE_DIRECTORY_MODE,
    STORE_FILE,
    TillConfig,
    load_config,
)
from terminal_app.errors import ConfigInvalid
from terminal_app.joining import not_set_up, product_version
from terminal_app.printing.worker import PrintWorker
from terminal_app.store import epochs, settings
from terminal_app.store.claim import Claim
from terminal_app.store.connection import Store, open_store
from terminal_app.store.counterfoil import lost_end
from terminal_app.store.fingerprint import fingerprint_of
from terminal_app.store.run_clock import Ticks
from terminal_app.store.settings import Identity
from terminal_app.sync.line import Line
from terminal_app.sync.loop import SyncLoop
from terminal_app.sync.snapshot import OnProgress
from terminal_app.sync.uplink import Uplink
from terminal_app.till.door import Till

PRINTER_CLAIM_FILE = "printer.lock"


class Shop(msgspec.Struct, frozen=True):
    """One till, whole: what the faces use and what runs behind them."""

    till: Till
    sync: SyncLoop
    spool: PrintWorker
    store: Store
    config: TillConfig
    uplink: Uplink

    @property
    def identity(self) -> Identity:
        """Who this terminal is now; it changes when the till moves to a new journal."""
        with self.store.reading() as connection:
            return settings.require_identity(connection)

    def start(self) -> None:
        """Sync and print in the background."""
        self.sync.start()
        self.spool.start()


def utc_now() -> datetime:
    """The machine's present, in UTC."""
    return datetime.now(UTC)


@contextmanager
def open_till(
    home: Path,
    *,
    clock: Clock = utc_now,
    printer: Printer | None = None,
    ticks: Ticks = time.monotonic_ns,
    fingerprint: Callable[[Path], str] = fingerprint_of,
    on_progress: OnProgress = lambda _: None,
) -> Iterator[Shop]:
    """The till that lives in `home`, for as long as the block lasts.

    `printer` stands in for the one in the configuration; `ticks` is a clock that nobody can set,
    and `fingerprint` tells which machine and file the data is in; `on_progress` is told how a start
    from a snapshot comes on. Raises NotSetUp when `home` has no till, ConfigInvalid or StoreFault
    when its files cannot be used.
    """
    if not (home / STORE_FILE).exists():
        raise not_set_up(home)
    config = load_config(home)
    device = printer or _printer(config, home)
    store = open_store(home / STORE_FILE, ticks=ticks)
    try:
        with store.reading() as connection:
            identity = settings.read_identity(connection)
        if identity is None:
            raise not_set_up(home)
        place = fingerprint(home / STORE_FILE)
        _suspend_copy(store, place)
        _suspend_cut_off(store, identity)
        line = Line()
        uplink = Uplink(identity.server_url, identity.token)
        sync = SyncLoop(
            store,
            uplink,
            line,
            clock,
            product_version=product_version(),
            every_s=config.sync_seconds,
            fingerprint=place,
            on_progress=on_progress,
        )
        claim = Claim(home / PRINTER_CLAIM_FILE)
        worker = PrintWorker(store, device, identity.zone, claim)

        def wake() -> None:
            worker.nudge()
            sync.nudge()

        till = Till(store, clock, line, on_posted=wake)
        shop = Shop(till, sync, worker, store, config, uplink)
        try:
            yield shop
        finally:
            worker.stop()
            sync.stop()
    finally:
        store.close()


def log_to(home: Path) -> None:
    """Send the product's log to a file in `home`: the screen belongs to the cashier."""
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIRECTORY_MODE)
    # A log that cannot be written, on a full disk, must not complain in the open.
    logging.raiseExceptions = False
    handler = logging.FileHandler(home / LOG_FILE, encoding="utf-8", delay=True)
    logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(message)s", force=True)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _suspend_copy(store: Store, place: str) -> None:
    """Spend nothing from data that was moved here: it may be a copy of a till that goes on.

    The next sync asks head office for a journal of its own, and the suspension ends.
    """
    with store.reading() as connection:
        noted = epochs.read_fingerprint(connection)
    if noted == place:
        return
    with store.writing() as connection:
        if noted:
            settings.write_suspension(connection, epochs.COPY)
            # What was asked for is for the till that it was copied from.
            epochs.write_next(connection, None)
        else:
            # A till of the first version: it is taken to be where it always was.
            epochs.write_fingerprint(connection, place)


def _suspend_cut_off(store: Store, identity: Identity) -> None:
    """Spend nothing while entries that head office confirmed are missing: they may be spending.

    The next sync finds where the journal parts from head office's, and the suspension ends.
    """
    if lost_end(store, identity) is None:
        return
    with store.writing() as connection:
        if not settings.read_suspension(connection):
            settings.write_suspension(connection, epochs.CUT_OFF)


def _printer(config: TillConfig, home: Path) -> Printer | None:
    if not config.printer:
        return None
    try:
        return open_printer(config.printer)
    except DriverError as fault:
        raise ConfigInvalid(f"{home}/till.toml: printer: {fault.message}", fault.hint) from fault
