"""The map in `docs/architecture.md` and the rooms on disk are the same house."""

import re
from pathlib import Path, PurePosixPath

# A path as the map writes it: a folder with its slash, or a file with its ending or a known name.
MAP_PATH = re.compile(
    r"^(?:[\w.*-]+/)*(?:[\w.*-]+/|[\w*-]*\.(?:py|md|toml|tcss|html|sql|po|yml)|Makefile|LICENSE)$"
)
FENCE = "```"


def blocks(page: str) -> list[list[str]]:
    """The fenced blocks of a page, each as its lines."""
    pieces = re.split(rf"^{FENCE}.*$", page, flags=re.M)
    return [piece.strip("\n").splitlines() for piece in pieces[1::2]]


def map_lines(page: str) -> list[str]:
    """The block that draws the rooms: the one that says where `loyalty/` is."""
    for block in blocks(page):
        if any(line.startswith("loyalty/") for line in block):
            return block
    return []


def missing(lines: list[str], root: Path) -> list[str]:
    """Each path on the map that does not exist.

    A line's paths lie in the folder that it is indented under, or, after a folder, in that folder.
    """
    absent = []
    open_folders: list[tuple[int, PurePosixPath]] = []
    for line in lines:
        words = [word.strip(",;()") for word in line.split()]
        if not words:
            continue
        indent = len(line) - len(line.lstrip())
        open_folders = [entry for entry in open_folders if entry[0] < indent]
        parent = open_folders[-1][1] if open_folders else PurePosixPath()
        leads_with_folder = words[0].endswith("/") and MAP_PATH.match(words[0]) is not None
        here = [parent, parent / words[0]] if leads_with_folder else [parent]
        for word in filter(MAP_PATH.match, words):
            if not any(any(root.glob(str(folder / word))) for folder in here):
                absent.append(" or ".join(str(folder / word) for folder in here))
        if leads_with_folder:
            open_folders.append((indent, parent / words[0]))
    return absent


def test_every_path_on_the_map_exists(root: Path) -> None:
    lines = map_lines((root / "docs" / "architecture.md").read_text(encoding="utf-8"))
    assert lines, "docs/architecture.md has no fenced block with the rooms, one a line"
    assert missing(lines, root) == []


def test_every_room_is_on_the_map(root: Path, packages: tuple[Path, ...]) -> None:
    drawn = "\n".join(map_lines((root / "docs" / "architecture.md").read_text(encoding="utf-8")))
    rooms = [path for package in packages for path in package.iterdir() if any(path.glob("*.py"))]
    assert [str(room.relative_to(root)) for room in rooms if f"{room.name}/" not in drawn] == []


def test_a_map_that_lies_is_found_out(tmp_path: Path) -> None:
    (tmp_path / "till" / "store").mkdir(parents=True)
    (tmp_path / "till" / "config.py").touch()
    (tmp_path / "README.md").touch()
    drawing = [
        "README.md  CHANGELOG.md   what changed, e.g. in 0.1.0",
        "till/      config.py (settings)",
        "  store/   SQLite         sync/   uplink",
        "  sale.py  one sale",
    ]
    assert missing(drawing, tmp_path) == [
        "CHANGELOG.md",
        "till/sync or till/store/sync",
        "till/sale.py",
    ]
