"""Rewards of the catalogue: what a member can have here and now, claimed, or come by itself."""

import sqlite3
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from loyalty.accounts import accounts_of, stock_account
from loyalty.amounts import decimals_of, plain_amount
from loyalty.baskets import Basket
from loyalty.clock import from_epoch_ms
from loyalty.journal import ADJUST, REDEEM
from loyalty.members import Member
from loyalty.programme.catalogue import (
    CLAIMED_STOCK,
    VOUCHERS,
    Claimant,
    ClaimWhyNot,
    Due,
    Offer,
    automatic_due,
    claim_payload,
    fixed_minor,
    has_stock,
    offers,
    reward_named,
)
from loyalty.programme.document import Programme
from loyalty.programme.expiry import end_of_days_ms
from loyalty.programme.occasions import Standing
from loyalty.programme.side_wallets import side_wallets
from loyalty.programme.terms.rewards import CatalogueReward
from loyalty.programme.words.rewards import given_by
from loyalty.programme.words.speech import Speech
from loyalty.receipts import (
    AT_ONCE,
    BY_CODE,
    CLAIM,
    MONEY,
    ORDERED,
    Receipt,
    RewardLine,
    VoucherSlip,
)
from loyalty.sums import added
from terminal_app.posting.draft import Draft, content_digest
from terminal_app.store import draws, ledger, members, rights, sums
from terminal_app.till.answers import Claim, Posted, Reason, Refusal, RewardOffer
from terminal_app.till.issuing import NewVoucher, issue_voucher
from terminal_app.till.ringing_up import already, draft_of, posted, receipt_of
from terminal_app.till.safety import spendable_by
from terminal_app.till.standing import past_of, standing_at, tier_at
from terminal_app.till.voucher_check import VoucherDesk
from terminal_app.till.wallets import spendable_of_wallets, wallet_lines

MAX_CLAIMED_AT_ONCE = 100
"""Of one reward in one claim: what is asked for beyond is another claim."""

_REASONS = {
    ClaimWhyNot.TOO_FEW_POINTS: Reason.CLAIM_TOO_FEW,
    ClaimWhyNot.HAD_BEFORE: Reason.CLAIM_HAD_BEFORE,
    ClaimWhyNot.NONE_LEFT: Reason.CLAIM_NONE_LEFT,
}


class Claimed(msgspec.Struct, frozen=True):
    """What of the catalogue came out, the `points` it took of the main wallet, and what of others
    by their names."""

    points: int = 0
    slips: tuple[VoucherSlip, ...] = ()
    rewards: tuple[RewardLine, ...] = ()
    wallets: Mapping[str, int] = {}


def on_offer(
    connection: sqlite3.Connection, desk: VoucherDesk, member: Member
) -> tuple[RewardOffer, ...]:
    """Every reward of the catalogue as it stands for `member` here and now."""
    if not desk.programme.rewards:
        return ()
    looking = _claimant(connection, desk, member)
    return tuple(_offered(desk.programme, offer) for offer in offers(desk.programme, looking))


def claim(connection: sqlite3.Connection, desk: VoucherDesk, asked: Claim) -> Posted | Refusal:
    """Give `asked` for its points: once for ever per reference, and never beyond what is free to
    spend here."""
    content = content_digest(CLAIM, asked.member_id, Basket(()), (asked.reward,), asked.count)
    answered = already(connection, asked.reference, content)
    if answered is not None:
        return answered
    identity, programme = desk.identity, desk.programme
    member = members.member(connection, asked.member_id)
    if member is None:
        return Refusal(Reason.UNKNOWN_CARD, {"card": asked.member_id})
    reward = reward_named(programme, asked.reward)
    if reward is None or not 0 < asked.count <= MAX_CLAIMED_AT_ONCE:
        return Refusal(Reason.CLAIM_UNKNOWN)
    looking = _claimant(connection, desk, member)
    refusal = _refusal(programme, _offer(programme, reward, looking), asked.count)
    if refusal is not None:
        return refusal
    draft = draft_of(connection, identity, programme, asked, desk.at_ms, desk.now_ms, member)
    given = _give(connection, draft, desk, member, reward, asked.count)
    balance = ledger.balance_of(connection, member.account).points - given.points
    past = past_of(connection, programme, member.account, member)
    receipt = replace(
        with_rewards(receipt_of(identity, programme, draft, member, CLAIM, Basket(())), given),
        balance=balance,
        wallets=wallet_lines(connection, programme, member, {}, given.wallets),
        tier=tier_at(programme, past, looking.at),
    )
    return posted(connection, draft, content, receipt, asked.print_receipt)


def give_automatic(
    connection: sqlite3.Connection,
    draft: Draft,
    desk: VoucherDesk,
    member: Member,
    looking: Claimant,
) -> Claimed:
    """Give in `draft` the rewards that come by themselves to `member`, who is `looking`."""
    given = Claimed()
    for due in automatic_due(desk.programme, looking):
        reward = reward_named(desk.programme, due.reward)
        if reward is not None:
            more = _give(connection, draft, desk, member, reward, due.count)
            given = Claimed(
                given.points + more.points,
                (*given.slips, *more.slips),
                (*given.rewards, *more.rewards),
                added(given.wallets, more.wallets),
            )
    return given


def claimant_with(
    connection: sqlite3.Connection,
    desk: VoucherDesk,
    member: Member,
    standing: Standing,
    spendable: int,
    beside: Mapping[str, int],
) -> Claimant:
    """`member` at `desk`, with `spendable` points of the main wallet, and what may be spent of
    those `beside` it."""
    programme = desk.programme
    given_out = {
        reward.name: reward.stock - at_hand(connection, reward)
        for reward in programme.rewards
        if reward.stock is not None
    }
    return Claimant(
        at=from_epoch_ms(desk.at_ms).astimezone(desk.identity.zone),
        branch=desk.identity.branch,
        standing=standing,
        spendable={**beside, programme.main_wallet: spendable},
        history=_history(connection, programme, member),
        given_out=given_out,
        codes={
            reward.name: given_out.get(reward.name, 0) + at_hand(connection, reward)
            for reward in programme.rewards
            if reward.gives == "code"
        },
    )


def at_hand(connection: sqlite3.Connection, reward: CatalogueReward) -> int:
    """How many of a reward with a stock may be given out here, whatever happens elsewhere."""
    return max(rights.held(connection, stock_account(reward.name)), 0)


def gives_voucher(desk: VoucherDesk, due: Due) -> bool:
    """Whether what is due comes out as a voucher."""
    reward = reward_named(desk.programme, due.reward)
    return reward is not None and reward.gives in VOUCHERS


def with_rewards(receipt: Receipt, given: Claimed) -> Receipt:
    """`receipt` with what of the catalogue came out, and the points that it took."""
    return replace(
        receipt,
        points_redeemed=receipt.points_redeemed + given.points,
        vouchers=(*receipt.vouchers, *given.slips),
        rewards=given.rewards,
    )


def _claimant(connection: sqlite3.Connection, desk: VoucherDesk, member: Member) -> Claimant:
    programme = desk.programme
    past = past_of(connection, programme, member.account, member)
    at = from_epoch_ms(desk.at_ms).astimezone(desk.identity.zone)
    balance = ledger.balance_of(connection, member.account).points
    spendable = spendable_by(connection, programme, member, balance, 0, desk.now_ms)
    standing = standing_at(programme, past, at)
    beside = spendable_of_wallets(connection, programme, member, desk.now_ms)
    return claimant_with(connection, desk, member, standing, spendable, beside)


def _history(
    connection: sqlite3.Connection, programme: Programme, member: Member
) -> Mapping[str, int]:
    """What was counted of `member`, where a reward has a limit for each."""
    if all(reward.a_member is None for reward in programme.rewards):
        return {}
    # A claim is counted in the account that paid for it.
    accounts = accounts_of(member.account, side_wallets(programme))
    return added(*(sums.sums_of(connection, account) for account in accounts))


def _offer(programme: Programme, reward: CatalogueReward, looking: Claimant) -> Offer:
    return next(offer for offer in offers(programme, looking) if offer.reward == reward.name)


def _offered(programme: Programme, offer: Offer) -> RewardOffer:
    reward = reward_named(programme, offer.reward)
    return RewardOffer(
        name=offer.reward,
        title=(reward.title if reward else "") or offer.reward.replace("_", " "),
        wallet=programme.wallet(offer.wallet).kind,
        cost=offer.cost,
        count=offer.count,
        missing=offer.missing,
        refusal=_refusal(programme, offer, 1),
    )


def _refusal(programme: Programme, offer: Offer, count: int) -> Refusal | None:
    """Why `count` of what is on offer cannot be had; None when they can."""
    if offer.count >= count:
        return None
    if offer.count:
        return Refusal(Reason.CLAIM_TOO_MANY, {"count": str(offer.count)})
    if not isinstance(offer.why_not, ClaimWhyNot):
        return Refusal(Reason.CLAIM_NOT_NOW)
    reason = _REASONS[offer.why_not]
    reward = reward_named(programme, offer.reward)
    if reason is Reason.CLAIM_NONE_LEFT and reward and has_stock(reward) and reward.stock != 0:
        return Refusal(Reason.CLAIM_ELSEWHERE, {"stock": stock_account(offer.reward)})
    if reason is not Reason.CLAIM_TOO_FEW:
        return Refusal(reason)
    missing = str(offer.missing)
    if programme.wallet(offer.wallet).kind == MONEY:
        missing = plain_amount(offer.missing, decimals_of(programme.currency))
    return Refusal(reason, {"missing": missing})


def _give(
    connection: sqlite3.Connection,
    draft: Draft,
    desk: VoucherDesk,
    member: Member,
    reward: CatalogueReward,
    count: int,
) -> Claimed:
    """Take the points for `count` of `reward`, and what it gives into the same receipt."""
    identity, programme = desk.identity, desk.programme
    wallet = reward.wallet or programme.main_wallet
    taken = count * reward.cost
    if has_stock(reward):
        # Before what is paid for it, so that who reads the receipt up to there has both.
        _take_from_stock(connection, draft, reward, count)
    draft.add(
        REDEEM,
        points=-taken,
        payload=claim_payload(reward, count),
        account=programme.account_of(member.account, wallet),
    )
    is_main = wallet == programme.main_wallet
    points, wallets = (taken, {}) if is_main else (0, {wallet: taken})
    speech = Speech(programme, member.language)
    title = speech.reward(reward.name)
    if reward.gives not in VOUCHERS:
        handed = BY_CODE if reward.gives == "code" else AT_ONCE
        line = RewardLine(title, count, ORDERED if reward.handed == "ordered" else handed)
        return Claimed(points, (), (line,), wallets)
    new = NewVoucher(
        amount_minor=fixed_minor(programme, reward),
        currency=programme.currency,
        expires_at_ms=end_of_days_ms(reward.valid_days, draft.occurred_at_ms, identity.zone),
        reward=reward.name,
        programme=programme.label,
        title=title,
        says=given_by(speech, reward),
    )
    slips = tuple(issue_voucher(connection, draft, identity, new) for _ in range(count))
    return Claimed(points, slips, (), wallets)


def _take_from_stock(
    connection: sqlite3.Connection, draft: Draft, reward: CatalogueReward, count: int
) -> None:
    """Take `count` of what this till may give out, and ask for one more when none is left here."""
    account = stock_account(reward.name)
    draft.add(ADJUST, points=-count, account=account, payload={"reason": CLAIMED_STOCK})
    if at_hand(connection, reward) <= count:
        draws.ask_points(connection, account, 1)
