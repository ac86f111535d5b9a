"""Rewards of the catalogue, computed again: what was taken for them, and what their vouchers gave.

A voucher that is worked out on what is bought says by which version of the programme (`terms`).
What it took off follows from the sale in its receipt and from the vouchers that stand before it
there, so it is read with them.
"""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import member_of, stock_account
from loyalty.baskets import Basket
from loyalty.bounds import Count, Sum
from loyalty.identifiers import voucher_epoch, voucher_issuer, voucher_seq
from loyalty.journal import (
    ADJUST,
    EARN,
    REDEEM,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
    decode_entry,
)
from loyalty.programme.awards import award
from loyalty.programme.benefits import Benefit, less_discount, taken_off
from loyalty.programme.catalogue import (
    COUNT,
    REWARD,
    TERMS,
    VOUCHERS,
    claim_sums,
    fixed_minor,
    has_stock,
    reward_named,
)
from loyalty.programme.document import Programme
from loyalty.programme.expiry import end_of_days_ms
from sync_server.store.lines import UNREADABLE, facts_of
from sync_server.store.payloads import first_place, issued, redeemed
from sync_server.store.tables import entries

Programmes = Callable[[str], Programme | None]
"""The programme that entries call by a label; None when it never was in force here."""

NEARBY = 1_000
"""How many entries of its receipt may stand before a voucher's; a till takes far fewer."""


class _Claim(msgspec.Struct, frozen=True):
    """What points that are redeemed for a reward say."""

    reward: str
    cost: Count
    count: Count
    sums: dict[str, Sum] = {}


def is_of_catalogue(entry: Entry) -> bool:
    """Whether `entry` claims a reward, issues its voucher, or takes one that was worked out."""
    match entry.kind:
        case kind if kind in (REDEEM, VOUCHER_ISSUED):
            return REWARD in entry.payload
        case kind if kind == VOUCHER_REDEEMED:
            return TERMS in entry.payload
    return False


def claim_difference(
    connection: Connection, entry: Entry, programme: Programme, known: Programmes, zone: ZoneInfo
) -> str:
    """How an entry that `is_of_catalogue`, made under `programme`, differs from what is computed,
    or nothing; `zone` is the shop's. In the transaction that wrote down what arrived with it."""
    if entry.kind == REDEEM:
        return _taken_otherwise(entry, programme) or _not_from_stock(connection, entry, programme)
    if entry.kind == VOUCHER_ISSUED:
        return _issued_otherwise(entry, programme, zone)
    return _worked_out_otherwise(connection, entry, programme, known, zone)


def _taken_otherwise(entry: Entry, programme: Programme) -> str:
    try:
        said = msgspec.convert(entry.payload, _Claim)
    except msgspec.ValidationError:
        return "what it claims cannot be read"
    reward = reward_named(programme, said.reward)
    account = member_of(entry.member)
    if reward is None or entry.member != programme.account_of(account, reward.wallet):
        return f"it claims {said.reward[:40]!r}, which this wallet has not"
    if entry.points != -reward.cost * said.count or said.cost != reward.cost:
        due = reward.cost * said.count
        return f"{-entry.points} points for {said.count} of {reward.name}, computed {due}"
    if said.sums != claim_sums(reward, said.count):
        return "it counts its claims otherwise than computed"
    return ""


def _not_from_stock(connection: Connection, entry: Entry, programme: Programme) -> str:
    """How a claim took something else from the reward's stock than it gave out; nothing for one
    that has none."""
    reward = reward_named(programme, entry.payload[REWARD])
    if reward is None or not has_stock(reward):
        return ""
    account, count = stock_account(reward.name), _count_of(entry, reward.name)
    receipt = receipt_of(connection, entry)
    taken = sum(-one.points for one in receipt if (one.kind, one.member) == (ADJUST, account))
    given = sum(_count_of(one, reward.name) for one in receipt)
    return "" if taken == given else f"it gave out {count} of {reward.name}, its stock lost {taken}"


def _count_of(entry: Entry, reward: str) -> int:
    """How many of `reward` an entry claims."""
    if entry.kind != REDEEM or entry.payload.get(REWARD) != reward:
        return 0
    count = entry.payload.get(COUNT)
    return count if isinstance(count, int) else 0


def _issued_otherwise(entry: Entry, programme: Programme, zone: ZoneInfo) -> str:
    said = issued(entry)
    reward = reward_named(programme, said.reward)
    if reward is None or reward.gives not in VOUCHERS:
        return f"it issues a voucher of {said.reward[:40]!r}, which gives none"
    due_minor = fixed_minor(programme, reward)
    if said.amount_minor != due_minor:
        return f"its voucher is of {said.amount_minor}, computed {due_minor}"
    if said.currency != programme.currency:
        return f"its voucher is of {said.currency[:3]}, computed {programme.currency}"
    if said.expires_at_ms != end_of_days_ms(reward.valid_days, entry.occurred_at_ms, zone):
        return f"its voucher is not good for {reward.valid_days} days"
    return ""


def _worked_out_otherwise(
    connection: Connection, entry: Entry, programme: Programme, known: Programmes, zone: ZoneInfo
) -> str:
    sale, used = _sale_and_vouchers(connection, entry)
    benefits: list[Benefit] = []
    for one in used:
        said = redeemed(one)
        terms = known(said.terms)
        reward = reward_named(terms, said.reward) if terms else None
        if terms is None or reward is None:
            return f"its terms {said.terms[:40]!r} have no reward {said.reward[:40]!r}"
        benefits.append((terms, reward))
    basket = None if sale is None else _cost(sale, programme, zone)
    if basket is None:
        return UNREADABLE
    said = redeemed(entry)
    named = _reward_issued(connection, said.number)
    if named not in (None, said.reward):
        return f"its voucher {said.number} is of another reward than {said.reward[:40]!r}"
    off_minor = taken_off(benefits, basket)[-1]
    if off_minor != said.amount_minor:
        return f"its voucher took off {said.amount_minor}, computed {off_minor}"
    return ""


def _sale_and_vouchers(
    connection: Connection, entry: Entry
) -> tuple[Entry | None, Sequence[Entry]]:
    """The sale that a voucher's `entry` stands in, and the vouchers up to it that were worked
    out."""
    found = receipt_of(connection, entry)
    sale = next((one for one in found if one.kind == EARN), None)
    return sale, [one for one in found if one.kind == VOUCHER_REDEEMED and is_of_catalogue(one)]


def receipt_of(connection: Connection, entry: Entry, after: int = 0) -> Sequence[Entry]:
    """What stands in the receipt of `entry` up to it, and at most `after` entries behind it."""
    places = [(entry.epoch, entry.seq)]
    if first_place(entry) not in places:
        # What of the receipt was held already is not written again.
        places.insert(0, first_place(entry))
    found = []
    for epoch, seq in places:
        asked = {"of_terminal": entry.terminal, "of_epoch": epoch, "of_receipt": entry.receipt}
        span = {"first": seq - NEARBY, "last": seq + after}
        found += [decode_entry(row.body) for row in connection.execute(_RECEIPT, asked | span)]
    return found


def _cost(sale: Entry, programme: Programme, zone: ZoneInfo) -> Basket | None:
    """The goods of `sale` at what they cost its member; None when they cannot be read."""
    facts = facts_of(sale, zone)
    if facts is None:
        return None
    if not sale.member:
        return facts.occasion.basket
    given = award(programme, facts.occasion, facts.standing)
    return less_discount(facts.occasion.basket, given.discounts_minor)


def _reward_issued(connection: Connection, number: str) -> str | None:
    """The reward that voucher `number` was issued for; None while its issue has not arrived, and
    where it was written again in another journal than its number names."""
    asked = {
        "of_terminal": voucher_issuer(number),
        "of_epoch": voucher_epoch(number),
        "of_seq": voucher_seq(number),
    }
    row = connection.execute(_ISSUE, asked).first()
    entry = None if row is None else decode_entry(row.body)
    if entry is None or entry.kind != VOUCHER_ISSUED or issued(entry).number != number:
        return None
    return issued(entry).reward


_RECEIPT = (
    select(entries.c.body)
    .where(
        entries.c.terminal == bindparam("of_terminal"),
        entries.c.epoch == bindparam("of_epoch"),
        entries.c.seq.between(bindparam("first"), bindparam("last")),
        entries.c.receipt == bindparam("of_receipt"),
    )
    .order_by(entries.c.seq)
)
_ISSUE = select(entries.c.body).where(
    entries.c.terminal == bindparam("of_terminal"),
    entries.c.epoch == bindparam("of_epoch"),
    entries.c.seq == bindparam("of_seq"),
)
