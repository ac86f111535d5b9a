"""Members who bring friends: who may be brought by whom, and what both get."""

from collections.abc import Mapping
from enum import StrEnum

from loyalty.programme.conditions import why_not
from loyalty.programme.events import Bonus, NoBonus, Purchase, had_enough
from loyalty.programme.occasions import WhyNot
from loyalty.programme.terms.happenings import Event
from loyalty.programme.terms.programme import Programme


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
