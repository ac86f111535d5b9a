"""What a receipt gives by a programme, computed from its entry: by its own, or by another."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from loyalty.journal import EARN, Entry
from loyalty.programme.awards import award
from loyalty.programme.document import Programme
from loyalty.programme.plain import is_plain, points_of_total
from loyalty.programme.sale_facts import side_points
from loyalty.programme.standing import sums_of
from loyalty.programme.unreferenced import AS_SOLD_NOW, as_sold_now
from sync_server.store.lines import facts_of

_PLAIN = frozenset({"lines"})
"""All that an entry keeps of a sale under a programme that asks for no more."""


class Given(msgspec.Struct, frozen=True):
    """Points (below zero for a return), minor units off, what is counted of the member, and what
    wallets beside the main one get."""

    points: int
    discount_minor: int = 0
    sums: Mapping[str, int] = {}
    wallets: Mapping[str, int] = {}


NOTHING = Given(0)


def given_by(programme: Programme, entry: Entry, total_minor: int, zone: ZoneInfo) -> Given | None:
    """What `entry`, a sale or a return without its receipt, gives by `programme`; None when it
    cannot be read. `total_minor` is what its lines sum to, `zone` the shop's.

    The member is taken for what the entry says of them. A return without its receipt takes back
    what the same goods would have earned, where the programme has it so.
    """
    sign = 1 if entry.kind == EARN else -1
    if sign < 0 and programme.returns.without_receipt != AS_SOLD_NOW:
        return NOTHING
    if is_plain(programme) and entry.payload.keys() == _PLAIN:
        return Given(sign * points_of_total(programme, total_minor)) if entry.member else NOTHING
    facts = facts_of(entry, zone)
    if facts is None:
        return None
    if not entry.member:
        return NOTHING
    if sign < 0:
        back = as_sold_now(programme, facts.occasion, facts.standing)
        gone = {name: -points for name, points in side_points(programme, back.award).items()}
        return Given(-back.award.points, back.award.discount_minor, back.sums, gone)
    given = award(programme, facts.occasion, facts.standing)
    counted = sums_of(programme, facts.occasion, given)
    return Given(given.points, given.discount_minor, counted, side_points(programme, given))
