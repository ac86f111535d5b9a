"""The reconciliation as tables on a terminal."""

import msgspec
from rich.console import Console
from rich.table import Table

from loyalty.amounts import decimals_of, plain_amount
from sync_server.reconcile.days import DayComparison, DayState
from sync_server.reconcile.late_versions import LateVersion
from sync_server.reconcile.standing import TerminalTotals

_STATE_STYLE = {DayState.AGREES: "green", DayState.WAITING: "yellow", DayState.DIFFERS: "red"}


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a reconciliation came to, of a chain that counts in `currency`."""

    history_id: str
    currency: str
    terminals: tuple[TerminalTotals, ...]
    days: tuple[DayComparison, ...]
    late_versions: tuple[LateVersion, ...]
    cases: int


def print_tables(outcome: Reconciliation, console: Console | None = None) -> None:
    """Print totals per terminal, the days that do not agree, late versions, and the verdict."""
    console = console or Console()
    console.print(_totals(outcome.terminals, decimals_of(outcome.currency)))
    open_days = [day for day in outcome.days if day.state is not DayState.AGREES]
    if open_days:
        console.print(_days(open_days))
    if outcome.late_versions:
        console.print(_late(outcome.late_versions))
    console.print(_verdict(outcome, len(open_days)))


def _totals(terminals: tuple[TerminalTotals, ...], decimals: int) -> Table:
    """Narrow enough for 80 columns, which is what a log or a small terminal has."""
    table = Table(title="Head office holds", box=None, padding=(0, 1, 0, 0), title_justify="left")
    table.add_column("terminal")
    for name in ("entries", "sales", "sold", "returns", "earned", "back", "redeemed", "issued"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("days", justify="right")
    for totals in terminals:
        table.add_row(
            totals.terminal if totals.epoch <= 1 else f"{totals.terminal} #{totals.epoch}",
            str(totals.entries),
            str(totals.sales),
            plain_amount(totals.sales_minor, decimals),
            str(totals.returns),
            str(totals.points_earned),
            str(totals.points_clawed_back),
            str(totals.points_redeemed),
            str(totals.vouchers_issued),
            str(totals.agreeing + totals.waiting + totals.differing),
        )
    return table


def _days(days: list[DayComparison]) -> Table:
    table = Table(title="Days that do not agree", box=None, padding=(0, 2, 0, 0))
    for name in ("terminal", "day", "state", "what", "till", "head office"):
        table.add_column(name)
    for day in days:
        state = f"[{_STATE_STYLE[day.state]}]{day.state.value}[/]"
        differences = list(day.differences.items()) or [("entry", _last_seqs(day))]
        for name, (till, office) in differences:
            table.add_row(day.terminal, day.day, state, name, str(till), str(office))
    return table


def _late(found: tuple[LateVersion, ...]) -> Table:
    table = Table(
        title="By another version of the programme than was in force; what was promised stands",
        box=None,
        padding=(0, 1, 0, 0),
        title_justify="left",
    )
    table.add_column("terminal")
    for name in ("by", "in force"):
        table.add_column(name, overflow="fold")
    for name in ("receipts", "promised", "in force", "more"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("latest")
    for one in found:
        table.add_row(
            *(one.terminal, one.used, one.in_force, str(one.entries)),
            *(str(one.points_promised), str(one.points_in_force), f"{one.difference:+d}"),
            one.latest,
        )
    return table


def _last_seqs(day: DayComparison) -> tuple[int, int]:
    return (day.till.last_seq if day.till else 0), day.office.last_seq


def _verdict(outcome: Reconciliation, open_days: int) -> str:
    cases = "no case is open" if outcome.cases == 0 else f"cases to look at: {outcome.cases}"
    if open_days:
        return f"[bold]{open_days} of {len(outcome.days)} days do not agree[/]; {cases}."
    return f"[bold green]All {len(outcome.days)} days agree[/]; {cases}."
