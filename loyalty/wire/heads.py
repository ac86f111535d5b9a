"""Head office's signature under the end of a journal."""

import msgspec

from loyalty.signatures import is_signed
from loyalty.wire.sync import SignedHead

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def head_words(history_id: str, terminal: str, epoch: int, seq: int, seal: bytes) -> bytes:
    """What head office signs of a head: no other message of it reads the same."""
    return _encode(("paragon head", history_id, terminal, epoch, seq, seal))


def is_signed_head(head: SignedHead, terminal: str, epoch: int, server_key: bytes) -> bool:
    """Whether `head`, of the journal `(terminal, epoch)`, is head office's word.

    `server_key` is its public key, 32 raw bytes.
    """
    words = head_words(head.history_id, terminal, epoch, head.seq, head.seal)
    return is_signed(words, head.signature, server_key)
