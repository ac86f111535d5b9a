"""`paragon replay`: a file of receipt lines as till traffic, and what it comes to."""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from loyalty.errors import ProgrammeInvalid
from loyalty.programme.document import CLASSIC, classic_document, load_programme
from terminal_app.commands.speaking import (
    EXIT_DISAGREES,
    JsonOption,
    faults_in_words,
    print_json,
)
from terminal_app.replay.errors import ReplayError
from terminal_app.replay.plan import MAX_TERMINALS, Plan
from terminal_app.replay.running import OnProgress, Request, run_replay
from terminal_app.replay.summary import Summary

REJECTS_FILE = "rejects.csv"
DEFAULT_PRINTER = "sim:"
NO_PRINTER = "none"
HOME_DIGEST_CHARACTERS = 8


class Speed(StrEnum):
    """How fast the sales come: as fast as they can, or as they came in the shop."""

    MAX = "max"
    REAL = "real"


FileArgument = Annotated[Path, typer.Argument(help="CSV of receipt lines, plain or .gz.")]
TerminalsOption = Annotated[
    int, typer.Option(min=1, max=MAX_TERMINALS, help="Tills that share the invoices.")
]
ProgrammeOption = Annotated[
    Path | None,
    typer.Option(help=f"Programme document; the default is {CLASSIC}.", show_default=False),
]
ServerOption = Annotated[str, typer.Option(help="Head office to use; the default: one of its own.")]
CodeOption = Annotated[
    list[str] | None,
    typer.Option(help="One-time code of a terminal at --server, once for each terminal."),
]
PrinterOption = Annotated[str, typer.Option(help=f"Address of a receipt printer, or {NO_PRINTER}.")]
SpeedOption = Annotated[Speed, typer.Option(help="As fast as it goes, or as in the shop.")]
TimezoneOption = Annotated[str, typer.Option(help="Where the shop's clock hangs.")]
ReplayHomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of the replay's ledgers; it goes on where it stopped."),
]
RejectsOption = Annotated[
    Path | None, typer.Option(help="Where to list lines that cannot be a sale.")
]
FreshOption = Annotated[bool, typer.Option("--fresh", help="Forget what was replayed before.")]


def replay(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    file: FileArgument,
    terminals: TerminalsOption = 3,
    programme: ProgrammeOption = None,
    server: ServerOption = "",
    code: CodeOption = None,
    printer: PrinterOption = DEFAULT_PRINTER,
    speed: SpeedOption = Speed.MAX,
    timezone: TimezoneOption = "Europe/London",
    home: ReplayHomeOption = None,
    rejects: RejectsOption = None,
    fresh: FreshOption = False,
    as_json: JsonOption = False,
) -> None:
    """Play a file of receipt lines as till traffic: tills, receipts, head office, reconciliation.

    The file's columns are InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice and
    CustomerID. Running it again changes nothing: an invoice counts once. Exit code 1 means that
    tills and head office differ.

    Example: paragon replay online_retail.csv.gz --terminals 3 --json
    """
    with faults_in_words():
        place = home or default_replay_home(file)
        request = Request(
            file=file,
            home=place,
            rejects_file=rejects or place / REJECTS_FILE,
            plan=Plan(
                terminals=terminals,
                programme_document=_document(programme, server),
                timezone=_zone(timezone),
                server_url=server,
            ),
            codes=tuple(code or ()),
            printer_url="" if printer == NO_PRINTER else printer,
            is_real_speed=speed is Speed.REAL,
            is_fresh=fresh,
        )
        with _progress() as on_progress:
            summary = run_replay(request, on_progress)
        if as_json:
            print_json(summary)
        else:
            _print_table(summary)
        if summary.differences:
            raise typer.Exit(EXIT_DISAGREES)


def default_replay_home(file: Path) -> Path:
    """Where the ledgers of `file` live: two files of one name in two folders do not share them."""
    stem = file.name.removesuffix(".gz").removesuffix(".csv")
    digest = hashlib.sha256(os.fsencode(file.resolve())).hexdigest()[:HOME_DIGEST_CHARACTERS]
    return Path(platformdirs.user_data_dir("paragon")) / "replay" / f"{stem}-{digest}"


def _document(programme: Path | None, server: str) -> str:
    if programme is None:
        return "" if server else classic_document()
    if server:
        raise ReplayError(
            "With --server the programme is head office's own.", "Leave --programme out."
        )
    try:
        document = programme.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise ProgrammeInvalid(f"{programme} cannot be read: {fault}.") from fault
    load_programme(document, str(programme))
    return document


def _zone(timezone: str) -> str:
    try:
        return ZoneInfo(timezone).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ReplayError(
            f"There is no time zone {timezone!r}.", "Write it like Europe/London."
        ) from fault


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A progress bar on standard error when that is a terminal; else nothing at all."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    columns = (
        TextColumn("{task.completed:,} of {task.total:,} lines"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replay", total=0)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print_table(summary: Summary) -> None:
    table = Table("", "", title="Replay", show_header=False)
    table.columns[1].justify = "right"
    for name in (
        *("invoices", "sales", "returns", "anonymous", "lines", "rejected_lines"),
        *("refused_invoices", "members", "points_earned", "points_clawed_back"),
        *("points_redeemed", "vouchers_issued", "receipts_printed", "receipts_waiting"),
        *("receipts_unknown", "entries", "posted_now", "already_posted", "lines_per_second"),
    ):
        table.add_row(name.replace("_", " "), f"{getattr(summary, name):,}")
    table.add_section()
    for name, side in (("till", summary.till), ("server", summary.server)):
        table.add_row(f"{name} balances", f"{side.points:,} points of {side.members:,} members")
    table.add_row("differences", f"{summary.differences:,}")
    console = Console()
    console.print(table)
    if summary.rejected_lines or summary.refused_invoices:
        console.print(f"What was not sold, and why: {summary.rejects_file}", soft_wrap=True)
    verdict = "agree" if not summary.differences else "do NOT agree; see paragon-server reconcile"
    console.print(f"Tills and head office {verdict}. {summary.seconds} s.", soft_wrap=True)
