"""What members do beside buying, and what it gives them: in the one transaction it is posted with.

A quiz, a survey or a contest happens at a kiosk or in another system, which reports it here: once
for ever per reference. How often a member may have it is counted over all tills.
"""

import sqlite3
from collections.abc import Sequence

from msgspec.structs import replace

from loyalty.baskets import Basket
from loyalty.clock import from_epoch_ms
from loyalty.members import Member
from loyalty.programme.events import Bonus, Happened, NoBonus, bonuses_for
from loyalty.receipts import HAPPENED
from terminal_app.posting.draft import content_digest
from terminal_app.store import ledger, members
from terminal_app.till.answers import Activity, Posted, Reason, Refusal
from terminal_app.till.bonuses import add_bonuses, told_bonuses, with_points
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of
from terminal_app.till.standing import past_of, standing_at, tier_at
from terminal_app.till.voucher_check import VoucherDesk
from terminal_app.till.wallets import wallet_lines

_HAD = (NoBonus.HAD_BEFORE, NoBonus.HAD_THIS_YEAR)


def happened(
    connection: sqlite3.Connection, desk: VoucherDesk, activity: Activity
) -> Posted | Refusal:
    """Give a member what the programme has for `activity`; a refusal says why it has nothing, and
    is not kept: what is reported again may be worth something then."""
    told = (str(activity.on), activity.code)
    content = content_digest(HAPPENED, activity.member_id, Basket(()), told)
    answered = already(connection, activity.reference, content)
    if answered is not None:
        return answered
    identity, programme = desk.identity, desk.programme
    member = members.member(connection, activity.member_id)
    if member is None:
        return Refusal(Reason.UNKNOWN_CARD, {"card": activity.member_id})
    at = from_epoch_ms(desk.at_ms).astimezone(identity.zone)
    past = past_of(connection, programme, member.account, member)
    reported = Happened(
        on=activity.on,
        at=at,
        branch=identity.branch,
        standing=standing_at(programme, past, at),
        code=activity.code,
    )
    found = bonuses_for(programme, reported, past.sums)
    bonuses = with_points(found)
    if not bonuses:
        return _refusal(found)
    draft = draft_of(connection, identity, programme, activity, desk.at_ms, desk.now_ms, member)
    beside = add_bonuses(draft, programme, bonuses, at)
    gained = beside.pop(programme.main_wallet, 0)
    receipt = receipt_of(identity, programme, draft, member, HAPPENED, Basket(()))
    receipt = replace(
        receipt,
        balance=_balance(connection, member) + gained,
        bonuses=told_bonuses(programme, bonuses, receipt.language),
        wallets=wallet_lines(connection, programme, member, beside),
        tier=tier_at(programme, past, at),
    )
    return posted(connection, draft, content, receipt, activity.print_receipt)


def _balance(connection: sqlite3.Connection, member: Member) -> int:
    return ledger.balance_of(connection, member.account).points


def _refusal(found: Sequence[Bonus]) -> Refusal:
    """Why none of the bonuses that were `found` gives points."""
    if not found:
        return Refusal(Reason.ACTIVITY_UNKNOWN)
    had = any(bonus.why_not in _HAD for bonus in found)
    return Refusal(Reason.ACTIVITY_HAD_BEFORE if had else Reason.ACTIVITY_NOT_NOW)
