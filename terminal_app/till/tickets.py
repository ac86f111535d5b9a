"""What a receipt tells of lotteries: the tickets that a sale brings, or a return takes back."""

from collections.abc import Mapping

from loyalty.programme.document import Programme
from loyalty.programme.lotteries import ticket_numbers, tickets_in
from loyalty.programme.terms.texts import in_language
from loyalty.receipts import Receipt, TicketLine


def ticket_lines(
    programme: Programme, receipt: Receipt, sums: Mapping[str, int]
) -> tuple[TicketLine, ...]:
    """A line for each lottery of `programme` that the entry of `receipt`, which adds `sums`, has
    tickets of. A sale says their numbers: they are in the list that is published."""
    lines = []
    for lottery in programme.lottery:
        count = tickets_in(lottery.name, sums)
        if count:
            title = in_language(lottery.title, receipt.language, lottery.name)
            numbers = ticket_numbers(receipt.terminal, receipt.reference, count) or ("",)
            lines.append(TicketLine(title, count, numbers[0], numbers[-1]))
    return tuple(lines)
