"""Head office's key: what it signs, tills check with the half that they were given at enrolment."""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from sync_server.store.settings import SERVER_KEY, read_setting, write_setting


def server_key(connection: Connection) -> Ed25519PrivateKey:
    """The key of the chain; made when there is none yet, which takes a writing transaction.

    A server makes it as it starts, for books of a version that had none.
    """
    kept = read_setting(connection, SERVER_KEY)
    if not kept:
        kept = new_server_key()
        write_setting(connection, SERVER_KEY, kept)
    return private_key(kept)


def new_server_key() -> str:
    """A fresh key as the setting keeps it: the 32 private bytes in hexadecimal."""
    return Ed25519PrivateKey.generate().private_bytes_raw().hex()


@lru_cache(maxsize=8)
def private_key(kept: str) -> Ed25519PrivateKey:
    """The key that a setting keeps."""
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept))
