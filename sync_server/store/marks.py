"""Marks: what stands beside each draw of change numbers, and proves which draw a till was told of.

A database put back from a backup draws numbers again that tills were told before. The mark that a
till shows says which draw it heard of, and is sealed with head office's key: when the books hold
another under that number, or none, they have lost it. A mark that was made up proves nothing.
"""

import base64
import hmac
import secrets

from sqlalchemy import Connection, bindparam, insert, select

from sync_server.store.tables import feed_marks

NUMBER_BYTES = 8
RANDOM_BYTES = 6
SEAL_BYTES = 10
MARK_BYTES = NUMBER_BYTES + RANDOM_BYTES + SEAL_BYTES
"""24 of them are the 32 characters that a mark has room for."""


def put_mark(connection: Connection, number: int, history_id: str, key: str) -> None:
    """Mark the draw that ended with `number`, in `history_id`; in a writing transaction.

    `key` is head office's as the setting keeps it; books without one have marks that differ from
    each other and prove nothing.
    """
    connection.execute(_PUT, {"number": number, "made": new_mark(number, history_id, key)})


def new_mark(number: int, history_id: str, key: str) -> str:
    """A mark for a draw that ended with `number`: no two are the same."""
    said = number.to_bytes(NUMBER_BYTES, "big") + secrets.token_bytes(RANDOM_BYTES)
    sealed = _seal(said, history_id, key) if key else bytes(SEAL_BYTES)
    return _written(said + sealed)


def is_lost(connection: Connection, mark: str, history_id: str, key: str) -> bool:
    """Whether `mark` is of a draw in `history_id` that the books do not hold, and not made up."""
    number = _number_of(mark, history_id, key) if key else None
    if number is None:
        return False
    held: str | None = connection.execute(_HELD, {"number": number}).scalar()
    return held != mark


def _number_of(mark: str, history_id: str, key: str) -> int | None:
    """The number that head office put `mark` beside in `history_id`; None when it did not."""
    try:
        said = base64.urlsafe_b64decode(mark)
    except ValueError:
        return None
    # Decoding passes over what is no letter of it: only the very words count.
    if len(said) != MARK_BYTES or _written(said) != mark:
        return None
    said, sealed = said[:-SEAL_BYTES], said[-SEAL_BYTES:]
    if not hmac.compare_digest(sealed, _seal(said, history_id, key)):
        return None
    return int.from_bytes(said[:NUMBER_BYTES], "big")


def _written(mark: bytes) -> str:
    return base64.urlsafe_b64encode(mark).decode("ascii")


def _seal(said: bytes, history_id: str, key: str) -> bytes:
    words = b"paragon mark\0" + history_id.encode() + b"\0" + said
    return hmac.digest(bytes.fromhex(key), words, "sha256")[:SEAL_BYTES]


_PUT = insert(feed_marks).values(change_no=bindparam("number"), mark=bindparam("made"))
_HELD = select(feed_marks.c.mark).where(feed_marks.c.change_no == bindparam("number"))
