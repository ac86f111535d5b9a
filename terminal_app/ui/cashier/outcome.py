"""What came of the sale that was just posted, large enough to read from a step away."""

from datetime import tzinfo

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from loyalty.receipts import CLAIM, GIFT_CARD, RETURN, TRANSFER, Receipt
from terminal_app.locale.beside_words import moved_lines
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import Words
from terminal_app.ui.sayings import SIGNS, Tone, shown

MAX_SLIPS_SHOWN = 4


class OutcomePanel(Vertical):
    """Points and balance in large figures, and the vouchers that came out."""

    def compose(self) -> ComposeResult:
        """A headline, two figures, and the vouchers."""
        yield Static(id="headline")
        with Horizontal(id="figures"):
            with Vertical():
                yield Static(id="moved-label")
                yield Digits(id="moved")
            with Vertical(id="left-half"):
                yield Static(id="left-label")
                yield Digits(id="left")
        yield Static(id="slips")

    def show(self, words: Words, receipt: Receipt, zone: tzinfo | None) -> None:
        """Show `receipt`, its days as `zone` has them.

        Without a card there are no figures, only an invitation.
        """
        is_return = receipt.kind == RETURN
        wallet = WalletWords(words, receipt.wallet, receipt.currency)
        self.border_title = words.text("Posted")
        self._write("headline", _headline(words, receipt, is_return=is_return))
        self.query_one("#figures").display = bool(receipt.card)
        self.query_one("#left-half").display = receipt.balance is not None
        if receipt.card:
            label, moved = wallet.earned, receipt.points
            if is_return:
                label = wallet.taken_back
            elif receipt.kind == CLAIM:
                label, moved = wallet.redeemed, -receipt.points_redeemed
            elif receipt.kind == TRANSFER:
                label, moved = words.text("Handed on"), -receipt.points
            self._write("moved-label", Text(label))
            self.query_one("#moved", Digits).update(wallet.signed(moved))
        if receipt.balance is not None:
            self._write("left-label", Text(wallet.balance))
            self.query_one("#left", Digits).update(wallet.figure(receipt.balance))
        self._write("slips", _slips(words, receipt, zone))

    def _write(self, name: str, text: Text) -> None:
        self.query_one(f"#{name}", Static).update(text)


def _headline(words: Words, receipt: Receipt, *, is_return: bool) -> Text:
    if receipt.kind == TRANSFER:
        text = Text(f"{SIGNS[Tone.GOOD]} {words.text('Transfer')}", style="bold")
        to = words.text("To {name}", name=shown(receipt.handed_to))
        return text.append(f"\n{shown(receipt.member_name)}\n{to}", style="not bold")
    if receipt.kind == CLAIM:
        text = Text(f"{SIGNS[Tone.GOOD]} {words.text('Reward')}", style="bold")
        return text.append(f"\n{shown(receipt.member_name)}", style="not bold")
    total = words.money(receipt.total_minor, receipt.currency)
    label = words.text("To give back") if is_return else words.text("Total")
    if receipt.to_pay_minor != receipt.total_minor:
        total = words.money(receipt.to_pay_minor, receipt.currency)
        label = words.text("To give back") if is_return else words.text("To pay")
    text = Text(f"{SIGNS[Tone.GOOD]} {label} {total}", style="bold")
    wallet = WalletWords(words, receipt.wallet, receipt.currency)
    parts = (
        (words.text("Discount"), receipt.discount_minor),
        (words.text("Voucher paid"), receipt.voucher_paid_minor),
        (wallet.paid(receipt.points_paid), receipt.points_paid_minor),
        (words.text("Gift card paid"), receipt.gift_paid_minor),
    )
    for part, minor in parts:
        if minor:
            paid = words.money(minor, receipt.currency)
            text.append(f" · {part} {paid}", style="not bold")
    if receipt.member_name:
        text.append(f"\n{shown(receipt.member_name)}", style="not bold")
    for moved in moved_lines(words, receipt.wallets, receipt.currency):
        text.append(f"\n{shown(moved)}", style="not bold")
    return text


def _slips(words: Words, receipt: Receipt, zone: tzinfo | None) -> Text:
    if not receipt.card and receipt.kind != GIFT_CARD:
        return Text(words.text("Without a card: no points. Ask the customer to join the club."))
    text = _rewards(receipt)
    if not receipt.vouchers:
        return text
    count = len(receipt.vouchers)
    came_out = words.plural(
        "★ {count} voucher came out: hand it over",
        "★ {count} vouchers came out: hand them over",
        count,
    )
    if receipt.kind == GIFT_CARD:
        came_out = words.text("Gift card")
    text.append(came_out, style="bold")
    for slip in receipt.vouchers[:MAX_SLIPS_SHOWN]:
        worth = words.money(slip.amount_minor, receipt.currency)
        worth = worth if slip.amount_minor else shown(slip.title)
        until = words.text("Valid until {date}", date=words.day(slip.expires_at_ms, zone))
        text.append(f"\n  {worth} · {until} · {slip.number}", style="not bold")
    if count > MAX_SLIPS_SHOWN:
        text.append("\n  …")
    return text


def _rewards(receipt: Receipt) -> Text:
    """What of the catalogue came out that is no voucher, a line each."""
    lines = (f"★ {one.count} × {shown(one.title)}\n" for one in receipt.rewards)
    return Text("".join(lines), style="bold")
