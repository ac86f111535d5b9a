"""Running a replay from its file to its summary."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from loyalty.programme.document import load_programme
from loyalty.receipt_files.invoices import Invoice
from loyalty.receipt_files.receipt_lines import Reject
from loyalty.wire import Standing
from terminal_app.bootstrap import Shop, log_to
from terminal_app.errors import HeadOfficeRefused, HeadOfficeUnreachable
from terminal_app.locale.words import Words
from terminal_app.replay.chain import open_chain
from terminal_app.replay.errors import HeadOfficeFault
from terminal_app.replay.invoices import read_invoices
from terminal_app.replay.plan import Plan, clear, only_replay
from terminal_app.replay.rejects import write_rejects
from terminal_app.replay.summary import Run, Summary, summarise
from terminal_app.replay.traffic import Traffic
from terminal_app.till.answers import Refusal
from terminal_app.till.refusals import sentence

BATCH_INVOICES = 100
"""Receipts are printed after so many: often enough to be seen, seldom enough to be quick."""

MAX_REAL_GAP_S = 600.0
"""At real speed a gap longer than this (a night, a holiday) is shortened to it."""

OnProgress = Callable[[int, int], None]
"""Told how many receipt lines of how many have been rung up."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a replay; an empty `printer_url` leaves the receipts in the spools."""

    file: Path
    home: Path
    rejects_file: Path
    plan: Plan
    codes: tuple[str, ...] = ()
    printer_url: str = ""
    is_real_speed: bool = False
    is_fresh: bool = False


class _Played(msgspec.Struct):
    posted_now: int = 0
    already_posted: int = 0
    refused: list[Reject] = msgspec.field(default_factory=list)


def run_replay(request: Request, on_progress: OnProgress) -> Summary:
    """Play `request.file` and give its summary; raises ReplayError and what the tills raise.

    The file is read whole before anything is founded or sold, so an unreadable one leaves no
    trace.
    """
    started = time.monotonic()
    document = request.plan.programme_document
    currency = load_programme(document).currency if document else ""
    held = read_invoices(request.file, ZoneInfo(request.plan.timezone), currency)
    with only_replay(request.home):
        if request.is_fresh:
            clear(request.home)
        log_to(request.home)
        write_rejects(request.rejects_file, held.rejects)
        with open_chain(request.home, request.plan, request.codes, request.printer_url) as tills:
            traffic = Traffic(tills)
            traffic.settle()
            played = _play(tills, traffic, held.invoices, on_progress, request.is_real_speed)
            _print_waiting(tills)
            traffic.settle()
            write_rejects(request.rejects_file, [*held.rejects, *played.refused])
            run = Run(
                file=str(request.file),
                lines=held.lines,
                rejected_lines=len(held.rejects),
                refused_invoices=len(played.refused),
                rejects_file=str(request.rejects_file),
                posted_now=played.posted_now,
                already_posted=played.already_posted,
                seconds=time.monotonic() - started,
                home=str(request.home),
            )
            return summarise(tills, _standing(tills[0]), run)


def _play(
    tills: Sequence[Shop],
    traffic: Traffic,
    invoices: Sequence[Invoice],
    on_progress: OnProgress,
    is_real_speed: bool,
) -> _Played:
    played = _Played()
    total = sum(len(invoice.lines) for invoice in invoices)
    done = 0
    earlier_ms = invoices[0].occurred_at_ms if invoices else 0
    is_printing = True
    for place, invoice in enumerate(invoices, 1):
        if is_real_speed:
            _pause(invoice.occurred_at_ms - earlier_ms)
            earlier_ms = max(earlier_ms, invoice.occurred_at_ms)
        _ring_up(traffic, invoice, played)
        done += len(invoice.lines)
        if is_printing and (is_real_speed or place % BATCH_INVOICES == 0):
            # A printer that is away is asked once more at the end, not after every batch.
            is_printing = _print_waiting(tills)
        on_progress(done, total)
    return played


def _ring_up(traffic: Traffic, invoice: Invoice, played: _Played) -> None:
    answer = traffic.play(invoice)
    if isinstance(answer, Refusal):
        reason = f"the invoice was refused: {sentence(answer, Words('en'))}"
        played.refused.append(Reject(invoice.first_line, reason, invoice.number))
    elif answer.repeated:
        played.already_posted += 1
    else:
        played.posted_now += 1


def _print_waiting(tills: Sequence[Shop]) -> bool:
    """Print what waits; False when a printer left something waiting."""
    for shop in tills:
        shop.spool.drain()
    return not any(shop.till.status().waiting_jobs for shop in tills)


def _pause(gap_ms: int) -> None:
    if gap_ms > 0:
        time.sleep(min(gap_ms / 1000, MAX_REAL_GAP_S))


def _standing(shop: Shop) -> Standing:
    try:
        return shop.uplink.standing()
    except (HeadOfficeUnreachable, HeadOfficeRefused) as fault:
        raise HeadOfficeFault(
            f"All is posted, but head office could not be asked for its side: {fault.message}",
            "Run the same command again; it only compares.",
        ) from fault
