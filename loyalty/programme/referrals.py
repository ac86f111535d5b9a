"""Members who bring friends: who may be brought by whom, and what both get."""

from collections.abc import Mapping
from enum import StrEnum

from loyalty.programme.conditions import why_not
from loyalty.programme.events import Bonus, NoBonus, Purchase, event_key, had_enough
from loyalty.programme.occasions import WhyNot
from loyalty.programme.terms.happenings import Event
from loyalty.programme.terms.programme import Programme
from loyalty.sums import EVER, sum_key

SIDE, FRIEND, REFERRER = "side", "friend", "referrer"
"""What the two entries of a referral say: whose side each is, and who is on the other."""

_REFERRED = "referred:"


class NoReferral(StrEnum):
    """Why a member cannot be named as the one who brought a friend."""

    SELF = "self"
    BROUGHT_BEFORE = "brought-before"
    """Somebody else was named already: a friend is brought once."""
    NO_NEWCOMER = "no-newcomer"
    """The friend has bought here before."""
    CIRCLE = "circle"
    """The friend brought the member, or who brought the member, or so on."""


def no_referral(
    referrer: str, friend: str, friend_visits: int, brought_by: Mapping[str, str]
) -> NoReferral | None:
    """Why `referrer` cannot have brought `friend`, who was here `friend_visits` times; None when
    that can be. `brought_by` names who brought whom: friend -> referrer."""
    if referrer == friend:
        return NoReferral.SELF
    if friend in brought_by:
        return NoReferral.BROUGHT_BEFORE
    if friend_visits > 0:
        return NoReferral.NO_NEWCOMER
    seen = {referrer}
    above = brought_by.get(referrer)
    while above is not None and above not in seen:
        if above == friend:
            return NoReferral.CIRCLE
        seen.add(above)
        above = brought_by.get(above)
    return None


def referred_key(referrer: str) -> str:
    """The key under which it is counted of a friend, as they are enrolled, who brought them."""
    return sum_key(f"{_REFERRED}{referrer}", EVER)


def referrer_in(sums: Mapping[str, int]) -> str:
    """Who brought the member for whom `sums` were counted; empty for nobody. Enrolled at two tills
    that could not know of each other, a friend was brought by the first in the order of cards."""
    names = [key for key, times in sums.items() if key.startswith(_REFERRED) and times > 0]
    return min(names, default="").removeprefix(_REFERRED).partition("|")[0]


def brought_key(event: str, friend: str) -> str:
    """The key under which it is counted on the friend's account that `event` was paid for them."""
    return event_key(f"{event}/{friend}", EVER)


def open_bonuses(
    programme: Programme,
    purchase: Purchase,
    referrer_history: Mapping[str, int],
    friend: str,
    friend_history: Mapping[str, int],
) -> tuple[Bonus, ...]:
    """Those of `referral_bonuses` that were not paid yet for the member `friend`."""
    return tuple(
        bonus
        for bonus in referral_bonuses(programme, purchase, referrer_history)
        if friend_history.get(brought_key(bonus.event, friend), 0) <= 0
    )


def referral_bonuses(
    programme: Programme, purchase: Purchase, referrer_history: Mapping[str, int]
) -> tuple[Bonus, ...]:
    """What the friend's `purchase` brings both sides of a referral that is not paid yet.

    It is paid with the first purchase that an event's `at_least` is content with; a smaller one
    leaves it open. The limits of an event are on who brings friends: a friend is paid all the
    same. The event's reward goes to who brought the friend.
    """
    bonuses: list[Bonus] = []
    for event in programme.event:
        if event.on == "referral":
            bonuses += _both_sides(programme, event, purchase, referrer_history)
    return tuple(bonuses)


def _both_sides(
    programme: Programme, event: Event, purchase: Purchase, referrer_history: Mapping[str, int]
) -> list[Bonus]:
    wallet = event.wallet or programme.main_wallet
    reason = _reason(programme, event, purchase)
    referrers = reason or had_enough(event, purchase.at, referrer_history) or WhyNot.APPLIED
    sides = [
        Bonus(
            event=event.name,
            wallet=wallet,
            points=0 if referrers else event.points,
            reward="" if referrers else event.reward,
            to="referrer",
            why_not=referrers,
        )
    ]
    if event.friend_points:
        points = 0 if reason else event.friend_points
        sides.append(
            Bonus(event=event.name, wallet=wallet, points=points, to="friend", why_not=reason)
        )
    return sides


def _reason(programme: Programme, event: Event, purchase: Purchase) -> WhyNot | NoBonus:
    least_minor = programme.minor(event.at_least) if event.at_least else 1
    if purchase.base_minor < least_minor:
        return NoBonus.TOO_LITTLE
    return why_not(event.when, purchase.at, purchase.branch, purchase.standing)
