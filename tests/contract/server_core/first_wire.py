"""The messages of the first version as it wrote them, with its own list of fields and no others."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
import zstandard

ENTRY = (
    *("terminal", "epoch", "seq", "kind", "member", "points", "amount_minor", "receipt"),
    *("programme", "occurred_at_ms", "recorded_at_ms", "payload"),
)
REQUEST = (
    *("version", "terminal", "epoch", "first_seq", "bodies", "last_seal", "history_id", "cursor"),
    *("sent_at_ms", "product_version", "printed_notices", "tallies", "mark"),
)
REPLY = (
    *("version", "history_id", "outcome", "head_seq", "head_seal", "changes", "cursor", "more"),
    *("server_time_ms", "refused", "mark", "from_start"),
)

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


def entry(seq: int, member: str, whole_amounts: int) -> bytes:
    """A sale in the bytes of the first version: twelve fields."""
    moment = 1_777_626_000_000 + 3_600_000 * seq
    lines = [["TEA", 1, whole_amounts * 100]]
    fields = ("KRK-1", 1, seq, "earn", member, whole_amounts, whole_amounts * 100, f"R{seq}")
    return _encode([*fields, "classic@1", moment, moment, {"lines": lines}])


def request(bodies: Sequence[bytes], first_seq: int = 1, **said: Any) -> bytes:
    """A frame of the first version: an array of thirteen behind zstd."""
    seal = hashlib.sha256(b"paragon journal KRK-1 1").digest()
    for body in bodies:
        seal = hashlib.sha256(seal + body).digest()
    fields: dict[str, Any] = {
        "version": 1,
        "terminal": "KRK-1",
        "epoch": 1,
        "first_seq": first_seq,
        "bodies": list(bodies)[first_seq - 1 :],
        "last_seal": seal,
        "history_id": "history-1",
        "cursor": 0,
        "sent_at_ms": 1_777_622_400_000,
        "product_version": "0.1.0",
        "printed_notices": [],
        "tallies": [],
        "mark": "",
        **said,
    }
    return zstandard.ZstdCompressor(level=3).compress(_encode([fields[name] for name in REQUEST]))


def reply_fields(packed: bytes) -> dict[str, Any]:
    """What the first version reads of a reply: its own fields, by their place; more are let be."""
    raw = zstandard.ZstdDecompressor().decompress(packed)
    return dict(zip(REPLY, msgspec.msgpack.decode(raw), strict=False))
