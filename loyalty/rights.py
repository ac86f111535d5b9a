"""Rights: who may spend which of a member's points, so that no two tills spend the same ones.

A member's points are split into what each journal holds and a pool at head office; a till spends
only what it holds (escrow, after Balegas et al., "Extending Eventually Consistent Cloud Databases
for Enforcing Numeric Invariants", arXiv 1503.09052). Earning adds to the journal that it is
written in, redeeming and taking back take from it, grants and releases move rights between pool
and journal. All of it is folded from entries.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from loyalty.journal import RIGHTS_GRANT, RIGHTS_RELEASE, Entry


class Rights(msgspec.Struct, frozen=True):
    """What the entries of one journal did to a member's rights: points `granted` and `released`."""

    granted: int = 0
    released: int = 0


NO_RIGHTS = Rights()


class Wait(StrEnum):
    """Why part of a balance cannot be spent here and now."""

    NOTHING = "nothing"
    """All of it can."""
    AT_HEAD_OFFICE = "at-head-office"
    """Head office has the rights: they come with the next sync."""
    HELD_ELSEWHERE = "held-elsewhere"
    """Other tills hold them: asked back, they come when those tills are in touch."""
    NOT_HEARD = "not-heard"
    """Head office was not heard of for longer than rights last."""
    PENDING = "pending"
    """They were earned lately: the programme has them wait, so that a return comes first."""
    OWNER_ALONE = "owner-alone"
    """The account is a family's, and the programme has its owner alone spend from it."""
    COPY = "copy"
    """This till's data was copied or put back; head office must give it a journal of its own."""


class HeldElsewhere(msgspec.Struct, frozen=True):
    """Points whose rights another terminal holds, and its branch in words."""

    terminal: str
    branch: str
    points: int


class Safe(msgspec.Struct, frozen=True, kw_only=True):
    """What is safe to spend now, and why the rest of `balance` waits.

    `points` may be spent at this till whatever happens elsewhere; `pending` were earned too lately
    to be spent anywhere. `held` are its rights, `pool`
    lies at head office, `elsewhere` is held by other tills, the largest first.
    `known_at_ms` is when head office was last heard; 0 is never.
    """

    points: int
    balance: int
    held: int
    pool: int
    elsewhere: tuple[HeldElsewhere, ...]
    wait: Wait
    known_at_ms: int
    pending: int = 0


def rights_after(rights: Rights, entry: Entry) -> Rights:
    """`rights` with `entry` counted in; entries of vouchers move no points' rights."""
    if entry.kind == RIGHTS_GRANT:
        return Rights(rights.granted + points_of(entry), rights.released)
    if entry.kind == RIGHTS_RELEASE:
        return Rights(rights.granted, rights.released + points_of(entry))
    return rights


def fold_rights(entries: Iterable[Entry]) -> dict[str, Rights]:
    """The rights of every member whose rights `entries` of one journal move."""
    rights: dict[str, Rights] = {}
    for entry in entries:
        if entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE) and entry.member:
            rights[entry.member] = rights_after(rights.get(entry.member, NO_RIGHTS), entry)
    return rights


def points_of(entry: Entry) -> int:
    """The points whose rights a rights entry moves; 0 when it moves a voucher's."""
    points = entry.payload.get("points", 0)
    return points if isinstance(points, int) else 0


def voucher_of(entry: Entry) -> str:
    """The voucher whose right a rights entry moves; empty when it moves points'."""
    voucher = entry.payload.get("voucher", "")
    return voucher if isinstance(voucher, str) else ""


def spendable(balance: int, held: int, overdraft: int) -> int:
    """Points that may be spent of `balance` where `held` are held, with the shop's `overdraft`.

    Never more than the balance as it is known, so that a debt made elsewhere is worked off first.
    """
    return max(min(balance, held + overdraft), 0)


def releasable(points: int, held: int) -> int:
    """How many of `points` that a journal gives back count: no more than it held by then.

    A till that gives back what it has not would otherwise bring points into the pool that nobody
    earned.
    """
    return max(min(points, held), 0)
