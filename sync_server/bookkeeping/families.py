"""Families made at head office: who joins, who leaves, and the points that come along."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec.structs import replace
from sqlalchemy import Connection, Engine, bindparam, func, select

from loyalty.accounts import account_of, accounts_of, wallet_of
from loyalty.clock import Clock, epoch_ms
from loyalty.journal import TRANSFER
from loyalty.life_cycles import BELONGS, INVITED, LEFT
from loyalty.members import Member
from loyalty.programme.document import load_programme
from loyalty.programme.families import FamilyAccount, NoMembership, no_membership
from loyalty.programme.terms.programme import Programme
from sync_server.bookkeeping.own_journal import Outcomes, OwnJournal, Posting
from sync_server.store.accounts import side_wallets_known
from sync_server.store.engine import reading, writing
from sync_server.store.families import family_of, find_member, put_family
from sync_server.store.keyed import among
from sync_server.store.programmes import document_in_force
from sync_server.store.settings import OFFICE, PROGRAMME, read_setting
from sync_server.store.tables import entries, standings


class NoFamily(StrEnum):
    """Why a card is of no family, beside what `NoMembership` says."""

    UNKNOWN = "unknown"
    """The card is no member's."""
    ALONE = "alone"
    """The member belongs to no family."""


class Families:
    """The families of a chain, and the accounts that they share."""

    def __init__(self, engine: Engine, clock: Clock, journal: OwnJournal) -> None:
        self._engine = engine
        self._clock = clock
        self._journal = journal

    def add(self, owner_card: str, card: str) -> tuple[Member, ...] | NoMembership | NoFamily:
        """Have the member with `card` collect on the owner's account; the family as it is then.

        Points of before stay on the member's own account: see `bring_points`.
        """
        with writing(self._engine) as connection:
            programme = load_programme(document_in_force(connection))
            return _joined(connection, programme, owner_card, card)

    def add_all(self, wanted: Mapping[str, str]) -> dict[str, NoMembership | NoFamily]:
        """Have each member in `wanted`, by card, collect on the account of the owner whose card it
        names; why not, of those who do not."""
        refused = {}
        with writing(self._engine) as connection:
            programme = load_programme(document_in_force(connection))
            for card, owner_card in wanted.items():
                # A list has the owner's own card where it has the family's others.
                if card != owner_card:
                    found = _joined(connection, programme, owner_card, card)
                    if not isinstance(found, tuple):
                        refused[card] = found
        return refused

    def remove(self, card: str) -> tuple[Member, ...] | NoMembership | NoFamily:
        """Have the member with `card` collect on their own account again; the family without them.

        What was collected stays the owner's.
        """
        with writing(self._engine) as connection:
            member = find_member(connection, card)
            if member is None:
                return NoFamily.UNKNOWN
            if not member.family:
                return NoFamily.ALONE
            family = family_of(connection, member.family)
            account = _account(member.family, family)
            programme = load_programme(document_in_force(connection))
            families = {one.member_id: one.family for one in family}
            why = no_membership(programme, account, member.member_id, LEFT, families)
            # A programme without families lets whoever is in one leave it.
            if why not in (None, NoMembership.NOT_OFFERED):
                return why
            left = tuple(one for one in family if one.member_id != member.member_id)
            leaving = {member.member_id} | ({member.family} if len(left) == 1 else set())
            put_family(connection, "", leaving)
            return left

    def show(self, owner_card: str) -> tuple[Member, ...] | NoFamily:
        """Who collects on the account that the member with `owner_card` collects on."""
        with reading(self._engine) as connection:
            member = find_member(connection, owner_card)
            if member is None:
                return NoFamily.UNKNOWN
            return family_of(connection, member.family) or NoFamily.ALONE

    def bring_points(self, card: str) -> Outcomes:
        """Move what a member of a family still has on their own accounts to the family's, with the
        days it has. What a till holds of it is asked back, and moved when this is asked again."""
        with reading(self._engine) as connection:
            member = find_member(connection, card)
            if member is None or member.account == member.member_id:
                return Outcomes()
            postings = list(self._moves(connection, member))
        return self._journal.post(postings)

    def _moves(self, connection: Connection, member: Member) -> Iterator[Posting]:
        own = accounts_of(member.member_id, side_wallets_known(connection))
        moved: dict[str, int] = {
            row.member: row.times for row in connection.execute(_MOVED, {"keys": own})
        }
        label, now_ms = read_setting(connection, PROGRAMME), epoch_ms(self._clock())
        for account, points in connection.execute(_STANDINGS, {"keys": own}).all():
            yield Posting(
                account=account,
                kind=TRANSFER,
                points=-points,
                receipt=f"family:{account}:{moved.get(account, 0) + 1}",
                programme=label,
                occurred_at_ms=now_ms,
                to=account_of(member.account, wallet_of(account)),
            )


def _joined(
    connection: Connection, programme: Programme, owner_card: str, card: str
) -> tuple[Member, ...] | NoMembership | NoFamily:
    owner, member = find_member(connection, owner_card), find_member(connection, card)
    if owner is None or member is None:
        return NoFamily.UNKNOWN
    family = family_of(connection, owner.member_id)
    if member in family and member != owner:
        return family
    why = _why_not(programme, owner, family, member)
    if why is not None:
        return why
    put_family(connection, owner.member_id, {owner.member_id, member.member_id})
    return family_of(connection, owner.member_id)


def _why_not(
    programme: Programme, owner: Member, family: tuple[Member, ...], member: Member
) -> NoMembership | None:
    if owner.family not in ("", owner.member_id):
        return NoMembership.ELSEWHERE
    account = _account(owner.member_id, family)
    families = {member.member_id: member.family} if member.family else {}
    invited = no_membership(programme, account, member.member_id, INVITED, families)
    if invited is not None:
        return invited
    asked = replace(account, states={**account.states, member.member_id: INVITED})
    return no_membership(programme, asked, member.member_id, BELONGS, families)


def _account(owner_id: str, family: tuple[Member, ...]) -> FamilyAccount:
    others = (member.member_id for member in family if member.member_id != owner_id)
    return FamilyAccount(owner_id, dict.fromkeys(others, BELONGS))


_STANDINGS = select(standings.c.member_id, standings.c.points).where(
    among(standings.c.member_id), standings.c.points > 0
)
_MOVED = (
    select(entries.c.member, func.count().label("times"))
    .where(
        among(entries.c.member),
        entries.c.terminal == OFFICE,
        entries.c.kind == bindparam("kind_moved", TRANSFER),
        entries.c.points < 0,
    )
    .group_by(entries.c.member)
)
