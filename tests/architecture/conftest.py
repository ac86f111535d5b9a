"""The project as files: its root, its packages, what git keeps."""

import shutil
import subprocess
from pathlib import Path

import pytest

PRODUCT_PACKAGES = ("loyalty", "drivers", "terminal_app", "sync_server")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds the README and the packages."""
    return Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def packages(root: Path) -> tuple[Path, ...]:
    """The four packages that are shipped."""
    return tuple(root / name for name in PRODUCT_PACKAGES)


@pytest.fixture(scope="session")
def tracked_files(root: Path) -> tuple[Path, ...]:
    """Every file that git keeps and the disk still has; skips outside a checkout."""
    if shutil.which("git") is None or not (root / ".git").exists():
        pytest.skip("needs a git checkout: an unpacked archive may hold a shop's own files")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True
    ).stdout
    paths = (root / name for name in listing.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@pytest.fixture(scope="session")
def documents(root: Path) -> dict[Path, str]:
    """Every page of documentation with its text."""
    pages = [*root.glob("*.md"), *(root / "docs").rglob("*.md")]
    return {page: page.read_text(encoding="utf-8") for page in sorted(pages)}
