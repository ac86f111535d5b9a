"""The code on a receipt: a sale as a return of it needs it, signed by the till that rang it up.

Any till of the chain can take goods back by it with the line down, though it never heard of the
sale. The code is the prefix and a base 32 text of the deflated MessagePack fields and an Ed25519
signature over them, like a voucher's. A receipt that does not fit into `MAX_CODE_CHARACTERS` has
no code: its goods come back where they were sold. A signature stops forging, not showing it twice:
head office finds goods that came back at two tills which could not know of each other.
"""

import base64
import zlib
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.clock import from_epoch_ms
from loyalty.identifiers import RECEIPT_PREFIX
from loyalty.journal import Entry
from loyalty.programme.returning import SaleAtHand
from loyalty.programme.sale_facts import sale_facts
from loyalty.signatures import is_signed

MAX_CODE_CHARACTERS = 990
"""A code of 117 modules at the most, which get 3 dots each on paper of 58 mm: scanners read them
with ease. It holds about 45 articles."""

MAX_FIELDS_BYTES = 16 * 1024
"""What the fields of a code may unfold to: a hundred times what fits into one."""

SIGNATURE_BYTES = 64
_DEFLATE_BITS = -15
"""Raw deflate (RFC 1951): a signature follows, which finds what a check sum would."""


class SoldReceipt(msgspec.Struct, frozen=True, array_like=True):
    """A sale that was rung up at a till: from its entry, or from the code on its paper.

    `(terminal, epoch, seq)` is the entry in which it was first written and `payload` that entry's;
    `points` is what it earned, `voucher_paid_minor` what vouchers paid of it.
    """

    terminal: str
    epoch: int
    seq: int
    reference: str
    member_id: str
    points: int
    programme: str
    occurred_at_ms: int
    payload: dict[str, Any]
    voucher_paid_minor: int = 0

    @property
    def number(self) -> str:
        """The name of the sale in the whole chain ("T1.1.42")."""
        return f"{self.terminal}.{self.epoch}.{self.seq}"

    def at(self, zone: ZoneInfo) -> datetime:
        """When it was rung up, by the shop's clock."""
        return from_epoch_ms(self.occurred_at_ms).astimezone(zone)

    def at_hand(self, zone: ZoneInfo) -> SaleAtHand | None:
        """What was sold, for `loyalty.programme.returning`; None when it cannot be read."""
        try:
            facts = sale_facts(self.payload, self.at(zone))
        except (ValueError, OverflowError):
            return None
        if facts is None:
            return None
        return SaleAtHand(facts, self.points, bool(self.member_id), self.voucher_paid_minor)


class SignedReceipt(msgspec.Struct, frozen=True):
    """A receipt as it stands in a code: what was sold, the bytes signed, the signature."""

    sold: SoldReceipt
    signed: bytes
    signature: bytes

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether it was signed with the private half of `public_key` (32 raw bytes)."""
        return is_signed(self.signed, self.signature, public_key)


def sold_receipt(entry: Entry, voucher_paid_minor: int = 0) -> SoldReceipt:
    """The sale of an earn entry, named by the place in which it was written first."""
    payload = {key: value for key, value in entry.payload.items() if key != "salvaged"}
    epoch, seq = entry.payload.get("salvaged", (entry.epoch, entry.seq))
    return SoldReceipt(
        terminal=entry.terminal,
        epoch=epoch,
        seq=seq,
        reference=entry.receipt,
        member_id=entry.member,
        points=entry.points,
        programme=entry.programme,
        occurred_at_ms=entry.occurred_at_ms,
        payload=payload,
        voucher_paid_minor=voucher_paid_minor,
    )


def receipt_code(sold: SoldReceipt, key: Ed25519PrivateKey) -> str:
    """The text of the receipt's QR code, signed by the till's `key`; empty when it does not fit."""
    fields = msgspec.msgpack.encode(sold)
    if len(fields) > MAX_FIELDS_BYTES:
        return ""
    packed = zlib.compress(fields, 9, _DEFLATE_BITS)
    code = _spelt(packed + key.sign(packed))
    return code if len(code) <= MAX_CODE_CHARACTERS else ""


def read_receipt(code: str) -> SignedReceipt | None:
    """The receipt in `code`, not yet verified; None when the code is cut off or altered."""
    body = code.removeprefix(RECEIPT_PREFIX)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
        packed = raw[:-SIGNATURE_BYTES]
        fields = zlib.decompressobj(_DEFLATE_BITS).decompress(packed, MAX_FIELDS_BYTES)
        sold = msgspec.msgpack.decode(fields, type=SoldReceipt)
    except (ValueError, zlib.error, msgspec.MsgspecError, RecursionError):
        return None
    return SignedReceipt(sold, packed, raw[-SIGNATURE_BYTES:])


def _spelt(raw: bytes) -> str:
    return RECEIPT_PREFIX + base64.b32encode(raw).decode().rstrip("=")
