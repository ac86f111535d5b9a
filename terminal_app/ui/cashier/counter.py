"""The counter: takes what the cashier enters to the Till, and keeps the sale in hand.

No screen is known here, so that everything a cashier can do is done in tests without one.
"""

from msgspec.structs import replace

from loyalty.amounts import TWO_DECIMALS, decimals_of, example_minor
from loyalty.receipts import GIFT_CARD, RETURN, Receipt
from terminal_app.locale.words import Words
from terminal_app.till.answers import (
    Claim,
    Enrolment,
    KnownMember,
    KnownProduct,
    KnownReceipt,
    KnownVoucher,
    Posted,
    Quote,
    Reason,
    Refusal,
    ReturnQuote,
    RewardOffer,
)
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.cashier.checkout import Checkout, typed_amount
from terminal_app.ui.cashier.gift_cards import sold_as_card
from terminal_app.ui.cashier.handing_on import (
    GIVEN_UP,
    NO_GIVER,
    Handing,
    asked_how_many,
    next_step,
)
from terminal_app.ui.cashier.receipts_back import (
    PICKING,
    RETURNING,
    Brought,
    bring_back,
    take_receipt,
)
from terminal_app.ui.cashier.ringing import quoted
from terminal_app.ui.sayings import Saying, Tone, refused, saying, shown


class Counter:
    """The state of the cashier's screen.

    `checkout` is the sale in hand and `quote` what it would bring; `outcome` is the receipt just
    posted, until the next entry, and `asked` the quote of what was in hand last; `said` is the
    sentence to show.
    """

    def __init__(self, till: Till) -> None:
        self._till = till
        self.checkout = Checkout()
        self.quote: Quote | None = None
        self.returned: ReturnQuote | None = None
        self.asked: Quote | None = None
        self.outcome: Receipt | None = None
        self.unknown_card = ""
        self._currency = ""
        self._handing: Handing | None = None
        self._start = Saying(Tone.CALM, self._invitation)
        self.said = self._start

    def enter(self, text: str) -> None:
        """Take one line from scanner or keyboard; an empty one posts what is in hand.

        Digits that are the code of goods are goods; written with decimals they are an amount.
        """
        if not text:
            if self.checkout.has_goods:
                self.post()
            return
        self.outcome = None
        if self._handing is not None:
            self._hand_on(self._handing, text)
            return
        if self.checkout.is_return and self._enter_return(text):
            return
        amount_minor = typed_amount(text, self._decimals)
        found = ask(lambda: self._till.identify(text))
        if amount_minor is not None and not isinstance(found, KnownProduct):
            self._enter_amount(amount_minor)
            return
        match found:
            case KnownMember():
                self.take_member(found)
            case KnownProduct():
                self._take(self.checkout.with_goods(found), self._ready())
            case KnownVoucher():
                self._enter_voucher(found)
            case KnownReceipt():
                self._go_on(take_receipt(self._till, self.checkout, found))
            case Refusal():
                self._enter_refused(found)
            case Unanswered():
                self.said = saying(Tone.BAD, found.message)

    def take_member(self, member: KnownMember) -> None:
        """From now on it is about `member`'s points."""
        name = shown(member.member.name)
        self._take(
            replace(self.checkout, member=member, unknown_card=""),
            saying(Tone.GOOD, "{name}: scan goods or type an amount.", name=name),
        )

    def post(self) -> None:
        """Post the sale or return in hand, print it, and be ready for the next customer."""
        checkout = self.checkout
        self._came_of(ask(lambda: self._post(checkout)))

    def sell_gift_card(self) -> None:
        """Sell the amount in hand as a gift card."""
        self._came_of(sold_as_card(self._till, self.checkout))

    def _came_of(self, answer: Posted | Refusal | Unanswered | Saying) -> None:
        match answer:
            case Refusal():
                self.said = refused(answer)
            case Unanswered():
                self.said = saying(Tone.BAD, answer.message)
            case Saying():
                self.said = answer
            case Posted(receipt):
                self.clear()
                self.outcome = receipt
                self.said = _posted(receipt)

    def turn(self) -> None:
        """From sale to return and back; a return takes no voucher."""
        self.outcome = None
        if self.checkout.is_return:
            self._take(replace(self.checkout, is_return=False, back=None), self._start)
            return
        self._take(replace(self.checkout, is_return=True, vouchers=()), RETURNING)

    def pay_with_points(self) -> None:
        """Have the member's points pay for as much as they may, or take them out again."""
        pays = not self.checkout.pays_with_points
        payable = self.quote.payable.points if self.quote else 0
        if pays and not payable:
            self.said = saying(Tone.WARN, "Nothing of this sale can be paid from the card.")
            return
        said = (
            saying(Tone.GOOD, "The card pays a part. F7 takes that back, F2 posts.")
            if pays
            else self._ready()
        )
        self._take(replace(self.checkout, pays_with_points=pays), said)

    def reasons(self, language: str) -> tuple[str, ...]:
        """Why the sale in hand, or the one just posted, earns what it does."""
        quote = self.asked
        told = ask(lambda: self._till.reasons(quote, language)) if quote else ()
        return () if isinstance(told, Unanswered) else told

    def offers(self) -> tuple[RewardOffer, ...]:
        """The catalogue as it stands for the member in hand; empty without one."""
        member_id = self.checkout.member_id
        told = ask(lambda: self._till.rewards(member_id)) if member_id else ()
        return () if isinstance(told, Unanswered) else told

    def claim(self, number: int) -> None:
        """Give the member in hand the reward that stands at `number` of the list, from 1; a sale in
        hand goes on, and without one the next customer comes."""
        offers = self.offers()
        if not 0 < number <= len(offers):
            self.said = saying(Tone.BAD, "No reward stands there. Type a number of the list.")
            return
        asked = Claim(member_id=self.checkout.member_id, reward=offers[number - 1].name)
        answer = ask(lambda: self._till.claim(asked))
        match answer:
            case Refusal():
                self.said = refused(answer)
            case Unanswered():
                self.said = saying(Tone.BAD, answer.message)
            case Posted(receipt):
                if self.checkout.has_goods:
                    self.refresh()
                else:
                    self.clear()
                    self.outcome = receipt
                self.said = saying(Tone.GOOD, "The reward is given. Hand over what comes out.")

    def hand_on(self) -> None:
        """Begin to hand points of the member at the desk on to another, or give it up."""
        giver = self.checkout.member
        if self._handing is not None:
            self._handing, self.said = None, GIVEN_UP
        elif giver is None or self.checkout.has_goods:
            self.said = NO_GIVER
        else:
            self.outcome = None
            self._handing, self.said = Handing(giver), asked_how_many(giver)

    def clear(self) -> None:
        """Forget the sale in hand; nothing of it was recorded."""
        self._handing = None
        self.checkout = Checkout()
        self.quote = None
        self.returned = None
        self.outcome = None
        self.unknown_card = ""
        self.said = self._start

    def take_back_last(self) -> None:
        """Forget the last line or voucher entered."""
        if self.checkout.lines or self.checkout.vouchers or self.checkout.back:
            last = saying(Tone.CALM, "The last entry was taken out.")
            self._take(self.checkout.without_last(), last)

    def invite(self) -> None:
        """Say how to fill in the form of a new member."""
        self.outcome = None
        self.said = saying(Tone.CALM, "Ask for the name; the rest may stay empty. F2 saves.")

    def resume(self) -> None:
        """Go on with the sale or return in hand."""
        self.said = self._ready()

    def enrol(self, enrolment: Enrolment) -> bool:
        """Make someone a member and go on with their card; False when the Till refused."""
        answer = ask(lambda: self._till.enrol(enrolment))
        match answer:
            case KnownMember():
                self.take_member(answer)
                self.unknown_card = ""
                name, card = shown(answer.member.name), answer.member.card
                self.said = saying(
                    Tone.GOOD, "{name} is a member now. Card number: {card}.", name=name, card=card
                )
                return True
            case Refusal():
                self.said = refused(answer)
            case Unanswered():
                self.said = saying(Tone.BAD, answer.message)
        return False

    def reprint(self) -> None:
        """Print the last receipt of this till again, marked as a copy."""
        answer = ask(self._reprint)
        match answer:
            case None:
                self.said = saying(Tone.WARN, "This till has no receipt yet; nothing to print.")
            case Posted(receipt):
                self.said = saying(
                    Tone.GOOD,
                    "A copy of receipt {receipt} is on its way to the printer.",
                    receipt=receipt.reference,
                )
            case Refusal():
                self.said = refused(answer)
            case Unanswered():
                self.said = saying(Tone.BAD, answer.message)

    def refresh(self) -> None:
        """Look the member up again: head office told this till something new.

        A card that was not known may be by now: it is taken as if it were scanned again.
        """
        unknown = self.checkout.unknown_card
        member_id = self.checkout.member_id or unknown
        known = ask(lambda: self._till.member(member_id)) if member_id else None
        if not isinstance(known, KnownMember):
            return
        if unknown:
            self.enter(unknown)
        else:
            self._take(replace(self.checkout, member=known), self.said)

    def takes_back(self) -> int:
        """Points that the return in hand takes back from its member."""
        return -self.returned.points if self.returned else 0

    @property
    def _decimals(self) -> int:
        """Of the shop's currency, which stays as it is; two while the Till cannot say."""
        if not self._currency:
            status = ask(self._till.status)
            if isinstance(status, Unanswered):
                return TWO_DECIMALS
            self._currency = status.currency
        return decimals_of(self._currency)

    def _invitation(self, words: Words) -> str:
        decimals = self._decimals
        return words.text(
            "Scan a card or goods, or type an amount such as {amount}.",
            amount=words.amount(example_minor(decimals), decimals),
        )

    def _ready(self) -> Saying:
        if not self.checkout.is_return:
            return self._start
        return PICKING if self.checkout.back else RETURNING

    def _enter_amount(self, amount_minor: int) -> None:
        if amount_minor == 0:
            self.said = saying(Tone.BAD, "An amount must be more than zero. Type it again.")
            return
        self._take(self.checkout.with_amount(amount_minor), self._ready())

    def _enter_voucher(self, voucher: KnownVoucher) -> None:
        if self.checkout.is_return:
            self.said = saying(
                Tone.BAD, "A voucher cannot pay for a return. Press F3 to go back to the sale."
            )
        elif any(voucher.number == other.number for other in self.checkout.vouchers):
            self.said = saying(Tone.WARN, "This voucher is in the sale already.")
        else:
            vouchers = (*self.checkout.vouchers, voucher)
            self._take(
                replace(self.checkout, vouchers=vouchers),
                saying(Tone.GOOD, "The voucher pays. Go on, or press F2 to post."),
            )

    def _enter_return(self, text: str) -> bool:
        """Take what says which goods come back; False when it is for others to say what it is."""
        brought = bring_back(self._till, self.checkout, text, self._decimals)
        if brought is not None:
            self._go_on(brought)
        return brought is not None

    def _hand_on(self, handing: Handing, text: str) -> None:
        step = next_step(self._till, handing, text, self._decimals)
        if step.receipt is not None:
            self.clear()
        self._handing, self.said, self.outcome = step.handing, step.said, step.receipt

    def _go_on(self, brought: Brought) -> None:
        checkout, said = brought
        if checkout is None:
            self.said = said
        else:
            self._take(checkout, said)

    def _enter_refused(self, refusal: Refusal) -> None:
        """Say why not; a good card that nobody here knows takes the place of the member's."""
        card = refusal.facts.get("card", "") if refusal.reason is Reason.UNKNOWN_CARD else ""
        self.unknown_card = card
        self.said = refused(refusal)
        if card and not self.checkout.is_return:
            warned = Saying(Tone.WARN, self.said.say)
            self._take(replace(self.checkout, member=None, unknown_card=card), warned)

    def _take(self, checkout: Checkout, said: Saying) -> None:
        """Go on with `checkout` and say `said`, unless the Till would not post it."""
        quote: Quote | None = None
        returned: ReturnQuote | None = None
        if checkout.is_return and checkout.has_goods:
            back = ask(lambda: self._till.quote_return(checkout.goods_return))
            if not isinstance(back, ReturnQuote):
                self.said = _not_now(back)
                return
            returned = back
        if checkout.lines and not checkout.is_return:
            answer = quoted(self._till, checkout)
            if isinstance(answer, Unanswered):
                self.said = saying(Tone.BAD, answer.message)
                return
            if isinstance(answer, Quote):
                quote = answer
            elif answer.reason in (Reason.VOUCHER_TOO_LITTLE, Reason.VOUCHER_NO_GOODS):
                # More goods may come: the voucher waits for them.
                said = Saying(Tone.WARN, refused(answer).say)
            else:
                self.said = refused(answer)
                return
        self.checkout, self.quote, self.said = checkout, quote, said
        self.returned = returned
        self.asked = quote

    def _post(self, checkout: Checkout) -> Posted | Refusal:
        if checkout.is_return:
            return self._till.take_back(checkout.goods_return)
        points = self.quote.points_paid.points if self.quote else 0
        return self._till.sell(checkout.sale(points))

    def _reprint(self) -> Posted | Refusal | None:
        last = self._till.last_receipt()
        return None if last is None else self._till.reprint(last.reference)


def _not_now(answer: Refusal | Unanswered) -> Saying:
    return refused(answer) if isinstance(answer, Refusal) else saying(Tone.BAD, answer.message)


def _posted(receipt: Receipt) -> Saying:
    def say(words: Words) -> str:
        facts = {"receipt": receipt.reference}
        if receipt.kind == RETURN:
            return words.text("Return {receipt} is posted. Next customer, please.", **facts)
        if receipt.kind == GIFT_CARD:
            return words.text("The gift card is sold: hand it over. Next customer, please.")
        return words.text("Sale {receipt} is posted. Next customer, please.", **facts)

    return Saying(Tone.GOOD, say)
