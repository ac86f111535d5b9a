"""Wallets beside the main one at the till: what a receipt moves in them, and what is there.

Each is an account of its own (see loyalty.accounts), so what is safe to spend, who holds the rest
and what waits is asked of it as of the main one.
"""

import sqlite3
from collections.abc import Mapping
from datetime import date

from loyalty.accounts import account_of
from loyalty.journal import WALLET
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.document import Programme
from loyalty.programme.families import may_spend
from loyalty.programme.side_wallets import side_wallets, wallet_payload
from loyalty.programme.words.speech import Speech
from loyalty.receipts import WalletLine
from terminal_app.posting.draft import Draft
from terminal_app.store import ledger
from terminal_app.till.answers import KnownWallet
from terminal_app.till.safety import safe_for, spendable_with


def add_wallets(
    draft: Draft,
    programme: Programme,
    moved: Mapping[str, int],
    sale: tuple[str, int, int],
    sold: date,
) -> None:
    """Add an entry for each wallet that `sale`, an entry of the day `sold`, moved so much of."""
    for wallet, points in moved.items():
        if points:
            draft.add(
                WALLET,
                points=points,
                payload=wallet_payload(programme, wallet, points, sale, sold),
                account=account_of(draft.member_id, wallet),
            )


def spendable_of_wallets(
    connection: sqlite3.Connection,
    programme: Programme,
    member: Member,
    now_ms: int,
    moved: Mapping[str, int] | None = None,
    sums: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, int]:
    """What `member` may spend here of each wallet beside the main one, once what is `moved` into
    them is there, with the `sums` that it adds by wallet."""
    if not may_spend(programme, member):
        return dict.fromkeys(side_wallets(programme), 0)
    found = {}
    for wallet in side_wallets(programme):
        account = account_of(member.account, wallet)
        points = (moved or {}).get(wallet, 0)
        gained = (sums or {}).get(wallet, {})
        balance = ledger.balance_of(connection, account).points + points
        found[wallet] = spendable_with(
            connection, programme, account, balance, points, now_ms, gained
        )
    return found


def wallet_lines(
    connection: sqlite3.Connection,
    programme: Programme,
    member: Member | None,
    moved: Mapping[str, int],
    redeemed: Mapping[str, int] | None = None,
) -> tuple[WalletLine, ...]:
    """What a receipt says of each wallet beside the main one: what it `moved`, what went for
    rewards, and what is there now; of a card that this till has not heard of, what it moved."""
    speech = Speech(programme, member.language if member else DEFAULT_LANGUAGE)
    lines = []
    for wallet in side_wallets(programme):
        points, gone = moved.get(wallet, 0), (redeemed or {}).get(wallet, 0)
        balance = None
        if member:
            before = ledger.balance_of(connection, account_of(member.account, wallet)).points
            balance = before + points - gone
        if points or gone or balance:
            kind = programme.wallet(wallet).kind
            lines.append(WalletLine(speech.wallet(wallet), kind, points, gone, balance))
    return tuple(lines)


def known_wallets(
    connection: sqlite3.Connection, programme: Programme, member: Member, now_ms: int
) -> tuple[KnownWallet, ...]:
    """A member's wallets beside the main one, also those with nothing in them."""
    speech = Speech(programme, member.language)
    return tuple(
        KnownWallet(
            account=account_of(member.account, wallet),
            title=speech.wallet(wallet),
            kind=programme.wallet(wallet).kind,
            safe=safe_for(connection, programme, member, wallet, now_ms),
        )
        for wallet in side_wallets(programme)
    )
