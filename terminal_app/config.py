"""The till's configuration: `till.toml` in its home, the parts a shop may edit."""

import errno
import os
from contextlib import suppress
from pathlib import Path

import msgspec
import platformdirs

from loyalty.members import LANGUAGES
from terminal_app.errors import ConfigInvalid

CONFIG_FILE = "till.toml"
STORE_FILE = "till.sqlite"
LOG_FILE = "till.log"
PRIVATE_DIRECTORY_MODE = 0o700
HOME_VARIABLE = "PARAGON_HOME"

MIN_SYNC_SECONDS = 1
MAX_SYNC_SECONDS = 3_600
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class TillConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What `till.toml` may say; every key has a default."""

    printer: str = ""
    """URL of the receipt printer; empty: receipts wait in the spool."""

    scanner: str = ""
    """URL of a serial scanner; empty: a scanner that types like a keyboard."""

    language: str = "en"
    """Language of the screens: en, pl or ru."""

    sync_seconds: int = 15
    """Pause between two syncs with head office."""

    agent_port: int = 8711
    """Port of the POS agent on loopback."""

    kiosk_idle_seconds: int = 45
    """After so long without a touch the kiosk forgets the member."""


def default_home() -> Path:
    """Where a till lives when nothing else is said: $PARAGON_HOME, else the user's data folder."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_data_dir("paragon")) / "till"


def load_config(home: Path) -> TillConfig:
    """The configuration in `home`; all defaults when there is no file.

    Raises ConfigInvalid, which names the file, the key and what is wrong.
    """
    path = home / CONFIG_FILE
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return TillConfig()
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigInvalid(f"{path} cannot be read: {fault}.") from fault
    try:
        config = msgspec.toml.decode(text, type=TillConfig)
    except (msgspec.MsgspecError, ValueError, RecursionError) as fault:
        # The TOML reader lets some faults through: numbers too long, brackets too deep.
        raise ConfigInvalid(f"{path}: {fault}.", "docs/operations.md lists the keys.") from None
    _check(config, path)
    return config


def save_config(home: Path, config: TillConfig) -> None:
    """Write `config` as `till.toml` in `home`, whole or not at all."""
    # TOML writes numbers and basic strings as JSON does.
    lines = [
        f"{name} = {msgspec.json.encode(value).decode()}"
        for name, value in msgspec.to_builtins(config).items()
    ]
    text = "\n".join(["# The till's configuration; see docs/operations.md.", *lines, ""])
    write_whole(home / CONFIG_FILE, text.encode())


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to the file `path` in one step, so that no half of it is ever read.

    Raises OSError; then `path` is as it was and nothing is left beside it.
    """
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def _check(config: TillConfig, path: Path) -> None:
    if config.language not in LANGUAGES:
        raise ConfigInvalid(f"{path}: language must be one of {', '.join(LANGUAGES)}.")
    if not MIN_SYNC_SECONDS <= config.sync_seconds <= MAX_SYNC_SECONDS:
        raise ConfigInvalid(
            f"{path}: sync_seconds must be from {MIN_SYNC_SECONDS} to {MAX_SYNC_SECONDS}."
        )
    if not 0 <= config.agent_port <= 65_535:
        raise ConfigInvalid(f"{path}: agent_port must be from 0 to 65535.")
    if config.kiosk_idle_seconds < 1:
        raise ConfigInvalid(f"{path}: kiosk_idle_seconds must be at least 1.")
