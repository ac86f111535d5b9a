"""Words not to publish: unfinished work, and the paths of somebody's machine."""

import re
from pathlib import Path

# Spelt so that this page does not accuse itself.
BANNED = re.compile(
    r"\bTO[D]O\b|\bFIX[M]E\b|\bX[X]X\b"
    r"|(?<![\w.~}])/(?:wor[k]|hom[e]|roo[t]|User[s])/"
    r"|\b[C]:\\User[s]"
    r"|\bissue [#]?\d+\b",
)
# Recorded by machines: hashes, pictures, pages.
RECORDED = {".svg", ".raw", ".png", ".gz", ".mo", ".ttf", ".ico", ".woff2"}


def banned_words(text: str) -> list[str]:
    """Each line that holds a banned word, with its number."""
    return [
        f"{number}: {line.strip()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if BANNED.search(line)
    ]


def test_no_banned_word_is_published(root: Path, tracked_files: tuple[Path, ...]) -> None:
    findings = [
        f"{path.relative_to(root)}:{finding}"
        for path in tracked_files
        if path.suffix not in RECORDED
        for finding in banned_words(path.read_text(encoding="utf-8"))
    ]
    assert findings == []


def test_unfinished_work_and_foreign_paths_are_found() -> None:
    unfinished = "# TO" + "DO: later"
    foreign = 'open("/ho' + 'me/anna/till.db")'
    text = "\n".join(["value = 1", unfinished, foreign, 'folder = "~/home/till"'])
    assert banned_words(text) == [f"2: {unfinished}", f"3: {foreign}"]
