"""Vouchers: signed codes that any till can check with the line down, and their life-cycle.

The code is the prefix and a base 32 text of MessagePack fields and an Ed25519 signature by the
terminal that issued it. Base 32 stays within the alphanumeric set of QR codes, and within what a
scanner types under any keyboard layout that keeps capitals and digits. A signature stops forging,
not copying: one use is what the ledger sees to.
"""

import base64

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
)

from loyalty import life_cycles
from loyalty.identifiers import VOUCHER_PREFIX
from loyalty.signatures import is_signed

SIGNATURE_BYTES = 64

ISSUED = life_cycles.ISSUED
REDEEMED = life_cycles.REDEEMED
LIFE_CYCLE = life_cycles.VOUCHER

_FIRST_FIELDS = 4


class Voucher(msgspec.Struct, frozen=True, array_like=True):
    """Money off a later purchase: `amount_minor` until the end of `expires_at_ms`.

    One of the catalogue names its `reward` and the label of the `programme` it was claimed under;
    where what it takes off depends on what is bought, `amount_minor` is 0.
    """

    number: str
    amount_minor: int
    currency: str
    expires_at_ms: int
    reward: str = ""
    programme: str = ""


class SignedVoucher(msgspec.Struct, frozen=True):
    """A voucher as it stands in a code: its fields, the bytes signed, the signature."""

    voucher: Voucher
    signed: bytes
    signature: bytes


def voucher_code(voucher: Voucher, key: Ed25519PrivateKey) -> str:
    """The text of the voucher's QR code, signed by the issuing terminal's `key`.

    Ed25519 is deterministic (RFC 8032), so a reprint shows the same code. One that names no reward
    has the fields of the first version, which every till reads.
    """
    fields = msgspec.structs.astuple(voucher)
    signed = msgspec.msgpack.encode(fields if voucher.reward else fields[:_FIRST_FIELDS])
    return _spelt(signed + key.sign(signed))


def read_voucher(code: str) -> SignedVoucher | None:
    """The voucher in `code`, not yet verified; None when the code is cut off or altered.

    Base 32 leaves bits over in its last character: only the one spelling that `voucher_code`
    gives is taken, so that one voucher has one code.
    """
    body = code.removeprefix(VOUCHER_PREFIX)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
        voucher = msgspec.msgpack.decode(raw[:-SIGNATURE_BYTES], type=Voucher)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
    if code != _spelt(raw):
        return None
    return SignedVoucher(voucher, raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:])


def is_signed_by(voucher: SignedVoucher, public_key: bytes) -> bool:
    """Whether `voucher` was signed with the private half of `public_key` (32 raw bytes)."""
    return is_signed(voucher.signed, voucher.signature, public_key)


def may_become(state: str, next_state: str) -> bool:
    """Whether a voucher in `state` may go to `next_state`."""
    return life_cycles.may_become(LIFE_CYCLE, state, next_state)


def _spelt(raw: bytes) -> str:
    return VOUCHER_PREFIX + base64.b32encode(raw).decode().rstrip("=")
