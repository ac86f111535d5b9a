"""Leaving by one click: a signed token in each letter, and what using it does.

The token names the message, not the member, so no card number travels in a link. It is signed
with the chain's secret, holds for ever (a letter may be opened years later), and gives no right
but this one.
"""

import base64
import binascii
import hashlib
import hmac

import msgspec
from sqlalchemy import Connection, select, update

from sync_server.store.feed import MEMBER, tell
from sync_server.store.tables import members, messages

SIGNATURE_BYTES = 16
MAX_TOKEN_CHARACTERS = 200
_PURPOSE = b"paragon unsubscribe "


class Subscription(msgspec.Struct, frozen=True):
    """Whom a token stands for, and whether they still agree to e-mail."""

    member_id: str
    language: str
    email_consent: bool


def token_for(message_id: str, secret: str) -> str:
    """The token of `message_id`, made of letters that stand in any URL."""
    signed = message_id.encode() + _signature(message_id.encode(), secret)
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def message_of(token: str, secret: str) -> str | None:
    """The message that `token` was made for; None when it is cut off, altered or foreign."""
    if len(token) > MAX_TOKEN_CHARACTERS or not token.isascii():
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    message_id, signature = signed[:-SIGNATURE_BYTES], signed[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(message_id, secret)):
        return None
    return message_id.decode(errors="replace")


def subscription_of(connection: Connection, token: str, secret: str) -> Subscription | None:
    """The member whose letter carried `token`; None when there is none."""
    message_id = message_of(token, secret)
    if message_id is None:
        return None
    row = connection.execute(
        select(members.c.member_id, members.c.language, members.c.email_consent)
        .join(messages, messages.c.member_id == members.c.member_id)
        .where(messages.c.message_id == message_id)
    ).first()
    return None if row is None else Subscription(*row)


def withdraw_consent(connection: Connection, member_id: str) -> None:
    """Record that the member wants no more e-mail, and tell the tills; repeats change nothing."""
    withdrawn = connection.execute(
        update(members)
        .where(members.c.member_id == member_id, members.c.email_consent.is_(True))
        .values(email_consent=False)
    )
    if withdrawn.rowcount:
        tell(connection, MEMBER, [member_id])


def _signature(message_id: bytes, secret: str) -> bytes:
    digest = hmac.new(secret.encode(), _PURPOSE + message_id, hashlib.sha256).digest()
    return digest[:SIGNATURE_BYTES]
