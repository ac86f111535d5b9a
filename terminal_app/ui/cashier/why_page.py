"""F9: why the sale earns what it earns, rule by rule, in the cashier's language."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from terminal_app.locale.words import Words
from terminal_app.ui.sayings import shown


class WhyPage(VerticalScroll, can_focus=False):
    """The reasons, in place of the desk; any entry and F9 bring the desk back."""

    def compose(self) -> ComposeResult:
        """One page."""
        yield Static(id="why-text")

    def scroll_pages(self, pages: int) -> None:
        """Scroll the reasons; below zero is up."""
        self.scroll_relative(y=pages * max(self.size.height - 2, 1), animate=False)

    def show(self, words: Words, promise: str, reasons: Sequence[str]) -> None:
        """Show what the sale `promise`s, and a line for each rule of the programme."""
        self.border_title = words.text("Why so many")
        if not reasons:
            nothing = words.text("Enter goods and scan a card: then the reasons stand here.")
            self.query_one("#why-text", Static).update(Text(nothing))
            return
        text = Text(f"{promise}\n\n", style="bold")
        text.append("\n\n".join(shown(reason) for reason in reasons), style="not bold")
        self.query_one("#why-text", Static).update(text)
