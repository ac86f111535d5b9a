"""The two locks describe one set of versions, all of them checked by hash."""

import re
import tomllib
from pathlib import Path

import pytest

# A lock's entry: name, version, optional marker, then its hashes on lines of their own.
PIN = re.compile(r"^(?P<name>[a-z0-9.-]+)==(?P<version>\S+)[^\n]*\\\n(?P<rest>(?:    .*\n)+)", re.M)


def pins(lock: Path) -> dict[str, str]:
    """Version of each distribution in a lock; fails on an entry without a hash."""
    text = lock.read_text(encoding="utf-8")
    found = {match["name"]: match["version"] for match in PIN.finditer(text)}
    unhashed = [match["name"] for match in PIN.finditer(text) if "--hash=sha256:" not in match[0]]
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert unhashed == []
    assert len(entries) == len(found), "an entry of the lock is not pinned by version and hash"
    return found


def test_the_demo_and_the_tests_run_the_same_versions(root: Path) -> None:
    demo, test = pins(root / "requirements.txt"), pins(root / "requirements-dev.txt")
    assert {name: test.get(name) for name in demo} == demo


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_every_dependency_is_locked(root: Path, lock: str) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(project["project"]["dependencies"])
    if lock == "requirements-dev.txt":
        wanted += project["dependency-groups"]["dev"]
    names = {re.split(r"[\[<>=!~; ]", requirement)[0].lower() for requirement in wanted}
    assert names - pins(root / lock).keys() == set()
