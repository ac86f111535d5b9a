"""Head office's signature under a version of the programme."""

import msgspec

from loyalty.signatures import is_signed
from loyalty.wire.changes import ProgrammeVersion

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def version_words(label: str, document: str, starts_at_ms: int) -> bytes:
    """What head office signs of a version: no other message of it reads the same."""
    return _encode(("paragon programme", label, document, starts_at_ms))


def is_signed_version(version: ProgrammeVersion, server_key: bytes) -> bool:
    """Whether `version` is the word of head office, whose public key (32 raw bytes) is known."""
    words = version_words(version.label, version.document, version.starts_at_ms)
    return is_signed(words, version.signature, server_key)
