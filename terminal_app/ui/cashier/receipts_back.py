"""A return at the counter: takes the receipt, and then what of it comes back."""

from msgspec.structs import replace

from terminal_app.till.answers import KnownMember, KnownProduct, KnownReceipt, Reason, Refusal
from terminal_app.till.door import Till
from terminal_app.ui.asking import ask
from terminal_app.ui.cashier.bringing_back import BringingBack
from terminal_app.ui.cashier.checkout import Checkout, typed_amount
from terminal_app.ui.sayings import Saying, Tone, refused, saying

RETURNING = saying(
    Tone.WARN,
    "Return: scan the receipt or type its number. Without one scan the card, then the goods.",
)
PICKING = saying(
    Tone.WARN, "Scan the goods, or type a line's number, 2*3 for units, * for all. F2 posts."
)

Brought = tuple[Checkout | None, Saying]
"""What is in hand from now on (None: what was), and what to say."""


def take_receipt(till: Till, checkout: Checkout, receipt: KnownReceipt) -> Brought:
    """From now on goods of `receipt` come back, unless something else is in hand."""
    if checkout.has_goods:
        said = "A receipt is for a return. Post what is in hand, or clear it with F8."
        return None, saying(Tone.BAD, said)
    member = ask(lambda: till.member(receipt.member_id))
    known = member if isinstance(member, KnownMember) else None
    return Checkout(is_return=True, back=BringingBack(receipt), member=known), PICKING


def bring_back(till: Till, checkout: Checkout, text: str, decimals: int) -> Brought | None:
    """What `text` means to a return in a currency with so many `decimals`: its receipt, or a part
    of it. None when it is for others to say what it is."""
    back = checkout.back
    if back is None:
        return _receipt(till, checkout, text, decimals)
    typed = back.with_typed(text, decimals)
    if typed is None:
        found = ask(lambda: till.identify(text))
        if isinstance(found, KnownMember):
            return None, saying(Tone.WARN, "The receipt says whose points it is about.")
        if isinstance(found, KnownProduct):
            typed = back.with_goods(found)
        elif typed_amount(text, decimals) is None:
            return None
    if typed is None:
        return None, saying(Tone.BAD, "That is not on the receipt. Check the goods.")
    return replace(checkout, back=typed), PICKING


def _receipt(till: Till, checkout: Checkout, text: str, decimals: int) -> Brought | None:
    """The receipt that `text` names; None when it is an amount, a card or goods."""
    found = ask(lambda: till.receipt_sold(text))
    if isinstance(found, KnownReceipt):
        return take_receipt(till, checkout, found)
    if not isinstance(found, Refusal) or typed_amount(text, decimals) is not None:
        return None
    if found.reason is Reason.RECEIPT_ELSEWHERE:
        other = ask(lambda: till.identify(text))
        if not (isinstance(other, Refusal) and other.reason is Reason.FOREIGN_UNKNOWN):
            return None
    return None, refused(found)
