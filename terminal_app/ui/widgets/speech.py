"""The line that speaks to the cashier: one sentence, its sign, its ground."""

from rich.table import Table
from rich.text import Text
from textual.widgets import Static

from terminal_app.locale.words import Words
from terminal_app.ui.sayings import SIGNS, Saying


class Speech(Static):
    """One sentence at a time; the next one takes its place, and nothing ever waits for it."""

    def show(self, words: Words, said: Saying) -> None:
        """Say `said` in the language of `words`."""
        table = Table.grid(expand=True, padding=(0, 1))
        table.add_column(width=1)
        table.add_column(ratio=1)
        table.add_row(Text(SIGNS[said.tone]), Text(said.say(words)))
        self.set_classes(said.tone)
        self.update(table)
