"""What an answer of the Till leaves wanting: rights held elsewhere, cards nobody here has heard of.

It is written down for the next sync and is no part of the answer: with a full or busy disk the
sale goes on without it.
"""

from collections.abc import Sequence

import structlog

from loyalty.accounts import gift_account
from loyalty.identifiers import is_card_number
from terminal_app.errors import StoreBusy, StoreFull
from terminal_app.posting import upkeep
from terminal_app.store import lookups
from terminal_app.store.connection import Store
from terminal_app.till.answers import KnownMember, KnownVoucher, Reason, Refusal

log = structlog.get_logger(__name__)


def ask_for(store: Store, answer: object, now_ms: int) -> bool:
    """Write down what `answer` lacks; True when head office should be asked at once."""
    try:
        if isinstance(answer, KnownMember):
            member = answer.member
            # Who joined a family may still have points of before.
            own = {member.account, member.member_id}
            accounts = [*sorted(own), *(one.account for one in answer.wallets)]
            return _welcome(store, accounts, now_ms)
        if isinstance(answer, KnownVoucher) and answer.is_gift_card:
            return _welcome(store, [gift_account(answer.number)], now_ms)
        if isinstance(answer, Refusal):
            return _ask_after(store, answer, now_ms)
    except (StoreFull, StoreBusy) as fault:
        log.warning("nothing_asked_for", reason=str(fault))
    return False


def _welcome(store: Store, accounts: Sequence[str], now_ms: int) -> bool:
    with store.reading() as connection:
        if not any(upkeep.needs_welcome(connection, one, now_ms) for one in accounts):
            return False
    with store.writing() as connection:
        asked = [upkeep.welcome(connection, account, now_ms) for account in accounts]
        return any(asked)


def _ask_after(store: Store, refusal: Refusal, now_ms: int) -> bool:
    if refusal.reason is Reason.VOUCHER_ELSEWHERE:
        with store.writing() as connection:
            return upkeep.ask_for_voucher(connection, refusal.facts["voucher"])
    if refusal.reason is Reason.GIFT_ELSEWHERE:
        account = refusal.facts["account"]
        _welcome(store, [account], now_ms)
        with store.writing() as connection:
            lookups.ask(connection, account)
        return True
    if refusal.reason is Reason.HAND_ON_NOT_ENOUGH:
        return _welcome(store, [refusal.facts["account"]], now_ms)
    if refusal.reason is Reason.CLAIM_ELSEWHERE:
        with store.writing() as connection:
            return upkeep.ask_for_stock(connection, refusal.facts["stock"])
    card = refusal.facts.get("card", "")
    if refusal.reason is Reason.UNKNOWN_CARD and is_card_number(card):
        with store.writing() as connection:
            lookups.ask(connection, card)
        return True
    return False
