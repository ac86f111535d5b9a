"""What the pages tell a reader to open, click or type is really there."""

import re
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r"(?:\]\(|\b(?:src|href)=\")(?P<target>[^)\"\s#]+)")
CODE = re.compile(r"`(?P<code>[^`\n]+)`")
PATH = re.compile(r"^[\w.*-]+(?:/[\w.*-]+)*/?$")
MAKE = re.compile(r"(?<![\w-])make (?P<target>[a-z]+)")
CODE_TEXT = re.compile(r"`[^`\n]+`|^```.*?^```", re.M | re.S)


def broken_links(page: Path, text: str) -> list[str]:
    """Link and picture targets beside the page that do not exist; web addresses are left alone."""
    targets = [unquote(match["target"]) for match in LINK.finditer(text)]
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    return [target for target in local if not (page.parent / target).exists()]


def absent_paths(text: str, root: Path) -> list[str]:
    """Paths in code type that start in a folder of the project and lead nowhere."""
    paths = [match["code"].partition("::")[0] for match in CODE.finditer(text)]
    return [
        path
        for path in paths
        if "/" in path
        and PATH.match(path)
        and (root / path.partition("/")[0]).is_dir()
        and not any(root.glob(path))
    ]


def make_words(text: str) -> set[str]:
    """The targets of every `make …` in code type or a code block."""
    return {
        found["target"] for code in CODE_TEXT.findall(text) for found in MAKE.finditer(str(code))
    }


def test_every_link_leads_somewhere(root: Path, documents: dict[Path, str]) -> None:
    found = {str(page.relative_to(root)): broken_links(page, documents[page]) for page in documents}
    assert {page: links for page, links in found.items() if links} == {}


def test_every_path_named_exists(root: Path, documents: dict[Path, str]) -> None:
    found = {str(page.relative_to(root)): absent_paths(documents[page], root) for page in documents}
    assert {page: paths for page, paths in found.items() if paths} == {}


def test_the_make_vocabulary_is_documented_and_real(root: Path, documents: dict[Path, str]) -> None:
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", makefile, flags=re.M)) - {"help"}
    assert make_words(documents[root / "CONTRIBUTING.md"]) == targets
    assert set().union(*map(make_words, documents.values())) <= targets


def test_a_page_that_misleads_is_found_out(tmp_path: Path) -> None:
    page = tmp_path / "docs" / "page.md"
    page.parent.mkdir()
    page.touch()
    text = (
        "![till](till.svg) and [site](https://example.org) and [this](page.md#top), then\n"
        "`docs/page.md`, `docs/gone.md`, `docs/*.md`, `other/gone.md` and `make test`, make haste."
    )
    assert broken_links(page, text) == ["till.svg"]
    assert absent_paths(text, tmp_path) == ["docs/gone.md"]
    assert make_words(text) == {"test"}
