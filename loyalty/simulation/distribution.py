"""Who gets what: tenths of the members, and whom a change of programme helps or hurts most."""

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from loyalty.simulation.economics import percent
from loyalty.simulation.figures import Change, Decile, MemberFigures, Outcome

DECILES = 10
MOST_CHANGED = 10


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A draft beside the present programme, on the same sales.

    `more`, `less` and `same` count members; `winners` and `losers` are those whom it changes most,
    the most first.
    """

    present: str
    more: int
    less: int
    same: int
    change_minor: int
    winners: tuple[Change, ...]
    losers: tuple[Change, ...]


def deciles(members: Sequence[MemberFigures]) -> tuple[Decile, ...]:
    """`members` in ten groups as equal as can be, by what they bought; the largest first.

    With fewer than ten members some groups would be empty: those are left out.
    """
    ranked = sorted(members, key=lambda one: (-one.turnover_minor, one.member))
    edges = [len(ranked) * tenth // DECILES for tenth in range(DECILES + 1)]
    groups = [ranked[first:after] for first, after in pairwise(edges)]
    return tuple(_decile(number, group) for number, group in enumerate(groups, 1) if group)


def compare(draft: Outcome, present: Outcome) -> Comparison:
    """What members would get under `draft` and under `present`, of the same sales."""
    before = {one.member: one for one in present.members}
    changes = [
        Change(
            member=one.member,
            turnover_minor=one.turnover_minor,
            present_minor=before[one.member].value_minor,
            draft_minor=one.value_minor,
        )
        for one in draft.members
    ]
    changes.sort(key=lambda one: (one.change_minor, one.member))
    losers = [one for one in changes[:MOST_CHANGED] if one.change_minor < 0]
    winners = [one for one in changes[: -MOST_CHANGED - 1 : -1] if one.change_minor > 0]
    more = sum(one.change_minor > 0 for one in changes)
    less = sum(one.change_minor < 0 for one in changes)
    return Comparison(
        present=present.programme,
        more=more,
        less=less,
        same=len(changes) - more - less,
        change_minor=sum(one.change_minor for one in changes),
        winners=tuple(winners),
        losers=tuple(losers),
    )


def _decile(number: int, group: Sequence[MemberFigures]) -> Decile:
    turnover_minor = sum(one.turnover_minor for one in group)
    value_minor = sum(one.value_minor for one in group)
    return Decile(
        decile=number,
        members=len(group),
        turnover_minor=turnover_minor,
        points=sum(one.points for one in group),
        value_minor=value_minor,
        rebate_percent=percent(value_minor, turnover_minor),
    )
