"""F12: points of the member at the desk go to another one: how many, then whose card."""

import msgspec
from msgspec.structs import replace

from loyalty.receipts import MONEY, Receipt
from terminal_app.till.answers import HandingOn, KnownMember, Posted, Refusal
from terminal_app.till.door import Till
from terminal_app.ui.asking import Unanswered, ask
from terminal_app.ui.cashier.checkout import typed_amount
from terminal_app.ui.sayings import Saying, Tone, refused, saying, shown

MAX_DIGITS = 9
"""Of a number of points; a card that is scanned too soon has more."""

NO_GIVER = saying(Tone.WARN, "Scan the card of who hands points on, then press F12.")
GIVEN_UP = saying(Tone.CALM, "Nothing was handed on.")


class Handing(msgspec.Struct, frozen=True):
    """Points on their way from `giver`; 0 until the cashier has said how many."""

    giver: KnownMember
    points: int = 0


class Step(msgspec.Struct, frozen=True):
    """What an entry led to: `handing` goes on, or is over with a `receipt`."""

    handing: Handing | None
    said: Saying
    receipt: Receipt | None = None


def asked_how_many(giver: KnownMember) -> Saying:
    """The question that begins it."""
    name = shown(giver.member.name)
    return saying(Tone.CALM, "{name} hands points on: type how many.", name=name)


def next_step(till: Till, handing: Handing, text: str, decimals: int) -> Step:
    """Take one entry: first the number of points (an amount, where they are money), then the card
    of whom they are for."""
    if not handing.points:
        points = _points_in(handing.giver, text, decimals)
        if not points:
            return Step(handing, asked_how_many(handing.giver))
        asked = saying(Tone.CALM, "Now scan the card of whom they are for.")
        return Step(replace(handing, points=points), asked)
    found = ask(lambda: till.identify(text, is_served=False))
    if isinstance(found, Unanswered):
        return Step(handing, saying(Tone.BAD, found.message))
    if isinstance(found, Refusal):
        return Step(handing, refused(found))
    if not isinstance(found, KnownMember):
        return Step(handing, saying(Tone.WARN, "Now scan the card of whom they are for."))
    return _hand_on(till, handing, found)


def _hand_on(till: Till, handing: Handing, taker: KnownMember) -> Step:
    asked = HandingOn(
        member_id=handing.giver.member.member_id,
        to_member_id=taker.member.member_id,
        points=handing.points,
    )
    answer = ask(lambda: till.hand_on(asked))
    match answer:
        case Posted(receipt):
            name = shown(taker.member.name)
            said = saying(Tone.GOOD, "{name} has them now. Next customer, please.", name=name)
            return Step(None, said, receipt)
        case Refusal():
            # Another number may do, or another card.
            return Step(Handing(handing.giver), refused(answer))
        case Unanswered():
            return Step(handing, saying(Tone.BAD, answer.message))


def _points_in(giver: KnownMember, text: str, decimals: int) -> int:
    """The points that `text` says; 0 when it is none."""
    if giver.wallet == MONEY:
        return typed_amount(text, decimals) or 0
    is_number = text.isascii() and text.isdigit()
    return int(text) if is_number and len(text) <= MAX_DIGITS else 0
