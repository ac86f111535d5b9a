"""What head office asks of an entry before it counts.

An entry that fails is refused with a reason and kept as evidence. What is asked is no more than
that it can be read, is what it says it is, and fits the books of either database.
"""

import msgspec

from loyalty.accounts import wallet_of
from loyalty.amounts import MAX_AMOUNT_MINOR
from loyalty.bounds import MAX_MOMENT_MS, MAX_POINTS
from loyalty.errors import EntryInvalid
from loyalty.identifiers import voucher_issuer
from loyalty.journal import (
    ADJUST,
    EARN,
    ENROL,
    EVENT,
    EXPIRE,
    GIFT,
    KINDS,
    MAX_ENTRY_BYTES,
    REDEEM,
    REVERSE,
    RIGHTS_GRANT,
    RIGHTS_RELEASE,
    TRANSFER,
    VOUCHER_ISSUED,
    WALLET,
    Entry,
    decode_entry,
)
from loyalty.members import MAX_SEGMENTS, is_birthday
from loyalty.programme.referrals import FRIEND, SIDE
from loyalty.programme.side_wallets import WALLET_NAME
from loyalty.programme.transfers import WITH
from loyalty.sums import SUMS, broken_sums
from sync_server.rights.grants import MAX_DRAW
from sync_server.store.payloads import Granted, enrolled, granted, issued, redeemed, released
from sync_server.store.texts import is_plain
from sync_server.terminals.gift_book import misread_gift


def inspect(body: bytes, terminal: str, epoch: int, seq: int) -> Entry | str:
    """The entry in `body`, or the reason why it does not count."""
    if len(body) > MAX_ENTRY_BYTES:
        return f"it is larger than {MAX_ENTRY_BYTES} bytes"
    try:
        entry = decode_entry(body)
    except EntryInvalid as fault:
        return fault.message
    if (entry.terminal, entry.epoch, entry.seq) != (terminal, epoch, seq):
        return f"it says it is entry {entry.seq} of {entry.terminal[:16]!r}, epoch {entry.epoch}"
    return _misfit(entry) or _misread(entry) or _miscounted(entry) or entry


def _misfit(entry: Entry) -> str:
    if not is_plain(entry.kind, entry.member, entry.receipt, entry.programme):
        return "a text of it is too long or holds a NUL"
    # Written out: each of these is asked of every entry.
    points, amount_minor = entry.points, entry.amount_minor
    if not (
        -MAX_POINTS <= points <= MAX_POINTS
        and -MAX_AMOUNT_MINOR <= amount_minor <= MAX_AMOUNT_MINOR
    ):
        return "its points or its amount are out of range"
    occurred_at_ms, recorded_at_ms = entry.occurred_at_ms, entry.recorded_at_ms
    if not (0 <= occurred_at_ms <= MAX_MOMENT_MS and 0 <= recorded_at_ms <= MAX_MOMENT_MS):
        return "its time is out of range"
    return ""


def _misread(entry: Entry) -> str:
    """Why an entry of a known kind cannot be what its kind says, or nothing."""
    if entry.kind in (EARN, REVERSE) or entry.kind not in KINDS:
        return ""
    if entry.kind in (REDEEM, EXPIRE):
        return "it takes points and gives some" if entry.points > 0 else ""
    if entry.kind == GIFT:
        return misread_gift(entry)
    if entry.kind == WALLET:
        return _misread_wallet(entry)
    if entry.kind == TRANSFER:
        return _misread_transfer(entry)
    if entry.kind == EVENT:
        # Of a friend who was brought it may say no more than that somebody was paid for it.
        gives = entry.points > 0 or (entry.points == 0 and entry.payload.get(SIDE) == FRIEND)
        return "" if gives and entry.member else "it gives no points, or to nobody"
    if entry.kind == ADJUST:
        return "" if entry.member else "it corrects the points of nobody"
    if entry.points:
        return f"a {entry.kind} entry moves no points"
    try:
        return _misread_payload(entry)
    except (msgspec.ValidationError, RecursionError) as fault:
        return f"its payload cannot be read: {fault}"


def _misread_wallet(entry: Entry) -> str:
    wallet = wallet_of(entry.member)
    is_named = bool(wallet) and entry.payload.get(WALLET_NAME) == wallet
    return "" if is_named else "it fills another wallet than it names, or none"


def _misread_transfer(entry: Entry) -> str:
    other = entry.payload.get(WITH)
    if not (entry.points and entry.member and isinstance(other, str) and other):
        return "it hands nothing on, or between nobody"
    return "" if is_plain(other) and other != entry.member else "it hands points on to nobody else"


def _miscounted(entry: Entry) -> str:
    said = entry.payload.get(SUMS)
    return "" if said is None else broken_sums(said)


def _misread_payload(entry: Entry) -> str:
    if entry.kind == ENROL:
        member = enrolled(entry)
        texts = (member.card, member.name, member.phone, member.email, member.branch)
        if member.member_id != entry.member or not member.card or wallet_of(entry.member):
            return "it enrols another member than it names"
        if member.family:
            return "it makes a family, as head office alone does"
        fits = (
            is_plain(*texts, member.language, *member.segments)
            and _is_moment(member.enrolled_at_ms)
            and (not member.birthday or is_birthday(member.birthday))
            and len(member.segments) <= MAX_SEGMENTS
        )
        return "" if fits else "a fact of the member is too long or out of range"
    if entry.kind in (RIGHTS_GRANT, RIGHTS_RELEASE):
        return _misread_rights(entry)
    if entry.kind == VOUCHER_ISSUED:
        voucher = issued(entry)
        if voucher_issuer(voucher.number) != entry.terminal:
            return f"it issues voucher {voucher.number[:40]!r} of another terminal"
        fits = (
            is_plain(voucher.number, voucher.currency, voucher.reward)
            and _is_voucher_amount(voucher.amount_minor, voucher.reward)
            and _is_moment(voucher.expires_at_ms)
        )
    else:
        spent = redeemed(entry)
        said = (spent.number, spent.reward, spent.terms)
        fits = is_plain(*said) and _is_amount(spent.amount_minor)
    return "" if fits else "a fact of the voucher is too long or out of range"


def _misread_rights(entry: Entry) -> str:
    rights = granted(entry) if entry.kind == RIGHTS_GRANT else released(entry)
    if isinstance(rights, Granted) and not 0 < rights.draw <= MAX_DRAW:
        return "it is the grant of no draw"
    if not is_plain(rights.voucher) or bool(rights.voucher) == bool(rights.points):
        return "it moves the rights to points or to a voucher, to one of them"
    if rights.points and not (entry.member and 0 < rights.points <= MAX_POINTS):
        return "it moves the rights to points of nobody, or out of range"
    return ""


def _is_amount(amount_minor: int) -> bool:
    return 0 < amount_minor <= MAX_AMOUNT_MINOR


def _is_voucher_amount(amount_minor: int, reward: str) -> bool:
    """Whether a voucher may be issued for `amount_minor`: one of a `reward` may be for nothing yet,
    because that depends on what is bought."""
    return _is_amount(amount_minor) or (bool(reward) and amount_minor == 0)


def _is_moment(moment_ms: int) -> bool:
    return 0 <= moment_ms <= MAX_MOMENT_MS
