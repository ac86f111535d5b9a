"""Founding a chain: everything a head office needs before its first till, in one transaction."""

import secrets
import uuid
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from loyalty.errors import ProgrammeInvalid
from loyalty.identifiers import is_terminal_id
from loyalty.members import Member
from loyalty.programme.document import MAX_DOCUMENT_BYTES, classic_document, load_programme
from sync_server.bootstrap import is_sqlite_file
from sync_server.config import DATABASE_NAME, ServerConfig, config_path, write_config
from sync_server.errors import AlreadyFounded, ConfigInvalid
from sync_server.store import settings
from sync_server.store.engine import writing
from sync_server.store.programmes import put_in_force
from sync_server.store.register import Product, put_members, put_products
from sync_server.store.server_key import new_server_key
from sync_server.store.tables import branches, terminals, users
from sync_server.store.working_sets import WorkingSets, switch
from sync_server.terminals.enrolment import FreshCode, issue_code

OWNER = "owner"
OWNER_ROLE = "owner"
PASSWORD_BYTES = 12
MAX_NAME_CHARACTERS = 100
MAX_BRANCH_CHARACTERS = 32
CLASSIC_CURRENCY = 'currency = "GBP"'


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to found. `branches` maps codes to names, `terminals` maps ids to branch codes.

    `working_sets` says of which members tills are told ("all", or those of their "branch").
    """

    shop: str
    timezone: str
    programme: str
    branches: dict[str, str]
    terminals: dict[str, str]
    members: Sequence[Member] = ()
    products: Sequence[Product] = ()
    working_sets: str = WorkingSets.ALL


class Founded(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it; codes and password are told this once."""

    history_id: str
    terminals: tuple[FreshCode, ...]
    owner_password: str


def programme_for(path: Path | None, currency: str) -> str:
    """The programme document in `path`, or the classic one in `currency`.

    Raises ConfigInvalid when the file cannot be read or is in another currency, ProgrammeInvalid
    when it is no programme.
    """
    if path is None:
        document = classic_document().replace(CLASSIC_CURRENCY, f'currency = "{currency}"')
    else:
        document = read_document(path)
    programme = load_programme(document, str(path or "the classic programme"))
    if programme.currency != currency:
        raise ConfigInvalid(
            f"The programme is in {programme.currency}, the shop in {currency}.",
            "Give both the same currency.",
        )
    return document


def require_text(text: str) -> None:
    """Raise ConfigInvalid when `text` holds bytes that the terminal's encoding could not read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ConfigInvalid(
            f"{text!r} holds bytes that are no text.", "Write it in UTF-8."
        ) from None


def read_document(path: Path) -> str:
    """The text of a programme file, and no more of it than is seen to be too large. Raises
    ConfigInvalid or ProgrammeInvalid."""
    try:
        # Some editors begin a file with a mark of its encoding, which is no part of the text.
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except UnicodeDecodeError:
        raise ProgrammeInvalid(f"{path} is not UTF-8 text.") from None
    except OSError as fault:
        raise ConfigInvalid(f"{path} cannot be read: {fault.strerror}.") from None


def default_database(home: Path) -> str:
    """The URL of the SQLite file that a home keeps when nothing else is said."""
    return _file_url(URL.create("sqlite"), home / DATABASE_NAME)


def settled_database(database_url: str) -> str:
    """`database_url` as it is to be kept: a file by its whole path, wherever `serve` starts.

    Raises ConfigInvalid for books that would be gone when the command ends.
    """
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError):
        return database_url
    if url.get_backend_name() != "sqlite":
        return database_url
    if not is_sqlite_file(url):
        raise ConfigInvalid(
            "A database without a file would be gone with the command that made it.",
            "Write sqlite:///FILE, or leave --database out for a file in the home.",
        )
    return _file_url(url, Path(url.database or ""))


def _file_url(url: URL, file: Path) -> str:
    return url.set(database=str(file.absolute())).render_as_string(hide_password=False)


def check_plan(plan: Plan) -> None:
    """Raise ConfigInvalid when `plan` cannot be founded, with what is wrong."""
    for text in (plan.shop, *plan.branches, *plan.branches.values()):
        require_text(text)
    if not plan.shop.strip() or len(plan.shop) > MAX_NAME_CHARACTERS:
        raise ConfigInvalid(f"A shop's name has 1 to {MAX_NAME_CHARACTERS} characters.")
    try:
        ZoneInfo(plan.timezone)
    except (OSError, ValueError, KeyError):
        raise ConfigInvalid(
            f"There is no time zone {plan.timezone!r}.", "Name it like Europe/Warsaw."
        ) from None
    if any(member.family for member in plan.members):
        raise ConfigInvalid(
            "Families are made once the chain is there.",
            "Leave the column `family` out, then: paragon-server members import.",
        )
    if not plan.branches or not plan.terminals:
        raise ConfigInvalid(
            "A chain has at least one branch and one terminal.",
            'Give --branch "KRK=Kraków" --terminal "KRK-1=KRK".',
        )
    for branch, name in plan.branches.items():
        if len(branch) > MAX_BRANCH_CHARACTERS or len(name) > MAX_NAME_CHARACTERS:
            raise ConfigInvalid(f"Branch {branch!r} has a code or a name that is too long.")
    for terminal, branch in plan.terminals.items():
        if not is_terminal_id(terminal):
            raise ConfigInvalid(
                f"{terminal!r} cannot name a terminal.",
                "Use 1 to 16 capitals, digits and hyphens, such as KRK-1.",
            )
        if branch not in plan.branches:
            raise ConfigInvalid(
                f"Terminal {terminal} stands in branch {branch!r}, which is not named.",
                f'Add --branch "{branch}=..." or correct the terminal.',
            )


def found(engine: Engine, home: Path, config: ServerConfig, plan: Plan, now_ms: int) -> Founded:
    """Found the chain of `plan`, and write `server.toml` unless one stands in `home`.

    Raises AlreadyFounded when the database holds a chain; then nothing is changed.
    """
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with writing(engine) as connection:
        if settings.is_founded(connection):
            raise AlreadyFounded(
                "A chain was founded in this database before.",
                "Start it with paragon-server serve, or name another --home or --database.",
            )
        history_id = _write_chain(connection, plan, now_ms)
        add_user(connection, OWNER, OWNER_ROLE, password, now_ms)
        codes = tuple(issue_code(connection, terminal, now_ms) for terminal in plan.terminals)
        switch(connection, WorkingSets(plan.working_sets))
        put_members(connection, plan.members)
        put_products(connection, plan.products)
        if not config_path(home).exists():
            write_config(home, config)
    return Founded(history_id=history_id, terminals=codes, owner_password=password)


def add_user(connection: Connection, name: str, role: str, password: str, now_ms: int) -> None:
    """Let `name` in with `password`, which is kept as an Argon2 hash; in a writing transaction."""
    connection.execute(
        insert(users).values(
            name=name,
            role=role,
            password_hash=PasswordHasher().hash(password),
            created_at_ms=now_ms,
        )
    )


def _write_chain(connection: Connection, plan: Plan, now_ms: int) -> str:
    history_id = uuid.uuid4().hex
    facts = {
        settings.HISTORY_ID: history_id,
        settings.SHOP: plan.shop.strip(),
        settings.CURRENCY: load_programme(plan.programme).currency,
        settings.TIMEZONE: plan.timezone,
        settings.LINK_SECRET: secrets.token_urlsafe(32),
        settings.SERVER_KEY: new_server_key(),
    }
    for key, value in facts.items():
        settings.write_setting(connection, key, value)
    connection.execute(
        insert(branches),
        [{"branch": branch, "name": name} for branch, name in plan.branches.items()],
    )
    put_in_force(connection, plan.programme, now_ms)
    connection.execute(
        insert(terminals),
        [
            {"terminal": terminal, "branch": branch, "number": number}
            for number, (terminal, branch) in enumerate(plan.terminals.items(), 1)
        ],
    )
    return history_id
