"""Whether the journal and what is made from it hold, and making the latter anew.

Whoever has the till's file and a SQLite shell can change more than the sealed bytes: the columns
that answers are looked up by, and the tables folded from the journal. All of it is held against
the bytes. Reads the till's store alone, so it works with the line down, beside a till that sells.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import ZoneInfo

import msgspec

from loyalty.balances import NO_BALANCE, Balance, after
from loyalty.errors import EntryInvalid, LoyaltyError
from loyalty.identifiers import voucher_number
from loyalty.journal import (
    EARN,
    GIFT,
    REDEEM,
    REVERSE,
    TRANSFER,
    VOUCHER_ISSUED,
    VOUCHER_REDEEMED,
    Entry,
    Finding,
    Sealed,
    decode_entry,
)
from loyalty.programme.catalogue import REWARD
from loyalty.sums import added, latest, sums_in
from loyalty.tallies import DayTally, counted, day_of
from loyalty.vouchers import ISSUED, LIFE_CYCLE, REDEEMED, Voucher
from terminal_app.commands import rights_checks
from terminal_app.commands.journal_checks import (
    journal_findings,
    key_findings,
    programme_findings,
    sealed_entries,
)
from terminal_app.commands.rights_checks import FoldedRights
from terminal_app.store import journal, ledger, members, receipts, returns, sums, vouchers
from terminal_app.store.settings import Identity
from terminal_app.store.vouchers import KeptVoucher


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild found different and put right, and what no journal can give back."""

    different: tuple[str, ...]
    not_rebuilt: tuple[str, ...]


class _Folded(msgspec.Struct):
    """What the entries of the journal come to."""

    balances: dict[str, Balance] = msgspec.field(default_factory=dict)
    sums: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    days: dict[str, DayTally] = msgspec.field(default_factory=dict)
    issued: dict[str, KeptVoucher] = msgspec.field(default_factory=dict)
    redeemed: dict[str, KeptVoucher] = msgspec.field(default_factory=dict)
    receipts: set[str] = msgspec.field(default_factory=set)
    uncounted: list[Finding] = msgspec.field(default_factory=list)
    came_back: returns.Returns = msgspec.field(default_factory=dict)
    rights: FoldedRights = msgspec.field(default_factory=FoldedRights)


def verify(connection: sqlite3.Connection, identity: Identity) -> list[Finding]:
    """What is wrong with the journal and with what is made from it; nothing when all holds."""
    findings = journal_findings(connection, identity)
    if not findings:
        folded = _folded(connection, identity)
        wrong = [
            *_differing(connection, identity, folded),
            *_receipt_findings(connection, folded.receipts),
        ]
        findings += folded.uncounted
        findings += [Finding(0, what) for what in wrong]
        findings += key_findings(connection, identity)
    findings += programme_findings(connection, identity)
    return findings


def rebuild(connection: sqlite3.Connection, identity: Identity) -> Rebuilt:
    """Make own balances, sums, returns, rights, day tallies and vouchers anew from the journal.

    Must run in a transaction, on a journal that holds. Receipts cannot come back: what was asked
    and printed is not in the journal. A voucher stays redeemed, for head office may have told so.
    Raises EntryInvalid when an entry holds well and says what cannot be.
    """
    folded = _folded(connection, identity)
    for uncounted in folded.uncounted:
        raise EntryInvalid(f"Entry {uncounted.seq}: {uncounted.what}.")
    different = tuple(_differing(connection, identity, folded))
    ledger.forget(connection, ledger.OWN)
    ledger.put_parts(connection, ledger.OWN, folded.balances)
    sums.forget(connection, ledger.OWN)
    sums.put_parts(connection, ledger.OWN, folded.sums)
    ledger.forget_tallies(connection)
    for tally in folded.days.values():
        ledger.put_tally(connection, tally)
    kept = vouchers.kept(connection)
    for number in _never_issued(connection, kept, identity, folded):
        vouchers.remove(connection, number)
    for number, voucher in (folded.redeemed | folded.issued).items():
        before = kept.get(number)
        is_redeemed = number in folded.redeemed or (before and before.state == REDEEMED)
        facts = before if before is not None and number not in folded.issued else voucher
        state = REDEEMED if is_redeemed else ISSUED
        held_by = before.held_by if before is not None else ""
        vouchers.put(connection, msgspec.structs.replace(facts, state=state, held_by=held_by))
    returns.rebuild(connection, folded.came_back)
    rights_checks.rebuild(connection, identity, folded.rights)
    return Rebuilt(different, tuple(_receipt_findings(connection, folded.receipts)))


def _differing(
    connection: sqlite3.Connection, identity: Identity, folded: _Folded
) -> Iterator[str]:
    """What is kept otherwise than the journal says, and a rebuild puts right."""
    yield from _unlike("balance of", folded.balances, ledger.parts(connection, ledger.OWN))
    kept_sums = dict(sums.kept_parts(connection, ledger.OWN))
    yield from _unlike("counted of", folded.sums, kept_sums)
    yield from _unlike("sums of", folded.days, ledger.kept_tallies(connection))
    came_back = {_named(key): parts for key, parts in folded.came_back.items()}
    kept_returns = {_named(key): parts for key, parts in returns.kept(connection).items()}
    yield from _unlike("return", came_back, kept_returns)
    yield from rights_checks.differing(connection, identity, folded.rights)
    kept = vouchers.kept(connection)
    for number, voucher in sorted(folded.issued.items()):
        row = kept.get(number)
        # Another till may have taken it, so either state can be right here.
        if (
            row is None
            or row.state not in LIFE_CYCLE
            or msgspec.structs.replace(row, state=ISSUED, held_by="") != voucher
        ):
            yield f"voucher {number}: {row} is kept, the journal says {voucher}"
    for number in sorted(folded.redeemed):
        row = kept.get(number)
        if row is None or row.state != REDEEMED:
            state = None if row is None else row.state
            yield f"voucher {number}: {state} is kept, the journal says {REDEEMED}"
    for number in _never_issued(connection, kept, identity, folded):
        yield f"voucher {number}: it is kept as of this till, the journal tells of no such"


def _never_issued(
    connection: sqlite3.Connection,
    kept: Mapping[str, KeptVoucher],
    identity: Identity,
    folded: _Folded,
) -> list[str]:
    """Numbers of this till's own that its journal never gave.

    A copy of this till, which goes on in a later journal, gave such ones too: head office tells of
    them, and they lie elsewhere.
    """
    own = voucher_number(identity.terminal, identity.epoch, 0).removesuffix("0")
    known = folded.issued.keys() | folded.redeemed.keys()
    may_be_copied = members.has_later_journal(connection, identity.terminal, identity.epoch)
    return sorted(
        number
        for number, row in kept.items()
        if number.startswith(own)
        and number not in known
        and (row.held_by == identity.journal or not may_be_copied)
    )


def _receipt_findings(connection: sqlite3.Connection, told: set[str]) -> Iterator[str]:
    """Receipts that the journal tells of and are gone, that it tells nothing of, or are broken."""
    kept = set(receipts.references(connection))
    for reference in sorted(told - kept):
        yield f"receipt {reference}: the journal tells of it, and it is not kept"
    for reference in sorted(kept - told):
        yield f"receipt {reference}: it is kept, and the journal tells of no such"
    for reference in receipts.unreadable(connection):
        yield f"receipt {reference}: what is kept of it cannot be read"


def _unlike(name: str, folded: Mapping[str, object], kept: Mapping[str, object]) -> Iterator[str]:
    for key in sorted(folded.keys() | kept.keys()):
        if folded.get(key) != kept.get(key):
            yield f"{name} {key}: {kept.get(key)} is kept, the journal says {folded.get(key)}"


def _named(key: tuple[str, str]) -> str:
    sale, receipt = key
    return f"{receipt} of sale {sale}"


def _folded(connection: sqlite3.Connection, identity: Identity) -> _Folded:
    """What the entries come to; those that hold well and say what cannot be are left out."""
    folded = _Folded()
    for entry in _decoded(sealed_entries(connection, identity)):
        try:
            _count(folded, entry, identity.zone)
        except (KeyError, TypeError, ValueError, OverflowError, LoyaltyError) as fault:
            folded.uncounted.append(Finding(entry.seq, f"it cannot be counted: {fault}"))
    for epoch in identity.earlier_epochs:
        # Of a journal that was left receipts and returns alone are kept here; the rest is head
        # office's.
        for entry in _decoded(journal.walk(connection, epoch)):
            if _has_receipt(entry):
                folded.receipts.add(entry.receipt)
                folded.came_back |= returns.folded([entry])
    return folded


def _decoded(rows: Iterable[Sealed]) -> Iterator[Entry]:
    return (decode_entry(row.body) for row in rows)


def _count(folded: _Folded, entry: Entry, zone: ZoneInfo) -> None:
    day = day_of(entry.occurred_at_ms, zone)
    folded.days[day] = counted(folded.days.get(day, DayTally(day)), entry)
    if entry.member:
        before = folded.balances.get(entry.member, NO_BALANCE)
        folded.balances[entry.member] = after(before, entry)
        if more := sums_in(entry):
            folded.sums[entry.member] = latest(added(folded.sums.get(entry.member, {}), more))
    rights_checks.count(folded.rights, entry)
    if _has_receipt(entry):
        folded.receipts.add(entry.receipt)
        folded.came_back |= returns.folded([entry])
    elif entry.kind == VOUCHER_ISSUED:
        voucher = msgspec.convert(entry.payload, _Issued)
        folded.issued[voucher.number] = KeptVoucher(
            Voucher(voucher.number, voucher.amount_minor, voucher.currency, voucher.expires_at_ms),
            entry.member,
            ISSUED,
        )
    elif entry.kind == VOUCHER_REDEEMED:
        # Its entry says no currency and no end; neither is asked for once it is spent.
        number, amount_minor = str(entry.payload["number"]), int(entry.payload["amount_minor"])
        spent = Voucher(number, amount_minor, "", 0)
        folded.redeemed[number] = KeptVoucher(spent, entry.member, REDEEMED)


def _has_receipt(entry: Entry) -> bool:
    """Whether `entry` stands for a receipt: of a sale, a return, a reward's claim or a transfer."""
    is_claim = entry.kind == REDEEM and REWARD in entry.payload
    return is_claim or entry.kind in (EARN, REVERSE, TRANSFER, GIFT)


class _Issued(msgspec.Struct, frozen=True):
    number: str
    amount_minor: int
    currency: str
    expires_at_ms: int
