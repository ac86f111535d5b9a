"""F1: every key, what the field takes, and what troubles line or printer."""

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from terminal_app.locale.words import LANGUAGE_NAMES, Words
from terminal_app.till.answers import TillStatus
from terminal_app.ui.asking import Unanswered
from terminal_app.ui.sayings import shown


def key_labels(words: Words) -> list[tuple[str, str]]:
    """The keys that always work, with their short labels."""
    return [
        ("F1", words.text("Help")),
        ("F2", words.text("Post")),
        ("F3", words.text("Return")),
        ("F4", words.text("Join")),
        ("F5", words.text("Copy")),
        ("F6", words.text("Language")),
        ("F8", words.text("Clear")),
        ("^Q", words.text("Quit")),
    ]


class HelpPage(VerticalScroll, can_focus=False):
    """The help, in place of the desk; any entry and F1 bring the desk back."""

    def compose(self) -> ComposeResult:
        """One page."""
        yield Static(id="help-text")

    def scroll_pages(self, pages: int) -> None:
        """Scroll the help; below zero is up."""
        self.scroll_relative(y=pages * max(self.size.height - 2, 1), animate=False)

    def show(self, words: Words, status: TillStatus | Unanswered, hint: str) -> None:
        """Show the help in the language of `words`, the trouble of line or printer, the `hint`."""
        self.border_title = words.text("Help")
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column()
        if not isinstance(status, Unanswered) and status.trouble:
            trouble = Text(f"! {shown(status.trouble)}", style="bold")
            table.add_row(Text(words.text("Trouble"), style="bold"), trouble)
        for key, meaning in _meanings(words):
            table.add_row(Text(key, style="bold"), Text(meaning))
        if hint:
            table.add_row(Text(), Text(f"\n{hint}"))
        self.query_one("#help-text", Static).update(table)


def _meanings(words: Words) -> list[tuple[str, str]]:
    return [
        (words.text("Field"), words.text("card, goods or voucher by scanner; amount as 12.50")),
        ("Enter", words.text("takes the entry; alone it posts the sale")),
        ("Backspace", words.text("in the empty field takes out the last entry")),
        ("F2", words.text("posts the sale or return and prints the receipt")),
        ("F3", words.text("goods come back: from sale to return and back")),
        ("F4", words.text("makes a new member, also with the line down")),
        ("F5", words.text("prints the last receipt again, marked COPY")),
        ("F6", " → ".join(LANGUAGE_NAMES.values())),
        ("F7", words.text("pays a part from the member's card, where the programme has it")),
        ("F8", words.text("forgets the sale in hand and starts anew")),
        ("F9", words.text("why the sale earns what it earns, rule by rule")),
        ("F10", words.text("rewards of the catalogue; a number of the list claims one")),
        ("F11", words.text("sells the amount in hand as a gift card")),
        ("F12", words.text("hands points of this card on to another member")),
        ("PgUp PgDn", words.text("scroll the paper beside the till, or this help")),
        ("Ctrl+T", words.text("light or dark screen")),
        ("Ctrl+Q", words.text("quits; what is posted stays posted")),
    ]
