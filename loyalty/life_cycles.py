"""Life-cycles: what a thing may become, as a table a kind. What is not in a table is refused.

A state with nothing after it is the end. Moments (a day that passed) are no moves: whoever asks
works them out from the dates.
"""

from collections.abc import Mapping
from typing import Final

LifeCycle = Mapping[str, frozenset[str]]
"""State -> the states it may go to."""


def may_become(life_cycle: LifeCycle, state: str, next_state: str) -> bool:
    """Whether what is in `state` may go to `next_state`; never, from a state it does not know."""
    return next_state in life_cycle.get(state, frozenset())


ISSUED: Final = "issued"
RESERVED: Final = "reserved"
REDEEMED: Final = "redeemed"
REVOKED: Final = "revoked"
EXPIRED: Final = "expired"

VOUCHER: LifeCycle = {
    ISSUED: frozenset({RESERVED, REDEEMED, REVOKED, EXPIRED}),
    # Released, it is as it was issued; a sale that is under way outlives midnight.
    RESERVED: frozenset({ISSUED, REDEEMED}),
    REDEEMED: frozenset(),
    REVOKED: frozenset(),
    # A till without a line took it on its last day, and tells so afterwards.
    EXPIRED: frozenset({REDEEMED}),
}

PENDING: Final = "pending"
AVAILABLE: Final = "available"
SPENT: Final = "spent"

LOT: LifeCycle = {
    # Goods brought back take a lot that is still pending to nothing.
    PENDING: frozenset({AVAILABLE, SPENT, EXPIRED}),
    AVAILABLE: frozenset({SPENT, EXPIRED}),
    # Points that paid for goods come back to their lot, whatever its days are by then.
    SPENT: frozenset({PENDING, AVAILABLE, EXPIRED}),
    # What was gone already may still pay, for a till that did not know.
    EXPIRED: frozenset({SPENT}),
}

CLAIMED: Final = "claimed"
ORDERED: Final = "ordered"
SENT: Final = "sent"
RECEIVED: Final = "received"
COMPLAINT: Final = "complaint"
SETTLED: Final = "settled"
CANCELLED: Final = "cancelled"

ORDER: LifeCycle = {
    # Handed over at the till: received at once.
    CLAIMED: frozenset({ORDERED, RECEIVED, CANCELLED}),
    ORDERED: frozenset({SENT, CANCELLED}),
    # What is lost on the way is a complaint about something never received.
    SENT: frozenset({RECEIVED, COMPLAINT}),
    RECEIVED: frozenset({COMPLAINT}),
    # Sent once more, put right otherwise, or taken back: only the last gives the points back.
    COMPLAINT: frozenset({SENT, SETTLED, CANCELLED}),
    SETTLED: frozenset(),
    CANCELLED: frozenset(),
}

REFERRED: Final = "referred"
PAID: Final = "paid"
VOID: Final = "void"
TAKEN_BACK: Final = "taken-back"

REFERRAL: LifeCycle = {
    # Void: the friend's card was closed, or turned out to be the referrer's own.
    REFERRED: frozenset({PAID, VOID}),
    # The purchase that it was paid for was brought back whole.
    PAID: frozenset({TAKEN_BACK}),
    VOID: frozenset(),
    TAKEN_BACK: frozenset(),
}

INVITED: Final = "invited"
BELONGS: Final = "belongs"
DECLINED: Final = "declined"
LEFT: Final = "left"

MEMBERSHIP: LifeCycle = {
    INVITED: frozenset({BELONGS, DECLINED}),
    BELONGS: frozenset({LEFT}),
    # Asked once more.
    DECLINED: frozenset({INVITED}),
    LEFT: frozenset({INVITED}),
}
