"""The code on a gift card: which card it is and until when, signed by the till that sold it.

It is made as a voucher's is (see loyalty.vouchers). What is on the card it does not say: that is
the balance of the card's account, which changes.
"""

import base64

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.identifiers import GIFT_PREFIX
from loyalty.signatures import is_signed

SIGNATURE_BYTES = 64


class SoldGiftCard(msgspec.Struct, frozen=True, array_like=True):
    """A gift card: `number` names the entry that sold it, as a voucher's names the one that issued
    it; it pays in `currency` until the end of `expires_at_ms`."""

    number: str
    currency: str
    expires_at_ms: int


class SignedGiftCard(msgspec.Struct, frozen=True):
    """A gift card as it stands in a code: its fields, the bytes signed, the signature."""

    card: SoldGiftCard
    signed: bytes
    signature: bytes

    def is_signed_by(self, public_key: bytes) -> bool:
        """Whether it was signed with the private half of `public_key` (32 raw bytes)."""
        return is_signed(self.signed, self.signature, public_key)


def gift_code(card: SoldGiftCard, key: Ed25519PrivateKey) -> str:
    """The text of the card's QR code, signed by the selling till's `key`."""
    signed = msgspec.msgpack.encode(card)
    return _spelt(signed + key.sign(signed))


def read_gift_code(code: str) -> SignedGiftCard | None:
    """The card in `code`, not yet verified; None when the code is cut off or altered."""
    body = code.removeprefix(GIFT_PREFIX)
    try:
        raw = base64.b32decode(body + "=" * (-len(body) % 8))
        card = msgspec.msgpack.decode(raw[:-SIGNATURE_BYTES], type=SoldGiftCard)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
    if code != _spelt(raw):
        return None
    return SignedGiftCard(card, raw[:-SIGNATURE_BYTES], raw[-SIGNATURE_BYTES:])


def _spelt(raw: bytes) -> str:
    return GIFT_PREFIX + base64.b32encode(raw).decode().rstrip("=")
