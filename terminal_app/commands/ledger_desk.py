"""What a member's balance is made of, entry by entry.

Reads the till's store alone, so it works with the line down, beside a till that is selling.
"""

import sqlite3
from zoneinfo import ZoneInfo

import msgspec

from loyalty.accounts import account_of
from loyalty.journal import (
    EARN,
    ENROL,
    EVENT,
    REDEEM,
    REVERSE,
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    TRANSFER,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    WALLET,
    Entry,
)
from loyalty.members import DEFAULT_LANGUAGE, Member
from loyalty.programme.catalogue import COUNT, REWARD
from loyalty.programme.document import Programme
from loyalty.programme.reasons import reasons
from loyalty.programme.sale_facts import PAID_MINOR, RETURNED_SALE
from loyalty.programme.side_wallets import side_wallets
from loyalty.programme.transfers import told_of
from loyalty.rights import Safe, points_of, voucher_of
from terminal_app.store import journal, ledger, members, settings
from terminal_app.store.programmes import programme_in_force, programme_labelled
from terminal_app.store.settings import Identity
from terminal_app.till.safety import safe_to_spend

_WORDS = {
    ENROL: "became a member",
    REDEEM: "points paid for the vouchers of this receipt",
    VOUCHER_ISSUED: "voucher issued",
    VOUCHER_REDEEMED: "paid with a voucher",
}


class ExplainedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a member and why it has its points.

    `rule` has a sentence for each rule of the programme that the entry was made under;
    `recomputed_points` is what its goods come to when computed anew, None when that programme is
    not at this till or no rule made it.
    `balance` is the running sum at this till.
    """

    seq: int
    occurred_at_ms: int
    kind: str
    receipt: str
    programme: str
    rule: str
    points: int
    recomputed_points: int | None
    balance: int


class ExplainedWallet(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet of a member, empty for the main one: its entries at this till, and what other
    terminals made of it.

    `safe` is what may be spent here now, who holds the rest, and why it waits.
    """

    wallet: str
    entries: tuple[ExplainedEntry, ...]
    points_here: int
    points_elsewhere: int
    points: int
    safe: Safe


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """A member's balance: entries at this till, and what other terminals made of it.

    `safe` is what may be spent here now, who holds the rest, and why it waits; `wallets` are those
    beside the main one.
    """

    member: Member
    entries: tuple[ExplainedEntry, ...]
    points_here: int
    points_elsewhere: int
    points: int
    heard_at_ms: int
    safe: Safe
    wallets: tuple[ExplainedWallet, ...] = ()


def explain(
    connection: sqlite3.Connection,
    identity: Identity,
    member: Member,
    now_ms: int,
    language: str = DEFAULT_LANGUAGE,
) -> Explanation:
    """What `member`'s balance is made of, and how much of it may be spent here at `now_ms`; the
    reasons of awards are in `language`."""
    programme = programme_in_force(connection, now_ms)

    def explained(wallet: str) -> ExplainedWallet:
        return _explained(connection, identity, programme, member, wallet, now_ms, language)

    main = explained("")
    return Explanation(
        member=member,
        entries=main.entries,
        points_here=main.points_here,
        points_elsewhere=main.points_elsewhere,
        points=main.points,
        heard_at_ms=settings.read_sync_state(connection).heard_at_ms,
        safe=main.safe,
        wallets=tuple(explained(wallet) for wallet in side_wallets(programme)),
    )


def find_member(connection: sqlite3.Connection, text: str) -> Member | None:
    """The member whose id or card is `text`, blanks and hyphens forgiven."""
    digits = text.replace(" ", "").replace("-", "")
    return members.member(connection, digits) or members.member_by_card(connection, digits)


def _explained(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    member: Member,
    wallet: str,
    now_ms: int,
    language: str,
) -> ExplainedWallet:
    account = account_of(member.account, wallet)
    rows = []
    balance = 0
    for entry in journal.entries_of(connection, identity.epoch, account):
        balance += entry.points
        rule, points = _rule(connection, entry, identity.zone, language)
        rows.append(
            ExplainedEntry(
                seq=entry.seq,
                occurred_at_ms=entry.occurred_at_ms,
                kind=entry.kind,
                receipt=entry.receipt,
                programme=entry.programme,
                rule=rule,
                points=entry.points,
                recomputed_points=points,
                balance=balance,
            )
        )
    return ExplainedWallet(
        wallet=wallet,
        entries=tuple(rows),
        points_here=balance,
        points_elsewhere=ledger.part_of(connection, account, ledger.OTHERS).points,
        points=ledger.balance_of(connection, account).points,
        safe=safe_to_spend(connection, programme, account, now_ms),
    )


def _rule(
    connection: sqlite3.Connection, entry: Entry, zone: ZoneInfo, language: str
) -> tuple[str, int | None]:
    """Why `entry` has its points, and what its goods come to when that is computed anew."""
    if entry.kind not in (EARN, REVERSE):
        return _without_goods(entry), None
    if RETURNED_SALE in entry.payload:
        return "what is left of the sale is less by so much", None
    programme = programme_labelled(connection, entry.programme)
    if programme is None:
        return f"under {entry.programme}, which is not at this till", None
    made = reasons(entry, programme, zone, language)
    if made is None:
        return "the entry does not say which goods", None
    said = " ".join(made.sentences)
    return f"return: {said}" if entry.kind == REVERSE else said, made.points


def _without_goods(entry: Entry) -> str:
    """What an entry that no goods stand behind is for."""
    if entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE):
        return _rights_in_words(entry)
    if entry.kind == REDEEM and PAID_MINOR in entry.payload:
        return "points paid for a part of this purchase"
    if entry.kind == REDEEM and REWARD in entry.payload:
        return f"paid for {entry.payload.get(COUNT)} of {entry.payload[REWARD]}"
    if entry.kind == WALLET:
        return "by the goods of this receipt"
    if entry.kind == EVENT:
        return f"given for {entry.payload.get('event', 'an event')}"
    if entry.kind == TRANSFER:
        return told_of(entry)
    number = entry.payload.get("number", "")
    return f"{_WORDS.get(entry.kind, entry.kind)} {number}".strip()


def _rights_in_words(entry: Entry) -> str:
    what = f"voucher {voucher_of(entry)}" if voucher_of(entry) else f"{points_of(entry):,} points"
    if entry.kind == RIGHTS_GRANT:
        return f"rights to {what} came here from head office"
    return f"rights to {what} went back to head office"
