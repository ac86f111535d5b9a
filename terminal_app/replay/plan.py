"""The plan of a replay's home: what it was founded with, and that one replay uses it at a time.

Entries must come out the same however often a replay is run, so a home keeps to the terminals,
the programme and the head office it began with.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from terminal_app.config import LOG_FILE, write_whole
from terminal_app.replay.errors import ReplayMismatch
from terminal_app.store.claim import Claim

PLAN_FILE = "replay.json"
LOCK_FILE = "replay.lock"
MAX_TERMINALS = 99


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay's home is founded with; an empty `server_url` means a server of its own.

    `has_office` says that this server's chain stands, `is_founded` that every till has joined it.
    """

    terminals: int
    programme_document: str
    timezone: str
    server_url: str = ""
    has_office: bool = False
    is_founded: bool = False


def read_plan(home: Path) -> Plan | None:
    """The plan of `home`, or None when no replay began there. Raises ReplayMismatch."""
    try:
        return msgspec.json.decode((home / PLAN_FILE).read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as fault:
        raise ReplayMismatch(
            f"{home / PLAN_FILE} cannot be read: {fault}.", "Choose another --home."
        ) from fault


def write_plan(home: Path, plan: Plan) -> None:
    """Record `plan` in `home`, whole or not at all."""
    write_whole(home / PLAN_FILE, msgspec.json.encode(plan))


def same_plan(home: Path, kept: Plan, wanted: Plan) -> None:
    """Raise ReplayMismatch unless the replay `wanted` can go on in `home`, which was `kept`."""
    differences = {
        "--terminals": (kept.terminals, wanted.terminals),
        "--timezone": (kept.timezone, wanted.timezone),
        "--server": (_server(kept), _server(wanted)),
    }
    if not wanted.server_url:
        programmes = (kept.programme_document, wanted.programme_document)
        differences["--programme"] = (
            "one text",
            "one text" if len(set(programmes)) == 1 else "another",
        )
    for option, (before, now) in differences.items():
        if before != now:
            raise ReplayMismatch(
                f"{home} was begun with {option} {before}, not {now}.",
                "Run it as before, choose another --home, or begin anew with --fresh.",
            )


def _server(plan: Plan) -> str:
    """The server of `plan`, named the one way that till and plan compare it."""
    return plan.server_url.rstrip("/") or "its own"


@contextmanager
def only_replay(home: Path) -> Iterator[None]:
    """Keep every other replay out of `home` for as long as the block lasts.

    Raises ReplayMismatch when another replay is at work.
    """
    home.mkdir(parents=True, exist_ok=True)
    claim = Claim(home / LOCK_FILE)
    if not claim.take():
        raise ReplayMismatch(
            f"Another replay is at work in {home}.", "Wait for it, or choose another --home."
        )
    try:
        yield
    finally:
        claim.release()


def clear(home: Path) -> None:
    """Remove what replays left in `home`. Raises ReplayMismatch when it is no replay's folder."""
    if not home.exists():
        return
    if not (home / PLAN_FILE).exists() and any(
        path.name not in (LOCK_FILE, LOG_FILE) for path in home.iterdir()
    ):
        raise ReplayMismatch(
            f"{home} is no replay's folder, so --fresh leaves it alone.", "Choose another --home."
        )
    for path in home.iterdir():
        if path.name == LOCK_FILE:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
