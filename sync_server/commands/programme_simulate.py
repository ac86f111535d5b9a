"""`paragon-server programme simulate`: a draft tried out on sales before it is published."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from sync_server.commands.documents import programme_in
from sync_server.commands.output import JsonOption, say, say_json

SIMULATE_EXAMPLE = (
    "Example: paragon-server programme simulate draft.toml --sales receipts.csv.gz "
    "--against present.toml --margin 30 --uplift 5,10,15 --html draft.html"
)

DocumentArgument = Annotated[Path, typer.Argument(help="The draft, a TOML file.")]
SalesOption = Annotated[
    str,
    typer.Option(help="CSV of receipt lines, plain or .gz; or ledger: the chain's own sales."),
]
SimulateHomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        envvar="PARAGON_SERVER_HOME",
        help="Head office, whose programme in force the draft is held against.",
        show_default=False,
    ),
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(help="Programme to hold the draft against.", show_default=False),
]
UpliftOption = Annotated[str, typer.Option(help="How much more members may buy, in per cent.")]
MarginOption = Annotated[str, typer.Option(help="The shop's margin on its goods, in per cent.")]
TimezoneOption = Annotated[
    str,
    typer.Option(
        help="Where the shop's clock hangs; with --home the chain's, else Europe/London.",
        show_default=False,
    ),
]
HtmlOption = Annotated[
    Path | None, typer.Option(help="Write a page with charts here.", show_default=False)
]


def programme_simulate(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    file: DocumentArgument,
    sales: SalesOption,
    home: SimulateHomeOption = None,
    against: AgainstOption = None,
    uplift: UpliftOption = "5,10,15",
    margin: MarginOption = "30",
    timezone: TimezoneOption = "",
    html: HtmlOption = None,
    json: JsonOption = False,
) -> None:
    """Try the programme in FILE out on sales that were made: points, cost, who wins and loses.

    The columns of a file are InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice
    and CustomerID, and where it has them Currency, Branch, Category and Tags. Nothing is changed
    anywhere.
    """
    from sync_server.commands.opening import founded_store
    from sync_server.simulating import request
    from sync_server.simulating.page import write_page
    from sync_server.simulating.printing import print_report
    from sync_server.simulating.report import as_told, simulate
    from sync_server.store.engine import reading

    draft = programme_in(file)
    stakes = request.stakes_of(margin, uplift)
    present = programme_in(against) if against else None
    with ExitStack() as closing:
        connection = None
        if home:
            engine = closing.enter_context(founded_store(home))
            connection = closing.enter_context(reading(engine))
        zone = request.zone_of(timezone, connection)
        present = present or request.programme_in_force(connection)
        request.require_one_currency(draft, present, connection)
        source = request.source_of(sales, zone, draft.currency, connection)
        on_progress = closing.enter_context(_progress(is_silent=json))
        report = simulate(source, zone, draft, present, stakes, on_progress)
    if html:
        write_page(html, report)
    if json:
        say_json(as_told(report))
        return
    print_report(report)
    if html:
        say(f"The page with charts is {html}.")


@contextmanager
def _progress(is_silent: bool) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error when that is a terminal; else nothing at all."""
    if is_silent or not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.completed:,} of {task.total:,} receipts"),
        BarColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("simulate", total=0)
        yield lambda done, total: bar.update(task, completed=done, total=total)
