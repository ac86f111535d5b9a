"""What paper says of returns: the code they come back by, and what a return did."""

from drivers.documents import Block, Columns, Feed, QrCode, Text
from loyalty.receipts import RETURN, Receipt
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words


def return_code(receipt: Receipt, words: Words) -> list[Block]:
    """The code by which goods of a sale come back at any till of the chain; a receipt that is too
    large for one says where they do. Nothing where a return would change nothing."""
    if receipt.code:
        anywhere = words.text("For returns, in any of our shops")
        return [Feed(1), QrCode(receipt.code, caption=anywhere)]
    if not receipt.returns_here:
        return []
    here = words.text("Returns in this shop only, with this receipt")
    return [Feed(1), Text(here, align="center")]


def returned_sale(receipt: Receipt, words: Words) -> list[Block]:
    """Which sale the goods of a return are of, when it is known."""
    if not receipt.of_receipt:
        return []
    return [Text(words.text("Of receipt {reference}", reference=receipt.of_receipt))]


def returned_money(receipt: Receipt, words: Words) -> list[Block]:
    """What of the goods' price is not given back in money, and what is."""
    if receipt.kind != RETURN or receipt.to_pay_minor == receipt.total_minor:
        return []
    parts = (
        (words.text("Discount"), receipt.discount_minor),
        (words.text("Voucher paid"), receipt.voucher_paid_minor),
        (words.text("Points paid"), receipt.points_paid_minor),
    )
    return [
        *(Columns(name, words.amount(minor)) for name, minor in parts if minor),
        Columns(
            words.text("To give back"),
            words.money(receipt.to_pay_minor, receipt.currency),
            bold=True,
        ),
    ]


def returned_points(receipt: Receipt, words: Words) -> list[Block]:
    """What a return did to the member's points, and which vouchers are void with it."""
    taken = receipt.points_paid - receipt.points
    wallet = WalletWords(words, receipt.wallet, receipt.currency)
    blocks: list[Block] = [Columns(wallet.taken_back, wallet.figure(taken))]
    if receipt.points_paid:
        blocks.append(Columns(wallet.given_back, wallet.figure(receipt.points_paid)))
    for number in receipt.revoked:
        blocks.append(Columns(words.text("Voucher is void"), number))
    return blocks
