"""Lookups: a till asks for the members behind cards that it has not heard of.

The answer comes with the reply, so that the next scan of the card knows whose it is. A card that
head office does not know gives nothing; it earns under its number all the same.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import is_gift_account
from loyalty.wire import MAX_FOUND_A_FRAME, Change, SyncRequest
from sync_server.store import feed
from sync_server.store.accounts import with_wallets
from sync_server.store.tables import members, notices, vouchers
from sync_server.store.texts import is_plain
from sync_server.store.working_sets import note_branches
from sync_server.terminals.feed import Journal, things_of


def note_met(connection: Connection, request: SyncRequest) -> None:
    """Note that the branch of a till met those whose cards it looks up or whose rights it draws.

    In a writing transaction. From then on its tills are told of them.
    """
    met = {draw.member_id for draw in request.draws if is_plain(draw.member_id)}
    met |= _gift_cards(request.lookups)
    note_branches(connection, request.terminal, met | set(_members_of(connection, request.lookups)))


def found_for(connection: Connection, journal: Journal, cards: Sequence[str]) -> tuple[Change, ...]:
    """The members behind `cards` with their balances, sums, vouchers and notices, as the till of
    `journal` is told them."""
    named, gifts = _members_of(connection, cards), _gift_cards(cards)
    if not named and not gifts:
        return ()
    # Who is of a family comes with the owner, whose account they have.
    named = sorted({*named, *connection.execute(_OWNERS, {"members": named}).scalars()})
    asked = {"members": named}
    accounts = [*with_wallets(connection, named), *gifts]
    keys_of = {
        feed.MEMBER: named,
        feed.BALANCE: accounts,
        feed.SUMS: accounts,
        feed.VOUCHER: connection.execute(_VOUCHERS, asked).scalars().all(),
        feed.NOTICE: connection.execute(_NOTICES, asked).scalars().all(),
    }
    found = (
        change
        for topic, keys in keys_of.items()
        for change in things_of(connection, topic, keys, journal).values()
    )
    return tuple(islice(found, MAX_FOUND_A_FRAME))


def _gift_cards(cards: Sequence[str]) -> set[str]:
    """Those of `cards` that are gift cards: each is an account by itself."""
    return {card for card in cards if is_plain(card) and is_gift_account(card)}


def _members_of(connection: Connection, cards: Sequence[str]) -> Sequence[str]:
    plain = sorted({card for card in cards if is_plain(card)})
    if not plain:
        return ()
    return connection.execute(_OF_CARDS, {"cards": plain}).scalars().all()


_cards: Any = bindparam("cards", expanding=True)
_members: Any = bindparam("members", expanding=True)
_OF_CARDS = (
    select(members.c.member_id)
    .where(members.c.card.in_(_cards) | members.c.member_id.in_(_cards))
    .order_by(members.c.member_id)
)
_OWNERS = select(members.c.family).where(members.c.member_id.in_(_members), members.c.family != "")
_VOUCHERS = select(vouchers.c.number).where(vouchers.c.member_id.in_(_members))
_NOTICES = select(notices.c.notice_id).where(
    notices.c.member_id.in_(_members), notices.c.printed_at_ms.is_(None)
)
