"""Reconciliation as a page and as a file: per terminal and day, both sides and the difference."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from loyalty.tallies import DayTally
from sync_server.office import formats
from sync_server.office.desk import Desk, OfficeRequest, Page
from sync_server.reconcile.days import DayComparison, DayState, compare_days
from sync_server.reconcile.late_versions import LateVersion, late_versions
from sync_server.reconcile.standing import terminal_totals
from sync_server.reports.csv_files import csv_text
from sync_server.reports.rights import exposure
from sync_server.reports.terminals import terminals_now
from sync_server.store.tables import TALLY_COUNTS

MAX_ROWS_SHOWN = 100
"""On the page; the file has every row."""

MAX_LATE_COMPUTED = 20_000
"""Receipts by another version than was in force that a page computes again; the command has all."""

TONES = {DayState.AGREES: "good", DayState.WAITING: "warn", DayState.DIFFERS: "bad"}
_LABELS = {name: name.replace("_minor", " amount").replace("_", " ") for name in TALLY_COUNTS}


class Choice(msgspec.Struct, frozen=True):
    """Which days are asked for; an empty field asks for all."""

    terminal: str
    outcome: str

    def takes(self, compared: DayComparison) -> bool:
        """Whether this day is among them."""
        return self.terminal in ("", compared.terminal) and self.outcome in ("", compared.state)


class ShownDay(msgspec.Struct, frozen=True):
    """A row of the page; each of `differences` is a sentence of its own."""

    terminal: str
    day: str
    state: str
    office: DayTally
    differences: tuple[str, ...]


@get("/reconciliation", sync_to_thread=True)
def reconciliation_page(
    request: OfficeRequest,
    desk: NamedDependency[Desk],
    terminal: FromQuery[str] = "",
    outcome: FromQuery[str] = "",
) -> Page:
    """The days asked for, newest first, with their sums."""
    choice = Choice(terminal, outcome)
    with desk.reading() as connection:
        every_day = _newest_first(compare_days(connection))
        totals = terminal_totals(connection, every_day)
        tills = terminals_now(connection, desk.now_ms())
        at_stake = exposure(connection)
        late = late_versions(
            connection, desk.settings.zone, terminal=terminal or None, at_most=MAX_LATE_COMPUTED
        )
    days = [compared for compared in every_day if choice.takes(compared)]
    asked = {key: value for key, value in msgspec.structs.asdict(choice).items() if value}
    return desk.page(
        request,
        "reconciliation.html",
        rows=[_shown(compared, desk.settings.currency) for compared in days[:MAX_ROWS_SHOWN]],
        totals=totals,
        tills=tills,
        exposure=at_stake,
        late=[_late_in_words(one) for one in late.found[:MAX_ROWS_SHOWN]],
        late_in_all=len(late.found),
        late_computed=None if late.is_whole else MAX_LATE_COMPUTED,
        total=len(days),
        sums=_sums(days),
        differing=sum(compared.state is DayState.DIFFERS for compared in days),
        terminals=sorted({compared.terminal for compared in every_day}),
        states=[str(each) for each in DayState],
        chosen=choice,
        filter=f"?{urlencode(asked)}" if asked else "",
        tones=TONES,
    )


@get("/reconciliation.csv", sync_to_thread=True)
def reconciliation_file(
    desk: NamedDependency[Desk], terminal: FromQuery[str] = "", outcome: FromQuery[str] = ""
) -> Response[str]:
    """The days asked for as CSV: for each sum the till's value and head office's."""
    choice = Choice(terminal, outcome)
    header = ["day", "branch", "terminal", "epoch", "state"]
    for name in TALLY_COUNTS:
        header += [f"{name}_till", f"{name}_head_office"]
    with desk.reading() as connection:
        days = _newest_first(compare_days(connection))
    text = csv_text(header, (_cells(day) for day in days if choice.takes(day)))
    return Response(
        text,
        media_type="text/csv",
        headers={
            "content-disposition": f'attachment; filename="reconciliation-{desk.today()}.csv"'
        },
    )


def _newest_first(days: Sequence[DayComparison]) -> list[DayComparison]:
    by_terminal = sorted(days, key=lambda compared: (compared.terminal, compared.epoch))
    return sorted(by_terminal, key=lambda compared: compared.day, reverse=True)


def _shown(compared: DayComparison, currency: str) -> ShownDay:
    if compared.till is None:
        said: tuple[str, ...] = ("the till has not said what it counted",)
    else:
        said = tuple(
            f"{_LABELS[name]}: till {_figure(name, till, currency)}, "
            f"here {_figure(name, office, currency)}"
            for name, (till, office) in compared.differences.items()
        )
    return ShownDay(compared.terminal, compared.day, str(compared.state), compared.office, said)


def _late_in_words(one: LateVersion) -> str:
    receipts = "1 receipt" if one.entries == 1 else f"{formats.number(one.entries)} receipts"
    words = (
        f"{one.terminal} went by {one.used} where {one.in_force} was in force: {receipts}, the "
        f"latest {one.latest}. Points: {formats.number(one.points_promised)} given, "
        f"{formats.number(one.points_in_force)} by {one.in_force} "
        f"({formats.signed(one.difference)})."
    )
    if one.unreadable:
        words += f" {formats.number(one.unreadable)} of them cannot be read and are left out."
    return words


def _figure(name: str, value: int, currency: str) -> str:
    return formats.money(value, currency) if name.endswith("_minor") else formats.number(value)


def _cells(compared: DayComparison) -> list[str | int]:
    cells: list[str | int] = [
        compared.day,
        compared.branch,
        compared.terminal,
        compared.epoch,
        str(compared.state),
    ]
    for name in TALLY_COUNTS:
        till = "" if compared.till is None else int(getattr(compared.till, name))
        cells += [till, int(getattr(compared.office, name))]
    return cells


def _sums(days: Sequence[DayComparison]) -> dict[str, int]:
    return {name: sum(getattr(day.office, name) for day in days) for name in TALLY_COUNTS}
