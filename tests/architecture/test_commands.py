"""Every command is documented, and the documentation names no command that is not there."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.main import get_command

PRODUCTS = {"paragon": "terminal_app", "paragon-server": "sync_server"}
# Code type and code blocks: only there is `paragon …` something to type.
CODE_TEXT = re.compile(r"`[^`\n]+`|^```.*?^```", re.M | re.S)


def commands_of(command: object, spoken: str) -> Iterator[str]:
    """Every visible command below `command`, as one types it: `paragon ledger verify`."""
    below: dict[str, object] = getattr(command, "commands", {})
    for name, found in below.items():
        if getattr(found, "hidden", False):
            continue
        words = f"{spoken} {name}"
        if getattr(found, "commands", None):
            yield from commands_of(found, words)
        else:
            yield words


def real_commands(program: str) -> set[str]:
    """What the installed program offers."""
    module = importlib.import_module(f"{PRODUCTS[program]}.__main__")
    app = getattr(module, "app", None)
    assert isinstance(app, typer.Typer), f"{module.__name__} keeps its Typer in `app`"
    return set(commands_of(get_command(app), program))


def first_words(program: str, text: str) -> set[str]:
    """The word after `program` wherever it is typed in code, options and placeholders left out."""
    typed = re.compile(
        rf"(?<![\w./:@-])(?:\.venv/bin/)?{program} (?P<word>[a-z][a-z-]*)\b(?![/.:@=])"
    )
    return {
        match["word"] for code in CODE_TEXT.findall(text) for match in typed.finditer(str(code))
    }


@pytest.fixture(scope="session")
def prose(documents: dict[Path, str]) -> str:
    """All the documentation in one text."""
    return "\n".join(documents.values())


@pytest.mark.parametrize("program", PRODUCTS)
def test_every_command_is_documented(program: str, prose: str) -> None:
    commands = real_commands(program)
    assert commands, f"{program} offers nothing"
    assert {name for name in commands if not re.search(rf"{name}(?![\w-])", prose)} == set()


@pytest.mark.parametrize("program", PRODUCTS)
def test_every_documented_command_exists(program: str, prose: str) -> None:
    known = {name.split()[1] for name in real_commands(program)}
    assert first_words(program, prose) - known == set()


def test_commands_are_found_at_every_depth() -> None:
    app, ledger = typer.Typer(), typer.Typer()
    app.add_typer(ledger, name="ledger")
    for owner, name in ((app, "demo"), (ledger, "verify")):
        owner.command(name)(lambda: None)
    assert set(commands_of(get_command(app), "paragon")) == {
        "paragon demo",
        "paragon ledger verify",
    }
    text = "`paragon demo`, paragon of shops, `.venv/bin/paragon gone`, `paragon-server serve`"
    assert first_words("paragon", text) == {"demo", "gone"}
