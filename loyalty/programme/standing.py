"""What is known of a member as a sale begins, and what the sale adds to it.

The till keeps the sums of its own journal and of what head office told; head office keeps those
of all journals. Both ask here what a programme makes of them, and a programme that asks for
nothing of a member's past gets a newcomer, whoever comes.
"""

from collections.abc import Mapping
from datetime import date, datetime

from loyalty.members import Member, day_of_birthday
from loyalty.programme.awards import cap_gains
from loyalty.programme.consulted import consulted
from loyalty.programme.lotteries import ticket_sums
from loyalty.programme.occasions import NEWCOMER, Award, Occasion, Standing
from loyalty.programme.terms.programme import Programme
from loyalty.programme.tiers import tier_of, window_sum
from loyalty.sums import EVER, PENDING, POINTS, SPEND, VISITS, sum_key


def standing_of(
    programme: Programme, member: Member | None, sums: Mapping[str, int], at: datetime
) -> Standing:
    """The standing of `member`, of whom `sums` were counted before, `at` a moment by the shop's
    clock; of what `programme` does not ask for it says nothing.

    A member whose facts are not known here (None) has a standing by the sums of their card.
    """
    asked = consulted(programme)
    if not (asked.has_sums or asked.birthday or asked.segments):
        return NEWCOMER
    discount = programme.discount
    today = at.date()
    earned = {key: sums[key] for key in asked.cap_keys(today.isoformat()) if sums.get(key)}
    return Standing(
        tier=tier_of(programme, sums, at) if programme.tier else "",
        spent_minor=max(window_sum(sums, SPEND, discount.months, today), 0) if discount else 0,
        visits=max(sums.get(sum_key(VISITS, EVER), 0), 0) if asked.visits else 0,
        birthday=day_of_birthday(member.birthday) if member and asked.birthday else "",
        segments=tuple(sorted(asked.segments.intersection(member.segments))) if member else (),
        earned=earned,
    )


def pending_points(
    programme: Programme, sums: Mapping[str, int], today: date, wallet: str = ""
) -> int:
    """Points of the account of a `wallet` (left out: the main one), for which `sums` were counted,
    that may not be spent on `today` yet.

    What an earlier version had wait is free once the wallet's points wait no more.
    """
    if not programme.wallet(wallet).pending_days:
        return 0
    first, last = sum_key(PENDING, today.isoformat()), sum_key(PENDING, date.max.isoformat())
    return max(sum(points for key, points in sums.items() if first < key <= last), 0)


def sums_of(programme: Programme, occasion: Occasion, award: Award) -> dict[str, int]:
    """What the sale of `occasion`, which was given `award`, adds to its member's sums: only what
    `programme` asks for, and nothing that is 0.

    A visit is a sale with something in it. Of what is left of a sale after a return it gives what
    that part alone would have added, at the sale's own periods.
    """
    asked = consulted(programme)
    if not asked.has_sums:
        return {}
    counts = {
        SPEND: award.base_minor,
        POINTS: award.points,
        VISITS: int(any(line.quantity or line.amount_minor for line in occasion.basket.lines)),
    }
    said = {
        key: counts[what]
        for what, key in asked.counted_keys(occasion.at.date().isoformat())
        if counts[what]
    }
    if asked.caps:
        said |= cap_gains(programme, occasion, award)
    if asked.lotteries:
        said |= ticket_sums(programme, award.base_minor, occasion.at.date())
    return said
