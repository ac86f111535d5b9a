"""What paper says of the catalogue: rewards that came out, and the vouchers of rewards."""

from drivers.documents import Block, Columns, Text
from loyalty.receipts import AT_ONCE, BY_CODE, ORDERED, Receipt, VoucherSlip
from terminal_app.locale.words import Words, phrase

_HANDED = {
    AT_ONCE: phrase("Handed over now"),
    ORDERED: phrase("Ordered: it comes later"),
    BY_CODE: phrase("Its code comes from head office"),
}


def given_rewards(receipt: Receipt, words: Words) -> list[Block]:
    """What came out that is no voucher, and how it is handed."""
    blocks: list[Block] = []
    for reward in receipt.rewards:
        blocks.append(Columns(reward.title, words.number(reward.count), bold=True))
        if reward.handed in _HANDED:
            blocks.append(Text(f"  {words.text(_HANDED[reward.handed])}"))
    return blocks


def slip_worth(receipt: Receipt, slip: VoucherSlip, words: Words) -> list[Block]:
    """What a voucher is good for, in large letters: its amount, or the reward that it stands for,
    with what that gives."""
    worth = words.money(slip.amount_minor, receipt.currency)
    blocks: list[Block] = [
        Text(worth if slip.amount_minor else slip.title, align="center", bold=True, large=True)
    ]
    if slip.title and slip.amount_minor:
        blocks.append(Text(slip.title, align="center"))
    if slip.says:
        blocks.append(Text(slip.says, align="center"))
    return blocks
