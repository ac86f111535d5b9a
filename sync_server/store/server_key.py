"""Head office's key: what it signs, tills check with the half that they were given at enrolment."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, bindparam, func, select, update

from loyalty.wire import head_words
from sync_server.store.settings import HISTORY_ID, SERVER_KEY, read_setting, write_setting
from sync_server.store.tables import heads


def server_key(connection: Connection) -> Ed25519PrivateKey:
    """The key of the chain; made when there is none yet, which takes a writing transaction.

    A server makes it as it starts, for books of a version that had none. It signs where their
    journals end, so that from then on no head stands unsigned.
    """
    kept = read_setting(connection, SERVER_KEY)
    if not kept:
        kept = new_server_key()
        write_setting(connection, SERVER_KEY, kept)
        _sign_heads(connection, private_key(kept))
    return private_key(kept)


def new_server_key() -> str:
    """A fresh key as the setting keeps it: the 32 private bytes in hexadecimal."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


@lru_cache(maxsize=8)
def private_key(kept: str) -> Ed25519PrivateKey:
    """The key that a setting keeps."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept))


def _sign_heads(connection: Connection, key: Ed25519PrivateKey) -> None:
    history_id = read_setting(connection, HISTORY_ID)
    rows = connection.execute(_UNSIGNED).all()
    signed = [
        {
            "of_terminal": row.terminal,
            "of_epoch": row.epoch,
            "of_seq": row.seq,
            "signed": key.sign(head_words(history_id, row.terminal, row.epoch, row.seq, row.seal)),
            "signed_in": history_id,
        }
        for row in rows
    ]
    if signed:
        connection.execute(_SIGN, signed)


_UNSIGNED = (
    select(heads.c.terminal, heads.c.epoch, heads.c.seq, heads.c.seal)
    .where(func.length(heads.c.signature) == 0)
    .order_by(heads.c.terminal, heads.c.epoch)
)
_SIGN = (
    update(heads)
    .where(
        heads.c.terminal == bindparam("of_terminal"),
        heads.c.epoch == bindparam("of_epoch"),
        heads.c.seq == bindparam("of_seq"),
    )
    .values(signature=bindparam("signed"), history_id=bindparam("signed_in"))
)
