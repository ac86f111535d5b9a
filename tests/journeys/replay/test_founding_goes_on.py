"""A replay that ended while its tills were joining goes on with the chain that stands."""

import signal
import subprocess
import time
from pathlib import Path

import msgspec

from terminal_app.config import STORE_FILE
from terminal_app.replay.plan import read_plan
from terminal_app.store import settings
from terminal_app.store.connection import open_store
from tests.journeys.replay.conftest import command, replay

TERMINALS = 9


def keys(home: Path) -> dict[str, bytes]:
    """The private keys of the tills that have joined: a till founded anew has another."""
    found = {}
    for place in sorted(home.glob(f"till-*/{STORE_FILE}")):
        store = open_store(place)
        with store.reading() as connection:
            identity = settings.read_identity(connection)
        store.close()
        if identity is not None:
            found[identity.terminal] = identity.private_key
    return found


def test_tills_that_joined_are_kept(made_file: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    options = ("--terminals", str(TERMINALS))
    process = subprocess.Popen(
        command("replay", str(made_file), "--home", str(home), *options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while not (home / "till-3" / STORE_FILE).exists():
        assert time.monotonic() < deadline
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait()
    plan = read_plan(home)
    assert plan is not None
    assert plan == msgspec.structs.replace(plan, has_office=True, is_founded=False)
    before = keys(home)
    assert 2 <= len(before) < TERMINALS
    assert replay(made_file, home, *options).summary["differences"] == 0
    after = keys(home)
    assert len(after) == TERMINALS
    assert before.items() <= after.items()
