"""Changes in columns: the parts of a snapshot, small because like lies beside like.

Members and balances are what a snapshot has a million of. Their ids and moments go as differences
to the row before, which for cards minted one after the other is nearly nothing; all else goes as
the feed tells it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from loyalty.bounds import MAX_MOMENT_MS, MAX_NUMBER, Sum
from loyalty.members import MAX_SEGMENTS, Member
from loyalty.wire import MAX_HOLDERS_TOLD, BalanceChange, Change, Holder, MemberChange

MAX_ROWS_A_PART = 10_000

_ID_DIGITS = 16
"""Ids of so many digits, which all card numbers have, go as differences; others as text."""

_ID_END = 10**_ID_DIGITS

_MAX_DIFFERENCE = 4 * MAX_NUMBER
"""Of a balance to the three parts that it is told in, each within its own bounds."""

_Id = Annotated[int, Meta(gt=-_ID_END, lt=_ID_END)] | str
_Difference = Annotated[int, Meta(ge=-_MAX_DIFFERENCE, le=_MAX_DIFFERENCE)]

_Value = TypeVar("_Value")
_Column = Annotated[tuple[_Value, ...], Meta(max_length=MAX_ROWS_A_PART)]
_Segments = Annotated[tuple[str, ...], Meta(max_length=MAX_SEGMENTS)]
_Holders = Annotated[tuple[Holder, ...], Meta(max_length=MAX_HOLDERS_TOLD)]


class MemberRows(msgspec.Struct, frozen=True, array_like=True, tag="members"):
    """Members in columns. `cards` is empty where the card is the member's first one; `birthdays`,
    `segments` and `families` are empty where nobody in the part has any."""

    ids: _Column[_Id]
    cards: _Column[str]
    names: _Column[str]
    phones: _Column[str]
    emails: _Column[str]
    consents: _Column[bool]
    languages: _Column[str]
    branches: _Column[str]
    enrolled: _Column[Sum]
    birthdays: _Column[str] = ()
    segments: _Column[_Segments] = ()
    families: _Column[str] = ()


class BalanceRows(msgspec.Struct, frozen=True, array_like=True, tag="balances"):
    """Balances in columns. `others` are points that are neither earned, clawed back nor redeemed:
    of kinds that came later."""

    ids: _Column[_Id]
    others: _Column[_Difference]
    earned: _Column[Sum]
    clawed_back: _Column[Sum]
    redeemed: _Column[Sum]
    pools: _Column[Sum]
    holders: _Column[_Holders]


class ChangeRows(msgspec.Struct, frozen=True, array_like=True, tag="changes"):
    """What there are fewer of, as the feed tells it."""

    changes: _Column[Change]


Rows = MemberRows | BalanceRows | ChangeRows


def in_columns(changes: Sequence[Change]) -> Rows:
    """`changes` as a part holds them: in columns when all are members, or all balances."""
    members = [change.member for change in changes if isinstance(change, MemberChange)]
    if members and len(members) == len(changes):
        return _member_rows(members)
    balances = [change for change in changes if isinstance(change, BalanceChange)]
    if balances and len(balances) == len(changes):
        return _balance_rows(balances)
    return ChangeRows(tuple(changes))


def changes_in(rows: Rows) -> tuple[Change, ...]:
    """The changes that `rows` stand for, in their order.

    Raises ValueError for columns of different lengths, or a difference that leads to no id, no
    moment, or a balance out of bounds.
    """
    if isinstance(rows, MemberRows):
        return tuple(_members(rows))
    if isinstance(rows, BalanceRows):
        return tuple(_balances(rows))
    return rows.changes


def _member_rows(members: Sequence[Member]) -> MemberRows:
    moments = [member.enrolled_at_ms for member in members]
    return MemberRows(
        ids=_apart(member.member_id for member in members),
        cards=tuple("" if member.card == member.member_id else member.card for member in members),
        names=tuple(member.name for member in members),
        phones=tuple(member.phone for member in members),
        emails=tuple(member.email for member in members),
        consents=tuple(member.email_consent for member in members),
        languages=tuple(member.language for member in members),
        branches=tuple(member.branch for member in members),
        enrolled=tuple(
            moment - before for before, moment in zip([0, *moments], moments, strict=False)
        ),
        birthdays=_if_any(tuple(member.birthday for member in members)),
        segments=_if_any(tuple(member.segments for member in members)),
        families=_if_any(tuple(member.family for member in members)),
    )


def _members(rows: MemberRows) -> Iterator[MemberChange]:
    enrolled_at_ms = 0
    columns: Iterable[tuple[Any, ...]] = zip(
        _together(rows.ids),
        rows.cards,
        rows.names,
        rows.phones,
        rows.emails,
        rows.consents,
        rows.languages,
        rows.branches,
        rows.enrolled,
        rows.birthdays or [""] * len(rows.ids),
        rows.segments or [()] * len(rows.ids),
        rows.families or [""] * len(rows.ids),
        strict=True,
    )
    for member_id, card, name, phone, email, consent, language, branch, later_ms, *more in columns:
        enrolled_at_ms += later_ms
        if not 0 <= enrolled_at_ms <= MAX_MOMENT_MS:
            raise ValueError(f"{enrolled_at_ms} is no moment")
        yield MemberChange(
            Member(
                member_id=member_id,
                card=card or member_id,
                name=name,
                phone=phone,
                email=email,
                email_consent=consent,
                language=language,
                branch=branch,
                enrolled_at_ms=enrolled_at_ms,
                birthday=more[0],
                segments=more[1],
                family=more[2],
            )
        )


def _if_any(column: tuple[_Value, ...]) -> tuple[_Value, ...]:
    return column if any(column) else ()


def _balance_rows(balances: Sequence[BalanceChange]) -> BalanceRows:
    return BalanceRows(
        ids=_apart(balance.member_id for balance in balances),
        others=tuple(
            balance.points - balance.earned + balance.clawed_back + balance.redeemed
            for balance in balances
        ),
        earned=tuple(balance.earned for balance in balances),
        clawed_back=tuple(balance.clawed_back for balance in balances),
        redeemed=tuple(balance.redeemed for balance in balances),
        pools=tuple(balance.pool for balance in balances),
        holders=tuple(balance.holders for balance in balances),
    )


def _balances(rows: BalanceRows) -> Iterator[BalanceChange]:
    for member_id, other, earned, clawed_back, redeemed, pool, holders in zip(
        _together(rows.ids),
        rows.others,
        rows.earned,
        rows.clawed_back,
        rows.redeemed,
        rows.pools,
        rows.holders,
        strict=True,
    ):
        points = other + earned - clawed_back - redeemed
        if abs(points) > MAX_NUMBER:
            raise ValueError(f"{points} is no balance")
        yield BalanceChange(member_id, points, earned, clawed_back, redeemed, pool, holders)


def _apart(ids: Iterable[str]) -> tuple[int | str, ...]:
    """Each id as its difference to the number before it, or as it is when it is no number."""
    last = 0
    apart: list[int | str] = []
    for one in ids:
        if len(one) == _ID_DIGITS and one.isascii() and one.isdigit():
            number = int(one)
            apart.append(number - last)
            last = number
        else:
            apart.append(one)
    return tuple(apart)


def _together(apart: Iterable[int | str]) -> Iterator[str]:
    last = 0
    for one in apart:
        if isinstance(one, str):
            yield one
        else:
            last += one
            if not 0 <= last < _ID_END:
                raise ValueError(f"{last} is no id")
            yield f"{last:0{_ID_DIGITS}d}"
