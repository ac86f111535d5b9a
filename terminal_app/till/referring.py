"""Friends who were brought: who may be named at enrolment, and what both get with a purchase.

Who brought a friend is counted with the friend's sums, so that every till hears of it with them.
With the friend's first purchase that is enough, both are paid in the transaction of that sale: the
points of who brought them lie here until they are asked for, as all that a till gives.
"""

import sqlite3
from datetime import datetime

import msgspec

from loyalty.identifiers import is_card_number
from loyalty.journal import EVENT
from loyalty.members import Member
from loyalty.programme.document import Programme
from loyalty.programme.events import Bonus, NoBonus, Purchase, counted, given
from loyalty.programme.occasions import WhyNot
from loyalty.programme.referrals import (
    FRIEND,
    REFERRER,
    SIDE,
    NoReferral,
    brought_key,
    no_referral,
    open_bonuses,
    referred_key,
    referrer_in,
)
from loyalty.programme.terms.happenings import Event
from loyalty.sums import EVER, SUMS, VISITS, sum_key
from terminal_app.posting.draft import Draft
from terminal_app.store import lookups, members, sums
from terminal_app.store.settings import Identity
from terminal_app.till.answers import Reason, Refusal
from terminal_app.till.pricing import Priced
from terminal_app.till.standing import past_of

_REASONS = {
    NoReferral.SELF: Reason.REFERRER_SELF,
    NoReferral.NO_NEWCOMER: Reason.REFERRER_LATE,
}
_DUE = (WhyNot.APPLIED, NoBonus.HAD_BEFORE, NoBonus.HAD_THIS_YEAR)
"""What the referrer's side says when a purchase is enough: beyond a limit the friend alone is paid,
and nothing stays open."""


def referred_by(connection: sqlite3.Connection, card: str, friend: str) -> dict[str, int] | Refusal:
    """What is counted of the member `friend`, as they are enrolled, for the `card` of who brought
    them; nothing for an empty one. A card that is not known here is its first member's."""
    if not card:
        return {}
    if not is_card_number(card):
        return Refusal(Reason.DAMAGED_CARD)
    holder = members.member_by_card(connection, card)
    if holder is None:
        lookups.ask(connection, card)
    referrer = holder.member_id if holder else card
    visits = sums.sums_of(connection, friend).get(sum_key(VISITS, EVER), 0)
    why = no_referral(referrer, friend, visits, {})
    if why is not None:
        return Refusal(_REASONS[why], {"card": card})
    return {referred_key(referrer): 1}


class _Both(msgspec.Struct, frozen=True):
    """A friend and who brought them, by their accounts and who they are."""

    friend: Member
    referrer: str
    referrer_account: str

    @property
    def said(self) -> dict[str, str]:
        """What both entries say: who brought whom."""
        return {FRIEND: self.friend.member_id, REFERRER: self.referrer}


def add_referral(
    connection: sqlite3.Connection,
    draft: Draft,
    programme: Programme,
    identity: Identity,
    member: Member,
    priced: Priced,
) -> tuple[Bonus, ...]:
    """Add to `draft` what the purchase of `member` pays them and whoever brought them; gives the
    member's own bonuses."""
    if not any(event.on == "referral" for event in programme.event):
        return ()
    referrer = referrer_in(sums.sums_of(connection, member.member_id))
    if not referrer:
        return ()
    known = members.member(connection, referrer)
    both = _Both(member, referrer, known.account if known else referrer)
    at = priced.occasion.at
    purchase = Purchase(
        terminal=identity.terminal,
        receipt=draft.receipt,
        at=at,
        base_minor=priced.award.base_minor,
        branch=identity.branch,
        standing=priced.standing,
    )
    past = past_of(connection, programme, both.referrer_account, known)
    bonuses = open_bonuses(programme, purchase, past.sums, member.member_id, priced.past.sums)
    due = {bonus.event for bonus in bonuses if bonus.to == REFERRER and bonus.why_not in _DUE}
    for bonus in given(bonuses):
        if bonus.to == REFERRER and bonus.points:
            _pay_referrer(draft, programme, both, bonus, at)
    for event in programme.event:
        if event.name in due:
            _pay_friend(draft, programme, both, event)
    return tuple(bonus for bonus in given(bonuses) if bonus.to == FRIEND)


def _pay_referrer(
    draft: Draft, programme: Programme, both: _Both, bonus: Bonus, at: datetime
) -> None:
    payload: dict[str, object] = {
        "event": bonus.event,
        SIDE: REFERRER,
        **both.said,
    }
    if more := counted(programme, (bonus,), at):
        payload[SUMS] = more
    account = programme.account_of(both.referrer_account, bonus.wallet)
    draft.add(EVENT, points=bonus.points, payload=payload, account=account)


def _pay_friend(draft: Draft, programme: Programme, both: _Both, event: Event) -> None:
    """Pay the friend's side, and count it as paid: with no points for the friend too."""
    payload: dict[str, object] = {
        "event": event.name,
        SIDE: FRIEND,
        **both.said,
        SUMS: {brought_key(event.name, both.friend.member_id): 1},
    }
    account = programme.account_of(draft.member_id, event.wallet)
    draft.add(EVENT, points=event.friend_points, payload=payload, account=account)
