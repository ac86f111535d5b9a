"""Gift cards: money that was paid before. A card's balance is the sum of its entries."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec

from loyalty.programme.terms.programme import Programme

NUMBER, EXPIRES = "number", "expires_at_ms"
"""Where the entries of a card have which one it is, and the one that sells it until when."""


class NoGiftCard(StrEnum):
    """Why a gift card cannot be sold, or cannot pay."""

    NOT_OFFERED = "not-offered"
    TOO_LITTLE = "too-little"
    TOO_MUCH = "too-much"
    EXPIRED = "expired"
    EMPTY = "empty"
    NOTHING_DUE = "nothing-due"


class GiftCard(msgspec.Struct, frozen=True):
    """What is on a card, good to the end of the last of its days.

    `overspent_minor` is what tills without a line took beyond it: the balance is never below zero,
    and what is paid in later makes that good first.
    """

    balance_minor: int
    overspent_minor: int
    expires_at_ms: int


class CardPayment(msgspec.Struct, frozen=True):
    """`paid_minor` of a sale that a card pays, and what is left on it."""

    paid_minor: int
    left_minor: int


def sold_payload(number: str, expires_ms: int) -> dict[str, Any]:
    """What the entry keeps that sells the card `number`."""
    return {NUMBER: number, EXPIRES: expires_ms}


def paid_payload(number: str) -> dict[str, Any]:
    """What the entry keeps by which the card `number` pays."""
    return {NUMBER: number}


def no_gift_card(programme: Programme, amount_minor: int) -> NoGiftCard | None:
    """Why a card over `amount_minor` cannot be sold; None when it can."""
    cards = programme.gift_cards
    if cards is None:
        return NoGiftCard.NOT_OFFERED
    if amount_minor < programme.minor(cards.least):
        return NoGiftCard.TOO_LITTLE
    if amount_minor > programme.minor(cards.most):
        return NoGiftCard.TOO_MUCH
    return None


def gift_card(amounts_minor: Iterable[int], expires_ms: int) -> GiftCard:
    """The card whose entries are `amounts_minor`: sold and given back above zero, paid below."""
    total_minor = sum(amounts_minor)
    return GiftCard(max(total_minor, 0), max(-total_minor, 0), expires_ms)


def card_payment(card: GiftCard, due_minor: int, now_ms: int) -> CardPayment | NoGiftCard:
    """What `card` pays of `due_minor`: all of it, or as much as there is on the card."""
    if now_ms > card.expires_at_ms:
        return NoGiftCard.EXPIRED
    if card.balance_minor == 0:
        return NoGiftCard.EMPTY
    if due_minor <= 0:
        return NoGiftCard.NOTHING_DUE
    paid_minor = min(card.balance_minor, due_minor)
    return CardPayment(paid_minor, card.balance_minor - paid_minor)
