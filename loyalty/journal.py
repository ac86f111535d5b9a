"""Journal entries: what happened, in bytes that never change, each sealed to the one before.

An entry is permanent. Its bytes are kept as they were written, so that kinds and fields of a
newer version pass through an older one untouched. The seal is SHA-256 over the seal before and
the bytes: changing, removing, inserting or reordering an entry breaks every seal after it.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from loyalty.errors import EntryInvalid

ENROL = "enrol"
EARN = "earn"
WALLET = "wallet"
REVERSE = "reverse"
EVENT = "event"
REDEEM = "redeem"
TRANSFER = "transfer"
VOUCHER_ISSUED = "voucher-issued"
VOUCHER_REDEEMED = "voucher-redeemed"
EXPIRE = "expire"
ADJUST = "adjust"
GIFT = "gift"
RIGHTS_GRANT = "rights-grant"
RIGHTS_RELEASE = "rights-release"

KINDS = frozenset(
    {
        ENROL,
        EARN,
        WALLET,
        GIFT,
        REVERSE,
        EVENT,
        REDEEM,
        TRANSFER,
        EXPIRE,
        ADJUST,
        VOUCHER_ISSUED,
        VOUCHER_REDEEMED,
        RIGHTS_GRANT,
        RIGHTS_RELEASE,
    }
)
"""The kinds that this version understands; others are kept and passed on."""

MAX_ENTRY_BYTES = 1 << 19
"""What its payload unfolds to in memory can be eighty times as much."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One thing that happened at a terminal.

    `(terminal, epoch, seq)` is its identity, with `seq` gapless from 1. `points` is signed and is
    what the member's balance changes by. `amount_minor` is signed as well: below zero for a
    return. `programme` names the version in force. `occurred_at_ms` is when it happened in the
    shop, `recorded_at_ms` when it was written, `elapsed_ms` how long after the entry before it
    by a clock that nobody can set (0 for the first since the till was started). `payload` holds
    what its kind alone needs:

    - enrol: the fields of the member;
    - earn, reverse: `lines`, a list of [sku, quantity, amount_minor], and what else the programme
      asks for (see loyalty.programme.sale_facts); of a member `sums`, by key (see loyalty.sums);
    - wallet: `wallet`, one beside the main one, whose account (see loyalty.accounts) it moves
      points of, and `of`, the [terminal, epoch, seq] of the sale;
    - gift: `number`, the gift card whose account it is of, and `expires_at_ms` when it sells it;
      points are minor units: above zero what was paid in, below what the card paid;
    - event: `event`, the name of what gave points beside a sale (see loyalty.programme.events);
    - redeem: nothing for the vouchers that follow in the same receipt; for a part of the purchase
      `paid_minor`; of the catalogue `reward`, `cost` and `count`;
    - transfer: `with`, the account that the points went to or came from, in two entries of one
      receipt, of the giver below zero; `parts`, as an adjustment has them;
    - expire: `of`, the [terminal, epoch, seq] of the entry whose points are gone;
    - adjust: `reason`, and `parts`, the days that points from elsewhere bring (see loyalty.lots);
    - voucher-issued: `number`, `amount_minor`, `currency`, `expires_at_ms`; of the catalogue
      `reward`, with an amount of 0 where that depends on what is bought;
    - voucher-redeemed: `number`, `amount_minor`; where that was worked out by which `reward` of
      which version, `terms`;
    - rights-grant: `draw`, the number of the till's request, and `points` or `voucher`;
    - rights-release: `points` or `voucher`.

    An entry that was first written in a branch of history which head office does not hold says
    so: `salvaged` is the [epoch, seq] it had there.
    """

    terminal: str
    epoch: int
    seq: int
    kind: str
    member: str
    points: int
    amount_minor: int
    receipt: str
    programme: str
    occurred_at_ms: int
    recorded_at_ms: int
    payload: dict[str, Any]
    elapsed_ms: int = 0


class Sealed(msgspec.Struct, frozen=True, array_like=True):
    """An entry's number, its bytes as written, and its seal."""

    seq: int
    body: bytes
    seal: bytes


class Finding(msgspec.Struct, frozen=True):
    """Something wrong in a journal: at which entry, and what."""

    seq: int
    what: str


_encoder = msgspec.msgpack.Encoder(order="deterministic")
_decoder = msgspec.msgpack.Decoder(Entry)


def encode_entry(entry: Entry) -> bytes:
    """The canonical bytes of `entry`: MessagePack with sorted keys."""
    return _encoder.encode(entry)


def decode_entry(body: bytes) -> Entry:
    """The entry in `body`, of this version or one that added fields at the end.

    Raises EntryInvalid when the bytes are no entry.
    """
    try:
        return _decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        # ValueError: text that is no UTF-8.
        raise EntryInvalid(f"Bytes that are no journal entry: {fault}.") from None


def first_seal(terminal: str, epoch: int) -> bytes:
    """The seal before entry 1, which ties a chain to its terminal and epoch."""
    return hashlib.sha256(f"paragon journal {terminal} {epoch}".encode()).digest()


def next_seal(seal: bytes, body: bytes) -> bytes:
    """The seal of the entry `body` that follows the entry sealed `seal`."""
    return hashlib.sha256(seal + body).digest()


def sealed_chain(terminal: str, epoch: int, bodies: Iterable[bytes]) -> Iterator[Sealed]:
    """Seal `bodies`, the whole of a journal from entry 1 on."""
    seal = first_seal(terminal, epoch)
    for seq, body in enumerate(bodies, 1):
        seal = next_seal(seal, body)
        yield Sealed(seq, body, seal)


def verify_chain(terminal: str, epoch: int, kept: Iterable[Sealed]) -> Iterator[Finding]:
    """What is wrong with the journal `kept`, given in the order of `seq`; nothing when it holds.

    Goes on after a finding from the seal that is kept, so that each broken place is named once.
    """
    seal = first_seal(terminal, epoch)
    expected_seq = 1
    for row in kept:
        if row.seq != expected_seq:
            yield Finding(row.seq, f"entry {expected_seq} is missing")
        elif next_seal(seal, row.body) != row.seal:
            yield Finding(row.seq, "its bytes or the entry before it were changed")
        try:
            entry = decode_entry(row.body)
        except EntryInvalid as fault:
            yield Finding(row.seq, fault.message)
        else:
            if (entry.terminal, entry.epoch, entry.seq) != (terminal, epoch, row.seq):
                yield Finding(row.seq, "it names another place in the journal than it has")
        seal = row.seal
        expected_seq = row.seq + 1
