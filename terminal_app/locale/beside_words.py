"""Wallets beside the main one, in words and figures: by their titles, as the shop calls them."""

from collections.abc import Iterable

from loyalty.receipts import WalletLine
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words


def moved_in(words: Words, line: WalletLine, currency: str) -> tuple[str, str]:
    """What a receipt did to a wallet ("Coffee stamps +4 -10"), and what is there now; of a card
    that this till has not heard of the second says what it brought."""
    wallet = WalletWords(words, line.kind, currency)
    moves = [wallet.signed(points) for points in (line.points, -line.redeemed) if points]
    if line.balance is None:
        return line.title, " ".join(moves)
    return " ".join([line.title, *moves]), wallet.figure(line.balance)


def moved_lines(words: Words, lines: Iterable[WalletLine], currency: str) -> list[str]:
    """The same as one line of text for each wallet."""
    return [" · ".join(moved_in(words, line, currency)) for line in lines]


def held_in(words: Words, title: str, kind: str, balance: int, currency: str) -> str:
    """What is in a wallet of a member."""
    return f"{title}: {WalletWords(words, kind, currency).figure(balance)}"
