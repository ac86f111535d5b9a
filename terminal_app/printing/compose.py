"""A receipt in words and layout, in the member's language, for paper of any width."""

from zoneinfo import ZoneInfo

from drivers.documents import Block, Columns, Cut, Document, Feed, QrCode, Rule, Text
from loyalty.amounts import decimals_of
from loyalty.receipts import (
    CLAIM,
    GIFT_CARD,
    HAPPENED,
    RETURN,
    SALE,
    TRANSFER,
    Receipt,
    VoucherSlip,
)
from terminal_app.locale.beside_words import moved_in
from terminal_app.locale.tier_words import tier_ahead, tier_name
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words, phrase
from terminal_app.printing.returns import (
    return_code,
    returned_money,
    returned_points,
    returned_sale,
)
from terminal_app.printing.rewards import given_rewards, slip_worth
from terminal_app.printing.tickets import drawn_tickets

_TITLES = {
    SALE: phrase("Sale"),
    RETURN: phrase("Return"),
    CLAIM: phrase("Reward"),
    GIFT_CARD: phrase("Gift card"),
    TRANSFER: phrase("Transfer"),
    HAPPENED: phrase("Thank you"),
}

CARD_DIGITS_SHOWN = 4
"""Of the card number on paper: enough to tell cards apart, too little to copy one."""


def compose_document(receipt: Receipt, zone: ZoneInfo) -> Document:
    """The paper of `receipt`, with its vouchers as slips of their own.

    `zone` is the shop's: paper shows the time that hangs on its wall.
    """
    words = Words(receipt.language)
    blocks = [
        *_head(receipt, words, zone),
        *_goods(receipt, words),
        *_member(receipt, words),
        *_notices(receipt),
        *return_code(receipt, words),
        Feed(1),
        Cut(),
    ]
    for slip in receipt.vouchers:
        blocks += _slip(receipt, slip, words, zone)
    return Document(tuple(blocks), title=receipt.reference)


def _head(receipt: Receipt, words: Words, zone: ZoneInfo) -> list[Block]:
    title = words.text(_TITLES.get(receipt.kind, _TITLES[SALE]))
    blocks: list[Block] = [
        Text(receipt.shop, align="center", bold=True, large=True),
        Text(receipt.branch, align="center"),
    ]
    if receipt.is_copy:
        blocks.append(Text(f"* {words.text('COPY')} *", align="center", bold=True))
    return [
        *blocks,
        Rule(),
        Columns(title, words.moment(receipt.occurred_at_ms, zone)),
        Columns(words.text("Receipt {reference}", reference=receipt.reference), receipt.terminal),
        *returned_sale(receipt, words),
        Rule(),
    ]


def _goods(receipt: Receipt, words: Words) -> list[Block]:
    if receipt.kind in (CLAIM, TRANSFER, HAPPENED):
        return []
    sign = -1 if receipt.kind == RETURN else 1
    decimals = decimals_of(receipt.currency)
    blocks: list[Block] = []
    for line in receipt.lines:
        unnamed = _TITLES[GIFT_CARD if receipt.kind == GIFT_CARD else SALE]
        name = line.description or line.sku or words.text(unnamed)
        text = f"{line.quantity} x {name}" if line.quantity != 1 else name
        blocks.append(Columns(text, words.amount(sign * line.amount_minor, decimals)))
    total = words.money(sign * receipt.total_minor, receipt.currency)
    blocks += [Rule(), Columns(words.text("Total"), total, bold=True)]
    if receipt.kind == RETURN:
        return blocks + returned_money(receipt, words)
    return blocks + _paid(receipt, words)


def _paid(receipt: Receipt, words: Words) -> list[Block]:
    """What is off the total of a sale, what paid for a part, and what is left to pay."""
    wallet = WalletWords(words, receipt.wallet, receipt.currency)
    less = (
        (words.text("Discount"), receipt.discount_minor),
        (words.text("Voucher paid"), receipt.voucher_paid_minor),
        (wallet.paid(receipt.points_paid), receipt.points_paid_minor),
        (words.text("Gift card paid"), receipt.gift_paid_minor),
    )
    decimals = decimals_of(receipt.currency)
    blocks: list[Block] = [
        Columns(label, words.amount(-minor, decimals)) for label, minor in less if minor
    ]
    if blocks:
        to_pay = words.money(receipt.to_pay_minor, receipt.currency)
        blocks.append(Columns(words.text("To pay"), to_pay, bold=True))
    for line in receipt.gift_cards:
        left = words.money(line.left_minor, receipt.currency)
        blocks.append(Columns(words.text("Left on gift card {number}", number=line.number), left))
    return blocks


def _member(receipt: Receipt, words: Words) -> list[Block]:
    if receipt.kind == GIFT_CARD:
        return []
    if not receipt.card:
        invitation = words.text("Join our club and collect points")
        return [Rule(), Text(invitation, align="center")]
    card = f"{words.text('Card')} ..{receipt.card[-CARD_DIGITS_SHOWN:]}"
    blocks: list[Block] = [Rule(), Columns(receipt.member_name, card)]
    if receipt.account_of:
        blocks.append(Text(words.text("Account of {name}", name=receipt.account_of)))
    wallet = WalletWords(words, receipt.wallet, receipt.currency)
    if receipt.kind == RETURN:
        blocks += returned_points(receipt, words)
    elif receipt.kind == SALE:
        blocks.append(Columns(wallet.earned, wallet.figure(receipt.points)))
    elif receipt.kind == TRANSFER:
        to = words.text("To {name}", name=receipt.handed_to)
        blocks.append(Columns(to, wallet.figure(receipt.points)))
    if len(receipt.rules) > 1:
        blocks += [Columns(f"  {rule.title}", wallet.figure(rule.points)) for rule in receipt.rules]
    blocks += [Columns(f"+ {one.title}", wallet.figure(one.points)) for one in receipt.bonuses]
    if receipt.points_redeemed:
        blocks.append(Columns(wallet.redeemed, wallet.figure(receipt.points_redeemed)))
    blocks += given_rewards(receipt, words)
    if receipt.balance is not None:
        blocks.append(Columns(wallet.balance, wallet.figure(receipt.balance), bold=True))
    beside = (moved_in(words, line, receipt.currency) for line in receipt.wallets)
    blocks += [Columns(moved, left) for moved, left in beside]
    return blocks + _tier(receipt, words) + drawn_tickets(receipt, words)


def _tier(receipt: Receipt, words: Words) -> list[Block]:
    """The member's tier from now on, and the way to the next one."""
    blocks: list[Block] = []
    if name := tier_name(words, receipt.tier):
        blocks.append(Columns(words.text("Tier"), name))
    if ahead := tier_ahead(words, receipt.tier, receipt.currency):
        blocks.append(Text(ahead))
    return blocks


def _notices(receipt: Receipt) -> list[Block]:
    """What head office has to say, set apart from the figures."""
    blocks: list[Block] = []
    for notice in receipt.notices:
        blocks += [Feed(1), Text(notice, align="center")]
    return blocks


def _slip(receipt: Receipt, slip: VoucherSlip, words: Words, zone: ZoneInfo) -> list[Block]:
    copy = f" * {words.text('COPY')} *" if receipt.is_copy else ""
    name = _TITLES[GIFT_CARD] if receipt.kind == GIFT_CARD else phrase("Voucher")
    return [
        Text(receipt.shop, align="center", bold=True),
        Text(words.text(name) + copy, align="center", bold=True),
        *slip_worth(receipt, slip, words),
        QrCode(slip.code, caption=slip.number),
        Text(
            words.text("Valid until {date}", date=words.day(slip.expires_at_ms, zone)),
            align="center",
        ),
        Feed(1),
        Cut(),
    ]
