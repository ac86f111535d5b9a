"""What the kiosk answers to a code that is no member's card, in friendly sentences."""

from datetime import tzinfo

from terminal_app.locale.words import Words, phrase
from terminal_app.till.answers import KnownProduct, KnownReceipt, KnownVoucher, Reason, Refusal
from terminal_app.ui.asking import Unanswered
from terminal_app.ui.sayings import Saying, Tone, saying, shown

_UNREADABLE = phrase("We could not read this card. Hold it still and try again.")
_UNKNOWN = phrase("We do not know this card yet. Please ask at the till: joining takes a minute.")
_NOT_A_CARD = phrase("This is not a card of our club. Please show the card, or ask at the till.")
_VOUCHER = phrase("This voucher cannot be used. Please ask at the till.")

_SENTENCES: dict[Reason, str] = {
    Reason.EMPTY_SCAN: _UNREADABLE,
    Reason.DAMAGED_CARD: _UNREADABLE,
    Reason.UNKNOWN_CARD: _UNKNOWN,
    Reason.VOUCHER_DAMAGED: phrase("We could not read this voucher. Hold it still and try again."),
    Reason.VOUCHER_FORGED: _VOUCHER,
    Reason.VOUCHER_CURRENCY: _VOUCHER,
    Reason.VOUCHER_ELSEWHERE: phrase("This voucher is good. Show it at the till."),
    Reason.VOUCHER_WAITS: _VOUCHER,
    Reason.VOUCHER_EXPIRED: phrase("This voucher has expired."),
    Reason.VOUCHER_SPENT: phrase("This voucher was used already."),
}

NOT_NOW = saying(Tone.BAD, phrase("The kiosk cannot answer just now. Please ask at the till."))


def answered(
    found: KnownVoucher | KnownProduct | KnownReceipt | Refusal | Unanswered,
    currency: str,
    zone: tzinfo | None,
) -> Saying:
    """The Saying for `found`; money is in the shop's `currency`, days are as `zone` has them."""
    match found:
        case Refusal(reason):
            return saying(Tone.WARN, _SENTENCES.get(reason, _NOT_A_CARD))
        case Unanswered():
            return NOT_NOW
        case KnownVoucher():
            return Saying(Tone.GOOD, lambda words: _voucher(words, found, currency, zone))
        case KnownReceipt():
            return saying(Tone.CALM, phrase("This is a receipt. Goods come back at the till."))
        case KnownProduct():
            return Saying(Tone.CALM, lambda words: _goods(words, found, currency))


def _voucher(words: Words, voucher: KnownVoucher, currency: str, zone: tzinfo | None) -> str:
    return words.text(
        "This voucher is worth {amount} until {date}. Show it at the till.",
        amount=words.money(voucher.amount_minor, currency),
        date=words.day(voucher.expires_at_ms, zone),
    )


def _goods(words: Words, goods: KnownProduct, currency: str) -> str:
    price = words.money(goods.price_minor, currency)
    return words.text("{goods}: {price}", goods=shown(goods.description), price=price)
