"""What this till knows of a member's past, and what the programme makes of it."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

import msgspec

from loyalty.members import Member
from loyalty.programme.consulted import consulted
from loyalty.programme.document import Programme
from loyalty.programme.events import events_in
from loyalty.programme.occasions import Standing
from loyalty.programme.side_wallets import side_wallets
from loyalty.programme.standing import standing_of
from loyalty.programme.tiers import tier_progress
from loyalty.receipts import TierStanding
from loyalty.sums import added
from terminal_app.store import sums


class Past(msgspec.Struct, frozen=True):
    """Who a member is, None where this till has not heard of them, and what was counted of them."""

    member: Member | None = None
    sums: Mapping[str, int] = {}


def past_of(
    connection: sqlite3.Connection, programme: Programme, member_id: str, member: Member | None
) -> Past:
    """The past of whoever holds the card `member_id`; `member` is None where this till has not
    heard of them. Nothing is read that `programme` does not ask for."""
    if not (consulted(programme).has_sums or programme.event):
        return Past(member)
    own = sums.sums_of(connection, member_id)
    # How often a member had an event is counted where its points went.
    events = (
        sums.sums_of(connection, programme.account_of(member_id, wallet))
        for wallet in side_wallets(programme)
        if any(event.wallet == wallet for event in programme.event)
    )
    return Past(member, added(own, *(events_in(counted) for counted in events)))


def standing_at(programme: Programme, past: Past, at: datetime) -> Standing:
    """The standing of a member with `past`, `at` a moment by the shop's clock."""
    return standing_of(programme, past.member, past.sums, at)


def tier_at(
    programme: Programme, past: Past, at: datetime, gained: Mapping[str, int] | None = None
) -> TierStanding | None:
    """The tier of a member with `past` and what they `gained` since, and the way to the next one;
    None where the programme has no tiers."""
    progress = tier_progress(programme, added(past.sums, gained or {}), at)
    if progress is None:
        return None
    titles = {tier.name: tier.title or tier.name for tier in programme.tier}
    return TierStanding(
        title=titles.get(progress.tier, ""),
        next_title=titles.get(progress.next_tier, ""),
        missing=progress.missing,
        by=programme.tiers.by,
    )
