"""What paper says of lotteries: the tickets of a sale by their numbers, and those taken back."""

from drivers.documents import Block, Columns, Text
from loyalty.receipts import Receipt
from terminal_app.locale.words import Words


def drawn_tickets(receipt: Receipt, words: Words) -> list[Block]:
    """Each lottery with the numbers of its tickets, which are drawn by them."""
    blocks: list[Block] = []
    for line in receipt.tickets:
        if line.count < 0:
            taken = words.text("Tickets taken back: {count}", count=words.number(-line.count))
            blocks += [Columns(line.title, taken)]
            continue
        blocks.append(
            Columns(line.title, words.text("Tickets: {count}", count=words.number(line.count)))
        )
        if line.count == 1:
            blocks.append(Text(f"  {line.first}"))
        else:
            span = words.text("{first} to {last}", first=line.first, last=line.last)
            blocks.append(Text(f"  {span}"))
    return blocks
