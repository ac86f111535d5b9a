"""What taking goods back would do, worked out before anything is written.

With their receipt, what is left of it decides, by the version that it names. Without it, the goods
are what they would earn now: spend and points go back, the visit stays.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from loyalty.accounts import account_of
from loyalty.amounts import decimals_of, plain_amount
from loyalty.baskets import Basket, Line
from loyalty.clock import from_epoch_ms
from loyalty.lots import POINTS_BACK, REVOKED_POINTS
from loyalty.members import Member
from loyalty.programme.brought_back import TooMuch, all_left, parts_by_article, parts_by_place
from loyalty.programme.debts import forgiven_points, revocable_vouchers
from loyalty.programme.document import Programme
from loyalty.programme.occasions import Occasion
from loyalty.programme.returning import ReturnAward, ReturnedPart, returned
from loyalty.programme.sale_facts import (
    RETURNED_SALE,
    WALLETS,
    lines_payload,
    sale_payload,
    side_points,
)
from loyalty.programme.side_wallets import FORGIVEN_WALLETS
from loyalty.programme.unreferenced import AS_SOLD_NOW, as_sold_now
from loyalty.sums import added
from loyalty.vouchers import ISSUED, Voucher
from terminal_app.store import ledger, members, returns, vouchers
from terminal_app.store.settings import Identity
from terminal_app.till.answers import GoodsReturn, Reason, Refusal
from terminal_app.till.pricing import with_words
from terminal_app.till.sold import Sold, sold_by_code, sold_here
from terminal_app.till.standing import past_of, standing_at


class ReturnPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A return as it would be posted: `basket` comes back, `points` is what the balance changes by,
    `award` how it comes about. `parts` of `sold` and `revoked` vouchers are empty without it.
    `wallets` is what those beside the main one change by."""

    programme: Programme
    member_id: str
    member: Member | None
    basket: Basket
    points: int
    award: ReturnAward
    payload: Mapping[str, Any]
    sold: Sold | None = None
    parts: tuple[ReturnedPart, ...] = ()
    revoked: tuple[Voucher, ...] = ()
    wallets: Mapping[str, int] = {}


def plan_return(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    at_ms: int,
) -> ReturnPlan | Refusal:
    """What taking `goods` back at `at_ms` does; `programme` is the one in force, for goods without
    their receipt."""
    if goods.receipt_code:
        sold = sold_by_code(connection, identity, goods.receipt_code)
    elif goods.of_receipt:
        sold = sold_here(connection, identity, goods.of_receipt)
    else:
        return _without_receipt(connection, identity, programme, goods, at_ms)
    if isinstance(sold, Refusal):
        return sold
    if goods.member_id and sold.receipt.member_id not in _accounts(connection, goods.member_id):
        return Refusal(Reason.RECEIPT_OF_ANOTHER, {"receipt": sold.receipt.reference})
    parts = _parts(sold, goods)
    if isinstance(parts, Refusal):
        return parts
    return _with_receipt(connection, identity, sold, parts)


def _accounts(connection: sqlite3.Connection, member_id: str) -> set[str]:
    """Where purchases of a member may stand: on their own account, or on their family's."""
    member = members.member(connection, member_id)
    return {member_id, member.account} if member else {member_id}


def _without_receipt(
    connection: sqlite3.Connection,
    identity: Identity,
    programme: Programme,
    goods: GoodsReturn,
    at_ms: int,
) -> ReturnPlan | Refusal:
    member = members.member(connection, goods.member_id) if goods.member_id else None
    if goods.member_id and member is None:
        return Refusal(Reason.UNKNOWN_CARD, {"card": goods.member_id})
    basket = with_words(connection, programme, goods.basket)
    plan = ReturnPlan(
        programme=programme,
        member_id=member.account if member else "",
        member=member,
        basket=basket,
        points=0,
        award=ReturnAward(amount_minor=basket.total_minor),
        payload=lines_payload(programme, basket),
    )
    if member is None or programme.returns.without_receipt != AS_SOLD_NOW:
        return plan
    at = from_epoch_ms(at_ms).astimezone(identity.zone)
    past = past_of(connection, programme, member.account, member)
    occasion = Occasion(basket=basket, at=at, branch=identity.branch)
    sold = as_sold_now(programme, occasion, standing_at(programme, past, at))
    given, standing, less = sold.award, sold.standing, sold.sums
    gone = {name: -points for name, points in side_points(programme, given).items()}
    return replace(
        plan,
        points=-given.points,
        award=ReturnAward(
            taken=given.points,
            amount_minor=basket.total_minor,
            sums=less,
        ),
        payload=sale_payload(programme, occasion, standing, given, less)
        | ({WALLETS: gone} if gone else {}),
        wallets=gone,
    )


def _with_receipt(
    connection: sqlite3.Connection, identity: Identity, sold: Sold, parts: tuple[ReturnedPart, ...]
) -> ReturnPlan:
    receipt, programme = sold.receipt, sold.programme
    member = members.member(connection, receipt.member_id) if receipt.member_id else None
    award_back = returned(programme, sold.at_hand, sold.returned_before, parts)
    basket = Basket(tuple(_came_back(sold.at_hand.lines[part.line], part) for part in parts))
    points, revoked_points, forgiven = award_back.points, 0, 0
    wallets, let_off = dict(award_back.wallets), {}
    revoked: tuple[Voucher, ...] = ()
    if member:
        balance = ledger.balance_of(connection, member.member_id).points
        revoked = _revoked(connection, identity, sold, balance + points)
        revoked_points = len(revoked) * (programme.reward.at_points if programme.reward else 0)
        points += revoked_points
        forgiven = forgiven_points(programme, points, balance)
        points += forgiven
        let_off = _forgiven(connection, programme, member, wallets)
        wallets = added(wallets, let_off)
    said = {
        "sums": dict(award_back.sums),
        "discount_minor": award_back.discount_minor,
        POINTS_BACK: award_back.points_back,
        "forgiven": forgiven,
        "revoked": len(revoked),
        REVOKED_POINTS: revoked_points,
        WALLETS: {name: moved for name, moved in wallets.items() if moved},
        FORGIVEN_WALLETS: let_off,
        "before": _packed(sold.returned_before),
        "sale": None if sold.entry else msgspec.to_builtins(receipt),
    }
    payload = {
        **lines_payload(programme, basket),
        RETURNED_SALE: [receipt.terminal, receipt.epoch, receipt.seq],
        "returned": _packed(parts),
        **{key: value for key, value in said.items() if value},
    }
    return ReturnPlan(
        programme=programme,
        member_id=receipt.member_id,
        member=member,
        basket=basket,
        points=points,
        award=award_back,
        payload=payload,
        sold=sold,
        parts=parts,
        revoked=revoked,
        wallets=wallets,
    )


def _parts(sold: Sold, goods: GoodsReturn) -> tuple[ReturnedPart, ...] | Refusal:
    """Which parts of the sale `goods` are, or why they are none."""
    lines, left = sold.at_hand.lines, sold.left
    found: tuple[ReturnedPart, ...] | TooMuch
    if not all_left(left):
        return Refusal(Reason.RECEIPT_RETURNED, {"receipt": sold.receipt.reference})
    if goods.items:
        found = parts_by_place(lines, left, goods.items)
    elif goods.basket.lines:
        found = parts_by_article(lines, left, goods.basket)
    else:
        found = all_left(left)
    if isinstance(found, TooMuch):
        return _too_much(sold, found)
    if not any(part.quantity or part.amount_minor for part in found):
        return Refusal(Reason.BASKET_EMPTY)
    return found


def _too_much(sold: Sold, asked: TooMuch) -> Refusal:
    """Say how many are left of goods that were sold; others are not on the receipt at all."""
    of_article = [line for line in sold.at_hand.lines if line.sku == asked.sku]
    name = next((line.description for line in of_article if line.description), asked.sku) or "?"
    facts = {"goods": name, "receipt": sold.receipt.reference}
    if not of_article:
        return Refusal(Reason.RETURN_NOT_SOLD, facts)
    currency = sold.programme.currency
    amount = f"{plain_amount(asked.minor_left, decimals_of(currency))} {currency}"
    left = {"left": str(asked.quantity_left), "amount": amount}
    return Refusal(Reason.RETURN_TOO_MUCH, facts | left)


def _forgiven(
    connection: sqlite3.Connection, programme: Programme, member: Member, moved: Mapping[str, int]
) -> dict[str, int]:
    """What of wallets beside the main one a member is left with that would make a debt."""
    found = {}
    for wallet, points in moved.items():
        account = account_of(member.member_id, wallet)
        balance = ledger.balance_of(connection, account).points
        if forgiven := forgiven_points(programme, points, balance):
            found[wallet] = forgiven
    return found


def _revoked(
    connection: sqlite3.Connection, identity: Identity, sold: Sold, balance_after: int
) -> tuple[Voucher, ...]:
    """Vouchers that came out with the sale and are revoked: unused ones, whose right is here."""
    if sold.entry is None:
        return ()
    unused = [
        voucher
        for voucher in returns.issued_with(connection, sold.entry)
        if _is_unused_here(connection, identity, voucher.number)
    ]
    return tuple(unused[: revocable_vouchers(sold.programme, balance_after, len(unused))])


def _is_unused_here(connection: sqlite3.Connection, identity: Identity, number: str) -> bool:
    standing = vouchers.standing_of(connection, number)
    return standing is not None and (standing.state, standing.held_by) == (ISSUED, identity.journal)


def _came_back(line: Line, part: ReturnedPart) -> Line:
    return replace(line, quantity=part.quantity, amount_minor=part.amount_minor)


def _packed(parts: tuple[ReturnedPart, ...]) -> list[list[int]]:
    return [[part.line, part.quantity, part.amount_minor] for part in parts]
