"""A refusal in words: what is wrong and what to do, the same sentence at every face."""

from typing import Protocol

from terminal_app.till.answers import Reason, Refusal

SENTENCES: dict[Reason, str] = {
    Reason.EMPTY_SCAN: "Nothing was read. Scan again, or type the card number.",
    Reason.DAMAGED_CARD: "The card number is not complete. Scan again, or type all 16 digits.",
    Reason.UNKNOWN_CARD: "Card {card} is not known here. Check the number, or enrol the member.",
    Reason.CARD_TAKEN: "Card {card} belongs to another member. Take a new card.",
    Reason.FOREIGN_EAN: "This is a barcode of goods that are not in the list. Key the amount.",
    Reason.FOREIGN_GS1: "This is a code of goods, not a card. Scan the member's card.",
    Reason.FOREIGN_LINK: "This is a web address, not a card. Scan the member's card.",
    Reason.FOREIGN_UNKNOWN: "This code is not ours. Scan a member's card or a voucher.",
    Reason.VOUCHER_DAMAGED: "The voucher could not be read whole. Smooth it out and scan again.",
    Reason.VOUCHER_FORGED: "Voucher {voucher} is not signed by this shop. Do not take it.",
    Reason.VOUCHER_EXPIRED: "Voucher {voucher} has expired. It can no longer be used.",
    Reason.VOUCHER_SPENT: "Voucher {voucher} was used before. It counts only once.",
    Reason.VOUCHER_CURRENCY: "Voucher {voucher} is for another currency. It cannot be used here.",
    Reason.RECEIPT_INVALID: "{receipt} cannot be a receipt number. Use up to 64 signs, no blanks.",
    Reason.RECEIPT_CONFLICT: (
        "Receipt {receipt} was posted before with other goods. Use a new number."
    ),
    Reason.RECEIPT_UNKNOWN: "There is no receipt {receipt} at this till. Check the number.",
    Reason.BASKET_EMPTY: "There is nothing to post. Key an amount or scan goods first.",
    Reason.BASKET_TOO_LARGE: "This receipt is too large. Split it in two.",
    Reason.NAME_MISSING: "A new member needs a name. Type it, then save again.",
}


class Wording(Protocol):
    """What puts a sentence into a language."""

    def text(self, msgid: str, **facts: str) -> str:
        """The sentence `msgid` in the language, with `facts` filled in."""
        ...


def sentence(refusal: Refusal, words: Wording) -> str:
    """`refusal` as a sentence in the language of `words`."""
    return words.text(SENTENCES[refusal.reason], **refusal.facts)
