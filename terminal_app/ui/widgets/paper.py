"""The printer's paper beside the till: what a simulated printer decoded, as it came out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from drivers.documents import clean
from terminal_app.locale.words import Words

MAX_RECEIPTS_SHOWN = 50
PAPER_COLUMNS = 48
"""Characters a line on 80 mm paper; 58 mm paper has 32."""

EDGE_COLUMNS = 5
"""Around the letters: the pane's edge, and a margin on and beside the paper."""


class PaperFeed(Protocol):
    """Where receipts come out: a simulated printer."""

    def subscribe(self, callback: Callable[[list[str]], None]) -> None:
        """Call `callback` with the lines of each receipt; from any thread, at any time."""


class PaperPane(Vertical):
    """Receipts from top to bottom, the newest last and in sight."""

    @dataclass
    class CameOut(Message):
        """A receipt came out of the printer."""

        lines: list[str]

    def __init__(self, feed: PaperFeed, columns: int = PAPER_COLUMNS) -> None:
        super().__init__(id="paper")
        self._feed = feed
        self.columns_taken = columns + EDGE_COLUMNS

    def compose(self) -> ComposeResult:
        """A title, and the paper under it."""
        yield Static(id="paper-title")
        with VerticalScroll(id="paper-roll", can_focus=False):
            yield Static(id="paper-none")

    def on_mount(self) -> None:
        """Listen to the printer; its thread only ever posts a message."""
        self.styles.width = self.columns_taken
        self._feed.subscribe(lambda lines: self._post(list(lines)))

    def show(self, words: Words) -> None:
        """Show the pane's own words."""
        self.query_one("#paper-title", Static).update(Text(words.text("Printer")))
        self.query_one("#paper-none", Static).update(Text(words.text("Receipts come out here.")))

    def scroll_pages(self, pages: int) -> None:
        """Scroll the paper; below zero is up."""
        roll = self.query_one("#paper-roll", VerticalScroll)
        roll.scroll_relative(y=pages * max(roll.size.height - 2, 1), animate=False)

    async def on_paper_pane_came_out(self, message: CameOut) -> None:
        """Put the receipt under the others and bring it into sight."""
        self.query_one("#paper-none").display = False
        roll = self.query_one("#paper-roll", VerticalScroll)
        text = Text("\n".join(clean(line) for line in message.lines), no_wrap=True)
        await roll.mount(Static(text, classes="receipt"))
        sheets = roll.query(".receipt")
        for sheet in list(sheets)[:-MAX_RECEIPTS_SHOWN]:
            await sheet.remove()
        roll.scroll_end(animate=False)

    def _post(self, lines: list[str]) -> None:
        self.post_message(self.CameOut(lines))
