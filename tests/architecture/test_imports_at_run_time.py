"""What importing really loads and does: more than the import contracts can read off it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Imports the named modules, and with a trailing ".*" all modules below, then lists what is loaded.
# Any store or network use on the way ends it: only a bootstrap may open things.
IMPORT_AND_LIST = """
import importlib, json, pkgutil, sys

def refuse(event, arguments):
    if event in ("sqlite3.connect", "socket.bind", "socket.connect"):
        raise RuntimeError(f"{event} while importing: {arguments!r}")

sys.addaudithook(refuse)
for name in sys.argv[1:]:
    module = importlib.import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for found in pkgutil.walk_packages(module.__path__, module.__name__ + "."):
            importlib.import_module(found.name)
print(json.dumps(sorted(sys.modules)))
"""

STORES = {"sqlite3", "sqlite_utils", "sqlalchemy", "alembic", "psycopg"}
SCREENS = {"textual"}
NETWORK = {"httpx", "litestar", "uvicorn", "aiosmtplib"}
DEVICES = {"serial", "escpos"}


def loaded_by(root: Path, *names: str) -> set[str]:
    """The top-level names in memory after a fresh interpreter imported `names`."""
    run = subprocess.run(
        [sys.executable, "-c", IMPORT_AND_LIST, *names],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    modules: list[str] = json.loads(run.stdout.splitlines()[-1])
    return {module.partition(".")[0] for module in modules}


@pytest.mark.parametrize(
    ("name", "unwanted"),
    [
        ("loyalty.*", {"drivers", "terminal_app", "sync_server"}),
        ("loyalty.*", STORES | SCREENS | NETWORK | DEVICES),
        ("drivers.*", {"loyalty", "terminal_app", "sync_server"} | STORES | SCREENS | NETWORK),
        ("terminal_app.till", {"sync_server"} | SCREENS),
        ("terminal_app.*", {"sync_server", "sqlalchemy", "alembic", "psycopg", "aiosmtplib"}),
        ("sync_server.__main__", {"drivers", "terminal_app"} | SCREENS | DEVICES),
        ("sync_server.*", {"drivers", "terminal_app"} | SCREENS | DEVICES),
    ],
)
def test_importing_loads_nothing_it_should_not_know(
    root: Path, name: str, unwanted: set[str]
) -> None:
    assert loaded_by(root, name) & unwanted == set()


def test_an_import_that_opens_a_database_is_caught(tmp_path: Path) -> None:
    (tmp_path / "eager.py").write_text("import sqlite3\nsqlite3.connect(':memory:')\n")
    with pytest.raises(AssertionError, match=r"sqlite3\.connect while importing"):
        loaded_by(tmp_path, "eager")
