"""A return on the desk: the receipt's lines with their numbers, what comes back, what is given."""

from rich.table import Table
from rich.text import Text

from loyalty.amounts import decimals_of
from loyalty.programme.returning import is_gone
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words
from terminal_app.till.answers import ReturnQuote
from terminal_app.ui.cashier.bringing_back import BringingBack
from terminal_app.ui.sayings import shown

COMES_BACK = "↩"


def receipt_lines(words: Words, back: BringingBack, currency: str) -> Table:
    """The lines of the receipt by number: what is left of each, and how much of it comes back.

    What came back before has nothing left and cannot be picked; its number stays.
    """
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    decimals = decimals_of(currency)
    picked = {item.line for item in back.items}
    for place, left in enumerate(back.receipt.left):
        name = shown(left.description) or left.sku or words.text("Amount")
        count = f"{left.quantity} × " if left.quantity > 1 else ""
        style = "bold" if place in picked else "dim" if is_gone(left) else ""
        mark = f"{COMES_BACK} {back.units_of(place)}" if place in picked else ""
        table.add_row(
            Text(str(place + 1), style=style),
            Text(count + name, style=style),
            Text(mark, style=style),
            Text(words.amount(left.amount_minor, decimals), style=style),
        )
    return table


def return_sums(words: Words, returned: ReturnQuote | None, currency: str) -> Table:
    """What the goods are worth, and what of it is given back in money."""
    table = two_columns()
    total_minor = returned.total_minor if returned else 0
    money_minor = returned.money_minor if returned else 0
    if money_minor != total_minor:
        table.add_row(Text(words.text("Total")), Text(words.money(total_minor, currency)))
    to_give = Text(words.money(money_minor, currency), style="bold")
    table.add_row(Text(words.text("To give back"), style="bold"), to_give)
    return table


def return_promise(words: Words, returned: ReturnQuote | None, currency: str) -> Text:
    """What the return does to the member's points; empty when nothing."""
    if returned is None or returned.points == 0:
        return Text()
    wallet = WalletWords(words, returned.wallet, currency)
    if returned.points > 0:
        return Text(wallet.gives_back(returned.points))
    return Text(wallet.takes_back(-returned.points))


def two_columns() -> Table:
    """A name and its amount a row, for the width there is."""
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    return table
