"""The two lines on top: whose till this is, and, quietly, how line and printer are."""

from datetime import tzinfo

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from terminal_app.locale.words import Words
from terminal_app.till.answers import TillStatus
from terminal_app.ui.asking import Unanswered
from terminal_app.ui.sayings import shown

ONLINE, OFFLINE, TROUBLE = "●", "○", "!"


class Banner(Vertical):
    """Shop, branch, terminal and the time; below, what waits to be sent and printed."""

    def compose(self) -> ComposeResult:
        """Two lines."""
        yield Static(id="banner-place")
        yield Static(id="banner-line")

    def show(
        self, words: Words, status: TillStatus | Unanswered, now_ms: int, zone: tzinfo | None
    ) -> None:
        """Show `status` as of `now_ms`."""
        line = self.query_one("#banner-line", Static)
        if isinstance(status, Unanswered):
            self._show_place("Paragon", words.time(now_ms, zone))
            line.update(Text(f"{TROUBLE} {words.text(status.message)}"))
            line.set_classes("trouble")
            return
        place = " · ".join(map(shown, (status.shop, status.branch, status.terminal)))
        self._show_place(place, words.time(now_ms, zone))
        line.update(_both_ends(line_state(words, status, zone), paper_state(words, status)))
        line.set_classes("" if status.is_online else "offline")

    def _show_place(self, place: str, time: str) -> None:
        self.query_one("#banner-place", Static).update(_both_ends(place, time))


def line_state(words: Words, status: TillStatus, zone: tzinfo | None) -> str:
    """The line to head office in words: on or off since when, and what waits to be sent."""
    if status.is_online:
        state = f"{ONLINE} {words.text('Online')}"
    elif status.heard_at_ms:
        since = words.moment(status.heard_at_ms, zone)
        state = f"{OFFLINE} {words.text('Offline since {time}', time=since)}"
    else:
        state = f"{OFFLINE} {words.text('Offline')}"
    if status.unsent:
        state += " · " + words.plural("{count} unsent", "{count} unsent", status.unsent)
    return state


def paper_state(words: Words, status: TillStatus) -> str:
    """What waits for the printer, in words; empty when all is on paper."""
    parts = []
    if status.waiting_jobs:
        parts.append(words.text("printer: {jobs} waiting", jobs=words.number(status.waiting_jobs)))
    if status.unknown_jobs:
        jobs = words.number(status.unknown_jobs)
        parts.append(f"{TROUBLE} " + words.text("check the paper: {jobs} unsure", jobs=jobs))
    return " · ".join(parts)


def _both_ends(left: str, right: str) -> Table:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    table.add_column(no_wrap=True, justify="right")
    table.add_row(Text(left), Text(right))
    return table
