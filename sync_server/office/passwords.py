"""Checking passwords: Argon2, and as slow for a name that is not there."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, select

from sync_server.store.tables import users

MAX_PASSWORD_CHARACTERS = 1_000
MAX_NAME_CHARACTERS = 64
PASSWORDS_AT_ONCE = 2
"""Each check takes 64 MiB by design, so only so many run side by side."""


def password_hash_of(connection: Connection, name: str) -> str | None:
    """The stored hash of user `name`, or None when there is no such user."""
    return connection.execute(
        select(users.c.password_hash).where(users.c.name == name)
    ).scalar_one_or_none()


def is_password(stored_hash: str | None, password: str) -> bool:
    """Whether `password` belongs to `stored_hash`; without one, False after as much work."""
    if len(password) > MAX_PASSWORD_CHARACTERS:
        return False
    try:
        matches = PasswordHasher().verify(stored_hash or _nobodys_hash(), password)
    except (VerificationError, InvalidHashError):
        return False
    return matches and stored_hash is not None


@cache
def _nobodys_hash() -> str:
    return PasswordHasher().hash("the password of nobody")
