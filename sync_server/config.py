"""Where head office runs and where it keeps its books: `server.toml` in its home."""

import json
import os
from email.policy import SMTP
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import msgspec
import platformdirs

from sync_server.errors import ConfigInvalid

CONFIG_NAME = "server.toml"
DATABASE_NAME = "server.sqlite"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8710
MAX_CONFIG_BYTES = 64 * 1024
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class MailConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How letters leave: an SMTP server, and the address that members answer to.

    `public_url` is where members reach head office; links in letters start with it.
    """

    host: str
    port: int = 25
    security: Literal["none", "starttls", "tls"] = "none"
    username: str = ""
    password: str = ""
    sender: str = ""
    public_url: str = ""

    def __repr__(self) -> str:
        return f"MailConfig(host={self.host!r}, port={self.port}, security={self.security!r})"


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The keys of `server.toml`.

    `smtp` is absent until head office names a mail server; letters wait until then.
    """

    database: str
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tls_cert: str = ""
    tls_key: str = ""
    smtp: MailConfig | None = None

    def __repr__(self) -> str:
        return f"ServerConfig(host={self.host!r}, port={self.port})"


def default_home() -> Path:
    """Where head office lives when nothing else is said: the user's data folder."""
    return Path(platformdirs.user_data_dir("paragon")) / "head-office"


def config_path(home: Path) -> Path:
    """Where the configuration of `home` stands."""
    return home / CONFIG_NAME


def load_config(home: Path) -> ServerConfig:
    """The configuration of `home`. Raises ConfigInvalid, which names the file and the key."""
    path = config_path(home)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigInvalid(
            f"There is no {CONFIG_NAME} in {home}.",
            "Found a chain there with paragon-server found, or name its home with --home.",
        ) from None
    except OSError as fault:
        raise ConfigInvalid(f"{path} cannot be read: {fault.strerror}.") from None
    if len(raw) > MAX_CONFIG_BYTES:
        raise ConfigInvalid(f"{path} is larger than {MAX_CONFIG_BYTES} bytes.")
    try:
        config = msgspec.toml.decode(raw, type=ServerConfig)
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise ConfigInvalid(
            f"{path}: {fault}.", "docs/operations.md lists the keys of server.toml."
        ) from None
    if not 0 <= config.port <= 65_535:
        raise ConfigInvalid(f"{path}: port {config.port} must be from 0 to 65535.")
    if config.smtp is not None:
        wrong = mail_problem(config.smtp)
        if wrong:
            raise ConfigInvalid(f"{path}: {wrong}", "docs/operations.md lists the keys of [smtp].")
    return config


def mail_problem(mail: MailConfig) -> str:
    """What keeps letters from ever leaving through `mail`, naming the key; empty when nothing.

    `sender` and `public_url` may be empty: letters wait for them. Said as head office starts,
    because a letter that fails on its way would look as if its own address were bad.
    """
    if not 1 <= mail.port <= 65_535:
        return f"smtp.port {mail.port} must be from 1 to 65535."
    if not _is_host(mail.host):
        return f"smtp.host {mail.host!r} is no name or address of a mail server."
    if mail.sender and not _is_sender(mail.sender):
        return f"smtp.sender {mail.sender!r} is not one e-mail address of ASCII characters."
    if mail.public_url and not _is_public_url(mail.public_url):
        return f"smtp.public_url {mail.public_url!r} is no address such as https://shop.example."
    return ""


def toml_string(text: str) -> str:
    """`text` as a TOML basic string.

    JSON's escapes are TOML's but for one: a pair of surrogates, which JSON writes for what lies
    beyond U+FFFF and TOML refuses. So only quotes, backslashes and controls are escaped.
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_host(host: str) -> bool:
    try:
        encoded = host.encode("idna")
    except UnicodeError:
        return False
    return bool(encoded) and host.isprintable() and " " not in host


def _is_sender(sender: str) -> bool:
    # CPython's parser answers some texts with AttributeError or IndexError: no address either.
    try:
        header = SMTP.header_factory("From", sender)
        (address,) = header.addresses
    except Exception:
        return False
    named = bool(address.username and address.domain)
    return named and not header.defects and str(address.addr_spec).isascii()


def _is_public_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return False
    is_bare = not (parts.query or parts.fragment or set(url) & set(' <>"'))
    return (
        parts.scheme in ("http", "https")
        and is_bare
        and bool(host)
        and url.isprintable()
        and (url.isascii())
    )


def write_config(home: Path, config: ServerConfig) -> None:
    """Write a new `server.toml`, readable by its owner alone: it may come to hold passwords."""
    lines = [
        "# Head office. Restart paragon-server after a change.",
        f"database = {toml_string(config.database)}",
        f"host = {toml_string(config.host)}",
        f"port = {config.port}",
        "",
        "# [smtp]",
        '# host = "smtp.example.com"',
        "# port = 587",
        '# security = "starttls"            # none, starttls or tls',
        '# username = ""',
        '# password = ""',
        '# sender = "Our shop <shop@example.com>"',
        '# public_url = "https://loyalty.example.com"',
        "",
    ]
    try:
        descriptor = os.open(config_path(home), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
    except OSError as fault:
        raise ConfigInvalid(f"{config_path(home)} cannot be written: {fault.strerror}.") from None
