"""Wallets beside the main one: the entries that fill them are what their receipt's sale says.

What a sale or a return gives to each wallet stands in its own entry, and is computed again with its
points. Here the entries of the wallets, which follow in the same receipt, are held against it: one
that is missing, doubled or of another sum is a case.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select

from loyalty.accounts import account_of, member_of, wallet_of
from loyalty.clock import from_epoch_ms
from loyalty.journal import EARN, REVERSE, WALLET, Entry, decode_entry
from loyalty.programme.document import Programme
from loyalty.programme.side_wallets import pending_sums, said_wallets
from loyalty.sums import PENDING, SUMS
from sync_server.store.accounts import with_wallets
from sync_server.store.cases import PROMISE_DIFFERS, Case
from sync_server.store.tables import entries

FindProgramme = Callable[[Connection, str], Programme | None]

_Receipt = tuple[str, str]
"""A receipt and its member: the reference alone may be one that a POS gave twice."""


def wallet_cases(
    connection: Connection, arrived: Sequence[Entry], programme_of: FindProgramme, zone: ZoneInfo
) -> list[Case]:
    """A case for each receipt among `arrived` whose wallets were moved otherwise than its sale or
    return says, and for each entry whose points wait otherwise than its wallet has it."""
    sales = [one for one in arrived if one.kind in (EARN, REVERSE) and said_wallets(one.payload)]
    filled = [one for one in arrived if one.kind == WALLET]
    if not sales and not filled:
        return []
    due, moved = _due(sales), _moved(filled)
    # A frame may begin within a receipt, and what of one was held already is not written again in
    # a journal that goes on.
    for receipt in moved.keys() - due.keys():
        held = _held(connection, receipt, {(one.epoch, one.seq) for one in filled})
        due |= _due(one for one in held if one.kind != WALLET)
        for entry in held:
            if entry.kind == WALLET:
                moved[receipt][entry.member] += entry.points
    open_end = _receipt(arrived[-1])
    first = {_receipt(entry): entry for entry in reversed([*sales, *filled])}
    found = [
        _differs(entry, _difference(due.get(one), moved.get(one)))
        for one, entry in first.items()
        if not _agree(due.get(one, Counter()), moved.get(one, Counter()), one == open_end)
    ]
    for entry in filled:
        programme = programme_of(connection, entry.programme)
        if programme is not None and not _waits_rightly(programme, entry, zone):
            found.append(_differs(entry, "its points wait otherwise than its wallet has it"))
    return found


def _agree(due: Counter[str], moved: Counter[str], may_go_on: bool) -> bool:
    """Whether wallets got what is due. A receipt that ends a frame `may_go_on` in the next one: of
    it some may be missing yet."""
    if may_go_on:
        return all(moved[account] == due[account] for account in moved)
    return due == moved


def _due(sales: Iterable[Entry]) -> dict[_Receipt, Counter[str]]:
    """What sales and returns give to the accounts of their members' wallets, by receipt."""
    due: dict[_Receipt, Counter[str]] = {}
    for entry in sales:
        wallets = due.setdefault(_receipt(entry), Counter())
        for wallet, points in said_wallets(entry.payload).items():
            wallets[account_of(entry.member, wallet)] += points
    return due


def _moved(filled: Iterable[Entry]) -> dict[_Receipt, Counter[str]]:
    moved: dict[_Receipt, Counter[str]] = {}
    for entry in filled:
        moved.setdefault(_receipt(entry), Counter())[entry.member] += entry.points
    return moved


def _receipt(entry: Entry) -> _Receipt:
    return entry.receipt, member_of(entry.member)


def _held(
    connection: Connection, receipt: _Receipt, arrived: Collection[tuple[int, int]]
) -> list[Entry]:
    """What else the books hold of a receipt: its sale or return, and entries of its wallets."""
    accounts = with_wallets(connection, [receipt[1]])
    asked = {"of_receipt": receipt[0], "of_accounts": accounts}
    found = (decode_entry(row.body) for row in connection.execute(_OF_RECEIPT, asked))
    return [one for one in found if (one.epoch, one.seq) not in arrived]


def _waits_rightly(programme: Programme, entry: Entry, zone: ZoneInfo) -> bool:
    """Whether what an entry adds to sums is what its wallet has wait; a return goes by the day of
    its sale, which may be any."""
    said = entry.payload.get(SUMS, {})
    sold = from_epoch_ms(entry.occurred_at_ms).astimezone(zone).date()
    due = pending_sums(programme, wallet_of(entry.member), entry.points, sold)
    if entry.points > 0:
        return bool(said == due)
    is_waiting = all(key.startswith(f"{PENDING}|") for key in said)
    return is_waiting and list(said.values()) == list(due.values())


def _difference(due: Counter[str] | None, moved: Counter[str] | None) -> str:
    return f"wallets got {_told(moved)}, its goods give {_told(due)}"


def _told(points: Counter[str] | None) -> str:
    if not points:
        return "nothing"
    return ", ".join(f"{wallet_of(one)} {points[one]:+}" for one in sorted(points))


def _differs(entry: Entry, difference: str) -> Case:
    return Case(
        case_id=f"{PROMISE_DIFFERS}:{entry.terminal}:{entry.epoch}:{entry.seq}:wallets",
        kind=PROMISE_DIFFERS,
        terminal=entry.terminal,
        epoch=entry.epoch,
        seq=entry.seq,
        member_id=entry.member,
        detail=f"Receipt {entry.receipt}: {difference}.",
    )


_OF_RECEIPT = select(entries.c.body).where(
    entries.c.member.in_(bindparam("of_accounts", expanding=True)),
    entries.c.receipt == bindparam("of_receipt"),
    entries.c.kind.in_((EARN, REVERSE, WALLET)),
)
