"""Numbers that people carry: cards, terminals, vouchers.

A card number is digits alone, because digits survive a scanner whose keyboard layout is wrong:
15 digits and a Damm check digit, which finds every single wrong digit and every swap of two
neighbours (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004).
"""

import re

from loyalty.errors import IdentifierInvalid

CARD_BODY_DIGITS = 15
CARD_DIGITS = CARD_BODY_DIGITS + 1
CARD_ISSUER = "29"
"""First digits of every card: GS1 keeps prefix 29 for numbers used inside one company."""

CARD_TERMINAL_DIGITS = 5
CARD_COUNTER_DIGITS = CARD_BODY_DIGITS - len(CARD_ISSUER) - CARD_TERMINAL_DIGITS

VOUCHER_PREFIX = "PV1:"
"""First characters of every voucher code, and the version of its form."""

GIFT_PREFIX = "PG1:"
"""First characters of the code of every gift card, and the version of its form."""

RECEIPT_PREFIX = "PR1:"
"""First characters of the code on every receipt, and the version of its form."""

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)
_TERMINAL_FORM = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}\Z")
_EPOCH_FORM = re.compile(r"[1-9][0-9]{0,8}\Z", re.ASCII)
_SEQ_FORM = re.compile(r"[1-9][0-9]{0,17}\Z", re.ASCII)
_KEY_FORM = re.compile(r"[^\x00-\x20\x7f-\xa0]{1,64}\Z")


def damm_digit(digits: str) -> str:
    """The Damm check digit of a string of ASCII digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def card_number(body: str) -> str:
    """The card number whose first 15 digits are `body`. Raises IdentifierInvalid otherwise."""
    if len(body) != CARD_BODY_DIGITS or not (body.isascii() and body.isdigit()):
        raise IdentifierInvalid(
            f"A card number is made of {CARD_BODY_DIGITS} digits, not {body!r}."
        )
    return body + damm_digit(body)


def is_card_number(text: str) -> bool:
    """Whether `text` is 16 ASCII digits that pass the Damm check."""
    return (
        len(text) == CARD_DIGITS and text.isascii() and text.isdigit() and damm_digit(text) == "0"
    )


def minted_card(terminal_number: int, counter: int) -> str:
    """A new card number that no other terminal can mint: issuer, terminal, its own counter.

    `terminal_number` is what head office gave the terminal at enrolment (1 to 99,999), so two
    tills that are both offline never hand out the same card. Raises IdentifierInvalid when a
    number no longer fits its digits.
    """
    if not (0 < terminal_number < 10**CARD_TERMINAL_DIGITS):
        raise IdentifierInvalid(f"Terminal number {terminal_number} is out of range.")
    if not (0 <= counter < 10**CARD_COUNTER_DIGITS):
        raise IdentifierInvalid(f"Terminal {terminal_number} has handed out all its card numbers.")
    body = f"{CARD_ISSUER}{terminal_number:0{CARD_TERMINAL_DIGITS}d}"
    return card_number(f"{body}{counter:0{CARD_COUNTER_DIGITS}d}")


def is_terminal_id(text: str) -> bool:
    """Whether `text` can name a terminal: 1 to 16 capitals, digits and hyphens ("KRK-1")."""
    return _TERMINAL_FORM.match(text) is not None


def is_receipt_reference(text: str) -> bool:
    """Whether `text` can name a receipt: 1 to 64 printable characters without blanks."""
    return _KEY_FORM.match(text) is not None


def journal_name(terminal: str, epoch: int) -> str:
    """The name of a journal as the holder of rights ("T1.2")."""
    return f"{terminal}.{epoch}"


def voucher_number(terminal: str, epoch: int, seq: int) -> str:
    """The number of the voucher that entry `seq` of `terminal` in `epoch` issues ("T1.1.42")."""
    return f"{terminal}.{epoch}.{seq}"


def voucher_issuer(number: str) -> str:
    """The terminal that issued voucher `number`."""
    return number.partition(".")[0]


def voucher_epoch(number: str) -> int:
    """The epoch of its terminal in which voucher `number` was issued; 0 when it names none."""
    epoch = number.split(".")[1:2]
    return int(epoch[0]) if epoch and _EPOCH_FORM.match(epoch[0]) else 0


def voucher_seq(number: str) -> int:
    """The entry that issued voucher `number`, in the journal that it names; 0 when it names none.

    What was issued keeps its number when its entry is written again in another journal.
    """
    seq = number.split(".")[2:]
    return int(seq[0]) if len(seq) == 1 and _SEQ_FORM.match(seq[0]) else 0
