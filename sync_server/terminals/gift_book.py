"""Gift cards that tills sold: for an amount and for as long as the programme has it."""

from zoneinfo import ZoneInfo

from loyalty.accounts import gift_account
from loyalty.identifiers import voucher_issuer, voucher_seq
from loyalty.journal import GIFT, Entry
from loyalty.programme.document import Programme
from loyalty.programme.expiry import end_of_days_ms
from loyalty.programme.gift_cards import EXPIRES, NUMBER, no_gift_card


def misread_gift(entry: Entry) -> str:
    """Why an entry cannot be of a gift card, or nothing: it names the card whose account it is of,
    and its own till's number when it sells one."""
    number = entry.payload.get(NUMBER)
    if not isinstance(number, str) or entry.member != gift_account(number) or not entry.points:
        return "it is of no gift card, or of another than it names"
    if entry.points > 0 and voucher_issuer(number) != entry.terminal:
        return f"it sells gift card {number[:40]!r} of another terminal"
    return ""


def is_sold_card(entry: Entry) -> bool:
    """Whether `entry` sells a gift card."""
    return entry.kind == GIFT and entry.points > 0


def gift_difference(entry: Entry, programme: Programme, zone: ZoneInfo) -> str:
    """How a card that was sold is not as `programme` sells them, or nothing."""
    why = no_gift_card(programme, entry.points)
    if why is not None or programme.gift_cards is None:
        return f"a gift card over {entry.points} is not sold: {why}"
    place = (entry.payload.get("salvaged") or [entry.epoch, entry.seq])[-1]
    if voucher_seq(str(entry.payload.get(NUMBER))) != place:
        return "its gift card has the number of another entry"
    days = programme.gift_cards.valid_days
    if entry.payload.get(EXPIRES) != end_of_days_ms(days, entry.occurred_at_ms, zone):
        return f"its gift card is not good for {days} days"
    return ""
