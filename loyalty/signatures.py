"""Whether a signature is whose it should be, asked in one way of all that is signed."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed(words: bytes, signature: bytes, public_key: bytes) -> bool:
    """Whether `signature` over `words` was made with the private half of `public_key`.

    Ed25519 (RFC 8032); the key is 32 raw bytes. What is no key or no signature is no: False.
    """
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, words)
    except (InvalidSignature, ValueError):
        return False
    return True
