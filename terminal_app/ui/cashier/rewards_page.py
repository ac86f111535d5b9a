"""F10: the catalogue, with what the member can have of it; a reward is taken by its number."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from loyalty.programme.terms.texts import in_language
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words
from terminal_app.till.answers import RewardOffer
from terminal_app.till.refusals import sentence
from terminal_app.ui.sayings import shown


class RewardsPage(VerticalScroll, can_focus=False):
    """The rewards, in place of the desk; a number claims one, F10 and any other entry bring the
    desk back."""

    def compose(self) -> ComposeResult:
        """One page."""
        yield Static(id="rewards-list")

    def scroll_pages(self, pages: int) -> None:
        """Scroll the list; below zero is up."""
        self.scroll_relative(y=pages * max(self.size.height - 2, 1), animate=False)

    def show(self, words: Words, offers: Sequence[RewardOffer], currency: str) -> None:
        """Show `offers` by number: what each costs, and why it cannot be had."""
        self.border_title = words.text("Rewards")
        listed = self.query_one("#rewards-list", Static)
        if not offers:
            listed.update(Text(words.text("Scan a member's card: then the rewards stand here.")))
            return
        table = Table.grid(expand=True, padding=(0, 2))
        table.add_column(justify="right", no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(justify="right", no_wrap=True)
        for number, offer in enumerate(offers, start=1):
            style = "dim" if offer.refusal else "bold"
            title = Text(shown(in_language(offer.title, words.language)), style=style)
            if offer.refusal:
                title.append(f"\n{shown(sentence(offer.refusal, words))}", style="dim")
            cost = Text(WalletWords(words, offer.wallet, currency).price(offer.cost), style=style)
            table.add_row(Text(str(number), style=style), title, cost)
        listed.update(table)
