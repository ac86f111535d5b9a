"""The one writer of a printer: takes receipts from the spool and says what became of each."""

import threading
from zoneinfo import ZoneInfo

import msgspec
import structlog

from drivers.errors import DeliveryUnknown, DeviceUnreachable, DriverError
from drivers.printers.printer import Printer
from terminal_app.background import Background
from terminal_app.printing.compose import compose_document
from terminal_app.store import spool
from terminal_app.store.claim import Claim
from terminal_app.store.connection import Store
from terminal_app.store.spool import PrintJob

RETRY_PAUSE_S = 2.0
"""Between two tries at a printer that is away."""

STOP_TIMEOUT_S = 30.0

log = structlog.get_logger(__name__)


class Fate(msgspec.Struct, frozen=True):
    """What became of a job, and whether the printer is worth another one now."""

    state: str
    trouble: str = ""
    printer_is_well: bool = True


class PrintWorker:
    """Prints one till's spool. `drain` prints what waits now; `start` does so in a thread.

    A till may have several processes (cashier, agent); the one that holds `claim` prints for all.

    A sale never waits for it: a job that cannot be printed stays pending, one whose fate nobody
    knows becomes unknown and is left to a person.
    """

    def __init__(self, store: Store, printer: Printer | None, zone: ZoneInfo, claim: Claim) -> None:
        self._store = store
        self._printer = printer
        self._claim = claim
        self._zone = zone
        self._one_at_a_time = threading.Lock()
        self._background = Background(
            "printing",
            self.drain,
            pause_s=lambda: RETRY_PAUSE_S,
            stop_timeout_s=STOP_TIMEOUT_S,
        )

    def drain(self) -> int:
        """Print waiting jobs until none is left or the printer fails; gives how many came out."""
        printed = 0
        with self._one_at_a_time:
            if self._printer is None or not self._hold():
                return 0
            job = self._take_next()
            while job is not None:
                fate = self._print(self._printer, job)
                printed += fate.state in spool.DONE_STATES
                job = self._take_next(job, fate)
        return printed

    def nudge(self) -> None:
        """Print soon."""
        self._background.nudge()

    def start(self) -> None:
        """Print in the background until `stop`."""
        self._background.start()

    def stop(self) -> None:
        """End the printing after the job it is in, and let go of the printer."""
        self._background.stop()
        self._claim.release()

    def _hold(self) -> bool:
        """Be the printer's one writer; what the one before was printing when it died is unknown."""
        if self._claim.is_held:
            return True
        if not self._claim.take():
            return False
        with self._store.writing() as connection:
            spool.mark_interrupted(connection)
        return True

    def _take_next(self, done: PrintJob | None = None, fate: Fate | None = None) -> PrintJob | None:
        """Record the fate of the job before and take the next, in one transaction."""
        with self._store.writing() as connection:
            if done is not None and fate is not None:
                spool.mark(connection, done.job, fate.state, fate.trouble)
                if not fate.printer_is_well:
                    return None
            if self._background.is_stopping:
                return None
            job = spool.next_job(connection)
            if job is not None:
                spool.mark(connection, job.job, spool.PRINTING)
            return job

    def _print(self, printer: Printer, job: PrintJob) -> Fate:
        try:
            delivery = printer.print(compose_document(job.receipt, self._zone))
        except DeviceUnreachable as fault:
            return Fate(spool.PENDING, fault.message, printer_is_well=False)
        except DeliveryUnknown as fault:
            return Fate(spool.UNKNOWN, fault.message, printer_is_well=False)
        except DriverError as fault:
            # This receipt can never be printed; the ones behind it must not wait for it.
            log.error("receipt_unprintable", receipt=job.receipt.reference, reason=str(fault))
            return Fate(spool.UNKNOWN, fault.message)
        except Exception as fault:
            # A fault of ours in one receipt: the log has it, and the ones behind it come out.
            log.exception("printing_fault", receipt=job.receipt.reference)
            return Fate(spool.UNKNOWN, type(fault).__name__)
        return Fate(str(delivery))
