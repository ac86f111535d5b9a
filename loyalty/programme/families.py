"""Families: members who collect on one account, the owner's."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from loyalty.life_cycles import BELONGS, INVITED, MEMBERSHIP, may_become
from loyalty.members import Member
from loyalty.programme.terms.programme import Programme


class NoMembership(StrEnum):
    """Why a member cannot be invited to a family, join it or leave it."""

    NOT_OFFERED = "not-offered"
    OWNER = "owner"
    """The account is the owner's own: it is neither joined nor left by its owner."""
    ELSEWHERE = "elsewhere"
    """The member belongs to another family, or owns one."""
    FULL = "full"
    NOT_NOW = "not-now"
    """The membership is not in a state that leads there: see `loyalty.life_cycles`."""


class FamilyAccount(msgspec.Struct, frozen=True):
    """The account of `owner`, and where the others stand in the life-cycle of a membership."""

    owner: str
    states: Mapping[str, str] = {}

    @property
    def belonging(self) -> tuple[str, ...]:
        """Who collects on the account, the owner first."""
        others = (member for member, state in self.states.items() if state == BELONGS)
        return (self.owner, *others)


def no_membership(
    programme: Programme,
    family: FamilyAccount,
    member: str,
    next_state: str,
    families: Mapping[str, str],
) -> NoMembership | None:
    """Why the membership of `member` in `family` cannot become `next_state`; None when it can.

    `families` has the owner of the family that each member belongs to, owners their own.
    """
    terms = programme.family
    if terms is None:
        return NoMembership.NOT_OFFERED
    if member == family.owner:
        return NoMembership.OWNER
    before = family.states.get(member)
    # Nobody is anything in a family but by an invitation.
    fits = next_state == INVITED if before is None else may_become(MEMBERSHIP, before, next_state)
    if not fits:
        return NoMembership.NOT_NOW
    if next_state not in (INVITED, BELONGS):
        return None
    if member in families:
        return NoMembership.ELSEWHERE
    return NoMembership.FULL if len(family.belonging) >= terms.members else None


def may_spend(programme: Programme, member: Member) -> bool:
    """Whether `member` may spend from the account that they collect on."""
    if member.account == member.member_id:
        return True
    return programme.family is not None and programme.family.spend == "anyone"
