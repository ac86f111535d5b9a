"""The two halves of the desk: who the customer is, and what they buy."""

from datetime import tzinfo

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Digits, Static

from loyalty.amounts import decimals_of
from loyalty.baskets import Line
from loyalty.programme.terms.texts import in_language
from terminal_app.locale.beside_words import held_in
from terminal_app.locale.tier_words import tier_ahead, tier_name
from terminal_app.locale.wallet_words import WalletWords
from terminal_app.locale.words import LANGUAGE_NAMES, Words
from terminal_app.till.answers import KnownMember, Quote, ReturnQuote
from terminal_app.till.safe_words import safe_lines
from terminal_app.ui.cashier.checkout import Checkout
from terminal_app.ui.cashier.return_desk import (
    receipt_lines,
    return_promise,
    return_sums,
    two_columns,
)
from terminal_app.ui.sayings import shown

CARD_GROUP = 4
BAR_FULL, BAR_EMPTY = "━", "╌"


class MemberPanel(Vertical):
    """The member as this till knows them, and what to say to them aloud."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._way: float | None = None
        """How much of the way to the next voucher is done, 0 to 1."""

    def compose(self) -> ComposeResult:
        """The lines of a member, or the invitation to scan a card."""
        yield Static(id="nobody")
        with Vertical(id="somebody"):
            yield Static(id="who")
            yield Static(id="card")
            yield Digits(id="points")
            yield Static(id="unit")
            yield Static(id="bar")
            yield Static(id="toward")
            yield Static(id="safe")
            yield Static(id="aloud")
            yield Static(id="known")

    def show(
        self, words: Words, checkout: Checkout, hint: str, currency: str, *, is_online: bool
    ) -> None:
        """Show the member at the desk, or that nobody showed a card yet with `hint` below.

        `is_online` is whether others can be asked now for points that they hold.
        """
        known = checkout.member
        self.border_title = words.text("Member")
        self.query_one("#nobody").display = known is None
        self.query_one("#somebody").display = known is not None
        if known is None:
            unknown = checkout.unknown_card
            self._write("nobody", _unknown(words, unknown) if unknown else _nobody(words, hint))
            return
        member, points = known.member, known.balance.points
        language = LANGUAGE_NAMES.get(member.language, member.language)
        self._write("who", Text(shown(member.name), style="bold"))
        card = f"{spaced_card(member.card)} · {language}"
        if known.account_of:
            card += f"\n{words.text('Account of {name}', name=shown(known.account_of))}"
        self._write("card", Text(card))
        wallet = WalletWords(words, known.wallet, currency)
        self.query_one("#points", Digits).update(wallet.figure(points))
        tier = tier_name(words, known.tier)
        self._write("unit", Text(" · ".join(filter(None, (wallet.unit(points), tier)))))
        missing = known.points_to_next
        toward = "" if missing is None else wallet.to_next(missing)
        ahead = tier_ahead(words, known.tier, currency)
        beside = " · ".join(
            held_in(words, shown(one.title), one.kind, one.balance, currency)
            for one in known.wallets
        )
        self._write("toward", Text("\n".join(filter(None, (toward, ahead, beside)))))
        # Two ways ahead are words enough: the bar makes room for what to say aloud.
        self.set_class(bool((toward and ahead) or beside), "tiered")
        safe = safe_lines(known.safe, words, wallet, is_online=is_online)
        # Where part of the points waits, the way to the next voucher makes room for the reason.
        self.set_class(bool(safe), "waiting")
        self._write("safe", Text(" · ".join(shown(line) for line in safe)))
        self._write("aloud", aloud(words, known.notices))

    def show_bar(self, known: KnownMember | None, goal: int | None) -> None:
        """Draw how far the member is on the way to the next voucher, which costs `goal` points."""
        self._way = None
        if known is not None and goal is not None and known.points_to_next is not None:
            self._way = max(1 - known.points_to_next / goal, 0.0)
        self._draw_bar()

    def on_resize(self) -> None:
        """The bar is as wide as the panel."""
        self._draw_bar()

    def _draw_bar(self) -> None:
        bar = self.query_one("#bar", Static)
        is_roomy = not (self.has_class("waiting") or self.has_class("tiered"))
        bar.display = self._way is not None and is_roomy
        if self._way is not None:
            width = max(self.content_size.width - 1, 8)
            full = round(width * self._way)
            bar.update(Text(BAR_FULL * full + BAR_EMPTY * (width - full), no_wrap=True))

    def show_age(self, words: Words, known: KnownMember | None, zone: tzinfo | None) -> None:
        """Say how old the knowledge of other tills' points is."""
        if known is None:
            return
        if known.known_at_ms:
            age = words.text("as of {time}", time=words.moment(known.known_at_ms, zone))
        else:
            age = words.text("points of this till only")
        self._write("known", Text(age))

    def _write(self, name: str, text: Text) -> None:
        self.query_one(f"#{name}", Static).update(text)


class BasketPanel(Vertical):
    """The lines, the total, and what posting it now would bring."""

    def compose(self) -> ComposeResult:
        """Lines that scroll, sums that stay."""
        with VerticalScroll(id="lines", can_focus=False):
            yield Static(id="goods")
        yield Static(id="sums")
        yield Static(id="promise")

    def show(
        self,
        words: Words,
        checkout: Checkout,
        quote: Quote | None,
        currency: str,
        returned: ReturnQuote | None,
    ) -> None:
        """Show `checkout` with the Till's `quote`, or what would be `returned`."""
        self.set_class(checkout.is_return, "returning")
        self.border_title = words.text("RETURN") if checkout.is_return else words.text("Sale")
        back = checkout.back
        if back:
            reference = back.receipt.reference
            self.border_subtitle = words.text("Of receipt {reference}", reference=reference)
            goods: Table | Text = receipt_lines(words, back, currency)
        else:
            self.border_subtitle = ""
            goods = _goods(words, checkout.lines, currency)
        self.query_one("#goods", Static).update(goods)
        sums = (
            return_sums(words, returned, currency)
            if checkout.is_return
            else _sums(words, checkout, quote, currency)
        )
        self.query_one("#sums", Static).update(sums)
        promise = return_promise(words, returned, currency) or _promise(words, quote, currency)
        self.query_one("#promise", Static).update(promise)
        self.query_one("#lines", VerticalScroll).scroll_end(animate=False)


def spaced_card(card: str) -> str:
    """A card number in groups of four, as it is printed on the card."""
    return " ".join(card[at : at + CARD_GROUP] for at in range(0, len(card), CARD_GROUP))


def aloud(words: Words, notices: tuple[str, ...]) -> Text:
    """What the cashier should say to the member."""
    if not notices:
        return Text()
    text = Text(words.text("Say:") + "\n", style="bold")
    text.append("\n".join(f"★ {shown(notice)}" for notice in notices), style="not bold")
    return text


def _nobody(words: Words, hint: str) -> Text:
    text = Text(words.text("No card yet") + "\n\n", style="bold")
    text.append(words.text("Scan the customer's card, or sell without one."), style="not bold")
    if hint:
        text.append(f"\n\n{hint}", style="not bold")
    return text


def _unknown(words: Words, card: str) -> Text:
    """A good card that this till has not heard of: nobody is sent away for that."""
    text = Text(f"{spaced_card(card)}\n", style="bold")
    text.append(words.text("not known here yet") + "\n\n")
    said = words.text(
        "It collects points all the same. Head office is asked whose it is; F4 enrols a new member."
    )
    text.append(said, style="not bold")
    return text


def _goods(words: Words, lines: tuple[Line, ...], currency: str) -> Table | Text:
    if not lines:
        return Text(words.text("Nothing entered yet"))
    table = two_columns()
    decimals = decimals_of(currency)
    for line in lines:
        name = shown(line.description) or line.sku or words.text("Amount")
        count = f"{line.quantity} × " if line.quantity != 1 else ""
        table.add_row(Text(count + name), Text(words.amount(line.amount_minor, decimals)))
    return table


def _sums(words: Words, checkout: Checkout, quote: Quote | None, currency: str) -> Table:
    table = two_columns()
    total = Text(words.money(checkout.basket.total_minor, currency), style="bold")
    table.add_row(Text(words.text("Total"), style="bold"), total)
    if quote is None:
        if checkout.vouchers:
            for voucher in checkout.vouchers:
                title = in_language(voucher.title, words.language)
                worth = words.money(voucher.amount_minor, currency)
                said = worth if voucher.amount_minor else shown(title)
                table.add_row(Text(words.text("Voucher waiting")), Text(said))
        return table
    wallet = WalletWords(words, quote.wallet, currency)
    paid = quote.points_paid
    vouchers_minor = quote.total_minor - quote.to_pay_minor - quote.discount_minor - paid.paid_minor
    less = (
        (words.text("Discount"), quote.discount_minor),
        (words.text("Voucher"), vouchers_minor),
        (wallet.paid(paid.points), paid.paid_minor),
    )
    for label, minor in less:
        if minor:
            table.add_row(Text(label), Text(words.money(-minor, currency)))
    if quote.to_pay_minor != quote.total_minor:
        to_pay = Text(words.money(quote.to_pay_minor, currency), style="bold")
        table.add_row(Text(words.text("To pay"), style="bold"), to_pay)
    return table


def promised(words: Words, quote: Quote, currency: str) -> str:
    """What posting the sale brings its member, in one line; nothing without a card."""
    if not quote.points and (quote.balance_after is None or not quote.outcomes):
        return ""
    wallet = WalletWords(words, quote.wallet, currency)
    if quote.balance_after is None:
        return wallet.earns(quote.points)
    after = words.text("balance then {points}", points=wallet.figure(quote.balance_after))
    return f"{wallet.earns(quote.points)} · {after}"


def _promise(words: Words, quote: Quote | None, currency: str) -> Text:
    if quote is None:
        return Text()
    text = Text(promised(words, quote, currency))
    if quote.vouchers_due:
        due = words.plural(
            "{count} voucher will come out", "{count} vouchers will come out", quote.vouchers_due
        )
        text.append(f"\n★ {due}", style="bold")
    if quote.waiting_points:
        waiting = WalletWords(words, quote.wallet, currency).waits(quote.waiting_points)
        text.append(f"\n{waiting}")
    if quote.payable.points and not quote.points_paid.points:
        payable = words.money(quote.payable.paid_minor, currency)
        text.append(f"\n{words.text('F7: the card can pay {amount}', amount=payable)}")
    if len(quote.outcomes) > 1:
        text.append(f"\n{words.text('F9: why')}")
    return text
