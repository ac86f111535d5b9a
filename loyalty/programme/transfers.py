"""Points that one member hands on to another."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from loyalty.journal import Entry
from loyalty.programme.terms.programme import Programme
from loyalty.sums import sum_key

WITH: Final = "with"
"""Where the payload of a transfer has the account at its other end."""

HANDED_ON = "handed-on"
"""What a giver's points are summed by, month by month."""


class NoTransfer(StrEnum):
    """Why points cannot be handed on."""

    NOT_OFFERED = "not-offered"
    SELF = "self"
    NOT_FAMILY = "not-family"
    TOO_FEW = "too-few"
    TOO_MANY = "too-many"
    """More than one member may hand on in a month."""
    NOT_ENOUGH = "not-enough"
    """More than the giver may spend here and now: pending points stay where they are."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """`points` of the main wallet from `giver`, who may spend `spendable`, to `receiver`; of each
    the family's owner, empty without one."""

    giver: str
    receiver: str
    points: int
    spendable: int
    giver_family: str = ""
    receiver_family: str = ""


def no_transfer(
    programme: Programme, transfer: Transfer, giver_history: Mapping[str, int], at: datetime
) -> NoTransfer | None:
    """Why `transfer` cannot be made `at` a moment by the shop's clock; None when it can.

    `giver_history` are the giver's sums. What is received may be handed on in turn: each giver
    has a month's limit of their own.
    """
    terms = programme.transfers
    if terms.to == "nobody":
        return NoTransfer.NOT_OFFERED
    if transfer.giver == transfer.receiver:
        return NoTransfer.SELF
    if terms.to == "family" and not _are_family(transfer):
        return NoTransfer.NOT_FAMILY
    if transfer.points < max(terms.least, 1):
        return NoTransfer.TOO_FEW
    before = handed_on_in(giver_history, at)
    if terms.a_month is not None and before + transfer.points > terms.a_month:
        return NoTransfer.TOO_MANY
    return NoTransfer.NOT_ENOUGH if transfer.points > transfer.spendable else None


def transfer_sums(programme: Programme, points: int, at: datetime) -> dict[str, int]:
    """What handing on `points` adds to the giver's sums, where a limit asks for it."""
    return {} if programme.transfers.a_month is None else {_month_key(at): points}


def handed_on_in(giver_history: Mapping[str, int], at: datetime) -> int:
    """Points that a giver with these sums handed on in the month of `at`."""
    return giver_history.get(_month_key(at), 0)


def told_of(entry: Entry) -> str:
    """Where points of a transfer went, or came from."""
    other = entry.payload.get(WITH, "")
    return f"handed on to {other}" if entry.points < 0 else f"handed on by {other}"


def _are_family(transfer: Transfer) -> bool:
    return bool(transfer.giver_family) and transfer.giver_family == transfer.receiver_family


def _month_key(at: datetime) -> str:
    return sum_key(HANDED_ON, f"{at:%Y-%m}")
