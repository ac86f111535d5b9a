"""A refusal in words: what is wrong and what to do, the same sentence at every face."""

from terminal_app.locale.words import Words, phrase
from terminal_app.till.answers import Reason, Refusal

SENTENCES: dict[Reason, str] = {
    Reason.EMPTY_SCAN: phrase("Nothing was read. Scan again, or type the card number."),
    Reason.DAMAGED_CARD: phrase("The card number is not right. Scan again, or type all 16 digits."),
    Reason.UNKNOWN_CARD: phrase(
        "Card {card} is not known here. Check the number, or enrol the member."
    ),
    Reason.BIRTHDAY_INVALID: phrase(
        "{birthday} is no birthday. Write day and month, such as 28.02, or 28.02.1990."
    ),
    Reason.CARD_TAKEN: phrase("Card {card} belongs to another member. Take a new card."),
    Reason.FOREIGN_EAN: phrase(
        "This is a barcode of goods that are not in the list. Key the amount."
    ),
    Reason.FOREIGN_GS1: phrase("This is a code of goods, not a card. Scan the member's card."),
    Reason.FOREIGN_LINK: phrase("This is a web address, not a card. Scan the member's card."),
    Reason.FOREIGN_UNKNOWN: phrase("This code is not ours. Scan a member's card or a voucher."),
    Reason.VOUCHER_DAMAGED: phrase(
        "The voucher could not be read whole. Smooth it out and scan again."
    ),
    Reason.VOUCHER_FORGED: phrase("Voucher {voucher} is not signed by this shop. Do not take it."),
    Reason.VOUCHER_EXPIRED: phrase("Voucher {voucher} has expired. It can no longer be used."),
    Reason.VOUCHER_SPENT: phrase("Voucher {voucher} was used before. It counts only once."),
    Reason.VOUCHER_CURRENCY: phrase(
        "Voucher {voucher} is for another currency. It cannot be used here."
    ),
    Reason.VOUCHER_ELSEWHERE: phrase(
        "Voucher {voucher} is good, but another place holds the right to it: it is asked for. "
        "Scan it again in a moment."
    ),
    Reason.VOUCHER_WAITS: phrase(
        "Voucher {voucher} cannot be taken here now. "
        "Connect this till to head office, then scan again."
    ),
    Reason.VOUCHER_NEEDLESS: phrase(
        "Voucher {voucher} has nothing left to pay for. Take it out and give it back."
    ),
    Reason.VOUCHER_BRANCH: phrase("Voucher {voucher} is not taken in this shop. Give it back."),
    Reason.VOUCHER_TOO_LITTLE: phrase(
        "Voucher {voucher} is for a purchase of at least {least}. Add goods, or give it back."
    ),
    Reason.VOUCHER_NO_GOODS: phrase(
        "Voucher {voucher} is for goods that are not in this purchase. "
        "Enter them first, or give it back."
    ),
    Reason.VOUCHER_TERMS: phrase(
        "Voucher {voucher} is of a programme that this till was not told. "
        "Connect this till to head office, then scan again."
    ),
    Reason.CLAIM_UNKNOWN: phrase("There is no such reward now. Choose one from the list."),
    Reason.CLAIM_TOO_FEW: phrase(
        "For this reward {missing} more must be free to spend here. Choose another, or collect on."
    ),
    Reason.CLAIM_TOO_MANY: phrase("Only {count} of this reward can be had now. Take fewer."),
    Reason.CLAIM_HAD_BEFORE: phrase(
        "The member had this reward as often as one can have it. Choose another."
    ),
    Reason.CLAIM_NONE_LEFT: phrase("Nothing is left of this reward here. Choose another."),
    Reason.CLAIM_ELSEWHERE: phrase(
        "None of this reward is at hand here. Head office is asked for one: "
        "try again in a moment, or choose another."
    ),
    Reason.CLAIM_NOT_NOW: phrase("This reward cannot be had here now. Choose another."),
    Reason.REFERRER_SELF: phrase(
        "Card {card} is the new member's own. Take the card of who brought them."
    ),
    Reason.REFERRER_LATE: phrase(
        "The member was here before and cannot be brought by {card}. Leave it empty."
    ),
    Reason.ACTIVITY_UNKNOWN: phrase(
        "The programme knows no such activity. Check what it is called."
    ),
    Reason.ACTIVITY_HAD_BEFORE: phrase(
        "The member had this as often as one can have it. Nothing more is given for it."
    ),
    Reason.ACTIVITY_NOT_NOW: phrase(
        "The programme has nothing for this now. Look at when it is offered."
    ),
    Reason.HAND_ON_NOT_OFFERED: phrase(
        "Points cannot be handed on in this shop. Go on with the sale."
    ),
    Reason.HAND_ON_SELF: phrase(
        "Both cards collect on one account. Scan the card of another member."
    ),
    Reason.HAND_ON_NOT_FAMILY: phrase(
        "Points can be handed on within a family only. Scan the card of one of the family."
    ),
    Reason.HAND_ON_TOO_FEW: phrase("Points are handed on from {least} on. Take more."),
    Reason.HAND_ON_TOO_MANY: phrase(
        "A member may hand on {most} in a month. Take fewer, or wait for the next month."
    ),
    Reason.HAND_ON_NOT_ENOUGH: phrase("{safe} may be handed on here now. Take fewer."),
    Reason.GIFT_NOT_OFFERED: phrase("Gift cards are not sold in this shop. Go on with the sale."),
    Reason.GIFT_AMOUNT: phrase(
        "A gift card is sold for {least} to {most} {currency}. Key another amount."
    ),
    Reason.GIFT_EMPTY: phrase("Nothing is left on gift card {number}. Ask for another way to pay."),
    Reason.GIFT_ELSEWHERE: phrase(
        "Gift card {number} cannot pay here yet: head office is asked for what is on it. "
        "Scan it again in a moment."
    ),
    Reason.PAID_TOO_MUCH: phrase("More is paid than there is to pay. Check the amounts."),
    Reason.PAY_NO_CARD: phrase("Points pay with a member's card. Scan the card first."),
    Reason.PAY_NOT_OFFERED: phrase("Points cannot pay for goods here. Post the sale without them."),
    Reason.PAY_TOO_FEW: phrase("Points pay from {least} on. Take more, or none."),
    Reason.PAY_NO_FULL_STEP: phrase(
        "Points pay in steps of {points}. Take a whole number of them."
    ),
    Reason.PAY_TOO_MUCH: phrase("Points may pay {most} of this purchase. Take fewer."),
    Reason.PAY_NOT_ENOUGH: phrase("{safe} points may be spent here now. Take fewer."),
    Reason.RECEIPT_INVALID: phrase(
        "{receipt} cannot be a receipt number. Use up to 64 signs, no blanks."
    ),
    Reason.RECEIPT_CONFLICT: phrase(
        "Receipt {receipt} was posted before with other goods. Use a new number."
    ),
    Reason.RECEIPT_UNKNOWN: phrase("There is no receipt {receipt} at this till. Check the number."),
    Reason.RECEIPT_DAMAGED: phrase(
        "The receipt could not be read whole. Smooth it out and scan again."
    ),
    Reason.RECEIPT_FORGED: phrase("Receipt {receipt} is not signed by this shop. Do not take it."),
    Reason.RECEIPT_ELSEWHERE: phrase(
        "Receipt {receipt} is not of this till. Scan the code printed on it."
    ),
    Reason.RECEIPT_NO_SALE: phrase("Receipt {receipt} is of a return. Take the one of the sale."),
    Reason.RECEIPT_PROGRAMME: phrase(
        "Receipt {receipt} is of a programme that this till was not told. "
        "Connect this till to head office, or take the goods back where they were sold."
    ),
    Reason.RECEIPT_OF_ANOTHER: phrase(
        "Receipt {receipt} was not rung up on this card. Take the return without the card."
    ),
    Reason.RECEIPT_RETURNED: phrase(
        "All of receipt {receipt} came back before. Nothing is left to take back."
    ),
    Reason.RETURN_TOO_MUCH: phrase(
        "Of {goods} only {left} ({amount}) are left of receipt {receipt}. Take less back."
    ),
    Reason.RETURN_NOT_SOLD: phrase("{goods} is not on receipt {receipt}. Check the goods."),
    Reason.RETURN_NEGATIVE: phrase(
        "Goods that come back have amounts above zero. Key them without a minus."
    ),
    Reason.TEXT_TOO_LONG: phrase(
        "That is longer than {limit} letters. Write it shorter, then save again."
    ),
    Reason.BASKET_EMPTY: phrase("There is nothing to post. Key an amount or scan goods first."),
    Reason.BASKET_TOO_LARGE: phrase("This receipt is too large. Split it in two."),
    Reason.NAME_MISSING: phrase("A new member needs a name. Type it, then save again."),
    Reason.CARD_NOT_MINTED: phrase(
        "This till's data was copied or put back, so it gives no new card number. "
        "Give a printed card, or wait until head office is reached."
    ),
}


def sentence(refusal: Refusal, words: Words) -> str:
    """`refusal` as a sentence in the language of `words`."""
    return words.text(SENTENCES[refusal.reason], **refusal.facts)
