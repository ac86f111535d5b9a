"""How a home becomes a till of a chain: a one-time code is spent and who it is now is recorded.

Asked for once by `setup`, before any till is opened there.
"""

from importlib import metadata
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from loyalty.wire import EnrolReply, EnrolRequest
from terminal_app.config import PRIVATE_DIRECTORY_MODE, STORE_FILE
from terminal_app.errors import AlreadySetUp, HeadOfficeUnreachable, NotSetUp
from terminal_app.store import epochs, members, settings
from terminal_app.store.connection import open_store
from terminal_app.store.fingerprint import fingerprint_of
from terminal_app.store.programmes import keep_programme
from terminal_app.store.settings import Identity
from terminal_app.sync.moving import leave_for
from terminal_app.sync.uplink import Uplink


def product_version() -> str:
    """The version of the installed product."""
    return metadata.version("paragon-loyalty")


def identity_of(home: Path) -> Identity | None:
    """Who the till in `home` is, or None while it has joined no chain. Raises StoreFault."""
    if not (home / STORE_FILE).exists():
        return None
    store = open_store(home / STORE_FILE)
    try:
        with store.reading() as connection:
            return settings.read_identity(connection)
    finally:
        store.close()


def join_chain(home: Path, server_url: str, code: str) -> Identity:
    """Make `home` a till of the chain: spend the one-time `code` and record who it now is.

    Raises AlreadySetUp, HeadOfficeUnreachable, HeadOfficeRefused or ConfigInvalid.
    """
    home.mkdir(parents=True, exist_ok=True, mode=PRIVATE_DIRECTORY_MODE)
    key = Ed25519PrivateKey.generate()
    public_key = key.public_key().public_bytes_raw()
    store = open_store(home / STORE_FILE)
    try:
        with store.reading() as connection:
            known = settings.read_identity(connection)
        if known is not None:
            raise AlreadySetUp(
                f"{home} is already terminal {known.terminal} of {known.shop}.",
                "Choose another --home for another till.",
            )
        told = _enrol(server_url, code, key)
        identity = Identity(
            terminal=told.terminal,
            terminal_number=told.terminal_number,
            epoch=told.epoch,
            branch=told.branch,
            branch_name=told.branch_name,
            shop=told.shop,
            timezone=told.timezone,
            server_url=server_url.rstrip("/"),
            token=told.token,
            private_key=key.private_bytes_raw(),
            server_key=bytes.fromhex(told.server_key),
        )
        with store.writing() as connection:
            settings.write_identity(connection, identity)
            epochs.write_fingerprint(connection, fingerprint_of(home / STORE_FILE))
            keep_programme(connection, told.programme)
            members.put_terminal(connection, told.terminal, told.branch, {told.epoch: public_key})
        return identity
    finally:
        store.close()


def join_again(home: Path, server_url: str, code: str) -> Identity:
    """Give the till in `home` a new token, and a new journal, by spending the one-time `code`.

    For a till that head office has locked out, or that has another head office's key. All it wrote
    stays: what head office does not hold is told at the next sync, in the old journal or, where
    that is not taken, again in the new one. `server_url` may be empty: the one it has.

    Raises NotSetUp, AlreadySetUp (the code is of another terminal), and as `join_chain` does.
    """
    known = identity_of(home)
    if known is None:
        raise not_set_up(home)
    told = _enrol(server_url or known.server_url, code, known.signing_key)
    if told.terminal != known.terminal:
        raise AlreadySetUp(
            f"This code is of terminal {told.terminal}; {home} is terminal {known.terminal}.",
            f"Ask head office for a code of {known.terminal}.",
        )
    if told.epoch < known.epoch or told.epoch in known.earlier_epochs:
        raise AlreadySetUp(
            f"Head office gave journal {told.epoch}, which {home} has already.",
            "Ask for another code, or set the till up in a new home.",
        )
    identity = msgspec.structs.replace(
        known,
        branch=told.branch,
        branch_name=told.branch_name,
        shop=told.shop,
        timezone=told.timezone,
        server_url=(server_url or known.server_url).rstrip("/"),
        token=told.token,
        server_key=bytes.fromhex(told.server_key),
    )
    store = open_store(home / STORE_FILE)
    try:
        with store.writing() as connection:
            settings.write_identity(connection, identity)
            if told.epoch != known.epoch:
                leave_for(connection, told.epoch, told.terminal_number)
        return identity
    finally:
        store.close()


def _enrol(server_url: str, code: str, key: Ed25519PrivateKey) -> EnrolReply:
    uplink = Uplink(server_url)
    try:
        return uplink.enrol(
            EnrolRequest(
                code=code.strip(),
                public_key=key.public_key().public_bytes_raw().hex(),
                product_version=product_version(),
            )
        )
    except HeadOfficeUnreachable as fault:
        raise HeadOfficeUnreachable(
            fault.message, "Check the address and the line, then set this till up again."
        ) from fault
    finally:
        uplink.close()


def not_set_up(home: Path) -> NotSetUp:
    """What to say of a home that is no till's yet."""
    return NotSetUp(
        f"There is no till in {home}.",
        "Get a one-time code from head office, then run: "
        "paragon setup --server https://HEAD-OFFICE --code CODE",
    )
