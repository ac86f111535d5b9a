"""The only place that wires the shop's side together; nothing opens before it is called."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.connect import open_printer
from drivers.errors import DriverError
from drivers.printers.printer import Printer
from loyalty.clock import Clock
from loyalty.wire import EnrolReply, EnrolRequest
from terminal_app.config import LOG_FILE, STORE_FILE, TillConfig, load_config
from terminal_app.errors import AlreadySetUp, ConfigInvalid, HeadOfficeUnreachable, NotSetUp
from terminal_app.printing.worker import PrintWorker
from terminal_app.store import epochs, members, settings
from terminal_app.store.claim import Claim
from terminal_app.store.connection import Store, open_store
from terminal_app.store.counterfoil import lost_end
from terminal_app.store.fingerprint import fingerprint_of
from terminal_app.store.run_clock import Ticks
from terminal_app.store.settings import Identity
from terminal_app.sync.line import Line
from terminal_app.sync.loop import SyncLoop
from terminal_app.sync.moving import leave_for
from terminal_app.sync.snapshot import OnProgress
from terminal_app.sync.uplink import Uplink
from terminal_app.till.door import Till

PRIVATE_DIRECTORY_MODE = 0o700
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


def product_version() -> str:
    """The version of the installed product."""
    return metadata.version("paragon-loyalty")


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
        raise _not_set_up(home)
    config = load_config(home)
    device = printer or _printer(config, home)
    store = open_store(home / STORE_FILE, ticks=ticks)
    try:
        with store.reading() as connection:
            identity = settings.read_identity(connection)
        if identity is None:
            raise _not_set_up(home)
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


def identity_of(home: Path) -> Identity | None:
    """Who the till in `home` is, or None while it has joined no chain. Raises StoreFault."""
    if not (home / STORE_FILE).exists():
        return None
    store = open_store(home / STORE_FILE)
    try:
        with store.reading() as connection:
            return settings.read_identity(connection)
    finally:
        store.close()


def join_chain(home: Path, server_url: str, code: str) -> Identity:
    """Make `home` a till of the chain: spend the one-time `code` and record who it now is.

    Raises AlreadySetUp, HeadOfficeUnreachable, HeadOfficeRefused or ConfigInvalid.
    """
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIRECTORY_MODE)
    key = Ed25519PrivateKey.generate()
    public_key = key.public_key().public_bytes_raw()
    store = open_store(home / STORE_FILE)
    try:
        with store.reading() as connection:
            known = settings.read_identity(connection)
        if known is not None:
            raise AlreadySetUp(
                f"{home} is already terminal {known.terminal} of {known.shop}.",
                "Choose another --home for another till.",
            )
        told = _enrol(server_url, code, key)
        identity = Identity(
            terminal=told.terminal,
            terminal_number=told.terminal_number,
            epoch=told.epoch,
            branch=told.branch,
            branch_name=told.branch_name,
            shop=told.shop,
            timezone=told.timezone,
            server_url=server_url.rstrip("/"),
            token=told.token,
            private_key=key.private_bytes_raw(),
            server_key=bytes.fromhex(told.server_key),
        )
        with store.writing() as connection:
            settings.write_identity(connection, identity)
            epochs.write_fingerprint(connection, fingerprint_of(home / STORE_FILE))
            settings.write_programme_document(connection, told.programme)
            members.put_terminal(connection, told.terminal, told.branch, {told.epoch: public_key})
        return identity
    finally:
        store.close()


def join_again(home: Path, server_url: str, code: str) -> Identity:
    """Give the till in `home` a new token, and a new journal, by spending the one-time `code`.

    For a till that head office has locked out, or that has another head office's key. All it wrote
    stays: what head office does not hold is told at the next sync, in the old journal or, where
    that is not taken, again in the new one. `server_url` may be empty: the one it has.

    Raises NotSetUp, AlreadySetUp (the code is of another terminal), and as `join_chain` does.
    """
    known = identity_of(home)
    if known is None:
        raise _not_set_up(home)
    told = _enrol(server_url or known.server_url, code, known.signing_key)
    if told.terminal != known.terminal:
        raise AlreadySetUp(
            f"This code is of terminal {told.terminal}; {home} is terminal {known.terminal}.",
            f"Ask head office for a code of {known.terminal}.",
        )
    if told.epoch < known.epoch or told.epoch in known.earlier_epochs:
        raise AlreadySetUp(
            f"Head office gave journal {told.epoch}, which {home} has already.",
            "Ask for another code, or set the till up in a new home.",
        )
    identity = msgspec.structs.replace(
        known,
        branch=told.branch,
        branch_name=told.branch_name,
        shop=told.shop,
        timezone=told.timezone,
        server_url=(server_url or known.server_url).rstrip("/"),
        token=told.token,
        server_key=bytes.fromhex(told.server_key),
    )
    store = open_store(home / STORE_FILE)
    try:
        with store.writing() as connection:
            settings.write_identity(connection, identity)
            if told.epoch != known.epoch:
                leave_for(connection, told.epoch, told.terminal_number)
        return identity
    finally:
        store.close()


def _enrol(server_url: str, code: str, key: Ed25519PrivateKey) -> EnrolReply:
    uplink = Uplink(server_url)
    try:
        return uplink.enrol(
            EnrolRequest(
                code=code.strip(),
                public_key=key.public_key().public_bytes_raw().hex(),
                product_version=product_version(),
            )
        )
    except HeadOfficeUnreachable as fault:
        raise HeadOfficeUnreachable(
            fault.message, "Check the address and the line, then set this till up again."
        ) from fault
    finally:
        uplink.close()


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


def _not_set_up(home: Path) -> NotSetUp:
    return NotSetUp(
        f"There is no till in {home}.",
        "Get a one-time code from head office, then run: "
        "paragon setup --server https://HEAD-OFFICE --code CODE",
    )
