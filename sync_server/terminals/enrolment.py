"""How a till becomes a terminal of the chain, and how it proves that it is one ever after.

A one-time code is made at head office and typed in at the till; the till shows its public key and
gets a token. Codes and tokens are kept as SHA-256 alone: both are random enough that nothing
slower is needed, and a stolen database opens no door.
"""

import hashlib
import secrets

import msgspec
from sqlalchemy import Connection, Row, insert, select, update

from loyalty.wire import EnrolReply, EnrolRequest
from sync_server.errors import EnrolmentRefused, UnknownSubject
from sync_server.store.feed import TERMINAL, tell
from sync_server.store.programmes import document_in_force
from sync_server.store.server_key import server_key
from sync_server.store.settings import load_settings
from sync_server.store.tables import branches, journals, terminals
from sync_server.store.texts import is_plain
from sync_server.terminals.journals import (
    ENROLLED,
    MAX_TERMINAL_NUMBER,
    PUBLIC_KEY_BYTES,
    next_epoch,
    next_number,
    read_public_key,
)

CODE_VALID_MS = 24 * 3_600_000
CODE_GROUPS = 3
CODE_GROUP_CHARACTERS = 4
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without characters that are read for another. 12 of them are 59 bits, for a day, behind a limit
on tries."""

TOKEN_BYTES = 32


class KnownTerminal(msgspec.Struct, frozen=True):
    """A terminal that proved who it is."""

    terminal: str
    branch: str
    token_hash: str


class FreshCode(msgspec.Struct, frozen=True, kw_only=True):
    """A one-time code as it is shown once; only its hash is kept."""

    terminal: str
    branch: str
    code: str
    expires_at_ms: int


def issue_code(connection: Connection, terminal: str, now_ms: int) -> FreshCode:
    """A new one-time code for `terminal`, in place of any before; in a writing transaction.

    Raises UnknownSubject when the chain has no such terminal.
    """
    groups = (
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_GROUP_CHARACTERS))
        for _ in range(CODE_GROUPS)
    )
    code = "-".join(groups)
    expires_at_ms = now_ms + CODE_VALID_MS
    branch = connection.execute(
        update(terminals)
        .where(terminals.c.terminal == terminal)
        .values(code_hash=_code_hash(code), code_expires_at_ms=expires_at_ms)
        .returning(terminals.c.branch)
    ).scalar()
    if branch is None:
        raise UnknownSubject(
            f"The chain has no terminal {terminal!r}.",
            "The branches page of head office lists its terminals.",
        )
    return FreshCode(terminal=terminal, branch=branch, code=code, expires_at_ms=expires_at_ms)


def enrol_terminal(connection: Connection, request: EnrolRequest, now_ms: int) -> EnrolReply:
    """Make the till that shows a good code a terminal; in a writing transaction.

    A terminal that was enrolled before gets a new key and token: the till before it is locked
    out. It also gets a new epoch, because the new till starts a journal from nothing, and a new
    number, because cards are minted by that journal's count.

    Raises EnrolmentRefused for a code that is unknown, used or out of date, or a public key that
    is none.
    """
    public_key = read_public_key(request.public_key)
    if public_key is None:
        raise EnrolmentRefused(f"A public key is {PUBLIC_KEY_BYTES} bytes in hexadecimal.")
    if not is_plain(request.product_version):
        raise EnrolmentRefused("The till's version is not readable.")
    row = _by_code(connection, request.code, now_ms)
    chain = load_settings(connection)
    epoch, number = _journal_for(connection, row.terminal, row.number)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    connection.execute(
        update(terminals)
        .where(terminals.c.terminal == row.terminal)
        .values(
            number=number,
            epoch=epoch,
            token_hash=token_hash(token),
            code_hash=None,
            code_expires_at_ms=None,
            enrolled_at_ms=now_ms,
            last_contact_ms=now_ms,
            product_version=request.product_version,
            clock_offset_ms=0,
            revoked_at_ms=None,
        )
    )
    connection.execute(
        insert(journals).values(
            terminal=row.terminal,
            epoch=epoch,
            number=number,
            public_key=public_key,
            reason=ENROLLED,
            started_at_ms=now_ms,
        )
    )
    tell(connection, TERMINAL, [row.terminal])
    return EnrolReply(
        terminal=row.terminal,
        terminal_number=number,
        epoch=epoch,
        branch=row.branch,
        branch_name=row.name,
        shop=chain.shop,
        token=token,
        timezone=chain.timezone,
        history_id=chain.history_id,
        programme=document_in_force(connection),
        server_key=server_key(connection).public_key().public_bytes_raw().hex(),
    )


def _journal_for(connection: Connection, terminal: str, number: int) -> tuple[int, int]:
    """The epoch and number of the next journal; `number` was kept for the terminal's first."""
    epoch = next_epoch(connection, terminal)
    if epoch == 1:
        return epoch, number
    unused = next_number(connection)
    if unused is None:
        raise EnrolmentRefused(f"The chain has used up its {MAX_TERMINAL_NUMBER} terminal numbers.")
    return epoch, unused


def terminal_of_token(connection: Connection, token: str) -> KnownTerminal | None:
    """The terminal that `token` was given to; None when it is unknown, replaced or revoked."""
    hashed = token_hash(token)
    row = connection.execute(
        select(terminals.c.terminal, terminals.c.branch).where(
            terminals.c.token_hash == hashed, terminals.c.revoked_at_ms.is_(None)
        )
    ).first()
    return None if row is None else KnownTerminal(*row, hashed)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return _hash(token)


def _by_code(connection: Connection, code: str, now_ms: int) -> Row[str, int, int, str, str]:
    row = connection.execute(
        select(
            terminals.c.terminal,
            terminals.c.number,
            terminals.c.epoch,
            terminals.c.branch,
            branches.c.name,
        )
        .join(branches, branches.c.branch == terminals.c.branch)
        .where(terminals.c.code_hash == _code_hash(code), terminals.c.code_expires_at_ms >= now_ms)
    ).first()
    if row is None:
        raise EnrolmentRefused(
            "This code is not known, was used before, or is older than a day.",
            "Ask head office for a new one: paragon-server code TERMINAL.",
        )
    return row


def _code_hash(code: str) -> str:
    """The hash of a code as people type it: case, blanks and hyphens do not matter."""
    return _hash("".join(code.upper().replace("-", "").split()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
